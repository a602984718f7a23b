//! Changes and deletes drafts.

mod period;
mod pricing;

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use domain::{
    day::DateRange,
    id::InvoiceId,
    money::Currency,
    patch::Patch,
    quantity,
    tax::{category::TaxCategory, line_tax::LineTax},
    text,
};
pub use pricing::{RateChange, line_rates, own_rates};

use super::{
    CustomLine, DeletedInvoice, Invoice, LineChange, client_tax,
    compose::{self, LINES_MAX, TEXT_MAX},
    discount, draft, late_payment, line_texts, payment, read,
    store::{self, InvoiceRow, LineRow},
    text_limits,
};
use crate::{
    clients,
    error::{Code, Error},
    operation::{self, Call, needs_person_error},
    organizations::{self, settings::within},
    reference,
};

/// The arguments of `update_invoice_draft`.
#[allow(missing_docs, reason = "each is described where it is an argument")]
pub struct DraftChange {
    pub version: Option<i32>,
    pub lines: Vec<LineChange>,
    pub add: Vec<CustomLine>,
    pub discount: Patch<String>,
    pub notes: Patch<String>,
    pub late_payment_terms: Option<bool>,
    pub period_from: Patch<String>,
    pub period_to: Patch<String>,
    pub payment_terms_days: Option<u16>,
    pub client_tax: Option<bool>,
    pub rates: RateChange,
}

impl DraftChange {
    /// The argument by which the lines grow. A form sends all lines along with those that it adds.
    fn grown_by(&self) -> &'static str {
        match self.add.iter().all(compose::is_blank) {
            false => "add",
            true if !self.lines.is_empty() => "lines",
            true if self.rates.current => "current_rates",
            true if self.rates.wanted() => "time_rate",
            true => "client_tax",
        }
    }
}

/// Changes a draft and recomputes its sums. Without an effective change nothing is written, and the version stays.
pub async fn update(cx: &mut Call, invoice: &str, change: DraftChange) -> Result<Invoice, Error> {
    if change.rates.wanted() || !change.rates.per_line.is_empty() {
        organizations::store::lock_shared(&mut cx.db).await?;
    }
    let mut row = lock_draft(cx, invoice, change.version).await?;
    check_agent_may_update(cx, &row, &change.rates).await?;
    let repriced = change.rates.wanted() || !change.rates.per_line.is_empty();
    let grown_by = change.grown_by();
    let before = DraftSnapshot::of(cx, &row, repriced).await?;
    write(cx, &mut row, change, &before.lines).await?;
    let after = DraftSnapshot::of(cx, &row, repriced).await?;
    if after != before {
        if text_limits::grow(&before.lines, &after.lines) {
            text_limits::fit_together(&after.lines, grown_by, text_limits::SHORTEN_LINES)?;
        }
        let totals = read::totals(&row, &after.lines)?;
        store::update_draft(&mut cx.db, &row, &totals).await?;
    }
    draft::warn_agent_draft_unsent(cx, InvoiceId(row.id))?;
    read::get(cx, &row.id.to_string()).await
}

/// Everything that an update can change about a draft, compared before and after.
#[derive(PartialEq)]
struct DraftSnapshot {
    lines: Vec<LineRow>,
    /// The rates of the time on it, where the update may change them: a rate of 0 instead of none changes no line.
    rates: Vec<(Uuid, Option<i64>, bool)>,
    discount: (Option<i64>, Option<i32>),
    notes: Option<String>,
    composed_terms: Option<String>,
    payment_terms_days: i16,
    period: Option<DateRange>,
    period_given: bool,
}

impl DraftSnapshot {
    async fn of(cx: &mut Call, row: &InvoiceRow, repriced: bool) -> Result<Self, Error> {
        let time = if repriced { store::draft_entries(&mut cx.db, row.id, false).await? } else { Vec::new() };
        Ok(Self {
            lines: store::lines(&mut cx.db, row.id).await?,
            rates: time.iter().map(|time| (time.entry.id, time.entry.rate, time.own)).collect(),
            discount: (row.discount_amount, row.discount_rate),
            notes: row.notes.clone(),
            composed_terms: row.composed_terms.clone(),
            payment_terms_days: row.payment_terms_days,
            period: read::period(row),
            period_given: row.period_given,
        })
    }
}

