//! SQL of how members came, and of who came through whom. Which invitation somebody accepted stands in what the answer changed.

use sqlx::{query, query_scalar};
use uuid::Uuid;

use super::invitation::Sending;
use crate::{
    database::{Db, instant},
    error::Error,
};

/// The invitation by which a member came last; nothing for who came in another way, as who founded the organization did.
pub async fn came_by(db: &mut Db, member: Uuid) -> Result<Option<Uuid>, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        "select answered.record_id from change joined
             join change answered on answered.organization_id = $1 and answered.action_id = joined.action_id
                 and answered.kind = 'invitation' and answered.after ->> 'answer' = 'accepted'
         where joined.organization_id = $1 and joined.kind = 'member' and joined.record_id = $2
         order by joined.position desc limit 1",
        organization,
        member
    )
    .fetch_optional(db.connection())
    .await?)
}

/// A member, and everybody who came by an invitation of theirs, or of one who came so, whether or not they are still there. It ends,
/// since each member is followed once.
pub async fn came_through(db: &mut Db, member: Uuid) -> Result<Vec<Uuid>, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        r#"with recursive came (id) as (
               select $2::uuid
               union
               select joined.record_id from came
                   join invitation i on i.organization_id = $1 and i.invited_by = came.id and i.answer = 'accepted'
                   join change answered on answered.organization_id = $1 and answered.kind = 'invitation' and answered.record_id = i.id
                       and answered.after ->> 'answer' = 'accepted'
                   join change joined on joined.organization_id = $1 and joined.action_id = answered.action_id and joined.kind = 'member'
           )
           select id as "id!" from came"#,
        organization,
        member
    )
    .fetch_all(db.connection())
    .await?)
}

/// The names of who is there beside a member, all or those of these, in the order in which they first came.
pub async fn names_beside(db: &mut Db, member: Uuid, among: Option<&[Uuid]>) -> Result<Vec<String>, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        "select name from member
         where organization_id = $1 and id <> $2 and removed_at is null and ($3::uuid[] is null or id = any($3))
         order by created_at, id",
        organization,
        member,
        among
    )
    .fetch_all(db.connection())
    .await?)
}

/// Who may invite a member anew, having one of these roles: whoever sent the invitation by which they came, otherwise who of those was
/// there first; nobody when nobody else has one.
pub async fn who_invites(db: &mut Db, member: Uuid, invitation: Uuid, roles: &[String]) -> Result<Option<Uuid>, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        "select m.id from member m join invitation i on i.organization_id = $1 and i.id = $3
         where m.organization_id = $1 and m.id <> $2 and m.user_id is not null and m.removed_at is null and m.role = any($4)
         order by m.id <> i.invited_by, m.created_at, m.id limit 1",
        organization,
        member,
        invitation,
        roles
    )
    .fetch_optional(db.connection())
    .await?)
}

/// Adds an invitation of an address to what a member is and has now.
pub async fn invite_anew(db: &mut Db, id: Uuid, (member, email): (Uuid, &str), by: Uuid, sending: &Sending) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "insert into invitation (organization_id, id, email, role, project_ids, client_ids, invited_by, created_at, sent_at, expires_at)
         select $1, $2, $4, m.role,
             array(select p.project_id from project_member p where p.organization_id = $1 and p.member_id = m.id order by p.project_id),
             array(select g.client_id from client_grant g where g.organization_id = $1 and g.member_id = m.id order by g.client_id),
             $5, $6, $6, $7
         from member m where m.organization_id = $1 and m.id = $3",
        organization,
        id,
        member,
        email,
        by,
        instant(sending.now) as _,
        instant(sending.expires) as _
    )
    .execute(db.connection())
    .await?;
    Ok(())
}
