//! From time entries to invoice lines: pure, so that a preview and the draft made from it cannot differ.

use std::collections::BTreeMap;

use jiff::civil::Date;
use uuid::Uuid;

use super::{
    CustomLine, GroupBy, LineKind,
    rounding::{Rounding, RoundingBasis},
    totals::{LineAmount, TaxCategory, hours_net, line_net},
};
use crate::{error::Error, hours::decimal_hours, money::Currency, percent::Percent, text};

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
            let text = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
    }
}

/// A line written by hand.
pub fn custom_line(given: &CustomLine, currency: &Currency, tax: Tax) -> Result<Line, Error> {
    let quantity = thousandths(given.quantity.as_deref().filter(|quantity| !quantity.trim().is_empty()).unwrap_or("1"))?;
    let price = given.price.minor("price", currency)?;
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

/// What a line adds to the totals.
pub fn amount(line: &Line) -> LineAmount {
    LineAmount { net: line.net, category: line.category, rate: line.rate }
}

/// A quantity in thousandths: above zero, at most a million, with up to three decimals.
pub fn thousandths(given: &str) -> Result<i64, Error> {
    let wrong = || {
        Error::invalid(
            "quantity",
            format!(
                "\"{}\" is not a quantity; write a number above 0 and up to 1,000,000 with at most three decimals, such as 2.5.",
                text::excerpt(given)
            ),
        )
    };
    let plain = given.trim().replace(',', ".");
    let (whole, decimals) = plain.split_once('.').unwrap_or((plain.as_str(), ""));
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    if !digits(whole) || !digits(decimals) || decimals.len() > 3 || whole.len() > 7 || (whole.is_empty() && decimals.is_empty()) {
        return Err(wrong());
    }
    let value = format!("{whole}{decimals:0<3}").parse::<i64>().map_err(|_| wrong())?;
    if (1..=1_000_000_000).contains(&value) { Ok(value) } else { Err(wrong()) }
}

/// Text that says something.
pub fn said(text: String, field: &str) -> Result<String, Error> {
    if text.is_empty() { Err(Error::invalid(field, "The text of a line is empty; say what is billed.")) } else { Ok(text) }
}

fn group_key(entry: &Entry, group_by: GroupBy) -> String {
    match group_by {
        GroupBy::Project => format!("{}\u{1}{}", entry.project_name.to_lowercase(), entry.project),
        GroupBy::Day => entry.day.to_string(),
        GroupBy::Member => entry.member_name.to_lowercase(),
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::invoices::rounding::RoundingMode;

    const TAX: Tax = Tax { category: TaxCategory::S, rate: Percent(1900) };

    fn entry(project: u128, day: i8, seconds: i64, rate: i64) -> Entry {
        Entry {
            id: Uuid::from_u128(project * 1_000_000 + seconds as u128),
            project: Uuid::from_u128(project),
            project_name: format!("Project {project}"),
            member_name: "Ada".to_owned(),
            day: jiff::civil::date(2026, 10, day),
            description: String::new(),
            seconds,
            rate,
        }
    }

    #[test]
    fn one_line_per_project_and_rate() {
        let entries = [entry(1, 1, 3600, 12000), entry(1, 2, 1800, 12000), entry(1, 2, 60, 9000), entry(2, 1, 7200, 12000)];
        let lines = time_lines(&entries, GroupBy::Project, Rounding::default(), TAX);
        let nets: Vec<_> = lines.iter().map(|line| (line.description.as_str(), line.price, line.net)).collect();
        assert_eq!(nets, [("Project 1", 9000, 150), ("Project 1", 12000, 18000), ("Project 2", 12000, 24000)]);
    }

    #[test]
    fn rounding_up_per_entry_bills_more_than_per_line() {
        let entries = [entry(1, 1, 600, 6000), entry(1, 1, 601, 6000)];
        let up = |basis| Rounding { step_minutes: 15, mode: RoundingMode::Up, basis };
        let billed = |basis| time_lines(&entries, GroupBy::Project, up(basis), TAX)[0].seconds;
        assert_eq!(billed(RoundingBasis::Entry), Some((1201, 1800)));
        assert_eq!(billed(RoundingBasis::DayAndProject), Some((1201, 1800)));
        assert_eq!(billed(RoundingBasis::Line), Some((1201, 1800)));
        let entries = [entry(1, 1, 1000, 6000), entry(1, 2, 1000, 6000)];
        let billed = |basis| time_lines(&entries, GroupBy::Project, up(basis), TAX)[0].seconds;
        assert_eq!(billed(RoundingBasis::Entry), Some((2000, 3600)));
        assert_eq!(billed(RoundingBasis::Line), Some((2000, 2700)));
    }

    #[test]
    fn a_quantity_is_printed_exactly_enough_to_be_checked() {
        assert_eq!(quantity_text(LineKind::Time, Some(5400), 0), "1.50");
        assert_eq!(quantity_text(LineKind::Time, Some(1200), 0), "0.3333");
        assert_eq!(quantity_text(LineKind::Custom, None, 2500), "2.5");
        assert_eq!(quantity_text(LineKind::Custom, None, 1000), "1");
    }

    #[test]
    fn a_quantity_is_above_zero_and_not_absurd() {
        assert_eq!(thousandths("2,5"), Ok(2500));
        for wrong in ["0", "-1", "1.2345", "1e3", "", ".", "99999999", "NaN"] {
            assert!(thousandths(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        /// However time is grouped, no second is lost and none is billed twice.
        #[test]
        fn every_second_is_on_exactly_one_line(times in prop::collection::vec((1u128..4, 1i8..28, 1i64..86_400, 0i64..20_000), 1..40)) {
            let entries: Vec<Entry> = times.iter().enumerate().map(|(at, (project, day, seconds, rate))| Entry {
                id: Uuid::from_u128(at as u128 + 1),
                ..entry(*project, *day, *seconds, *rate)
            }).collect();
            let total: i64 = entries.iter().map(|entry| entry.seconds).sum();
            for group_by in [GroupBy::Project, GroupBy::Day, GroupBy::Member, GroupBy::Entry] {
                let lines = time_lines(&entries, group_by, Rounding::default(), TAX);
                prop_assert_eq!(lines.iter().filter_map(|line| line.seconds).map(|(worked, _)| worked).sum::<i64>(), total);
                prop_assert_eq!(lines.iter().map(|line| line.entries.len()).sum::<usize>(), entries.len());
            }
        }
    }
}
