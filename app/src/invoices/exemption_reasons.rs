//! Composes exemption reasons (BT-120) alike for answers, pages, documents and the model of EN 16931 that is validated. Each category has
//! one text: if its lines have different reasons, the text names the lines of each, with their numbers where one name is not enough.

use domain::{locale::Locale, tax::category::TaxCategory, text};
use std::collections::{HashMap, HashSet};

use super::store::LineRow;

/// The separator between reasons in one text.
const BETWEEN: &str = "; ";

/// The most lines that a reason names, if it can stand for all the others.
const LINES_NAMED: usize = 3;

/// The most lines that any reason names; further ones are counted.
const NAMES_MAX: usize = 12;

/// The distinct reasons of the lines of a category, in the order of its lines. A line without one has the usual one. If there is no usual
/// one, such lines have no reason, and the others name their lines, so that none of them is taken for theirs.
fn of(category: TaxCategory, lines: &[LineRow], usual: Option<&str>, locale: Locale) -> Vec<String> {
    if category.reason().is_none() {
        return Vec::new();
    }
    let groups = groups(category, lines, usual);
    let rest = of_the_others(&groups);
    let reasons = groups.iter().enumerate().filter_map(|(at, group)| {
        let reason = group.reason?;
        let is_alone = groups.len() == 1 || rest == Some(at);
        Some(if is_alone { reason.to_owned() } else { format!("{}: {reason}", group.called(locale)) })
    });
    reasons.collect()
}

/// The reasons as one English text, for answers and pages; `None` if there are none.
pub fn as_one_text(category: TaxCategory, lines: &[LineRow], usual: Option<&str>) -> Option<String> {
    joined(&of(category, lines, usual, Locale::English), BETWEEN)
}

/// The reasons as a document prints them, each on a line of its own.
pub fn as_document_lines(category: TaxCategory, lines: &[LineRow], usual: Option<&str>, locale: Locale) -> Option<String> {
    joined(&of(category, lines, usual, locale), "\n")
}

/// Joins the reasons that a document prints into one text.
pub fn join_document_lines(printed: &str) -> String {
    printed.replace('\n', BETWEEN)
}

fn joined(reasons: &[String], between: &str) -> Option<String> {
    (!reasons.is_empty()).then(|| reasons.join(between))
}

/// The lines with one reason, or with none.
struct ReasonGroup<'a> {
    reason: Option<&'a str>,
    /// The names of its first lines, each once.
    names: Vec<String>,
    /// The number of further lines.
    more: usize,
}

impl ReasonGroup<'_> {
    fn add(&mut self, name: String) {
        if self.names.contains(&name) {
            return;
        }
        match self.names.len() {
            0..NAMES_MAX => self.names.push(name),
            _ => self.more += 1,
        }
    }

    /// The number of lines that the reason would have to name.
    fn size(&self) -> usize {
        self.names.len() + self.more
    }

    fn called(&self, locale: Locale) -> String {
        locale.and_other_lines(&self.names.join(", "), self.more)
    }
}

/// A line with its name in a reason.
struct NamedLine<'a> {
    /// The number that the document prints before it.
    number: usize,
    category: &'a str,
    reason: Option<&'a str>,
    name: String,
}

impl<'a> NamedLine<'a> {
    fn of(number: usize, line: &'a LineRow, usual: Option<&'a str>) -> Self {
        let name = text::excerpt(line.description.lines().next().unwrap_or_default());
        Self { number, category: &line.tax_category, reason: line.tax_reason.as_deref().or(usual), name }
    }

    /// The name, with the number of the line where lines with another tax or reason have the same name.
    fn called(&self, ambiguous: &HashSet<&str>) -> String {
        if ambiguous.contains(self.name.as_str()) { format!("#{} {}", self.number, self.name) } else { self.name.clone() }
    }
}

/// The names that lines with different taxes or reasons have in common.
fn ambiguous_names<'a>(lines: &'a [NamedLine<'_>]) -> HashSet<&'a str> {
    let mut first = HashMap::new();
    let mut names = HashSet::new();
    for line in lines {
        let tax = (line.category, line.reason);
        if *first.entry(line.name.as_str()).or_insert(tax) != tax {
            names.insert(line.name.as_str());
        }
    }
    names
}

fn groups<'a>(category: TaxCategory, lines: &'a [LineRow], usual: Option<&'a str>) -> Vec<ReasonGroup<'a>> {
    let named: Vec<NamedLine<'a>> = (1..).zip(lines).map(|(number, line)| NamedLine::of(number, line, usual)).collect();
    let ambiguous = ambiguous_names(&named);
    let mut groups: Vec<ReasonGroup<'a>> = Vec::new();
    for line in named.iter().filter(|line| line.category == category.code()) {
        let name = line.called(&ambiguous);
        match groups.iter_mut().find(|group| group.reason == line.reason) {
            Some(group) => group.add(name),
            None => groups.push(ReasonGroup { reason: line.reason, names: vec![name], more: 0 }),
        }
    }
    groups
}

/// The index of the reason for all lines that no other reason names: that of most lines, if naming them would take long. `None` if a line
/// has no reason, as it would be taken for one of them.
fn of_the_others(groups: &[ReasonGroup<'_>]) -> Option<usize> {
    let most = groups.iter().map(ReasonGroup::size).max().filter(|most| *most > LINES_NAMED)?;
    let all_say = groups.iter().all(|group| group.reason.is_some());
    groups.iter().position(|group| all_say && group.size() == most)
}
