//! SQL of the records from which actions are described.

use serde_json::Value;
use sqlx::{query_as, query_scalar};
use uuid::Uuid;

use super::time_changes;
use crate::{database::Db, error::Error, history::obstacles};

/// How many changes of an action are searched for the records that it touched: the first and the last of them. Fewer where many actions
/// are described at once: [`LOOKED_AT_IN_ALL`] for all of them.
pub const LOOKED_AT: i64 = 1_000;

/// How many changes of all described actions are searched for the records that they touched: all of the usual ones on the longest page.
const LOOKED_AT_IN_ALL: i64 = 40_000;

/// How many changes of time are searched for the projects of the time: the newest actions come first, and the others are described
/// without a number of projects.
const SEARCHED_FOR_PROJECTS: i64 = 2_500;

/// How many changes are searched on either side of each of the actions with these numbers of changes.
fn looked_at_on_each_side(sizes: Vec<i64>) -> i64 {
    (obstacles::share(sizes, LOOKED_AT, LOOKED_AT_IN_ALL) / 2).max(1)
}

/// The most records of an action that are named.
const RECORDS_MAX: i64 = 6;

/// A record that an action touched, with the names of its parents; an action that touched none has one row, with the invoice that the
/// call named.
#[derive(Debug, Default)]
#[allow(missing_docs, reason = "the columns of the tables")]
pub struct DescribedRecord {
    pub action: Uuid,
    pub operation: String,
    pub arguments: Value,
    /// The action that it undoes or repeats, however many undos lie between.
    pub undoes: Option<Uuid>,
    /// Whether it repeats that action.
    pub again: bool,
    pub kind: Option<String>,
    /// How many records of this kind are among the examined changes.
    pub of_kind: i64,
    /// How many changes were examined; [`LOOKED_AT`] where there may be more.
    pub looked_at: i64,
    /// How many projects the touched time entries belong to; nothing where the operation cannot touch several, or they were not searched.
    pub projects: Option<i64>,
    /// The described columns of the record, as the action left it.
    pub image: Option<Value>,
    /// The currency of its amounts at that time; nothing where it is unknown.
    pub currency: Option<String>,
    /// The number of its invoice.
    pub invoice: Option<String>,
    /// The number of the void invoice that it redrafts.
    pub redraft_of: Option<String>,
    pub client: Option<String>,
    pub project: Option<String>,
    pub member: Option<String>,
}

