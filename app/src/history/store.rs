//! SQL of actions and their undo state.

pub mod currency_conflicts;
pub mod deleted_references;
pub mod descriptions;
pub mod obstacle;
pub mod restore;
pub mod time_changes;
pub mod unique_conflicts;

use jiff::Timestamp;
use serde_json::Value;
use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

use crate::{
    database::{Db, instant, use_custom_plan},
    error::Error,
};

/// An action that was done.
#[allow(missing_docs, reason = "the columns of the table `action`")]
pub struct DoneAction {
    pub id: Uuid,
    /// Nothing when it was not done by a member.
    pub member_id: Option<Uuid>,
    pub token_id: Option<Uuid>,
    pub operation: String,
    /// Of an undo the operation that it undoes or repeats, however many undos lie between; otherwise its own.
    pub origin: String,
    /// The name of the member who undid it, unless that undo was undone in its turn.
    pub undone_by: Option<String>,
    /// The action that undid it.
    pub undoing: Option<Uuid>,
    /// The member who undid it.
    pub undone_by_member: Option<Uuid>,
    /// The token with which it was undone.
    pub undone_with: Option<Uuid>,
}

/// The action with this id, if it was done.
pub async fn done(db: &mut Db, action: Uuid) -> Result<Option<DoneAction>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        DoneAction,
        r#"with recursive steps as (
               select a.operation, a.undoes from action a where a.organization_id = $1 and a.id = $2
               union all
               select a.operation, a.undoes from steps s join action a on a.organization_id = $1 and a.id = s.undoes
           )
           select a.id, a.member_id, a.token_id, a.operation,
               (select s.operation from steps s where s.undoes is null) as "origin!",
               u.member as "undone_by?", u.id as "undoing?", u.member_id as "undone_by_member?", u.token_id as "undone_with?"
           from action a
           left join lateral (
               select u.id, u.member_id, u.token_id, m.name as member from action u join member m on m.organization_id = $1 and m.id = u.member_id
               where u.organization_id = $1 and u.undoes = a.id
                   and not exists (select from action r where r.organization_id = $1 and r.undoes = u.id)
               order by u.position desc limit 1
           ) u on true
           where a.organization_id = $1 and a.id = $2 and a.outcome = 'done'"#,
        organization,
        action
    )
    .fetch_optional(db.connection())
    .await?)
}

/// Whose actions are listed; by default everybody's.
#[derive(Debug, Default, Clone, Copy)]
pub struct ActionFilter {
    /// The member who did it, with any credential.
    pub member: Option<Uuid>,
    /// The token with which it was done.
    pub token: Option<Uuid>,
    /// Only what was done without a token.
    pub without_token: bool,
}

/// An action as the list shows it.
#[allow(missing_docs, reason = "the columns of the table `action`")]
pub struct ActionRow {
    pub id: Uuid,
    pub at: jiff_sqlx::Timestamp,
    pub member_id: Option<Uuid>,
    pub member_name: Option<String>,
    pub token: Option<String>,
    pub operation: String,
    pub undoes: Option<Uuid>,
    /// The action that undid it, unless that was undone in its turn.
    pub undone_by: Option<Uuid>,
    /// The member who undid it.
    pub undone_by_member: Option<Uuid>,
    /// Their name.
    pub undone_by_name: Option<String>,
    /// The token with which that was done.
    pub undone_with: Option<Uuid>,
}

/// A page of actions, the newest first, starting before the keyset of instant and id.
pub async fn actions(db: &mut Db, whose: ActionFilter, before: Option<(Timestamp, Uuid)>, limit: i64) -> Result<Vec<ActionRow>, Error> {
    use_custom_plan(db).await?;
    let (organization, (before_at, before_id)) = (db.organization(), before.unzip());
    Ok(query_as!(
        ActionRow,
        r#"select a.id, a.at as "at: jiff_sqlx::Timestamp", a.member_id as "member_id?", m.name as "member_name?", t.name as "token?",
               a.operation, a.undoes, u.id as "undone_by?", u.member_id as "undone_by_member?", n.name as "undone_by_name?",
               u.token_id as "undone_with?"
           from action a
           left join lateral (
               select u.id, u.member_id, u.token_id from action u where u.organization_id = $1 and u.undoes = a.id
                   and not exists (select from action r where r.organization_id = $1 and r.undoes = u.id)
               order by u.position desc limit 1
           ) u on true
           left join member n on n.organization_id = $1 and n.id = u.member_id
           left join member m on m.organization_id = $1 and m.id = a.member_id
           left join access_token t on t.organization_id = $1 and t.id = a.token_id
           where a.organization_id = $1 and a.outcome = 'done'
               and ($2::uuid is null or a.member_id = $2) and ($3::uuid is null or a.token_id = $3)
               and ($4::timestamptz is null or (a.at, a.id) < ($4, $5::uuid))
               and (not $7::boolean or a.token_id is null)
           order by a.at desc, a.id desc limit $6"#,
        organization,
        whose.member,
        whose.token,
        before_at.map(instant) as _,
        before_id,
        limit,
        whose.without_token
    )
    .fetch_all(db.connection())
    .await?)
}

