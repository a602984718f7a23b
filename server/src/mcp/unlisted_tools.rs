//! Hints to tools that an answer mentions and that are not in the list of its reader: clients call only listed tools, so the answer says
//! where they are.

use app::operation::operations_named_in;
use rmcp::model::{CallToolResult, ContentBlock};
use serde_json::{Map, Value};

use super::truncation::NOTICE;

/// The field of the warnings.
const WARNINGS: &str = "warnings";

/// Adds once to an answer what `where_to` returns for the tools that its words mention; nothing for `None`. The words of an answer that is
/// no error are its warnings and its notice: people wrote the rest.
pub fn add_hint(mut result: CallToolResult, where_to: impl FnOnce(&[&'static str]) -> Option<String>) -> CallToolResult {
    let words = match &result.structured_content {
        Some(Value::Object(answer)) => said(answer),
        _ if result.is_error == Some(true) => refusal(&result).unwrap_or_default().to_owned(),
        _ => return result,
    };
    let Some(told) = where_to(&operations_named_in(&words)) else { return result };
    match result.structured_content.take() {
        Some(Value::Object(answer)) => {
            let answer = Value::Object(noted(answer, &told));
            result.content = vec![ContentBlock::text(answer.to_string())];
            result.structured_content = Some(answer);
        }
        _ => result.content = vec![ContentBlock::text(before_code(&words, &told))],
    }
    result
}

/// The sentences of an error.
fn refusal(result: &CallToolResult) -> Option<&str> {
    Some(result.content.first()?.as_text()?.text.as_str())
}

/// The warnings and the notice of an answer.
fn said(answer: &Map<String, Value>) -> String {
    let warnings = answer.get(WARNINGS).and_then(Value::as_array).into_iter().flatten();
    warnings.chain(answer.get(NOTICE)).filter_map(Value::as_str).collect::<Vec<_>>().join(" ")
}

/// The answer with these words after its last warning, or after its notice where there are no warnings.
fn noted(mut answer: Map<String, Value>, told: &str) -> Map<String, Value> {
    let last = answer.get_mut(WARNINGS).and_then(Value::as_array_mut).and_then(|warnings| warnings.last_mut());
    if let Some(Value::String(warning)) = last {
        warning.push_str(&format!(" {told}"));
    } else if let Some(Value::String(notice)) = answer.get_mut(NOTICE) {
        notice.push_str(&format!(" {told}"));
    }
    answer
}

/// The sentences of an error with further words before its code, with which they end.
fn before_code(sentences: &str, told: &str) -> String {
    match sentences.rsplit_once(" [") {
        Some((words, code)) => format!("{words} {told} [{code}"),
        None => format!("{sentences} {told}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn where_to(named: &[&'static str]) -> Option<String> {
        named.contains(&"update_timer").then(|| "(update_timer is there.)".to_owned())
    }

    fn refused(words: &str) -> String {
        let result = add_hint(CallToolResult::error(vec![ContentBlock::text(words)]), where_to);
        assert_eq!(result.is_error, Some(true));
        refusal(&result).unwrap_or_default().to_owned()
    }

    #[test]
    fn a_refusal_says_before_its_code_where_a_tool_is_that_it_names() {
        let told = refused("It runs. update_timer changes it. [conflict]");
        assert_eq!(told, "It runs. update_timer changes it. (update_timer is there.) [conflict]");
        for other in ["There is no client \"update_timer\". [not_found]", "It runs. stop_timer stops it. [conflict]"] {
            assert_eq!(refused(other), other);
        }
    }

    #[test]
    fn an_answer_says_so_behind_its_warnings_and_of_nothing_that_people_wrote() {
        let told = |answer: Value| add_hint(CallToolResult::structured(answer), where_to).structured_content.unwrap_or_default();
        let warned = told(json!({ "warnings": ["Once. update_timer changes it.", "Twice."] }));
        assert_eq!(warned, json!({ "warnings": ["Once. update_timer changes it.", "Twice. (update_timer is there.)"] }));
        let noted = told(json!({ "warnings": [], "notice": "update_timer changes it." }));
        assert_eq!(noted["notice"], "update_timer changes it. (update_timer is there.)");
        let written = json!({ "description": "update_timer", "warnings": ["Twice."] });
        assert_eq!(told(written.clone()), written);
    }

    #[test]
    fn whoever_reads_only_the_text_of_an_answer_reads_the_same() {
        let result = add_hint(CallToolResult::structured(json!({ "warnings": ["update_timer changes it."] })), where_to);
        let text = refusal(&result).and_then(|text| serde_json::from_str::<Value>(text).ok());
        assert_eq!(text, result.structured_content);
    }
}
