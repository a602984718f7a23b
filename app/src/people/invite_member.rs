//! Invitations by members: the invitation, the link that the inviter may hand over, and the mail with a link of its own.

use domain::{day::OffsetDateTime, id::InvitationId, text};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::json;
use uuid::Uuid;

use super::{
    client_grants, invitation_mail,
    invitations::{Invitation, InvitationState},
    manage_members,
    store::{
        invitation::{self, InvitationDates, InvitationRow, InvitationTerms},
        member,
    },
};
use crate::{
    access::Role,
    context::Channel,
    error::{Code, Error},
    operation::{Call, confirmed_address, read_scope::ReadScope},
    organizations,
    outbox::{
        self, MailState,
        store::{MailBody, NewOutgoingMail, insert_mail},
    },
    page::{self, Cursor, Page},
    reference::{
        self,
        member::{fitting_addresses, sees_addresses},
    },
    secrets::link_purpose::LinkPurpose,
    verification::link_secret::{self, NewLinkSecret},
};

/// The arguments of `invite_member`.
#[allow(missing_docs, reason = "each is described where it is an argument")]
pub struct InviteRequest {
    pub email: String,
    pub role: Role,
    pub name: Option<String>,
    pub projects: Vec<String>,
    pub clients: Vec<String>,
    pub mails: bool,
}

/// The most open invitations of one member in an organization: all of them can be revoked within one call.
pub(super) const OPEN_MAX: i64 = 200;

/// The most unanswered invitations that are compared with a reference to none, the latest sent first.
const COMPARED_MAX: i64 = 500;

/// Invites an address, or changes and resends its open invitation.
pub async fn invite(cx: &mut Call, asked: InviteRequest) -> Result<Invitation, Error> {
    let own = manage_members::lock_as_manager(cx).await?;
    let email = text::email("email", &asked.email)?;
    refuse_unanswerable(cx, asked.mails)?;
    let name = text::optional("name", asked.name.as_deref(), 200)?;
    manage_members::refuse_role(own, asked.role)?;
    if let Some(name) = member::of_email(&mut cx.db, &email).await? {
        return Err(Error::invalid("email", format!("{email} belongs to {name}, who is a member already. Change their role instead.")));
    }
    let (projects, clients) = (projects(cx, &asked.projects).await?, client_grants::resolve_clients(cx, &asked.clients).await?);
    client_grants::refuse_mismatched_access(asked.role, &projects, &clients)?;
    let (name, by) = (name.as_deref(), cx.membership()?.member.0);
    let terms = InvitationTerms { email: &email, name, role: asked.role, projects: &projects, clients: &clients, by };
    if let Some(open) = invitation::find(&mut cx.db, None, Some(&email)).await? {
        manage_members::refuse_role(own, role_of(&open)?)?;
        invitation::update(&mut cx.db, open.id, &terms).await?;
        return send_again(cx, open.id, asked.mails).await;
    }
    refuse_too_many(cx, None).await?;
    let (id, now) = (InvitationId::new(), cx.now);
    invitation::insert(&mut cx.db, id.0, &terms, &sending(now)).await?;
    send(cx, id.0, asked.mails).await
}

/// Refuses a program that asks for no mail: it gets no link either, so nobody could answer.
fn refuse_unanswerable(cx: &Call, mails: bool) -> Result<(), Error> {
    match mails || cx.caller.token.is_none() && cx.caller.channel == Channel::Page {
        true => Ok(()),
        false => {
            Err(Error::invalid("without_email", "Only a person at the page is given the link to hand over. Leave this out to send a mail."))
        }
    }
}

/// Refuses when the caller has too many open invitations, not counting the one being resent. The caller must hold the lock on the
/// organization, so that concurrent invitations are counted.
async fn refuse_too_many(cx: &mut Call, beside: Option<Uuid>) -> Result<(), Error> {
    let (by, now) = (cx.membership()?.member.0, cx.now);
    if invitation::open_of(&mut cx.db, by, beside, now).await? < OPEN_MAX {
        return Ok(());
    }
    let message = format!(
        "You have {OPEN_MAX} open invitations here, and one member has no more at once. Revoke some of them, wait until they are \
         answered or have run out, or let another owner or admin invite."
    );
    Err(cx.with_operation_hint("list_open_invitations", Error::new(Code::Conflict, message)))
}

/// The dates of an invitation sent now; it expires with its links.
pub(super) fn sending(now: Timestamp) -> InvitationDates {
    InvitationDates { now, expires: now + LinkPurpose::AnswerInvitation.lifetime() }
}