/// Counts the actions that match, up to `most`.
pub async fn count(db: &mut Db, whose: ActionFilter, most: i64) -> Result<i64, Error> {
    use_custom_plan(db).await?;
    let organization = db.organization();
    Ok(query_scalar!(
        r#"select count(*) as "count!" from (
               select from action a
               where a.organization_id = $1 and a.outcome = 'done'
                   and ($2::uuid is null or a.member_id = $2) and ($3::uuid is null or a.token_id = $3)
               order by a.at desc, a.id desc limit $4
           ) counted"#,
        organization,
        whose.member,
        whose.token,
        most
    )
    .fetch_one(db.connection())
    .await?)
}

/// These actions, the newest first.
pub async fn find_all(db: &mut Db, actions: &[Uuid]) -> Result<Vec<ActionRow>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        ActionRow,
        r#"select a.id, a.at as "at: jiff_sqlx::Timestamp", a.member_id as "member_id?", m.name as "member_name?", t.name as "token?",
               a.operation, a.undoes, u.id as "undone_by?", u.member_id as "undone_by_member?", n.name as "undone_by_name?",
               u.token_id as "undone_with?"
           from action a
           left join lateral (
               select u.id, u.member_id, u.token_id from action u where u.organization_id = $1 and u.undoes = a.id
                   and not exists (select from action r where r.organization_id = $1 and r.undoes = u.id)
               order by u.position desc limit 1
           ) u on true
           left join member n on n.organization_id = $1 and n.id = u.member_id
           left join member m on m.organization_id = $1 and m.id = a.member_id
           left join access_token t on t.organization_id = $1 and t.id = a.token_id
           where a.organization_id = $1 and a.id = any($2)
           order by a.at desc, a.id desc"#,
        organization,
        actions
    )
    .fetch_all(db.connection())
    .await?)
}

/// The names of these tokens.
pub async fn token_names(db: &mut Db, tokens: &[Uuid]) -> Result<Vec<(Uuid, String)>, Error> {
    let organization = db.organization();
    let rows = query!("select id, name from access_token where organization_id = $1 and id = any($2)", organization, tokens)
        .fetch_all(db.connection())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

/// Each of these undos with the operation that it undoes or repeats, however many undos lie between.
pub async fn origins(db: &mut Db, undos: &[Uuid]) -> Result<Vec<(Uuid, String)>, Error> {
    let organization = db.organization();
    let rows = query!(
        r#"with recursive steps as (
               select a.id as undo, a.operation, a.undoes from action a where a.organization_id = $1 and a.id = any($2)
               union all
               select s.undo, a.operation, a.undoes from steps s join action a on a.organization_id = $1 and a.id = s.undoes
           )
           select undo as "undo!", operation as "operation!" from steps where undoes is null"#,
        organization,
        undos
    )
    .fetch_all(db.connection())
    .await?;
    Ok(rows.into_iter().map(|row| (row.undo, row.operation)).collect())
}

/// The newest action of a credential that is no undo and is not undone, whether it can be undone or not. An action that changed nothing
/// is skipped, unless its operation is one of `reaching`, which have effects beyond their changes. Without a token it is the newest that
/// the member did without one. Takes an advisory lock per credential, so that concurrent calls find different actions.
pub async fn last(db: &mut Db, member: Uuid, token: Option<Uuid>, reaching: &[String]) -> Result<Option<Uuid>, Error> {
    hold_last(db, token.unwrap_or(member)).await?;
    use_custom_plan(db).await?;
    let organization = db.organization();
    Ok(query_scalar!(
        "select a.id from action a
         where a.organization_id = $1 and a.outcome = 'done' and a.undoes is null
             and ($3::uuid is null and a.member_id = $2 and a.token_id is null or a.token_id = $3)
             and (a.changes_hash is not null or a.operation = any($4))
             and not exists (
                 select from action u where u.organization_id = $1 and u.undoes = a.id
                     and not exists (select from action r where r.organization_id = $1 and r.undoes = u.id)
             )
         order by a.at desc, a.id desc limit 1",
        organization,
        member,
        token,
        reaching
    )
    .fetch_optional(db.connection())
    .await?)
}