/// The first few records that each of these actions touched, and of the actions that they undid or repeated, each once: payments and
/// invoices before their side effects, and within a kind created records before existing ones. The record `of` comes before all others.
/// Projects are counted for the operations `on_projects` alone. The currency of a project is that of its client before the next change
/// of that currency. A deleted parent has its last name.
pub async fn described_records(
    db: &mut Db,
    actions: &[Uuid],
    of: Option<Uuid>,
    on_projects: &[String],
) -> Result<Vec<DescribedRecord>, Error> {
    let on_each_side = looked_at_on_each_side(time_changes::sizes(db, actions, LOOKED_AT).await?);
    let organization = db.organization();
    Ok(query_as!(
        DescribedRecord,
        r#"with recursive steps as (
               select a.id as action, a.id as reached, a.undoes as next, 0 as depth from action a
               where a.organization_id = $1 and a.id = any($2)
               union all
               select s.action, a.id, a.undoes, s.depth + 1 from steps s join action a on a.organization_id = $1 and a.id = s.next
           ), origin as materialized (
               select distinct on (s.action) s.action, s.reached, s.depth from steps s order by s.action, s.depth desc
           ), called as materialized (
               select a.id, a.operation, a.arguments, a.undoes, a.again, a.named, case when a.named ~* $4 then a.named::uuid end as named_id,
                   case when a.on_projects and sum(times.changes) over (order by a.id desc) <= $9::bigint then (
                       select count(distinct n.project) from (
                           select coalesce(after, before) ->> 'project_id' as project from change
                           where organization_id = $1 and action_id = a.id and kind = 'time_entry' order by position limit $10::bigint / 2
                       ) n
                   ) end as projects
               from (
                   select a.id, a.operation, a.arguments, nullif(told.undoes, a.id) as undoes, told.again,
                       btrim(a.arguments ->> 'invoice', $3) as named, a.operation = any($8) as on_projects
                   from (
                       select action as id, reached as undoes, depth > 0 and depth % 2 = 0 as again from origin
                       union
                       select reached, reached, false from origin
                   ) told
                   join action a on a.organization_id = $1 and a.id = told.id
               ) a
               cross join lateral (
                   select count(*) as changes from (
                       select from change
                       where a.on_projects and organization_id = $1 and action_id = a.id and kind = 'time_entry' limit $10::bigint / 2
                   ) counted
               ) times
           )
           select a.id as "action!", a.operation as "operation!", a.arguments as "arguments!", a.undoes as "undoes?", a.again as "again!",
               c.kind as "kind?", coalesce(c.of_kind, 0) as "of_kind!",
               coalesce(c.looked_at, 0)::bigint as "looked_at!", a.projects as "projects?", c.told as "image?",
               case when c.kind = 'project' then coalesce(held.currency, k.currency, past_client.image ->> 'currency')
                   else coalesce(c.currency, i.currency, k.currency, past_client.image ->> 'currency', o.currency) end as "currency?",
               coalesce(c.number, i.number) as "invoice?", r.number as "redraft_of?",
               coalesce(case when c.kind = 'client' then c.name end, k.name, past_client.image ->> 'name') as "client?",
               coalesce(case when c.kind = 'project' then c.name end, p.name, past_project.image ->> 'name') as "project?",
               coalesce(case when c.kind = 'member' then c.name end, m.name) as "member?"
           from called a
           join organization o on o.id = $1
           left join lateral (
               select t.kind, t.record_id, t.place, t.of_kind, t.looked_at, t.last, f.name, f.number, f.currency, f.invoice_id,
                   f.redraft_of_id, f.project_id, f.client_id, f.member_id, jsonb_build_object(
                       'name', f.name, 'description', left(f.description, 200), 'day', f.day, 'seconds', f.seconds, 'amount', f.amount,
                       'email', f.email, 'role', f.role, 'rate', f.rate, 'state', f.state) as told
               from (
                   select d.kind, d.record_id, d.last, count(*) over (partition by d.kind) as of_kind,
                       case when sum(d.changes) over () < 2 * $5::bigint then sum(d.changes) over () else $10::bigint end as looked_at,
                       row_number() over (order by d.record_id = $6 desc nulls last,
                           array_position(array['payment', 'invoice', 'client', 'project'], d.kind), d.made desc, d.first) as place
                   from (
                       select kind, record_id, min(position) as first, max(position) as last, bool_or(made) as made, count(*) as changes
                       from (
                           (select kind, record_id, position, before is null as made from change
                            where organization_id = $1 and action_id = a.id order by position limit $5)
                           union all
                           (select kind, record_id, position, before is null from change
                            where organization_id = $1 and action_id = a.id and position > (
                                -- None where the first changes are all of them.
                                select e.position from change e
                                where e.organization_id = $1 and e.action_id = a.id order by e.position offset $5::bigint - 1 limit 1
                            )
                            order by position desc limit $5)
                       ) looked group by kind, record_id
                   ) d
                   order by place limit $7
               ) t
               cross join lateral (
                   -- One row: otherwise all images of the action may be parsed before those of the few records are chosen.
                   select coalesce(after, before) as of_record from change
                   where organization_id = $1 and action_id = a.id and position = t.last limit 1
               ) image
               -- An image is a JSON text, which a description may make long: it is parsed once.
               cross join lateral json_to_record(image.of_record) as f (
                   name text, number text, currency text, description text, day jsonb, seconds jsonb, amount jsonb, email text, role text,
                   rate jsonb, state text, invoice_id uuid, redraft_of_id uuid, project_id uuid, client_id uuid, member_id uuid
               )
           ) c on true
           left join lateral (
               select n.id from invoice n where c.record_id is null and n.organization_id = $1 and (n.number = a.named or n.id = a.named_id)
               limit 1
           ) named on true
           left join invoice i on i.organization_id = $1
               and i.id = coalesce(c.invoice_id, case when c.kind = 'invoice' then c.record_id end, named.id)
           left join invoice r on r.organization_id = $1 and r.id = c.redraft_of_id
           left join project p on p.organization_id = $1
               and p.id = coalesce(c.project_id, case when c.kind = 'project' then c.record_id end)
           left join lateral (
               select coalesce(l.after, l.before) as image from change l
               where p.id is null and l.organization_id = $1 and l.kind = 'project' and l.record_id = c.project_id
               order by l.position desc limit 1
           ) past_project on true
           left join lateral (
               select coalesce(c.client_id, p.client_id, (past_project.image ->> 'client_id')::uuid, i.client_id,
                   case when c.kind = 'client' then c.record_id end) as id
           ) of_client on true
           left join client k on k.organization_id = $1 and k.id = of_client.id
           left join lateral (
               select coalesce(l.after, l.before) as image from change l
               where k.id is null and l.organization_id = $1 and l.kind = 'client' and l.record_id = of_client.id
               order by l.position desc limit 1
           ) past_client on true
           left join member m on m.organization_id = $1 and m.id = c.member_id
           left join lateral (
               select s.before ->> 'currency' as currency from change s
               where c.kind = 'project' and s.organization_id = $1 and s.kind = 'client' and s.record_id = c.client_id
                   and s.position > c.last and s.before is not null
               order by s.position limit 1
           ) held on true
           order by a.id, c.place"#,
        organization,
        actions,
        BLANK,
        ID,
        on_each_side,
        of,
        RECORDS_MAX,
        on_projects,
        SEARCHED_FOR_PROJECTS,
        LOOKED_AT
    )
    .fetch_all(db.connection())
    .await?)
}

