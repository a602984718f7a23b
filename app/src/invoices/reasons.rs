//! Why no tax is charged in a category (BT-120), in one way for answers, pages, documents and the electronic invoice. That has one text for
//! each category: where its lines have different reasons, the text says whose each is.

use super::{store::LineRow, totals::TaxCategory};
use crate::text;

/// How many lines a reason names at most, where it can be that of all the others.
const LINES_NAMED: usize = 3;

/// The reasons of the lines of a category, each once and in the order of its lines. A line without one has the usual one. Where there is no
/// usual one it says nothing, and the others name their lines, so that none of them is taken for its reason.
pub fn of(category: TaxCategory, lines: &[LineRow], usual: Option<&str>) -> Vec<String> {
    if category.reason().is_none() {
        return Vec::new();
    }
    let groups = groups(category, lines, usual);
    let rest = of_the_others(&groups);
    let told = groups.iter().enumerate().filter_map(|(at, group)| {
        let reason = group.reason?;
        let is_alone = groups.len() == 1 || rest == Some(at);
        Some(if is_alone { reason.to_owned() } else { format!("{}: {reason}", group.names.join(", ")) })
    });
    told.collect()
}

/// The same in one text; nothing where there is none.
pub fn in_one(category: TaxCategory, lines: &[LineRow], usual: Option<&str>) -> Option<String> {
    joined(category, lines, usual, "; ")
}

/// The same as a document prints it, each on a line of its own.
pub fn on_lines(category: TaxCategory, lines: &[LineRow], usual: Option<&str>) -> Option<String> {
    joined(category, lines, usual, "\n")
}

fn joined(category: TaxCategory, lines: &[LineRow], usual: Option<&str>, between: &str) -> Option<String> {
    let reasons = of(category, lines, usual);
    (!reasons.is_empty()).then(|| reasons.join(between))
}

/// The lines of one reason, or of none.
struct Group<'a> {
    reason: Option<&'a str>,
    /// What they are called, each once.
    names: Vec<String>,
}

fn groups<'a>(category: TaxCategory, lines: &'a [LineRow], usual: Option<&'a str>) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    for line in lines.iter().filter(|line| line.tax_category == category.code()) {
        let reason = line.tax_reason.as_deref().or(usual);
        let name = text::excerpt(line.description.lines().next().unwrap_or_default());
        match groups.iter_mut().find(|group| group.reason == reason) {
            Some(group) if group.names.contains(&name) => {}
            Some(group) => group.names.push(name),
            None => groups.push(Group { reason, names: vec![name] }),
        }
    }
    groups
}

/// Which reason is that of all lines that no other one names: the one of most lines, where naming them would take long. Where a line says
/// nothing there is none, as it would be taken for one of them.
fn of_the_others(groups: &[Group<'_>]) -> Option<usize> {
    let most = groups.iter().map(|group| group.names.len()).max().filter(|most| *most > LINES_NAMED)?;
    let all_say = groups.iter().all(|group| group.reason.is_some());
    groups.iter().position(|group| all_say && group.names.len() == most)
}
