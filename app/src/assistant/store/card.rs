//! SQL of cards.

use domain::id::{ActionId, CardId, ConversationId, MemberId};
use jiff::Timestamp;
use serde_json::Value;
use sqlx::{query, query_as};
use uuid::Uuid;

use super::{json, read};
use crate::{
    access::Role,
    assistant::{Card, CardState},
    database::{Db, instant},
    error::Error,
    operation::registry,
};

/// A card with the fields that only the server knows.
pub struct StoredCard {
    /// The card for the user interface.
    pub card: Card,
    /// The argument that is ambiguous, if any.
    pub choice_of: Option<String>,
    /// The fingerprint of the dry run; absent while an argument is ambiguous.
    pub fingerprint: Option<Vec<u8>>,
    /// The role of the member when the card was made: it shows what that role sees.
    pub role: Role,
}

/// A row of `card`.
struct CardRow {
    id: Uuid,
    operation: String,
    arguments: Value,
    effect: Value,
    warnings: Value,
    choice_of: Option<String>,
    choices: Value,
    fingerprint: Option<Vec<u8>>,
    state: String,
    action_id: Option<Uuid>,
    refusal: Option<Value>,
    link: Option<String>,
    member_role: String,
}

/// Inserts a card.
pub async fn insert(db: &mut Db, conversation: ConversationId, kept: &StoredCard, now: Timestamp) -> Result<(), Error> {
    let (organization, card) = (db.organization(), &kept.card);
    query!(
        "insert into card (organization_id, id, conversation_id, operation, arguments, effect, warnings, choice_of, choices, fingerprint,
             member_role, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        organization,
        card.id.0,
        conversation.0,
        card.operation,
        card.arguments,
        json(&card.effect)?,
        json(&card.warnings)?,
        kept.choice_of,
        json(&card.choices)?,
        kept.fingerprint,
        kept.role.name(),
        instant(now) as _
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

/// A card of one of the member's conversations.
pub async fn find(db: &mut Db, id: CardId, member: MemberId) -> Result<StoredCard, Error> {
    let organization = db.organization();
    let row = query_as!(
        CardRow,
        "select k.id, k.operation, k.arguments, k.effect, k.warnings, k.choice_of, k.choices, k.fingerprint, k.state, k.action_id,
             k.refusal, k.link, k.member_role
         from card k join conversation c on c.organization_id = k.organization_id and c.id = k.conversation_id
         where k.organization_id = $1 and k.id = $2 and c.member_id = $3",
        organization,
        id.0,
        member.0
    )
    .fetch_optional(db.connection())
    .await?;
    kept(row.ok_or_else(|| Error::not_found("card"))?)
}

/// Those of these cards that are in the conversation.
pub async fn list(db: &mut Db, conversation: ConversationId, ids: &[CardId]) -> Result<Vec<StoredCard>, Error> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let organization = db.organization();
    let rows = query_as!(
        CardRow,
        "select id, operation, arguments, effect, warnings, choice_of, choices, fingerprint, state, action_id, refusal, link,
             member_role
         from card where organization_id = $1 and conversation_id = $2 and id = any($3)",
        organization,
        conversation.0,
        &ids
    )
    .fetch_all(db.connection())
    .await?;
    rows.into_iter().map(kept).collect()
}

/// Stores the present effect of a waiting card; returns whether it was still waiting.
pub async fn renew(db: &mut Db, kept: &StoredCard) -> Result<bool, Error> {
    let (organization, card) = (db.organization(), &kept.card);
    let renewed = query!(
        "update card set arguments = $3, effect = $4, warnings = $5, choice_of = $6, choices = $7, fingerprint = $8, refusal = $9,
             member_role = $10
         where organization_id = $1 and id = $2 and state = 'waiting'",
        organization,
        card.id.0,
        card.arguments,
        json(&card.effect)?,
        json(&card.warnings)?,
        kept.choice_of,
        json(&card.choices)?,
        kept.fingerprint,
        card.refusal.as_ref().map(json).transpose()?,
        kept.role.name()
    )
    .execute(db.connection())
    .await?;
    Ok(renewed.rows_affected() == 1)
}

/// Stores that the card's call was committed, even if the card was dismissed in the same instant.
pub async fn committed(db: &mut Db, id: CardId, action: ActionId, link: Option<&str>) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "update card set state = 'committed', action_id = $3, link = $4, refusal = null
         where organization_id = $1 and id = $2 and state in ('waiting', 'dismissed')",
        organization,
        id.0,
        action.0,
        link
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

/// Stores that the card's action was undone.
pub async fn undone(db: &mut Db, id: CardId) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "update card set state = 'undone', refusal = null where organization_id = $1 and id = $2 and state = 'committed'",
        organization,
        id.0
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

/// Dismisses a waiting card.
pub async fn dismiss(db: &mut Db, id: CardId) -> Result<(), Error> {
    let organization = db.organization();
    query!("update card set state = 'dismissed' where organization_id = $1 and id = $2 and state = 'waiting'", organization, id.0)
        .execute(db.connection())
        .await?;
    Ok(())
}

/// Stores why the last try was refused.
pub async fn refused(db: &mut Db, id: CardId, refusal: &Error) -> Result<(), Error> {
    let organization = db.organization();
    query!("update card set refusal = $3 where organization_id = $1 and id = $2", organization, id.0, json(refusal)?)
        .execute(db.connection())
        .await?;
    Ok(())
}

fn kept(row: CardRow) -> Result<StoredCard, Error> {
    let role: Role = row.member_role.parse()?;
    let title = registry::find(&row.operation).map_or_else(|| row.operation.clone(), |known| known.declaration.title.to_owned());
    let card = Card {
        id: CardId(row.id),
        title,
        operation: row.operation,
        arguments: row.arguments,
        effect: read(row.effect)?,
        warnings: read(row.warnings)?,
        choices: read(row.choices)?,
        state: read::<CardState>(Value::String(row.state))?,
        action: row.action_id.map(ActionId),
        undoable: false,
        refusal: row.refusal.map(read).transpose()?,
        link: row.link,
    };
    Ok(StoredCard { card, choice_of: row.choice_of, fingerprint: row.fingerprint, role })
}
