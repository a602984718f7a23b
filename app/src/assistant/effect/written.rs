//! Values as a card writes them.

use serde_json::{Value, json};

use crate::{
    assistant::door::Visitor,
    day::{Day, Moment},
    hours::Worked,
    money::{Currency, Money},
    operations,
};

/// Writes columns and arguments, whose numbers say nothing without their currency and place.
pub(super) struct Writer {
    currency: Currency,
    zone: jiff::tz::TimeZone,
}

impl Writer {
    /// For the answer of an operation.
    pub fn of(visitor: &Visitor, answer: &Value) -> Self {
        let code = answer.pointer("/client/currency").or_else(|| answer.get("currency")).and_then(Value::as_str);
        let currency = code.and_then(|code| Currency::parse(code).ok()).unwrap_or_else(|| visitor.place.currency.clone());
        Self { currency, zone: visitor.place.zone.clone() }
    }

    /// A column of a record.
    pub fn column(&self, column: &str, value: &Value) -> String {
        match (column, value) {
            (_, Value::Null) => "nothing".to_owned(),
            ("seconds", Value::Number(seconds)) => Worked::of(seconds.as_i64().unwrap_or_default()).text,
            (_, Value::Number(amount)) if is_money(column) => self.money(amount.as_i64().unwrap_or_default()),
            (_, Value::String(text)) => self.instant(text).or_else(|| self::value(value)).unwrap_or_else(|| "nothing".to_owned()),
            _ => self::value(value).unwrap_or_default(),
        }
    }

    /// An argument of a call.
    pub fn argument(&self, name: &str, value: &Value) -> Option<String> {
        match value {
            Value::Number(amount) if is_money(name) => Some(self.money(amount.as_i64()?)),
            Value::Bool(false) => None,
            Value::Array(items) if items.iter().any(Value::is_object) => Some(format!("{} given", items.len())),
            _ => self::value(value),
        }
    }

    fn money(&self, amount: i64) -> String {
        Money::new(amount, &self.currency).text
    }

    fn instant(&self, text: &str) -> Option<String> {
        let at = Moment::at(text.parse().ok()?, &self.zone);
        Some(at.clock().to_owned())
    }
}

/// Whether a number under this name counts minor units of a currency.
pub(super) fn is_money(name: &str) -> bool {
    matches!(
        name,
        "rate"
            | "amount"
            | "price"
            | "total"
            | "net"
            | "tax"
            | "discount"
            | "subtotal"
            | "paid"
            | "balance"
            | "cost_rate"
            | "bill_rate"
            | "default_rate"
    )
}

/// A value of an answer, as short as it can be; nothing for what is no fact by itself.
pub(super) fn value(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Bool(yes) => Some(if *yes { "yes" } else { "no" }.to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text_of(text)),
        Value::Array(items) => {
            let texts: Vec<String> = items.iter().filter(|item| !item.is_object()).filter_map(self::value).collect();
            (!texts.is_empty()).then(|| texts.join(", "))
        }
        Value::Object(fields) => {
            let text = |name: &str| fields.get(name).and_then(Value::as_str);
            if let Some(used) = fields.get("percent").and_then(|share| share.get("text")).and_then(Value::as_str) {
                return Some(format!("{used} used"));
            }
            match (text("from"), text("to")) {
                (Some(from), Some(to)) => Some(format!("{} – {}", text_of(from), text_of(to))),
                _ => text("text").or_else(|| text("name")).or_else(|| text("recipient")).map(str::to_owned).or_else(|| {
                    let project = fields.get("project")?.get("name")?.as_str()?;
                    Some(format!("{project} {}", fields.get("worked")?.get("text")?.as_str()?))
                }),
            }
        }
    }
}

/// Days by their weekday, moments by their clock, anything else as it stands.
fn text_of(text: &str) -> String {
    match (Day::parse("day", text), text.len()) {
        (Ok(day), 10) => day.label(),
        _ => Moment::parse("at", text).map_or_else(|_| text.to_owned(), |at| at.clock().to_owned()),
    }
}

/// The name of a record that an id stands for, as the visitor may see it.
pub(super) async fn named(visitor: &Visitor, operation: &str, noun: &str, id: &Value) -> Option<String> {
    let found = visitor.call(operations::named(operation)?, json!({ noun: id })).await.ok()?;
    let name = found["name"].as_str()?;
    Some(found.pointer("/client/name").and_then(Value::as_str).map_or_else(|| name.to_owned(), |client| format!("{client} / {name}")))
}
