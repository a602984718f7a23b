//! Mails a sent invoice again, with its frozen document.

use domain::text::{self, addresses};

use super::{
    Invoice, read,
    send::{self, InvoiceMail},
    store::{self, InvoiceRow},
};
use crate::{
    clients,
    error::{Code, Error},
    operation::Call,
    organizations, outbox, reference,
};

/// The reason stored with an earlier mail that is cancelled because the new one replaces it.
const REPLACED: &str = "It was sent again.";

/// Mails a sent invoice again. Recipients and message default to those of its last mail.
pub async fn resend(cx: &mut Call, invoice: &str, to: Option<Vec<String>>, message: Option<&str>) -> Result<Invoice, Error> {
    let row = read::find_locked(cx, invoice).await?;
    let (number, due_on) = mailable(&row)?;
    if let Some(mail) = store::waiting_mails(&mut cx.db, row.id).await?.into_iter().find(|mail| mail.leaves) {
        let words = format!("A mail with {number} to {} waits to leave already.", mail.recipient);
        return Err(Error::new(Code::Conflict, words).hint("Stop it first, if it should not leave. stop_invoice_mail stops it."));
    }
    let recipients = match addresses::parse_addresses(&reference::reject_empty_list("to", to)?)? {
        given if !given.is_empty() => given,
        _ => last_recipients(cx, &row).await?,
    };
    let last_words = store::mails(&mut cx.db, Some(row.id), false, None, 1).await?.into_iter().next().and_then(|mail| mail.body);
    let message = text::optional_lines("message", message, 4000)?.or(last_words);
    // A mail too old to leave by itself must not leave after this one.
    outbox::cancel_mails(&mut cx.db, &[row.id], REPLACED).await?;
    let organization = organizations::settings::get(cx).await?;
    let language = clients::record::find(cx, &row.client_id.to_string()).await?.language;
    let letter = InvoiceMail { number: &number, due_on, recipients: &recipients, message, language: &language };
    send::queue_mails(cx, &row, &organization, letter).await?;
    read::get(cx, &row.id.to_string()).await
}

/// The number of an invoice that can be mailed, and its due date while a balance is open. Refuses drafts and void invoices.
fn mailable(row: &InvoiceRow) -> Result<(String, Option<jiff::civil::Date>), Error> {
    match (row.state.as_str(), &row.number, row.due_on) {
        ("void", Some(number), _) => Err(Error::new(Code::Conflict, format!("Invoice {number} was voided; nobody owes what it asks for."))),
        ("sent", Some(number), Some(due_on)) => Ok((number.clone(), Some(due_on.to_jiff()))),
        ("paid", Some(number), _) => Ok((number.clone(), None)),
        _ => {
            Err(Error::new(Code::Conflict, "The invoice is still a draft, and nothing of it was mailed.")
                .hint("Send it first: send_invoice."))
        }
    }
}

/// The default recipients: those whom the last mails have not reached, else all of the last mails, else the client.
async fn last_recipients(cx: &mut Call, row: &InvoiceRow) -> Result<Vec<String>, Error> {
    let last = store::latest_mails(&mut cx.db, &[row.id]).await?.remove(&row.id).map(|mail| mail.recipient);
    match last.or_else(|| row.client_email.clone()) {
        Some(to) => Ok(addresses::parse_addresses(&[to])?),
        None => Err(Error::invalid("to", format!("{} has no e-mail address. Give one, or add it to the client.", row.client_name))
            .hint("Pass to. update_client sets the email of the client.")),
    }
}
