//! Words a call of the audit log for its page. What a value is, its column or its argument declares; nothing is guessed from how it looks,
//! so that text stays as it was written: a client named `do_not_disturb` is no choice.

use std::collections::BTreeMap;

use domain::text::readable;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{
    AuditEntry, field_words, get_audit_entry,
    worded_entry::{ChangedField, WordedArgument, WordedChange, WordedEntry},
};
use crate::{
    context::Caller,
    error::Error,
    history::undo::kind_label,
    operation::{
        Change,
        columns::{self, Class},
        registry,
    },
};

/// The columns that tell a person nothing: the id of the record itself, and the organization whose log it is.
const OWN_IDS: [&str; 2] = ["id", "organization_id"];

/// What stands for an argument without a value.
const NOTHING: &str = "nothing";

/// One call in words, in the time zone of the caller.
pub async fn show(action: &str) -> Result<WordedEntry, Error> {
    let zone = Caller::current()?.membership()?.member_zone.clone();
    let action: Uuid = action.parse().map_err(|_| Error::not_found("audit entry"))?;
    Ok(worded(get_audit_entry(action.to_string()).await?, &zone))
}

fn worded(mut entry: AuditEntry, zone: &TimeZone) -> WordedEntry {
    name_lines(&mut entry.changes);
    let operation = registry::find(&entry.operation).map_or_else(|| readable(&entry.operation), |known| known.declaration.title.to_owned());
    let names = entry.changes.iter().flat_map(|change| change.names.clone()).collect();
    let arguments = arguments(&entry.operation, &entry.arguments, &names);
    let changes = entry.changes.iter().map(|change| WordedChange { title: title(change), fields: different(change, zone) }).collect();
    WordedEntry { operation, arguments, changes, entry: AuditEntry { arguments: Value::Null, changes: Vec::new(), ..entry } }
}

/// Names the lines of invoices that the call wrote itself, by their texts, beside the changes of the time on them.
fn name_lines(changes: &mut [Change]) {
    let lines = changes.iter().filter(|change| change.kind == "invoice_line");
    let text = |line: &Change| line.after.as_ref().or(line.before.as_ref())?.get("description")?.as_str().map(str::to_owned);
    let texts: BTreeMap<String, String> = lines.filter_map(|line| Some((line.record.to_string(), text(line)?))).collect();
    for change in changes {
        let images = [&change.before, &change.after].into_iter().flatten();
        let ids = images.filter_map(|image| image.get("invoice_line_id")?.as_str());
        let named: Vec<(String, String)> = ids.filter_map(|id| Some((id.to_owned(), texts.get(id)?.clone()))).collect();
        change.names.extend(named);
    }
}

/// The arguments of a call. One that has parts of its own, such as the lines of an invoice, is JSON.
fn arguments(operation: &str, given: &Value, names: &BTreeMap<String, String>) -> Vec<WordedArgument> {
    let declared = registry::find(operation).and_then(|operation| operation.input.get("properties"));
    let given = given.as_object().into_iter().flatten();
    let worded = given.map(|(name, value)| {
        let is_tax_category = columns::named(name).any(|column| column.is(Class::TaxCategory));
        let category = value.as_str().filter(|code| is_tax_category && !code.is_empty()).map(field_words::tax_category);
        let words = category.or_else(|| flat(value, is_choice(declared, name), names));
        let is_json = words.is_none();
        let value = words.unwrap_or_else(|| serde_json::to_string_pretty(value).unwrap_or_default());
        WordedArgument { name: readable(name), value, is_json }
    });
    worded.collect()
}

/// Whether an argument is one of a few words, or a list of such.
fn is_choice(declared: Option<&Value>, name: &str) -> bool {
    let schema = declared.and_then(|arguments| arguments.get(name));
    schema.is_some_and(|schema| schema.get("enum").is_some() || schema.pointer("/items/enum").is_some())
}

/// A value without parts of its own, or a list of such; `None` for any other.
pub(super) fn flat(value: &Value, is_choice: bool, names: &BTreeMap<String, String>) -> Option<String> {
    match value {
        Value::Null => Some(NOTHING.to_owned()),
        Value::Bool(yes) => Some(if *yes { "yes" } else { "no" }.to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) if text.is_empty() => Some(NOTHING.to_owned()),
        Value::String(word) if is_choice => Some(word.replace('_', " ")),
        Value::String(text) => Some(names.get(text).unwrap_or(text).clone()),
        Value::Array(items) if items.is_empty() => Some(NOTHING.to_owned()),
        Value::Array(items) if items.iter().any(Value::is_array) => None,
        Value::Array(items) => {
            let words: Option<Vec<String>> = items.iter().map(|item| flat(item, is_choice, names)).collect();
            Some(words?.join(", "))
        }
        Value::Object(_) => None,
    }
}

