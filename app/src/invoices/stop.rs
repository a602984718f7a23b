//! Stops the waiting mails of an invoice.

use super::{
    Invoice, read,
    store::{self, WaitingMail},
};
use crate::{
    error::{Code, Error},
    operation::Call,
    outbox::STOPPED,
};

/// Stops the waiting mails of an invoice, except those that the mail server is handling at the moment.
pub async fn stop(cx: &mut Call, invoice: &str) -> Result<Invoice, Error> {
    let row = read::find_locked(cx, invoice).await?;
    let (held, waiting): (Vec<_>, Vec<_>) = store::waiting_mails(&mut cx.db, row.id).await?.into_iter().partition(|mail| mail.in_hand);
    if waiting.is_empty() {
        return Err(none(row.number.as_deref(), &held));
    }
    if !held.is_empty() {
        cx.warn(format!("The mail server has the mail to {} in hand at this moment: it may arrive.", readers(&held)));
    }
    let stopped: Vec<_> = waiting.iter().map(|mail| mail.id).collect();
    store::stop_mails(&mut cx.db, &stopped, STOPPED).await?;
    read::get(cx, &row.id.to_string()).await
}

/// The error (`conflict`) that no mail can be stopped.
fn none(number: Option<&str>, held: &[WaitingMail]) -> Error {
    let number = number.unwrap_or("this invoice");
    if held.is_empty() {
        return Error::new(Code::Conflict, format!("No mail with {number} waits to leave."));
    }
    let words = format!("The mail server has the mail with {number} to {} in hand at this moment, so it cannot be stopped.", readers(held));
    Error::new(Code::Conflict, words).hint("Look again in a few minutes whether it has left.")
}

fn readers(mails: &[WaitingMail]) -> String {
    mails.iter().map(|mail| mail.recipient.as_str()).collect::<Vec<_>>().join(", ")
}
