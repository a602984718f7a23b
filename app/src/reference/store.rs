//! SQL that finds clients, projects and members by id or search key, and lists known names.

use domain::text::similar::KnownName;
use jiff::Timestamp;
use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

use super::{MemberRef, disambiguate::Candidate};
use crate::{
    database::{Db, instant},
    error::Error,
};

/// The members among whom a reference is looked up.
#[derive(Debug, Clone, Copy)]
pub struct MemberFilter {
    /// Only this member and those on a project with them; none when everybody is visible.
    pub beside: Option<Uuid>,
    /// Also members who have logged time that the caller may see, which row security decides.
    pub in_time: bool,
}

/// The most names that are compared with an unknown one. An organization with more gets fewer suggestions.
pub const NAMES_MAX: i64 = 2_000;

/// The clients that fit references, each an id or a key, among those the caller may see, with the index of the reference from 1.
pub async fn clients(db: &mut Db, ids: &[Uuid], keys: &[String], on: Option<Uuid>) -> Result<Vec<(i64, Candidate)>, Error> {
    let organization = db.organization();
    let rows = query!(
        r#"select g.place as "place!", c.id, c.name, c.archived_at is not null as "gone!"
           from unnest($2::uuid[], $3::text[]) with ordinality as g (id, key, place)
           join client c on c.organization_id = $1 and (c.id = g.id or c.search_key = g.key)
           where $4::uuid is null or exists (
               select from project p join project_member pm on pm.organization_id = p.organization_id and pm.project_id = p.id
               where p.organization_id = $1 and p.client_id = c.id and pm.member_id = $4)
           order by g.place, c.id limit 4000"#,
        organization,
        ids,
        keys,
        on
    )
    .fetch_all(db.connection())
    .await?;
    Ok(rows.into_iter().map(|row| (row.place, Candidate { id: row.id, name: row.name, gone: row.gone })).collect())
}

/// The projects that fit references, each an id or the key of a name or of a path `client/project`, among those the caller may
/// see, of one client or of all, with the index of the reference from 1.
pub async fn projects(
    db: &mut Db,
    ids: &[Uuid],
    keys: &[String],
    client: Option<Uuid>,
    on: Option<Uuid>,
) -> Result<Vec<(i64, Candidate)>, Error> {
    let organization = db.organization();
    let rows = query!(
        r#"with given as materialized (
               select g.id, g.key, g.place from unnest($2::uuid[], $3::text[]) with ordinality as g (id, key, place)
           ), seen as materialized (
               -- A key has single spaces, so those around a slash go without a regular expression, which is slow for thousands of names.
               select p.id, replace(replace(p.search_key, ' /', '/'), '/ ', '/') as key,
                   replace(replace(c.search_key || '/' || p.search_key, ' /', '/'), '/ ', '/') as path
               from project p join client c on c.organization_id = p.organization_id and c.id = p.client_id
               where p.organization_id = $1 and ($4::uuid is null or p.client_id = $4)
                   and ($5::uuid is null or exists (
                       select from project_member pm where pm.organization_id = $1 and pm.project_id = p.id and pm.member_id = $5))
           ), fits as (
               -- One join each: a join by any of the three would compare every reference with every project.
               select g.place, s.id from given g join seen s on s.id = g.id
               union select g.place, s.id from given g join seen s on s.key = g.key
               union select g.place, s.id from given g join seen s on s.path = g.key
           )
           select f.place as "place!", p.id, c.name || ' / ' || p.name as "name!",
               (p.archived_at is not null or c.archived_at is not null) as "gone!"
           from fits f
           join project p on p.organization_id = $1 and p.id = f.id
           join client c on c.organization_id = $1 and c.id = p.client_id
           order by f.place, c.search_key, p.id limit 4000"#,
        organization,
        ids,
        keys,
        client,
        on
    )
    .fetch_all(db.connection())
    .await?;
    Ok(rows.into_iter().map(|row| (row.place, Candidate { id: row.id, name: row.name, gone: row.gone })).collect())
}

/// The members that fit references, each an id or a key, among those the caller may see, with the index of the reference from 1.
pub async fn members(db: &mut Db, ids: &[Uuid], keys: &[String], among: MemberFilter) -> Result<Vec<(i64, MemberRef)>, Error> {
    let organization = db.organization();
    let rows = query!(
        r#"select g.place as "place!", m.id, m.name, m.role, m.removed_at is not null as "left!"
           from unnest($2::uuid[], $3::text[]) with ordinality as g (id, key, place)
           join member m on m.organization_id = $1 and (m.id = g.id or m.search_key = g.key)
           where $4::uuid is null or m.id = $4 or exists (
               select from project_member theirs join project_member own on own.organization_id = $1 and own.project_id = theirs.project_id
               where theirs.organization_id = $1 and theirs.member_id = m.id and own.member_id = $4)
               or $5 and exists (select from time_entry t where t.organization_id = $1 and t.member_id = m.id)
           order by g.place, m.id limit 4000"#,
        organization,
        ids,
        keys,
        among.beside,
        among.in_time
    )
    .fetch_all(db.connection())
    .await?;
    Ok(rows.into_iter().map(|row| (row.place, MemberRef { id: row.id, name: row.name, role: row.role, left: row.left })).collect())
}

