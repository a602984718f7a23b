//! SQL of messages.

use std::collections::HashMap;

use domain::id::{CardId, ConversationId, MemberId, MessageId, RunId};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

use super::{json, read};
use crate::{
    access::Role,
    assistant::{Card, Message, Step, Tool},
    database::{Db, instant},
    error::Error,
};

/// The maximum number of messages of a conversation that are loaded.
const SHOWN: i64 = 200;

/// The maximum size of the loaded messages together, in bytes: the results of reads are kept with an answer. The latest message is loaded
/// whatever its size.
pub const LOADED_BYTES_MAX: i64 = 1_000_000;

/// A row of `message`.
struct MessageRow {
    id: Uuid,
    speaker: String,
    text: String,
    steps: Value,
    refusal: Option<Value>,
    member_role: String,
    created_at: jiff_sqlx::Timestamp,
    ended: bool,
    made_by: Option<Uuid>,
}

/// A step as stored. A card changes on its own, so only its id is stored here.
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum StoredStep {
    Tool(Tool),
    Card { card: CardId },
}

/// A message with the fields that only the server knows.
pub struct StoredMessage {
    /// The message.
    pub message: Message,
    /// The role of the member when the message was made: it shows what that role sees.
    pub role: Role,
    /// When it was begun.
    pub at: Timestamp,
    /// Whether some of its cards were left out of the list.
    pub lacks: bool,
    /// Whether it is complete.
    pub ended: bool,
    /// The run that makes it, in any process, while its lease lasts.
    pub made_by: Option<RunId>,
}

/// Inserts a message; `ended` is absent while it is being made.
pub async fn insert(
    db: &mut Db,
    conversation: ConversationId,
    message: &Message,
    role: Role,
    now: Timestamp,
    ended: Option<Timestamp>,
) -> Result<(), Error> {
    let (organization, steps, refusal) = (db.organization(), kept(message)?, message.refusal.as_ref().map(json).transpose()?);
    let speaker: &str = message.speaker.into();
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

/// Renews the lease of the run that makes this message, for so long from now.
pub async fn keep_alive(db: &mut Db, message: MessageId, run: RunId, lease: SignedDuration) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "update message set run_id = $3, alive_until = now() + make_interval(secs => $4) where organization_id = $1 and id = $2",
        organization,
        message.0,
        run.0,
        lease.as_secs_f64()
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

/// The runs with a lease in a conversation, in any process.
pub async fn runs_in(db: &mut Db, conversation: ConversationId) -> Result<Vec<RunId>, Error> {
    let organization = db.organization();
    let runs = query_scalar!(
        r#"select run_id as "run_id!" from message
           where organization_id = $1 and conversation_id = $2 and ended_at is null and alive_until > now() and run_id is not null"#,
        organization,
        conversation.0
    )
    .fetch_all(db.connection())
    .await?;
    Ok(runs.into_iter().map(RunId).collect())
}

/// Whether a process has a lease on this run of a member.
pub async fn is_made(db: &mut Db, run: RunId, member: MemberId) -> Result<bool, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        r#"select exists (
               select from message m join conversation c on c.organization_id = m.organization_id and c.id = m.conversation_id
               where m.organization_id = $1 and m.run_id = $2 and c.member_id = $3 and m.ended_at is null and m.alive_until > now()
           ) as "made!""#,
        organization,
        run.0,
        member.0
    )
    .fetch_one(db.connection())
    .await?)
}

/// Updates a message.
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

/// The latest messages of a conversation, as far as they fit into [`LOADED_BYTES_MAX`], the oldest first and still without their cards.
pub async fn list(db: &mut Db, conversation: ConversationId) -> Result<LatestMessages, Error> {
    let organization = db.organization();
    let rows = query_as!(
        MessageRow,
        r#"select id as "id!", speaker as "speaker!", text as "text!", steps as "steps!", refusal as "refusal?",
               member_role as "member_role!", created_at as "created_at!: jiff_sqlx::Timestamp", ended_at is not null as "ended!",
               case when ended_at is null and alive_until > now() then run_id end as "made_by?"
           from (
               select m.*, sum(octet_length(m.text) + octet_length(m.steps::text)) over later as bytes, row_number() over later as place
               from (
                   select * from message where organization_id = $1 and conversation_id = $2 order by position desc limit $3
               ) m
               window later as (order by m.position desc rows unbounded preceding)
           ) sized
           where bytes <= $4 or place = 1
           order by position desc"#,
        organization,
        conversation.0,
        SHOWN,
        LOADED_BYTES_MAX
    )
    .fetch_all(db.connection())
    .await?;
    Ok(LatestMessages(rows.into_iter().rev().map(with_steps).collect::<Result<Vec<_>, Error>>()?))
}

fn with_steps(mut row: MessageRow) -> Result<(Vec<StoredStep>, MessageRow), Error> {
    let steps = read(std::mem::take(&mut row.steps))?;
    Ok((steps, row))
}

/// The loaded messages of a conversation, the oldest first, with their steps.
pub struct LatestMessages(Vec<(Vec<StoredStep>, MessageRow)>);

impl LatestMessages {
    /// The cards in these messages.
    pub fn cards(&self) -> Vec<CardId> {
        let steps = self.0.iter().flat_map(|(steps, _)| steps);
        steps.filter_map(|step| if let StoredStep::Card { card } = step { Some(*card) } else { None }).collect()
    }

    /// The messages with the given cards.
    pub fn with_cards(self, cards: &HashMap<CardId, Card>) -> Result<Vec<StoredMessage>, Error> {
        self.0.into_iter().map(|(steps, row)| found(steps, row, cards)).collect()
    }
}

fn found(kept: Vec<StoredStep>, row: MessageRow, cards: &HashMap<CardId, Card>) -> Result<StoredMessage, Error> {
    let lacks = kept.iter().any(|step| matches!(step, StoredStep::Card { card } if !cards.contains_key(card)));
    let steps = kept.into_iter().filter_map(|step| match step {
        StoredStep::Tool(tool) => Some(Step::Tool(tool)),
        StoredStep::Card { card } => cards.get(&card).cloned().map(Step::Card),
    });
    let message = Message {
        id: MessageId(row.id),
        speaker: row.speaker.parse()?,
        text: row.text,
        steps: steps.collect(),
        refusal: row.refusal.map(read).transpose()?,
    };
    Ok(StoredMessage {
        message,
        role: row.member_role.parse()?,
        at: row.created_at.to_jiff(),
        lacks,
        ended: row.ended,
        made_by: row.made_by.map(RunId),
    })
}

fn kept(message: &Message) -> Result<Value, Error> {
    let steps = message.steps.iter().map(|step| match step {
        Step::Tool(tool) => StoredStep::Tool(tool.clone()),
        Step::Card(card) => StoredStep::Card { card: card.id },
    });
    json(&steps.collect::<Vec<_>>())
}
