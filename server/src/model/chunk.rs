//! Parses a chunk of the API leniently.

use app::assistant::{
    model::{ModelDelta, ModelError, ToolCallDelta},
    usage::TokenUsage,
};
use serde_json::Value;

/// The delta of a chunk.
pub fn of(chunk: &Value) -> Result<ModelDelta, ModelError> {
    if let Some(error) = chunk.get("error").filter(|error| !error.is_null()) {
        let words = error.get("message").and_then(Value::as_str).or_else(|| error.as_str());
        return Err(ModelError::Refused(words.unwrap_or("it broke off without saying why").to_owned()));
    }
    let choice = &chunk["choices"][0];
    let delta = choice.get("delta").or_else(|| choice.get("message")).unwrap_or(&Value::Null);
    let calls = delta.get("tool_calls").and_then(Value::as_array).into_iter().flatten().map(call);
    Ok(ModelDelta { text: text(&delta["content"]), calls: calls.collect(), used: used(&chunk["usage"]) })
}

/// Text, or a list of parts with text in them.
fn text(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect(),
        _ => String::new(),
    }
}

/// Arguments are text; some servers send the object itself.
fn call(call: &Value) -> ToolCallDelta {
    let function = &call["function"];
    let word = |value: &Value| value.as_str().filter(|word| !word.is_empty()).map(str::to_owned);
    let arguments = match &function["arguments"] {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    ToolCallDelta { index: call["index"].as_u64(), id: word(&call["id"]), operation: word(&function["name"]), arguments }
}

fn used(usage: &Value) -> Option<TokenUsage> {
    Some(TokenUsage { input: usage["prompt_tokens"].as_i64()?, output: usage["completion_tokens"].as_i64()? })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_call_is_made_out_without_index_and_with_its_arguments_as_an_object() {
        let chunk =
            json!({"choices": [{"delta": {"tool_calls": [{"id": "a", "function": {"name": "get_timer", "arguments": {"x": 1}}}]}}]});
        let piece = of(&chunk).expect("a piece");
        assert_eq!((piece.calls[0].index, piece.calls[0].arguments.as_str()), (None, r#"{"x":1}"#));
    }

    #[test]
    fn an_error_in_the_middle_keeps_its_words() {
        assert_eq!(of(&json!({"error": {"message": "overloaded"}})).map(|_| ()), Err(ModelError::Refused("overloaded".to_owned())));
        assert_eq!(of(&json!({"error": "overloaded"})).map(|_| ()), Err(ModelError::Refused("overloaded".to_owned())));
    }

    #[test]
    fn a_chunk_that_says_nothing_is_no_error() {
        assert!(of(&json!({"choices": [], "usage": null})).is_ok_and(|piece| piece.text.is_empty() && piece.used.is_none()));
    }
}