/// The kind of the record, its display name, and what happened to it.
fn title(change: &Change) -> String {
    let verb = match (&change.before, &change.after) {
        (None, _) => "made",
        (_, None) => "deleted",
        _ => "changed",
    };
    let image = change.after.as_ref().or(change.before.as_ref());
    let own = |field: &str| image?.get(field)?.as_str().map(str::to_owned);
    let name = ["number", "name", "description"].into_iter().find_map(own).filter(|name| !name.is_empty());
    let kind = kind_label(&change.kind);
    match name {
        Some(name) => format!("{kind} {name}: {verb}"),
        None => format!("{kind} {verb}"),
    }
}

/// The fields of a record that differ, by name. They are compared as they are stored: what would be told in the same words differs too.
fn different(change: &Change, zone: &TimeZone) -> Vec<ChangedField> {
    let fields = |image: &Option<Value>| image.as_ref().and_then(Value::as_object).cloned().unwrap_or_default();
    let (before, after): (Map<String, Value>, Map<String, Value>) = (fields(&change.before), fields(&change.after));
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort();
    names.dedup();
    let changed = names.into_iter().filter(|name| is_told(&change.kind, name) && before.get(*name) != after.get(*name));
    let worded = changed.map(|name| {
        let (before, after) = field_words::sides(change, name, before.get(name), after.get(name), zone);
        ChangedField { name: field_words::label(&change.kind, name), before, after }
    });
    worded.filter(|field| !field.before.is_empty() || !field.after.is_empty()).collect()
}

