//! The answer of an operation as the result of a tool, short enough for a model to read.

use app::{
    context::Caller,
    count::counted,
    error::Error,
    operation::Operation,
    operations,
    page::{LIMIT_DEFAULT, Room, characters},
};
use rmcp::model::{CallToolResult, ContentBlock};
use serde_json::Value;

use super::{
    changes,
    columns::Clocks,
    concise,
    cut::{self, Cut, LONGEST, NOTICE},
    links,
};

/// How much of that the items of a list may take; the rest is for what stands around them.
const ROOM_FOR_ITEMS: usize = LONGEST - 1_000;

/// The argument with which a list counts all its items.
const WITH_TOTAL: &str = "with_total";

/// Calls the operation. A refusal is a result that the model can read and act on, in the words of every other door.
pub async fn of(operation: &Operation, caller: Caller, arguments: Value) -> CallToolResult {
    match answered(operation, caller, arguments).await {
        Ok(answer) => CallToolResult::structured(answer),
        Err(error) => refused(&error),
    }
}

/// A refusal. It carries no structured content: that would have to be of the form of an answer.
pub fn refused(error: &Error) -> CallToolResult {
    CallToolResult::error(vec![ContentBlock::text(sentences(error))])
}

/// A refusal as sentences that end with its code in brackets. JSON is none: there is a client that takes it for the answer itself, and
/// its model never learns what was wrong.
fn sentences(error: &Error) -> String {
    let Error { code, message, fields, hint, details } = error;
    let first = within_list(fields.keys(), message).map_or_else(|| message.clone(), |place| format!("{place}: {message}"));
    let further = fields.values().filter(|words| !message.contains(words.as_str())).cloned();
    let details = details.clone().map(|details| format!("Details: {}", concise::told(details)));
    let all = std::iter::once(first).chain(further).chain(hint.clone()).chain(details).chain([format!("[{}]", code.name())]);
    all.collect::<Vec<_>>().join(" ")
}

/// The place of what is wrong in a list, such as `lines[2].price`, where the words do not tell of which item they are.
fn within_list<'a>(mut places: impl Iterator<Item = &'a String>, message: &str) -> Option<&'a String> {
    places.find(|place| place.split_once(']').is_some_and(|(item, _)| !message.contains(&format!("{item}]"))))
}

async fn answered(operation: &Operation, caller: Caller, arguments: Value) -> Result<Value, Error> {
    let (answer, cut) = shortened(operation, caller.clone(), arguments).await?;
    let answer = links::answer(&caller, &operation.output, answer).await?;
    let way = cut::way_on(&caller, operation, &answer);
    Ok(cut::fit(answer, cut, way))
}

/// A list ends where the room ends, and says so. What else is left out is told of the whole answer.
async fn shortened(operation: &Operation, caller: Caller, arguments: Value) -> Result<(Value, Cut), Error> {
    let asked = items_asked(operation, &arguments);
    let clocks = Clocks::of(caller.membership.as_ref());
    let own = caller.membership.as_ref().map(|membership| membership.member);
    let question = operation.takes(WITH_TOTAL).then(|| arguments.clone());
    let roomy = Caller { room: Some(Room { characters: ROOM_FOR_ITEMS, length: length_of_item }), ..caller.clone() };
    let whole = operation.call(roomy, arguments).await?;
    let mut answer = concise::answer(&operation.output, own, whole);
    let cut = Cut::of(answer.as_object_mut().and_then(|fields| changes::shorten(fields, &clocks)));
    let fewer = answer.get("items").and_then(Value::as_array).map(Vec::len).filter(|given| asked.is_some_and(|asked| *given < asked));
    if let Some(given) = fewer.filter(|_| answer.get("next_cursor").is_some()) {
        let shown = match total(operation, caller, question, &answer).await {
            Some(all) => format!("{given} of {}", counted(all, "item", "items")),
            None => counted(given as i64, "item", "items"),
        };
        answer[NOTICE] =
            Value::from(format!("Shortened to {shown}. Pass next_cursor as cursor for the next ones, or narrow the question."));
    }
    Ok((answer, cut))
}

/// How many items a list has on all its pages: as it was told, or asked for again where the list can count them.
async fn total(operation: &Operation, caller: Caller, question: Option<Value>, answer: &Value) -> Option<i64> {
    if let Some(told) = answer.get("total").and_then(Value::as_i64) {
        return Some(told);
    }
    let mut question = question?;
    let fields = question.as_object_mut()?;
    fields.remove("cursor");
    fields.insert("limit".to_owned(), Value::from(1));
    fields.insert(WITH_TOTAL.to_owned(), Value::from(true));
    operation.call(caller, question).await.ok()?.get("total")?.as_i64()
}

/// How long an item of a list is as an agent is told it.
fn length_of_item(operation: &str, item: Value) -> usize {
    let schema = operations::named(operation).and_then(|operation| operation.output.get("properties")?.get("items")?.get("items"));
    match schema {
        Some(schema) => concise::length(schema, item) + links::most(schema),
        None => characters(&item),
    }
}

/// How many items a list was asked for; nothing when it is no list. Sums of time are asked for as a whole.
fn items_asked(operation: &Operation, arguments: &Value) -> Option<usize> {
    operation.input.get("properties")?.get("limit")?;
    let asked = arguments.get("limit").and_then(Value::as_u64).and_then(|asked| usize::try_from(asked).ok());
    let usual = if operation.declaration.name == "summarize_time" { usize::MAX } else { LIMIT_DEFAULT as usize };
    Some(asked.unwrap_or(usual))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_refusal_is_told_in_sentences_that_end_with_its_code() {
        let error = Error::invalid("name", "Name is empty.").hint("Give it one.").details(&json!({ "id": 7 }));
        assert_eq!(sentences(&error), "Name is empty. Give it one. Details: {\"id\":7} [invalid]");
        let two = Error { fields: [("rate".to_owned(), "Rate is below zero.".to_owned())].into(), ..error };
        assert!(sentences(&two).starts_with("Name is empty. Rate is below zero. Give it one."), "{}", sentences(&two));
        let line = Error::invalid("price", "A price is not below zero.");
        assert_eq!(sentences(&line.clone().within("lines", 2)), "lines[2].price: A price is not below zero. [invalid]");
        assert_eq!(sentences(&line.at("lines", 2)), "lines[2].price: A price is not below zero. [invalid]");
    }
}
