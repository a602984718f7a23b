//! SQL of obstacles to an undo: later changes, closed projects, timers that would run again, and references to created records. Deleted
//! references, unique conflicts and currency conflicts have modules of their own; own rates of time and locked days follow from the
//! changes of time themselves.

use sqlx::{query, query_as};
use uuid::Uuid;

use super::{restore::CurrentMember, time_changes::TimeChange};
use crate::{
    database::Db,
    error::Error,
    operation::columns::{self, Class},
};

/// A later action and the member who did it.
pub struct LaterAction {
    /// The action.
    pub action: Uuid,
    /// The operation.
    pub operation: String,
    /// Who did it; nothing when it was not done by a member.
    pub member_id: Option<Uuid>,
    /// Their name.
    pub member: Option<String>,
    /// The token with which it was done.
    pub token: Option<Uuid>,
}

impl LaterAction {
    /// The later action of a row, if it has one.
    pub(super) fn of(
        action: Option<Uuid>,
        operation: Option<String>,
        member_id: Option<Uuid>,
        member: Option<String>,
        token: Option<Uuid>,
    ) -> Option<Self> {
        Some(Self { action: action?, operation: operation?, member_id, member, token })
    }
}

/// An earlier action one of whose records was changed since.
pub struct LaterChange {
    /// The earlier action.
    pub action: Uuid,
    /// The kind of the record.
    pub kind: String,
    /// Whether it is time that is on an invoice now.
    pub invoiced: bool,
    /// The number of that invoice; a draft has none.
    pub number: Option<String>,
    /// The newest later action that changed the record and still counts; none where that is not among its newest changes.
    pub by: Option<LaterAction>,
}

/// Those of these actions that left a record in another state than its newest image shows: they cannot be undone.
/// Finds one record per action, among its first `most` changes; a change that was undone since does not count.
/// Compares the last image of the action with the newest one, in the columns of both: a column added or dropped since is no change.
/// A later undo counts if it undid an earlier action.
pub async fn later(db: &mut Db, actions: &[Uuid], most: i64) -> Result<Vec<LaterChange>, Error> {
    let (organization, set_by_every_write) = (db.organization(), columns::names_of(Class::SetByEveryWrite));
    let rows = query!(
        r#"select a.id as "action!", c.kind as "kind!", i.id is not null as "invoiced!", i.number as "number?", n.id as "by?",
               n.member_id as "member_id?", m.name as "member?", n.token_id as "token?", n.operation as "operation?"
           from unnest($2::uuid[]) a (id)
           cross join lateral (
               select touched.kind, touched.record_id, left_as.position from (
                   select f.kind, f.record_id, max(f.position) as position from (
                       select kind, record_id, position from change
                       where organization_id = $1 and action_id = a.id order by position limit $3
                   ) f
                   group by f.kind, f.record_id order by 3 offset 0
               ) touched
               cross join lateral (
                   select s.position, s.after, s.action_id from change s
                   where s.organization_id = $1 and s.kind = touched.kind and s.record_id = touched.record_id
                   order by s.position desc limit 1
               ) now
               cross join lateral (
                   select l.position, l.after from change l
                   where now.action_id <> a.id and l.organization_id = $1 and l.action_id = a.id
                       and l.kind = touched.kind and l.record_id = touched.record_id
                   order by l.position desc limit 1
               ) left_as
               where now.position > left_as.position and now.action_id <> a.id
                   -- Equal images, the usual ones where later changes were undone, are compared as a whole.
                   and ((now.after is null) <> (left_as.after is null) or (left_as.after::jsonb - $4::text[])
                       <> (now.after::jsonb - $4::text[]) and exists (
                       select from jsonb_each(left_as.after::jsonb - $4::text[]) k
                       cross join (select now.after::jsonb as after offset 0) image
                       where image.after ? k.key and image.after -> k.key <> k.value
                   ))
               -- In the order of the subquery: no record is compared after the first that differs.
               order by touched.position limit 1
           ) c
           left join time_entry t on c.kind = 'time_entry' and t.organization_id = $1 and t.id = c.record_id
           left join invoice_line l on l.organization_id = $1 and l.id = t.invoice_line_id
           left join invoice i on i.organization_id = $1 and i.id = l.invoice_id
           left join lateral (
               select n.id, n.member_id, n.token_id, n.operation from (
                   select s.action_id, s.position from change s
                   where s.organization_id = $1 and s.kind = c.kind and s.record_id = c.record_id
                       and s.position > c.position and s.action_id <> a.id
                   order by s.position desc limit 20
               ) s
               cross join lateral (
                   select o.id, o.member_id, o.token_id, o.operation, o.undoes from action o
                   where o.organization_id = $1 and o.id = s.action_id limit 1
               ) n
               -- Each is looked up by itself: joined, all undos of the organization were held against all of its actions.
               where (
                   select u.id from action u
                   where u.organization_id = $1 and u.undoes = n.id
                       and (select r.id from action r where r.organization_id = $1 and r.undoes = u.id limit 1) is null
                   limit 1
               ) is null
                   -- With what it took back, an undo has changed nothing since.
                   and (n.undoes is null or (
                       select b.position from change b
                       where b.organization_id = $1 and b.kind = c.kind and b.record_id = c.record_id
                           and b.position > c.position and b.action_id = n.undoes
                       limit 1
                   ) is null)
               order by s.position desc limit 1
           ) n on true
           left join member m on m.organization_id = $1 and m.id = n.member_id"#,
        organization,
        actions,
        most,
        set_by_every_write.as_slice()
    )
    .fetch_all(db.connection())
    .await?;
    let later = rows.into_iter().map(|row| LaterChange {
        action: row.action,
        kind: row.kind,
        invoiced: row.invoiced,
        number: row.number,
        by: LaterAction::of(row.by, row.operation, row.member_id, row.member, row.token),
    });
    Ok(later.collect())
}