/// Whether a column tells a person something.
fn is_told(kind: &str, column: &str) -> bool {
    !OWN_IDS.contains(&column) && !columns::is(kind, column, Class::Mirror)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{access::Role, error::Code, testing::World};

    fn berlin() -> TimeZone {
        TimeZone::get("Europe/Berlin").expect("a zone")
    }

    /// The fields that differ, with what they are since.
    fn told(change: &Change) -> Vec<(String, String)> {
        different(change, &berlin()).into_iter().map(|field| (field.name, field.after)).collect()
    }

    fn pairs(told: &[(&str, &str)]) -> Vec<(String, String)> {
        told.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_change_is_told_by_names_and_in_the_zone_of_the_reader() {
        let client = "01a22486-0000-7000-8000-000000000001";
        let change: Change = serde_json::from_value(json!({
            "kind": "invoice", "record": Uuid::nil(), "names": { client: "Acme" },
            "before": {"number": "2026-0001", "client_id": null, "voided_at": null},
            "after": {"number": "2026-0001", "client_id": client, "voided_at": "2026-11-28T23:38:34.016115+00:00"},
        }))
        .expect("a change");
        assert_eq!(title(&change), "invoice 2026-0001: changed");
        assert_eq!(told(&change), pairs(&[("client", "Acme"), ("voided at", "Sun 29 Nov 2026 00:38")]));
    }

    #[test]
    fn a_person_reads_amounts_with_their_currency_choices_in_words_and_texts_as_they_were_written() {
        let mut change: Change = serde_json::from_value(json!({
            "kind": "payment", "record": Uuid::nil(), "currency": "GBP",
            "after": {
                "id": Uuid::nil(), "organization_id": Uuid::nil(), "amount": "2000.00", "cost_rate": "50.00", "method": "bank_transfer",
                "note": "fix_login"
            },
        }))
        .expect("a change");
        change.write_currencies("EUR");
        let expected = [("amount", "2000.00 GBP"), ("cost rate", "50.00 EUR"), ("method", "bank transfer"), ("note", "fix_login")];
        assert_eq!(told(&change), pairs(&expected));
    }

    #[test]
    fn what_looks_like_a_choice_an_id_or_an_instant_is_none_in_a_text() {
        let id = "01a22486-0000-7000-8000-000000000001";
        let client = |name: &str| -> Change {
            serde_json::from_value(json!({"kind": "client", "record": Uuid::nil(), "names": { id: "Acme" }, "after": {"name": name}}))
                .expect("a change")
        };
        for name in ["do_not_disturb", "bank_transfer", id, "2026-11-28T23:38:34+00:00"] {
            assert_eq!(told(&client(name)), pairs(&[("name", name)]));
        }
    }

    #[test]
    fn arguments_are_told_by_what_the_operation_declares() {
        let given = json!({
            "invoice": "2026-0001", "method": "bank_transfer", "note": "do_not_disturb", "idempotency_key": "a_b", "date": ""
        });
        let told = arguments("record_payment", &given, &BTreeMap::new());
        let told: Vec<(&str, &str)> = told.iter().map(|argument| (argument.name.as_str(), argument.value.as_str())).collect();
        let expected = [
            ("Date", "nothing"),
            ("Idempotency key", "a_b"),
            ("Invoice", "2026-0001"),
            ("Method", "bank transfer"),
            ("Note", "do_not_disturb"),
        ];
        assert_eq!(told.into_iter().collect::<BTreeMap<_, _>>(), BTreeMap::from(expected));
        let taxed = arguments("update_client", &json!({"tax_category": "AE"}), &BTreeMap::new());
        assert_eq!((taxed[0].name.as_str(), taxed[0].value.as_str()), ("Tax category", "Reverse charge"));
    }

    #[test]
    fn only_what_has_parts_of_its_own_is_told_in_json() {
        let given = json!({"members": ["Ada", "do_not_disturb"], "lines": [{"price": "1.00"}], "accept": true, "days": 3, "projects": []});
        let told = arguments("unknown", &given, &BTreeMap::new());
        let flat: BTreeMap<&str, &str> =
            told.iter().filter(|told| !told.is_json).map(|told| (told.name.as_str(), told.value.as_str())).collect();
        let expected = [("Accept", "yes"), ("Days", "3"), ("Members", "Ada, do_not_disturb"), ("Projects", "nothing")];
        assert_eq!(flat, BTreeMap::from(expected));
        assert!(told.iter().any(|told| told.is_json && told.name == "Lines" && told.value.contains("\"price\": \"1.00\"")), "{told:?}");
    }

    /// The fields of a worded change of a kind of record, by name.
    fn fields_of(entry: &WordedEntry, kind: &str) -> BTreeMap<String, (String, String)> {
        let changes = entry.changes.iter().filter(|change| change.title.starts_with(kind));
        let fields = changes.flat_map(|change| change.fields.clone());
        fields.map(|field| (field.name, (field.before, field.after))).collect()
    }

    /// The page about the call that an answer came from.
    async fn page_of(studio: &World, answer: &Value) -> WordedEntry {
        let action = answer["action"].as_str().expect("an action").to_owned();
        studio.caller.clone().run(show(&action)).await.expect("an entry")
    }

    async fn studio_with_work() -> (World, Value) {
        let studio = World::new("studio").await;
        studio.ok("create_client", json!({"name": "Acme", "rate": "90.00", "tax_rate": "19"})).await;
        studio.ok("create_project", json!({"client": "Acme", "name": "Site"})).await;
        let work = json!({"project": "Acme / Site", "date": "2026-11-18", "duration": "1h", "description": "Charts"});
        let logged = studio.ok("create_time_entry", work).await;
        (studio, logged)
    }

    #[tokio::test]
    async fn a_change_at_the_end_of_a_long_text_is_shown() {
        let (studio, logged) = studio_with_work().await;
        let long = |end: &str| format!("{}{end}", "n".repeat(300));
        let change = async |end: &str| studio.ok("update_time_entry", json!({"time_entry": logged["id"], "description": long(end)})).await;
        change("a").await;
        let entry = page_of(&studio, &change("b").await).await;
        let part = |end: &str| format!("…{}{end}", "n".repeat(40));
        assert_eq!(fields_of(&entry, "time entry").get("description"), Some(&(part("a"), part("b"))), "{entry:?}");
    }

    #[test]
    fn a_change_of_seconds_is_told_and_its_copy_is_not() {
        let image = |second: u8| {
            let at = format!("2026-11-18T08:00:{second}+00:00");
            json!({"started_at": at, "position": at, "seconds": 3_660 - u32::from(second)})
        };
        let change: Change =
            serde_json::from_value(json!({"kind": "time_entry", "record": Uuid::nil(), "before": image(10), "after": image(50)}))
                .expect("a change");
        assert_eq!(told(&change), pairs(&[("duration", "1:00:10"), ("started at", "Wed 18 Nov 2026 09:00:50")]));
    }

    #[tokio::test]
    async fn an_invoice_names_who_made_it_and_time_the_line_it_is_on() {
        let (studio, _) = studio_with_work().await;
        let drafted = studio.ok("draft_invoices", json!({})).await;
        let entry = page_of(&studio, &drafted).await;
        for field in entry.changes.iter().flat_map(|change| &change.fields) {
            let told = [&field.before, &field.after];
            assert!(told.iter().all(|told| told.parse::<Uuid>().is_err()), "{field:?} is told by an id");
        }
        assert!(fields_of(&entry, "invoice").contains_key("created by"), "{entry:?}");
        assert!(fields_of(&entry, "time entry").contains_key("invoice line"), "{entry:?}");
    }

    #[tokio::test]
    async fn a_call_is_shown_to_those_who_may_read_the_log() {
        let studio = World::new("studio").await;
        let made = studio.ok("create_client", json!({"name": "do_not_disturb"})).await;
        let action = made["action"].as_str().expect("an action").to_owned();
        let shown = async |world: &World, action: &str| world.caller.clone().run(show(action)).await;
        let entry = shown(&studio, &action).await.expect("an entry");
        assert_eq!((entry.operation.as_str(), entry.changes[0].title.as_str()), ("Add a client", "client do_not_disturb: made"));
        assert!(entry.arguments.iter().any(|told| told.name == "Name" && told.value == "do_not_disturb"), "{entry:?}");
        let barbara = studio.as_role(Role::Member).await;
        // At pages, what somebody may not read is not there for them.
        assert_eq!(shown(&barbara, &action).await.map_err(|error| error.code), Err(Code::NotFound));
        assert_eq!(shown(&studio, "nothing").await.map_err(|error| error.code), Err(Code::NotFound));
    }
}
