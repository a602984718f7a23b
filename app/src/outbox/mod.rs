//! Mails on their way out: what the worker of the process takes from the outbox.
//!
//! A mail is claimed before it is sent, and claiming already plans the next attempt. So no two workers send the same
//! mail, and one that dies on the way leaves a mail that is tried again.
//!
//! Before the mail server gets anything of a mail, the outbox counts that its outcome may never be heard, and plans the next
//! attempt for much later. So a mail can reach somebody twice when the worker dies, or the mail server falls silent, after the
//! mail server has taken it, but a few times at most; its message id stays the same, so that mail programs can tell.
//!
//! What is due, and for how long a mail is claimed, goes by the clock of the database, which all processes share. Age alone
//! fails no mail: one that is too old waits, unchanged, until a person sends it again.

mod store;
#[cfg(test)]
mod tests;

pub use store::cancel_mails;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::{
    audit,
    context::Services,
    database::{AccessMode, Db, RowScope, SHARED_LOCK_LIMIT},
    error::Error,
    id::{MailId, OrganizationId},
    people,
    quotas::{self, MailShare},
    verification::{
        LinkPurpose,
        link_secret::{self, SecretHash},
        mail::{AccountMail, MailText, write_account_mail},
    },
};

/// How often the mail server may refuse a mail before it counts as failed.
pub const ATTEMPTS_MAX: i32 = 12;

/// How long a mail is claimed for until it is handed over: when the worker dies before, the next attempt follows. Offering a mail
/// takes less, so a claim is never taken over while it is at work.
pub const LEASE: SignedDuration = SignedDuration::from_mins(2);

/// How often a mail may be handed over in a row without a word of what became of it.
pub const UNHEARD_MAX: i32 = 3;

/// How long after that the next attempt follows; much longer than the mail server may take to answer, writing that down included.
pub const UNHEARD_WAIT: SignedDuration = SignedDuration::from_hours(2);

/// How long the mail server may have had a mail without an answer before nobody waits for one: what it is given, and writing that
/// down.
pub const IN_HAND_MAX: SignedDuration = SignedDuration::from_mins(11);

/// What is said of a mail that was handed over so often.
pub const UNHEARD: &str = "The mail server was given this mail 3 times and never said whether it has taken it, so it may have arrived. \
                           It does not leave by itself any more. If it is still wanted, send it again.";

/// How long the person is waited for whom a mail is for.
const AT_ONCE: Duration = Duration::from_millis(20);

/// How much of what a mail server says is kept, in characters.
const WORDS_MAX: usize = 500;

/// The shortest wait before the next attempt.
pub const WAIT_MIN: SignedDuration = SignedDuration::from_mins(1);

/// The longest wait before the next attempt.
pub const WAIT_MAX: SignedDuration = SignedDuration::from_hours(6);

/// The longest wait while the mail server cannot be reached: that is no fault of the mail, and soon over.
pub const UNREACHABLE_WAIT_MAX: SignedDuration = SignedDuration::from_mins(15);

/// How far away the next attempt can be. A plan beyond was made while the clock of the database was wrong, and does not hold.
pub const PLAN_MAX: SignedDuration = SignedDuration::from_hours(7);

/// How long a mail may wait and still leave by itself. What is older would surprise whoever gets it, for instance when a
/// mail server is set up after months: it waits for a person, who sends it again.
pub const AGE_MAX: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What is said of a mail that waits for a person.
pub const TOO_OLD: &str = "It has waited for more than 7 days and does not leave by itself any more. If it is still wanted, send it again.";

/// How long a mail waits before it is looked at again whether the address of whoever wrote it is confirmed.
pub const UNPROVED_WAIT: SignedDuration = SignedDuration::from_mins(1);

/// Why it waits.
pub const UNPROVED: &str = "It waits until whoever wrote it has confirmed their own address, and leaves within a minute of that.";

pub use crate::invoices::VOIDED;

/// What has one mail in hand at a time: an organization, or a person who is told about their own sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lane(pub Uuid);

/// A mail that may leave now.
#[derive(Debug, Clone, Copy)]
pub struct DueMail {
    /// Whose it is.
    pub organization: OrganizationId,
    /// Whose turn it takes.
    pub lane: Lane,
    /// The share of the deployment's mails that it is counted for.
    pub share: MailShare,
    mail: MailId,
}