async fn hold_last(db: &mut Db, credential: Uuid) -> Result<(), Error> {
    query!(r#"select pg_advisory_xact_lock(hashtextextended($1, 0)) as "held: ()""#, format!("undo {credential}"))
        .fetch_one(db.connection())
        .await?;
    Ok(())
}

/// The columns of an image from which the display name of a record is made.
pub struct TouchedRecord {
    /// The action.
    pub action: Uuid,
    /// The kind of the record.
    pub kind: String,
    /// The record.
    pub record: Uuid,
    /// Its `name`, `number`, the beginning of its `description`, and its `day`, as far as it has them.
    pub image: Value,
    /// How many records the action touched.
    pub in_all: i64,
}

/// The first `most` records among the first `changes` changes of each of these actions.
pub async fn touched(db: &mut Db, actions: &[Uuid], changes: i64, most: i64) -> Result<Vec<TouchedRecord>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        TouchedRecord,
        r#"select a.id as "action!", c.kind as "kind!", c.record_id as "record!", jsonb_build_object('name', f.name,
               'number', f.number, 'description', left(f.description, 200), 'day', f.day, 'member_id', f.member_id) as "image!",
               n.in_all as "in_all!"
           from action a
           cross join lateral (
               -- Older actions do not have the number: they are counted, once each.
               select coalesce(a.records, (select count(distinct n.record_id) from change n where n.organization_id = $1 and n.action_id = a.id)) as in_all
               offset 0
           ) n
           cross join lateral (
               select l.kind, l.record_id, l.position, l.image from (
                   select distinct on (f.record_id) f.kind, f.record_id, f.position, coalesce(f.after, f.before) as image from (
                       select kind, record_id, position, before, after from change
                       where organization_id = $1 and action_id = a.id order by position limit $3
                   ) f order by f.record_id, f.position desc
               ) l order by l.position limit $4
           ) c
           -- An image is a JSON text, which a description may make long: it is parsed once.
           cross join lateral json_to_record(c.image) as f (name text, number text, description text, day text, member_id text)
           where a.organization_id = $1 and a.id = any($2)
           order by a.id, c.position"#,
        organization,
        actions,
        changes,
        most
    )
    .fetch_all(db.connection())
    .await?)
}

/// What the changes of an action have in common for the question whether they can be undone at all.
#[allow(missing_docs, reason = "the columns of the table `change`")]
pub struct ChangeKind {
    pub action: Uuid,
    /// How many changes the action consists of, counted up to 500.
    pub in_all: i64,
    pub kind: String,
    /// Whether one of them sends an invoice, or changes more of a sent one than its payments.
    pub alters_sent_invoice: bool,
}

/// The kinds of records among the first 500 changes of those of these actions that are done and not undone, in the order of the changes.
pub async fn kinds_changed(db: &mut Db, actions: &[Uuid]) -> Result<Vec<ChangeKind>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        ChangeKind,
        r#"select a.id as "action!", changed.in_all as "in_all!", changed.kind as "kind!", changed.alters_sent_invoice as "alters_sent_invoice!"
           from action a
           cross join lateral (
               select f.kind, min(f.position) as position, sum(count(*)) over ()::bigint as in_all,
                   -- Changes from before this was written down are told by their images.
                   bool_or(f.kind = 'invoice' and coalesce(f.alters_sent_invoice, alters_sent_invoice(f.before::jsonb, f.after::jsonb))) as alters_sent_invoice
               from (
                   select kind, position, alters_sent_invoice, before, after from change
                   where organization_id = $1 and action_id = a.id order by position limit 500
               ) f
               group by f.kind
           ) changed
           where a.organization_id = $1 and a.id = any($2) and a.outcome = 'done' and not exists (
               select from action u where u.organization_id = $1 and u.undoes = a.id
                   and not exists (select from action r where r.organization_id = $1 and r.undoes = u.id)
           )
           order by a.id, changed.position"#,
        organization,
        actions
    )
    .fetch_all(db.connection())
    .await?)
}

/// The kinds of records that an undo restores, each after those that it refers to.
pub async fn kinds(db: &mut Db) -> Result<Vec<String>, Error> {
    Ok(query_scalar!(r#"select kinds_put_back() as "kinds!""#).fetch_one(db.connection()).await?)
}
