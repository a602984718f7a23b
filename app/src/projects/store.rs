//! SQL of projects. Their unbilled time is what an invoice would take now, as in `invoices::store::lock_unbilled`.

mod team;

use domain::{id::ProjectId, text};
use jiff::Timestamp;
use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

pub use self::team::*;
use super::Project;
use crate::{
    database::{Db, OnConstraint, instant},
    error::Error,
    namesake::{Namesake, name_taken},
    page::ProjectKeyset,
};

/// A project as stored, with what its client and the organization add to it.
#[allow(missing_docs, reason = "the columns are described at Project")]
pub struct ProjectRow {
    pub id: Uuid,
    pub name: String,
    pub client_id: Uuid,
    pub client_name: String,
    pub currency: String,
    pub code: Option<String>,
    pub color: String,
    pub billing: String,
    pub rate: Option<i64>,
    pub client_rate: Option<i64>,
    pub organization_rate: Option<i64>,
    pub organization_currency: String,
    pub bill_agent_time: bool,
    pub archived: bool,
    pub worked: Option<i64>,
    pub unbilled: Option<i64>,
    /// The sort key of the client's name, as the database orders it.
    pub client_key: String,
    pub project_key: String,
}

/// Which projects are listed.
pub struct ProjectFilter {
    /// Words in the name, the code or the client's name, as of [`text::search_words`]; all of them have to be there.
    pub words: Vec<String>,
    /// The client.
    pub client: Option<Uuid>,
    /// Include archived ones.
    pub archived: bool,
    /// Only those that this member is on.
    pub on: Option<Uuid>,
    /// Sum up the time of each.
    pub hours: bool,
}

/// Projects by client and name, from after the last page. Time is summed up for the rows of the page only, and the names of a project are
/// joined once and not for each word: `offset 0` keeps them out of the comparison.
pub async fn list(db: &mut Db, filter: &ProjectFilter, after: Option<ProjectKeyset>, limit: i64) -> Result<Vec<ProjectRow>, Error> {
    let organization = db.organization();
    let (client_key, project_key, id) = match after {
        Some((client_key, project_key, id)) => (Some(client_key), Some(project_key), Some(id)),
        None => (None, None, None),
    };
    Ok(query_as!(
        ProjectRow,
        r#"select p.id, p.name, p.client_id, p.client_name, p.currency, p.code, p.color, p.billing, p.rate, p.client_rate,
               o.rate as organization_rate, o.currency as organization_currency, p.bill_agent_time, p.archived as "archived!",
               h.worked, h.unbilled, p.client_key, p.project_key
           from (
               select p.id, p.name, c.id as client_id, c.name as client_name, c.currency, p.code, p.color, p.billing, p.rate,
                   c.rate as client_rate, p.bill_agent_time, p.archived_at is not null as archived,
                   c.search_key as client_key, p.search_key as project_key
               from project p join client c on c.organization_id = p.organization_id and c.id = p.client_id
               cross join lateral (select concat_ws(' ', c.search_key, p.search_key, lower(p.code)) as names offset 0) k
               where p.organization_id = $1
                   and (cardinality($2::text[]) = 0 or not exists (select from unnest($2::text[]) w (word) where strpos(k.names, w.word) = 0))
                   and ($3::uuid is null or p.client_id = $3)
                   and ($4 or (p.archived_at is null and c.archived_at is null))
                   and ($5::uuid is null or exists (select from project_member pm where pm.organization_id = $1 and pm.project_id = p.id and pm.member_id = $5))
                   and ($6::text is null or (c.search_key, p.search_key, p.id) > ($6, $7::text, $8::uuid))
               order by c.search_key, p.search_key, p.id limit $9
           ) p
           join organization o on o.id = $1
           left join lateral (
               select coalesce(sum(t.seconds), 0) as worked,
                   coalesce(sum(entry_amount(t.seconds, t.rate)) filter (
                       where is_unbilled(t)), 0)::bigint as unbilled
               from time_entry t
               where $10 and t.organization_id = $1 and t.project_id = p.id and is_counted(t)
           ) h on $10
           order by p.client_key, p.project_key, p.id"#,
        organization,
        &filter.words,
        filter.client,
        filter.archived,
        filter.on,
        client_key,
        project_key,
        id,
        limit,
        filter.hours
    )
    .fetch_all(db.connection())
    .await?)
}

/// How many projects match.
pub async fn count(db: &mut Db, filter: &ProjectFilter) -> Result<i64, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        r#"select count(*) as "count!"
           from project p join client c on c.organization_id = p.organization_id and c.id = p.client_id
           cross join lateral (select concat_ws(' ', c.search_key, p.search_key, lower(p.code)) as names offset 0) k
           where p.organization_id = $1
               and (cardinality($2::text[]) = 0 or not exists (select from unnest($2::text[]) w (word) where strpos(k.names, w.word) = 0))
               and ($3::uuid is null or p.client_id = $3)
               and ($4 or (p.archived_at is null and c.archived_at is null))
               and ($5::uuid is null or exists (select from project_member pm where pm.organization_id = $1 and pm.project_id = p.id and pm.member_id = $5))"#,
        organization,
        &filter.words,
        filter.client,
        filter.archived,
        filter.on
    )
    .fetch_one(db.connection())
    .await?)
}