#[cfg(test)]
impl DueMail {
    /// This mail of this organization, as the worker would find it.
    pub(crate) fn of(organization: OrganizationId, mail: MailId) -> Self {
        let share = if organization.0.is_nil() { MailShare::People } else { MailShare::Organizations };
        Self { organization, lane: Lane(organization.0), share, mail }
    }
}

/// A claimed mail, ready to be sent.
#[derive(Debug, Clone)]
pub struct ClaimedMail {
    /// Its id; the same at every attempt.
    pub id: MailId,
    /// Who gets it.
    pub recipient: String,
    /// Where answers go: the organization's own address, when it has one.
    pub reply_to: Option<String>,
    /// Its subject.
    pub subject: String,
    /// Its new text.
    pub body: String,
    /// The secret in its text, which this attempt alone carries.
    pub secret: Option<SecretHash>,
    /// The frozen PDF of the invoice that it speaks of.
    pub attachment: Option<Attachment>,
    /// The attempts so far, this one included.
    pub attempts: i32,
}

/// A file that goes along.
#[derive(Debug, Clone)]
pub struct Attachment {
    /// Its new name.
    pub file_name: String,
    /// Its bytes, a PDF.
    pub bytes: Vec<u8>,
}

/// What became of an attempt.
#[derive(Debug)]
pub enum DeliveryOutcome {
    /// The mail server has taken it.
    Sent,
    /// It has not, in its own words; it is tried again.
    Refused(String),
    /// It was not reached, or broke off before it had anything of the mail; it is tried again, however often that was.
    Unreachable(String),
    /// It was handed the mail and never said what became of it; tried again a few times, much later.
    Unheard(String),
    /// It never will, in its own words: trying again would only annoy the mail server. The secret in the mail has reached nobody.
    RefusedForGood(String, Option<SecretHash>),
}

/// The next mail of each lane that has one to send, of these shares in turn, the longest waiting first; none of the lanes at work.
/// Of shares that are used up those leave that were counted before.
pub async fn due(
    services: &Services,
    at_most: i32,
    shares: &[MailShare],
    used_up: &[MailShare],
    at_work: &[Lane],
) -> Result<Vec<DueMail>, Error> {
    let mut db = services.workers.begin(RowScope::Nobody, AccessMode::Read).await?;
    store::due(&mut db, at_most, shares, used_up, at_work).await
}

/// Takes a mail for one attempt; nothing when another worker was faster, when it must not leave any more, or when somebody holds the
/// person whom it is for: such a mail is tried again a moment later, and that was no attempt.
///
/// # Errors
/// `rate_limited` while the deployment has sent all mails of the day that are for the share of this one.
pub async fn claim(services: &Services, due: DueMail) -> Result<Option<ClaimedMail>, Error> {
    let mut db = services.workers.begin(RowScope::Organization(due.organization), AccessMode::Write).await?;
    if due.organization.0.is_nil() && !is_reader_held(&mut db, due.mail).await? {
        return Ok(None);
    }
    let Some(attempts) = store::lock(&mut db, due.mail).await? else { return Ok(None) };
    let mail = store::read(&mut db, due.mail).await?;
    if mail.unproved {
        store::unreachable(&mut db, due.mail, UNPROVED, UNPROVED_WAIT).await?;
        db.commit().await?;
        return Ok(None);
    }
    let text = match mail.unheard {
        UNHEARD_MAX.. => MailText::Cancelled(UNHEARD.to_owned()),
        _ => written(&mut db, &services.public_url, &mail, services.clock.now()).await?,
    };
    let (body, secret) = match text {
        MailText::Ready(body) => (body, None),
        MailText::Secret(body, secret) => (body, Some(secret)),
        MailText::Cancelled(why) => {
            tracing::warn!(mail.id = %due.mail, %why, "a mail stays");
            store::failed(&mut db, due.mail, &why).await?;
            db.commit().await?;
            return Ok(None);
        }
    };
    store::count_attempt(&mut db, due.mail, LEASE).await?;
    let attachment = match mail.invoice_id {
        Some(invoice) => store::document(&mut db, invoice).await?,
        None => None,
    };
    if attempts == 0 {
        // Last, since what all have sent is held from here until the commit.
        quotas::count_leaving_mail(&mut db, &services.quotas, due.share).await?;
    }
    db.commit().await?;
    Ok(Some(ClaimedMail {
        id: due.mail,
        recipient: mail.recipient,
        reply_to: mail.reply_to,
        subject: mail.subject,
        body,
        secret,
        attachment: attachment.map(|(number, bytes)| Attachment { file_name: file_name(&number), bytes }),
        attempts: attempts + 1,
    }))
}

