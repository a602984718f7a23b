//! Turns the answer of an operation into a tool result that is short enough for a model.

use std::convert::Infallible;

use app::{
    context::Caller,
    error::Error,
    operation::Operation,
    operations,
    page::{LIMIT_DEFAULT, PageBudget, characters},
};
use domain::{count::pluralize, text::readable};
use rmcp::model::{CallToolResult, ContentBlock};
use serde_json::Value;

use super::{
    concise, dry_run_changes, links,
    record_columns::CallerZones,
    truncation::{self, ANSWER_MAX, NOTICE, Truncation},
};

/// The most characters of a list's items; the rest is for the fields around them.
const ROOM_FOR_ITEMS: usize = ANSWER_MAX - 1_000;

/// The argument with which a list counts all its items.
const WITH_TOTAL: &str = "with_total";

/// Calls the operation. An error becomes a result that the model can read and act on, in the words of every other channel.
pub async fn call(operation: &Operation, caller: Caller, arguments: Value) -> CallToolResult {
    match answered(operation, caller, arguments).await {
        Ok(answer) => CallToolResult::structured(answer),
        Err(error) => refused(&error),
    }
}

/// Refuses a call whose arguments could not be read. It is recorded in the audit log as any other call.
pub fn reject_unread(operation: &Operation, caller: &Caller, error: Error) -> CallToolResult {
    let Err(answered) = operation.unread::<Infallible>(caller, error);
    refused(&answered)
}

/// An error as a result. It has no structured content, which would have to match the output schema.
pub fn refused(error: &Error) -> CallToolResult {
    CallToolResult::error(vec![ContentBlock::text(sentences(error))])
}

/// An error as sentences that end with its code in brackets. It is not JSON: some clients take that for the answer itself, and their model
/// never learns what was wrong.
fn sentences(error: &Error) -> String {
    let Error { code, message, fields, hint, details } = error;
    let first = within_list(fields.keys(), message).map_or_else(|| message.clone(), |place| format!("{place}: {message}"));
    let further = fields.values().filter(|words| !message.contains(words.as_str())).cloned();
    let said = std::iter::once(first).chain(further).chain(hint.clone()).collect::<Vec<_>>().join(" ");
    let details = details.as_ref().filter(|record| !is_said(&said, record));
    let details = details.map(|record| in_words(record).unwrap_or_else(|| format!("Details: {}", concise::told(record.clone()))));
    std::iter::once(said).chain(details).chain([format!("[{}]", code.name())]).collect::<Vec<_>>().join(" ")
}

/// A record of texts alone as sentences: "Later action: 0199….". Any other is told as JSON.
fn in_words(record: &Value) -> Option<String> {
    let fields = record.as_object().filter(|fields| !fields.is_empty())?;
    let named = |(name, value): (&String, &Value)| Some(format!("{}: {}.", readable(name), value.as_str()?));
    Some(fields.iter().map(named).collect::<Option<Vec<_>>>()?.join(" "))
}

/// Whether a text contains each value of a record.
fn is_said(text: &str, record: &Value) -> bool {
    match record {
        Value::Null => true,
        Value::Bool(_) => false,
        Value::Number(number) => {
            let number = number.to_string();
            text.split(|sign: char| !sign.is_ascii_digit()).any(|word| word == number)
        }
        Value::String(words) => text.contains(words.as_str()),
        Value::Array(items) => items.iter().all(|item| is_said(text, item)),
        Value::Object(fields) => fields.values().all(|field| is_said(text, field)),
    }
}

/// The place of an error in a list, such as `lines[2].price`, where the message does not name the item.
fn within_list<'a>(mut places: impl Iterator<Item = &'a String>, message: &str) -> Option<&'a String> {
    places.find(|place| place.split_once(']').is_some_and(|(item, _)| !message.contains(&format!("{item}]"))))
}

async fn answered(operation: &Operation, caller: Caller, arguments: Value) -> Result<Value, Error> {
    let (answer, cut) = shortened(operation, caller.clone(), arguments.clone()).await?;
    let answer = links::answer(&caller, &operation.output, answer).await?;
    let way = truncation::next_step(&caller, operation, &arguments, &answer);
    Ok(truncation::fit(answer, cut, way))
}

/// Calls the operation; a list ends where the character budget ends, and says so. Other cuts are reported for the whole answer.
async fn shortened(operation: &Operation, caller: Caller, arguments: Value) -> Result<(Value, Truncation), Error> {
    let asked = items_asked(operation, &arguments);
    let zones = CallerZones::of(caller.membership.as_ref());
    let own = caller.membership.as_ref().map(|membership| membership.member);
    let question = operation.takes(WITH_TOTAL).then(|| arguments.clone());
    let roomy = Caller { room: Some(PageBudget { characters: ROOM_FOR_ITEMS, length: length_of_item }), ..caller.clone() };
    let whole = operation.call(roomy, arguments).await?;
    let mut answer = concise::answer(&operation.output, own, whole);
    let cut = Truncation::of(answer.as_object_mut().and_then(|fields| dry_run_changes::shorten(fields, &zones)));
    let fewer = answer.get("items").and_then(Value::as_array).map(Vec::len).filter(|given| asked.is_some_and(|asked| *given < asked));
    if let Some(given) = fewer.filter(|_| answer.get("next_cursor").is_some()) {
        let shown = match total(operation, caller, question, &answer).await {
            Some(all) => format!("{given} of {all}"),
            None => items(given as i64),
        };
        answer[NOTICE] =
            Value::from(format!("Shortened to {shown}. Pass next_cursor as cursor for the next ones, or narrow the question."));
    }
    Ok((answer, cut))
}

