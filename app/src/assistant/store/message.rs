//! SQL of messages.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::{query, query_as};
use uuid::Uuid;

use super::{json, read};
use crate::{
    access::Role,
    assistant::{Card, Message, Speaker, Step, Tool},
    database::{Db, instant},
    error::Error,
    id::{CardId, ConversationId, MessageId},
};

/// The most messages of a conversation that are shown.
const SHOWN: i64 = 200;

/// A message as stored.
struct Row {
    id: Uuid,
    speaker: String,
    text: String,
    steps: Value,
    refusal: Option<Value>,
    member_role: String,
    ended: bool,
}

/// A step as stored: a card changes on its own, so only its id is kept here.
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Kept {
    Tool(Tool),
    Card { card: CardId },
}

/// A message with what only the server knows of it.
pub struct Found {
    /// The message.
    pub message: Message,
    /// What the member was when it was made: it says what they saw as that.
    pub role: Role,
    /// Whether some of its cards were not given.
    pub lacks: bool,
    /// Whether it is complete.
    pub ended: bool,
}

/// Keeps a message; without an end while it is being made.
pub async fn insert(
    db: &mut Db,
    conversation: ConversationId,
    message: &Message,
    role: Role,
    now: Timestamp,
    ended: Option<Timestamp>,
) -> Result<(), Error> {
    let (organization, steps, refusal) = (db.organization(), kept(message)?, message.refusal.as_ref().map(json).transpose()?);
    let speaker = match message.speaker {
        Speaker::Person => "person",
        Speaker::Assistant => "assistant",
    };
    query!(
        "insert into message (organization_id, id, conversation_id, speaker, text, steps, refusal, member_role, created_at, ended_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        organization,
        message.id.0,
        conversation.0,
        speaker,
        message.text,
        steps,
        refusal,
        role.name(),
        instant(now) as _,
        ended.map(instant) as _
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

/// Keeps what a message has become.
pub async fn save(db: &mut Db, message: &Message, ended: Option<Timestamp>) -> Result<(), Error> {
    let (organization, steps, refusal) = (db.organization(), kept(message)?, message.refusal.as_ref().map(json).transpose()?);
    query!(
        "update message set text = $3, steps = $4, refusal = $5, ended_at = $6 where organization_id = $1 and id = $2",
        organization,
        message.id.0,
        message.text,
        steps,
        refusal,
        ended.map(instant) as _
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

/// The latest messages of a conversation, the oldest first, with these of its cards as they are now.
pub async fn list(db: &mut Db, conversation: ConversationId, cards: HashMap<CardId, Card>) -> Result<Vec<Found>, Error> {
    let organization = db.organization();
    let rows = query_as!(
        Row,
        r#"select id, speaker, text, steps, refusal, member_role, ended_at is not null as "ended!" from message
           where organization_id = $1 and conversation_id = $2 order by position desc limit $3"#,
        organization,
        conversation.0,
        SHOWN
    )
    .fetch_all(db.connection())
    .await?;
    rows.into_iter().rev().map(|row| found(row, &cards)).collect()
}

fn found(row: Row, cards: &HashMap<CardId, Card>) -> Result<Found, Error> {
    let kept: Vec<Kept> = read(row.steps)?;
    let lacks = kept.iter().any(|step| matches!(step, Kept::Card { card } if !cards.contains_key(card)));
    let steps = kept.into_iter().filter_map(|step| match step {
        Kept::Tool(tool) => Some(Step::Tool(tool)),
        Kept::Card { card } => cards.get(&card).cloned().map(Step::Card),
    });
    let message = Message {
        id: MessageId(row.id),
        speaker: if row.speaker == "person" { Speaker::Person } else { Speaker::Assistant },
        text: row.text,
        steps: steps.collect(),
        refusal: row.refusal.map(read).transpose()?,
    };
    Ok(Found { message, role: Role::named(&row.member_role).ok_or_else(Error::internal)?, lacks, ended: row.ended })
}

fn kept(message: &Message) -> Result<Value, Error> {
    let steps = message.steps.iter().map(|step| match step {
        Step::Tool(tool) => Kept::Tool(tool.clone()),
        Step::Card(card) => Kept::Card { card: card.id },
    });
    json(&steps.collect::<Vec<_>>())
}
