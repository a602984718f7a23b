//! From time entries to invoice lines: pure, so that a preview and the draft made from it cannot differ.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::civil::Date;
use uuid::Uuid;

use super::{
    CustomLine, GroupBy, LineKind,
    rounding::{Rounding, RoundingBasis},
    totals::{LineAmount, TaxCategory, hours_net, line_net},
};
use crate::{
    error::Error,
    hours::decimal_hours,
    money::{self, Amount, Currency},
    percent::Percent,
    text,
};

/// How many lines an invoice holds at most: more would make a document that nobody reads.
pub const LINES_MAX: usize = 2_000;

/// One unbilled time entry.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its id.
    pub id: Uuid,
    /// Its project.
    pub project: Uuid,
    /// The project's name.
    pub project_name: String,
    /// Who worked.
    pub member: Uuid,
    /// Their name.
    pub member_name: String,
    /// The day it counts for.
    pub day: Date,
    /// What was done.
    pub description: String,
    /// How long.
    pub seconds: i64,
    /// Minor units per hour.
    pub rate: i64,
}

/// A line before it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// What it is made from.
    pub kind: LineKind,
    /// What was done.
    pub description: String,
    /// The project, when all of the line is of one.
    pub project: Option<Uuid>,
    /// Seconds worked and seconds billed; none on a custom line.
    pub seconds: Option<(i64, i64)>,
    /// Thousandths of the unit. On a line of time the seconds are what counts.
    pub quantity: i64,
    /// Net price of one unit, or of an hour.
    pub price: i64,
    /// Net amount.
    pub net: i64,
    /// Tax category.
    pub category: TaxCategory,
    /// Tax rate.
    pub rate: Percent,
    /// The entries on it.
    pub entries: Vec<Uuid>,
}

/// The tax of a client's lines.
#[derive(Debug, Clone, Copy)]
pub struct Tax {
    /// Category.
    pub category: TaxCategory,
    /// Rate.
    pub rate: Percent,
}

/// Lines of time. Different rates never share a line, since a line has one price.
pub fn time_lines(entries: &[Entry], group_by: GroupBy, rounding: Rounding, tax: Tax) -> Vec<Line> {
    let mut groups: BTreeMap<(String, i64), Vec<&Entry>> = BTreeMap::new();
    for entry in entries {
        groups.entry((group_key(entry, group_by), entry.rate)).or_default().push(entry);
    }
    groups.into_values().map(|group| time_line(&group, group_by, rounding, tax)).collect()
}

/// The unit of a line as printed.
pub fn unit(kind: LineKind) -> &'static str {
    match kind {
        LineKind::Time => "h",
        LineKind::Custom => "",
    }
}

