//! How much text the lines of an invoice hold together, and how many taxes.

use std::collections::HashSet;

use super::store::LineRow;
use crate::error::Error;

/// Maximum size of the texts of all lines together, descriptions and reasons why no tax is charged, in bytes of UTF-8. It is some 150
/// pages of Latin letters: more is read by nobody, and slow for everybody.
pub const TEXTS_MAX: usize = 500_000;

/// Maximum number of different reasons on an invoice: each is printed with the lines that it is for.
pub const REASONS_MAX: usize = 100;

/// Maximum number of different taxes on an invoice, each a category with its rate: each has a row of its own on the document, and the
/// rules of EN 16931 compare each with all lines.
pub const TAXES_MAX: usize = 100;

/// How the texts of lines that the caller wrote become shorter.
pub const SHORTEN_LINES: &str = "Shorten some, or write further ones on another invoice.";

/// Refuses lines whose texts together are larger than [`TEXTS_MAX`], or which have more than [`REASONS_MAX`] different reasons or
/// [`TAXES_MAX`] different taxes. The refusal is at `field`, the argument that the lines come from; `way_out` says how the texts become
/// shorter.
pub fn fit_together(lines: &[LineRow], field: &str, way_out: &str) -> Result<(), Error> {
    let size = texts_size(lines);
    if size > TEXTS_MAX {
        return Err(too_long(size, field, way_out));
    }
    let reasons = reasons_count(lines);
    if reasons > REASONS_MAX {
        let message = format!(
            "The lines would give {reasons} different reasons why no tax is charged, and an invoice holds {REASONS_MAX}. Give the same \
             reason in the same words."
        );
        return Err(Error::invalid(field, message));
    }
    reject_many_taxes(taxes_count(lines), field)
}

fn reject_many_taxes(taxes: usize, field: &str) -> Result<(), Error> {
    if taxes <= TAXES_MAX {
        return Ok(());
    }
    let message = format!(
        "The lines would have {taxes} different taxes, each a category with its rate, and at most {TAXES_MAX} fit on an invoice. Write the \
         lines with further taxes on another invoice."
    );
    Err(Error::invalid(field, message))
}

/// Whether a change of lines makes anything larger that [`fit_together`] bounds, or adds lines. A draft from before a bound can still be
/// made smaller step by step.
pub fn grow(before: &[LineRow], after: &[LineRow]) -> bool {
    let measures: [fn(&[LineRow]) -> usize; 4] = [<[LineRow]>::len, texts_size, reasons_count, taxes_count];
    measures.into_iter().any(|measure| measure(after) > measure(before))
}

/// Refuses descriptions of `size` bytes before they are loaded, where they are so long that they fit in no way: a line cuts a long one,
/// so a size close to [`TEXTS_MAX`] may still fit.
pub fn reject_far_too_long(size: usize, field: &str, way_out: &str) -> Result<(), Error> {
    if size > 2 * TEXTS_MAX { Err(too_long(size, field, way_out)) } else { Ok(()) }
}

fn too_long(size: usize, field: &str, way_out: &str) -> Error {
    let (kilobytes, most) = (size.div_ceil(1_000), TEXTS_MAX / 1_000);
    Error::invalid(field, format!("The texts of the lines would take {kilobytes} kB together, and {most} kB fit at most. {way_out}"))
}

/// Whether most of the texts, or nearly all reasons or taxes that fit, are those of the lines that the caller gave, which follow `of_time`
/// lines of time. All time has the tax of its client, so it adds one of each at most.
pub fn are_mostly_given(lines: &[LineRow], of_time: usize) -> bool {
    let (time, given) = lines.split_at(of_time);
    texts_size(given) > texts_size(time) || reasons_count(given) >= REASONS_MAX || taxes_count(given) >= TAXES_MAX
}

/// The number of different reasons why no tax is charged.
pub fn reasons_count(lines: &[LineRow]) -> usize {
    lines.iter().filter_map(|line| line.tax_reason.as_deref()).collect::<HashSet<_>>().len()
}

/// The number of different taxes, each a category with its rate.
pub fn taxes_count(lines: &[LineRow]) -> usize {
    lines.iter().map(|line| (line.tax_category.as_str(), line.tax_percent)).collect::<HashSet<_>>().len()
}

/// The size of the texts of lines together, in bytes.
pub fn texts_size(lines: &[LineRow]) -> usize {
    lines.iter().map(|line| line.description.len() + line.tax_reason.as_ref().map_or(0, String::len)).sum()
}
