//! What a careful person would want to know of a draft before it is sent. Nothing of it keeps it from being sent.

use super::{
    InvoiceProblem, draft, read, rules,
    store::{self, LineRow, OnDraft, Row},
    tax::LineTax,
    totals::TaxCategory,
};
use crate::{
    clients::{self, Client},
    error::Error,
    hours::Worked,
    money::{Currency, amount_of, written},
    operation::Call,
    organizations::{self, Organization},
    text,
};

/// The remarks on a draft with these lines; none on what was sent.
pub async fn of(cx: &mut Call, row: &Row, lines: &[LineRow]) -> Result<Vec<InvoiceProblem>, Error> {
    let mut remarks = Vec::new();
    if row.state != "draft" {
        return Ok(remarks);
    }
    let time = store::time_on(&mut cx.db, row.id).await?;
    match time.iter().filter(|time| time.entry.rate.is_none()).map(|time| time.entry.seconds).sum() {
        0 => remarks.extend(of_other_rates(&time, &Currency::parse(&row.currency)?)),
        without_rate => remarks.push(of_rates(&time, without_rate)),
    }
    let client = clients::record::find(cx, &row.client_id.to_string()).await?;
    remarks.extend(of_tax(&client, lines)?);
    remarks.extend(of_lines(&client, lines)?);
    let organization = organizations::settings::get(cx).await?;
    remarks.extend(of_work_abroad(&organization, &client, lines)?);
    remarks.extend(of_both(&organization, &client));
    Ok(remarks)
}

/// What an invoice says of both parties, and this one cannot. Directive 2006/112/EC, article 226, wants the addresses of both.
pub fn unsaid(organization: &Organization, client: &Client) -> Vec<InvoiceProblem> {
    let seller = "Your organization has no postal address; most clients need one on an invoice. Add it in Settings.".to_owned();
    let buyer = format!("{} has no postal address; most tax offices want one on an invoice. Add it on the client's page.", client.name);
    let bank = "There are no bank details, so the invoice does not say where to pay. Add them in Settings.".to_owned();
    let unsaid = [
        (organization.address.is_none(), "organization.address", seller),
        (client.address.is_none(), "client.address", buyer),
        (organization.iban.is_none(), "organization.iban", bank),
    ];
    let unsaid = unsaid.into_iter().filter_map(|(missing, field, message)| missing.then(|| remark(field, message)));
    unsaid.collect()
}

/// What is to be said of both parties before there is a draft.
pub fn of_both(organization: &Organization, client: &Client) -> Vec<InvoiceProblem> {
    let mut remarks = unsaid(organization, client);
    remarks.extend(doubtful(organization, client));
    remarks
}

/// What is printed of the VAT identifiers of both and is more often than not a slip.
fn doubtful(organization: &Organization, client: &Client) -> Vec<InvoiceProblem> {
    let wrong = |vat_id: &Option<String>| {
        let read = text::vat_id("vat_id", vat_id.as_deref().unwrap_or_default());
        read.is_ok_and(|read| read.is_some_and(|read| read.doubtful)).then(|| vat_id.clone()).flatten()
    };
    let compare = "Compare it with a letter of its owner.";
    let seller = wrong(&organization.vat_id)
        .map(|id| ("organization.vat_id", format!("The check digits of your VAT identifier {id} do not fit. {compare}")));
    let buyer = wrong(&client.vat_id)
        .map(|id| ("client.vat_id", format!("The check digits of {id}, the VAT identifier of {}, do not fit. {compare}", client.name)));
    let same = client.vat_id.is_some() && client.vat_id == organization.vat_id;
    let same = same.then(|| ("client.vat_id", format!("The VAT identifier of {} is your own. Correct it in the client.", client.name)));
    [seller, buyer, same].into_iter().flatten().map(|(field, message)| remark(field, message)).collect()
}

/// What is more often than not a slip in the taxes of these lines.
pub fn of_lines(client: &Client, lines: &[LineRow]) -> Result<Vec<InvoiceProblem>, Error> {
    Ok(of_vat_id(client, lines)?.into_iter().chain(of_work(lines)?).collect())
}

/// Time has no rate: the rates that hold by now are at hand where they hold for all of it, else one is asked for.
fn of_rates(time: &[OnDraft], without_rate: i64) -> InvoiceProblem {
    let lacking = || time.iter().filter(|time| time.entry.rate.is_none());
    let seconds = |of: fn(&&OnDraft) -> bool| lacking().filter(of).map(|time| time.entry.seconds).sum::<i64>();
    let (closed, unknown) = (seconds(|time| time.closed), seconds(|time| !time.closed && time.holds.is_none()));
    let told = format!("{} of this time had no rate when it was drafted, so it is billed at 0.", Worked::of(without_rate).text);
    let locked = match closed {
        0 => String::new(),
        closed => format!(" {} of it is before the lock date and gets one only when that is moved.", Worked::of(closed).text),
    };
    let (field, way) = match unknown {
        _ if closed == without_rate => ("organization.lock_date", ""),
        0 => ("current_rates", " Take up the rates that hold by now, or leave it as it is."),
        _ => ("time_rate", " Say what an hour of it costs, or leave it as it is."),
    };
    remark(field, format!("{told}{locked}{way}"))
}

