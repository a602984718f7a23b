//! SQL of the people of a project: its team, and the recipients of alerts.

use sqlx::query_as;
use uuid::Uuid;

use crate::{database::Db, error::Error, notifications::store::Recipient};

/// Somebody who works on a project.
#[allow(missing_docs, reason = "the columns are described at TeamMember")]
pub struct TeamMemberRow {
    pub id: Uuid,
    pub name: String,
    pub worked: i64,
}

/// The members who are on a project or have worked on it, with the time that counts; the most time comes first.
pub async fn team(db: &mut Db, project: Uuid, limit: i64) -> Result<Vec<TeamMemberRow>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        TeamMemberRow,
        r#"select m.id, m.name, coalesce(w.worked, 0)::bigint as "worked!"
           from (
               select pm.member_id from project_member pm where pm.organization_id = $1 and pm.project_id = $2
               union select t.member_id from time_entry t where t.organization_id = $1 and t.project_id = $2
           ) on_it
           join member m on m.organization_id = $1 and m.id = on_it.member_id
           left join (
               select t.member_id, sum(t.seconds) as worked from time_entry t
               where t.organization_id = $1 and t.project_id = $2 and is_counted(t)
               group by t.member_id
           ) w on w.member_id = m.id
           order by 3 desc, m.name, m.id limit $3"#,
        organization,
        project,
        limit
    )
    .fetch_all(db.connection())
    .await?)
}

/// The recipients of alerts about these projects, each with the index of the project: members with one of the `leading` roles, and
/// members on the project with one of the `working` roles.
pub async fn alert_recipients(db: &mut Db, projects: &[Uuid], leading: &[String], working: &[String]) -> Result<Vec<Recipient>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        Recipient,
        r#"select a.place - 1 as "place!", m.id as member from unnest($2::uuid[]) with ordinality as a (project_id, place)
           join member m on m.organization_id = $1 and m.user_id is not null
               and (m.role = any($3) or (m.role = any($4) and exists (
                   select from project_member pm where pm.organization_id = $1 and pm.project_id = a.project_id and pm.member_id = m.id)))
           order by a.place, m.id"#,
        organization,
        projects,
        leading,
        working
    )
    .fetch_all(db.connection())
    .await?)
}
