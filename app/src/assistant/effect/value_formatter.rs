//! Formats values for cards.

use domain::{
    day::{Day, OffsetDateTime},
    hours::WorkDuration,
    money::{self, Amount, Currency, Money},
};
use jiff::tz::TimeZone;
use serde_json::Value;
use uuid::Uuid;

use super::choice_words;
use crate::{
    assistant::user::AssistantUser,
    operation::{
        Operation,
        columns::{self, Column},
    },
};

/// The maximum number of names in one value.
const LISTED: usize = 30;

/// Formats columns and arguments, whose numbers need a currency and times a time zone.
pub(super) struct ValueFormatter {
    currency: Currency,
    zone: TimeZone,
    /// The day from which days by word count.
    today: Day,
}

impl ValueFormatter {
    /// The formatter for the answer of an operation.
    pub fn of(user: &AssistantUser, answer: &Value) -> Self {
        let code = answer.pointer("/client/currency").or_else(|| answer.get("currency")).and_then(Value::as_str);
        Self::in_currency(user, code)
    }

    /// The formatter for amounts in this currency, or in the organization's if it is unknown.
    pub fn in_currency(user: &AssistantUser, code: Option<&str>) -> Self {
        let currency = code.and_then(|code| Currency::parse(code).ok()).unwrap_or_else(|| user.membership.currency.clone());
        let today = today_in(user, &user.membership.organization_zone);
        Self { currency, zone: user.membership.member_zone.clone(), today }
    }

    /// The same for the arguments of an operation: days of time count on the clock of the member, all others on that of the organization.
    pub fn for_operation(self, user: &AssistantUser, operation: &Operation) -> Self {
        match operation.declaration.name.contains("time_entr") {
            true => Self { today: today_in(user, &user.membership.member_zone), ..self },
            false => self,
        }
    }

    /// Formats a column of a record.
    pub fn column(&self, column: &str, value: &Value) -> String {
        match (column, value) {
            (_, Value::Null) => "nothing".to_owned(),
            ("seconds" | "billed_seconds", Value::Number(seconds)) => WorkDuration::of(seconds.as_i64().unwrap_or_default()).text,
            // A unit price may have more decimals than an amount.
            ("price", Value::String(price)) => format!("{price} {}", self.currency),
            (_, Value::String(amount)) if is_money(column) => self.amount(amount),
            (_, Value::String(text)) => {
                let words = self.instant(column, text).or_else(|| field(column, value)).filter(|words| !words.is_empty());
                words.unwrap_or_else(|| "nothing".to_owned())
            }
            _ => self::value(value).unwrap_or_default(),
        }
    }

    /// Formats an argument of a call.
    pub fn argument(&self, name: &str, value: &Value) -> Option<String> {
        match value {
            Value::String(amount) if is_money(name) => Some(self.amount(amount)),
            Value::String(day) if is_day(name) => Some(Day::by_word(day, &self.today).map_or_else(|| text_of(day), |day| day.label())),
            _ => field(name, value),
        }
    }

    /// Decimal text with its currency; text that is no amount stays as it is.
    fn amount(&self, text: &str) -> String {
        let minor = Amount::written(text).minor("amount", &self.currency);
        minor.map_or_else(|_| text_of(text), |minor| Money::new(minor, &self.currency).text())
    }

    /// The clock time for start and end of work; the day for every other instant.
    fn instant(&self, column: &str, text: &str) -> Option<String> {
        let at = OffsetDateTime::at(text.parse().ok()?, &self.zone);
        match column {
            "started_at" | "ended_at" => Some(at.clock().to_owned()),
            _ => Some(at.day().label()),
        }
    }
}

/// The present day in a time zone.
fn today_in(user: &AssistantUser, zone: &TimeZone) -> Day {
    Day::from(user.caller.services.clock.now().to_zoned(zone.clone()).date())
}

/// Whether an argument of this name is a day, which may be a word.
fn is_day(name: &str) -> bool {
    matches!(name, "date" | "from" | "to" | "period_from" | "period_to") || name.ends_with("_on")
}

/// Whether a field of this name is an amount: a column of any kind of record, or an argument or an answer's field that no record stores.
pub(super) fn is_money(name: &str) -> bool {
    matches!(name, "balance" | "default_rate") || columns::named(name).any(Column::is_amount)
}

/// A short text of the value of a field, an argument or a column of this name.
pub(super) fn field(name: &str, value: &Value) -> Option<String> {
    value.as_str().and_then(|text| choice_words::of(name, text)).or_else(|| self::value(value))
}

/// A short text of a value in an answer; `None` for a value without meaning of its own.
pub(super) fn value(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Bool(yes) => Some(if *yes { "yes" } else { "no" }.to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text_of(text)),
        Value::Array(items) => listed(items.iter().filter_map(self::value).collect()),
        Value::Object(fields) => {
            let text = |name: &str| fields.get(name).and_then(Value::as_str);
            // The hours or the amount of a budget: the cap is what a call sets.
            if fields.contains_key("used") {
                return self::value(fields.get("cap")?);
            }
            if let Some(money) = money::text_of_json(value) {
                return Some(money);
            }
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

/// Joins texts, and states how many more there are.
pub(super) fn listed(mut texts: Vec<String>) -> Option<String> {
    let more = texts.len().saturating_sub(LISTED);
    texts.truncate(LISTED);
    match more {
        0 => (!texts.is_empty()).then(|| texts.join(", ")),
        more => Some(format!("{} and {more} more", texts.join(", "))),
    }
}

/// The day of an instant.
pub(super) fn day_of(value: &Value) -> Option<String> {
    Some(OffsetDateTime::parse("at", value.as_str()?).ok()?.day().label())
}

/// Whether a text is an id, which people cannot read.
pub(super) fn is_id(text: &str) -> bool {
    text.parse::<Uuid>().is_ok()
}

/// Days with their weekday, instants with their clock time, any other text unchanged.
fn text_of(text: &str) -> String {
    match (Day::parse("day", text), text.len()) {
        (Ok(day), 10) => day.label(),
        _ => OffsetDateTime::parse("at", text).map_or_else(|_| text.to_owned(), |at| at.clock().to_owned()),
    }
}