/// Applies a change: writes the lines (`before` are the present ones), and sets the other fields in `row`.
async fn write(cx: &mut Call, row: &mut InvoiceRow, change: DraftChange, before: &[LineRow]) -> Result<(), Error> {
    let currency = Currency::parse(&row.currency)?;
    let of_time = |id: &str| before.iter().any(|line| line.seconds.is_some() && line.id == reference::parse_id(id));
    let removes = change.lines.iter().any(|line| line.remove == Some(true) && of_time(&line.line));
    let mut there = change_lines(cx, row, &currency, change.lines).await?;
    if removes {
        there += pricing::reprice_shared_rounding(cx, row, &currency).await?;
    }
    // This runs after the changes of lines: a form sends the unchanged tax of every line along.
    if change.client_tax == Some(true) {
        client_tax::take(cx, row, &currency).await?;
    }
    if change.rates.wanted() {
        there += pricing::apply_rates(cx, row, &currency, &change.rates).await?;
    }
    if !change.rates.per_line.is_empty() {
        there += pricing::set_line_rates(cx, row, &currency, &change.rates.per_line).await?;
    }
    add_lines(cx, row, &currency, change.add, there).await?;
    if let Some(discount) = given(change.discount) {
        let discount = discount::read(discount.as_deref(), &currency)?;
        let columns = discount::columns(&discount);
        // A form sends the unchanged discount along.
        if columns != (row.discount_amount, row.discount_rate) {
            discount::remark(&discount, &currency).into_iter().for_each(|remark| cx.warn(remark));
        }
        (row.discount_amount, row.discount_rate) = columns;
    }
    set_notes(cx, row, change.notes, change.late_payment_terms == Some(true)).await?;
    if let Some(days) = change.payment_terms_days {
        row.payment_terms_days = within("payment_terms_days", days, 0, 365)? as i16;
    }
    period::set(cx, row, change.period_from, change.period_to).await
}

/// An agent that writes drafts may change only drafts that nobody else has made or changed, and never the rates of the time on them:
/// that time is logged, and keeps its rate when the draft is deleted.
async fn check_agent_may_update(cx: &mut Call, row: &InvoiceRow, rates: &RateChange) -> Result<(), Error> {
    let Some(token) = cx.caller.token.as_ref().map(|token| token.id.0).filter(|_| cx.writes_drafts() && !cx.dry_run) else { return Ok(()) };
    if rates.wanted() || !rates.per_line.is_empty() {
        return Err(needs_person_error("change the rate of time that is already logged"));
    }
    match operation::changed_by_others(&mut cx.db, "invoice", &[row.id], token).await?.is_empty() {
        true => Ok(()),
        false => Err(needs_person_error("change a draft that somebody else has made or changed")),
    }
}

/// Sets the note, and adds the statements on late payment that the law requires if `with_terms` is set.
async fn set_notes(cx: &mut Call, row: &mut InvoiceRow, notes: Patch<String>, with_terms: bool) -> Result<(), Error> {
    if let Some(notes) = given(notes) {
        row.notes = text::optional_lines("notes", notes.as_deref(), late_payment::NOTE_MAX)?;
        row.composed_terms = late_payment::kept(row.composed_terms.take(), row.notes.as_deref());
    }
    if with_terms { late_payment::add(cx, row).await } else { Ok(()) }
}

/// Deletes a draft and releases the time on it.
pub async fn delete(cx: &mut Call, invoice: &str) -> Result<DeletedInvoice, Error> {
    let row = lock_draft(cx, invoice, None).await?;
    store::release_invoice(&mut cx.db, row.id).await?;
    store::delete(&mut cx.db, row.id).await?;
    Ok(DeletedInvoice { id: InvoiceId(row.id) })
}

