//! Errors of the model API: classified by status first, then by message, and never with the key in them.
//!
//! The client's library looks for OpenAI's error object before it looks at the status, and servers that call themselves compatible
//! answer with a page, a line or an object of their own. So every error is normalized to that form before the library reads it.

use std::sync::Arc;

use app::assistant::model::ModelError;
use async_openai::error::OpenAIError;
use http::{StatusCode, header};
use reqwest::Response;
use serde_json::{Value, json};

/// The most characters of an API's message that are repeated.
const WORDS: usize = 200;

/// The replacement where an API has repeated the key.
const LEFT_OUT: &str = "…";

/// Repeats the messages of an API without the key of its request.
#[derive(Clone)]
pub struct KeyRedactor {
    key: Arc<str>,
}

impl KeyRedactor {
    /// Redacts this key.
    pub fn new(key: &str) -> Self {
        Self { key: key.into() }
    }

    /// An error response in the form that the library reads. Any other response stays as it is.
    pub async fn normalized(&self, response: Response) -> Response {
        let status = response.status();
        if status.is_success() {
            return response;
        }
        let pause = response.headers().get(header::RETRY_AFTER).cloned();
        // Without a body the status alone describes the error.
        let body = response.bytes().await.unwrap_or_default();
        let mut answer = http::Response::new(self.told(status, &body));
        *answer.status_mut() = status;
        if let Some(pause) = pause {
            answer.headers_mut().insert(header::RETRY_AFTER, pause);
        }
        Response::from(answer)
    }

    /// The error for people: without the key, and of bounded length.
    pub fn redact(&self, problem: ModelError) -> ModelError {
        match problem {
            ModelError::Refused(words) => ModelError::Refused(self.without_key(&words).chars().take(WORDS).collect()),
            other => other,
        }
    }

    /// The message of an error response. The library repeats the body of a server error as it is and parses any other.
    fn told(&self, status: StatusCode, body: &[u8]) -> String {
        let said: Value = serde_json::from_slice(body).unwrap_or_default();
        let words = worded(&said).or_else(|| plain(body)).unwrap_or_else(|| format!("it answered with status {}", status.as_u16()));
        let words = self.without_key(&words);
        match status.is_server_error() {
            true => words,
            false => json!({ "error": { "message": words, "type": said["error"]["type"].as_str() } }).to_string(),
        }
    }

    fn without_key(&self, words: &str) -> String {
        if self.key.is_empty() { words.to_owned() } else { words.replace(&*self.key, LEFT_OUT) }
    }
}

/// The message in an object, where compatible servers put it.
fn worded(said: &Value) -> Option<String> {
    let places = [said.pointer("/error/message"), said.get("error"), said.get("message"), said.get("detail")];
    places.into_iter().flatten().find_map(Value::as_str).map(str::to_owned)
}

/// A single line that is neither a page nor an object.
fn plain(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body).trim().to_owned();
    (!text.is_empty() && !text.starts_with(['<', '{', '['])).then_some(text)
}

/// The error as the assistant knows it.
pub fn of(problem: OpenAIError) -> ModelError {
    match problem {
        OpenAIError::ApiError(answer) => match answer.status_code {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => ModelError::Key,
            StatusCode::TOO_MANY_REQUESTS => ModelError::Busy,
            _ => ModelError::Refused(answer.api_error.message),
        },
        OpenAIError::JSONDeserialize(..) => ModelError::Refused("it answered something that cannot be read".to_owned()),
        OpenAIError::Reqwest(_) | OpenAIError::StreamError(_) => ModelError::Connection,
        other => ModelError::Refused(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "sk-very-secret";

    #[test]
    fn the_key_is_not_repeated_whole_or_in_part() {
        let redactor = KeyRedactor::new(KEY);
        let said = redactor.redact(ModelError::Refused(format!("{}{KEY} is not known", "x".repeat(WORDS - 5))));
        let ModelError::Refused(words) = said else { panic!("{said:?}") };
        assert!(!words.contains("sk-") && words.chars().count() <= WORDS, "{words}");
        let body = json!({"error": {"message": format!("{KEY} is out of credit"), "type": "insufficient_quota"}}).to_string();
        let told: Value = serde_json::from_str(&redactor.told(StatusCode::PAYMENT_REQUIRED, body.as_bytes())).expect("an object");
        assert_eq!(told, json!({"error": {"message": "… is out of credit", "type": "insufficient_quota"}}));
        assert_eq!(KeyRedactor::new("").without_key("nothing to hide"), "nothing to hide");
    }

    #[test]
    fn words_are_found_wherever_a_server_puts_them() {
        for (body, words) in [
            (r#"{"error": {"message": "no such model"}}"#, "no such model"),
            (r#"{"error": "no such model"}"#, "no such model"),
            (r#"{"detail": "no such model"}"#, "no such model"),
            ("no such model\n", "no such model"),
            ("<html><body>Not found</body></html>", "it answered with status 404"),
            ("", "it answered with status 404"),
        ] {
            let told: Value = serde_json::from_str(&KeyRedactor::new(KEY).told(StatusCode::NOT_FOUND, body.as_bytes())).expect("an object");
            assert_eq!(told["error"]["message"], words, "{body}");
        }
        assert_eq!(KeyRedactor::new(KEY).told(StatusCode::BAD_GATEWAY, b"upstream is away"), "upstream is away");
    }
}
