//! Limits on mails that confirm an address: their readers may be strangers who have asked for nothing.

use std::net::IpAddr;

use domain::id::UserId;
use jiff::{SignedDuration, Timestamp};

use super::store;
use crate::{
    context::{Caller, Services},
    database::Db,
    error::Error,
    quotas::{self, MailShare},
    secrets::link_purpose::LinkPurpose,
    security::attempts::{self, AttemptLimit},
};

/// The least time between two mails with a link of the same kind.
const AGAIN_AFTER: SignedDuration = SignedDuration::from_mins(2);

/// The most such links mailed for one person within a day.
const A_DAY: i32 = 5;

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// The purposes of links that go to unconfirmed addresses.
const PROOFS: [LinkPurpose; 2] = [LinkPurpose::ConfirmAddress, LinkPurpose::ChangeAddress];

/// The same where the current address of the person is unconfirmed.
const TO_UNCONFIRMED: [LinkPurpose; 3] = [LinkPurpose::ConfirmAddress, LinkPurpose::ChangeAddress, LinkPurpose::ResetPassword];

/// The most password reset mails to one person within an hour.
const RESETS_AN_HOUR: i32 = 3;

/// Counts a mail to a possible stranger for the requesting network, and refuses it when there were too many: they would use up the share of
/// others. The count belongs to the transaction.
///
/// # Errors
/// `rate_limited`, with the time to wait.
pub async fn count_for_network(db: &mut Db, services: &Services, address: IpAddr) -> Result<(), Error> {
    match services.mail_leaves {
        true => attempts::count_with(db, &AttemptLimit::of_mails(address, quotas::mails_of_network(&services.quotas)), FROM_NETWORK).await,
        false => Ok(()),
    }
}

/// Counts a password reset link for the requesting network, just before it is mailed: requests for unknown addresses do not count. Links to
/// unconfirmed addresses count separately from those to confirmed ones, so that nobody can keep others in their network from a reset by
/// making addresses up.
///
/// # Errors
/// `rate_limited`. The requester is not told, as it would tell them whether there is an account.
pub async fn count_reset(db: &mut Db, services: &Services, address: IpAddr, confirmed: bool) -> Result<(), Error> {
    match confirmed {
        true => attempts::count_with(db, &AttemptLimit::of_resets(address, quotas::RESETS_OF_NETWORK), FROM_NETWORK).await,
        false => count_for_network(db, services, address).await,
    }
}

/// The message to a network that has caused too many mails.
const FROM_NETWORK: &str = "Too many mails were asked for from your network today.";

/// Refuses to mail the caller's next confirmation link too soon; `again` is the message about the previous one.
///
/// # Errors
/// `rate_limited`, with the time to wait.
pub async fn count_proof(db: &mut Db, caller: &Caller, purpose: LinkPurpose, again: &str) -> Result<(), Error> {
    let (person, now, services) = (caller.person()?.id, caller.services.clock.now(), &caller.services);
    // Checked first: a mail that was written today may have to wait until tomorrow.
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

/// The most notices about one subject to one mailbox within a day: many of one kind must not silence another. Later ones are only in the
/// list of security events.
const NOTICES_A_DAY: i32 = 5;

/// Whether a notice about this may be mailed to this mailbox of the person now.
pub async fn may_notify(db: &mut Db, person: UserId, mailbox: &str, about: &str, now: Timestamp) -> Result<bool, Error> {
    let written = store::notice_at(db, person, mailbox, about, NOTICES_A_DAY).await?;
    Ok(left(written, DAY, now).is_none())
}

/// Whether a password reset link may be mailed to the person now.
pub async fn may_send_reset(db: &mut Db, person: UserId, confirmed: bool, now: Timestamp) -> Result<bool, Error> {
    if wait(db, person, &[LinkPurpose::ResetPassword], RESETS_AN_HOUR, SignedDuration::from_hours(1), now).await?.is_some() {
        return Ok(false);
    }
    Ok(confirmed || wait(db, person, &TO_UNCONFIRMED, A_DAY, DAY, now).await?.is_none())
}

/// The time until fewer than `most` of these mails were written within the period; none when there are fewer already.
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

/// The time until a mail written then leaves the period.
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
