//! SQL of the pipeline: idempotency keys, actions and their changes, and the status of the caller.

pub mod idempotency;

use serde_json::Value;

use domain::id::{ActionId, MemberId};
use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

use super::{
    columns::{self, Class},
    membership::MembershipRow,
};
use crate::{database::Db, error::Error};

/// A record before or after a change, as the database stores it: amounts are in minor units of `currency`.
pub struct ImageRow {
    pub kind: String,
    pub record: Uuid,
    pub is_after: bool,
    pub image: Option<Value>,
    pub currency: String,
    /// The currency of the rates and cost rates of members.
    pub organization_currency: String,
}

/// The first 500 changes of the action so far, in order, each with two rows: the image before and the image after. Those after the first
/// are left out from where the images take more than `bytes_max` together. The currency is the record's own, else that of its invoice or of
/// its client at that time; for deleted ones, as the log has it.
pub async fn changes(db: &mut Db, action: ActionId, bytes_max: i64) -> Result<Vec<ImageRow>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        ImageRow,
        r#"select c.kind, c.record_id as record, side.is_after as "is_after!", side.image,
               coalesce(side.image ->> 'currency', i.currency, past_invoice.image ->> 'currency', held.currency, client.currency, o.currency) as "currency!",
               o.currency as organization_currency
           from (
               select f.*, row_number() over own as number, sum(coalesce(octet_length(f.before::text), 0) + coalesce(octet_length(f.after::text), 0)) over own as bytes
               from (select * from change where organization_id = $1 and action_id = $2 order by position limit 500) f
               window own as (order by f.position)
           ) c
           cross join lateral (values (false, c.before), (true, c.after)) side (is_after, image)
           join organization o on o.id = $1
           left join invoice i on i.organization_id = $1 and i.id = (side.image ->> 'invoice_id')::uuid
           left join lateral (
               select coalesce(l.after, l.before) as image from change l
               where i.id is null and l.organization_id = $1 and l.kind = 'invoice' and l.record_id = (side.image ->> 'invoice_id')::uuid limit 1
           ) past_invoice on true
           left join project p on p.organization_id = $1 and p.id = (side.image ->> 'project_id')::uuid
           left join lateral (
               select coalesce(l.after, l.before) as image from change l
               where p.id is null and l.organization_id = $1 and l.kind = 'project' and l.record_id = (side.image ->> 'project_id')::uuid limit 1
           ) past_project on true
           left join client on client.organization_id = $1
               and client.id = coalesce((side.image ->> 'client_id')::uuid, p.client_id, (past_project.image ->> 'client_id')::uuid)
           left join lateral (
               select s.before ->> 'currency' as currency from change s
               where side.image ->> 'currency' is null and s.organization_id = $1 and s.kind = 'client'
                   and s.record_id = coalesce((side.image ->> 'client_id')::uuid, p.client_id, (past_project.image ->> 'client_id')::uuid)
                   and s.position > c.position and s.before is not null
               order by s.position limit 1
           ) held on true
           where c.bytes <= $3 or c.number = 1
           order by c.position, side.is_after"#,
        organization,
        action.0,
        bytes_max
    )
    .fetch_all(db.connection())
    .await?)
}

/// The names of the clients, projects (with their client), members and, with `money`, the numbers of the invoices of these ids.
pub async fn names(db: &mut Db, ids: &[Uuid], money: bool) -> Result<Vec<(Uuid, String)>, Error> {
    let organization = db.organization();
    let rows = query!(
        r#"select id as "id!", name as "name!" from (
               select id, name from client where organization_id = $1 and id = any ($2)
               union all
               select p.id, c.name || ' / ' || p.name from project p join client c on c.organization_id = $1 and c.id = p.client_id
               where p.organization_id = $1 and p.id = any ($2)
               union all
               select id, name from member where organization_id = $1 and id = any ($2)
               union all
               select id, number from invoice where organization_id = $1 and id = any ($2) and number is not null and $3
           ) named"#,
        organization,
        ids,
        money
    )
    .fetch_all(db.connection())
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

/// Whether an action was undone, and that undo was not undone in turn.
pub async fn is_taken_back(db: &mut Db, action: ActionId) -> Result<bool, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        r#"select exists (
               select from action u where u.organization_id = $1 and u.undoes = $2
                   and not exists (select from action r where r.organization_id = $1 and r.undoes = u.id)
           ) as "taken_back!""#,
        organization,
        action.0
    )
    .fetch_one(db.connection())
    .await?)
}

/// An action that changed or deleted a record after another action had written it.
pub struct LaterAction {
    /// Its id.
    pub action: ActionId,
    /// The name of its operation.
    pub operation: String,
    /// The member who did it.
    pub member_id: Option<Uuid>,
    /// The token that it was done with.
    pub token_id: Option<Uuid>,
}

