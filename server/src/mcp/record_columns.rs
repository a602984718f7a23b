//! Translates the columns of a record to the names and units of answers.

use app::{
    context::Membership,
    operation::columns::{self, Class, Column},
};
use domain::{day::OffsetDateTime, hours::WorkDuration};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Map, Value, json};

use super::concise::exact;

/// The kinds of record whose own currency is shown; for the others the amounts include it.
const WITH_CURRENCY: [&str; 2] = ["client", "organization"];

/// The units of a line in the document (UN/ECE recommendation 20), and in answers; a piece has none.
const UNITS: [(&str, Option<&str>); 2] = [("HUR", Some("h")), ("C62", None)];

/// The kinds of record on the organization's clock: documents, and not work.
const OF_ORGANIZATION: [&str; 3] = ["invoice", "payment", "outgoing_mail"];

/// The time zones of the caller.
pub struct CallerZones {
    member: TimeZone,
    organization: TimeZone,
}

impl CallerZones {
    /// The zones of a membership; without one no times are shown.
    pub fn of(membership: Option<&Membership>) -> Self {
        let zones = membership.map(|membership| (membership.member_zone.clone(), membership.organization_zone.clone()));
        let (member, organization) = zones.unwrap_or((TimeZone::UTC, TimeZone::UTC));
        Self { member, organization }
    }
}

/// A record before or after a change.
pub struct ChangedRecord<'a> {
    /// Its kind.
    pub kind: &'a str,
    /// The names of the records that its ids refer to.
    pub names: Option<&'a Value>,
    /// The currency of its amounts.
    pub currency: Option<&'a str>,
    /// The answer's fields of the same record.
    pub answered: Option<&'a Map<String, Value>>,
    /// The time zones of the caller.
    pub zones: &'a CallerZones,
}

impl ChangedRecord<'_> {
    /// Its relevant fields, with the names of answers.
    pub fn told(&self, columns: &Map<String, Value>) -> Map<String, Value> {
        let is_draft = self.kind == "invoice" && columns.get("state").is_some_and(|state| state == "draft");
        let says = |name: &str, value: &Value| {
            let is = |class| columns::is(self.kind, name, class);
            let reckoned = self.kind == "invoice" && is(Class::Computed) && (is_draft || name == "discount" && is_zero(value));
            !value.is_null() && !is(Class::HiddenFromAgents) && !reckoned
        };
        let mut fields = Map::new();
        for (column, value) in columns.iter().filter(|(name, value)| says(name, value)) {
            match column.as_str() {
                "invoice_line_id" => _ = fields.insert("billed".to_owned(), Value::from(true)),
                "archived_at" => _ = fields.insert("archived".to_owned(), Value::from(true)),
                "rounding_step" | "rounding_mode" | "rounding_basis" => {
                    let part = if column == "rounding_step" { "step_minutes" } else { column.trim_start_matches("rounding_") };
                    part_of(&mut fields, "rounding", part, value);
                }
                "period_from" | "period_to" => part_of(&mut fields, "period", column.trim_start_matches("period_"), value),
                column => fields.extend(self.field(column, value)),
            }
        }
        fields
    }

    /// A column in the form of answers; none for one that only refers to another record.
    fn field(&self, column: &str, value: &Value) -> Option<(String, Value)> {
        if let Some(noun) = column.strip_suffix("_id") {
            let name = value.as_str().and_then(|id| self.names?.get(id))?;
            return Some((noun.to_owned(), name.clone()));
        }
        let called = columns::of(self.kind).iter().find(|known| known.name == column).and_then(|known| known.answer_name);
        let value = match (column, value) {
            ("currency", _) if !WITH_CURRENCY.contains(&self.kind) => return None,
            ("seconds" | "billed_seconds", Value::Number(seconds)) => {
                seconds.as_i64().map(|seconds| exact(seconds, WorkDuration::of(seconds).text))?.into()
            }
            ("discount_percent", Value::String(share)) => format!("{share}%").into(),
            ("unit", Value::String(unit)) => match UNITS.iter().find(|(known, _)| known == unit) {
                Some((_, told)) => Value::from((*told)?),
                None => value.clone(),
            },
            (_, Value::String(amount)) if self.has_currency(column) => match self.currency {
                Some(currency) => format!("{amount} {currency}").into(),
                None => value.clone(),
            },
            (_, Value::String(instant)) if column.ends_with("_at") => self.moment(column, instant).unwrap_or_else(|| value.clone()),
            (_, value) => value.clone(),
        };
        Some((called.unwrap_or(column).to_owned(), value))
    }

    /// Whether a column is an amount that is told with its currency. A discount is told as it was written, which is an amount or a share.
    fn has_currency(&self, column: &str) -> bool {
        column != "discount_amount" && columns::matching(self.kind, column).any(Column::is_amount)
    }

    /// An instant as the answer has it, else on the clock of its kind.
    fn moment(&self, column: &str, instant: &str) -> Option<Value> {
        let at: Timestamp = instant.parse().ok()?;
        let answered = self.answered.and_then(|answered| answered.get(column)).and_then(Value::as_str);
        let same = |told: &&str| told.parse::<Timestamp>().is_ok_and(|told| told.as_second() == at.as_second());
        if let Some(told) = answered.filter(same) {
            return Some(Value::from(told));
        }
        let zone = if OF_ORGANIZATION.contains(&self.kind) { &self.zones.organization } else { &self.zones.member };
        let at = Timestamp::from_second(at.as_second()).ok()?;
        serde_json::to_value(OffsetDateTime::at(at, zone)).ok()
    }
}

