//! Words the fields of a changed record. What a value is, the class of its column says.

use domain::{
    day::OffsetDateTime,
    hours::{self, WorkDuration},
    tax::category::TaxCategory,
};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::Value;

use super::{differing_part, wording::flat};
use crate::operation::{
    Change,
    columns::{self, Class},
};

/// How exactly an instant or a duration is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Precision {
    Minutes,
    Seconds,
    /// Instants with the fraction of their second and their offset: in the night in which clocks go back, two have the same time.
    Full,
}

/// The name of a column in words. Durations and references are told as such, and so by a name without the unit or the id.
pub(super) fn label(kind: &str, column: &str) -> String {
    if columns::is(kind, column, Class::Seconds) {
        let known = columns::label(kind, column).map(str::to_lowercase);
        return known.unwrap_or_else(|| column.trim_end_matches("_seconds").replace('_', " "));
    }
    match column.strip_suffix("_ids") {
        Some(noun) => format!("{}s", noun.replace('_', " ")),
        None => column.strip_suffix("_id").unwrap_or(column).replace('_', " "),
    }
}

/// The value of a column before and after a change, each empty when there was nothing. They are told as exactly as it takes to tell them
/// apart; of long texts only the part that differs is told.
pub(super) fn sides(change: &Change, name: &str, before: Option<&Value>, after: Option<&Value>, zone: &TimeZone) -> (String, String) {
    let worded = |precision: Precision| {
        let side = |value: Option<&Value>| value.map(|value| column(change, name, value, zone, precision)).unwrap_or_default();
        (side(before), side(after))
    };
    let mut by_precision = [Precision::Minutes, Precision::Seconds, Precision::Full].into_iter().map(&worded);
    let (before, after) = by_precision.find(|(before, after)| before != after).unwrap_or_else(|| worded(Precision::Minutes));
    differing_part::of(&before, &after)
}

/// The value of a column: an instant on the clock of the reader, a record by its name, a duration, a code or a choice in words, and text as
/// it was written.
fn column(change: &Change, name: &str, value: &Value, zone: &TimeZone, precision: Precision) -> String {
    let is = |class| columns::is(&change.kind, name, class);
    match value {
        Value::Null => String::new(),
        Value::String(text) if name.ends_with("_at") => on_the_clock(text, zone, precision).unwrap_or_else(|| text.clone()),
        ids if is(Class::Reference) => records(ids, |id| Some(change.names.get(id).cloned().unwrap_or_else(|| unnamed(name)))),
        ids if is(Class::UnnamedReference) => records(ids, |id| change.names.get(id).cloned()),
        Value::String(code) if is(Class::TaxCategory) => tax_category(code),
        Value::String(code) if is(Class::Unit) => unit(code).to_owned(),
        Value::String(word) if is(Class::Choice) => word.replace('_', " "),
        Value::String(text) => text.clone(),
        Value::Number(seconds) if is(Class::Seconds) => {
            seconds.as_i64().map_or_else(|| seconds.to_string(), |seconds| duration(seconds, precision))
        }
        other => flat(other, is(Class::Choice), &change.names).unwrap_or_else(|| other.to_string()),
    }
}

/// The names of the records with these ids: of one, or of a list.
fn records(ids: &Value, name: impl Fn(&str) -> Option<String>) -> String {
    let ids = ids.as_array().map_or(std::slice::from_ref(ids), Vec::as_slice);
    let names: Vec<String> = ids.iter().filter_map(Value::as_str).filter_map(name).collect();
    names.join(", ")
}

/// What stands for a record without a name: a draft has no number, and a record that was deleted is not there to be asked for its name.
fn unnamed(column: &str) -> String {
    match column.trim_end_matches('s').trim_end_matches("_id") {
        "invoice" | "redraft_of" => "an invoice without a number".to_owned(),
        noun @ ("client" | "project") => format!("a deleted {noun}"),
        _ => "a deleted member".to_owned(),
    }
}

/// A tax category in words; a code that is none, as it is.
pub(super) fn tax_category(code: &str) -> String {
    TaxCategory::parse(code).map_or_else(|_| code.to_owned(), |category| category.label().to_owned())
}