/// The latest action that left a record of this one in another state: changed it, or deleted it. None where all are as this action left
/// them, apart from what every write sets. Looks at the first 500 changes of the action.
pub async fn latest_later_action(db: &mut Db, action: ActionId) -> Result<Option<LaterAction>, Error> {
    let (organization, set_by_every_write) = (db.organization(), columns::names_of(Class::SetByEveryWrite));
    Ok(query_as!(
        LaterAction,
        r#"select later.id as "action!: ActionId", later.operation as "operation!", later.member_id as "member_id?", later.token_id as "token_id?"
           from (
               select kind, record_id, max(position) as position from (
                   select kind, record_id, position from change where organization_id = $1 and action_id = $2 order by position limit 500
               ) touched group by kind, record_id
           ) own
           cross join lateral (
               select l.after from change l where l.organization_id = $1 and l.action_id = $2 and l.position = own.position limit 1
           ) left_as
           cross join lateral (
               select s.action_id, s.position, s.after from change s
               where s.organization_id = $1 and s.kind = own.kind and s.record_id = own.record_id
               order by s.position desc limit 1
           ) latest
           cross join lateral (select a.id, a.operation, a.member_id, a.token_id from action a where a.organization_id = $1 and a.id = latest.action_id limit 1) later
           where latest.position > own.position and latest.action_id <> $2
               and (latest.after::jsonb - $3::text[]) is distinct from (left_as.after::jsonb - $3::text[])
           order by latest.position desc limit 1"#,
        organization,
        action.0,
        set_by_every_write.as_slice()
    )
    .fetch_optional(db.connection())
    .await?)
}

/// How much an action has changed so far.
pub struct ChangeCount {
    /// The changes: a record that is changed twice has two.
    pub changes: i64,
    /// The records.
    pub records: i64,
}

/// The number of changes that the action has made so far, and of the records that it has changed.
pub async fn count(db: &mut Db, action: ActionId) -> Result<ChangeCount, Error> {
    let organization = db.organization();
    Ok(query_as!(
        ChangeCount,
        r#"select count(*) as "changes!", count(distinct (kind, record_id)) as "records!" from change
           where organization_id = $1 and action_id = $2"#,
        organization,
        action.0
    )
    .fetch_one(db.connection())
    .await?)
}

/// The current status of a member and of their credential.
pub struct CallerStatus {
    /// Their role.
    pub role: String,
    /// Whether they are still a member.
    pub present: bool,
    /// Whether their sign-in has not ended, if the call came with one.
    pub signed_in: bool,
    /// Whether their token was not revoked, if the call came with one.
    pub token_holds: bool,
}

/// The current status of a member and of their credential, without the changes of this action itself.
pub async fn caller_status(
    db: &mut Db,
    member: Uuid,
    token: Option<Uuid>,
    cookie_hash: Option<&[u8]>,
    action: ActionId,
) -> Result<Option<CallerStatus>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        CallerStatus,
        r#"select coalesce(own.before ->> 'role', m.role) as "role!",
               case when own.before is null then m.removed_at is null else own.before ->> 'removed_at' is null end as "present!",
               $5::bytea is null or is_signed_in($5) as "signed_in!",
               $4::uuid is null or exists (
                   select from access_token t where t.organization_id = $1 and t.id = $4 and (t.revoked_at is null or exists (
                       select from change c where c.organization_id = $1 and c.action_id = $3 and c.kind = 'access_token' and c.record_id = t.id
                   ))
               ) as "token_holds!"
           from member m
           left join lateral (
               select c.before from change c
               where c.organization_id = $1 and c.action_id = $3 and c.kind = 'member' and c.record_id = m.id order by c.position limit 1
           ) own on true
           where m.organization_id = $1 and m.id = $2"#,
        organization,
        member,
        action.0,
        token,
        cookie_hash
    )
    .fetch_optional(db.connection())
    .await?)
}

/// Those of these records that were changed by any other credential than this token.
pub async fn changed_by_others(db: &mut Db, kind: &str, records: &[Uuid], token: Uuid) -> Result<Vec<Uuid>, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        r#"select r.id as "id!" from unnest($3::uuid[]) r (id)
           where exists (
               select from change s join action n on n.organization_id = $1 and n.id = s.action_id
               where s.organization_id = $1 and s.kind = $2 and s.record_id = r.id and n.token_id is distinct from $4
           )"#,
        organization,
        kind,
        records,
        token
    )
    .fetch_all(db.connection())
    .await?)
}

/// The membership of a member with its organization, as the rest of a call needs it.
pub async fn membership(db: &mut Db, member: MemberId) -> Result<MembershipRow, Error> {
    let organization = db.organization();
    Ok(query_as!(
        MembershipRow,
        "select o.id as organization_id, o.slug, o.name as organization_name, m.id as member_id, m.role, o.time_zone, m.time_zone as member_time_zone, o.currency,
             o.week_start, o.language
         from organization o join member m on m.organization_id = o.id where o.id = $1 and m.id = $2",
        organization,
        member.0
    )
    .fetch_one(db.connection())
    .await?)
}
