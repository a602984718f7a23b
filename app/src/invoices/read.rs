//! Reads invoices: the list, single invoices, and the conversion of rows into answers.

use domain::{
    day::{DateRange, Day, OffsetDateTime},
    document::LineKind,
    hours::WorkDuration,
    id::{ClientId, InvoiceId, InvoiceLineId, PaymentId, ProjectId, TimeEntryId},
    locale::Locale,
    money::{self, Currency, Money, UnitPrice},
    percent::Percent,
    quantity::{self, Quantity},
    tax::{category::TaxCategory, disbursement, line_tax::LineTax},
    text,
    time_rounding::Rounding,
    totals::{Discount, LineAmount, TaxTotal, Totals},
};
use jiff::{Timestamp, civil::Date};
use uuid::Uuid;

use super::{
    Invoice, InvoiceLine, InvoiceRef, InvoiceStatus, InvoiceSummary, InvoiceTax, Payment, PaymentMethod, Sums,
    discount::{is_disbursement, was_disbursement},
    exemption_reasons, late_payment, line_texts, number_suggestions, omitted_tax, remarks, rules,
    store::{self, InvoiceFilter, InvoiceRow, LineRow, RedraftLinks, SentDocument},
    tax_statement::{self, TaxStatement},
    update_draft,
};
use crate::{
    access::{Permission, RoleVisibility},
    clients,
    error::Error,
    operation::Call,
    outbox::MailState,
    page::{self, Cursor, Page, PageRequest},
    reference,
    summary::ClientRef,
};

/// A page of invoices, the newest first.
pub async fn list(
    cx: &mut Call,
    client: Option<String>,
    status: Option<InvoiceStatus>,
    PageRequest { limit, cursor, with_total }: PageRequest,
) -> Result<Page<InvoiceSummary>, Error> {
    let client = match text::non_empty(client) {
        Some(client) => Some(clients::record::find(cx, &client).await?.id.0),
        None => None,
    };
    let (limit, after, today) = (page::limit(limit)?, cx.listing.after(cursor.as_deref())?, cx.organization_today()?);
    let filter = InvoiceFilter { client, status: status.map(InvoiceStatus::name), today, after: after.as_ref(), limit: limit + 1 };
    let rows = store::list(&mut cx.db, &filter).await?;
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let mut mails = store::latest_mails(&mut cx.db, &ids).await?;
    let total = if with_total.unwrap_or(false) { Some(store::count(&mut cx.db, &filter).await?) } else { None };
    let cursor_of = |row: &InvoiceRow| Cursor { key: row.created_at.to_jiff().to_string(), id: row.id };
    let zone = cx.membership()?.organization_zone.clone();
    let page = Page::of(cx.listing, rows, limit, cursor_of, |row| {
        let mail = mails.remove(&row.id);
        summary(row, mail, today, &zone)
    })?;
    Ok(Page { total, ..page })
}

/// One invoice with everything on it.
pub async fn get(cx: &mut Call, invoice: &str) -> Result<Invoice, Error> {
    let row = find(cx, invoice).await?;
    read_invoice(cx, row).await
}

/// Finds the row by id or number; the composed part of a draft's note is in the client's present language.
pub async fn find(cx: &mut Call, invoice: &str) -> Result<InvoiceRow, Error> {
    match store::find(&mut cx.db, reference::parse_id(invoice), invoice.trim()).await? {
        Some(row) => late_payment::worded_anew(cx, row).await,
        None => Err(number_suggestions::not_found_error(cx, invoice.trim()).await?),
    }
}

/// Locks the invoice, then reads it: the row stays current until the transaction ends.
pub async fn find_locked(cx: &mut Call, invoice: &str) -> Result<InvoiceRow, Error> {
    match store::lock(&mut cx.db, reference::parse_id(invoice), invoice.trim()).await? {
        Some(_) => find(cx, invoice).await,
        None => Err(number_suggestions::not_found_error(cx, invoice.trim()).await?),
    }
}

