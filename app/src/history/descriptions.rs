//! Describes actions in words: "Payment of 100.00 EUR removed from 2026-0001: typed twice". Pure, but for one query per page.

mod templates;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use domain::{
    hours::WorkDuration,
    money::{Currency, Money},
    text::{self, addresses},
};
use serde_json::Value;
use uuid::Uuid;

use super::store::descriptions::{self, DescribedRecord};
use crate::{database::Db, error::Error, operation::registry};

/// How many of several records are named; one more where that is all of them.
const NAMED: usize = 2;

/// Describes each of these actions. Without `money` the text contains no amounts and no invoices.
pub async fn describe(db: &mut Db, actions: &[Uuid], money: bool) -> Result<HashMap<Uuid, String>, Error> {
    in_words(db, actions, money, None).await
}

/// The same for the history of one invoice: of several records that an action touched, this one is described.
pub async fn describe_for_invoice(db: &mut Db, actions: &[Uuid], money: bool, invoice: Uuid) -> Result<HashMap<Uuid, String>, Error> {
    in_words(db, actions, money, Some(invoice)).await
}

async fn in_words(db: &mut Db, actions: &[Uuid], money: bool, of: Option<Uuid>) -> Result<HashMap<Uuid, String>, Error> {
    let mut rows: HashMap<Uuid, Vec<DescribedRecord>> = HashMap::new();
    for record in descriptions::described_records(db, actions, of, &templates::on_projects()).await? {
        rows.entry(record.action).or_default().push(record);
    }
    let known = DescribedActions { rows: &rows, money, of_one: of.is_some() };
    Ok(actions.iter().filter_map(|action| Some((*action, known.sentence(*action)?))).collect())
}

/// Describes a call that did nothing: the title of the operation, and what the call named.
pub fn describe_call(operation: &str, arguments: &Value) -> String {
    let named = ["invoice", "client", "project", "name", "email"].into_iter().find_map(|name| plain(arguments, name));
    entitled(operation, named.as_deref())
}

/// The title of an operation, with its subject.
fn entitled(operation: &str, about: Option<&str>) -> String {
    let title = registry::find(operation).map_or_else(|| operation.replace('_', " "), |known| known.declaration.title.to_owned());
    match about {
        Some(about) => format!("{title}: {about}"),
        None => title,
    }
}

/// A text argument of a call, if it is readable text and no id.
fn plain(arguments: &Value, name: &str) -> Option<String> {
    let said = match &arguments[name] {
        Value::String(text) => text.trim().to_owned(),
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
        _ => return None,
    };
    (!said.is_empty() && said.parse::<Uuid>().is_err()).then(|| text::excerpt(&said))
}

/// The recipients of a mail, each once however often the call lists it, since each got one mail.
fn addresses(arguments: &Value) -> Option<String> {
    let given: Vec<String> = match &arguments["to"] {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => return None,
    };
    let addresses = addresses::parse_addresses(&given).ok().filter(|addresses| !addresses.is_empty())?;
    Some(text::excerpt(&addresses.join(", ")))
}

struct DescribedActions<'a> {
    rows: &'a HashMap<Uuid, Vec<DescribedRecord>>,
    money: bool,
    /// Whether one record is described, which is then the first.
    of_one: bool,
}

impl DescribedActions<'_> {
    fn sentence(&self, action: Uuid) -> Option<String> {
        let seen = self.rows.get(&action)?;
        let first = seen.first()?;
        // `undoes` is the first action of a chain of undos and no undo itself.
        if let Some(undone) = first.undoes.and_then(|undone| self.sentence(undone)) {
            return Some(format!("{}: {undone}", if first.again { "Done again" } else { "Taken back" }));
        }
        let several = templates::of_several(&first.operation).filter(|_| !self.of_one);
        let description = ActionDescription { first, seen, money: self.money, kind: several.map(|several| several.kind) };
        if description.of_rate().is_none() && description.changed_nothing() {
            return Some(format!("{}; nothing was changed", entitled(&first.operation, description.about().as_deref())));
        }
        let several = several.filter(|_| description.count() > 1 || description.is_cut()).map(|several| several.sentence);
        let sentence = several.or_else(|| description.of_rate()).or_else(|| templates::of(&first.operation));
        let sentence = sentence.and_then(|sentence| filled(sentence, |name| description.value(name)));
        Some(sentence.unwrap_or_else(|| entitled(&first.operation, description.about().as_deref())))
    }
}

