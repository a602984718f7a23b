//! Invitations as the invited person finds and answers them.
//!
//! The secret of a link only finds an invitation. Answering it takes being signed in with the address it was sent to.

use jiff::{Timestamp, tz::TimeZone};
use serde_json::json;

use super::{
    grants,
    invitations::{AnsweredInvitation, InvitationState, ReceivedInvitation},
    store::{
        grant, invitation,
        member::{self, lock_organization},
        received::{self, Row},
    },
};
use crate::{
    access::Role,
    account::{self, registration::Registered, secret},
    context::{Caller, Person},
    database::{Access, Reach},
    day::Moment,
    error::{Code, Error},
    id::{InvitationId, MemberId, OrganizationId},
    operation::Call,
    operations, organizations,
    page::Page,
    reference,
};

impl InvitationState {
    /// What has become of an invitation by now.
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
    let rows = received::seen(cx.db.connection(), Some(person.id.0), None).await?;
    let mut items = rows.into_iter().map(|row| read(row, Some(&person), now)).collect::<Result<Vec<_>, _>>()?;
    items.retain(|invitation| invitation.state == InvitationState::Open);
    Ok(Page { items, next_cursor: None, total: None })
}

/// The invitation behind a link.
pub async fn show(caller: &Caller, secret: &str) -> Result<ReceivedInvitation, Error> {
    let row = of_secret(caller, secret).await?;
    read(row, caller.person.as_ref(), caller.services.clock.now())
}

async fn of_secret(caller: &Caller, secret: &str) -> Result<Row, Error> {
    let mut db = caller.services.database.begin(Reach::Nobody, Access::Read).await?;
    let found = received::seen(db.connection(), None, Some(&secret::fingerprint(secret))).await?;
    found.into_iter().next().ok_or_else(|| {
        Error::new(Code::NotFound, "This link opens no invitation. It may have been sent again since: take the link in the latest mail.")
    })
}

/// Accepts or declines.
pub async fn answer(cx: &mut Call, given: &str, accept: bool) -> Result<AnsweredInvitation, Error> {
    let person = cx.caller.person()?.clone();
    let row = meant(cx, &person, given).await?;
    let id = row.id;
    cx.db.enter(OrganizationId(row.organization_id)).await?;
    // Whoever else changes people there, or answers this invitation at the same time, goes first.
    lock_organization(&mut cx.db).await?;
    let found = invitation::find(&mut cx.db, Some(id), None).await?.ok_or_else(|| Error::not_found("invitation"))?;
    refuse_unless_open(&row, &found, cx.now)?;
    let (words, now) = (if accept { "accepted" } else { "declined" }, cx.now);
    invitation::answer(&mut cx.db, id, words, now).await?;
    if accept {
        let member = join(cx, &person, &found).await?;
        cx.come_in(member).await?;
    }
    let slug = accept.then_some(row.slug);
    Ok(AnsweredInvitation { id: InvitationId(id), organization: row.organization_name, slug, accepted: accept })
}

/// The invitation to this person that an id or the secret of a link means. A link that was sent to their address proves that
/// it is theirs; without that, what anybody signed up with opens nothing.
async fn meant(cx: &mut Call, person: &Person, given: &str) -> Result<Row, Error> {
    let id = reference::id(given);
    let rows = received::seen(cx.db.connection(), Some(person.id.0), Some(&secret::fingerprint(given))).await?;
    let row = rows.into_iter().find(|row| (row.id == id || row.opened) && row.email == person.email);
    let row = row.ok_or_else(|| Error::not_found("invitation").hint("Open the link in the mail of the invitation."))?;
    if row.opened {
        let now = cx.now;
        account::store::confirm_email(&mut cx.db, person.id, now).await?;
    }
    Ok(row)
}

fn refuse_unless_open(row: &Row, found: &invitation::Row, now: Timestamp) -> Result<(), Error> {
    let (by, into) = (&row.invited_by, &row.organization_name);
    let expires = found.expires_at.to_jiff();
    let message = match InvitationState::of(found.answer.as_deref(), found.revoked, expires, now) {
        InvitationState::Open => return Ok(()),
        InvitationState::Accepted => format!("You have accepted this invitation to {into} already."),
        InvitationState::Declined => format!("You have declined this invitation to {into}. Ask {by} to invite you again."),
        InvitationState::Revoked => format!("This invitation to {into} was taken back. Ask {by} to invite you again."),
        InvitationState::Expired => format!("This invitation to {into} has run out. Ask {by} to send it again."),
    };
    Err(Error::new(Code::Conflict, message))
}

/// Makes the person a member, or brings them back, with the projects or clients that came with the invitation.
async fn join(cx: &mut Call, person: &Person, invitation: &invitation::Row) -> Result<MemberId, Error> {
    if member::of_email(&mut cx.db, &person.email).await?.is_some() {
        return Err(Error::new(Code::Conflict, "You belong to this organization already."));
    }
    let (role, now) = (Role::named(&invitation.role).ok_or_else(Error::internal)?, cx.now);
    let member = match member::revive(&mut cx.db, person.id.0, role, &person.name).await? {
        Some(member) => MemberId(member),
        None => {
            let member = MemberId::new();
            organizations::store::insert_member(&mut cx.db, member, person.id, role, &person.name, now).await?;
            member
        }
    };
    match grants::is_viewer(role) {
        true => grant::add(&mut cx.db, member.0, &invitation.client_ids).await?,
        false => member::join_projects(&mut cx.db, member.0, &invitation.project_ids).await?,
    }
    Ok(member)
}

/// Where somebody lands who signed up from an invitation: in its organization, or at the invitation, which says what is
/// in the way.
pub async fn arrive(caller: &Caller, registered: &Registered, secret: &str) -> String {
    let own = format!("/o/{}", registered.slug);
    let Ok(row) = of_secret(caller, secret).await else { return own };
    let person = Person { id: registered.user, name: registered.name.clone(), email: registered.email.clone() };
    let caller = Caller { person: Some(person), membership: None, ..caller.clone() };
    match accepted(caller, secret).await {
        Ok(()) => format!("/o/{}", row.slug),
        Err(_) => format!("/invitation/{secret}"),
    }
}

async fn accepted(caller: Caller, invitation: &str) -> Result<(), Error> {
    let operation = operations::named("answer_invitation").ok_or_else(Error::internal)?;
    operation.call(caller, json!({"invitation": invitation, "accept": true})).await.map(|_| ())
}

fn read(row: Row, reader: Option<&Person>, now: Timestamp) -> Result<ReceivedInvitation, Error> {
    let zone = TimeZone::get(&row.time_zone).map_err(|_| Error::internal())?;
    let state = InvitationState::of(row.answer.as_deref(), row.revoked, row.expires_at.to_jiff(), now);
    let inside = state == InvitationState::Accepted && reader.is_some_and(|reader| reader.email == row.email);
    Ok(ReceivedInvitation {
        id: InvitationId(row.id),
        organization: row.organization_name,
        slug: inside.then_some(row.slug),
        role: Role::named(&row.role).ok_or_else(Error::internal)?,
        invited_by: row.invited_by,
        email: row.email,
        name: row.name,
        expires_at: Moment::at(row.expires_at.to_jiff(), &zone),
        state,
    })
}