async fn projects(cx: &mut Call, given: &[String]) -> Result<Vec<Uuid>, Error> {
    let read_scope = ReadScope::of(cx)?;
    reference::existing_projects(cx, &read_scope, given).await
}

/// Sends an open invitation again.
pub async fn resend(cx: &mut Call, given: &str) -> Result<Invitation, Error> {
    let own = manage_members::lock_as_manager(cx).await?;
    let open = open(cx, given).await?;
    manage_members::refuse_role(own, role_of(&open)?)?;
    if let Some(name) = member::of_email(&mut cx.db, &open.email).await? {
        return Err(Error::new(Code::Conflict, format!("{name} is a member already. Revoke the invitation.")));
    }
    send_again(cx, open.id, true).await
}

/// Revokes an open invitation.
pub async fn revoke(cx: &mut Call, given: &str) -> Result<Invitation, Error> {
    let own = manage_members::lock_as_manager(cx).await?;
    let row = find(cx, given).await?;
    manage_members::refuse_role(own, role_of(&row)?)?;
    if row.answer.is_some() {
        return Err(answered(&row));
    }
    let now = cx.now;
    if !row.revoked {
        invitation::revoke(&mut cx.db, row.id, now).await?;
        outbox::cancel_mails(&mut cx.db, &[row.id], &invitation_mail::taken_back()).await?;
    }
    let revoked = find(cx, &row.id.to_string()).await?;
    read(cx, revoked)
}

/// A page of open invitations, the latest sent first.
pub async fn list(cx: &mut Call, limit: Option<u32>, cursor: Option<String>) -> Result<Page<Invitation>, Error> {
    let (limit, after) = (page::limit(limit)?, cx.listing.after(cursor.as_deref())?);
    let after = match after {
        Some(after) => {
            let strange = |_| Error::invalid("cursor", "The cursor does not belong to this list; start again without it.");
            Some((after.key.parse().map_err(strange)?, after))
        }
        None => None,
    };
    let rows = invitation::open(&mut cx.db, after, limit + 1).await?;
    Page::of(cx.listing, rows, limit, |row| Cursor { key: row.sent_at.to_jiff().to_string(), id: row.id }, |row| read(cx, row))
}

async fn send_again(cx: &mut Call, id: Uuid, mails: bool) -> Result<Invitation, Error> {
    refuse_too_many(cx, Some(id)).await?;
    let (by, now) = (cx.membership()?.member.0, cx.now);
    invitation::resend(&mut cx.db, id, by, &sending(now)).await?;
    send(cx, id, mails).await
}

/// Puts the mail into the outbox and issues the link that a person may hand over. The link in the mail is issued when it leaves.
async fn send(cx: &mut Call, id: Uuid, mails: bool) -> Result<Invitation, Error> {
    match mails {
        true => mail(cx, id).await?,
        false => confirmed_address::for_mail(&cx.caller)?,
    }
    let row = invitation::find(&mut cx.db, Some(id), None).await?.ok_or_else(Error::internal)?;
    link_secret::withdraw(&mut cx.db, &[LinkPurpose::JoinOrganization], id, cx.now).await?;
    let link = if is_handed_over(cx) { Some(link(cx, &row).await?) } else { None };
    let sent = read(cx, row)?;
    // The mail of an earlier invitation is not the answer of this call.
    Ok(Invitation { link, mail: sent.mail.filter(|_| mails), ..sent })
}

async fn mail(cx: &mut Call, id: Uuid) -> Result<(), Error> {
    let row = invitation::find(&mut cx.db, Some(id), None).await?.ok_or_else(Error::internal)?;
    let (by, written_by, now) = (cx.caller.person()?.name.clone(), cx.caller.person()?.id, cx.now);
    let organization = organizations::store::get(&mut cx.db).await?;
    let subject = invitation_mail::subject(&organization.language, &by, &organization.name);
    let body = MailBody::Template(LinkPurpose::AnswerInvitation, id);
    insert_mail(&mut cx.db, &NewOutgoingMail { recipient: &row.email, subject: &subject, body, invoice: None, written_by, now }).await?;
    cx.count_mail()
}

/// Whether the answer holds a link: only for a person on a page, who hands it over. It lets its holder join with any role up to owner, so
/// no program or model gets it, and a dry run gives none because it would open nothing.
fn is_handed_over(cx: &Call) -> bool {
    cx.caller.token.is_none() && cx.caller.channel == Channel::Page && !cx.dry_run
}