/// A project on which an undo cannot restore time.
pub struct ClosedProject {
    /// The action.
    pub action: Uuid,
    /// The project's name.
    pub project: String,
    /// Whether it or its client is archived and the member is on it; otherwise they are not on it and must not learn its name.
    pub archived: bool,
}

/// Those actions whose undo would restore time on an archived project or, given a member, on one that they are not on: time that was
/// deleted, was moved away, or whose timer would run again.
pub async fn closed(db: &mut Db, times: &[TimeChange], member: Option<Uuid>) -> Result<Vec<ClosedProject>, Error> {
    let organization = db.organization();
    let (actions, projects): (Vec<Uuid>, Vec<Uuid>) = times.iter().filter_map(|time| Some((time.action, time.project_back()?))).unzip();
    Ok(query_as!(
        ClosedProject,
        r#"select distinct on (back.action) back.action as "action!", p.name as project, ($4::uuid is null or exists (
                   select from project_member m where m.organization_id = $1 and m.project_id = p.id and m.member_id = $4
               )) as "archived!"
           from unnest($2::uuid[], $3::uuid[]) as back (action, project)
           join project p on p.organization_id = $1 and p.id = back.project
           join client c on c.organization_id = $1 and c.id = p.client_id
           where p.archived_at is not null or c.archived_at is not null or $4::uuid is not null and not exists (
               select from project_member m where m.organization_id = $1 and m.project_id = p.id and m.member_id = $4
           )
           order by back.action, 3, p.name"#,
        organization,
        &actions,
        &projects,
        member
    )
    .fetch_all(db.connection())
    .await?)
}

/// A record that an action created, and one that refers to it now.
pub struct ReferencedRecord {
    /// The action.
    pub action: Uuid,
    /// The kind of the created record.
    pub made: String,
    /// The name of that record, when it has one: of a project with its client.
    pub name: Option<String>,
    /// The kind of the record that refers to it.
    pub other: String,
    /// The name or number of the record that refers to it, when it has one.
    pub other_name: Option<String>,
    /// The action that created the reference; none where it is unknown.
    pub by: Option<LaterAction>,
}

