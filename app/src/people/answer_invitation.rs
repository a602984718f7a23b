//! Answers to invitations, and how an invited person finds them.
//!
//! An invitation is answered in one of three ways: by its id, by a person whose confirmed address it is for; by the secret in its mail, by
//! a person with that address, which the secret confirms; or by the secret of the link that was handed over, by whoever holds it, which
//! gives access to one organization and confirms no address.

use std::time::Duration;

use domain::{
    day::OffsetDateTime,
    id::{InvitationId, MemberId},
};
use jiff::{Timestamp, tz::TimeZone};

use super::{
    client_grants,
    invitations::{AnsweredInvitation, InvitationState, ReceivedInvitation},
    store::{
        client_grant, invitation,
        member::{self, lock_organization},
        received_invitation::{self, ReceivedInvitationRow},
    },
};
use crate::{
    access::Role,
    account,
    context::{Caller, Person},
    database::{AccessMode, Db, RowScope},
    error::{Code, Error},
    operation::Call,
    organizations,
    outbox::{self, NOT_NEEDED},
    page::Page,
    reference,
    secrets::link_purpose::LinkPurpose,
    security::{
        EventKind,
        event::{RequestOrigin, record_event},
    },
    verification::{
        self,
        link_secret::{self, LinkSecret},
    },
};

/// Timeout of each statement of an answer, which may wait for a change of the organization's members.
const STATEMENT_LIMIT: Duration = Duration::from_secs(1);

/// Lock timeout of an answer. Callers are outsiders, who share few connections, and a member of the organization can hold its lock.
const LOCK_LIMIT: Duration = Duration::from_millis(400);

impl InvitationState {
    /// The current state of an invitation.
    pub fn of(answer: Option<&str>, revoked: bool, expires: Timestamp, now: Timestamp) -> Self {
        match answer {
            Some("accepted") => Self::Accepted,
            Some(_) => Self::Declined,
            None if revoked => Self::Revoked,
            None if expires <= now => Self::Expired,
            None => Self::Open,
        }
    }
}

/// The open invitations to the caller's address.
pub async fn list(cx: &mut Call) -> Result<Page<ReceivedInvitation>, Error> {
    let (person, now) = (cx.caller.person()?.clone(), cx.now);
    let rows = received_invitation::open_to(&mut cx.db, person.id, now).await?;
    let items = rows.into_iter().map(|row| read(row, Some(&person), now)).collect::<Result<_, _>>()?;
    Ok(Page::single(items))
}

/// The invitation behind a link, for its page.
pub async fn show(caller: &Caller, secret: &str) -> Result<ReceivedInvitation, Error> {
    let mut db = caller.services.database.begin(RowScope::Nobody, AccessMode::Read).await?;
    let (row, secret) = find_by_secret(&mut db, secret).await?;
    let now = caller.services.clock.now();
    let shown = read(row, caller.person.as_ref(), now)?;
    if shown.state == InvitationState::Open {
        secret.refuse_unless_fresh(now).map_err(|error| match secret.purpose {
            LinkPurpose::JoinOrganization => {
                let message = format!("This link was used already, or replaced by a newer one. Ask {} for the new one.", shown.invited_by);
                Error::new(error.code, message)
            }
            _ => error,
        })?;
    }
    Ok(ReceivedInvitation { mailed: secret.purpose == LinkPurpose::AnswerInvitation, ..shown })
}

/// Resolves the secret of a link to the invitation. From here on the transaction is inside its organization.
pub(super) async fn find_by_secret(db: &mut Db, given: &str) -> Result<(ReceivedInvitationRow, LinkSecret), Error> {
    let unknown = || {
        Error::new(Code::NotFound, "This link opens no invitation. It may have been sent again since: take the link in the latest mail.")
    };
    let secret = link_secret::find(db, given).await?.ok_or_else(unknown)?;
    let within = secret.within.filter(|_| matches!(secret.purpose, LinkPurpose::AnswerInvitation | LinkPurpose::JoinOrganization));
    db.enter_organization(within.ok_or_else(unknown)?).await?;
    let row = received_invitation::of_id(db, secret.subject).await?.ok_or_else(unknown)?;
    Ok((row, secret))
}

