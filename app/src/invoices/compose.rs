//! Composes invoice lines from time entries. The functions are pure, so a preview and the draft made from it cannot differ.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashSet};

use domain::{
    document::LineKind,
    id::InvoiceLineId,
    locale::Locale,
    money::{self, Amount, Currency, UnitPrice, amount_of, saturated},
    quantity,
    tax::{
        category::TaxCategory,
        line_tax::{self, LineTax},
    },
    text,
    time_rounding::{Rounding, RoundingBasis},
};
use jiff::civil::Date;
use uuid::Uuid;

use super::{CustomLine, InvoiceGroupBy, store::LineRow};
use crate::{context::Channel, error::Error};

/// Maximum number of lines of an invoice: more would make a document that nobody reads.
pub const LINES_MAX: usize = 2_000;

/// Maximum length of the text of a line in characters.
pub const TEXT_MAX: usize = 2_000;

/// Maximum number of projects that the text of a line names.
const PROJECTS_NAMED: usize = 5;

/// One unbilled time entry.
#[derive(Debug, Clone)]
pub struct UnbilledEntry {
    /// Its id.
    pub id: Uuid,
    /// Its project.
    pub project: Uuid,
    /// The project's name.
    pub project_name: String,
    /// The member who worked.
    pub member: Uuid,
    /// Their name.
    pub member_name: String,
    /// The day of the entry.
    pub day: Date,
    /// What was done; empty where no line shows it, since the descriptions of thousands of entries take megabytes.
    pub description: String,
    /// Duration in seconds.
    pub seconds: i64,
    /// Minor units per hour.
    pub rate: Option<i64>,
    /// Whether an agent worked, on its own.
    pub by_agent: bool,
}

/// A line before it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct ComposedLine {
    /// What was done.
    pub description: String,
    /// The project, when all of the line is of one.
    pub project: Option<Uuid>,
    /// The quantity: tracked time, or a number written by hand.
    pub measure: LineQuantity,
    /// Net price of one unit or hour, in millionths of the major unit.
    pub unit_price: i64,
    /// Net amount.
    pub net: i64,
    /// Tax category, rate and reason.
    pub tax: LineTax,
    /// Whether its time has no rate, and is billed at 0.
    pub without_rate: bool,
    /// The entries on it.
    pub entries: Vec<Uuid>,
}

/// The quantity of a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LineQuantity {
    /// Tracked time: the hours follow from the seconds that are billed.
    Time {
        /// Seconds as they were worked.
        worked: i64,
        /// Seconds after rounding.
        billed: i64,
    },
    /// Written by hand: hundred-millionths of the unit.
    Custom(i64),
}

/// How tracked time is grouped into lines.
#[derive(Debug, Clone, Copy)]
pub struct Grouping {
    /// Which entries share a line.
    pub group_by: InvoiceGroupBy,
    /// How the seconds are rounded.
    pub rounding: Rounding,
    /// The language of the document, for the days in its lines.
    pub locale: Locale,
}

/// Composes the lines of tracked time. Entries with different rates never share a line, since a line has one price.
pub fn time_lines(entries: &[UnbilledEntry], grouping: Grouping, currency: &Currency, tax: &LineTax) -> Vec<ComposedLine> {
    let groups = groups(entries, grouping.rounding, |place, entry| group_key(entry, grouping.group_by, place));
    groups.into_values().map(|group| time_line(&group, grouping, currency, tax)).collect()
}

/// Prices the time of existing lines: for each line one [`PricedTime`] per rate of its entries. `lines[i]` is the line of `entries[i]`.
pub fn priced_times(entries: &[UnbilledEntry], lines: &[Uuid], grouping: Grouping) -> BTreeMap<Uuid, Vec<PricedTime>> {
    let mut priced_times: BTreeMap<Uuid, Vec<PricedTime>> = BTreeMap::new();
    for ((line, _), group) in groups(entries, grouping.rounding, |place, _| lines.get(place).copied().unwrap_or_default()) {
        priced_times.entry(line).or_default().push(worth(&group, grouping));
    }
    priced_times
}