/// A unit of the lines of invoices (UN/ECE recommendation 20) in words; any other, as it is.
fn unit(code: &str) -> &str {
    match code {
        "HUR" => "hours",
        "DAY" => "days",
        "C62" => "pieces",
        other => other,
    }
}

fn duration(seconds: i64, precision: Precision) -> String {
    match precision {
        Precision::Minutes => WorkDuration::of(seconds).text,
        Precision::Seconds | Precision::Full => hours::clock(seconds),
    }
}

/// An instant in a time zone; `None` for text that is no instant.
fn on_the_clock(instant: &str, zone: &TimeZone, precision: Precision) -> Option<String> {
    let instant: Timestamp = instant.parse().ok()?;
    let (at, local) = (OffsetDateTime::at(instant, zone), instant.to_zoned(zone.clone()));
    let clock = match precision {
        Precision::Minutes => at.clock().to_owned(),
        Precision::Seconds => local.strftime("%H:%M:%S").to_string(),
        Precision::Full => local.strftime("%H:%M:%S%.f %:z").to_string(),
    };
    Some(format!("{} {clock}", at.day().label()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    /// A field of a record before and after a change, in Berlin.
    fn told(kind: &str, name: &str, before: Value, after: Value) -> (String, String) {
        let change: Change = serde_json::from_value(json!({"kind": kind, "record": Uuid::nil()})).expect("a change");
        sides(&change, name, Some(&before), Some(&after), &TimeZone::get("Europe/Berlin").expect("a zone"))
    }

    fn pair(before: &str, after: &str) -> (String, String) {
        (before.to_owned(), after.to_owned())
    }

    #[test]
    fn instants_are_told_as_exactly_as_it_takes_to_tell_them_apart() {
        for (before, after, expected) in [
            ("2026-11-18T08:00:10+00:00", "2026-11-18T08:05:10+00:00", pair("Wed 18 Nov 2026 09:00", "Wed 18 Nov 2026 09:05")),
            ("2026-11-18T08:00:10+00:00", "2026-11-18T08:00:50+00:00", pair("Wed 18 Nov 2026 09:00:10", "Wed 18 Nov 2026 09:00:50")),
            (
                "2026-10-25T00:30:00+00:00",
                "2026-10-25T01:30:00+00:00",
                pair("Sun 25 Oct 2026 02:30:00 +02:00", "Sun 25 Oct 2026 02:30:00 +01:00"),
            ),
        ] {
            assert_eq!(told("time_entry", "started_at", json!(before), json!(after)), expected);
        }
        let (before, after) = told("time_entry", "ended_at", json!("2026-11-18T08:00:10.25Z"), json!("2026-11-18T08:00:10.5Z"));
        assert_ne!(before, after);
    }

    #[test]
    fn codes_and_seconds_are_told_in_words() {
        assert_eq!(told("client", "tax_category", json!("S"), json!("AE")), pair("Standard rate", "Reverse charge"));
        assert_eq!(told("invoice_line", "unit", json!("HUR"), json!("C62")), pair("hours", "pieces"));
        assert_eq!(told("time_entry", "seconds", json!(3_600), json!(5_400)), pair("1h", "1h 30m"));
        assert_eq!(told("time_entry", "seconds", json!(3_610), json!(3_650)), pair("1:00:10", "1:00:50"));
        assert_eq!(told("organization", "timer_limit_seconds", json!(28_800), json!(36_000)), pair("8h", "10h"));
        assert_eq!(label("organization", "timer_limit_seconds"), "timer limit");
        assert_eq!((label("time_entry", "seconds"), label("budget", "seconds")), pair("duration", "hours"));
    }

    #[test]
    fn no_record_is_told_by_its_id() {
        let id = json!(Uuid::nil());
        assert_eq!(told("time_entry", "invoice_line_id", Value::Null, id.clone()), pair("", ""));
        assert_eq!(told("invoice_line", "invoice_id", Value::Null, id.clone()), pair("", "an invoice without a number"));
        assert_eq!(told("invitation", "project_ids", json!([]), json!([id])), pair("", "a deleted project"));
        assert_eq!(label("invitation", "project_ids"), "projects");
    }
}