/// Accepts or declines an invitation.
pub async fn answer(cx: &mut Call, given: &str, accept: bool) -> Result<AnsweredInvitation, Error> {
    let person = cx.caller.person()?.clone();
    let (row, secret) = resolve_invitation(cx, &person, given).await?;
    let id = row.id;
    cx.db.set_statement_timeout(STATEMENT_LIMIT).await?;
    lock_organization_or_give_up(cx).await?;
    let found = invitation::find(&mut cx.db, Some(id), None).await?.ok_or_else(|| Error::not_found("invitation"))?;
    refuse_unless_open(&row, &found, cx.now)?;
    if accept {
        require_inviter_may_give(cx, &found).await?;
    }
    if let Some(secret) = secret {
        refuse_member_with_link(cx, &person, &secret).await?;
        redeem_secret(cx, &person, given, &secret).await?;
    }
    let (words, now) = (if accept { "accepted" } else { "declined" }, cx.now);
    invitation::answer(&mut cx.db, id, words, now).await?;
    link_secret::withdraw(&mut cx.db, &[LinkPurpose::AnswerInvitation, LinkPurpose::JoinOrganization], id, now).await?;
    outbox::cancel_mails(&mut cx.db, &[id], &format!("The invitation was {words}, {NOT_NEEDED}")).await?;
    let member = match accept {
        true => Some(join(cx, &person, &found).await?),
        false => account::store::member_of_user(&mut cx.db, person.id.0).await?.map(MemberId),
    };
    match member {
        Some(member) => cx.act_as_member(member).await?,
        None => cx.act_as_non_member(),
    }
    let slug = accept.then_some(row.slug);
    Ok(AnsweredInvitation { id: InvitationId(id), organization: row.organization_name, slug, accepted: accept })
}

/// Locks the organization with a short timeout: concurrent changes of members, and answers to the same invitation, go first.
async fn lock_organization_or_give_up(cx: &mut Call) -> Result<(), Error> {
    cx.db.set_lock_timeout(LOCK_LIMIT).await?;
    lock_organization(&mut cx.db).await
}

/// Resolves the invitation that this person may answer: by id if it is to their confirmed address, or by the secret of a link, which is
/// returned with it. From here on the transaction is inside its organization.
async fn resolve_invitation(cx: &mut Call, person: &Person, given: &str) -> Result<(ReceivedInvitationRow, Option<LinkSecret>), Error> {
    if given.trim().parse::<uuid::Uuid>().is_err() {
        let (row, secret) = find_by_secret(&mut cx.db, given).await?;
        refuse_other_mailbox(person, &secret)?;
        return Ok((row, Some(secret)));
    }
    let (id, none) = (reference::parse_id(given), || {
        Error::not_found("invitation").hint("Open the link in the mail of the invitation, or confirm your address in Settings first.")
    });
    let organization = received_invitation::organization_of(&mut cx.db, person.id, id).await?.ok_or_else(none)?;
    cx.db.enter_organization(organization).await?;
    Ok((received_invitation::of_id(&mut cx.db, id).await?.ok_or_else(none)?, None))
}

/// Refuses a mailed secret to anybody who does not sign in with that mailbox.
fn refuse_other_mailbox(person: &Person, secret: &LinkSecret) -> Result<(), Error> {
    match &secret.mailbox {
        Some(mailbox) if *mailbox != person.email => {
            let message = format!("This link was sent to {mailbox}, and you are signed in as {}. Sign in with that address.", person.email);
            Err(Error::new(Code::Forbidden, message))
        }
        _ => Ok(()),
    }
}

/// Refuses the handed-over link to members: it is for somebody outside, so a member neither joins nor declines in their place.
async fn refuse_member_with_link(cx: &mut Call, person: &Person, secret: &LinkSecret) -> Result<(), Error> {
    if secret.purpose == LinkPurpose::JoinOrganization && account::store::member_of_user(&mut cx.db, person.id.0).await?.is_some() {
        return Err(member_already());
    }
    Ok(())
}

fn member_already() -> Error {
    Error::new(Code::Conflict, "You belong to this organization already.")
}