/// Groups entries by key and rate.
fn groups<K: Ord>(
    entries: &[UnbilledEntry],
    rounding: Rounding,
    key: impl Fn(usize, &UnbilledEntry) -> K,
) -> BTreeMap<(K, Option<i64>), Vec<BilledEntry<'_>>> {
    let mut groups: BTreeMap<(K, Option<i64>), Vec<BilledEntry<'_>>> = BTreeMap::new();
    let mut shared: BTreeMap<(Date, Uuid, Option<i64>), i64> = BTreeMap::new();
    for (place, (entry, billed)) in entries.iter().zip(billed_seconds(entries, rounding)).enumerate() {
        let net = share_of_net(shared.entry((entry.day, entry.project, entry.rate)).or_default(), billed, entry.rate.unwrap_or(0));
        groups.entry((key(place, entry), entry.rate)).or_default().push(BilledEntry { entry, billed, net });
    }
    groups
}

/// The time of a line at one rate, with its net amount.
#[derive(Debug, Clone, PartialEq)]
pub struct PricedTime {
    /// Seconds as they were worked.
    pub worked: i64,
    /// Seconds after rounding.
    pub billed: i64,
    /// Minor units per hour.
    pub rate: i64,
    /// Net amount.
    pub net: i64,
    /// Whether it has no rate, and is billed at 0.
    pub without_rate: bool,
    /// The entries.
    pub entries: Vec<Uuid>,
}

impl PricedTime {
    /// The price of an hour, in millionths of the major unit.
    pub fn unit_price(&self, currency: &Currency) -> i64 {
        UnitPrice::of_minor(self.rate, currency).millionths
    }
}

/// An entry with its billed seconds.
struct BilledEntry<'a> {
    entry: &'a UnbilledEntry,
    billed: i64,
    /// Its share of the net amount of its day, project and rate.
    net: i64,
}

/// Refuses a rate beside a category that charges no tax, except from a page, whose forms send the previous rate along.
pub fn check_tax_given(channel: Channel, category: Option<TaxCategory>, rate: Option<&str>) -> Result<(), Error> {
    if channel == Channel::Page { Ok(()) } else { Ok(line_tax::reject_rate_without_tax(category, rate)?) }
}

/// Composes a line written by hand; it takes the tax of the client where it names none.
pub fn custom_line(given: &CustomLine, currency: &Currency, tax: &LineTax, channel: Channel) -> Result<ComposedLine, Error> {
    check_tax_given(channel, given.tax_category, given.tax_rate.as_deref())?;
    let quantity = quantity::parse(given.quantity.as_deref().filter(|quantity| !quantity.trim().is_empty()).unwrap_or("1"))?;
    let unit_price = price_of(&given.price, currency)?;
    Ok(ComposedLine {
        description: required_text(text::lines("description", &given.description, TEXT_MAX)?, "description")?,
        project: None,
        measure: LineQuantity::Custom(quantity),
        unit_price,
        net: bounded_net(quantity, unit_price, currency)?,
        tax: tax.changed(given.tax_category, given.tax_rate.as_deref(), given.tax_reason.as_deref())?,
        without_rate: false,
        entries: Vec::new(),
    })
}

/// The net of a quantity at a unit price; refused where it is larger than any amount.
pub fn bounded_net(quantity: i64, unit_price: i64, currency: &Currency) -> Result<i64, Error> {
    let net = quantity::net(quantity, unit_price, currency);
    match net.unsigned_abs() <= money::amount_max(currency).unsigned_abs() {
        true => Ok(net),
        false => Err(Error::invalid("price", "Quantity and price together are larger than any amount. Check both.")),
    }
}

/// Whether nothing was filled in: a form always posts its empty row for one more line.
pub fn is_blank(line: &CustomLine) -> bool {
    let blank = |text: &Option<String>| text.as_deref().is_none_or(|text| text.trim().is_empty());
    line.description.trim().is_empty()
        && line.price.is_empty()
        && line.tax_category.is_none()
        && [&line.quantity, &line.tax_rate, &line.tax_reason].into_iter().all(blank)
}

