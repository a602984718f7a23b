//! The mail of an invitation, as it is written when it leaves.

use uuid::Uuid;

use super::{invitations::InvitationState, store::invitation};
use crate::{
    database::Db,
    day::Moment,
    error::Error,
    id::OrganizationId,
    organizations,
    verification::{
        Purpose,
        mail::MailText,
        travelling::{self, Errand},
    },
};

/// Why the mail of an invitation that was taken back stays.
pub const TAKEN_BACK: &str = "The invitation was taken back, so its mail is not needed any more.";

/// Writes the mail of an invitation to this mailbox, with a secret of its own. It says who invites whom into what, and
/// nothing of money. It stays when the invitation is not open any more.
pub async fn invitation(db: &mut Db, public_url: &str, mailbox: &str, id: Uuid, now: jiff::Timestamp) -> Result<MailText, Error> {
    let Some(row) = invitation::find(db, Some(id), None).await? else { return Ok(stays()) };
    let expires = row.expires_at.to_jiff();
    if InvitationState::of(row.answer.as_deref(), row.revoked, expires, now) != InvitationState::Open || row.email != mailbox {
        return Ok(stays());
    }
    let purpose = Purpose::AnswerInvitation;
    let within = Some(OrganizationId(db.organization()));
    let secret = travelling::draw(db, &Errand { purpose, subject: id, within, mailbox: Some(mailbox), expires }, now).await?;
    let organization = organizations::store::get(db).await?;
    let zone = jiff::tz::TimeZone::get(&organization.time_zone).map_err(|_| Error::internal())?;
    let greeting = row.name.as_ref().map_or_else(|| "Hello,".to_owned(), |name| format!("Hello {name},"));
    Ok(MailText::Ready(format!(
        "{greeting}\n\n{by} invites you to {organization} on Stint, as {role}. See the invitation, and accept or decline it:\n\n\
         {public_url}{path}\n\nIt can be answered until {last}. If you do not expect it, you need do nothing.",
        by = row.invited_by,
        organization = organization.name,
        role = row.role,
        path = purpose.path(&secret),
        last = Moment::at(expires, &zone).day(),
    )))
}

fn stays() -> MailText {
    MailText::Stays("The invitation was answered, taken back or has run out, so its mail does not leave any more.".to_owned())
}
