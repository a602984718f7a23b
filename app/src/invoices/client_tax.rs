//! The tax that the client of a draft has by now, and the lines that still carry the one before.

use super::{
    draft, read,
    store::{self, LineRow, Row},
    tax::LineTax,
};
use crate::{clients, error::Error, money::Currency, operation::Call, text};

/// How many lines are named before the others are counted.
const NAMED: usize = 5;

/// What the lines of a draft carry beside the tax that its client has by now.
pub struct Before {
    /// The tax that the client had: nobody has kept it, so it is the one that most of the time carries; where there is no time, most of
    /// the lines.
    pub tax: LineTax,
    /// Whether it is the time that tells it.
    pub of_time: bool,
    /// The lines that somebody has given a tax of their own, in a few words each.
    pub others: Vec<String>,
}

/// What is there beside `now`; nothing where some of the time is taxed so, or without time some line: the others were meant otherwise.
pub fn before(lines: &[LineRow], now: &LineTax) -> Result<Option<Before>, Error> {
    let taxes = lines.iter().map(read::line_tax).collect::<Result<Vec<_>, _>>()?;
    let of_time = lines.iter().any(|line| line.seconds.is_some());
    let telling: Vec<&LineTax> =
        lines.iter().zip(&taxes).filter(|(line, _)| line.seconds.is_some() == of_time).map(|(_, tax)| tax).collect();
    if telling.contains(&now) {
        return Ok(None);
    }
    let times = |tax: &LineTax| telling.iter().filter(|other| **other == tax).count();
    // Of equally many it is that of the first line.
    let Some(tax) = telling.iter().copied().rev().max_by_key(|tax| times(tax)) else { return Ok(None) };
    let own = lines.iter().zip(&taxes).filter(|(_, other)| *other != now && *other != tax);
    Ok(Some(Before { tax: tax.clone(), of_time, others: own.map(|(line, other)| said(line, other)).collect() }))
}

/// Gives the lines that carry the client's tax of before the one that the client has by now, and tells which ones keep another.
pub async fn take(cx: &mut Call, row: &Row, currency: &Currency) -> Result<(), Error> {
    let now = draft::tax_of(&clients::record::find(cx, &row.client_id.to_string()).await?);
    let lines = store::lines(&mut cx.db, row.id).await?;
    let Some(before) = before(&lines, &now)? else { return Ok(()) };
    let mut changed = Vec::new();
    for line in lines {
        if read::line_tax(&line)? == before.tax {
            changed.push(LineRow {
                tax_category: now.category.code().to_owned(),
                tax_percent: now.rate.ten_thousandths(),
                tax_reason: now.reason.clone(),
                ..line
            });
        }
    }
    store::update_lines(&mut cx.db, &changed, currency).await?;
    if let Some(kept) = before.kept() {
        cx.warn(format!("{kept} Change it there where it is not meant so."));
    }
    Ok(())
}

impl Before {
    /// Which lines keep what somebody has chosen for them; nothing where there are none.
    pub fn kept(&self) -> Option<String> {
        let more = self.others.len().saturating_sub(NAMED);
        let mut named: Vec<String> = self.others.iter().take(NAMED).cloned().collect();
        if more > 0 {
            named.push(text::counted(more as i64, "other line", "other lines"));
        }
        let (last, first) = named.split_last()?;
        Some(match first {
            [] => format!("{last} has a tax of its own and keeps it."),
            first => format!("{} and {last} have a tax of their own and keep it.", first.join(", ")),
        })
    }
}

/// A line and its tax in a few words: `"Book" (9 %)`.
fn said(line: &LineRow, tax: &LineTax) -> String {
    let first = line.description.lines().next().unwrap_or_default();
    format!("\"{}\" ({})", text::excerpt(first), tax.category.at(tax.rate))
}
