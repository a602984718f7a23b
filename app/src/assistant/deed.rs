//! What a person does with a card: commit, dismiss, choose, undo.
//!
//! A card is committed once, however many tabs try: its id is the idempotency key of the call, and the pipeline gives the
//! same answer to all of them.

use std::slice;

use serde_json::{Value, json};

use super::{
    Card, CardState,
    door::Visitor,
    effect,
    proposal::drawn_up,
    sight,
    store::{self, card::Kept},
};
use crate::{
    database::{Access, Db},
    error::{Code, Error},
    history,
    id::{ActionId, CardId},
    operation::Operation,
    operations,
};

/// Runs what a card shows, if it still does the same: that is asked of the call itself, before anything of it is kept.
pub async fn commit(visitor: &Visitor, id: CardId) -> Result<Card, Error> {
    let kept = find(visitor, id).await?;
    match kept.card.state {
        CardState::Waiting => {}
        CardState::Committed => return shown(visitor, id).await,
        CardState::Dismissed => return Err(over("was dismissed")),
        CardState::Undone => return Err(over("was committed and undone")),
    }
    let operation = operation(visitor, &kept.card)?;
    let Some(fingerprint) = kept.fingerprint.clone() else {
        return Err(Error::new(Code::Conflict, "It is not clear yet which record is meant. Choose one first."));
    };
    match visitor.commit(operation, keyed(&kept.card), fingerprint).await {
        Ok(answer) => done(visitor, id, operation, &answer).await,
        Err(error) if error.code == Code::Stale => Err(stale(visitor, kept, operation).await?),
        Err(error) => Err(refused(visitor, id, error).await?),
    }
}

/// Puts a card aside.
pub async fn dismiss(visitor: &Visitor, id: CardId) -> Result<Card, Error> {
    let kept = find(visitor, id).await?;
    if matches!(kept.card.state, CardState::Committed | CardState::Undone) {
        return Err(over("was committed"));
    }
    let mut db = visitor.db(Access::Write).await?;
    store::card::dismiss(&mut db, id).await?;
    db.commit().await?;
    shown(visitor, id).await
}

/// Says which record was meant. Only what was offered can be chosen.
pub async fn choose(visitor: &Visitor, id: CardId, choice: &str) -> Result<Card, Error> {
    let kept = find(visitor, id).await?;
    let offered = kept.card.choices.iter().any(|known| known.value == choice);
    let (CardState::Waiting, Some(argument), true) = (kept.card.state, &kept.choice_of, offered) else {
        return Err(Error::invalid("choice", "This is not one of the choices of the card. Choose one that it shows."));
    };
    let operation = operation(visitor, &kept.card)?;
    let mut arguments = kept.card.arguments.clone();
    arguments[argument.as_str()] = Value::from(choice);
    match drawn_up(visitor, id, operation, arguments).await {
        Ok(renewed) => {
            renew(visitor, &renewed).await?;
            shown(visitor, id).await
        }
        Err(error) => Err(refused(visitor, id, error).await?),
    }
}

/// Takes back what a committed card did.
pub async fn undo(visitor: &Visitor, id: CardId) -> Result<Card, Error> {
    let card = find(visitor, id).await?.card;
    let (CardState::Committed, Some(action)) = (card.state, card.action) else {
        return Err(Error::new(Code::Conflict, "There is nothing to undo: this card is not committed."));
    };
    let undo = operations::named("undo_action").ok_or_else(|| Error::unavailable("Undo is not there yet."))?;
    let arguments = json!({ "action": action, "idempotency_key": format!("undo-{id}") });
    if let Err(error) = visitor.call(undo, arguments).await {
        return Err(refused(visitor, id, error).await?);
    }
    let mut db = visitor.db(Access::Write).await?;
    store::card::undone(&mut db, id).await?;
    db.commit().await?;
    shown(visitor, id).await
}