/// Those of these actions that created a record to which one refers that they did not create: it cannot be deleted, or not alone.
/// Examines the first `most` changes of each.
pub async fn held(db: &mut Db, actions: &[Uuid], most: i64) -> Result<Vec<ReferencedRecord>, Error> {
    let organization = db.organization();
    let rows = query!(
        r#"select distinct on (a.id) a.id as "action!", made.kind as "made!", nullif(concat_ws(' / ', k.name, p.name), '') as "name?",
               referring.kind as "other!", referring.name as "other_name?",
               n.id as "by?", n.member_id as "member_id?", m.name as "member?", n.token_id as "token?", n.operation as "operation?"
           from unnest($2::uuid[]) a (id)
           cross join lateral (
               select kind, record_id, position from change
               where organization_id = $1 and action_id = a.id and before is null and kind in ('client', 'project', 'invoice')
               order by position limit $3
           ) made
           cross join lateral (
               select other.kind, other.id, other.name from (
                   select 'project' as kind, id, name from project
                   where made.kind = 'client' and organization_id = $1 and client_id = made.record_id
                   union all
                   select 'invoice', id, number from invoice where made.kind = 'client' and organization_id = $1 and client_id = made.record_id
                   union all
                   select 'client_grant', id, null from client_grant
                   where made.kind = 'client' and organization_id = $1 and client_id = made.record_id
                   union all
                   select 'time_entry', id, null from time_entry
                   where made.kind = 'project' and organization_id = $1 and project_id = made.record_id
                   union all
                   select 'invoice_line', id, null from invoice_line
                   where made.kind = 'project' and organization_id = $1 and project_id = made.record_id
                   union all
                   select 'project_member', id, null from project_member
                   where made.kind = 'project' and organization_id = $1 and project_id = made.record_id
                   union all
                   select 'budget', id, null from budget where made.kind = 'project' and organization_id = $1 and project_id = made.record_id
                   union all
                   select 'invoice_line', id, null from invoice_line
                   where made.kind = 'invoice' and organization_id = $1 and invoice_id = made.record_id
               ) other
               where not exists (
                   select from change own where own.organization_id = $1 and own.action_id = a.id and own.record_id = other.id
               )
               limit 1
           ) referring
           left join project p on made.kind = 'project' and p.organization_id = $1 and p.id = made.record_id
           left join client k on k.organization_id = $1 and k.id = case made.kind when 'client' then made.record_id else p.client_id end
           left join lateral (
               select s.action_id from change s
               where s.organization_id = $1 and s.kind = referring.kind and s.record_id = referring.id and s.position > made.position
                   and s.after ->> (made.kind || '_id') = made.record_id::text
                   and s.before ->> (made.kind || '_id') is distinct from made.record_id::text
               order by s.position desc limit 1
           ) gave on true
           left join action n on n.organization_id = $1 and n.id = gave.action_id
           left join member m on m.organization_id = $1 and m.id = n.member_id
           order by a.id, made.position"#,
        organization,
        actions,
        most
    )
    .fetch_all(db.connection())
    .await?;
    let held = rows.into_iter().map(|row| ReferencedRecord {
        action: row.action,
        made: row.made,
        name: row.name,
        other: row.other,
        other_name: row.other_name,
        by: LaterAction::of(row.by, row.operation, row.member_id, row.member, row.token),
    });
    Ok(held.collect())
}

/// A member whose timer would run again when an action is undone.
pub struct RestartedTimer {
    /// The action.
    pub action: Uuid,
    /// Their present state.
    pub member: CurrentMember,
    /// Their timer that runs now and that the undo would not stop.
    pub other: Option<RunningTimer>,
}

/// A timer that runs.
pub struct RunningTimer {
    /// The entry.
    pub id: Uuid,
    /// Its client and project.
    pub project: String,
    /// Its description, which may be empty.
    pub description: String,
    /// Its state.
    pub state: String,
}

/// The members whose timers would run again when the actions of these changes are undone.
pub async fn restarted(db: &mut Db, times: &[TimeChange]) -> Result<Vec<RestartedTimer>, Error> {
    let organization = db.organization();
    let (actions, members): (Vec<Uuid>, Vec<Uuid>) = times.iter().filter_map(|time| Some((time.action, time.timer_of?))).unzip();
    let rows = query!(
        r#"select distinct back.action as "action!", m.id as "member!", m.name as "member_name!", m.role as "role!",
               m.removed_at is null as "present!", r.id as "other?", r.project as "project?", r.description as "description?", r.state as "state?"
           from unnest($2::uuid[], $3::uuid[]) as back (action, member)
           join member m on m.organization_id = $1 and m.id = back.member
           left join lateral (
               select t.id, k.name || ' / ' || p.name as project, t.description, t.state from time_entry t
               join project p on p.organization_id = $1 and p.id = t.project_id
               join client k on k.organization_id = $1 and k.id = p.client_id
               where t.organization_id = $1 and t.member_id = m.id and t.running and not exists (
                   select from change own where own.organization_id = $1 and own.action_id = back.action and own.record_id = t.id
               )
               limit 1
           ) r on true
           order by back.action, m.id"#,
        organization,
        &actions,
        &members
    )
    .fetch_all(db.connection())
    .await?;
    let restarted = rows.into_iter().map(|row| RestartedTimer {
        action: row.action,
        member: CurrentMember { id: row.member, name: row.member_name, role: row.role, present: row.present },
        other: row.other.map(|id| RunningTimer {
            id,
            project: row.project.unwrap_or_default(),
            description: row.description.unwrap_or_default(),
            state: row.state.unwrap_or_default(),
        }),
    });
    Ok(restarted.collect())
}
