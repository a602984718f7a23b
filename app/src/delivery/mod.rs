//! Delivers mails: claims those that are due, hands them to the mail server, and records the outcome.
//!
//! A mail is claimed before it is sent, and the claim already schedules the next attempt. So no two workers send the same mail, and a mail
//! whose worker dies is tried again.
//!
//! Before the mail server gets any part of a mail, the outbox counts the attempt as unheard and schedules the next one much later. So a
//! mail can arrive twice when the worker dies, or the mail server falls silent, after the mail server has accepted it, but a few times at
//! most; its message id stays the same, so that mail programs can tell.
//!
//! Due times and leases use the clock of the database, which all processes share. Age alone fails no mail: one that is too old waits,
//! unchanged, until a person sends it again.

mod store;
#[cfg(test)]
mod tests;

use std::time::Duration;

use domain::{
    id::{MailId, OrganizationId},
    text::file_name::file_name,
};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::{
    audit,
    context::Services,
    database::{AccessMode, Db, RowScope, SHARED_LOCK_LIMIT},
    error::Error,
    outbox::{VOIDED, limits::UNHEARD_WAIT},
    people,
    quotas::{self, MailShare},
    secrets::link_purpose::LinkPurpose,
    verification::{
        link_secret::{self, SecretHash},
        mail::{AccountMail, MailText, write_account_mail},
    },
};

/// The most refusals by the mail server before a mail counts as failed.
pub const ATTEMPTS_MAX: i32 = 12;

/// The lease of a claimed mail until it is handed over: when the worker dies before, the next attempt follows. Offering a mail to the
/// server takes less, so a lease never ends while the worker is at it.
pub const LEASE: SignedDuration = SignedDuration::from_mins(2);

/// The most hand-overs of a mail in a row whose outcome was never heard.
pub const UNHEARD_MAX: i32 = 3;

/// The message about a mail with that many unheard hand-overs.
pub const UNHEARD: &str = "The mail server was given this mail 3 times and never said whether it has taken it, so it may have arrived. \
                           It does not leave by itself any more. If it is still wanted, send it again.";

/// Lock timeout for the person whom a mail is for.
const AT_ONCE: Duration = Duration::from_millis(20);

/// The most characters of a mail server's reply that are stored.
const WORDS_MAX: usize = 500;

/// The shortest wait before the next attempt.
pub const WAIT_MIN: SignedDuration = SignedDuration::from_mins(1);

/// The longest wait before the next attempt.
pub const WAIT_MAX: SignedDuration = SignedDuration::from_hours(6);

/// The longest wait while the mail server is unreachable, which is no fault of the mail and soon over.
pub const UNREACHABLE_WAIT_MAX: SignedDuration = SignedDuration::from_mins(15);

/// The furthest the next attempt can be away. A later one was scheduled while the clock of the database was wrong, and is ignored.
pub const PLAN_MAX: SignedDuration = SignedDuration::from_hours(7);

/// The time between checks whether the address of a mail's author is confirmed.
pub const UNPROVED_WAIT: SignedDuration = SignedDuration::from_mins(1);

/// The message about a mail whose author's address is unconfirmed.
pub const UNPROVED: &str = "It waits until whoever wrote it has confirmed their own address, and leaves within a minute of that.";

/// The key under which one mail is in hand at a time: an organization, or a person in mails about their own sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lane(pub Uuid);

/// A mail that may leave now.
#[derive(Debug, Clone, Copy)]
pub struct DueMail {
    /// The organization of the mail; nil for a mail to a person.
    pub organization: OrganizationId,
    /// The lane that it occupies.
    pub lane: Lane,
    /// The share of the deployment's mails that it counts for.
    pub share: MailShare,
    mail: MailId,
}

#[cfg(test)]
impl DueMail {
    /// A due mail of this organization, as the worker finds it.
    pub(crate) fn of(organization: OrganizationId, mail: MailId) -> Self {
        let share = if organization.0.is_nil() { MailShare::People } else { MailShare::Organizations };
        Self { organization, lane: Lane(organization.0), share, mail }
    }
}