/// The member who signs in with this address.
pub async fn member_of_address(db: &mut Db, address: &str) -> Result<Option<Uuid>, Error> {
    let organization = db.organization();
    Ok(query_scalar!("select m.id from member m where m.organization_id = $1 and m.id = member_of_address($2)", organization, address)
        .fetch_optional(db.connection())
        .await?)
}

/// Names of clients that the caller may see, and their keys.
pub async fn client_names(db: &mut Db, on: Option<Uuid>) -> Result<Vec<KnownName>, Error> {
    let organization = db.organization();
    let rows = query!(
        r#"select c.name, c.search_key, c.archived_at is not null as "gone!" from client c
           where c.organization_id = $1 and ($2::uuid is null or exists (
               select from project p join project_member pm on pm.organization_id = p.organization_id and pm.project_id = p.id
               where p.organization_id = $1 and p.client_id = c.id and pm.member_id = $2))
           order by c.archived_at is not null, c.id desc limit $3"#,
        organization,
        on,
        NAMES_MAX
    )
    .fetch_all(db.connection())
    .await?;
    Ok(rows.into_iter().map(|row| KnownName { name: row.name, keys: vec![row.search_key], gone: row.gone }).collect())
}

/// A project with its client.
#[allow(missing_docs, reason = "the fields say what they are")]
pub struct ProjectNameRow {
    pub client: String,
    pub project: String,
    pub client_key: String,
    pub project_key: String,
    /// Whether it or its client is archived.
    pub gone: bool,
}

/// Names of projects that the caller may see, of one client or of all.
pub async fn project_names(db: &mut Db, client: Option<Uuid>, on: Option<Uuid>) -> Result<Vec<ProjectNameRow>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        ProjectNameRow,
        r#"select c.name as client, p.name as project, c.search_key as client_key, p.search_key as project_key,
               (p.archived_at is not null or c.archived_at is not null) as "gone!"
           from project p join client c on c.organization_id = p.organization_id and c.id = p.client_id
           where p.organization_id = $1 and ($2::uuid is null or p.client_id = $2)
               and ($3::uuid is null or exists (select from project_member pm where pm.organization_id = $1 and pm.project_id = p.id and pm.member_id = $3))
           order by p.archived_at is not null or c.archived_at is not null, p.id desc limit $4"#,
        organization,
        client,
        on,
        NAMES_MAX
    )
    .fetch_all(db.connection())
    .await?)
}

/// Names of present members that the caller may see, and their keys.
pub async fn member_names(db: &mut Db, among: MemberFilter) -> Result<Vec<KnownName>, Error> {
    let organization = db.organization();
    let rows = query!(
        "select m.name, m.search_key from member m
         where m.organization_id = $1 and m.removed_at is null and ($2::uuid is null or m.id = $2 or exists (
             select from project_member theirs join project_member own on own.organization_id = $1 and own.project_id = theirs.project_id
             where theirs.organization_id = $1 and theirs.member_id = m.id and own.member_id = $2)
             or $4 and exists (select from time_entry t where t.organization_id = $1 and t.member_id = m.id))
         order by m.id desc limit $3",
        organization,
        among.beside,
        NAMES_MAX,
        among.in_time
    )
    .fetch_all(db.connection())
    .await?;
    Ok(rows.into_iter().map(|row| KnownName { name: row.name, keys: vec![row.search_key], gone: false }).collect())
}

/// The addresses and names of pending invitations.
pub async fn invited(db: &mut Db, now: Timestamp) -> Result<Vec<(String, Option<String>)>, Error> {
    let organization = db.organization();
    let rows = query!(
        r#"select i.email, i.name as "name?" from invitation i
           where i.organization_id = $1 and i.answered_at is null and i.revoked_at is null and i.expires_at > $2
           order by i.sent_at desc limit $3"#,
        organization,
        instant(now) as _,
        NAMES_MAX
    )
    .fetch_all(db.connection())
    .await?;
    Ok(rows.into_iter().map(|row| (row.email, row.name)).collect())
}

/// Whether the caller may see this project, or has worked on it.
pub async fn is_known(db: &mut Db, id: Uuid, on: Option<Uuid>) -> Result<bool, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        r#"select exists (
               select from project p where p.organization_id = $1 and p.id = $2
                   and ($3::uuid is null
                       or exists (select from project_member pm where pm.organization_id = $1 and pm.project_id = p.id and pm.member_id = $3)
                       or exists (select from time_entry t where t.organization_id = $1 and t.project_id = p.id and t.member_id = $3))) as "known!""#,
        organization,
        id,
        on
    )
    .fetch_one(db.connection())
    .await?)
}
