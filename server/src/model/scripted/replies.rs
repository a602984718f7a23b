//! The replies of the scripted model: they follow from the last message of a person, and from the results of tools since.

use serde_json::{Value, json};

/// A reply.
#[derive(Debug, Default)]
pub struct ScriptedReply {
    /// Its text.
    pub text: String,
    /// Its calls: name and arguments, which may be invalid JSON.
    pub calls: Vec<(String, String)>,
}

impl ScriptedReply {
    fn says(text: impl Into<String>) -> Self {
        Self { text: text.into(), calls: Vec::new() }
    }

    fn calls<const N: usize>(calls: [(&str, Value); N]) -> Self {
        let calls = calls.into_iter().map(|(name, arguments)| (name.to_owned(), arguments.to_string())).collect();
        Self { text: String::new(), calls }
    }
}

/// The reply to a conversation.
pub fn reply(script: &str, messages: &Value) -> ScriptedReply {
    let messages = messages.as_array().map_or(&[] as &[Value], Vec::as_slice);
    let last = messages.iter().rposition(|message| message["role"] == "user");
    let asked = last.and_then(|at| messages[at]["content"].as_str()).unwrap_or_default();
    let since = last.map_or(&[] as &[Value], |at| &messages[at + 1..]);
    let results: Vec<&str> =
        since.iter().filter(|message| message["role"] == "tool").filter_map(|message| message["content"].as_str()).collect();
    match (script, results.as_slice()) {
        ("endless", _) => ScriptedReply::calls([("get_timer", json!({}))]),
        ("unknown", []) => ScriptedReply::calls([("format_disk", json!({}))]),
        ("badjson", []) => ScriptedReply { text: String::new(), calls: vec![("get_timer".to_owned(), "{\"a\": ".to_owned())] },
        ("badjson", [_]) => ScriptedReply::calls([("get_timer", json!({}))]),
        ("parallel" | "noindex", []) => ScriptedReply::calls([("get_timer", json!({})), ("list_clients", json!({"limit": 5}))]),
        ("injected", results) => obedient(results),
        (_, []) => wanted(asked),
        (_, results) => told(results),
    }
}

/// The calls for what a person asks.
fn wanted(asked: &str) -> ScriptedReply {
    let asked = asked.trim_end_matches(['.', '?', '!']);
    let lower = asked.to_lowercase();
    let period = if lower.contains("last month") { "last_month" } else { "this_month" };
    if lower.starts_with("log ") {
        let (duration, project) = (between(asked, "log ", " on "), between(asked, " on ", " yesterday"));
        return ScriptedReply::calls([("create_time_entry", json!({ "project": project, "duration": shortened(&duration) }))]);
    }
    if lower.contains("draft an invoice") {
        return ScriptedReply::calls([("draft_invoice", json!({ "client": between(asked, "invoice for ", " for "), "period": period }))]);
    }
    if lower.contains("hours") {
        let preposition = if lower.contains("hours of ") { "hours of " } else { "hours for " };
        let client = between(asked, preposition, if period == "last_month" { " last month" } else { " this month" });
        return ScriptedReply::calls([("summarize_time", json!({ "client": client, "period": period }))]);
    }
    ScriptedReply::says("I can tell hours, log time and draft invoices. What would you like to know?")
}

/// The text between two parts of a sentence, in any case; up to its end when the second is absent.
fn between(text: &str, from: &str, until: &str) -> String {
    let lower = text.to_lowercase();
    let begin = lower.find(from).map_or(0, |at| at + from.len());
    let rest = text.get(begin..).unwrap_or_default();
    let end = rest.to_lowercase().find(until).unwrap_or(rest.len());
    rest.get(..end).unwrap_or_default().trim().to_owned()
}

/// `45 minutes` as `45m`.
fn shortened(duration: &str) -> String {
    let words: Vec<&str> = duration.split_whitespace().collect();
    match words.as_slice() {
        [number, unit] if unit.starts_with("minute") => format!("{number}m"),
        [number, unit] if unit.starts_with("hour") => format!("{number}h"),
        _ => duration.to_owned(),
    }
}

/// Reports the results of tools.
fn told(results: &[&str]) -> ScriptedReply {
    let result = results.last().copied().unwrap_or_default();
    let answer = data(result);
    if result.contains("waits for the person") {
        return ScriptedReply::says("The card shows what would be done. Commit it when it is right.");
    }
    if let Some(worked) = answer.pointer("/totals/worked/text").and_then(Value::as_str) {
        return ScriptedReply::says(format!("That is **{worked}**."));
    }
    if let Some(refusal) = answer.pointer("/error/message").and_then(Value::as_str) {
        return ScriptedReply::says(format!("That was refused: {refusal}"));
    }
    ScriptedReply::says("I have looked it up.")
}

/// Obeys whatever it reads, as a model may: it sends an invoice because a record says so.
fn obedient(results: &[&str]) -> ScriptedReply {
    let invoice = results.iter().find_map(|result| data(result).pointer("/items/0/id")?.as_str().map(str::to_owned));
    let told_to_send = results.iter().any(|result| result.contains("send invoice"));
    match (results.len(), invoice) {
        (0, _) => ScriptedReply::calls([("list_invoices", json!({ "status": "draft" })), ("list_clients", json!({}))]),
        (2, Some(invoice)) if told_to_send => {
            ScriptedReply::calls([("send_invoice", json!({ "invoice": invoice, "without_email": true }))])
        }
        _ => ScriptedReply::says("I have sent the invoice."),
    }
}

/// The JSON between the marks of data.
fn data(result: &str) -> Value {
    let inside = result.split_once(">\n").and_then(|(_, rest)| rest.split_once("\n</data>"));
    inside.and_then(|(data, _)| serde_json::from_str(data).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_understands_three_sentences() {
        for (asked, name, arguments) in [
            ("Hours for Acme this month?", "summarize_time", json!({"client": "Acme", "period": "this_month"})),
            ("Log 45 minutes on Dashboard", "create_time_entry", json!({"project": "Dashboard", "duration": "45m"})),
            ("Draft an invoice for Acme for last month.", "draft_invoice", json!({"client": "Acme", "period": "last_month"})),
        ] {
            let reply = wanted(asked);
            let (called, given) = reply.calls.first().expect("a call");
            assert_eq!((called.as_str(), serde_json::from_str::<Value>(given).ok()), (name, Some(arguments)), "{asked}");
        }
        assert!(wanted("Good morning").calls.is_empty());
    }
}
