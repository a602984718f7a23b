//! SQL of members.

use domain::text;
use jiff::Timestamp;
use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

pub use crate::organizations::store::lock as lock_organization;
use crate::{
    access::Role,
    database::{Db, instant},
    error::Error,
    page::Cursor,
};

/// A member as stored, with the address of their login.
#[allow(missing_docs, reason = "the columns are described at Member")]
pub struct MemberRow {
    pub id: Uuid,
    pub name: String,
    pub role: String,
    /// Their own time zone, if set.
    pub time_zone: Option<String>,
    pub email: Option<String>,
    pub created_at: jiff_sqlx::Timestamp,
    pub removed_at: Option<jiff_sqlx::Timestamp>,
    /// The sort key of the list, computed by the database.
    pub key: String,
    /// The clients granted to them, sorted by name.
    pub client_ids: Vec<Uuid>,
    pub client_names: Vec<String>,
}

/// The filter of the list of members.
pub struct MemberFilter {
    /// The search key of a text in the name.
    pub query: Option<String>,
    /// Only those on this project.
    pub project: Option<Uuid>,
    /// Also those who have left.
    pub removed: bool,
    /// Only this member and the members of their projects.
    pub beside: Option<Uuid>,
}

/// A membership of a person, with its organization.
pub struct PersonMembership {
    /// The organization.
    pub organization_id: Uuid,
    /// Its name.
    pub organization: String,
    /// Their id there.
    pub member: Uuid,
}

/// Every membership of a person, the longest first.
pub async fn memberships_of(db: &mut Db, person: Uuid) -> Result<Vec<PersonMembership>, Error> {
    Ok(query_as!(
        PersonMembership,
        "select o.id as organization_id, o.name as organization, m.id as member
         from member m join organization o on o.id = m.organization_id
         where m.user_id = $1 and m.removed_at is null order by m.created_at, m.id",
        person
    )
    .fetch_all(db.connection())
    .await?)
}

/// A page of members by name, after the cursor.
pub async fn list(db: &mut Db, filter: &MemberFilter, after: Option<Cursor>, limit: i64) -> Result<Vec<MemberRow>, Error> {
    let organization = db.organization();
    let (key, id) = after.map(|after| (after.key, after.id)).unzip();
    Ok(query_as!(
        MemberRow,
        r#"select m.id, m.name, m.role, m.time_zone, address_of_member(m.id) as "email?", m.created_at, m.removed_at, m.search_key as key,
               g.ids as "client_ids!", g.names as "client_names!"
           from member m
           cross join lateral (
               select coalesce(array_agg(c.id order by c.search_key, c.id), '{}') as ids,
                   coalesce(array_agg(c.name order by c.search_key, c.id), '{}') as names
               from client_grant g join client c on c.organization_id = $1 and c.id = g.client_id
               where g.organization_id = $1 and g.member_id = m.id
           ) g
           where m.organization_id = $1
               and ($2::text is null or strpos(m.search_key, $2) > 0)
               and ($3::uuid is null or exists (select from project_member pm where pm.organization_id = $1 and pm.project_id = $3 and pm.member_id = m.id))
               and ($4 or m.removed_at is null)
               and ($5::uuid is null or m.id = $5 or exists (
                   select from project_member theirs join project_member own on own.organization_id = $1 and own.project_id = theirs.project_id
                   where theirs.organization_id = $1 and theirs.member_id = m.id and own.member_id = $5))
               and ($6::text is null or (m.search_key, m.id) > ($6, $7::uuid))
           order by m.search_key, m.id limit $8"#,
        organization,
        filter.query,
        filter.project,
        filter.removed,
        filter.beside,
        key,
        id,
        limit
    )
    .fetch_all(db.connection())
    .await?)
}