/// Locks a draft. Refuses an invoice that is no draft any more (`locked`), and an outdated version (`stale`).
pub async fn lock_draft(cx: &mut Call, invoice: &str, version: Option<i32>) -> Result<InvoiceRow, Error> {
    let row = read::find_locked(cx, invoice).await?;
    if row.state != "draft" {
        return Err(not_a_draft(&row));
    }
    if let Some(version) = version.filter(|version| *version > row.version) {
        let words = format!("This draft never had version {version}: it is at version {}. Look at it again before you go on.", row.version);
        return Err(Error::new(Code::Stale, words));
    }
    if version.is_some_and(|version| version != row.version) {
        return Err(Error::new(Code::Stale, "Somebody changed this draft in the meantime. Look at it again before you go on."));
    }
    Ok(row)
}

/// The error for an invoice that is no draft, with a hint at what is possible instead.
fn not_a_draft(row: &InvoiceRow) -> Error {
    let number = row.number.as_deref().unwrap_or_default();
    if row.state == "void" {
        return Error::new(Code::Locked, format!("Invoice {number} is void and does not change any more."))
            .hint("It can be drafted again. redraft_invoice does that.");
    }
    let payments = if row.state == "paid" { "" } else { " What is paid of it can still be recorded." };
    Error::new(Code::Locked, format!("Invoice {number} was already sent and does not change any more."))
        .hint(format!("{}{payments}", payment::void_hint(row)))
}

/// Changes and removes lines; returns how many are left.
async fn change_lines(cx: &mut Call, row: &InvoiceRow, currency: &Currency, changes: Vec<LineChange>) -> Result<usize, Error> {
    if changes.len() > LINES_MAX {
        return Err(Error::invalid("lines", format!("{} lines are too many; at most {LINES_MAX} fit.", changes.len())));
    }
    // The composed texts are needed only for comparison with a given text.
    let lines = match changes.iter().any(|change| change.description.is_some()) {
        true => line_texts::lines(cx, row).await?,
        false => store::lines(&mut cx.db, row.id).await?,
    };
    let mut left: BTreeMap<Uuid, LineRow> = lines.into_iter().map(|line| (line.id, line)).collect();
    let (mut removed, mut written) = (BTreeSet::new(), BTreeMap::new());
    let taxed = changes.iter().any(|change| change.tax_category == Some(TaxCategory::S) && !is_said(&change.tax_rate));
    let usual = if taxed { usual_rate(cx, row).await? } else { None };
    for (at, mut change) in changes.into_iter().enumerate() {
        let id = reference::parse_id(&change.line);
        if removed.contains(&id) || written.contains_key(&id) {
            return Err(Error::invalid("lines", "One line stands twice among the lines. Say all that changes of it once."));
        }
        let line = left.get(&id).ok_or_else(|| no_line(at))?;
        if change.remove == Some(true) {
            removed.insert(id);
        } else {
            if change.tax_category == Some(TaxCategory::S) && line.tax_category != TaxCategory::S.code() && !is_said(&change.tax_rate) {
                change.tax_rate.clone_from(&usual);
            }
            let given = compose::check_tax_given(cx.caller.channel, change.tax_category, change.tax_rate.as_deref());
            let after = given.and_then(|()| changed(line.clone(), change, currency)).map_err(|error| error.within("lines", at))?;
            written.insert(id, after);
        }
    }
    // A form sends every line, so unchanged ones are dropped.
    written.retain(|id, after| left.get(id) != Some(after));
    left.retain(|id, _| !removed.contains(id));
    let removed: Vec<Uuid> = removed.into_iter().collect();
    store::release_lines(&mut cx.db, &removed).await?;
    store::delete_lines(&mut cx.db, &removed).await?;
    store::update_lines(&mut cx.db, &written.into_values().collect::<Vec<_>>(), currency).await?;
    Ok(left.len())
}

/// The error for item `at`, whose id is no line of the draft.
fn no_line(at: usize) -> Error {
    let mut error = Error::not_found("line on this draft");
    error.fields.insert(format!("lines[{at}].line"), error.message.clone());
    error.hint("get_invoice shows the lines with their ids.")
}

fn is_said(text: &Option<String>) -> bool {
    text.as_ref().is_some_and(|text| !text.trim().is_empty())
}

