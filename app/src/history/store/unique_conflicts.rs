//! SQL of unique conflicts: records that now have the unique value that an undo would restore.

use sqlx::{query, query_as};
use uuid::Uuid;

use super::obstacle::LaterAction;
use crate::{database::Db, error::Error};

/// A name that the undo of an action would restore.
pub struct RestoredName {
    /// The action.
    pub action: Uuid,
    /// `client` or `project`.
    pub kind: String,
    /// The record that would get it.
    pub record: Uuid,
    /// The name.
    pub name: String,
    /// The client of the project.
    pub client: Option<Uuid>,
}

/// The names of clients and projects that the undo of these actions would restore. Examines the first `most` changes of each.
pub async fn names_back(db: &mut Db, actions: &[Uuid], most: i64) -> Result<Vec<RestoredName>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        RestoredName,
        r#"select a.id as "action!", ch.kind as "kind!", ch.record_id as "record!", ch.before ->> 'name' as "name!",
               (ch.before ->> 'client_id')::uuid as "client?"
           from unnest($2::uuid[]) a (id)
           cross join lateral (
               select kind, record_id, before, after from change
               where organization_id = $1 and action_id = a.id and kind in ('client', 'project') order by position limit $3
           ) ch
           where ch.before is not null and (ch.after is null or ch.after ->> 'name' <> ch.before ->> 'name'
               or ch.after ->> 'client_id' is distinct from ch.before ->> 'client_id')"#,
        organization,
        actions,
        most
    )
    .fetch_all(db.connection())
    .await?)
}

/// Restored names with their search keys, as parallel arrays.
#[derive(Default)]
#[allow(missing_docs, reason = "the fields of `RestoredName`")]
pub struct RestoredKeys {
    pub actions: Vec<Uuid>,
    pub kinds: Vec<String>,
    pub records: Vec<Uuid>,
    pub keys: Vec<String>,
    /// Nil for the name of a client.
    pub clients: Vec<Uuid>,
}

/// A record that has the unique value that another would get back when an action is undone.
pub struct UniqueConflict {
    /// The action.
    pub action: Uuid,
    /// The kind of both records.
    pub kind: String,
    /// The display name of it, or of its parent: the client, the project with its client, or the number of the void invoice.
    pub what: Option<String>,
    /// The member of the assignment or grant.
    pub who: Option<String>,
    /// The action that gave the record that value; none where it is not among its newest changes.
    pub by: Option<LaterAction>,
}

/// Those of these actions whose undo would restore what another record has now: a name, of `keys`, the budget of a project, a project
/// assignment, a client grant, or the redraft of a void invoice. Finds one per action, among its first `most` changes.
pub async fn taken(db: &mut Db, actions: &[Uuid], keys: &RestoredKeys, most: i64) -> Result<Vec<UniqueConflict>, Error> {
    let organization = db.organization();
    let rows = query!(
        r#"with named as (
               select n.action, n.kind, n.record, n.key, n.client
               from unnest($3::uuid[], $4::text[], $5::uuid[], $6::text[], $7::uuid[]) as n (action, kind, record, key, client)
           ), back as materialized (
               select a.id as action, ch.kind, ch.record_id as record, ch.before
               from unnest($2::uuid[]) a (id)
               cross join lateral (
                   select kind, record_id, before from change
                   where organization_id = $1 and action_id = a.id and before is not null and after is null
                       and kind in ('budget', 'project_member', 'client_grant', 'invoice')
                   order by position limit $8
               ) ch
           ), holder as (
               select n.action, n.kind, o.id, o.name as what, null::text as who
               from named n
               join client o on o.organization_id = $1 and o.search_key = n.key and o.id <> n.record
               left join client own on own.organization_id = $1 and own.id = n.record
               where n.kind = 'client' and o.namesake = coalesce(own.namesake, 0)
               union all
               select n.action, n.kind, o.id, k.name || ' / ' || o.name, null
               from named n
               join project o on o.organization_id = $1 and o.client_id = n.client and o.search_key = n.key and o.id <> n.record
               join client k on k.organization_id = $1 and k.id = o.client_id
               left join project own on own.organization_id = $1 and own.id = n.record
               where n.kind = 'project' and o.namesake = coalesce(own.namesake, 0)
               union all
               select b.action, b.kind, o.id, k.name || ' / ' || p.name, null
               from back b
               join budget o on o.organization_id = $1 and o.project_id = (b.before ->> 'project_id')::uuid and o.id <> b.record
               join project p on p.organization_id = $1 and p.id = o.project_id
               join client k on k.organization_id = $1 and k.id = p.client_id
               where b.kind = 'budget'
               union all
               select b.action, b.kind, o.id, k.name || ' / ' || p.name, m.name
               from back b
               join project_member o on o.organization_id = $1 and o.project_id = (b.before ->> 'project_id')::uuid
                   and o.member_id = (b.before ->> 'member_id')::uuid and o.id <> b.record
               join project p on p.organization_id = $1 and p.id = o.project_id
               join client k on k.organization_id = $1 and k.id = p.client_id
               join member m on m.organization_id = $1 and m.id = o.member_id
               where b.kind = 'project_member'
               union all
               select b.action, b.kind, o.id, k.name, m.name
               from back b
               join client_grant o on o.organization_id = $1 and o.client_id = (b.before ->> 'client_id')::uuid
                   and o.member_id = (b.before ->> 'member_id')::uuid and o.id <> b.record
               join client k on k.organization_id = $1 and k.id = o.client_id
               join member m on m.organization_id = $1 and m.id = o.member_id
               where b.kind = 'client_grant'
               union all
               select b.action, b.kind, o.id, v.number, null
               from back b
               join invoice o on o.organization_id = $1 and o.redraft_of_id = (b.before ->> 'redraft_of_id')::uuid and o.id <> b.record
               join invoice v on v.organization_id = $1 and v.id = o.redraft_of_id
               where b.kind = 'invoice'
           )
           select distinct on (h.action) h.action as "action!", h.kind as "kind!", h.what as "what?", h.who as "who?",
               n.id as "by?", n.member_id as "member_id?", m.name as "member?", n.token_id as "token?", n.operation as "operation?"
           from holder h
           left join lateral (
               select s.action_id from (
                   select c.action_id, c.position, c.before, c.after from change c
                   where c.organization_id = $1 and c.kind = h.kind and c.record_id = h.id
                   order by c.position desc limit 100
               ) s
               where s.before is null or h.kind in ('client', 'project') and (s.after ->> 'name' is distinct from s.before ->> 'name'
                   or s.after ->> 'client_id' is distinct from s.before ->> 'client_id')
               order by s.position desc limit 1
           ) gave on true
           left join action n on n.organization_id = $1 and n.id = gave.action_id
           left join member m on m.organization_id = $1 and m.id = n.member_id
           where not exists (
               select from change own where own.organization_id = $1 and own.action_id = h.action and own.record_id = h.id
           )
           order by h.action, h.what, h.who, h.id"#,
        organization,
        actions,
        &keys.actions,
        &keys.kinds,
        &keys.records,
        &keys.keys,
        &keys.clients,
        most
    )
    .fetch_all(db.connection())
    .await?;
    let taken = rows.into_iter().map(|row| UniqueConflict {
        action: row.action,
        kind: row.kind,
        what: row.what,
        who: row.who,
        by: LaterAction::of(row.by, row.operation, row.member_id, row.member, row.token),
    });
    Ok(taken.collect())
}
