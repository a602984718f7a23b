//! The tax that the client of a draft has by now, and the lines that still carry the one before: of a draft, and of a void invoice that is
//! drafted again.

use super::{
    draft, line_texts, read,
    store::{self, InvoiceRow, LineRow},
    tax::LineTax,
    totals::TaxCategory,
};
use crate::{
    clients::{self, Client},
    error::Error,
    money::Currency,
    operation::Call,
    percent::Percent,
    text,
};

/// How many lines are named before the others are counted.
const NAMED: usize = 5;

/// What the lines of a draft carry of the taxes that its client had since it was drafted.
pub struct FormerTax {
    /// The tax that most of those lines carry.
    pub tax: LineTax,
    /// Whether time is among them.
    pub of_time: bool,
    /// The lines that somebody has given a tax of their own, in a few words each.
    pub others: Vec<String>,
}

/// What is there of `former` beside `now`; nothing where no line carries a tax that the client had: each was meant so.
pub fn before(lines: &[LineRow], now: &LineTax, former: &[LineTax]) -> Result<Option<FormerTax>, Error> {
    let taxes = lines.iter().map(read::line_tax).collect::<Result<Vec<_>, _>>()?;
    let carried: Vec<&LineTax> = taxes.iter().filter(|tax| is_former(tax, now, former)).collect();
    let times = |tax: &LineTax| carried.iter().filter(|other| **other == tax).count();
    // Of equally many it is that of the first line.
    let Some(tax) = carried.iter().copied().rev().max_by_key(|tax| times(tax)) else { return Ok(None) };
    let of_time = lines.iter().zip(&taxes).any(|(line, tax)| line.seconds.is_some() && is_former(tax, now, former));
    let own = lines.iter().zip(&taxes).filter(|(_, tax)| *tax != now && !is_former(tax, now, former));
    Ok(Some(FormerTax { tax: tax.clone(), of_time, others: own.map(|(line, other)| said(line, other)).collect() }))
}

/// Whether a line carries what the client had, or what they have by now without the words for it.
fn is_former(tax: &LineTax, now: &LineTax, former: &[LineTax]) -> bool {
    let lacks_words = tax.reason.is_none() && (tax.category, tax.rate) == (now.category, now.rate);
    tax != now && (lacks_words || former.contains(tax))
}

/// The taxes that the client of a draft had since it was drafted, but for the one that they have by now.
pub async fn former(cx: &mut Call, row: &InvoiceRow) -> Result<Vec<LineTax>, Error> {
    taxes(store::taxes_since(&mut cx.db, row.id, row.client_id).await?)
}

/// The taxes that the client of a sent invoice had from when it was drafted until it was sent; nothing where that is not known any more.
pub async fn until_sent(cx: &mut Call, row: &InvoiceRow) -> Result<Option<Vec<LineTax>>, Error> {
    let had = taxes(store::taxes_until_sent(&mut cx.db, row.id, row.client_id).await?)?;
    Ok(Some(had).filter(|had| !had.is_empty()))
}

fn taxes(kept: Vec<(String, i32, Option<String>)>) -> Result<Vec<LineTax>, Error> {
    let read = |(category, rate, reason): (String, i32, Option<String>)| {
        Ok(LineTax { category: TaxCategory::parse(&category)?, rate: Percent(rate), reason })
    };
    kept.into_iter().map(read).collect()
}

/// Lines at the tax that their client has by now.
pub struct RetaxedLines {
    /// The lines.
    pub lines: Vec<LineRow>,
    /// What a careful person would want to know of it.
    pub told: Option<String>,
}

/// Gives lines the tax that their client has by now where they carry one that the client `had`; a line that somebody has taxed otherwise
/// keeps that. Where nobody knows what the client had, all take it.
pub fn renewed(lines: Vec<LineRow>, client: &Client, had: Option<&[LineTax]>) -> Result<RetaxedLines, Error> {
    let now = draft::tax_of(client);
    let told = match had {
        Some(had) => before(&lines, &now, had)?.map(|before| before.renewed(&now, &client.name)),
        None => unknown(&lines, &now, &client.name)?,
    };
    let renew = |line: LineRow| {
        let tax = read::line_tax(&line)?;
        let takes = had.is_none_or(|had| is_former(&tax, &now, had));
        Ok(if takes { with_tax(line, &now) } else { line })
    };
    Ok(RetaxedLines { lines: lines.into_iter().map(renew).collect::<Result<_, Error>>()?, told })
}

