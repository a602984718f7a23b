//! People: the members of an organization, their roles, invitations and removal.

#[cfg(feature = "ssr")]
pub mod answer_invitation;
#[cfg(feature = "ssr")]
pub mod client_grants;
#[cfg(feature = "ssr")]
pub mod invitation_mail;
pub mod invitations;
#[cfg(feature = "ssr")]
pub mod invite_member;
#[cfg(feature = "ssr")]
pub mod manage_members;
#[cfg(feature = "ssr")]
pub mod record;
#[cfg(feature = "ssr")]
pub mod reset_password;
#[cfg(feature = "ssr")]
pub mod revoke_invitations;
pub mod server_functions;
#[cfg(feature = "ssr")]
pub mod sign_up;
#[cfg(feature = "ssr")]
pub(crate) mod store;
#[cfg(all(test, feature = "ssr"))]
mod tests;
#[cfg(feature = "ssr")]
pub mod unconfirmed_account;
#[cfg(feature = "ssr")]
pub mod zone;

use domain::{day::OffsetDateTime, id::MemberId};
use macros::{answer, operation};
use serde::{Deserialize, Serialize};

use crate::{access::Role, error::Error, page::Page, summary::ClientRef};

/// Somebody in the organization. There is no money in it for anybody.
#[answer]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct Member {
    /// Their id in this organization.
    #[hidden]
    pub id: MemberId,
    /// Their name.
    #[label("Name", rank = 20, always)]
    pub name: String,
    /// What they are here.
    #[label("Role", rank = 80)]
    pub role: Role,
    /// Whether this is the caller.
    #[hidden]
    pub you: bool,
    /// IANA name of the zone that their days begin and end in.
    #[label("Time zone")]
    pub time_zone: String,
    /// Whether they chose it themselves; otherwise it is the organization's.
    #[label("Own time zone")]
    pub own_time_zone: bool,
    /// The clients granted to them, when they are a viewer; only for callers who manage people, and for themselves.
    #[label("Clients", rank = 100)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clients: Option<Vec<ClientRef>>,
    /// The address they sign in with; only for callers who manage people.
    #[label("E-mail", rank = 340)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// When they came.
    #[hidden]
    pub joined_at: OffsetDateTime,
    /// When they left; absent while they belong. Their time stays.
    #[label("Removed at")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed_at: Option<OffsetDateTime>,
}

/// Somebody who belongs no longer.
#[answer]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct RemovedMember {
    /// The id they keep: their time still names them.
    #[hidden]
    pub id: MemberId,
    /// Their name.
    #[label("Name", rank = 20, always)]
    pub name: String,
    /// Whether a timer of theirs was running; it was stopped and saved.
    #[label("Stopped timer")]
    pub stopped_timer: bool,
    /// How many of their tokens were revoked.
    #[label("Revoked tokens")]
    pub revoked_tokens: i64,
}

/// List the members of the organization by name: those you work with on a project, or all when you lead the work.
///
/// Addresses are shown to those who manage people. Rates and amounts are not shown to anybody here.
#[operation(read, idempotent, everyday, needs = Belong, scope = PeopleRead, title = "List members")]
pub async fn list_members(
    cx: &mut Call,
    /// Words of the name.
    #[server(default)]
    #[max_length(200)]
    query: Option<String>,
    /// Only those on it: id, name or "Client / Project".
    #[server(default)]
    project: Option<String>,
    /// Also those who have left.
    #[server(default)]
    removed: Option<bool>,
    /// 50 when absent.
    #[server(default)]
    limit: Option<u32>,
    /// next_cursor of the last answer.
    #[server(default)]
    #[max_length(4_096)]
    cursor: Option<String>,
) -> Result<Page<Member>, Error> {
    record::list(cx, query, project, removed.unwrap_or(false), limit, cursor).await
}

/// Get one member by id, by name, or yourself as "me". One who has left is found by name while nobody who is there has it.
#[operation(read, idempotent, needs = Belong, scope = PeopleRead, title = "Get a member")]
pub async fn get_member(
    cx: &mut Call,
    /// Id, name or me.
    member: String,
) -> Result<Member, Error> {
    record::get(cx, &member).await
}

/// Change what a member is here; it holds from their next request on.
///
/// Refused (forbidden) when their role or the new one is above your own, and (conflict) when nobody would be owner any more. Their open invitations to a role above the new one are taken back. Who becomes a viewer leaves their projects, and a running timer is stopped and saved. They see what set_client_grants gives them. Example: {"member": "Barbara", "role": "manager"}.
#[operation(write, destructive, idempotent, needs = ManagePeople, scope = PeopleWrite, agent = Ask, title = "Change a member's role")]
pub async fn change_member_role(
    cx: &mut Call,
    /// Id or name.
    member: String,
    /// What they become.
    role: Role,
) -> Result<Member, Error> {
    manage_members::change_role(cx, &member, role).await
}

/// Grant clients to a viewer: from their next request on they see exactly these, with their projects, hours and sent invoices.
///
/// What was granted before and is not among them is taken away; an empty list takes everything away. Drafts, budgets and mails stay hidden. Refused (conflict) when the member is not a viewer. Example: {"member": "Alan", "clients": ["Acme"]}.
#[operation(write, destructive, idempotent, needs = ManagePeople, scope = PeopleWrite, agent = Ask, title = "Grant clients to a viewer")]
pub async fn set_client_grants(
    cx: &mut Call,
    /// Id or name.
    member: String,
    /// All that they may see: ids or names.
    clients: Vec<String>,
) -> Result<Member, Error> {
    client_grants::set(cx, &member, &clients).await
}

/// Set the time zone that your days begin and end in here, when it is another than the organization's.
///
/// What you log and read from then on is on that clock. Entries that are there already stay on their day. Days of invoices, payments and due dates go on being the organization's. Example: {"time_zone": "America/New_York"}.
#[operation(write, idempotent, needs = Belong, audience = Person, title = "Set your time zone")]
pub async fn set_time_zone(
    cx: &mut Call,
    /// IANA name, such as Europe/Berlin; the organization's when absent.
    #[server(default)]
    #[max_length(100)]
    time_zone: Option<String>,
) -> Result<Member, Error> {
    zone::set(cx, time_zone.as_deref()).await
}

/// Remove a member. Their time stays; a running timer is stopped and saved, their tokens are revoked, their open invitations are taken back, and they are on no project any more.
///
/// Their pages and tokens stop working at once. Refused (forbidden) when their role is above your own, and (conflict) when nobody would be owner any more. Who is invited again comes back as the same member.
#[operation(write, destructive, needs = ManagePeople, scope = PeopleWrite, agent = Ask, title = "Remove a member")]
pub async fn remove_member(
    cx: &mut Call,
    /// Id or name.
    member: String,
) -> Result<RemovedMember, Error> {
    manage_members::remove(cx, &member).await
}

/// Leave this organization yourself. Your time stays; your tokens here are revoked, your open invitations are taken back, and a running timer is stopped and saved.
///
/// Refused (conflict) while you are its only owner: make somebody else an owner first.
#[operation(destroy, needs = Belong, audience = Person, title = "Leave the organization")]
pub async fn leave_organization(cx: &mut Call) -> Result<RemovedMember, Error> {
    manage_members::leave(cx).await
}
