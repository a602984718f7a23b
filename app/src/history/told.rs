//! What was done, as people say it: "Payment of 100.00 EUR removed from 2026-0001: typed twice". Pure, but for one query per page.

mod sentences;

use std::collections::HashMap;

use serde_json::Value;
use uuid::Uuid;

use super::store::told::{self, Seen};
use crate::{
    database::Db,
    error::Error,
    hours::Worked,
    money::{Currency, Money},
    operations, text,
};

/// How deep undos of undos are told.
const UNDONE_MAX: usize = 1;

/// What each of these actions did, in words. Whoever sees no money is told of no amounts and no invoices.
pub async fn told(db: &mut Db, actions: &[Uuid], money: bool) -> Result<HashMap<Uuid, String>, Error> {
    let mut rows: HashMap<Uuid, Vec<Seen>> = HashMap::new();
    for seen in told::seen(db, actions).await? {
        rows.entry(seen.action).or_default().push(seen);
    }
    let known = Known { rows: &rows, money };
    Ok(actions.iter().filter_map(|action| Some((*action, known.sentence(*action, UNDONE_MAX)?))).collect())
}

/// What was called and did nothing: the name of the operation for people, and what the call named.
pub fn called(operation: &str, arguments: &Value) -> String {
    let named = ["invoice", "client", "project", "name", "email"].into_iter().find_map(|name| plain(arguments, name));
    entitled(operation, named.as_deref())
}

/// The title of an operation, with what it was about.
fn entitled(operation: &str, about: Option<&str>) -> String {
    let title = operations::named(operation).map_or_else(|| operation.replace('_', " "), |known| known.declaration.title.to_owned());
    match about {
        Some(about) => format!("{title}: {about}"),
        None => title,
    }
}

/// A text that a call was given, where it is one that people read and no id.
fn plain(arguments: &Value, name: &str) -> Option<String> {
    let said = match &arguments[name] {
        Value::String(text) => text.trim().to_owned(),
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
        _ => return None,
    };
    (!said.is_empty() && said.parse::<Uuid>().is_err()).then(|| text::excerpt(&said))
}

struct Known<'a> {
    rows: &'a HashMap<Uuid, Vec<Seen>>,
    money: bool,
}

impl Known<'_> {
    fn sentence(&self, action: Uuid, deeper: usize) -> Option<String> {
        let seen = self.rows.get(&action)?;
        let first = seen.first()?;
        if let Some(undone) = first.undoes.filter(|_| deeper > 0).and_then(|undone| self.sentence(undone, deeper - 1)) {
            return Some(format!("Taken back: {undone}"));
        }
        let told = Told { seen, money: self.money };
        let sentence = sentences::of(&first.operation).and_then(|sentence| filled(sentence, |name| told.value(name)));
        Some(sentence.unwrap_or_else(|| entitled(&first.operation, told.about().as_deref())))
    }
}

/// An action with the records that it touched.
struct Told<'a> {
    seen: &'a [Seen],
    money: bool,
}

impl Told<'_> {
    /// What stands in a sentence under this name; nothing where that is not known, or not for whoever asks.
    fn value(&self, name: &str) -> Option<String> {
        match name {
            "amount" => self.amount(),
            "invoice" => self.of(|seen| seen.invoice.clone()).filter(|_| self.money),
            "client" => self.of(|seen| seen.client.clone()),
            "project" => self.of(|seen| Some(format!("{} / {}", seen.client.as_ref()?, seen.project.as_ref()?))),
            "whose" => self.value("project").or_else(|| self.value("client")).or_else(|| self.value("member")),
            "member" => self.of(|seen| seen.member.clone()),
            "hours" => self.hours(),
            "description" | "name" | "email" | "role" => self.of(|seen| text_in(seen, name)),
            "to" | "reason" => plain(&self.seen.first()?.arguments, name),
            "rate" => plain(&self.seen.first()?.arguments, name).filter(|_| self.money),
            _ => None,
        }
    }

    fn of(&self, value: impl Fn(&Seen) -> Option<String>) -> Option<String> {
        self.seen.iter().find_map(value)
    }

    fn amount(&self) -> Option<String> {
        self.of(|seen| {
            let amount = seen.image.as_ref().filter(|_| seen.kind.as_deref() == Some("payment"))?["amount"].as_i64()?;
            Some(Money::new(amount, &Currency::parse(&seen.currency).ok()?).text())
        })
        .filter(|_| self.money)
    }

    fn hours(&self) -> Option<String> {
        self.of(|seen| Some(Worked::of(seen.image.as_ref()?["seconds"].as_i64()?).text))
    }

    /// What it was about, where no sentence says it.
    fn about(&self) -> Option<String> {
        let of_money = self.seen.iter().any(|seen| matches!(seen.kind.as_deref(), Some("invoice" | "invoice_line" | "payment")));
        if of_money && !self.money {
            return None;
        }
        ["invoice", "name", "email", "project", "client", "member"].into_iter().find_map(|name| self.value(name))
    }
}

fn text_in(seen: &Seen, name: &str) -> Option<String> {
    let text = seen.image.as_ref()?[name].as_str()?.trim();
    (!text.is_empty()).then(|| text::excerpt(text))
}

/// A sentence with its values: `{name}` has to be known, `{: name}` stands with the signs before it where it is.
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn removed(money: bool) -> Option<String> {
        let payment = Seen {
            operation: "remove_payment".to_owned(),
            arguments: json!({"payment": "01a22486-0000-7000-8000-000000000001", "reason": "typed twice"}),
            kind: Some("payment".to_owned()),
            image: Some(json!({"amount": 10_000})),
            currency: "EUR".to_owned(),
            invoice: Some("2026-0001".to_owned()),
            ..Seen::default()
        };
        let rows = HashMap::from([(payment.action, vec![payment])]);
        Known { rows: &rows, money }.sentence(Uuid::nil(), UNDONE_MAX)
    }

    #[test]
    fn an_action_is_told_with_what_it_did_it_to_and_why() {
        assert_eq!(removed(true).as_deref(), Some("Payment of 100.00 EUR removed from 2026-0001: typed twice"));
    }

    #[test]
    fn whoever_sees_no_money_is_told_of_no_amount() {
        assert_eq!(removed(false).as_deref(), Some("Remove a payment"));
    }

    #[test]
    fn what_did_nothing_is_told_by_what_was_called() {
        assert_eq!(called("void_invoice", &json!({"invoice": "2026-0001"})), "Void an invoice: 2026-0001");
        assert_eq!(called("void_invoice", &json!({"invoice": "01a22486-0000-7000-8000-000000000001"})), "Void an invoice");
        assert_eq!(called("gone_by_now", &json!({})), "gone by now");
    }

    #[test]
    fn every_sentence_is_of_an_operation() {
        for operation in sentences::operations() {
            assert!(operations::named(operation).is_some(), "{operation}");
        }
    }
}