fn items(count: i64) -> String {
    pluralize(count, "item", "items")
}

/// The field of summarized time with the number of items on all pages.
const GROUPS: &str = "groups";

/// The number of all items as a page reports it, or a lower bound.
fn in_all(page: &Value) -> Option<String> {
    let number = |name: &str| page.get(name).and_then(Value::as_i64);
    number("total").or_else(|| number(GROUPS)).map(items).or_else(|| number("more_than").map(|most| format!("more than {}", items(most))))
}

/// The number of a list's items on all pages: as reported, or asked for again where the list can count them.
async fn total(operation: &Operation, caller: Caller, question: Option<Value>, answer: &Value) -> Option<String> {
    if let Some(told) = in_all(answer) {
        return Some(told);
    }
    let mut question = question?;
    let fields = question.as_object_mut()?;
    fields.remove("cursor");
    fields.insert("limit".to_owned(), Value::from(1));
    fields.insert(WITH_TOTAL.to_owned(), Value::from(true));
    in_all(&operation.call(caller, question).await.ok()?)
}

/// The number of characters of a list's item in an agent's answer.
fn length_of_item(operation: &str, item: Value) -> usize {
    let schema = operations::find(operation).and_then(|operation| operation.output.get("properties")?.get("items")?.get("items"));
    match schema {
        Some(schema) => concise::length(schema, item) + links::most(schema),
        None => characters(&item),
    }
}

/// The requested number of items; none when the operation is no list. Sums of time are requested as a whole.
fn items_asked(operation: &Operation, arguments: &Value) -> Option<usize> {
    operation.input.get("properties")?.get("limit")?;
    let asked = arguments.get("limit").and_then(Value::as_u64).and_then(|asked| usize::try_from(asked).ok());
    let usual = if operation.declaration.name == "summarize_time" { usize::MAX } else { LIMIT_DEFAULT as usize };
    Some(asked.unwrap_or(usual))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use app::error::Code;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_page_says_of_how_many_it_is_one_as_far_as_they_were_counted() {
        assert_eq!(in_all(&json!({ "total": 1 })).as_deref(), Some("1 item"));
        assert_eq!(in_all(&json!({ "groups": 311 })).as_deref(), Some("311 items"));
        assert_eq!(in_all(&json!({ "more_than": 1_000 })).as_deref(), Some("more than 1000 items"));
        assert_eq!(in_all(&json!({ "items": [] })), None);
    }

    #[test]
    fn of_a_refusal_nothing_is_told_twice() {
        let near = Error::new(Code::NotFound, "There is no client \"Acne\". Did you mean Acme?");
        assert_eq!(sentences(&near.clone().details(&json!({ "near": ["Acme"] }))), format!("{} [not_found]", near.message));
        let often = Error::rate_limited("Too many calls.", Duration::from_secs(20));
        assert_eq!(sentences(&often), "Too many calls. Try again in 21 seconds. [rate_limited]");
        let longer = sentences(&Error::rate_limited("Too many calls.", Duration::from_secs(7_000)));
        assert!(longer.contains("in 117 minutes. Details: {\"retry_after\":"), "{longer}");
        let choices = json!([{ "client": "Acme", "id": "7a", "archived": false }]);
        let told = sentences(&Error::new(Code::Invalid, "\"acme\" could be Acme. Give the id.").details(&choices));
        assert!(told.contains("Details: [") && told.contains("\"7a\""), "{told}");
    }

    #[test]
    fn a_refusal_is_told_in_sentences_that_end_with_its_code() {
        let error = Error::invalid("name", "Name is empty.").hint("Give it one.").details(&json!({ "id": 7 }));
        assert_eq!(sentences(&error), "Name is empty. Give it one. Details: {\"id\":7} [invalid]");
        let later = Error::new(Code::Stale, "The client was changed since.").details(&json!({ "later_action": "0199" }));
        assert_eq!(sentences(&later), "The client was changed since. Later action: 0199. [stale]");
        let two = Error { fields: [("rate".to_owned(), "Rate is below zero.".to_owned())].into(), ..error };
        assert!(sentences(&two).starts_with("Name is empty. Rate is below zero. Give it one."), "{}", sentences(&two));
        let line = Error::invalid("price", "A price is not below zero.");
        assert_eq!(sentences(&line.clone().within("lines", 2)), "lines[2].price: A price is not below zero. [invalid]");
        assert_eq!(sentences(&line.at("lines", 2)), "lines[2].price: A price is not below zero. [invalid]");
    }
}