/// The member with this id.
pub async fn find(db: &mut Db, id: Uuid) -> Result<Option<MemberRow>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        MemberRow,
        r#"select m.id, m.name, m.role, m.time_zone, address_of_member(m.id) as "email?", m.created_at, m.removed_at, m.search_key as key,
               g.ids as "client_ids!", g.names as "client_names!"
           from member m
           cross join lateral (
               select coalesce(array_agg(c.id order by c.search_key, c.id), '{}') as ids,
                   coalesce(array_agg(c.name order by c.search_key, c.id), '{}') as names
               from client_grant g join client c on c.organization_id = $1 and c.id = g.client_id
               where g.organization_id = $1 and g.member_id = m.id
           ) g
           where m.organization_id = $1 and m.id = $2"#,
        organization,
        id
    )
    .fetch_optional(db.connection())
    .await?)
}

/// Sets the role of a member. The trigger keeps an owner in the organization.
pub async fn set_role(db: &mut Db, member: Uuid, role: Role) -> Result<(), sqlx::Error> {
    let organization = db.organization();
    query!("update member set role = $3 where organization_id = $1 and id = $2", organization, member, role.name())
        .execute(db.connection())
        .await?;
    Ok(())
}

/// Sets or clears the own time zone of a member.
pub async fn set_zone(db: &mut Db, member: Uuid, zone: Option<&str>) -> Result<(), Error> {
    let organization = db.organization();
    query!("update member set time_zone = $3 where organization_id = $1 and id = $2", organization, member, zone)
        .execute(db.connection())
        .await?;
    Ok(())
}

/// The time zones that members have set, including removed members, whose time entries stay.
pub async fn zones(db: &mut Db) -> Result<Vec<String>, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        r#"select distinct time_zone as "zone!" from member where organization_id = $1 and time_zone is not null"#,
        organization
    )
    .fetch_all(db.connection())
    .await?)
}

/// Removes a member. The trigger keeps an owner in the organization.
pub async fn remove(db: &mut Db, member: Uuid, now: Timestamp) -> Result<(), sqlx::Error> {
    let organization = db.organization();
    query!("update member set removed_at = $3 where organization_id = $1 and id = $2", organization, member, instant(now) as _)
        .execute(db.connection())
        .await?;
    Ok(())
}

/// Revokes every token of a member; returns the number.
pub async fn revoke_tokens(db: &mut Db, member: Uuid, now: Timestamp) -> Result<i64, Error> {
    let organization = db.organization();
    let revoked = query!(
        "update access_token set revoked_at = $3 where organization_id = $1 and member_id = $2 and revoked_at is null",
        organization,
        member,
        instant(now) as _
    )
    .execute(db.connection())
    .await?;
    Ok(revoked.rows_affected() as i64)
}

/// The person of a member; none for an agent.
pub async fn person_of(db: &mut Db, member: Uuid) -> Result<Option<Uuid>, Error> {
    let organization = db.organization();
    Ok(query_scalar!("select user_id from member where organization_id = $1 and id = $2", organization, member)
        .fetch_one(db.connection())
        .await?)
}

/// Removes a member from every project.
pub async fn leave_projects(db: &mut Db, member: Uuid) -> Result<(), Error> {
    let organization = db.organization();
    query!("delete from project_member where organization_id = $1 and member_id = $2", organization, member)
        .execute(db.connection())
        .await?;
    Ok(())
}

/// Restores a former membership of a person with this role and name; returns its id, if there was one.
pub async fn rejoin(db: &mut Db, user: Uuid, role: Role, name: &str) -> Result<Option<Uuid>, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        "update member set removed_at = null, role = $3, name = $4, search_key = $5, search_key_of = $4
         where organization_id = $1 and user_id = $2 and removed_at is not null returning id",
        organization,
        user,
        role.name(),
        name,
        text::search_key(name)
    )
    .fetch_optional(db.connection())
    .await?)
}

/// Assigns a member to those of the projects that still exist.
pub async fn join_projects(db: &mut Db, member: Uuid, projects: &[Uuid]) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "insert into project_member (organization_id, project_id, member_id)
         select $1, p.id, $2 from project p where p.organization_id = $1 and p.id = any($3) on conflict do nothing",
        organization,
        member,
        projects
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

/// The name of the current member who signs in with this address.
pub async fn of_email(db: &mut Db, email: &str) -> Result<Option<String>, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        "select m.name from member m where m.organization_id = $1 and m.id = member_of_address($2) and m.removed_at is null",
        organization,
        email
    )
    .fetch_optional(db.connection())
    .await?)
}