fn part_of(fields: &mut Map<String, Value>, of: &str, part: &str, value: &Value) {
    fields.entry(of).or_insert_with(|| json!({}))[part] = value.clone();
}

fn is_zero(amount: &Value) -> bool {
    amount.as_str().is_some_and(|text| !text.chars().any(|sign| ('1'..='9').contains(&sign)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(kind: &str, columns: Value, answered: Value) -> Value {
        let zone = TimeZone::get("Europe/Berlin").expect("a zone");
        let zones = CallerZones { member: zone, organization: TimeZone::UTC };
        let currency = columns["currency"].as_str();
        let record = ChangedRecord { kind, names: None, currency, answered: answered.as_object(), zones: &zones };
        Value::Object(record.told(columns.as_object().expect("an object")))
    }

    #[test]
    fn a_record_is_told_in_the_units_of_the_answers() {
        let entry = json!({ "started_at": "2026-11-28T08:00:00.123456+00:00", "ended_at": "2026-11-28T09:00:00+00:00", "rate": "120.00", "currency": "EUR" });
        assert_eq!(
            told("time_entry", entry, json!({ "ended_at": "2026-11-28T10:00:00+01:00" })),
            json!({ "started_at": "2026-11-28T09:00:00+01:00", "ended_at": "2026-11-28T10:00:00+01:00", "rate": "120.00 EUR" })
        );
        let line = json!({ "unit": "HUR", "price": "120.00", "net": "60.00", "currency": "EUR" });
        assert_eq!(told("invoice_line", line, json!({})), json!({ "unit": "h", "price": "120.00 EUR", "net": "60.00 EUR" }));
        assert_eq!(told("invoice_line", json!({ "unit": "C62" }), json!({})), json!({}));
        let sent = json!({ "state": "sent", "total": "60.00", "discount": "0.00", "currency": "EUR", "sent_at": "2026-11-28T08:00:00.5+00:00",
            "period_from": "2026-11-01", "period_to": "2026-11-30" });
        assert_eq!(
            told("invoice", sent, json!({})),
            json!({ "status": "sent", "total": "60.00 EUR", "sent_at": "2026-11-28T08:00:00+00:00", "period": { "from": "2026-11-01", "to": "2026-11-30" } })
        );
        assert_eq!(told("client", json!({ "rate": "9", "currency": "JPY" }), json!({})), json!({ "rate": "9 JPY", "currency": "JPY" }));
    }
}
