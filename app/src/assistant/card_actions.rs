//! What a person does with a card: commit, dismiss, choose, undo.
//!
//! A card is committed once, however many tabs try: its id is the idempotency key of the call, and every tab gets the same answer.

use std::slice;

use domain::id::{ActionId, CardId};
use serde_json::{Value, json};

use super::{
    Card, CardState, effect,
    proposal::preview_card,
    redaction,
    store::{self, card::StoredCard},
    user::AssistantUser,
};
use crate::{
    database::{AccessMode, Db},
    error::{Code, Error},
    history,
    operation::{Operation, refusal_for_person, registry},
};

/// Commits a card if its effect is still the same; the call itself checks this before it commits.
pub async fn commit(user: &AssistantUser, id: CardId) -> Result<Card, Error> {
    let kept = find(user, id).await?;
    match kept.card.state {
        CardState::Waiting => {}
        CardState::Committed => return shown(user, id).await,
        CardState::Dismissed => return Err(already_decided("was dismissed")),
        CardState::Undone => return Err(already_decided("was committed and undone")),
    }
    let operation = operation(user, &kept.card)?;
    let Some(fingerprint) = kept.fingerprint.clone() else {
        return Err(Error::new(Code::Conflict, "It is not clear yet which record is meant. Choose one first."));
    };
    match user.commit(operation, with_idempotency_key(&kept.card), fingerprint).await {
        Ok(answer) => record_commit(user, id, operation, &answer).await,
        Err(error) if error.code == Code::Stale => Err(stale(user, kept, operation).await?),
        Err(error) => Err(refused(user, id, error).await?),
    }
}

/// Dismisses a card.
pub async fn dismiss(user: &AssistantUser, id: CardId) -> Result<Card, Error> {
    let kept = find(user, id).await?;
    if matches!(kept.card.state, CardState::Committed | CardState::Undone) {
        return Err(already_decided("was committed"));
    }
    let mut db = user.db(AccessMode::Write).await?;
    store::card::dismiss(&mut db, id).await?;
    db.commit().await?;
    shown(user, id).await
}

/// Chooses the record that an ambiguous reference means. Only a choice of the card is accepted.
pub async fn choose(user: &AssistantUser, id: CardId, choice: &str) -> Result<Card, Error> {
    let kept = find(user, id).await?;
    let offered = kept.card.choices.iter().any(|known| known.value == choice);
    let (CardState::Waiting, Some(argument), true) = (kept.card.state, &kept.choice_of, offered) else {
        return Err(Error::invalid("choice", "This is not one of the choices of the card. Choose one that it shows."));
    };
    let operation = operation(user, &kept.card)?;
    let mut arguments = kept.card.arguments.clone();
    arguments[argument.as_str()] = Value::from(choice);
    match preview_card(user, id, operation, arguments).await {
        Ok(renewed) => {
            renew(user, &renewed).await?;
            shown(user, id).await
        }
        Err(error) => Err(refused(user, id, error).await?),
    }
}

/// Undoes the action of a committed card.
pub async fn undo(user: &AssistantUser, id: CardId) -> Result<Card, Error> {
    let card = find(user, id).await?.card;
    let (CardState::Committed, Some(action)) = (card.state, card.action) else {
        return Err(Error::new(Code::Conflict, "There is nothing to undo: this card is not committed."));
    };
    let undo = registry::find("undo_action").ok_or_else(|| Error::unavailable("Undo is not there yet."))?;
    let arguments = json!({ "action": action, "idempotency_key": format!("undo-{id}") });
    if let Err(error) = user.call(undo, arguments).await {
        return Err(refused(user, id, error).await?);
    }
    let mut db = user.db(AccessMode::Write).await?;
    store::card::undone(&mut db, id).await?;
    db.commit().await?;
    shown(user, id).await
}

async fn find(user: &AssistantUser, id: CardId) -> Result<StoredCard, Error> {
    store::card::find(&mut user.db(AccessMode::Read).await?, id, user.membership.member).await
}

