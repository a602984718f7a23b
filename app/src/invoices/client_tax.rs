//! Compares the tax of lines with the client's present tax, and replaces former taxes of the client by it: on drafts, and on void
//! invoices that are redrafted.

use std::collections::HashMap;

use domain::{
    money::Currency,
    percent::Percent,
    tax::{category::TaxCategory, exemption::is_of_small_business, line_tax::LineTax},
    text,
};

use super::{
    draft, line_texts, read,
    store::{self, InvoiceRow, LineRow},
};
use crate::{
    clients::{self, Client},
    error::Error,
    operation::Call,
};

/// Maximum number of lines that a message names; it counts the others.
const NAMED: usize = 5;

/// The lines of a draft that carry a former tax of its client.
pub struct FormerTax {
    /// The former tax that most of those lines carry.
    pub tax: LineTax,
    /// Whether lines of time are among them.
    pub of_time: bool,
    /// Short descriptions of the lines whose tax somebody has chosen.
    pub others: Vec<String>,
}

/// Finds the lines that carry a tax of `former`; `None` where there are none, since then every tax was chosen deliberately.
pub fn before(lines: &[LineRow], now: &LineTax, former: &[LineTax]) -> Result<Option<FormerTax>, Error> {
    let taxes = lines.iter().map(read::line_tax).collect::<Result<Vec<_>, _>>()?;
    let carried: Vec<&LineTax> = taxes.iter().filter(|tax| is_former(tax, now, former)).collect();
    let mut times: HashMap<&LineTax, usize> = HashMap::new();
    for tax in carried.iter().copied() {
        *times.entry(tax).or_default() += 1;
    }
    // On a tie, the tax of the earliest line wins.
    let Some(tax) = carried.iter().copied().rev().max_by_key(|tax| times.get(tax)) else { return Ok(None) };
    let of_time = lines.iter().zip(&taxes).any(|(line, tax)| line.seconds.is_some() && is_former(tax, now, former));
    let own = lines.iter().zip(&taxes).filter(|(_, tax)| *tax != now && !is_former(tax, now, former));
    Ok(Some(FormerTax { tax: tax.clone(), of_time, others: own.map(|(line, other)| said(line, other)).collect() }))
}

/// Whether the tax of a line is a former one of the client, or the present one without its reason.
fn is_former(tax: &LineTax, now: &LineTax, former: &[LineTax]) -> bool {
    let lacks_words = tax.reason.is_none() && (tax.category, tax.rate) == (now.category, now.rate);
    tax != now && (lacks_words || former.contains(tax))
}

/// The taxes that the client has had since the draft was made, except for the present one.
pub async fn former(cx: &mut Call, row: &InvoiceRow) -> Result<Vec<LineTax>, Error> {
    taxes(store::taxes_since(&mut cx.db, row.id, row.client_id).await?)
}

/// The taxes that the client had between the drafting and the sending of an invoice; `None` where the log does not know them any more.
pub async fn until_sent(cx: &mut Call, row: &InvoiceRow) -> Result<Option<Vec<LineTax>>, Error> {
    let had = taxes(store::taxes_until_sent(&mut cx.db, row.id, row.client_id).await?)?;
    Ok(Some(had).filter(|had| !had.is_empty()))
}

fn taxes(rows: Vec<(String, i32, Option<String>)>) -> Result<Vec<LineTax>, Error> {
    let read = |(category, rate, reason): (String, i32, Option<String>)| {
        Ok(LineTax { category: TaxCategory::parse(&category)?, rate: Percent(rate), reason })
    };
    rows.into_iter().map(read).collect()
}

/// Lines that were changed to the client's present tax.
pub struct RetaxedLines {
    /// The lines.
    pub lines: Vec<LineRow>,
    /// The warning about the change.
    pub told: Option<String>,
}

/// Gives lines that carry a tax which the client `had` the client's present tax; a tax that somebody has chosen stays. If `had` is
/// unknown, all lines take the present tax.
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

/// The warning that lines with another tax lose it; `None` without such lines.
fn unknown(lines: &[LineRow], now: &LineTax, client: &str) -> Result<Option<String>, Error> {
    let mut others = Vec::new();
    for line in lines {
        let tax = read::line_tax(line)?;
        if tax != *now {
            others.push(said(line, &tax));
        }
    }
    let now = now.category.at(now.rate);
    let warning = |(others, several): (String, bool)| {
        let had = if several { "had other ones" } else { "had another one" };
        format!("How {client} was taxed then is not known any more, so each line is taxed as {client} is by now ({now}); {others} {had}.")
    };
    Ok(listed(&others).map(warning))
}

fn with_tax(line: LineRow, tax: &LineTax) -> LineRow {
    LineRow {
        tax_category: tax.category.code().to_owned(),
        tax_percent: tax.rate.ten_thousandths(),
        tax_reason: tax.reason.clone(),
        ..line
    }
}

/// Gives the lines of a draft that carry a former tax of the client the present one, and warns which lines keep another.
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
    /// The sentence that names the lines with a chosen tax, which they keep; `None` without such lines.
    pub fn kept(&self) -> Option<String> {
        let (named, several) = listed(&self.others)?;
        Some(match several {
            false => format!("{named} has a tax of its own and keeps it."),
            true => format!("{named} have a tax of their own and keep it."),
        })
    }

    /// The warning that the lines now have the client's present tax.
    fn renewed(&self, now: &LineTax, client: &str) -> String {
        let [then, now] = [&self.tax, now].map(|tax| tax.category.at(tax.rate));
        let warning = match then == now {
            true => format!("The reason for the tax of {client} is another one by now: it stands on the lines that are taxed so."),
            false => format!("What was taxed as {client} was then ({then}) is taxed as {client} is by now ({now})."),
        };
        self.kept().map_or_else(|| warning.clone(), |kept| format!("{warning} {kept}"))
    }
}

/// An enumeration of the first [`NAMED`] items, and whether there are several; `None` without items.
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

/// A short description of a line and its tax: `"Book" (9 %)`.
fn said(line: &LineRow, tax: &LineTax) -> String {
    let first = line.description.lines().next().unwrap_or_default();
    format!("\"{}\" ({})", text::excerpt(first), tax.category.at(tax.rate))
}

/// Whether the tax reason of a client is that of a small business.
#[cfg(feature = "ssr")]
pub fn is_small_business(client: &Client) -> bool {
    client.tax_reason.as_deref().is_some_and(|reason| is_of_small_business(reason, &client.language))
}
