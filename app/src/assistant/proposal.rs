//! Proposes a write as a card: its exact effect, taken from a dry run of the same operation.

use domain::id::{CardId, ConversationId};
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{
    Card, CardChoice, CardState, effect, fingerprint,
    store::{self, card::StoredCard},
    user::AssistantUser,
};
use crate::{
    database::AccessMode,
    error::{Code, Error},
    operation::{Operation, refusal_for_person},
};

/// The maximum number of changes in a dry run. A write that reaches it is not proposed, since its whole effect is unknown.
const TOLD: usize = 500;

/// The result of a dry run.
struct DryRun {
    /// The operation's answer, with its changes.
    answer: Value,
    /// The fingerprint of its effect, without values that differ in every run.
    fingerprint: Vec<u8>,
}

/// Makes a card and stores it. A refusal is returned as an error, and an ambiguous reference becomes a choice.
pub async fn propose(user: &AssistantUser, conversation: ConversationId, operation: &Operation, arguments: Value) -> Result<Card, Error> {
    let kept = preview_card(user, CardId::new(), operation, arguments).await?;
    let mut db = user.db(AccessMode::Write).await?;
    store::card::insert(&mut db, conversation, &kept, user.caller.services.clock.now()).await?;
    db.commit().await?;
    Ok(kept.card)
}

/// A card with the present effect of this call; it is not stored.
pub async fn preview_card(user: &AssistantUser, id: CardId, operation: &Operation, arguments: Value) -> Result<StoredCard, Error> {
    let (arguments, role) = (operation_arguments(arguments)?, user.membership.role);
    let card = Card {
        id,
        operation: operation.declaration.name.to_owned(),
        title: operation.declaration.title.to_owned(),
        arguments: Value::Object(arguments),
        effect: Vec::new(),
        warnings: Vec::new(),
        choices: Vec::new(),
        state: CardState::Waiting,
        action: None,
        undoable: false,
        refusal: None,
        link: None,
    };
    match perform_dry_run(user, operation, &card.arguments).await {
        Ok(dry_run) => {
            let effect = effect::lines(user, operation, &card.arguments, &dry_run.answer).await;
            let warnings = warnings(&dry_run.answer);
            Ok(StoredCard { card: Card { effect, warnings, ..card }, choice_of: None, fingerprint: Some(dry_run.fingerprint), role })
        }
        Err(error) => {
            let (argument, choices) = choice(&error).ok_or_else(|| error.clone())?;
            let warnings = vec![refusal_for_person(error).message];
            Ok(StoredCard { card: Card { choices, warnings, ..card }, choice_of: Some(argument), fingerprint: None, role })
        }
    }
}

/// Runs the operation as a dry run.
async fn perform_dry_run(user: &AssistantUser, operation: &Operation, arguments: &Value) -> Result<DryRun, Error> {
    let clock = &user.caller.services.clock;
    let mut arguments = arguments.as_object().cloned().unwrap_or_default();
    arguments.insert("dry_run".to_owned(), Value::from(true));
    let began: Timestamp = clock.now();
    let answer = user.call(operation, Value::Object(arguments)).await?;
    refuse_too_much(&answer)?;
    let fingerprint = fingerprint::of(operation.declaration.name, &answer, began, clock.now());
    Ok(DryRun { answer, fingerprint })
}

/// Refuses a write whose effect a card cannot show completely.
fn refuse_too_much(answer: &Value) -> Result<(), Error> {
    match answer.get("changes").and_then(Value::as_array).map_or(0, Vec::len) {
        ..TOLD => Ok(()),
        _ => Err(Error::new(Code::Conflict, format!("This would change {TOLD} records or more, which is too much for a card to show."))
            .hint("Do it on its page, or ask for less at once.")),
    }
}

/// The arguments of the operation alone. Dry run and idempotency key are not for the proposer to set.
fn operation_arguments(arguments: Value) -> Result<Map<String, Value>, Error> {
    let mut arguments = match arguments {
        Value::Null => Map::new(),
        Value::Object(arguments) => arguments,
        _ => return Err(Error::new(Code::Invalid, "The arguments are not a JSON object.")),
    };
    arguments.retain(|name, value| !value.is_null() && name != "dry_run" && name != "idempotency_key");
    Ok(arguments)
}

fn warnings(answer: &Value) -> Vec<String> {
    let warnings = answer.get("warnings").and_then(Value::as_array).into_iter().flatten();
    warnings.filter_map(|warning| warning.as_str().map(str::to_owned)).collect()
}

/// The ambiguous argument of a refusal, and the records that it may mean.
fn choice(error: &Error) -> Option<(String, Vec<CardChoice>)> {
    let (argument, _) = error.fields.first_key_value().filter(|_| error.code == Code::Invalid)?;
    let candidates = error.details.as_ref()?.as_array()?;
    let choices: Option<Vec<CardChoice>> = candidates.iter().map(|candidate| chosen(argument, candidate)).collect();
    Some((argument.clone(), choices.filter(|choices| !choices.is_empty())?))
}

fn chosen(argument: &str, candidate: &Value) -> Option<CardChoice> {
    let value = candidate.get("id")?.as_str()?.to_owned();
    let name = candidate.get(argument).or_else(|| candidate.get("name"))?.as_str()?;
    let archived = candidate.get("archived").and_then(Value::as_bool).unwrap_or_default();
    Some(CardChoice { label: if archived { format!("{name} (archived)") } else { name.to_owned() }, value })
}