/// Holds the person whom a mail is for; not when somebody else does just now. The mail leaves a moment later then: nobody keeps a
/// connection of the workers by keeping a row of their own.
async fn is_reader_held(db: &mut Db, mail: MailId) -> Result<bool, Error> {
    db.set_lock_timeout(AT_ONCE).await?;
    let held = store::hold_reader(db, mail).await?;
    if held {
        db.set_lock_timeout(SHARED_LOCK_LIMIT).await?;
    }
    Ok(held)
}

/// What a mail says: what it was written with, or what is written now, with a secret that was never sent before.
async fn written(db: &mut Db, public_url: &str, mail: &store::QueuedMailRow, now: Timestamp) -> Result<MailText, Error> {
    // That of a paid invoice still leaves: who has paid wants the invoice all the same.
    if mail.invoice_state.as_deref() == Some("void") {
        return Ok(MailText::Cancelled(VOIDED.to_owned()));
    }
    let (mailbox, asked) = (mail.recipient.as_str(), mail.created_at.to_jiff());
    match (&mail.body, mail.template.as_deref().and_then(LinkPurpose::named), mail.reference) {
        (Some(body), ..) => Ok(MailText::Ready(body.clone())),
        (None, Some(LinkPurpose::AnswerInvitation), Some(invitation)) => {
            people::invitation_mail::invitation(db, public_url, mailbox, invitation, now).await
        }
        (None, Some(purpose), Some(person)) => {
            write_account_mail(db, public_url, &AccountMail { purpose, mailbox, person, asked }, now).await
        }
        _ => Ok(MailText::Cancelled("What it was about is gone.".to_owned())),
    }
}

/// Says that the mail server is given the mail now; whether it still may. From here on nobody knows whether it has the mail until it
/// says so.
pub async fn hand_over(services: &Services, due: DueMail, attempts: i32) -> Result<bool, Error> {
    let mut db = services.workers.begin(RowScope::Organization(due.organization), AccessMode::Write).await?;
    if !store::hand_over(&mut db, due.mail, attempts, UNHEARD_WAIT).await? {
        return Ok(false);
    }
    db.commit().await?;
    Ok(true)
}

/// Writes down what became of the attempt. A secret that has reached nobody opens nothing from then on.
pub async fn record_outcome(services: &Services, due: DueMail, attempts: i32, outcome: &DeliveryOutcome) -> Result<(), Error> {
    let mut db = services.workers.begin(RowScope::Organization(due.organization), AccessMode::Write).await?;
    let (mail, wait) = (due.mail, wait_after(attempts));
    if let DeliveryOutcome::RefusedForGood(_, Some(secret)) = outcome {
        link_secret::forget(&mut db, secret, services.clock.now()).await?;
    }
    match outcome {
        DeliveryOutcome::Sent => store::sent(&mut db, mail).await?,
        DeliveryOutcome::Refused(words) if attempts < ATTEMPTS_MAX => store::refused(&mut db, mail, &plain(words), wait).await?,
        DeliveryOutcome::Unreachable(words) => store::unreachable(&mut db, mail, &plain(words), wait.min(UNREACHABLE_WAIT_MAX)).await?,
        DeliveryOutcome::Unheard(words) => store::unheard(&mut db, mail, &plain(words), UNHEARD_MAX).await?,
        DeliveryOutcome::Refused(words) | DeliveryOutcome::RefusedForGood(words, _) => store::failed(&mut db, mail, &plain(words)).await?,
    }
    db.commit().await
}

/// A mail server's words, as a page can show them. The worker keeps none of those about a mail with a secret; no other secret is kept
/// either.
fn plain(words: &str) -> String {
    audit::redact_line(words, WORDS_MAX)
}

/// How long to wait after this many attempts: twice as long each time.
fn wait_after(attempts: i32) -> SignedDuration {
    let doublings = u32::try_from(attempts - 1).unwrap_or(0).min(16);
    (WAIT_MIN * 2_i32.pow(doublings)).min(WAIT_MAX)
}

/// A number as the name of the file of its invoice, wherever it is given out: what could mean a folder or a control stays out.
pub fn file_name(number: &str) -> String {
    let plain: String = number.chars().map(|c| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' }).collect();
    format!("{plain}.pdf")
}