/// Completes an invoice from its row: lines, sums, payments, mail.
pub async fn read_invoice(cx: &mut Call, row: InvoiceRow) -> Result<Invoice, Error> {
    let (zone, slug, today) = (cx.membership()?.organization_zone.clone(), cx.membership()?.slug.clone(), cx.organization_today()?);
    let currency = Currency::parse(&row.currency)?;
    let (rows, time) = line_texts::lines_and_time(cx, &row).await?;
    let printed = if row.number.is_some() { store::printed(&mut cx.db, row.id).await? } else { None };
    let totals = shown_totals(&row, &rows, &currency, printed.as_ref())?;
    let looked_over = row.state == "draft" && !rows.is_empty() && cx.may(Permission::WriteMoney);
    let (mut problems, mut remarks) = (Vec::new(), Vec::new());
    if looked_over {
        let (seller, buyer) = late_payment::parties(cx, &row).await?;
        problems = rules::draft_problems(cx, &row, (&seller, &buyer), &rows, &totals)?;
        remarks = remarks::of(cx, &row, &rows, &time).await?;
    }
    let omitted_tax = omitted_tax::of_invoice(cx, &rows, printed.as_ref()).await?;
    let sums = stated_sums(cx, &row, &totals, (&rows[..], &currency), (printed.as_ref(), omitted_tax)).await?;
    let mut lines = rows.into_iter().map(|line| read_line(line, &currency, omitted_tax)).collect::<Result<Vec<_>, _>>()?;
    if looked_over {
        let own = update_draft::own_rates(&time);
        lines.iter_mut().for_each(|line| line.rate = own.get(&line.id.0).map(|rate| Money::new(*rate, &currency)));
    }
    if let Some(printed) = printed {
        printed.word_lines(&mut lines);
    }
    let mut payments = store::payments(&mut cx.db, row.id).await?;
    // Notes on payments and missing rates are internal, and viewers act for the client.
    if cx.membership()?.role.visibility() == RoleVisibility::GrantedClients {
        payments.iter_mut().for_each(|payment| payment.note = None);
        lines.iter_mut().for_each(|line| line.without_rate = false);
    }
    let mail = store::latest_mails(&mut cx.db, &[row.id]).await?.remove(&row.id);
    let (redraft_of, redrafted_as) = redrafts(cx, &row).await?;
    let at = |at: jiff_sqlx::Timestamp| OffsetDateTime::at(at.to_jiff(), &zone);
    let day = |day: jiff_sqlx::Date| Day::from(day.to_jiff());
    Ok(Invoice {
        id: InvoiceId(row.id),
        status: status(&row, today),
        client: ClientRef { id: ClientId(row.client_id), name: row.client_name.clone() },
        period: period(&row),
        issued_on: row.issued_on.map(day),
        due_on: row.due_on.map(day),
        payment_terms_days: row.payment_terms_days as u16,
        lines,
        sums,
        discount_written: discount_written(&row, &currency),
        problems,
        remarks,
        paid: Money::new(row.paid, &currency),
        balance: Money::new(balance(&row), &currency),
        payments: payments.into_iter().map(|payment| read_payment(payment, &currency)).collect(),
        notes: row.notes.clone(),
        group_by: row.group_by.parse()?,
        rounding: rounding(&row)?,
        version: row.version,
        created_at: at(row.created_at),
        sent_at: row.sent_at.map(at),
        redraft_of,
        redrafted_as,
        mail,
        client_email: row.client_email.clone(),
        pdf_url: format!("/o/{slug}/invoices/{}/pdf", row.id),
        number: row.number,
        currency,
    })
}

/// The void invoice that this one redrafts, and the redraft of this one.
async fn redrafts(cx: &mut Call, row: &InvoiceRow) -> Result<(Option<InvoiceRef>, Option<InvoiceRef>), Error> {
    if row.redraft_of_id.is_none() && row.state != "void" {
        return Ok((None, None));
    }
    let RedraftLinks { of_id, of_number, as_id, as_number, .. } = store::redrafts(&mut cx.db, row.id).await?;
    let name = |id: Option<Uuid>, number| id.map(|id| InvoiceRef { invoice: InvoiceId(id), number });
    Ok((name(of_id, of_number), name(as_id, as_number)))
}

/// The sums of the lines, with which a draft is stored and sent.
pub fn totals(row: &InvoiceRow, lines: &[LineRow]) -> Result<Totals, Error> {
    Ok(Totals::of(&amounts(lines)?, discount(row))?)
}