/// The default rate of a line that becomes taxed without a rate: the client's, else the organization's.
async fn usual_rate(cx: &mut Call, row: &InvoiceRow) -> Result<Option<String>, Error> {
    let client = draft::tax_of(&clients::record::find(cx, &row.client_id.to_string()).await?);
    if client.category == TaxCategory::S {
        return Ok(Some(client.rate.to_string()));
    }
    let organization = organizations::settings::get(cx).await?;
    Ok((organization.tax_category == TaxCategory::S).then(|| organization.tax_rate.to_string()))
}

fn changed(mut line: LineRow, change: LineChange, currency: &Currency) -> Result<LineRow, Error> {
    if let Some(description) = change.description {
        describe(&mut line, &description)?;
    }
    taxed(&mut line, change.tax_category, change.tax_rate.as_deref(), change.tax_reason.as_deref())?;
    let (quantity, price) = (change.quantity.filter(|quantity| !quantity.trim().is_empty()), change.price);
    if quantity.is_none() && price.is_none() {
        return Ok(line);
    }
    let Some(before) = line.invoiced_quantity else {
        return Err(Error::invalid(
            "lines",
            "Quantity and price of tracked time come from its entries. Change the entries, or remove the line and write a custom one.",
        ));
    };
    let after = quantity.map_or(Ok(before), |quantity| quantity::parse(&quantity))?;
    // A stored price from before BR-27 was enforced stays valid until somebody changes it.
    if let Some(price) = price
        && price.millionths("price", currency)? != line.unit_price
    {
        line.unit_price = compose::price_of(&price, currency)?;
    }
    line.invoiced_quantity = Some(after);
    line.net = compose::bounded_net(after, line.unit_price, currency)?;
    Ok(line)
}

/// Sets the text of a line. A form sends the unchanged text along, so only a different one counts as written by hand.
fn describe(line: &mut LineRow, description: &str) -> Result<(), Error> {
    let written = compose::required_text(text::lines("description", description, TEXT_MAX)?, "description")?;
    if written != line.description {
        (line.description, line.composed) = (written, Some(false));
    }
    Ok(())
}

/// Changes the tax of a line if category, rate or reason is given.
fn taxed(line: &mut LineRow, category: Option<TaxCategory>, rate: Option<&str>, reason: Option<&str>) -> Result<(), Error> {
    if category.is_none() && rate.is_none_or(|rate| rate.trim().is_empty()) && reason.is_none() {
        return Ok(());
    }
    let LineTax { category, rate, reason } = read::line_tax(line)?.changed(category, rate, reason)?;
    line.tax_category = category.code().to_owned();
    line.tax_percent = rate.ten_thousandths();
    line.tax_reason = reason;
    Ok(())
}

/// Appends lines; `there` is the number of present ones.
async fn add_lines(cx: &mut Call, row: &InvoiceRow, currency: &Currency, add: Vec<CustomLine>, there: usize) -> Result<(), Error> {
    let add: Vec<(usize, CustomLine)> = add.into_iter().enumerate().filter(|(_, line)| !compose::is_blank(line)).collect();
    if add.is_empty() {
        return Ok(());
    }
    if there + add.len() > LINES_MAX {
        return Err(Error::invalid("add", format!("An invoice holds {LINES_MAX} lines at most, and this one has {there} already.")));
    }
    let client = clients::record::find(cx, &row.client_id.to_string()).await?;
    let (tax, channel) = (draft::tax_of(&client), cx.caller.channel);
    let written = |(at, line): &(usize, CustomLine)| {
        compose::custom_line(line, currency, &tax, channel).map(compose::row).map_err(|error| error.within("add", *at))
    };
    let lines = add.iter().map(written).collect::<Result<Vec<LineRow>, Error>>()?;
    let last = store::last_position(&mut cx.db, row.id).await?;
    store::insert_lines(&mut cx.db, row.id, last, &lines, currency).await
}

/// The new value of a patch; `None` when it keeps the old one.
fn given(patch: Patch<String>) -> Option<Option<String>> {
    match patch {
        Patch::Keep => None,
        Patch::Clear => Some(None),
        Patch::Set(text) => Some(Some(text)),
    }
}