/// Parses the net unit price into millionths; it is not below zero (EN 16931 BR-27), so a deduction has a negative quantity.
pub fn price_of(given: &Amount, currency: &Currency) -> Result<i64, Error> {
    match given.millionths("price", currency)? {
        price if price < 0 => {
            let message = "A price is not below zero (EN 16931, BR-27). To take something off, give a quantity below zero, such as -1.";
            Err(Error::invalid("price", message))
        }
        price => Ok(price),
    }
}

/// Refuses an empty text.
pub fn required_text(text: String, field: &str) -> Result<String, Error> {
    if text.is_empty() { Err(Error::invalid(field, "The text of a line is empty; say what is billed.")) } else { Ok(text) }
}

/// The key by which entries are grouped into lines and lines are ordered; `place` is the position of the entry.
fn group_key(entry: &UnbilledEntry, group_by: InvoiceGroupBy, place: usize) -> String {
    match group_by {
        InvoiceGroupBy::Project => format!("{}\u{1}{}", text::search_key(&entry.project_name), entry.project),
        InvoiceGroupBy::Day => entry.day.to_string(),
        // The name gives the order; the id separates members of the same name.
        InvoiceGroupBy::Member => format!("{}\u{1}{}", text::search_key(&entry.member_name), entry.member),
        // The entries come in the order of the work.
        InvoiceGroupBy::Entry => format!("{place:08}"),
    }
}