/// The sums that are shown: of a draft those of its lines, of a sent invoice those that it was sent with. A draft whose discount would
/// now be refused is shown as stored, so that it can be changed.
fn shown_totals(row: &InvoiceRow, lines: &[LineRow], currency: &Currency, printed: Option<&SentDocument>) -> Result<Totals, Error> {
    let is_known = row.state == "draft" || lines.iter().all(|line| line.laid_out.is_some());
    match totals(row, lines) {
        Ok(totals) if is_known => Ok(totals),
        _ => {
            let is_printed = |taxes: &[TaxTotal]| printed.is_none_or(|printed| printed.has_taxes(taxes, currency));
            Ok(Totals::of_sent(&readings(lines)?, discount(row), row.total, is_printed)?)
        }
    }
}

/// The amounts of lines for the totals, by the present rule for disbursements.
pub fn amounts(lines: &[LineRow]) -> Result<Vec<LineAmount>, Error> {
    amounts_by(lines, is_disbursement)
}

/// The same by each rule that ever identified disbursements, the latest first; before the first rule no line was one.
fn readings(lines: &[LineRow]) -> Result<[Vec<LineAmount>; 3], Error> {
    Ok([amounts(lines)?, amounts_by(lines, was_disbursement)?, amounts_by(lines, |_, _| false)?])
}

/// The same by the given rule, for lines without a stored `laid_out`.
fn amounts_by(lines: &[LineRow], rule: fn(&LineRow, TaxCategory) -> bool) -> Result<Vec<LineAmount>, Error> {
    let amount = |line: &LineRow| {
        let category = TaxCategory::parse(&line.tax_category)?;
        let laid_out = line.laid_out.unwrap_or_else(|| rule(line, category));
        Ok(LineAmount { net: line.net, category, rate: Percent(line.tax_percent), laid_out })
    };
    lines.iter().map(amount).collect()
}

/// The discount on an invoice.
pub fn discount(row: &InvoiceRow) -> Option<Discount> {
    row.discount_amount.map(Discount::Amount).or(row.discount_rate.map(|rate| Discount::Percent(Percent(rate))))
}

/// Converts sums into their answer; `statement` is what the document states about each tax.
pub fn sums(totals: &Totals, currency: &Currency, statement: impl Fn(&TaxTotal) -> Option<TaxStatement>) -> Sums {
    let money = |amount| Money::new(amount, currency);
    let tax = |tax: &TaxTotal| {
        let stated = statement(tax);
        let not_printed = stated.is_none();
        let reason = stated.and_then(|stated| stated.reason).map(|reason| exemption_reasons::join_document_lines(&reason));
        InvoiceTax { category: tax.category, rate: tax.rate, base: money(tax.base), tax: money(tax.tax), reason, not_printed }
    };
    Sums {
        subtotal: money(totals.subtotal),
        discount: (totals.discount != 0).then(|| money(totals.discount)),
        net: money(totals.net),
        taxes: totals.taxes.iter().map(tax).collect(),
        tax: money(totals.tax),
        total: money(totals.total),
    }
}

/// The sums of an invoice with what its document states about its taxes: that of a draft as it would be made now.
async fn stated_sums(
    cx: &mut Call,
    row: &InvoiceRow,
    totals: &Totals,
    (lines, currency): (&[LineRow], &Currency),
    (printed, omitted_tax): (Option<&SentDocument>, bool),
) -> Result<Sums, Error> {
    if printed.is_none() && totals.taxes.iter().any(|tax| tax.category.reason().is_some()) {
        let (seller, buyer) = late_payment::parties(cx, row).await?;
        return Ok(sums(totals, currency, tax_statement::of_parties(&seller, &buyer, lines)));
    }
    let mut sums = sums(totals, currency, |tax| tax_statement::usual(tax, lines, omitted_tax));
    if let Some(printed) = printed {
        printed.word_taxes(&mut sums.taxes, currency);
    }
    Ok(sums)
}

/// Converts a stored line into its answer; `omitted_tax`: the document states nothing about lines without tax.
pub fn read_line(line: LineRow, currency: &Currency, omitted_tax: bool) -> Result<InvoiceLine, Error> {
    let quantity = quantity_text(&line, currency);
    let tax_category = TaxCategory::parse(&line.tax_category)?;
    let kind: LineKind = line.kind.parse()?;
    Ok(InvoiceLine {
        id: InvoiceLineId(line.id),
        kind,
        description: line.description,
        project: line.project_id.map(ProjectId),
        project_name: line.project_name,
        worked: line.seconds.map(WorkDuration::of),
        billed: line.billed_seconds.map(WorkDuration::of),
        quantity,
        unit: Locale::English.unit(kind).to_owned(),
        price: UnitPrice::new(line.unit_price, currency),
        rate: None,
        without_rate: line.without_rate,
        net: Money::new(line.net, currency),
        tax_untold: omitted_tax && tax_category == TaxCategory::O,
        laid_out: disbursement::is_one(tax_category, line.tax_reason.as_deref()),
        tax_category,
        tax_rate: Percent(line.tax_percent),
        tax_reason: line.tax_reason,
        entries: line.entries.into_iter().map(TimeEntryId).collect(),
    })
}

