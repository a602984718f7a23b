//! How often links that prove an address are mailed for one person: their readers may be strangers, who have asked for nothing.

use jiff::{SignedDuration, Timestamp};

use super::{Purpose, store};
use crate::{
    context::Caller,
    database::Db,
    error::Error,
    id::UserId,
    quotas::{self, Share},
};

/// How long one waits before a link of the same kind is mailed again.
const AGAIN_AFTER: SignedDuration = SignedDuration::from_mins(2);

/// How many such links are mailed for one person within a day.
const A_DAY: i32 = 5;

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// What goes to addresses that are not known to be a person's.
const PROOFS: [Purpose; 2] = [Purpose::ConfirmAddress, Purpose::ChangeAddress];

/// The same, where the address that a person signs in with is not known to be theirs.
const TO_UNCONFIRMED: [Purpose; 3] = [Purpose::ConfirmAddress, Purpose::ChangeAddress, Purpose::ResetPassword];

/// How many mails with a link for a new password somebody is sent within an hour.
const RESETS_AN_HOUR: i32 = 3;

/// Refuses to mail the caller's next link that proves an address when it comes too soon: `again` says what there was a moment ago.
///
/// # Errors
/// `rate_limited`, with when to come again.
pub async fn of_proof(db: &mut Db, caller: &Caller, purpose: Purpose, again: &str) -> Result<(), Error> {
    let (person, now, services) = (caller.person()?.id, caller.services.clock.now(), &caller.services);
    if let Some(wait) = wait(db, person, &[purpose], 1, AGAIN_AFTER, now).await? {
        return Err(Error::too_often(again, wait.unsigned_abs()));
    }
    if let Some(wait) = wait(db, person, &PROOFS, A_DAY, DAY, now).await? {
        let message = format!(
            "{A_DAY} mails with a link that proves an address were sent for you within a day. Look for them, also among unwanted mails."
        );
        return Err(Error::too_often(&message, wait.unsigned_abs()));
    }
    match services.mail_leaves {
        true => quotas::mail_left(db, &services.quotas, Share::Proofs).await,
        false => Ok(()),
    }
}

/// Whether a link for a new password may be mailed to somebody now.
pub async fn lets_reset(db: &mut Db, person: UserId, confirmed: bool, now: Timestamp) -> Result<bool, Error> {
    if wait(db, person, &[Purpose::ResetPassword], RESETS_AN_HOUR, SignedDuration::from_hours(1), now).await?.is_some() {
        return Ok(false);
    }
    Ok(confirmed || wait(db, person, &TO_UNCONFIRMED, A_DAY, DAY, now).await?.is_none())
}

/// How long it takes until fewer than `most` of these mails were written to a person within a time; nothing when there were fewer.
async fn wait(
    db: &mut Db,
    person: UserId,
    purposes: &[Purpose],
    most: i32,
    within: SignedDuration,
    now: Timestamp,
) -> Result<Option<SignedDuration>, Error> {
    let written = store::mail_at(db, person, purposes, most).await?;
    Ok(written.map(|at| (at + within).duration_since(now)).filter(SignedDuration::is_positive))
}
