//! Invitations: their types and operations.

use domain::{day::OffsetDateTime, id::InvitationId};
use leptos::prelude::server;
use macros::{answer, operation};
use serde::{Deserialize, Serialize};

use crate::{access::Role, error::Error, outbox::MailState, page::Page};

/// An invitation as those see it who manage people.
#[answer]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct Invitation {
    /// Its id.
    #[hidden]
    pub id: InvitationId,
    /// The address it is sent to.
    #[label("E-mail", rank = 340, always)]
    pub email: String,
    /// What the invited person is called, when it was told.
    #[label("Name", rank = 20, always)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What they become.
    #[label("Role", rank = 80)]
    pub role: Role,
    /// The projects they will be on.
    #[label("Projects", rank = 90)]
    pub projects: Vec<String>,
    /// The clients granted to them, when they are to be a viewer.
    #[label("Clients", rank = 100)]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clients: Vec<String>,
    /// Who invited them.
    #[label("Invited by")]
    pub invited_by: String,
    /// How often it was sent.
    #[label("Sent")]
    pub sent: i32,
    /// When it was last sent.
    #[hidden]
    pub sent_at: OffsetDateTime,
    /// When it runs out, 14 days after it was last sent.
    #[label("Open until", rank = 420, volatile)]
    pub expires_at: OffsetDateTime,
    /// Whether it is open, answered, run out or taken back.
    #[hidden]
    pub state: InvitationState,
    /// The mail that was last written for it; absent when none was, since the link is handed over.
    #[label("Mailed to", rank = 330)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<MailState>,
    /// A link to hand over: whoever opens it can join, with any address, and once. Only a person is given it who sends the
    /// invitation at the page, since it is not kept; no program is, and a dry run draws none. The link in the mail is another
    /// one.
    #[hidden]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// An invitation as the person sees it who was invited.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct ReceivedInvitation {
    /// Its id.
    pub id: InvitationId,
    /// The name of the organization.
    pub organization: String,
    /// Its place in addresses, once the invitation was accepted: `/o/<slug>/…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    /// What one becomes there.
    pub role: Role,
    /// Who invites.
    pub invited_by: String,
    /// The address it was sent to.
    pub email: String,
    /// What the invited person is called, when the inviter told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// When it runs out.
    pub expires_at: OffsetDateTime,
    /// Whether it can still be answered.
    pub state: InvitationState,
    /// Whether it is shown by the link in its mail, which only whoever signs in with its address can use.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mailed: bool,
}

/// Whether an invitation can still be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum InvitationState {
    /// It waits for an answer.
    Open,
    /// It was accepted.
    Accepted,
    /// It was declined.
    Declined,
    /// Nobody answered in time.
    Expired,
    /// It was taken back.
    Revoked,
}

/// How an invitation was answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct AnsweredInvitation {
    /// Its id.
    pub id: InvitationId,
    /// The name of the organization.
    pub organization: String,
    /// Its place in addresses, for whoever belongs there now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    /// Whether the person belongs to it now.
    pub accepted: bool,
}

/// Invite somebody by e-mail. The mail holds a link; whoever signs in, or up, with that address can accept for 14 days.
///
/// At the page the answer holds another link, once, to hand over: whoever opens it can join, whatever their address is. A token is given none. Inviting an address again changes its open invitation and sends it anew. Refused when the address is a member's already, or the role is above your own. Example: {"email": "barbara@example.com", "role": "member", "projects": ["Acme / Dashboard"]}.
#[operation(write, secret, mails, everyday, needs = ManagePeople, scope = PeopleWrite, agent = Ask, title = "Invite somebody")]
pub async fn invite_member(
    cx: &mut Call,
    /// The address to invite.
    #[max_length(254)]
    email: String,
    /// What they become.
    role: Role,
    /// For the greeting in the mail.
    #[server(default)]
    #[max_length(200)]
    name: Option<String>,
    /// Ids, names or "Client / Project"; not for a viewer.
    #[server(default)]
    projects: Option<Vec<String>>,
    /// What a viewer sees: ids or names.
    #[server(default)]
    clients: Option<Vec<String>>,
    /// For pages: no mail leaves.
    #[server(default)]
    without_email: Option<bool>,
) -> Result<Invitation, Error> {
    let (projects, clients) = (projects.unwrap_or_default(), clients.unwrap_or_default());
    let asked = super::invite_member::InviteRequest { email, role, name, projects, clients, mails: !without_email.unwrap_or(false) };
    super::invite_member::invite(cx, asked).await
}

