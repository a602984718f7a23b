//! Quotas of what the operator pays for, per organization and deployment: mails and tokens of the model.
//!
//! Usage is counted in the database, so that all processes share it. An organization's mails are counted by the call that writes them, so
//! that a refusal rolls everything back; the deployment's are counted as they leave, because a call holds its counters until it ends, and
//! no organization may block another. The latter are divided between organizations and people's own sign-ins, which anybody can cause.
//!
//! Organizations cost nothing to create, so those that one person has founded and still owns share the quota of one. An organization whose
//! founder no longer owns it counts for whoever has owned it longest.

mod mail_share;
mod store;
#[cfg(test)]
mod tests;

use domain::{count::pluralize, day::Day};
use jiff::civil::Date;

use crate::{
    database::Db,
    error::{Code, Error},
};

pub use mail_share::MailShare;

/// The quotas of a deployment; none means no limit. Days and months are in UTC.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct UsageQuotas {
    /// Mails per day of one organization, and of all organizations of one founder together.
    pub mails_of_organization: Option<i64>,
    /// Mails per day that leave, of all organizations and to people about their sign-ins.
    pub mails: Option<i64>,
    /// Tokens per month that the model may read and write, for all organizations.
    pub model_tokens: Option<i64>,
}

/// Counts mails that a call has put into the outbox. Refused when there are too many for today; the call is then rolled back.
pub async fn count_written_mails(db: &mut Db, quotas: &UsageQuotas, mails: i64, by_person: bool) -> Result<(), Error> {
    if mails == 0 {
        return Ok(());
    }
    if let Some(most) = quotas.mails_of_organization {
        let (written, free_on) = store::count_mails(db, mails).await?;
        if written > most {
            return Err(without_mail(
                by_person,
                used_up(&format!("Your organization has written its {} of today", pluralize(most, "mail", "mails")), free_on),
            ));
        }
        let (within, free_on) = store::count_for_founder(db, MAILS, mails, Some(most)).await?;
        if !within {
            let words = format!("{OF_FOUNDER} have written their {} of today together", pluralize(most, "mail", "mails"));
            return Err(without_mail(by_person, used_up(&words, free_on)));
        }
    }
    require_mail_left(db, quotas, MailShare::Organizations).await
}

/// Adds the hint about what needs no mail; only a person gets a link to hand over.
fn without_mail(by_person: bool, error: Error) -> Error {
    let link = if by_person { ", or invite somebody with a link that you hand over" } else { "" };
    error.hint(format!("What needs no mail can still be done: send an invoice without e-mail{link}."))
}

/// The most mails per day that anonymous callers may request from one network: fifty, and at most half of the share for unconfirmed
/// addresses, so that the other half is left to everybody else.
pub fn mails_of_network(quotas: &UsageQuotas) -> u32 {
    let proofs = quotas.mails.map(|most| MailShare::Proofs.counted_as(most)).and_then(|counted| counted.first().map(|(_, most)| *most));
    proofs.map_or(MAILS_OF_NETWORK, |proofs| u32::try_from(proofs / 2).map_or(MAILS_OF_NETWORK, |half| half.clamp(1, MAILS_OF_NETWORK)))
}

/// The most password reset links to confirmed addresses per day that are requested from one network.
pub const RESETS_OF_NETWORK: u32 = 50;

/// The upper bound of [`mails_of_network`], per day.
const MAILS_OF_NETWORK: u32 = 50;

/// Refuses when this share of the deployment is used up today.
pub async fn require_mail_left(db: &mut Db, quotas: &UsageQuotas, share: MailShare) -> Result<(), Error> {
    let Some(most) = quotas.mails else { return Ok(()) };
    for (what, most) in share.counted_as(most) {
        if let (false, free_on) = store::left(db, what, most).await? {
            return Err(used_up(share.used_up(), free_on));
        }
    }
    Ok(())
}

/// Counts a mail that is about to leave.
pub async fn count_leaving_mail(db: &mut Db, quotas: &UsageQuotas, share: MailShare) -> Result<(), Error> {
    let Some(most) = quotas.mails else { return Ok(()) };
    for (what, most) in share.counted_as(most) {
        count(db, what, 1, most, share.used_up()).await?;
    }
    Ok(())
}

/// Counts tokens before a model call, for the founder of the organization and for the deployment.
pub async fn reserve_tokens(db: &mut Db, quotas: &UsageQuotas, tokens: i64) -> Result<(), Error> {
    if let (false, free_on) = store::count_for_founder(db, MODEL_TOKENS, tokens, Some(TOKENS_OF_FOUNDER)).await? {
        return Err(founder_used_up(free_on));
    }
    match quotas.model_tokens {
        Some(most) => count(db, MODEL_TOKENS, tokens, most, MODEL_USED_UP).await,
        None => Ok(()),
    }
}

/// Corrects the reserved tokens by the difference to the used ones.
pub async fn adjust_tokens(db: &mut Db, quotas: &UsageQuotas, more: i64) -> Result<(), Error> {
    if more == 0 {
        return Ok(());
    }
    store::count_for_founder(db, MODEL_TOKENS, more, None).await?;
    match quotas.model_tokens {
        Some(_) => store::count(db, MODEL_TOKENS, more, None).await.map(|_| ()),
        None => Ok(()),
    }
}

/// Refuses when the tokens of the organization's founder, or of the deployment, are used up.
pub async fn check_tokens(db: &mut Db, quotas: &UsageQuotas) -> Result<(), Error> {
    if let (false, free_on) = store::left_for_founder(db, MODEL_TOKENS, TOKENS_OF_FOUNDER).await? {
        return Err(founder_used_up(free_on));
    }
    let Some(most) = quotas.model_tokens else { return Ok(()) };
    match store::left(db, MODEL_TOKENS, most).await? {
        (true, _) => Ok(()),
        (false, free_on) => Err(used_up(MODEL_USED_UP, free_on)),
    }
}

/// Tokens per month for all organizations of one founder: as many as for one organization.
const TOKENS_OF_FOUNDER: i64 = INPUT_CAP + OUTPUT_CAP;

/// The subject of messages about a founder's quota.
const OF_FOUNDER: &str = "Your organization and the others that count for the same owner";

fn founder_used_up(free_on: Date) -> Error {
    used_up(&format!("{OF_FOUNDER} have used up their tokens of this month together"), free_on)
}

/// The counter of a founder's mails.
const MAILS: &str = "mails";

/// The counter of tokens.
const MODEL_TOKENS: &str = "model_tokens";

const MODEL_USED_UP: &str = "The model has used up the tokens that this Stint has for it in this month";

async fn count(db: &mut Db, what: &str, more: i64, most: i64, words: &str) -> Result<(), Error> {
    match store::count(db, what, more, Some(most)).await? {
        (true, _) => Ok(()),
        (false, free_on) => Err(used_up(words, free_on)),
    }
}

/// The refusal, with the time at which the quota is renewed.
fn used_up(words: &str, free_on: Date) -> Error {
    let error = Error::new(Code::RateLimited, format!("{words}. There are more from {}, 00:00 UTC.", Day::from(free_on).label()));
    Error { details: Some(serde_json::json!({ "free_at": format!("{free_on}T00:00:00Z") })), ..error }
}

/// The input tokens of an organization per month.
pub const INPUT_CAP: i64 = 500_000;

/// The output tokens of an organization per month.
pub const OUTPUT_CAP: i64 = 100_000;