/// A claimed mail, ready to be sent.
#[derive(Debug, Clone)]
pub struct ClaimedMail {
    /// Its id, the same in every attempt.
    pub id: MailId,
    /// The address that it goes to.
    pub recipient: String,
    /// Where answers go: the organization's own address, when it has one.
    pub reply_to: Option<String>,
    /// Its subject.
    pub subject: String,
    /// Its new text.
    pub body: String,
    /// The hash of the secret in its text, which is new in every attempt.
    pub secret: Option<SecretHash>,
    /// The frozen PDF of its invoice.
    pub attachment: Option<Attachment>,
    /// The number of attempts, including this one.
    pub attempts: i32,
}

/// An attached file.
#[derive(Debug, Clone)]
pub struct Attachment {
    /// Its name.
    pub file_name: String,
    /// Its bytes, a PDF.
    pub bytes: Vec<u8>,
}

/// The outcome of an attempt.
#[derive(Debug)]
pub enum DeliveryOutcome {
    /// The mail server has accepted it.
    Sent,
    /// The mail server refused it for now, in its own words; it is tried again.
    Refused(String),
    /// The mail server was not reached, or disconnected before it had any part of the mail; it is tried again without limit.
    Unreachable(String),
    /// The mail server got the mail and its answer was never heard; it is tried again a few times, much later.
    Unheard(String),
    /// The mail server refused it for good, in its own words, so it is not tried again. The secret in the mail has reached nobody.
    RefusedForGood(String, Option<SecretHash>),
}

/// The next due mail of each lane that has none at work, taking these shares in turn, the longest waiting first. Of used-up shares only
/// mails that were counted before are due.
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

/// Claims a mail for one attempt; none when another worker was faster, when it is cancelled, or when another transaction holds the person
/// whom it is for: then it is tried again a moment later, and the attempt is not counted.
///
/// # Errors
/// `rate_limited` while the deployment has sent all mails of today's share for this one.
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
        // Last, because the counter row of all mails is locked from here until the commit.
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

/// Locks the person whom a mail is for, unless another transaction holds them. The mail then leaves a moment later: nobody can block a
/// connection of the workers by locking a row of their own.
async fn is_reader_held(db: &mut Db, mail: MailId) -> Result<bool, Error> {
    db.set_lock_timeout(AT_ONCE).await?;
    let held = store::hold_reader(db, mail).await?;
    if held {
        db.set_lock_timeout(SHARED_LOCK_LIMIT).await?;
    }
    Ok(held)
}

/// The text of a mail: the stored one, or one composed now with a new secret.
async fn written(db: &mut Db, public_url: &str, mail: &store::QueuedMailRow, now: Timestamp) -> Result<MailText, Error> {
    // The mail of a paid invoice still leaves, because its payer wants the invoice all the same.
    if mail.invoice_state.as_deref() == Some("void") {
        return Ok(MailText::Cancelled(VOIDED.to_owned()));
    }
    let (mailbox, asked) = (mail.recipient.as_str(), mail.created_at.to_jiff());
    match (&mail.body, mail.template.as_deref().and_then(|name| name.parse::<LinkPurpose>().ok()), mail.reference) {
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

/// Records that the mail is handed to the mail server; whether this is still allowed. From here on its state is unknown until the mail
/// server answers.
pub async fn hand_over(services: &Services, due: DueMail, attempts: i32) -> Result<bool, Error> {
    let mut db = services.workers.begin(RowScope::Organization(due.organization), AccessMode::Write).await?;
    if !store::hand_over(&mut db, due.mail, attempts, UNHEARD_WAIT).await? {
        return Ok(false);
    }
    db.commit().await?;
    Ok(true)
}

/// Records the outcome of an attempt. A secret that has reached nobody is withdrawn.
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

/// A mail server's reply without secrets, as pages show it. The worker already drops replies about mails with a secret.
fn plain(words: &str) -> String {
    audit::redact_line(words, WORDS_MAX)
}

/// The wait after this many attempts, doubled each time.
fn wait_after(attempts: i32) -> SignedDuration {
    let doublings = u32::try_from(attempts - 1).unwrap_or(0).min(16);
    (WAIT_MIN * 2_i32.pow(doublings)).min(WAIT_MAX)
}
