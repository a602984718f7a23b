//! How often links that prove an address are mailed for one person: their readers may be strangers, who have asked for nothing.

use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};

use super::{LinkPurpose, store};
use crate::{
    context::{Caller, Services},
    database::Db,
    error::Error,
    id::UserId,
    quotas::{self, MailShare},
    security::attempts::{self, AttemptLimit},
};

/// How long one waits before a link of the same kind is mailed again.
const AGAIN_AFTER: SignedDuration = SignedDuration::from_mins(2);

/// How many such links are mailed for one person within a day.
const A_DAY: i32 = 5;

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// What goes to addresses that are not known to be a person's.
const PROOFS: [LinkPurpose; 2] = [LinkPurpose::ConfirmAddress, LinkPurpose::ChangeAddress];

/// The same, where the address that a person signs in with is not known to be theirs.
const TO_UNCONFIRMED: [LinkPurpose; 3] = [LinkPurpose::ConfirmAddress, LinkPurpose::ChangeAddress, LinkPurpose::ResetPassword];

/// How many mails with a link for a new password somebody is sent within an hour.
const RESETS_AN_HOUR: i32 = 3;

/// Counts a mail to a reader who may be a stranger for the network that it is asked for from, and refuses it when there were too many:
/// they would leave none for others. Together with what else is done in the transaction.
///
/// # Errors
/// `rate_limited`, with when to come again.
pub async fn count_for_network(db: &mut Db, services: &Services, address: IpAddr) -> Result<(), Error> {
    match services.mail_leaves {
        true => attempts::count_with(db, &AttemptLimit::of_mails(address, quotas::mails_of_network(&services.quotas)), FROM_NETWORK).await,
        false => Ok(()),
    }
}

/// Counts a link for a new password for the network that it is asked for from, when one is about to be mailed: asking for addresses that
/// nobody signs in with counts for nothing, and those that go to mailboxes of strangers are counted apart from those that go to
/// whom they are for, so that nobody in a network keeps the others of it from a new password by making addresses up.
///
/// # Errors
/// `rate_limited`. Whoever asked is not told: it would tell them whether there is an account.
pub async fn count_reset(db: &mut Db, services: &Services, address: IpAddr, confirmed: bool) -> Result<(), Error> {
    match confirmed {
        true => attempts::count_with(db, &AttemptLimit::of_resets(address, quotas::RESETS_OF_NETWORK), FROM_NETWORK).await,
        false => count_for_network(db, services, address).await,
    }
}

/// What is said to whoever comes from a network that has caused too many mails.
const FROM_NETWORK: &str = "Too many mails were asked for from your network today.";

/// Refuses to mail the caller's next link that proves an address when it comes too soon: `again` says what there was a moment ago.
///
/// # Errors
/// `rate_limited`, with when to come again.
pub async fn count_proof(db: &mut Db, caller: &Caller, purpose: LinkPurpose, again: &str) -> Result<(), Error> {
    let (person, now, services) = (caller.person()?.id, caller.services.clock.now(), &caller.services);
    // Said first: a mail that was written today may wait for tomorrow.
    if services.mail_leaves {
        quotas::require_mail_left(db, &services.quotas, MailShare::Proofs).await?;
    }
    if let Some(wait) = wait(db, person, &[purpose], 1, AGAIN_AFTER, now).await? {
        return Err(Error::rate_limited(again, wait.unsigned_abs()));
    }
    if let Some(wait) = wait(db, person, &PROOFS, A_DAY, DAY, now).await? {
        let message = format!(
            "{A_DAY} mails with a link that proves an address were sent for you within a day. Look for them, also among unwanted mails."
        );
        return Err(Error::rate_limited(&message, wait.unsigned_abs()));
    }
    match caller.address.parse() {
        Ok(address) => count_for_network(db, services, address).await,
        Err(_) => Ok(()),
    }
}

/// How many mails that only tell a person about one thing are sent to one mailbox within a day: many of one kind must not silence
/// another. What happens beyond them is in the list of what happened.
const NOTICES_A_DAY: i32 = 5;

/// Whether a mail that only tells somebody about this may be mailed to this mailbox of theirs now.
pub async fn may_notify(db: &mut Db, person: UserId, mailbox: &str, about: &str, now: Timestamp) -> Result<bool, Error> {
    let written = store::notice_at(db, person, mailbox, about, NOTICES_A_DAY).await?;
    Ok(left(written, DAY, now).is_none())
}

/// Whether a link for a new password may be mailed to somebody now.
pub async fn may_send_reset(db: &mut Db, person: UserId, confirmed: bool, now: Timestamp) -> Result<bool, Error> {
    if wait(db, person, &[LinkPurpose::ResetPassword], RESETS_AN_HOUR, SignedDuration::from_hours(1), now).await?.is_some() {
        return Ok(false);
    }
    Ok(confirmed || wait(db, person, &TO_UNCONFIRMED, A_DAY, DAY, now).await?.is_none())
}

/// How long it takes until fewer than `most` of these mails were written to a person within a time; nothing when there were fewer.
async fn wait(
    db: &mut Db,
    person: UserId,
    purposes: &[LinkPurpose],
    most: i32,
    within: SignedDuration,
    now: Timestamp,
) -> Result<Option<SignedDuration>, Error> {
    Ok(left(store::mail_at(db, person, purposes, most).await?, within, now))
}

/// How long it takes until a mail that was written then is as long ago as this.
fn left(written: Option<Timestamp>, within: SignedDuration, now: Timestamp) -> Option<SignedDuration> {
    written.map(|at| (at + within).duration_since(now)).filter(SignedDuration::is_positive)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operator_reads_how_often_one_person_is_written_to() {
        let told = include_str!("../../../docs/limits.md");
        for row in [
            format!("| {A_DAY} a day, {} minutes apart |", AGAIN_AFTER.as_mins()),
            format!("| {RESETS_AN_HOUR} an hour |"),
            format!("| {NOTICES_A_DAY} a day of one kind |"),
        ] {
            assert!(told.contains(&row), "{row}");
        }
    }
}