/// Redeems the secret. A mailed one confirms the person's address, recorded as a security event if it was unconfirmed.
async fn redeem_secret(cx: &mut Call, person: &Person, given: &str, secret: &LinkSecret) -> Result<(), Error> {
    let (now, from) = (cx.now, RequestOrigin::of(&cx.caller));
    link_secret::redeem(&mut cx.db, given, now).await?;
    let (LinkPurpose::AnswerInvitation, Some(mailbox)) = (secret.purpose, &secret.mailbox) else { return Ok(()) };
    if !verification::store::confirm_address(&mut cx.db, person.id, mailbox, now).await? {
        return Err(Error::new(Code::Conflict, format!("You do not sign in with {mailbox} any more.")));
    }
    if !person.confirmed {
        verification::address::withdraw(&mut cx.db, person.id, &[LinkPurpose::ConfirmAddress], "It was confirmed.", now).await?;
        record_event(&mut cx.db, person.id, EventKind::AddressConfirmed, now, &from, mailbox).await?;
    }
    Ok(())
}

fn refuse_unless_open(row: &ReceivedInvitationRow, found: &invitation::InvitationRow, now: Timestamp) -> Result<(), Error> {
    let (by, into) = (&row.invited_by, &row.organization_name);
    let expires = found.expires_at.to_jiff();
    let message = match InvitationState::of(found.answer.as_deref(), found.revoked, expires, now) {
        InvitationState::Open => return Ok(()),
        InvitationState::Accepted => format!("This invitation to {into} was accepted already."),
        InvitationState::Declined => format!("You have declined this invitation to {into}. Ask {by} to invite you again."),
        InvitationState::Revoked => format!("This invitation to {into} was taken back. Ask {by} to invite you again."),
        InvitationState::Expired => format!("This invitation to {into} has run out. Ask {by} to send it again."),
    };
    Err(Error::new(Code::Conflict, message))
}

/// Requires that the inviter may still give the role: they may have left since, or have a role below it.
async fn require_inviter_may_give(cx: &mut Call, found: &invitation::InvitationRow) -> Result<(), Error> {
    let given: Role = found.role.parse()?;
    let inviter = invitation::role_of_inviter(&mut cx.db, found.id).await?.and_then(|role| role.parse::<Role>().ok());
    match inviter.is_some_and(|inviter| inviter.covers(given)) {
        true => Ok(()),
        false => Err(Error::new(
            Code::Conflict,
            format!(
                "{} invited you, and is no longer allowed to give the role {}. Ask for a new invitation.",
                found.invited_by,
                given.name()
            ),
        )),
    }
}

/// Makes the person a member, or restores a former one, with the projects or clients of the invitation.
async fn join(cx: &mut Call, person: &Person, invitation: &invitation::InvitationRow) -> Result<MemberId, Error> {
    if account::store::member_of_user(&mut cx.db, person.id.0).await?.is_some() {
        return Err(member_already());
    }
    let (role, now): (Role, _) = (invitation.role.parse()?, cx.now);
    let member = match member::rejoin(&mut cx.db, person.id.0, role, &person.name).await? {
        // Tokens of a former membership stay revoked.
        Some(member) => {
            member::revoke_tokens(&mut cx.db, member, now).await?;
            MemberId(member)
        }
        None => {
            let member = MemberId::new();
            organizations::store::insert_member(&mut cx.db, member, person.id, role, &person.name, now).await?;
            member
        }
    };
    match client_grants::is_viewer(role) {
        true => client_grant::add(&mut cx.db, member.0, &invitation.client_ids).await?,
        false => member::join_projects(&mut cx.db, member.0, &invitation.project_ids).await?,
    }
    Ok(member)
}

fn read(row: ReceivedInvitationRow, reader: Option<&Person>, now: Timestamp) -> Result<ReceivedInvitation, Error> {
    let zone = TimeZone::get(&row.time_zone).map_err(|_| Error::internal())?;
    let state = InvitationState::of(row.answer.as_deref(), row.revoked, row.expires_at.to_jiff(), now);
    let inside = state == InvitationState::Accepted && reader.is_some_and(|reader| reader.email == row.email);
    Ok(ReceivedInvitation {
        id: InvitationId(row.id),
        organization: row.organization_name,
        slug: inside.then_some(row.slug),
        role: row.role.parse()?,
        invited_by: row.invited_by,
        email: row.email,
        name: row.name,
        expires_at: OffsetDateTime::at(row.expires_at.to_jiff(), &zone),
        state,
        mailed: false,
    })
}
