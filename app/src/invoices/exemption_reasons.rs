//! Why no tax is charged in a category (BT-120), in one way for answers, pages, documents and the electronic invoice. That has one text for
//! each category: where its lines have different reasons, the text says whose each is.

use super::{locale::Locale, store::LineRow, totals::TaxCategory};
use crate::text;

/// What stands between reasons in one text.
const BETWEEN: &str = "; ";

/// How many lines a reason names at most, where it can be that of all the others.
const LINES_NAMED: usize = 3;

/// How many lines it names at most whatever it is; the others are counted.
const NAMES_MAX: usize = 12;

/// The reasons of the lines of a category, each once and in the order of its lines. A line without one has the usual one. Where there is no
/// usual one it says nothing, and the others name their lines, so that none of them is taken for its reason.
fn of(category: TaxCategory, lines: &[LineRow], usual: Option<&str>, locale: Locale) -> Vec<String> {
    if category.reason().is_none() {
        return Vec::new();
    }
    let groups = groups(category, lines, usual);
    let rest = of_the_others(&groups);
    let told = groups.iter().enumerate().filter_map(|(at, group)| {
        let reason = group.reason?;
        let is_alone = groups.len() == 1 || rest == Some(at);
        Some(if is_alone { reason.to_owned() } else { format!("{}: {reason}", group.called(locale)) })
    });
    told.collect()
}

/// The same in one text in English, as answers and pages have it; nothing where there is none.
pub fn as_one_text(category: TaxCategory, lines: &[LineRow], usual: Option<&str>) -> Option<String> {
    joined(&of(category, lines, usual, Locale::English), BETWEEN)
}

/// The same as a document prints it, each on a line of its own.
pub fn as_document_lines(category: TaxCategory, lines: &[LineRow], usual: Option<&str>, locale: Locale) -> Option<String> {
    joined(&of(category, lines, usual, locale), "\n")
}

/// Those that a document prints, in one text.
pub fn join_document_lines(printed: &str) -> String {
    printed.replace('\n', BETWEEN)
}

fn joined(reasons: &[String], between: &str) -> Option<String> {
    (!reasons.is_empty()).then(|| reasons.join(between))
}

/// The lines of one reason, or of none.
struct ReasonGroup<'a> {
    reason: Option<&'a str>,
    /// What the first of them are called, each once.
    names: Vec<String>,
    /// How many others there are.
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

    /// How many lines it would have to name.
    fn size(&self) -> usize {
        self.names.len() + self.more
    }

    fn called(&self, locale: Locale) -> String {
        locale.and_other_lines(&self.names.join(", "), self.more)
    }
}

fn groups<'a>(category: TaxCategory, lines: &'a [LineRow], usual: Option<&'a str>) -> Vec<ReasonGroup<'a>> {
    let mut groups: Vec<ReasonGroup<'a>> = Vec::new();
    for line in lines.iter().filter(|line| line.tax_category == category.code()) {
        let reason = line.tax_reason.as_deref().or(usual);
        let name = text::excerpt(line.description.lines().next().unwrap_or_default());
        match groups.iter_mut().find(|group| group.reason == reason) {
            Some(group) => group.add(name),
            None => groups.push(ReasonGroup { reason, names: vec![name], more: 0 }),
        }
    }
    groups
}

/// Which reason is that of all lines that no other one names: the one of most lines, where naming them would take long. Where a line says
/// nothing there is none, as it would be taken for one of them.
fn of_the_others(groups: &[ReasonGroup<'_>]) -> Option<usize> {
    let most = groups.iter().map(ReasonGroup::size).max().filter(|most| *most > LINES_NAMED)?;
    let all_say = groups.iter().all(|group| group.reason.is_some());
    groups.iter().position(|group| all_say && group.size() == most)
}
