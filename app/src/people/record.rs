//! Reading members, as far as the caller may see them.

use jiff::tz::TimeZone;
use uuid::Uuid;

use super::{
    Member,
    store::member::{self, Filter, Row},
};
use crate::{
    access::{Permission, Role, Seen},
    day::Moment,
    error::Error,
    id::{ClientId, MemberId},
    invoices::ClientName,
    operation::Call,
    page::{self, Cursor, Page},
    projects::sight::Sight,
    reference, text,
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
    let (sight, limit) = (Sight::of(cx)?, page::limit(limit)?);
    let project = match text::said(project) {
        Some(project) => Some(reference::known_project(cx, &sight, &project).await?),
        None => None,
    };
    let after = cx.listing.after(cursor.as_deref())?;
    let filter = Filter { query: text::said(query).map(|query| text::search_key(&query)), project, removed, beside: sight.beside() };
    let rows = member::list(&mut cx.db, &filter, after, limit + 1).await?;
    let reader = Reader::of(cx)?;
    Page::of(cx.listing, rows, limit, |row| Cursor { key: row.key.clone(), id: row.id }, |row| reader.read(row))
}

/// The member that a reference means.
pub async fn get(cx: &mut Call, given: &str) -> Result<Member, Error> {
    let row = find(cx, given).await?;
    Reader::of(cx)?.read(row)
}

/// The member that a reference means, among those the caller may see.
pub async fn find(cx: &mut Call, given: &str) -> Result<Row, Error> {
    let sight = Sight::of(cx)?;
    let meant = reference::member(cx, "member", given, sight.beside()).await?;
    member::find(&mut cx.db, meant.id).await?.ok_or_else(|| Error::not_found("member"))
}

/// What it takes to show a member to the caller.
pub struct Reader {
    zone: TimeZone,
    organization_zone: String,
    own: Uuid,
    addresses: bool,
}

impl Reader {
    /// As the caller of this call sees members.
    pub fn of(cx: &Call) -> Result<Self, Error> {
        let membership = cx.membership()?;
        Ok(Self {
            zone: membership.member_zone.clone(),
            organization_zone: membership.organization_zone.iana_name().unwrap_or("UTC").to_owned(),
            own: membership.member.0,
            addresses: cx.may(Permission::ManagePeople),
        })
    }

    /// A row as the caller may see it.
    pub fn read(&self, row: Row) -> Result<Member, Error> {
        let at = |at: jiff_sqlx::Timestamp| Moment::at(at.to_jiff(), &self.zone);
        let role = Role::named(&row.role).ok_or_else(Error::internal)?;
        let granted = row.client_ids.into_iter().map(ClientId).zip(row.client_names).map(|(id, name)| ClientName { id, name });
        let shown = role.sees() == Seen::GrantedClients && (self.addresses || row.id == self.own);
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
