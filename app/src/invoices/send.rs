//! Sending: number, frozen PDF, billed time and mail, all or nothing.

use jiff::civil::Date;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    Invoice, InvoiceProblem, edit,
    numbering::{self, Given},
    print::{self, Issue},
    read, recipients, remarks, rules,
    store::{self, NewMail, Row, Sent, Words},
    texts,
    wording::Wording,
};
use crate::{
    clients,
    error::{Code, Error},
    money::Currency,
    operation::Call,
    organizations::{self, Organization},
    reference, text,
};

/// How an invoice is sent; the arguments of `send_invoice`.
#[allow(missing_docs, reason = "each is described where it is an argument")]
pub struct Sending {
    pub version: Option<i32>,
    pub to: Option<Vec<String>>,
    pub message: Option<String>,
    pub without_email: bool,
}

/// Sends a draft.
pub async fn send(cx: &mut Call, invoice: &str, sending: Sending) -> Result<Invoice, Error> {
    let row = edit::locked_draft(cx, invoice, sending.version).await?;
    let recipients = recipients(&row, &sending)?;
    let message = text::optional_lines("message", sending.message.as_deref(), 4000)?;
    for remark in check(cx, &row).await? {
        cx.warn(remark.message);
    }
    let row = summed(cx, row).await?;
    let organization = organizations::settings::get(cx).await?;
    let number = freeze(cx, &row, &organization).await?;
    if !recipients.is_empty() {
        let due_on = if row.total > 0 { Some(print::due(cx.organization_today()?, row.payment_terms_days)?) } else { None };
        let letter = Letter { number: &number, due_on, recipients: &recipients, message };
        mail(cx, &row, &organization, letter).await?;
    }
    read::get(cx, &row.id.to_string()).await
}

/// To whom the invoice is mailed; nobody when it is sent without a mail.
fn recipients(row: &Row, sending: &Sending) -> Result<Vec<String>, Error> {
    let given = recipients::addresses(&reference::some("to", sending.to.clone())?)?;
    if sending.without_email {
        // The page fills in the client's address; any other one was meant.
        let meant = given.iter().find(|address| row.client_email.as_ref() != Some(*address));
        return meant.map_or(Ok(Vec::new()), |address| {
            Err(Error::invalid("to", format!("It is to go to {address} and to be sent without e-mail: choose one of the two.")))
        });
    }
    match &row.client_email {
        _ if !given.is_empty() => Ok(given),
        Some(email) => text::email("to", email).map(|email| vec![email]),
        None => Err(Error::invalid(
            "to",
            format!("{} has no e-mail address. Give one, add it to the client, or send without e-mail.", row.client_name),
        )
        .hint("Pass to, or set without_email to true. update_client sets the email of the client.")),
    }
}

/// Refuses what must not leave: an empty invoice, and one whose tax breaks a rule of EN 16931. Answers what is worth a look.
async fn check(cx: &mut Call, row: &Row) -> Result<Vec<InvoiceProblem>, Error> {
    let lines = texts::lines(cx, row).await?;
    if lines.is_empty() {
        return Err(Error::new(Code::Invalid, "The invoice has no line. Add time or a custom line before sending it."));
    }
    let totals = read::totals(row, &lines).map_err(rules::refused_sums)?;
    match rules::refusal(rules::problems_of(cx, row, &lines, &totals).await?) {
        Some(refusal) => Err(refusal),
        None => remarks::of(cx, row, &lines).await,
    }
}

/// A draft with the sums that its document will show: one may have been written while a discount was spread over all lines.
async fn summed(cx: &mut Call, row: Row) -> Result<Row, Error> {
    let lines = store::lines(&mut cx.db, row.id).await?;
    let totals = read::totals(&row, &lines)?;
    if totals.total == row.total {
        return Ok(row);
    }
    store::update_draft(&mut cx.db, &row, &totals).await?;
    read::find(cx, &row.id.to_string()).await
}

/// Gives the number, makes the PDF and keeps both. The counter stays locked until all of it is true.
async fn freeze(cx: &mut Call, row: &Row, organization: &Organization) -> Result<String, Error> {
    let (today, now) = (cx.organization_today()?, cx.now);
    let Given { number, series, sequence } = numbering::give(cx, organization, today).await?;
    let due_on = print::due(today, row.payment_terms_days)?;
    let document = print::document(cx, row, Issue { number: Some(number.clone()), issued_on: today, due_on, at: now }).await?;
    texts::keep(cx, row, &document).await?;
    let frozen = serde_json::to_value(&document).map_err(|_| Error::internal())?;
    let bytes = cx.caller.services.documents.invoice(&cx.caller, document).await?;
    let laid_out = laid_out(cx, row).await?;
    let sent =
        Sent { row, number: &number, series: &series, sequence, issued_on: today, due_on, document: frozen, laid_out: &laid_out, now };
    store::mark_sent(&mut cx.db, &sent).await?;
    store::insert_document(&mut cx.db, row.id, &bytes, &Sha256::digest(&bytes), now).await?;
    Ok(number)
}

/// The lines that its sums take for what was laid out for the client.
async fn laid_out(cx: &mut Call, row: &Row) -> Result<Vec<Uuid>, Error> {
    let lines = store::lines(&mut cx.db, row.id).await?;
    let amounts = read::amounts(&lines)?;
    Ok(lines.iter().zip(amounts).filter(|(_, amount)| amount.laid_out).map(|(line, _)| line.id).collect())
}

/// What the mail of an invoice says, and to whom.
pub(super) struct Letter<'a> {
    pub number: &'a str,
    /// When it is due; absent when nothing is left to pay.
    pub due_on: Option<Date>,
    pub recipients: &'a [String],
    /// Its words; the usual ones when absent.
    pub message: Option<String>,
}

/// Puts a mail for each of its readers into the outbox, in the language of the client and of the document that goes along.
pub(super) async fn mail(cx: &mut Call, row: &Row, organization: &Organization, letter: Letter<'_>) -> Result<(), Error> {
    let Letter { number, due_on, recipients, message } = letter;
    let from = organization.legal_name.as_deref().unwrap_or(&organization.name);
    let wording = Wording::of(&clients::record::find(cx, &row.client_id.to_string()).await?.language);
    let currency = Currency::parse(&row.currency)?;
    let total = wording.money(row.total, &currency);
    let body = message.unwrap_or_else(|| wording.letter(number, &total, due_on, from));
    let subject = wording.subject(number, from);
    let (written_by, now) = (cx.caller.person()?.id, cx.now);
    for recipient in recipients {
        let mail = NewMail { recipient, subject: &subject, words: Words::Fixed(&body), invoice: Some(row.id), written_by, now };
        store::insert_mail(&mut cx.db, &mail).await?;
        cx.mailed()?;
    }
    if cx.caller.services.clock.is_made_up() {
        store::settle_mails(&mut cx.db, row.id, now).await?;
    }
    Ok(())
}