/// An action with the records that it touched.
struct ActionDescription<'a> {
    first: &'a DescribedRecord,
    seen: &'a [DescribedRecord],
    money: bool,
    /// The kind of which the operation may touch several records.
    kind: Option<&'static str>,
}

impl ActionDescription<'_> {
    /// The value of a placeholder; nothing where it is unknown or the caller may not see it.
    fn value(&self, name: &str) -> Option<String> {
        match name {
            "amount" => self.amount(),
            "invoice" => self.of(|seen| seen.invoice.clone()).filter(|_| self.money),
            "redraft_of" => self.of(|seen| seen.redraft_of.clone()).filter(|_| self.money),
            "client" => self.of(|seen| seen.client.clone()),
            "project" => self.project(),
            "whose" => self.whose(),
            "member" => self.of(|seen| seen.member.clone()),
            "count" => Some(if self.is_cut() { format!("At least {}", self.count()) } else { self.count().to_string() }),
            "clients" => self.each_of(|seen| seen.client.clone()),
            "members" => self.each_of(|seen| seen.member.clone()),
            "projects" => self.some_of(project),
            "hours" => Some(WorkDuration::of(self.entry()?.image.as_ref()?["seconds"].as_i64()?).text),
            "logged" => Some(String::from(if self.is_draft() { "drafted" } else { "logged" })),
            "unconfirmed" => self.is_draft().then(|| "to be confirmed".to_owned()),
            "description" => text_in(self.entry().unwrap_or(self.first), name),
            "name" | "email" | "role" => self.of(|seen| text_in(seen, name)),
            "to" => addresses(&self.first.arguments).or_else(|| plain(&self.first.arguments, name)),
            "reason" => plain(&self.first.arguments, name),
            "rate" => money_in(self.priced()?, name).filter(|_| self.money),
            "unbilled" => self.entry().map(|_| "its unbilled time".to_owned()),
            _ => None,
        }
    }

    fn of(&self, value: impl Fn(&DescribedRecord) -> Option<String>) -> Option<String> {
        self.seen.iter().find_map(value)
    }

    /// The first time entry: of several, as where a timer stops another, it is the subject of the sentence.
    fn entry(&self) -> Option<&DescribedRecord> {
        self.seen.iter().find(|seen| seen.kind.as_deref() == Some("time_entry"))
    }

    /// The project of the subject, not that of records which changed along with it.
    fn project(&self) -> Option<String> {
        match self.entry() {
            Some(entry) => project(entry),
            None => self.of(project),
        }
    }

    /// Whether the action left the time as drafts. The entries of one call are all drafts, or none is.
    fn is_draft(&self) -> bool {
        self.entry().and_then(|entry| entry.image.as_ref()).is_some_and(|image| image["state"] == "draft")
    }

    /// Whether the action touched no record, and its operation has no other effect: one that is not idempotent always has one.
    fn changed_nothing(&self) -> bool {
        let operation = self.first.operation.as_str();
        let declared = || registry::find(operation).map(|known| known.declaration);
        let may_change_nothing = || declared().is_some_and(|declaration| declaration.idempotent && !declaration.mails);
        self.first.kind.is_none() && templates::of(operation).is_some() && may_change_nothing()
    }

    /// The named records of the kind of which the operation may touch several.
    fn several(&self) -> impl Iterator<Item = &DescribedRecord> {
        self.seen.iter().filter(|seen| self.kind.is_some() && seen.kind.as_deref() == self.kind)
    }

    /// How many of them the examined changes contain.
    fn count(&self) -> i64 {
        self.several().next().map_or(0, |seen| seen.of_kind)
    }

    /// Whether there were more changes than are examined.
    fn is_cut(&self) -> bool {
        self.first.looked_at >= descriptions::LOOKED_AT
    }

    /// The names of several records, where each has its own.
    fn each_of(&self, name: impl Fn(&DescribedRecord) -> Option<String>) -> Option<String> {
        let names = self.several().map(name).collect::<Option<Vec<_>>>()?;
        match self.count() {
            _ if self.is_cut() => Some(format!("{} and others", names.get(..NAMED)?.join(", "))),
            count if count as usize == names.len() && names.len() <= NAMED + 1 => row(&names),
            count => Some(format!("{} and {} others", names.get(..NAMED)?.join(", "), count - NAMED as i64)),
        }
    }

    /// The names of what several records belong to, each once, as far as they are known.
    fn some_of(&self, name: impl Fn(&DescribedRecord) -> Option<String>) -> Option<String> {
        let mut names: Vec<String> = Vec::new();
        for name in self.several().filter_map(name) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let are_all = !self.is_cut() && (self.several().count() as i64 == self.count() || self.first.projects == Some(names.len() as i64));
        let first = names.get(..NAMED.min(names.len())).unwrap_or_default();
        match are_all && names.len() <= NAMED + 1 {
            true => row(&names),
            false => (!first.is_empty()).then(|| format!("{}, …", first.join(", "))),
        }
    }

    /// The holder of the rate, as the call named it; the organization where it named none.
    fn whose(&self) -> Option<String> {
        let names = |argument: &str| self.first.arguments[argument].as_str().is_some_and(|name| !name.trim().is_empty());
        match ["project", "client"].into_iter().find(|argument| names(argument)) {
            Some(argument) => self.value(argument).or_else(|| plain(&self.first.arguments, argument)),
            None => Some("the organization".to_owned()),
        }
    }

    /// The record whose rate changed.
    fn priced(&self) -> Option<&DescribedRecord> {
        self.seen.iter().find(|seen| matches!(seen.kind.as_deref(), Some("project" | "client" | "organization")))
    }

    /// The sentence of a rate change that did not set a rate.
    fn of_rate(&self) -> Option<&'static str> {
        let has_one = |seen: &DescribedRecord| seen.image.as_ref().is_some_and(|image| !image["rate"].is_null());
        templates::of_rate(&self.first.operation, self.priced().map(has_one), self.entry().is_some())
    }

    fn amount(&self) -> Option<String> {
        self.of(|seen| money_in(seen, "amount").filter(|_| seen.kind.as_deref() == Some("payment"))).filter(|_| self.money)
    }

    /// The subject of an action that has no sentence.
    fn about(&self) -> Option<String> {
        let of_money = self.seen.iter().any(|seen| matches!(seen.kind.as_deref(), Some("invoice" | "invoice_line" | "payment")));
        if of_money && !self.money {
            return None;
        }
        ["invoice", "name", "email", "project", "client", "member"].into_iter().find_map(|name| self.value(name))
    }
}