/// Other rates hold by now than the time was drafted at: a rate that was put right does not reach time on a draft by itself.
fn of_other_rates(time: &[OnDraft], currency: &Currency) -> Option<InvoiceProblem> {
    let others: Vec<(&OnDraft, i64)> = time
        .iter()
        .filter(|time| !time.own && !time.closed)
        .filter_map(|time| Some((time, time.holds.filter(|holds| time.entry.rate != Some(*holds))?)))
        .collect();
    if others.is_empty() {
        return None;
    }
    let seconds = others.iter().map(|(time, _)| time.entry.seconds).sum();
    let more: i64 = others
        .iter()
        .map(|(time, holds)| amount_of(time.entry.seconds, *holds) - amount_of(time.entry.seconds, time.entry.rate.unwrap_or(0)))
        .sum();
    let (worked, sign) = (Worked::of(seconds).text, if more < 0 { "" } else { "+" });
    let message = format!(
        "{worked} of this time is billed at another rate than holds by now, which makes {sign}{} {currency}. Take up the rates that hold by now, or leave it as it is.",
        written(more, currency)
    );
    Some(remark("current_rates", message))
}

/// The client has another tax by now than its time was drafted with; where there is no time, than all of the lines.
fn of_tax(client: &Client, lines: &[LineRow]) -> Result<Option<InvoiceProblem>, Error> {
    let now = draft::tax_of(client);
    let time = lines.iter().any(|line| line.seconds.is_some());
    let mut others = Vec::new();
    for line in lines.iter().filter(|line| line.seconds.is_some() == time) {
        let tax = read::line_tax(line)?;
        others.push((tax != now).then_some(tax));
    }
    if !time && others.iter().any(Option::is_none) {
        return Ok(None);
    }
    let Some(before) = others.into_iter().flatten().next() else { return Ok(None) };
    let (client, [what, of]) = (&client.name, if time { ["The time is", "the time"] } else { ["The lines are", "the lines"] });
    let way = "Take the client's tax on every line, or leave it as it is.";
    let said = |tax: &LineTax| match tax.category {
        TaxCategory::S => format!("{} at {} %", tax.category.named(), tax.rate),
        other => other.named(),
    };
    let message = match (before.category, before.rate) == (now.category, now.rate) {
        true => format!("The reason for the tax of {of} is another one than {client} has by now. {way}"),
        false => format!("{what} taxed as {} and {client} as {} by now. {way}", said(&before), said(&now)),
    };
    Ok(Some(remark("lines.tax_category", message)))
}

/// Time is taxed as goods that cross a border: work is not (Articles 44, 138, 146 and 196 of Directive 2006/112/EC).
fn of_work(lines: &[LineRow]) -> Result<Option<InvoiceProblem>, Error> {
    for line in lines.iter().filter(|line| line.seconds.is_some()) {
        let category = read::line_tax(line)?.category;
        if matches!(category, TaxCategory::K | TaxCategory::G) {
            let message = format!(
                "Time is taxed as {}, which is for goods. Work for a business in another country of the European Union is {}, and \
                 work for one elsewhere is {} mostly. Ask your accountant.",
                category.named(),
                TaxCategory::AE.named(),
                TaxCategory::O.named()
            );
            return Ok(Some(remark("client.tax_category", message)));
        }
    }
    Ok(None)
}

/// Work for a business of another country is taxed where that is, mostly (Article 44 of Directive 2006/112/EC).
fn of_work_abroad(organization: &Organization, client: &Client, lines: &[LineRow]) -> Result<Option<InvoiceProblem>, Error> {
    let (Some(here), Some(there)) = (&organization.country, &client.country) else { return Ok(None) };
    if here == there || client.vat_id.is_none() {
        return Ok(None);
    }
    for line in lines.iter().filter(|line| line.seconds.is_some()) {
        if read::line_tax(line)?.category == TaxCategory::S {
            let message = format!(
                "{} is a business in another country and is charged your own tax. Work for a business in another country of the European \
                 Union is {}, and work for one elsewhere is {} mostly. Ask your accountant.",
                client.name,
                TaxCategory::AE.named(),
                TaxCategory::O.named()
            );
            return Ok(Some(remark("client.tax_category", message)));
        }
    }
    Ok(None)
}

/// The client is registered for tax elsewhere than they are.
fn of_vat_id(client: &Client, lines: &[LineRow]) -> Result<Option<InvoiceProblem>, Error> {
    let categories = lines.iter().map(|line| Ok(read::line_tax(line)?.category)).collect::<Result<Vec<_>, Error>>()?;
    Ok(rules::abroad::registered_elsewhere(client, categories.into_iter()).map(|message| remark("client.vat_id", message)))
}

fn remark(field: &str, message: String) -> InvoiceProblem {
    InvoiceProblem { rule: None, field: field.to_owned(), message }
}