/// The present card, without what the user may no longer see.
async fn shown(user: &AssistantUser, id: CardId) -> Result<Card, Error> {
    let mut db = user.db(AccessMode::Read).await?;
    let mut kept = store::card::find(&mut db, id, user.membership.member).await?;
    mark_undoable(&mut db, slice::from_mut(&mut kept)).await?;
    Ok(redaction::visible_card(user, kept))
}

/// Marks the cards whose actions can be undone.
pub async fn mark_undoable(db: &mut Db, cards: &mut [StoredCard]) -> Result<(), Error> {
    let committed = |card: &Card| card.action.filter(|_| card.state == CardState::Committed).map(|action| action.0);
    let actions: Vec<_> = cards.iter().filter_map(|kept| committed(&kept.card)).collect();
    let open = history::undo::undoable_among(db, &actions).await?;
    for kept in cards {
        kept.card.undoable = committed(&kept.card).is_some_and(|action| open.contains(&action));
    }
    Ok(())
}

/// The card's operation; refused if the role no longer permits it or the assistant no longer offers it.
fn operation(user: &AssistantUser, card: &Card) -> Result<&'static Operation, Error> {
    user.named(&card.operation).ok_or_else(|| match registry::find(&card.operation).map(|operation| operation.declaration.needs) {
        Some(needs) if !user.membership.role.may(needs) => Error::lacks_permission(needs, needs.verb()),
        _ => not_offered(&card.title),
    })
}

/// The error for an operation that the assistant offers to no role.
fn not_offered(title: &str) -> Error {
    Error::new(Code::Forbidden, format!("The assistant does not do \"{title}\" any more. Do it on its page, and dismiss this card."))
}

fn with_idempotency_key(card: &Card) -> Value {
    let mut arguments = card.arguments.clone();
    arguments["idempotency_key"] = Value::from(card.id.to_string());
    arguments
}

/// Stores on the card that its call was committed.
async fn record_commit(user: &AssistantUser, id: CardId, operation: &Operation, answer: &Value) -> Result<Card, Error> {
    let action: ActionId = answer["action"].as_str().and_then(|action| action.parse().ok()).ok_or_else(Error::internal)?;
    let mut db = user.db(AccessMode::Write).await?;
    store::card::committed(&mut db, id, action, effect::link(operation, answer).as_deref()).await?;
    db.commit().await?;
    shown(user, id).await
}

/// Stores the card's present effect, and returns why it was not committed. If the operation itself refuses, its error is returned.
async fn stale(user: &AssistantUser, kept: StoredCard, operation: &Operation) -> Result<Error, Error> {
    let id = kept.card.id;
    let mut renewed = match preview_card(user, id, operation, kept.card.arguments).await {
        Ok(renewed) => renewed,
        Err(error) => return refused(user, id, error).await,
    };
    let error = Error::new(Code::Stale, "Something has changed since this card was made. It shows now what it would do; look at it again.");
    renewed.card.refusal = Some(error.clone());
    renew(user, &renewed).await?;
    Ok(error.details(&renewed.card))
}

async fn renew(user: &AssistantUser, kept: &StoredCard) -> Result<(), Error> {
    let mut db = user.db(AccessMode::Write).await?;
    if !store::card::renew(&mut db, kept).await? {
        return Err(already_decided("was decided in another tab"));
    }
    db.commit().await
}

/// Stores a refusal on its card, in words for the person at it, so that every tab shows it.
async fn refused(user: &AssistantUser, id: CardId, error: Error) -> Result<Error, Error> {
    let error = refusal_for_person(error);
    let mut db = user.db(AccessMode::Write).await?;
    store::card::refused(&mut db, id, &error).await?;
    db.commit().await?;
    Ok(error)
}

fn already_decided(what: &str) -> Error {
    Error::new(Code::Conflict, format!("This card {what}. Ask again to get a new one."))
}
