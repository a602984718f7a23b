//! Mailing a sent invoice once more, with its frozen document.

use super::{
    Invoice, read,
    send::{self, Letter},
    store::{self, Row},
};
use crate::{
    error::{Code, Error},
    operation::Call,
    organizations, outbox, text,
};

/// What the next mail of an invoice is given that is kept from leaving because this one takes its place.
const REPLACED: &str = "It was sent again.";

/// Mails a sent invoice again. What does not change stays as it was in its last mail.
pub async fn resend(cx: &mut Call, invoice: &str, to: Option<&str>, message: Option<&str>) -> Result<Invoice, Error> {
    let row = read::find_locked(cx, invoice).await?;
    let (number, due_on) = mailable(&row)?;
    let last = store::mails(&mut cx.db, Some(row.id), false, None, 1).await?.into_iter().next();
    if store::mail_waits(&mut cx.db, row.id).await? {
        let recipient = last.map(|mail| mail.recipient).unwrap_or_default();
        return Err(Error::new(Code::Conflict, format!("A mail with {number} to {recipient} waits to leave already.")));
    }
    let (last_recipient, last_words) = last.map(|mail| (mail.recipient, mail.body)).unzip();
    let recipient = recipient(&row, to, last_recipient)?;
    let message = text::optional_lines("message", message, 4000)?.or(last_words.flatten());
    // One that is too old to leave by itself does not follow this one.
    outbox::keep_mails(&mut cx.db, &[row.id], REPLACED).await?;
    let organization = organizations::settings::get(cx).await?;
    send::mail(cx, &row, &organization, Letter { number: &number, due_on, recipient: &recipient, message }).await?;
    read::get(cx, &row.id.to_string()).await
}

/// The number of an invoice that somebody has to see, and when it is due while something is left to pay.
fn mailable(row: &Row) -> Result<(String, Option<jiff::civil::Date>), Error> {
    match (row.state.as_str(), &row.number, row.due_on) {
        ("void", Some(number), _) => Err(Error::new(Code::Conflict, format!("Invoice {number} was voided; nobody owes what it asks for."))),
        ("sent", Some(number), Some(due_on)) => Ok((number.clone(), Some(due_on.to_jiff()))),
        ("paid", Some(number), _) => Ok((number.clone(), None)),
        _ => Err(Error::new(Code::Conflict, "The invoice is still a draft. Send it first.")),
    }
}

/// To whom: whom the call names, who got the last mail, or the client.
fn recipient(row: &Row, to: Option<&str>, last: Option<String>) -> Result<String, Error> {
    let given = to.map(str::trim).filter(|to| !to.is_empty()).map(str::to_owned);
    match given.or(last).or_else(|| row.client_email.clone()) {
        Some(to) => text::email("to", &to),
        None => Err(Error::invalid("to", format!("{} has no e-mail address. Give one, or add it to the client.", row.client_name))),
    }
}