async fn find(visitor: &Visitor, id: CardId) -> Result<Kept, Error> {
    store::card::find(&mut visitor.db(Access::Read).await?, id, visitor.place.member).await
}

/// The card as it is now, as far as the visitor may still see it.
async fn shown(visitor: &Visitor, id: CardId) -> Result<Card, Error> {
    let mut db = visitor.db(Access::Read).await?;
    let mut kept = store::card::find(&mut db, id, visitor.place.member).await?;
    with_way_back(&mut db, slice::from_mut(&mut kept)).await?;
    Ok(sight::of_card(visitor, kept))
}

/// Cards with word of whether what each of them did can be taken back.
pub async fn with_way_back(db: &mut Db, cards: &mut [Kept]) -> Result<(), Error> {
    let committed = |card: &Card| card.action.filter(|_| card.state == CardState::Committed).map(|action| action.0);
    let actions: Vec<_> = cards.iter().filter_map(|kept| committed(&kept.card)).collect();
    let open = history::undo::open_among(db, &actions).await?;
    for kept in cards {
        kept.card.undoable = committed(&kept.card).is_some_and(|action| open.contains(&action));
    }
    Ok(())
}

/// The card's operation, which a change of role, or of what the assistant does, can have taken away since.
fn operation(visitor: &Visitor, card: &Card) -> Result<&'static Operation, Error> {
    visitor.named(&card.operation).ok_or_else(|| match operations::named(&card.operation).map(|operation| operation.declaration.needs) {
        Some(needs) if !visitor.place.role.may(needs) => Error::forbidden_by(needs, needs.verb()),
        _ => not_offered(&card.title),
    })
}

/// No role helps where the assistant does not do it for anybody.
fn not_offered(title: &str) -> Error {
    Error::new(Code::Forbidden, format!("The assistant does not do \"{title}\" any more. Do it on its page, and dismiss this card."))
}

fn keyed(card: &Card) -> Value {
    let mut arguments = card.arguments.clone();
    arguments["idempotency_key"] = Value::from(card.id.to_string());
    arguments
}

/// Notes what was done.
async fn done(visitor: &Visitor, id: CardId, operation: &Operation, answer: &Value) -> Result<Card, Error> {
    let action: ActionId = answer["action"].as_str().and_then(|action| action.parse().ok()).ok_or_else(Error::internal)?;
    let mut db = visitor.db(Access::Write).await?;
    store::card::committed(&mut db, id, action, effect::link(operation, answer).as_deref()).await?;
    db.commit().await?;
    shown(visitor, id).await
}

/// Shows what the card would do now, and why it was not done. An operation that is refused for a reason of its own says so.
async fn stale(visitor: &Visitor, kept: Kept, operation: &Operation) -> Result<Error, Error> {
    let id = kept.card.id;
    let mut renewed = match drawn_up(visitor, id, operation, kept.card.arguments).await {
        Ok(renewed) => renewed,
        Err(error) => return refused(visitor, id, error).await,
    };
    let error = Error::new(Code::Stale, "Something has changed since this card was made. It shows now what it would do; look at it again.");
    renewed.card.refusal = Some(error.clone());
    renew(visitor, &renewed).await?;
    Ok(error.details(&renewed.card))
}

async fn renew(visitor: &Visitor, kept: &Kept) -> Result<(), Error> {
    let mut db = visitor.db(Access::Write).await?;
    if !store::card::renew(&mut db, kept).await? {
        return Err(over("was decided in another tab"));
    }
    db.commit().await
}

/// Keeps a refusal on its card, so that every tab shows it.
async fn refused(visitor: &Visitor, id: CardId, error: Error) -> Result<Error, Error> {
    let mut db = visitor.db(Access::Write).await?;
    store::card::refused(&mut db, id, &error).await?;
    db.commit().await?;
    Ok(error)
}

fn over(what: &str) -> Error {
    Error::new(Code::Conflict, format!("This card {what}. Ask again to get a new one."))
}