/// The project of a record, with its client.
fn project(record: &DescribedRecord) -> Option<String> {
    Some(format!("{} / {}", record.client.as_ref()?, record.project.as_ref()?))
}

/// Names in a row: "Anna, Ben and Carla".
fn row(names: &[String]) -> Option<String> {
    let (last, first) = names.split_last()?;
    Some(if first.is_empty() { last.clone() } else { format!("{} and {last}", first.join(", ")) })
}

/// An amount of a record in the currency that it had then; nothing where that is unknown.
fn money_in(record: &DescribedRecord, name: &str) -> Option<String> {
    let amount = record.image.as_ref()?[name].as_i64()?;
    Some(Money::new(amount, &Currency::parse(record.currency.as_deref()?).ok()?).text())
}

fn text_in(record: &DescribedRecord, name: &str) -> Option<String> {
    let text = record.image.as_ref()?[name].as_str()?.trim();
    (!text.is_empty()).then(|| text::excerpt(text))
}

/// Fills in a template: `{name}` is required, `{: name}` appears with the characters before it where its value is known.
fn filled(sentence: &str, value: impl Fn(&str) -> Option<String>) -> Option<String> {
    let mut words = String::new();
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        words.push_str(before);
        let (signs, name) = name.split_at(name.rfind(' ').map_or(0, |blank| blank + 1));
        match value(name) {
            Some(value) => words.extend([signs, &value]),
            None if signs.is_empty() => return None,
            None => {}
        }
        rest = after;
    }
    words.push_str(rest);
    Some(words)
}
