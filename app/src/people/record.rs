//! Reads members within the caller's read scope.

use domain::{
    day::OffsetDateTime,
    id::{ClientId, MemberId},
    text,
};
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::{
    Member,
    store::member::{self, MemberFilter, MemberRow},
};
use crate::{
    access::{Permission, Role, RoleVisibility},
    error::Error,
    operation::{Call, read_scope::ReadScope},
    page::{self, Cursor, Page},
    reference,
    summary::ClientRef,
};

/// A page of members by name.
pub async fn list(
    cx: &mut Call,
    query: Option<String>,
    project: Option<String>,
    removed: bool,
    limit: Option<u32>,
    cursor: Option<String>,
) -> Result<Page<Member>, Error> {
    let (read_scope, limit) = (ReadScope::of(cx)?, page::limit(limit)?);
    let project = match text::non_empty(project) {
        Some(project) => Some(reference::existing_project(cx, &read_scope, &project).await?),
        None => None,
    };
    let after = cx.listing.after(cursor.as_deref())?;
    let filter = MemberFilter {
        query: text::non_empty(query).map(|query| text::search_key(&query)),
        project,
        removed,
        beside: read_scope.only_teammates_of(),
    };
    let rows = member::list(&mut cx.db, &filter, after, limit + 1).await?;
    let reader = MemberPresenter::of(cx)?;
    Page::of(cx.listing, rows, limit, |row| Cursor { key: row.key.clone(), id: row.id }, |row| reader.read(row))
}

/// The member of a reference.
pub async fn get(cx: &mut Call, given: &str) -> Result<Member, Error> {
    let row = find(cx, given).await?;
    MemberPresenter::of(cx)?.read(row)
}

/// Resolves a reference to a member within the caller's read scope.
pub async fn find(cx: &mut Call, given: &str) -> Result<MemberRow, Error> {
    let read_scope = ReadScope::of(cx)?;
    let meant = reference::member(cx, "member", given, read_scope.only_teammates_of()).await?;
    member::find(&mut cx.db, meant.id).await?.ok_or_else(|| Error::not_found("member"))
}

/// Presents members to the caller.
pub struct MemberPresenter {
    zone: TimeZone,
    organization_zone: String,
    own: Uuid,
    addresses: bool,
}

impl MemberPresenter {
    /// A presenter for the caller of this call.
    pub fn of(cx: &Call) -> Result<Self, Error> {
        let membership = cx.membership()?;
        Ok(Self {
            zone: membership.member_zone.clone(),
            organization_zone: membership.organization_zone.iana_name().unwrap_or("UTC").to_owned(),
            own: membership.member.0,
            addresses: cx.may(Permission::ManagePeople),
        })
    }

    /// Presents a row with the fields that the caller may see.
    pub fn read(&self, row: MemberRow) -> Result<Member, Error> {
        let at = |at: jiff_sqlx::Timestamp| OffsetDateTime::at(at.to_jiff(), &self.zone);
        let role: Role = row.role.parse()?;
        let granted = row.client_ids.into_iter().map(ClientId).zip(row.client_names).map(|(id, name)| ClientRef { id, name });
        let shown = role.visibility() == RoleVisibility::GrantedClients && (self.addresses || row.id == self.own);
        Ok(Member {
            id: MemberId(row.id),
            clients: shown.then(|| granted.collect()),
            role,
            you: row.id == self.own,
            own_time_zone: row.time_zone.is_some(),
            time_zone: row.time_zone.unwrap_or_else(|| self.organization_zone.clone()),
            email: row.email.filter(|_| self.addresses),
            joined_at: at(row.created_at),
            removed_at: row.removed_at.map(at),
            name: row.name,
        })
    }
}