/// Issues a link that lets any holder join. The link issued before is withdrawn by now.
async fn link(cx: &mut Call, row: &InvitationRow) -> Result<String, Error> {
    let (purpose, within, now) = (LinkPurpose::JoinOrganization, Some(cx.membership()?.organization), cx.now);
    let new_secret = NewLinkSecret { purpose, subject: row.id, within, mailbox: None, expires: row.expires_at.to_jiff() };
    let secret = link_secret::issue(&mut cx.db, &new_secret, now).await?;
    Ok(format!("{}{}", cx.caller.services.public_url, purpose.path(&secret)))
}

/// Resolves a reference to an invitation: its id, or an address, which means the open invitation to it or else the latest one.
async fn find(cx: &mut Call, given: &str) -> Result<InvitationRow, Error> {
    let found = match text::known_email("invitation", text::without_display_name(given)) {
        Ok(address) => to_address(cx, &address).await?,
        Err(_) => invitation::find(&mut cx.db, Some(reference::parse_id(given)), None).await?,
    };
    match found {
        Some(found) => Ok(found),
        None => Err(missing(cx, given).await?),
    }
}

/// The open invitation to an address, or else the latest one, so that a repeated call by the address is answered like one by the id.
async fn to_address(cx: &mut Call, address: &str) -> Result<Option<InvitationRow>, Error> {
    if let Some(open) = invitation::find(&mut cx.db, None, Some(address)).await? {
        return Ok(Some(open));
    }
    match invitation::latest_to(&mut cx.db, address).await? {
        Some(latest) => invitation::find(&mut cx.db, Some(latest), None).await,
        None => Ok(None),
    }
}

/// The error for a reference to no invitation, with the addresses that it may mean, for callers who may see them.
async fn missing(cx: &mut Call, given: &str) -> Result<Error, Error> {
    let mut near = Vec::new();
    if sees_addresses(cx) && reference::parse_id(given).is_nil() {
        let unanswered = invitation::open(&mut cx.db, None, COMPARED_MAX).await?;
        let unanswered: Vec<_> = unanswered.into_iter().map(|row| (row.email, row.name)).collect();
        near = fitting_addresses(given, &unanswered);
    }
    let error = match near.as_slice() {
        [] => Error::new(Code::NotFound, "There is no such invitation. Check the id or the address."),
        near => {
            let message = format!("There is no invitation \"{}\". Did you mean {}?", text::excerpt(given), near.join(" or "));
            Error::new(Code::NotFound, message).details(&json!({ "near": near }))
        }
    };
    Ok(error.hint("list_open_invitations shows those that nobody has answered."))
}

/// Resolves a reference to an invitation that was neither answered nor revoked.
async fn open(cx: &mut Call, given: &str) -> Result<InvitationRow, Error> {
    let row = find(cx, given).await?;
    match (&row.answer, row.revoked) {
        (Some(_), _) => Err(answered(&row)),
        (None, true) => Err(Error::new(Code::Conflict, format!("The invitation of {} was taken back. Invite them anew.", row.email))),
        (None, false) => Ok(row),
    }
}

fn answered(row: &InvitationRow) -> Error {
    let answer = row.answer.as_deref().unwrap_or("answered");
    Error::new(Code::Conflict, format!("{} has {answer} this invitation already.", row.email))
}

fn role_of(row: &InvitationRow) -> Result<Role, Error> {
    Ok(row.role.parse()?)
}

fn read(cx: &Call, row: InvitationRow) -> Result<Invitation, Error> {
    let zone: &TimeZone = &cx.membership()?.member_zone;
    let at = |at: jiff_sqlx::Timestamp| OffsetDateTime::at(at.to_jiff(), zone);
    Ok(Invitation {
        id: InvitationId(row.id),
        role: role_of(&row)?,
        state: InvitationState::of(row.answer.as_deref(), row.revoked, row.expires_at.to_jiff(), cx.now),
        email: row.email,
        name: row.name,
        projects: row.projects,
        clients: row.clients,
        invited_by: row.invited_by,
        sent: row.sent,
        sent_at: at(row.sent_at),
        expires_at: at(row.expires_at),
        mail: row.mail_state.map(|state| MailState {
            recipient: row.mail_recipient.unwrap_or_default(),
            state,
            last_error: row.mail_error,
            stays: row.mail_stays.unwrap_or_default(),
        }),
        link: None,
    })
}

#[cfg(test)]
mod tests {
    use super::OPEN_MAX;

    #[test]
    fn an_operator_reads_how_many_invitations_are_open_at_once() {
        let row = format!("| Invitations of one member of an organization that are open at once | {OPEN_MAX} |");
        assert!(include_str!("../../../docs/limits.md").contains(&row), "{row}");
    }
}
