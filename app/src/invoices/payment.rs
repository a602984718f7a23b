//! Records and removes payments of sent invoices, and voids invoices.

use domain::{
    day::Day,
    id::PaymentId,
    money::{Amount, Currency, Money},
    text,
};
use jiff::{ToSpan, civil::Date};

use super::{
    Invoice, PaymentMethod, read,
    store::{self, InvoiceRow, PaymentRow},
};
use crate::{
    database::date,
    error::{Code, Error},
    operation::Call,
    outbox::{self, VOIDED},
    reference,
};

/// The arguments of `record_payment`.
#[allow(missing_docs, reason = "each is described where it is an argument")]
pub struct NewPayment {
    pub amount: Amount,
    pub day: String,
    pub method: PaymentMethod,
    pub note: Option<String>,
    pub balance: Option<Amount>,
}

/// Records a payment of a sent invoice.
pub async fn record(cx: &mut Call, invoice: &str, given: NewPayment) -> Result<Invoice, Error> {
    let row = read::find_locked(cx, invoice).await?;
    let currency = Currency::parse(&row.currency)?;
    let balance = row.total - row.paid;
    if let Some(seen) = given.balance {
        check_balance_unchanged(seen.minor("balance", &currency)?, balance, &currency)?;
    }
    check_payable(&row)?;
    let amount = given.amount.minor("amount", &currency)?;
    if amount <= 0 {
        return Err(Error::invalid("amount", "A payment is above zero. Write what was paid."));
    }
    if amount > balance {
        let (given, left) = (Money::new(amount, &currency).text(), Money::new(balance, &currency).text());
        return Err(Error::invalid("amount", format!("{given} is more than the {left} that is left to pay. Record at most that.")));
    }
    let today = cx.organization_today()?;
    let paid_on = Day::parse_relative("date", &given.day, today)?.date();
    Day::weekday_remark(&given.day, today).into_iter().for_each(|remark| cx.warn(remark));
    if paid_on > today {
        return Err(Error::invalid("date", format!("{paid_on} is in the future; give the day on which the money came.")));
    }
    check_payment_date(cx, &row, paid_on)?;
    let payment = PaymentRow {
        id: PaymentId::new().0,
        amount,
        paid_on: date(paid_on),
        method: given.method.name().to_owned(),
        note: text::optional_lines("note", given.note.as_deref(), 1000)?,
    };
    let now = cx.now;
    store::insert_payment(&mut cx.db, row.id, &payment, now).await?;
    store::add_paid(&mut cx.db, row.id, amount).await?;
    read::get(cx, &row.id.to_string()).await
}

/// Refuses a payment (`stale`) if the caller saw another balance: it may be recorded already.
fn check_balance_unchanged(seen: i64, balance: i64, currency: &Currency) -> Result<(), Error> {
    if seen == balance {
        return Ok(());
    }
    let [seen, balance] = [seen, balance].map(|amount| Money::new(amount, currency).text());
    Err(Error::new(Code::Stale, format!("The balance is {balance} by now, not {seen}: a payment was recorded or removed meanwhile."))
        .hint("Look at the payments of the invoice, and record this one if it is not among them."))
}

/// Refuses a date more than a year before the day of issue as a typing error, and warns of any other date before it (advance payment).
fn check_payment_date(cx: &mut Call, row: &InvoiceRow, paid_on: Date) -> Result<(), Error> {
    let Some(issued_on) = row.issued_on.map(|day| day.to_jiff()).filter(|issued_on| paid_on < *issued_on) else { return Ok(()) };
    if paid_on < issued_on.saturating_sub(1.year()) {
        let message = format!("{paid_on} is more than a year before the day of issue, {issued_on}; give the day on which the money came.");
        return Err(Error::invalid("date", message));
    }
    cx.warn(format!("The payment is dated {paid_on}, before the day of issue, {issued_on}."));
    Ok(())
}

/// Removes a payment that was recorded by mistake; its amount is open again.
pub async fn remove(cx: &mut Call, payment: &str, reason: &str) -> Result<Invoice, Error> {
    // The reason is kept in the log with the arguments of the call.
    text::line("reason", reason, 500)?;
    let unknown = || Error::not_found("payment").hint("get_invoice shows the payments of an invoice with their ids.");
    let invoice = store::invoice_of_payment(&mut cx.db, reference::parse_id(payment)).await?.ok_or_else(unknown)?;
    let row = read::find_locked(cx, &invoice.to_string()).await?;
    // Another call may have removed it before the invoice was locked.
    let amount = store::delete_payment(&mut cx.db, row.id, reference::parse_id(payment)).await?.ok_or_else(unknown)?;
    store::add_paid(&mut cx.db, row.id, -amount).await?;
    read::get(cx, &row.id.to_string()).await
}

fn check_payable(row: &InvoiceRow) -> Result<(), Error> {
    let number = row.number.as_deref().unwrap_or_default();
    match row.state.as_str() {
        "sent" => Ok(()),
        "draft" => Err(Error::new(Code::Conflict, "The invoice is still a draft, and nobody owes it yet.")
            .hint("Send it before recording a payment: send_invoice.")),
        "paid" => Err(Error::new(Code::Conflict, format!("Invoice {number} is already paid; there is nothing left to pay."))),
        _ => Err(Error::new(Code::Conflict, format!("Invoice {number} was voided; it cannot be paid."))),
    }
}

/// Voids a sent invoice: releases its time, keeps its number and row, and cancels its waiting mails.
pub async fn void(cx: &mut Call, invoice: &str) -> Result<Invoice, Error> {
    let row = read::find_locked(cx, invoice).await?;
    check_voidable(&row)?;
    let now = cx.now;
    store::mark_void(&mut cx.db, row.id, now).await?;
    store::release_invoice(&mut cx.db, row.id).await?;
    outbox::cancel_mails(&mut cx.db, &[row.id], VOIDED).await?;
    read::get(cx, &row.id.to_string()).await
}

/// The hint how to void a sent invoice.
pub fn void_hint(row: &InvoiceRow) -> &'static str {
    match row.paid {
        0 => "An owner or admin can void it.",
        _ => "An owner or admin can void it once its payments are removed.",
    }
}

/// Refuses an invoice with payments. An invoice with a total of zero is `paid` without any payment, so it can be voided.
fn check_voidable(row: &InvoiceRow) -> Result<(), Error> {
    let number = row.number.as_deref().unwrap_or_default();
    match row.state.as_str() {
        "sent" | "paid" if row.paid == 0 => Ok(()),
        "sent" => Err(Error::new(
            Code::Conflict,
            format!("Invoice {number} has payments and is not voided. Remove the payments first, each with its reason, and void it then."),
        )),
        "draft" => {
            Err(Error::new(Code::Conflict, "The invoice is still a draft. Delete it instead.").hint("delete_invoice_draft deletes it."))
        }
        "paid" => Err(Error::new(
            Code::Conflict,
            format!("Invoice {number} is paid and is not voided. Remove the payments first, each with its reason, and void it then."),
        )),
        _ => Err(Error::new(Code::Conflict, format!("Invoice {number} was already voided."))),
    }
}
