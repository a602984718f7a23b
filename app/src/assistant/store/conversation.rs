//! SQL of conversations.

use domain::id::{ConversationId, MemberId};
use jiff::Timestamp;
use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

use crate::{
    database::{Db, instant},
    error::Error,
};

/// A row of `conversation`.
pub struct ConversationRow {
    /// Its id.
    pub id: Uuid,
    /// Its title.
    pub title: String,
    /// When the last message was sent.
    pub updated_at: jiff_sqlx::Timestamp,
}

/// Inserts a conversation.
pub async fn insert(db: &mut Db, id: ConversationId, member: MemberId, title: &str, now: Timestamp) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "insert into conversation (organization_id, id, member_id, title, created_at, updated_at) values ($1, $2, $3, $4, $5, $5)",
        organization,
        id.0,
        member.0,
        title,
        instant(now) as _
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

/// The member's conversation of this id.
pub async fn find(db: &mut Db, id: ConversationId, member: MemberId) -> Result<ConversationRow, Error> {
    let organization = db.organization();
    query_as!(
        ConversationRow,
        "select id, title, updated_at from conversation where organization_id = $1 and id = $2 and member_id = $3",
        organization,
        id.0,
        member.0
    )
    .fetch_optional(db.connection())
    .await?
    .ok_or_else(|| Error::not_found("conversation"))
}

/// How much a conversation holds.
pub struct ConversationSize {
    /// The number of its messages.
    pub messages: i64,
    /// The size of its messages and cards, in bytes.
    pub bytes: i64,
}

/// How much a conversation holds, with its cards.
pub async fn size(db: &mut Db, id: ConversationId) -> Result<ConversationSize, Error> {
    let organization = db.organization();
    Ok(query_as!(
        ConversationSize,
        r#"select m.messages as "messages!", (m.bytes + c.bytes)::bigint as "bytes!"
           from (
               select count(*) as messages, coalesce(sum(octet_length(text) + octet_length(steps::text)), 0) as bytes from message
               where organization_id = $1 and conversation_id = $2
           ) m
           cross join (
               select coalesce(sum(octet_length(arguments::text) + octet_length(effect::text) + octet_length(warnings::text)), 0) as bytes
               from card where organization_id = $1 and conversation_id = $2
           ) c"#,
        organization,
        id.0
    )
    .fetch_one(db.connection())
    .await?)
}

/// How much the conversations of a member hold together.
pub struct MemberSize {
    /// The number of conversations.
    pub conversations: i64,
    /// The size of their messages and cards as they are stored, in bytes. Each message and card counts for 1,000 at least: short ones take
    /// room too, and all of them are read to find this.
    pub bytes: i64,
}

/// How much the conversations of a member hold together, with their cards. Reads the lengths alone, and no long value itself: what is no
/// text counts as it is compressed.
pub async fn size_of_member(db: &mut Db, member: MemberId) -> Result<MemberSize, Error> {
    let organization = db.organization();
    Ok(query_as!(
        MemberSize,
        r#"select t.conversations as "conversations!", (m.bytes + k.bytes)::bigint as "bytes!"
           from (select count(*) as conversations from conversation where organization_id = $1 and member_id = $2) t
           cross join (
               select coalesce(sum(greatest(
                   1000, octet_length(m.text) + pg_column_size(m.steps) + coalesce(pg_column_size(m.refusal), 0)
               )), 0) as bytes
               from conversation c join message m on m.organization_id = $1 and m.conversation_id = c.id
               where c.organization_id = $1 and c.member_id = $2
           ) m
           cross join (
               select coalesce(sum(greatest(
                   1000,
                   pg_column_size(k.arguments) + pg_column_size(k.effect) + pg_column_size(k.warnings) + pg_column_size(k.choices)
                       + coalesce(pg_column_size(k.refusal), 0)
               )), 0) as bytes
               from conversation c join card k on k.organization_id = $1 and k.conversation_id = c.id
               where c.organization_id = $1 and c.member_id = $2
           ) k"#,
        organization,
        member.0
    )
    .fetch_one(db.connection())
    .await?)
}

/// The most conversations of a member that are searched, the latest first.
pub const SEARCHED_MAX: i64 = 1_000;

/// When a member was last removed from a project, or last lost a client grant.
pub async fn access_narrowed_at(db: &mut Db, member: MemberId) -> Result<Option<Timestamp>, Error> {
    let organization = db.organization();
    let at = query_scalar!(
        "select a.at from change c join action a on a.organization_id = $1 and a.id = c.action_id
         where c.organization_id = $1 and c.before ->> 'member_id' = $2
             and c.kind in ('client_grant', 'project_member') and c.after is null
         order by c.position desc limit 1",
        organization,
        member.to_string()
    )
    .fetch_optional(db.connection())
    .await?;
    Ok(at.map(|at: jiff_sqlx::Timestamp| at.to_jiff()))
}

/// The member's conversations, the latest first; with a query, those of the latest [`SEARCHED_MAX`] whose title or messages contain it.
/// Answers of the assistant are searched only where they were made for one of these roles, and after this instant.
pub async fn list(
    db: &mut Db,
    member: MemberId,
    holds: Option<&str>,
    roles: &[String],
    since: Option<Timestamp>,
) -> Result<Vec<ConversationRow>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        ConversationRow,
        r#"select c.id as "id!", c.title as "title!", c.updated_at as "updated_at!: jiff_sqlx::Timestamp" from (
               select organization_id, id, title, updated_at from conversation
               where organization_id = $1 and member_id = $2 order by updated_at desc, id desc limit $6
           ) c
           where ($3::text is null or strpos(lower(c.title), lower($3)) > 0 or exists (
                   select from message m
                   where m.organization_id = c.organization_id and m.conversation_id = c.id
                       and (m.speaker = 'person' or m.member_role = any($4) and ($5::timestamptz is null or m.created_at > $5)) and strpos(lower(m.text), lower($3)) > 0))
           order by c.updated_at desc, c.id desc limit 100"#,
        organization,
        member.0,
        holds,
        roles,
        since.map(instant) as _,
        SEARCHED_MAX
    )
    .fetch_all(db.connection())
    .await?)
}

/// Stores the time of the latest message.
pub async fn touch(db: &mut Db, id: ConversationId, now: Timestamp) -> Result<(), Error> {
    let organization = db.organization();
    query!("update conversation set updated_at = $3 where organization_id = $1 and id = $2", organization, id.0, instant(now) as _)
        .execute(db.connection())
        .await?;
    Ok(())
}

/// Renames the member's conversation; returns whether it exists.
pub async fn rename(db: &mut Db, id: ConversationId, member: MemberId, title: &str) -> Result<bool, Error> {
    let organization = db.organization();
    let renamed = query!(
        "update conversation set title = $4 where organization_id = $1 and id = $2 and member_id = $3",
        organization,
        id.0,
        member.0,
        title
    )
    .execute(db.connection())
    .await?;
    Ok(renamed.rows_affected() == 1)
}

/// Deletes the member's conversation with its messages and cards; returns whether it existed.
pub async fn delete(db: &mut Db, id: ConversationId, member: MemberId) -> Result<bool, Error> {
    let organization = db.organization();
    let deleted =
        query!("delete from conversation where organization_id = $1 and id = $2 and member_id = $3", organization, id.0, member.0)
            .execute(db.connection())
            .await?;
    Ok(deleted.rows_affected() == 1)
}
