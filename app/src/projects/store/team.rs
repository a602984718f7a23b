//! SQL of the members of a project.

use domain::id::ProjectId;
use sqlx::query;
use uuid::Uuid;

use crate::{database::Db, error::Error};

/// Assigns members to a project.
pub async fn insert_members(db: &mut Db, project: ProjectId, members: &[Uuid]) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "insert into project_member (organization_id, project_id, member_id)
         select distinct $1::uuid, $2::uuid, member from unnest($3::uuid[]) member on conflict do nothing",
        organization,
        project.0,
        members
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

/// Removes members from a project.
pub async fn delete_members(db: &mut Db, project: ProjectId, members: &[Uuid]) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "delete from project_member where organization_id = $1 and project_id = $2 and member_id = any($3)",
        organization,
        project.0,
        members
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

/// Id and name of the members of a project, by name.
pub async fn members(db: &mut Db, project: ProjectId) -> Result<Vec<(Uuid, String)>, Error> {
    let organization = db.organization();
    let rows = query!(
        "select m.id, m.name from project_member pm join member m on m.organization_id = pm.organization_id and m.id = pm.member_id
         where pm.organization_id = $1 and pm.project_id = $2 order by m.search_key, m.id limit 1000",
        organization,
        project.0
    )
    .fetch_all(db.connection())
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}
