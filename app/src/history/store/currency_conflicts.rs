//! SQL of currency conflicts: amounts that an undo would restore in another currency than they had.

use sqlx::query;
use uuid::Uuid;

use super::{obstacle::LaterAction, time_changes::TimeChange};
use crate::{database::Db, error::Error};

/// A client whose currency differs from that of an amount that an undo would restore.
pub struct CurrencyConflict {
    /// The action.
    pub action: Uuid,
    /// The client's name.
    pub client: String,
    /// The newest later action that changed its currency and still counts.
    pub by: Option<LaterAction>,
}

/// Time with a rate that an undo would restore, as parallel arrays.
#[derive(Default)]
struct RatedTime {
    actions: Vec<Uuid>,
    positions: Vec<i64>,
    projects: Vec<Uuid>,
}

impl RatedTime {
    fn of(times: &[TimeChange]) -> Self {
        let mut rated = Self::default();
        for time in times.iter().filter(|time| time.rated) {
            let Some(project) = time.project else { continue };
            rated.actions.push(time.action);
            rated.positions.push(time.position);
            rated.projects.push(project);
        }
        rated
    }
}

/// Those of these actions whose undo would restore an amount of a client that had another currency then: images hold no currency, and
/// nothing is converted. A rate, the amount of a budget, an invoice, a line and time with a rate are amounts; so are those that move
/// with a project to another client. Finds one client per action, among its first `most` changes of such records and its changes of time.
pub async fn other(db: &mut Db, actions: &[Uuid], times: &[TimeChange], most: i64) -> Result<Vec<CurrencyConflict>, Error> {
    let organization = db.organization();
    let rated = RatedTime::of(times);
    let rows = query!(
        r#"select distinct on (back.action) back.action as "action!", c.name as "client!",
               n.id as "by?", n.member_id as "member_id?", m.name as "member?", n.token_id as "token?", n.operation as "operation?"
           from (
               select ch.action, coalesce(ch.client, p.client_id, own.client) as client, min(ch.position) as position
               from (
                   select a.id as action, c.position, b.client_id as client, b.project_id as project
                   from unnest($2::uuid[]) a (id)
                   cross join lateral (
                       select kind, position, before, after from change
                       where organization_id = $1 and action_id = a.id and before is not null
                           and kind in ('project', 'budget', 'invoice', 'invoice_line')
                       order by position limit $3
                   ) c
                   cross join lateral json_to_record(c.before) as b (client_id uuid, project_id uuid, rate text, amount text)
                   where case c.kind
                       when 'project' then b.rate is not null or (c.after ->> 'client_id')::uuid <> b.client_id
                       when 'budget' then b.amount is not null
                       else true
                   end
                   union all
                   select t.action, t.position, null, t.project
                   from unnest($4::uuid[], $5::bigint[], $6::uuid[]) as t (action, position, project)
               ) ch
               left join project p on p.organization_id = $1 and p.id = ch.project
               -- A project that is gone comes back with what belongs to it.
               left join lateral (
                   select (o.before ->> 'client_id')::uuid as client from change o
                   where p.id is null and o.organization_id = $1 and o.kind = 'project' and o.record_id = ch.project
                       and o.action_id = ch.action and o.before is not null
                   order by o.position limit 1
               ) own on true
               group by 1, 2
           ) back
           join client c on c.organization_id = $1 and c.id = back.client
           cross join lateral (
               select s.before ->> 'currency' as currency from change s
               where s.organization_id = $1 and s.kind = 'client' and s.record_id = c.id and s.position > back.position
                   and s.action_id <> back.action and s.before is not null
               order by s.position limit 1
           ) earlier
           left join lateral (
               select n.id, n.member_id, n.token_id, n.operation from (
                   select s.action_id, s.position from change s
                   where s.organization_id = $1 and s.kind = 'client' and s.record_id = c.id and s.position > back.position
                       and s.action_id <> back.action and s.before ->> 'currency' <> s.after ->> 'currency'
               ) s
               cross join lateral (
                   select o.id, o.member_id, o.token_id, o.operation, o.undoes from action o
                   where o.organization_id = $1 and o.id = s.action_id limit 1
               ) n
               -- What was taken back counts no more, and neither does the undo of what was done since, as where records were changed.
               where (
                   select u.id from action u
                   where u.organization_id = $1 and u.undoes = n.id
                       and (select r.id from action r where r.organization_id = $1 and r.undoes = u.id limit 1) is null
                   limit 1
               ) is null
                   and (n.undoes is null or (
                       select b.position from change b
                       where b.organization_id = $1 and b.kind = 'client' and b.record_id = c.id
                           and b.position > back.position and b.action_id = n.undoes
                       limit 1
                   ) is null)
               order by s.position desc limit 1
           ) n on true
           left join member m on m.organization_id = $1 and m.id = n.member_id
           where earlier.currency <> c.currency
           order by back.action, c.name, c.id"#,
        organization,
        actions,
        most,
        &rated.actions,
        &rated.positions,
        &rated.projects
    )
    .fetch_all(db.connection())
    .await?;
    let other = rows.into_iter().map(|row| CurrencyConflict {
        action: row.action,
        client: row.client,
        by: LaterAction::of(row.by, row.operation, row.member_id, row.member, row.token),
    });
    Ok(other.collect())
}
