//! SQL of deleted records to which restored ones would refer again.

use sqlx::query;
use uuid::Uuid;

use super::{obstacle::LaterAction, time_changes::TimeChange};
use crate::{database::Db, error::Error};

/// A deleted record to which another would refer when an action is undone.
pub struct DeletedReference {
    /// The action.
    pub action: Uuid,
    /// The kind of the record.
    pub kind: String,
    /// Its display name: of a project with its client.
    pub name: Option<String>,
    /// The action that deleted it.
    pub by: Option<LaterAction>,
}

/// The references of time that an undo would restore, as parallel arrays.
#[derive(Default)]
struct TimeReferences {
    actions: Vec<Uuid>,
    positions: Vec<i64>,
    kinds: Vec<String>,
    records: Vec<Uuid>,
}

impl TimeReferences {
    fn of(times: &[TimeChange]) -> Self {
        let mut of_time = Self::default();
        for (time, (kind, record)) in times.iter().flat_map(|time| time.references_back().map(move |back| (time, back))) {
            of_time.actions.push(time.action);
            of_time.positions.push(time.position);
            of_time.kinds.push(kind.to_owned());
            of_time.records.push(record);
        }
        of_time
    }
}

/// Those of these actions whose undo would restore a reference to a deleted record that it does not restore along with it, according to
/// the foreign keys of the kinds that an undo restores. Finds one per action, among its changes of time and its first `most` others.
pub async fn gone(db: &mut Db, actions: &[Uuid], times: &[TimeChange], most: i64) -> Result<Vec<DeletedReference>, Error> {
    let organization = db.organization();
    let of_time = TimeReferences::of(times);
    let rows = query!(
        r#"with pointer as materialized (
               -- Names of the catalogue sort otherwise than texts: compared so, no index of texts is used.
               select k.relname::text collate "default" as kind, f.attname::text as place, t.relname::text collate "default" as target
               from pg_constraint c
               join pg_class k on k.oid = c.conrelid
               join pg_class t on t.oid = c.confrelid
               join pg_attribute f on f.attrelid = c.conrelid and f.attnum = any (c.conkey) and f.attname <> 'organization_id'
                   and f.atttypid = 'uuid'::regtype
               where c.contype = 'f' and c.connamespace = 'public'::regnamespace and k.relname <> 'time_entry'
                   and k.relname::text = any (kinds_put_back()) and t.relname::text = any (kinds_put_back())
           ), referred as materialized (
               select a.id as action, ch.position, pointer.target, (ch.before ->> pointer.place)::uuid as id
               from unnest($2::uuid[]) a (id)
               cross join lateral (
                   select kind, position, before, after from change
                   where organization_id = $1 and action_id = a.id and before is not null and kind <> 'time_entry'
                   order by position limit $3
               ) ch
               join pointer on pointer.kind = ch.kind
               where ch.after is null or ch.after ->> pointer.place is distinct from ch.before ->> pointer.place
               union all
               select t.action, t.position, t.target, t.id
               from unnest($4::uuid[], $5::bigint[], $6::text[], $7::uuid[]) as t (action, position, target, id)
           )
           select distinct on (referred.action) referred.action as "action!", referred.target as "kind!",
               case when referred.target = 'project' then concat_ws(' / ', coalesce(k.name, past.name), lost.before ->> 'name')
                   else coalesce(lost.before ->> 'name', lost.before ->> 'number') end as "name?",
               n.id as "by?", n.member_id as "member_id?", m.name as "member?", n.token_id as "token?", n.operation as "operation?"
           from referred
           cross join lateral (
               select s.action_id, s.before, s.after from change s
               where s.organization_id = $1 and s.kind = referred.target and s.record_id = referred.id
               order by s.position desc limit 1
           ) lost
           left join client k on k.organization_id = $1 and k.id = (lost.before ->> 'client_id')::uuid
           left join lateral (
               select s.before ->> 'name' as name from change s
               where k.id is null and s.organization_id = $1 and s.kind = 'client' and s.record_id = (lost.before ->> 'client_id')::uuid
               order by s.position desc limit 1
           ) past on true
           left join action n on n.organization_id = $1 and n.id = lost.action_id
           left join member m on m.organization_id = $1 and m.id = n.member_id
           where lost.after is null and not exists (
               select from change own
               where own.organization_id = $1 and own.action_id = referred.action and own.kind = referred.target and own.record_id = referred.id
                   and own.after is null
           )
           order by referred.action, referred.position, referred.target, referred.id"#,
        organization,
        actions,
        most,
        &of_time.actions,
        &of_time.positions,
        &of_time.kinds,
        &of_time.records
    )
    .fetch_all(db.connection())
    .await?;
    let gone = rows.into_iter().map(|row| DeletedReference {
        action: row.action,
        kind: row.kind,
        name: row.name,
        by: LaterAction::of(row.by, row.operation, row.member_id, row.member, row.token),
    });
    Ok(gone.collect())
}
