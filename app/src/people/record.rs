//! Reading members, as far as the caller may see them.

use jiff::tz::TimeZone;
use serde::Serialize;
use uuid::Uuid;

use super::{
    Member,
    store::member::{self, Filter, Meant, Row},
};
use crate::{
    access::{Permission, Role, Seen},
    day::Moment,
    error::{Code, Error},
    id::{ClientId, MemberId},
    invoices::ClientName,
    operation::Call,
    page::{self, Cursor, Page},
    projects::{refer, sight::Sight},
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
    let filled = |given: Option<String>| given.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let project = match filled(project) {
        Some(project) => Some(refer::known_project(cx, &sight, &project).await?),
        None => None,
    };
    let after = cursor.as_deref().map(Cursor::decode).transpose()?;
    let filter = Filter { query: filled(query), project, removed, beside: sight.beside() };
    let rows = member::list(&mut cx.db, &filter, after, limit + 1).await?;
    let reader = Reader::of(cx)?;
    Page::of(cx.caller.room, rows, limit, |row| Cursor { key: row.key.clone(), id: row.id }, |row| reader.read(row))
}

/// The member that a reference means.
pub async fn get(cx: &mut Call, given: &str) -> Result<Member, Error> {
    let row = find(cx, given).await?;
    Reader::of(cx)?.read(row)
}

/// The member of an id, of `me`, or of a name that only one present member has; among those the caller may see.
pub async fn find(cx: &mut Call, given: &str) -> Result<Row, Error> {
    let (sight, name) = (Sight::of(cx)?, given.trim());
    let id = if name.eq_ignore_ascii_case("me") { sight.member } else { reference::id(name) };
    let mut found = member::named(&mut cx.db, id, name, sight.beside()).await?;
    match found.len() {
        0 => Err(Error::not_found("member")),
        1 => Ok(found.remove(0)),
        _ if found[0].id == id => Ok(found.remove(0)),
        _ => Err(ambiguous(name, &found)),
    }
}

/// The members of several references, in their order; asked for at once, however many there are. The refusal of one says which
/// it is, at the argument `members`.
pub async fn find_all(cx: &mut Call, given: &[String]) -> Result<Vec<Meant>, Error> {
    let sight = Sight::of(cx)?;
    let names: Vec<String> = given.iter().map(|given| given.trim().to_owned()).collect();
    let id = |name: &String| if name.eq_ignore_ascii_case("me") { sight.member } else { reference::id(name) };
    let ids: Vec<Uuid> = names.iter().map(id).collect();
    let found = member::meant(&mut cx.db, &ids, &names, sight.beside()).await?;
    let mut meant = Vec::with_capacity(names.len());
    for (place, name) in (1_i64..).zip(&names) {
        let mut choices = found.iter().filter(|choice| choice.place == place);
        match (choices.next(), choices.next()) {
            (Some(first), None) => meant.push(first.clone()),
            (Some(first), Some(_)) if first.exact => meant.push(first.clone()),
            (Some(_), Some(_)) => {
                let message = format!("There are several members called \"{}\". Give the id; list_members shows it.", text::excerpt(name));
                return Err(Error::invalid("members", message));
            }
            (None, _) => {
                let shown = text::excerpt(name);
                let message = format!("There is no member \"{shown}\". Check the id or the name; list_members shows them.");
                return Err(Error::new(Code::NotFound, message));
            }
        }
    }
    Ok(meant)
}

/// A member that an ambiguous name may mean.
#[derive(Serialize)]
struct Candidate<'a> {
    member: &'a str,
    id: Uuid,
}

fn ambiguous(name: &str, found: &[Row]) -> Error {
    let candidates: Vec<Candidate<'_>> = found.iter().map(|row| Candidate { member: &row.name, id: row.id }).collect();
    let message = format!("There are several members called \"{}\". Give the id; list_members shows it.", text::excerpt(name));
    Error::invalid("member", message).details(&candidates)
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