/// That lines with another tax lose it; nothing where there are none.
fn unknown(lines: &[LineRow], now: &LineTax, client: &str) -> Result<Option<String>, Error> {
    let mut others = Vec::new();
    for line in lines {
        let tax = read::line_tax(line)?;
        if tax != *now {
            others.push(said(line, &tax));
        }
    }
    let now = now.category.at(now.rate);
    let told = |(others, several): (String, bool)| {
        let had = if several { "had other ones" } else { "had another one" };
        format!("How {client} was taxed then is not known any more, so each line is taxed as {client} is by now ({now}); {others} {had}.")
    };
    Ok(listed(&others).map(told))
}

fn with_tax(line: LineRow, tax: &LineTax) -> LineRow {
    LineRow {
        tax_category: tax.category.code().to_owned(),
        tax_percent: tax.rate.ten_thousandths(),
        tax_reason: tax.reason.clone(),
        ..line
    }
}

/// Gives the lines that carry a tax which the client had before the one that they have by now, and tells which ones keep another.
pub async fn take(cx: &mut Call, row: &InvoiceRow, currency: &Currency) -> Result<(), Error> {
    let now = draft::tax_of(&clients::record::find(cx, &row.client_id.to_string()).await?);
    let lines = line_texts::lines(cx, row).await?;
    let former = former(cx, row).await?;
    let Some(before) = before(&lines, &now, &former)? else {
        cx.warn("No line carries a tax that the client had before, so nothing was changed. Change the tax of a line on the line.");
        return Ok(());
    };
    let mut changed = Vec::new();
    for line in lines {
        let tax = read::line_tax(&line)?;
        if is_former(&tax, &now, &former) {
            changed.push(with_tax(line, &now));
        }
    }
    store::update_lines(&mut cx.db, &changed, currency).await?;
    if let Some(kept) = before.kept() {
        cx.warn(format!("{kept} Change it there where it is not meant so."));
    }
    Ok(())
}

impl FormerTax {
    /// Which lines keep what somebody has chosen for them; nothing where there are none.
    pub fn kept(&self) -> Option<String> {
        let (named, several) = listed(&self.others)?;
        Some(match several {
            false => format!("{named} has a tax of its own and keeps it."),
            true => format!("{named} have a tax of their own and keep it."),
        })
    }

    /// That what carried it has the tax of now.
    fn renewed(&self, now: &LineTax, client: &str) -> String {
        let [then, now] = [&self.tax, now].map(|tax| tax.category.at(tax.rate));
        let told = match then == now {
            true => format!("The reason for the tax of {client} is another one by now: it stands on the lines that are taxed so."),
            false => format!("What was taxed as {client} was then ({then}) is taxed as {client} is by now ({now})."),
        };
        self.kept().map_or_else(|| told.clone(), |kept| format!("{told} {kept}"))
    }
}

/// The first few of these in a row, and whether they are several; nothing of none.
pub fn listed(others: &[String]) -> Option<(String, bool)> {
    let more = others.len().saturating_sub(NAMED);
    let mut named: Vec<String> = others.iter().take(NAMED).cloned().collect();
    if more > 0 {
        named.push(text::pluralize(more as i64, "other line", "other lines"));
    }
    let (last, first) = named.split_last()?;
    Some(match first {
        [] => (last.clone(), false),
        first => (format!("{} and {last}", first.join(", ")), true),
    })
}

/// A line and its tax in a few words: `"Book" (9 %)`.
fn said(line: &LineRow, tax: &LineTax) -> String {
    let first = line.description.lines().next().unwrap_or_default();
    format!("\"{}\" ({})", text::excerpt(first), tax.category.at(tax.rate))
}