/// Send an open invitation again. It opens for another 14 days; the link to hand over stops working, and a person at the page is given a new one, a program none. It is yours from then on, whoever sent it before.
#[operation(write, secret, mails, needs = ManagePeople, scope = PeopleWrite, agent = Ask, title = "Send an invitation again")]
pub async fn resend_invitation(
    cx: &mut Call,
    /// Id, or the address; list_open_invitations shows both.
    invitation: String,
) -> Result<Invitation, Error> {
    super::invite_member::resend(cx, &invitation).await
}

/// Take an open invitation back. Its link says so from then on, and nobody can accept it.
#[operation(write, destructive, idempotent, needs = ManagePeople, scope = PeopleWrite, agent = Ask, title = "Revoke an invitation")]
pub async fn revoke_invitation(
    cx: &mut Call,
    /// Id, or the address; list_open_invitations shows both.
    invitation: String,
) -> Result<Invitation, Error> {
    super::invite_member::revoke(cx, &invitation).await
}

/// List the invitations of this organization that nobody has answered, the latest sent first. Those that ran out can be sent again.
#[operation(read, idempotent, needs = ManagePeople, scope = PeopleRead, title = "List open invitations")]
pub async fn list_open_invitations(
    cx: &mut Call,
    /// 50 when absent.
    #[server(default)]
    limit: Option<u32>,
    /// next_cursor of the last answer.
    #[server(default)]
    #[max_length(4_096)]
    cursor: Option<String>,
) -> Result<Page<Invitation>, Error> {
    super::invite_member::list(cx, limit, cursor).await
}

/// List the invitations to your own address that you can still answer, from any organization. There are none until your
/// address is confirmed.
#[operation(read, idempotent, needs = SignedIn, scope = PeopleRead, title = "List your invitations")]
pub async fn list_invitations(cx: &mut Call) -> Result<Page<ReceivedInvitation>, Error> {
    super::answer_invitation::list(cx).await
}

/// Accept or decline an invitation, as a person at the page: a token belongs to one organization and brings nobody into another. Who accepts belongs to the organization at once, with the projects or clients that came with it.
///
/// By its id it takes a confirmed address that the invitation is for. The secret of the link in its mail takes being signed in with that address, and confirms it. The secret of the link that was handed over lets anybody join that holds it, and confirms nothing. Refused (conflict) when the invitation was answered already, has run out or was taken back, or whoever sent it may not give its role any more. Example: {"invitation": "0190…", "accept": true}.
#[operation(write, needs = SignedIn, audience = Person, title = "Answer an invitation")]
pub async fn answer_invitation(
    cx: &mut Call,
    /// The invitation's id, as list_invitations shows it, or the secret at the end of a link.
    invitation: String,
    /// True to accept, false to decline.
    accept: bool,
) -> Result<AnsweredInvitation, Error> {
    super::answer_invitation::answer(cx, &invitation, accept).await
}

/// The invitation behind a link, for any holder of the link, signed in or not.
#[server(name = ShowInvitation, prefix = "/call", endpoint = "show_invitation", input = server_fn::codec::GetUrl)]
pub async fn show_invitation(
    /// The secret in the link.
    secret: String,
) -> Result<ReceivedInvitation, Error> {
    super::answer_invitation::show(&crate::context::Caller::current()?, &secret).await
}