/// The quantity of a line; for time, the hours whose product with the price is the net.
pub fn quantity(line: &LineRow, currency: &Currency) -> Quantity {
    let hours = || quantity::hours(line.billed_seconds.unwrap_or_default(), line.unit_price, line.net, currency);
    line.invoiced_quantity.map_or_else(hours, Quantity::custom)
}

/// The quantity as printed.
pub fn quantity_text(line: &LineRow, currency: &Currency) -> String {
    line.invoiced_quantity.map_or_else(|| quantity::hours_text(quantity(line, currency)), quantity::text_of)
}

/// The tax of a line.
pub fn line_tax(line: &LineRow) -> Result<LineTax, Error> {
    Ok(LineTax { category: TaxCategory::parse(&line.tax_category)?, rate: Percent(line.tax_percent), reason: line.tax_reason.clone() })
}

fn read_payment(payment: store::PaymentRow, currency: &Currency) -> Payment {
    Payment {
        id: PaymentId(payment.id),
        amount: Money::new(payment.amount, currency),
        date: Day::from(payment.paid_on.to_jiff()),
        method: payment.method.parse().unwrap_or(PaymentMethod::Other),
        note: payment.note,
    }
}

fn summary(row: InvoiceRow, mail: Option<MailState>, today: Date, zone: &jiff::tz::TimeZone) -> Result<InvoiceSummary, Error> {
    let currency = Currency::parse(&row.currency)?;
    let created: Timestamp = row.created_at.to_jiff();
    Ok(InvoiceSummary {
        id: InvoiceId(row.id),
        status: status(&row, today),
        client: ClientRef { id: ClientId(row.client_id), name: row.client_name.clone() },
        period: period(&row),
        issued_on: row.issued_on.map(|day| Day::from(day.to_jiff())),
        due_on: row.due_on.map(|day| Day::from(day.to_jiff())),
        total: Money::new(row.total, &currency),
        balance: Money::new(balance(&row), &currency),
        created_on: Day::from(created.to_zoned(zone.clone()).date()),
        number: row.number,
        mail,
    })
}

/// The balance in minor units: 0 on a draft, which nobody owes yet, and on a void invoice.
fn balance(row: &InvoiceRow) -> i64 {
    match row.state.as_str() {
        "draft" | "void" => 0,
        _ => row.total - row.paid,
    }
}

/// The status of an invoice on the day `today`.
pub fn status(row: &InvoiceRow, today: Date) -> InvoiceStatus {
    status_of(&row.state, row.due_on.map(|due| due.to_jiff()), row.paid, today)
}

/// Derives the status from the stored state, the due date and the amount paid.
pub fn status_of(state: &str, due_on: Option<Date>, paid: i64, today: Date) -> InvoiceStatus {
    match state {
        "draft" => InvoiceStatus::Draft,
        "paid" => InvoiceStatus::Paid,
        "void" => InvoiceStatus::Void,
        _ if due_on.is_some_and(|due| due < today) => InvoiceStatus::Overdue,
        _ if paid > 0 => InvoiceStatus::PartlyPaid,
        _ => InvoiceStatus::Sent,
    }
}

/// The service period (BG-14).
pub fn period(row: &InvoiceRow) -> Option<DateRange> {
    let (from, to) = row.period_from.zip(row.period_to)?;
    Some(DateRange { from: Day::from(from.to_jiff()), to: Day::from(to.to_jiff()) })
}

/// How the time of an invoice was rounded.
pub fn rounding(row: &InvoiceRow) -> Result<Rounding, Error> {
    Ok(Rounding { step_minutes: row.rounding_step as u16, mode: row.rounding_mode.parse()?, basis: row.rounding_basis.parse()? })
}

fn discount_written(row: &InvoiceRow, currency: &Currency) -> Option<String> {
    let amount = row.discount_amount.map(|amount| money::written(amount, currency));
    amount.or(row.discount_rate.map(|rate| format!("{}%", Percent(rate))))
}