/// Those of these actions that touched time on a project which this member is not on, so that they may not learn its name or its
/// client's. Examines all changes: a member who had a wider read scope before may have touched any number.
pub async fn elsewhere(db: &mut Db, actions: &[Uuid], member: Uuid) -> Result<Vec<Uuid>, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        r#"select distinct c.action_id as "action!"
           from change c
           cross join lateral (values (c.before ->> 'project_id'), (c.after ->> 'project_id')) as p (id)
           where c.organization_id = $1 and c.action_id = any($2) and c.kind = 'time_entry' and p.id is not null and not exists (
               select from project_member m where m.organization_id = $1 and m.project_id = p.id::uuid and m.member_id = $3
           )"#,
        organization,
        actions,
        member
    )
    .fetch_all(db.connection())
    .await?)
}

/// The white space that is trimmed from names in calls (White_Space of Unicode, as in [`str::trim`]).
const BLANK: &str = "\t\n\u{b}\u{c}\r \u{85}\u{a0}\u{1680}\u{2000}\u{2001}\u{2002}\u{2003}\u{2004}\u{2005}\u{2006}\u{2007}\u{2008}\u{2009}\
                     \u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}";

/// The pattern of an id as a PostgreSQL regular expression; nothing else is cast to one.
const ID: &str = "^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$";

/// The operations on an invoice that change no record of it: they are found by the arguments of the call.
const BY_NAME: [&str; 3] = ["redraft_invoice", "resend_invoice", "stop_invoice_mail"];

/// How many of the newest of those calls are searched for the name of an invoice.
const CALLS_MAX: i64 = 10_000;

/// The newest actions that touched an invoice, or named it by its id or by `number`.
pub async fn of_invoice(db: &mut Db, invoice: Uuid, number: &str, limit: i64) -> Result<Vec<Uuid>, Error> {
    let organization = db.organization();
    let names = [number.to_owned(), invoice.hyphenated().to_string(), invoice.simple().to_string()];
    Ok(query_scalar!(
        r#"with found as materialized (
               (select c.action_id as id from change c where c.organization_id = $1 and c.kind = 'invoice' and c.record_id = $2
                order by c.position desc limit 1000)
               union
               select n.id from (
                   select a.id, a.arguments from action a
                   where a.organization_id = $1 and a.operation = any($4) and a.outcome = 'done' order by a.at desc, a.id desc limit $6
               ) n
               where lower(btrim(n.arguments ->> 'invoice', $7)) in (
                   select lower(given.name) from unnest($3::text[]) as given (name) where given.name <> '')
           )
           select a.id from found f join action a on a.organization_id = $1 and a.id = f.id
           where a.outcome = 'done' order by a.at desc, a.id desc limit $5"#,
        organization,
        invoice,
        names.as_slice(),
        BY_NAME.as_slice() as &[&str],
        limit,
        CALLS_MAX,
        BLANK
    )
    .fetch_all(db.connection())
    .await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations;

    #[test]
    fn however_many_actions_are_described_their_changes_are_searched_within_a_bound() {
        let batch_beside_small_ones = [vec![2; 200], vec![LOOKED_AT]].concat();
        for sizes in [vec![], vec![LOOKED_AT], batch_beside_small_ones] {
            assert_eq!(looked_at_on_each_side(sizes.clone()), LOOKED_AT / 2, "{} actions", sizes.len());
        }
        for actions in [50, 201, 1_000, 100_000] {
            let searched = 2 * looked_at_on_each_side(vec![LOOKED_AT; actions]) * actions as i64;
            assert!(searched <= LOOKED_AT_IN_ALL.max(2 * actions as i64), "{actions}: {searched}");
        }
    }

    #[test]
    fn what_is_trimmed_here_is_what_is_trimmed_everywhere() {
        assert!((0..=u32::from(char::MAX)).filter_map(char::from_u32).all(|sign| sign.is_whitespace() == BLANK.contains(sign)));
    }

    #[test]
    fn what_is_known_by_its_name_is_an_operation() {
        assert!(BY_NAME.iter().all(|name| operations::find(name).is_some()));
    }
}