/// A quantity as printed: hours with two decimals, or with four when two would not be exact.
pub fn quantity_text(kind: LineKind, seconds: Option<i64>, thousandths: i64) -> String {
    match (kind, seconds) {
        (LineKind::Time, Some(seconds)) if seconds % 36 == 0 => decimal_hours(seconds),
        (LineKind::Time, Some(seconds)) => {
            let hours = (seconds * 10_000 + 1_800) / 3_600;
            format!("{}.{:04}", hours / 10_000, hours % 10_000)
        }
        _ => {
            let (sign, size) = (if thousandths < 0 { "-" } else { "" }, thousandths.abs());
            let text = format!("{sign}{}.{:03}", size / 1000, size % 1000);
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
    }
}

/// A line written by hand.
pub fn custom_line(given: &CustomLine, currency: &Currency, tax: Tax) -> Result<Line, Error> {
    let quantity = thousandths(given.quantity.as_deref().filter(|quantity| !quantity.trim().is_empty()).unwrap_or("1"))?;
    let price = price_of(&given.price, currency)?;
    let rate = match given.tax_rate.as_deref().filter(|rate| !rate.trim().is_empty()) {
        Some(rate) => Percent::parse("tax_rate", rate)?,
        None => tax.rate,
    };
    tax.category.check(rate)?;
    Ok(Line {
        kind: LineKind::Custom,
        description: text::lines("description", &given.description, 2000).and_then(|text| said(text, "description"))?,
        project: None,
        seconds: None,
        quantity,
        price,
        net: line_net(quantity, price),
        category: tax.category,
        rate,
        entries: Vec::new(),
    })
}

/// Whether nothing was filled in: a form always posts its empty row for one more line.
pub fn is_blank(line: &CustomLine) -> bool {
    let blank = |text: &Option<String>| text.as_deref().is_none_or(|text| text.trim().is_empty());
    line.description.trim().is_empty() && line.price.is_empty() && blank(&line.quantity) && blank(&line.tax_rate)
}

/// What a line adds to the totals.
pub fn amount(line: &Line) -> LineAmount {
    LineAmount { net: line.net, category: line.category, rate: line.rate }
}

/// The net price of one, which is not below zero (EN 16931 BR-27): what is taken off has a quantity below zero.
pub fn price_of(given: &Amount, currency: &Currency) -> Result<i64, Error> {
    match given.minor("price", currency)? {
        price if price < 0 => {
            let message = "A price is not below zero (EN 16931, BR-27). To take something off, give a quantity below zero, such as -1.";
            Err(Error::invalid("price", message))
        }
        price => Ok(price),
    }
}

/// A quantity in thousandths: not zero, at most a million, with up to three decimals, and below zero for what is taken off. What can
/// be read in two ways, such as `1,000`, is refused.
pub fn thousandths(given: &str) -> Result<i64, Error> {
    let (sign, size) = match given.trim().strip_prefix(['-', '\u{2212}']) {
        Some(size) => (-1, size.trim_start()),
        None => (1, given.trim()),
    };
    if let Some((thousands, decimal)) = money::readings(size) {
        let signed = |size: String| if sign < 0 { format!("-{size}") } else { size };
        return Err(money::ambiguous("quantity", given.trim(), (signed(thousands), signed(decimal))));
    }
    let wrong = || {
        Error::invalid(
            "quantity",
            format!(
                "\"{}\" is not a quantity; write a number up to 1,000,000 with at most three decimals, such as 2.5, or -1 to take something off.",
                text::excerpt(given)
            ),
        )
    };
    let plain = size.replace(',', ".");
    let (whole, decimals) = plain.split_once('.').unwrap_or((plain.as_str(), ""));
    // 2.1250 is 2.125, written so that it has one reading.
    let decimals = if decimals.len() > 3 { decimals.trim_end_matches('0') } else { decimals };
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    if !digits(whole) || !digits(decimals) || decimals.len() > 3 || whole.len() > 7 || (whole.is_empty() && decimals.is_empty()) {
        return Err(wrong());
    }
    let value = format!("{whole}{decimals:0<3}").parse::<i64>().map_err(|_| wrong())?;
    if (1..=1_000_000_000).contains(&value) { Ok(sign * value) } else { Err(wrong()) }
}

/// Text that says something.
pub fn said(text: String, field: &str) -> Result<String, Error> {
    if text.is_empty() { Err(Error::invalid(field, "The text of a line is empty; say what is billed.")) } else { Ok(text) }
}

fn group_key(entry: &Entry, group_by: GroupBy) -> String {
    match group_by {
        GroupBy::Project => format!("{}\u{1}{}", text::search_key(&entry.project_name), entry.project),
        GroupBy::Day => entry.day.to_string(),
        // By name for the order, by id since two may share a name.
        GroupBy::Member => format!("{}\u{1}{}", text::search_key(&entry.member_name), entry.member),
        GroupBy::Entry => format!("{}\u{1}{}", entry.day, entry.id),
    }
}

fn time_line(group: &[&Entry], group_by: GroupBy, rounding: Rounding, tax: Tax) -> Line {
    let worked = group.iter().map(|entry| entry.seconds).sum();
    let billed = billed_seconds(group, rounding);
    let price = group.first().map_or(0, |entry| entry.rate);
    Line {
        kind: LineKind::Time,
        description: wording(group, group_by),
        project: group.first().map(|first| first.project).filter(|project| group.iter().all(|entry| entry.project == *project)),
        seconds: Some((worked, billed)),
        quantity: (billed * 1000 + 1800) / 3600,
        price,
        net: hours_net(billed, price),
        category: tax.category,
        rate: tax.rate,
        entries: group.iter().map(|entry| entry.id).collect(),
    }
}

/// Seconds to bill: rounded per entry, per day and project, or once for the line.
fn billed_seconds(group: &[&Entry], rounding: Rounding) -> i64 {
    match rounding.basis {
        RoundingBasis::Entry => group.iter().map(|entry| rounding.round(entry.seconds)).sum(),
        RoundingBasis::Line => rounding.round(group.iter().map(|entry| entry.seconds).sum()),
        RoundingBasis::DayAndProject => {
            let mut days: BTreeMap<(Date, Uuid), i64> = BTreeMap::new();
            for entry in group {
                *days.entry((entry.day, entry.project)).or_default() += entry.seconds;
            }
            days.into_values().map(|seconds| rounding.round(seconds)).sum()
        }
    }
}

fn wording(group: &[&Entry], group_by: GroupBy) -> String {
    let Some(first) = group.first() else { return String::new() };
    let several = group.iter().any(|entry| entry.project != first.project);
    let project = if several { String::new() } else { format!(", {}", first.project_name) };
    match group_by {
        GroupBy::Project => first.project_name.clone(),
        GroupBy::Day => format!("{}{project}", first.day),
        GroupBy::Member => format!("{}{project}", first.member_name),
        GroupBy::Entry if first.description.is_empty() => format!("{}, {}", first.project_name, first.day),
        GroupBy::Entry => first.description.clone(),
    }
}
