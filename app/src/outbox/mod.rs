//! Mails on their way out: what the worker of the process takes from the outbox.
//!
//! A mail is claimed before it is sent, and claiming already plans the next attempt. So no two workers send the same
//! mail, and one that dies on the way leaves a mail that is tried again. A mail can reach somebody twice when the worker
//! dies after the mail server has taken it; its message id stays the same, so that mail programs can tell.

mod store;
#[cfg(test)]
mod tests;

use jiff::{SignedDuration, Timestamp};

use crate::{
    context::Services,
    database::{Access, Reach},
    error::Error,
    id::{MailId, OrganizationId},
};

/// How often a mail is tried before it counts as failed.
pub const ATTEMPTS_MAX: i32 = 12;

/// The shortest wait before the next attempt. Sending takes less, so a claim is never taken over while it is at work.
pub const WAIT_MIN: SignedDuration = SignedDuration::from_mins(1);

/// The longest wait before the next attempt.
pub const WAIT_MAX: SignedDuration = SignedDuration::from_hours(6);

/// How long a mail may wait and still leave by itself. What is older would surprise whoever gets it, for instance when a
/// mail server is set up after months.
pub const AGE_MAX: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Why the mail of a void invoice stays: nobody owes what it asks for.
pub const VOIDED: &str = "The invoice was voided before this mail left, so it does not leave any more.";

/// A mail that may leave now: whose it is, and which.
#[derive(Debug, Clone, Copy)]
pub struct Due {
    organization: OrganizationId,
    mail: MailId,
}

/// A claimed mail, ready to be sent.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// Its id; the same at every attempt.
    pub id: MailId,
    /// Who gets it.
    pub recipient: String,
    /// Where answers go: the organization's own address, when it has one.
    pub reply_to: Option<String>,
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub body: String,
    /// The frozen PDF of the invoice that it speaks of.
    pub attachment: Option<Attachment>,
    /// The attempts so far, this one included.
    pub attempts: i32,
}

/// A file that goes along.
#[derive(Debug, Clone)]
pub struct Attachment {
    /// Its name.
    pub file_name: String,
    /// Its bytes, a PDF.
    pub bytes: Vec<u8>,
}

/// What became of an attempt.
#[derive(Debug)]
pub enum Outcome {
    /// The mail server has taken it.
    Sent,
    /// It has not, in its own words; it is tried again.
    Refused(String),
    /// It never will, in its own words: trying again would only annoy the mail server.
    RefusedForGood(String),
}

/// Mails of all organizations that may leave now, the longest waiting first.
pub async fn due(services: &Services, at_most: i32) -> Result<Vec<Due>, Error> {
    let rows = store::due(&mut services.workers.begin(Reach::Nobody, Access::Read).await?, services.clock.now(), at_most).await?;
    Ok(rows.into_iter().map(|(organization, mail)| Due { organization: OrganizationId(organization), mail: MailId(mail) }).collect())
}

/// Takes a mail for one attempt; nothing when another worker was faster, or when it must not leave any more.
pub async fn claim(services: &Services, due: Due) -> Result<Option<Outgoing>, Error> {
    let now = services.clock.now();
    let mut db = services.workers.begin(Reach::Organization(due.organization), Access::Write).await?;
    let Some(attempts) = store::lock(&mut db, due.mail, now).await? else { return Ok(None) };
    let mail = store::read(&mut db, due.mail).await?;
    if let Some(why) = stays(&mail, now) {
        tracing::warn!(mail.id = %due.mail, %why, "a mail stays");
        store::refused(&mut db, due.mail, &why, true).await?;
        db.commit().await?;
        return Ok(None);
    }
    store::count_attempt(&mut db, due.mail, next_attempt(attempts + 1, now)).await?;
    let attachment = match mail.invoice_id {
        Some(invoice) => store::document(&mut db, invoice).await?,
        None => None,
    };
    db.commit().await?;
    Ok(Some(Outgoing {
        id: due.mail,
        recipient: mail.recipient,
        reply_to: mail.reply_to,
        subject: mail.subject,
        body: mail.body,
        attachment: attachment.map(|(number, bytes)| Attachment { file_name: file_name(&number), bytes }),
        attempts: attempts + 1,
    }))
}

/// Why a mail must not leave any more. That of a paid invoice still does: who has paid wants the invoice all the same.
fn stays(mail: &store::Row, now: Timestamp) -> Option<String> {
    if mail.invoice_state.as_deref() == Some("void") {
        return Some(VOIDED.to_owned());
    }
    let waited = now.duration_since(mail.created_at.to_jiff());
    let days = waited.as_hours() / 24;
    (waited > AGE_MAX)
        .then(|| format!("It waited {days} days and does not leave by itself any more. If it is still wanted, send it by hand."))
}

/// Writes down what became of the attempt.
pub async fn settle(services: &Services, due: Due, attempts: i32, outcome: &Outcome) -> Result<(), Error> {
    let mut db = services.workers.begin(Reach::Organization(due.organization), Access::Write).await?;
    match outcome {
        Outcome::Sent => store::sent(&mut db, due.mail, services.clock.now()).await?,
        Outcome::Refused(words) => store::refused(&mut db, due.mail, &plain(words), attempts >= ATTEMPTS_MAX).await?,
        Outcome::RefusedForGood(words) => store::refused(&mut db, due.mail, &plain(words), true).await?,
    }
    db.commit().await
}

/// A mail server's words, as a page can show them.
fn plain(words: &str) -> String {
    words.chars().filter(|c| !c.is_control()).take(500).collect()
}

/// When to try again after this many attempts: twice as long each time.
fn next_attempt(attempts: i32, now: Timestamp) -> Timestamp {
    let doublings = u32::try_from(attempts - 1).unwrap_or(0).min(16);
    now + (WAIT_MIN * 2_i32.pow(doublings)).min(WAIT_MAX)
}

/// A number as a file's name: what could mean a folder or a control stays out.
fn file_name(number: &str) -> String {
    let plain: String = number.chars().map(|c| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' }).collect();
    format!("{plain}.pdf")
}