/// The project with this id and its sums, if the caller may see it.
pub async fn find(db: &mut Db, id: Uuid, on: Option<Uuid>) -> Result<Option<ProjectRow>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        ProjectRow,
        r#"select p.id, p.name, c.id as client_id, c.name as client_name, c.currency, p.code, p.color, p.billing, p.rate,
               c.rate as client_rate, o.rate as organization_rate, o.currency as organization_currency, p.bill_agent_time,
               p.archived_at is not null as "archived!", h.worked, h.unbilled,
               c.search_key as client_key, p.search_key as project_key
           from project p
           join client c on c.organization_id = p.organization_id and c.id = p.client_id
           join organization o on o.id = p.organization_id
           cross join lateral (
               select coalesce(sum(t.seconds), 0) as worked,
                   coalesce(sum(entry_amount(t.seconds, t.rate)) filter (
                       where is_unbilled(t)), 0)::bigint as unbilled
               from time_entry t
               where t.organization_id = $1 and t.project_id = p.id and is_counted(t)
           ) h
           where p.organization_id = $1 and p.id = $2
               and ($3::uuid is null or exists (select from project_member pm where pm.organization_id = $1 and pm.project_id = p.id and pm.member_id = $3))"#,
        organization,
        id,
        on
    )
    .fetch_optional(db.connection())
    .await?)
}

/// Locks a project against changes until the transaction ends. Time may still be logged on it.
pub async fn lock(db: &mut Db, project: Uuid) -> Result<(), Error> {
    let organization = db.organization();
    query!("select id from project where organization_id = $1 and id = $2 for no key update", organization, project)
        .fetch_optional(db.connection())
        .await?;
    Ok(())
}

/// Adds a project.
pub async fn insert(db: &mut Db, project: &Project, now: Timestamp) -> Result<(), Error> {
    let organization = db.organization();
    let written = query!(
        "insert into project (organization_id, id, client_id, name, code, color, billing, rate, bill_agent_time, created_at, search_key, search_key_of)
         select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $4
         where not exists (select from project where organization_id = $1 and client_id = $3 and search_key = $11)",
        organization,
        project.id.0,
        project.client.id.0,
        project.name,
        project.code,
        project.color,
        project.billing.name(),
        project.rate.as_ref().map(|rate| rate.amount),
        project.bill_agent_time,
        instant(now) as _,
        text::search_key(&project.name)
    )
    .execute(db.connection())
    .await
    .on_constraint("project_name_unique", || name_taken(&called(project), &project.name, None))?;
    refuse_taken_name(db, written.rows_affected(), project).await
}

/// Updates a project. Projects that shared a name before search keys existed may keep it.
pub async fn update(db: &mut Db, project: &Project) -> Result<(), Error> {
    let organization = db.organization();
    let written = query!(
        "update project set name = $3, code = $4, color = $5, billing = $6, rate = $7, bill_agent_time = $8, search_key = $9, search_key_of = $3,
             namesake = case when search_key = $9 then namesake else 0 end
         where organization_id = $1 and id = $2 and (search_key = $9 or not exists (
             select from project other where other.organization_id = $1 and other.client_id = project.client_id and other.search_key = $9))",
        organization,
        project.id.0,
        project.name,
        project.code,
        project.color,
        project.billing.name(),
        project.rate.as_ref().map(|rate| rate.amount),
        project.bill_agent_time,
        text::search_key(&project.name)
    )
    .execute(db.connection())
    .await
    .on_constraint("project_name_unique", || name_taken(&called(project), &project.name, None))?;
    refuse_taken_name(db, written.rows_affected(), project).await
}

/// The beginning of the refusal of a taken name.
fn called(project: &Project) -> String {
    format!("{} already has a project called", project.client.name)
}

/// Fails when `written`, the number of written rows, is 0, which means that the name is taken.
async fn refuse_taken_name(db: &mut Db, written: u64, project: &Project) -> Result<(), Error> {
    if written > 0 {
        return Ok(());
    }
    let organization = db.organization();
    let namesake = query_as!(
        Namesake,
        r#"select name, archived_at is not null as "archived!" from project
           where organization_id = $1 and client_id = $2 and search_key = $3 limit 1"#,
        organization,
        project.client.id.0,
        text::search_key(&project.name)
    )
    .fetch_optional(db.connection())
    .await?;
    Err(name_taken(&called(project), &project.name, namesake))
}

/// Archives or restores a project. One that is archived already keeps its time of archiving.
pub async fn set_archived(db: &mut Db, project: ProjectId, at: Option<Timestamp>) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "update project set archived_at = $3 where organization_id = $1 and id = $2 and (archived_at is null) <> ($3::timestamptz is null)",
        organization,
        project.0,
        at.map(instant) as _
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

/// How many time entries and invoice lines refer to the project.
pub async fn count_references(db: &mut Db, project: ProjectId) -> Result<(i64, i64), Error> {
    let organization = db.organization();
    let held = query!(
        r#"select (select count(*) from time_entry where organization_id = $1 and project_id = $2) as "entries!",
               (select count(*) from invoice_line where organization_id = $1 and project_id = $2) as "lines!""#,
        organization,
        project.0
    )
    .fetch_one(db.connection())
    .await?;
    Ok((held.entries, held.lines))
}

/// Deletes a project.
pub async fn delete(db: &mut Db, project: ProjectId) -> Result<(), Error> {
    let organization = db.organization();
    query!("delete from project where organization_id = $1 and id = $2", organization, project.0).execute(db.connection()).await?;
    Ok(())
}