fn worth(group: &[BilledEntry<'_>], grouping: Grouping) -> PricedTime {
    let worked = group.iter().map(|part| part.entry.seconds).sum();
    let billed = match grouping.rounding.basis {
        RoundingBasis::Line => grouping.rounding.round(worked),
        RoundingBasis::Entry | RoundingBasis::DayAndProject => group.iter().map(|part| part.billed).sum(),
    };
    let without_rate = group.iter().any(|part| part.entry.rate.is_none());
    let rate = group.first().and_then(|part| part.entry.rate).unwrap_or(0);
    let entries = group.iter().map(|part| part.entry.id).collect();
    PricedTime { worked, billed, rate, net: net_of(group, billed, rate, grouping), without_rate, entries }
}

fn time_line(group: &[BilledEntry<'_>], grouping: Grouping, currency: &Currency, tax: &LineTax) -> ComposedLine {
    let worth = worth(group, grouping);
    let project = group.first().map(|part| part.entry.project);
    ComposedLine {
        description: described(&group.iter().map(|part| part.entry).collect::<Vec<_>>(), grouping),
        project: project.filter(|project| group.iter().all(|part| part.entry.project == *project)),
        measure: LineQuantity::Time { worked: worth.worked, billed: worth.billed },
        unit_price: worth.unit_price(currency),
        net: worth.net,
        tax: tax.clone(),
        without_rate: worth.without_rate,
        entries: worth.entries,
    }
}

/// The billed seconds of each entry, rounded per entry or per day and project, independent of the line that it comes on. Rounding
/// per line happens afterwards.
fn billed_seconds(entries: &[UnbilledEntry], rounding: Rounding) -> Vec<i64> {
    match rounding.basis {
        RoundingBasis::Line => entries.iter().map(|entry| entry.seconds).collect(),
        RoundingBasis::Entry => entries.iter().map(|entry| rounding.round(entry.seconds)).collect(),
        RoundingBasis::DayAndProject => {
            let mut days: BTreeMap<(Date, Uuid), (i64, i64)> = BTreeMap::new();
            for entry in entries {
                days.entry((entry.day, entry.project)).or_default().0 += entry.seconds;
            }
            entries.iter().map(|entry| share_of_day(days.entry((entry.day, entry.project)).or_default(), entry.seconds, rounding)).collect()
        }
    }
}

/// The net amount of a line of time: its seconds at its rate. Where a line holds only part of a day of a project and time is rounded
/// by day and project, the amount is computed once per day, and each line gets its share of it.
fn net_of(group: &[BilledEntry<'_>], billed: i64, rate: i64, grouping: Grouping) -> i64 {
    let parts = matches!(grouping.group_by, InvoiceGroupBy::Entry | InvoiceGroupBy::Member);
    match grouping.rounding.basis {
        RoundingBasis::DayAndProject if parts && grouping.rounding.step_minutes > 0 => group.iter().map(|part| part.net).sum(),
        _ => amount_of(billed, rate),
    }
}

/// The net amount that further seconds of a day and project add. `shared` counts the seconds that are already allotted.
fn share_of_net(shared: &mut i64, billed: i64, rate: i64) -> i64 {
    let before = amount_of(*shared, rate);
    *shared += billed;
    amount_of(*shared, rate) - before
}

/// The share of an entry in the rounded time of its day and project, in proportion to its seconds: the shares add up to the whole.
/// `shared` counts the seconds that are already allotted.
fn share_of_day((worked, shared): &mut (i64, i64), seconds: i64, rounding: Rounding) -> i64 {
    let billed = i128::from(rounding.round(*worked));
    let up_to = |seconds: i64| saturated(billed * i128::from(seconds) / i128::from(*worked).max(1));
    let before = up_to(*shared);
    let share = up_to(*shared + seconds) - before;
    *shared += seconds;
    share
}

/// The first and the last day of the entries; `None` without entries.
pub fn days<'a>(entries: impl IntoIterator<Item = &'a UnbilledEntry>) -> Option<(Date, Date)> {
    let day = |entry: &UnbilledEntry| (entry.day, entry.day);
    entries.into_iter().map(day).reduce(|(first, last), (day, _)| (first.min(day), last.max(day)))
}

/// Composes the default text of a line with these entries.
pub fn described(entries: &[&UnbilledEntry], grouping: Grouping) -> String {
    let Some(first) = entries.first() else { return String::new() };
    let day = || grouping.locale.day(first.day);
    match grouping.group_by {
        InvoiceGroupBy::Project => first.project_name.clone(),
        InvoiceGroupBy::Day => format!("{}, {}", day(), projects(entries)),
        InvoiceGroupBy::Member => format!("{}, {}", first.member_name, projects(entries)),
        InvoiceGroupBy::Entry if first.description.is_empty() => format!("{}, {}", first.project_name, day()),
        InvoiceGroupBy::Entry => on_day(&first.description, &day()),
    }
}

/// A description followed by its day. The text of a line is limited to [`TEXT_MAX`], so a long description is cut.
fn on_day(description: &str, day: &str) -> String {
    let end = format!(", {day}");
    let room = TEXT_MAX - end.chars().count();
    match description.char_indices().nth(room) {
        Some(_) => format!("{}…{end}", description.chars().take(room - 1).collect::<String>()),
        None => format!("{description}{end}"),
    }
}

/// The names of the projects of a line, each once, in the order of the work.
fn projects(entries: &[&UnbilledEntry]) -> String {
    let mut known: HashSet<&str> = HashSet::new();
    let mut names: Vec<&str> = entries.iter().map(|entry| entry.project_name.as_str()).filter(|name| known.insert(*name)).collect();
    let more = names.len().saturating_sub(PROJECTS_NAMED);
    names.truncate(PROJECTS_NAMED);
    if more > 0 { format!("{} …", names.join(", ")) } else { names.join(", ") }
}

/// Converts a composed line into a row.
pub fn row(line: ComposedLine) -> LineRow {
    let (kind, unit, seconds, invoiced_quantity) = match line.measure {
        LineQuantity::Time { worked, billed } => (LineKind::Time, "HUR", Some((worked, billed)), None),
        LineQuantity::Custom(quantity) => (LineKind::Custom, "C62", None, Some(quantity)),
    };
    LineRow {
        id: InvoiceLineId::new().0,
        kind: kind.name().to_owned(),
        description: line.description,
        composed: Some(seconds.is_some()),
        project_id: line.project,
        project_name: None,
        seconds: seconds.map(|(worked, _)| worked),
        billed_seconds: seconds.map(|(_, billed)| billed),
        invoiced_quantity,
        unit: unit.to_owned(),
        unit_price: line.unit_price,
        net: line.net,
        tax_category: line.tax.category.code().to_owned(),
        tax_percent: line.tax.rate.ten_thousandths(),
        tax_reason: line.tax.reason,
        laid_out: None,
        without_rate: line.without_rate,
        entries: line.entries,
    }
}
