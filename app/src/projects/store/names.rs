//! SQL that finds projects and clients by name.

use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

use crate::{database::Db, error::Error};

/// A project that a name may mean.
#[allow(missing_docs, reason = "the fields say what they are")]
pub struct Candidate {
    pub id: Uuid,
    pub name: String,
    pub client_id: Uuid,
    pub client: String,
    pub archived: bool,
}

/// The projects that a name, or the path `client/project`, may mean among those the caller may see. A few are enough to choose from.
pub async fn candidates(db: &mut Db, name: &str, path: &str, on: Option<Uuid>) -> Result<Vec<Candidate>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        Candidate,
        r#"select p.id, p.name, p.client_id, c.name as client, p.archived_at is not null as "archived!"
           from project p join client c on c.organization_id = p.organization_id and c.id = p.client_id
           where p.organization_id = $1
               and (lower(p.name) = lower($2) or regexp_replace(lower(c.name || '/' || p.name), ' */ *', '/', 'g') = lower($3))
               and ($4::uuid is null or exists (select from project_member pm where pm.organization_id = $1 and pm.project_id = p.id and pm.member_id = $4))
           order by lower(c.name), p.id limit 20"#,
        organization,
        name,
        path,
        on
    )
    .fetch_all(db.connection())
    .await?)
}

/// The client with this id or name, if the caller may see it: all, or those whose projects a member is on.
pub async fn client_in_sight(db: &mut Db, id: Uuid, name: &str, on: Option<Uuid>) -> Result<Option<Uuid>, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        "select c.id from client c
         where c.organization_id = $1 and (c.id = $2 or lower(c.name) = lower($3))
             and ($4::uuid is null or exists (
                 select from project p join project_member pm on pm.organization_id = p.organization_id and pm.project_id = p.id
                 where p.organization_id = $1 and p.client_id = c.id and pm.member_id = $4))
         order by c.id = $2 desc limit 1",
        organization,
        id,
        name,
        on
    )
    .fetch_optional(db.connection())
    .await?)
}

/// The clients that references, each an id or a name, mean among those the caller may see, with the place of the reference
/// from 1; whom an id means comes first.
pub async fn clients_in_sight(db: &mut Db, ids: &[Uuid], names: &[String], on: Option<Uuid>) -> Result<Vec<(i64, Uuid)>, Error> {
    let organization = db.organization();
    let rows = query!(
        r#"select g.place as "place!", c.id
           from unnest($2::uuid[], $3::text[]) with ordinality as g (id, name, place)
           join client c on c.organization_id = $1 and (c.id = g.id or lower(c.name) = lower(g.name))
           where $4::uuid is null or exists (
               select from project p join project_member pm on pm.organization_id = p.organization_id and pm.project_id = p.id
               where p.organization_id = $1 and p.client_id = c.id and pm.member_id = $4)
           order by g.place, c.id = g.id desc, c.id limit 4000"#,
        organization,
        ids,
        names,
        on
    )
    .fetch_all(db.connection())
    .await?;
    Ok(rows.into_iter().map(|row| (row.place, row.id)).collect())
}

/// The projects that references, each an id, a name or a path, may mean among those the caller may see, with the place of the
/// reference from 1.
pub async fn projects_in_sight(
    db: &mut Db,
    (ids, names, paths): (&[Uuid], &[String], &[String]),
    on: Option<Uuid>,
) -> Result<Vec<(i64, Candidate)>, Error> {
    let organization = db.organization();
    let rows = query!(
        r#"with seen as materialized (
               select p.id, p.name, p.client_id, c.name as client, p.archived_at is not null as archived, lower(p.name) as key,
                   regexp_replace(lower(c.name || '/' || p.name), ' */ *', '/', 'g') as path
               from project p join client c on c.organization_id = p.organization_id and c.id = p.client_id
               where p.organization_id = $1
                   and ($5::uuid is null or exists (
                       select from project_member pm where pm.organization_id = $1 and pm.project_id = p.id and pm.member_id = $5)))
           select g.place as "place!", s.id, s.name, s.client_id, s.client, s.archived as "archived!"
           from unnest($2::uuid[], $3::text[], $4::text[]) with ordinality as g (id, name, path, place)
           join seen s on s.id = g.id or s.key = lower(g.name) or s.path = lower(g.path)
           order by g.place, lower(s.client), s.id limit 4000"#,
        organization,
        ids,
        names,
        paths,
        on
    )
    .fetch_all(db.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            (row.place, Candidate { id: row.id, name: row.name, client_id: row.client_id, client: row.client, archived: row.archived })
        })
        .collect())
}

/// Whether there is such a project for the caller: one they may see, or one they have worked on.
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
