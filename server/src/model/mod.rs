//! The language model behind an OpenAI-compatible API.
//!
//! The client's own types are too strict for what calls itself compatible: calls without an index, chunks without an id, an
//! error in the middle of a stream. So chunks are read as they are, and taken for what can be made out in them.

mod piece;
mod question;
pub mod scripted;

use std::{future::ready, time::Duration};

use app::assistant::model::{Answer, Model, ModelError, Question};
use async_openai::{
    Client,
    config::OpenAIConfig,
    error::OpenAIError,
    middleware::{ReqwestService, retry::OpenAIRetryLayer},
};
use futures::{StreamExt, stream};
use http::StatusCode;
use serde_json::Value;
use tower::Layer;

use crate::config::ModelApi;

/// How long it may take until the API can be spoken to.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// How often a question is sent again when the API is busy.
const RETRIES: usize = 1;

/// How much of what an API says against a question is repeated.
const WORDS: usize = 200;

/// A model behind an API.
pub struct ModelClient {
    client: Client<OpenAIConfig>,
    name: String,
    host: String,
}

impl ModelClient {
    /// The model of this API. Nothing is sent yet.
    pub fn new(api: &ModelApi) -> Self {
        // The library brings no cryptography of its own. Whoever was first to choose one for the process is right.
        rustls::crypto::ring::default_provider().install_default().ok();
        let key = api.key.as_ref().map(|key| key.expose()).unwrap_or_default();
        let config = OpenAIConfig::new().with_api_base(api.url.as_str().trim_end_matches('/')).with_api_key(key);
        let http = reqwest::Client::builder().connect_timeout(CONNECT_LIMIT).redirect(reqwest::redirect::Policy::none()).build();
        let service = OpenAIRetryLayer::new(RETRIES).layer(ReqwestService::new(http.unwrap_or_default()));
        let host = api.url.host_str().unwrap_or_default();
        let host = api.url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        Self { client: Client::with_config(config).with_http_service(service), name: api.name.clone(), host }
    }
}

impl Model for ModelClient {
    fn name(&self) -> &str {
        &self.name
    }

    fn host(&self) -> &str {
        &self.host
    }

    fn ask(&self, question: Question) -> Answer {
        let (client, body) = (self.client.clone(), question::body(&self.name, &question));
        let answer = async move {
            match client.chat().create_stream_byot::<Value, Value>(body).await {
                // What cannot be read is passed over: the rest of the answer may be whole.
                Ok(chunks) => chunks
                    .filter_map(|chunk| {
                        ready(match chunk {
                            Ok(chunk) => Some(piece::of(&chunk)),
                            Err(OpenAIError::JSONDeserialize(..)) => None,
                            Err(problem) => Some(Err(refused(problem))),
                        })
                    })
                    .boxed(),
                Err(problem) => stream::once(ready(Err(refused(problem)))).boxed(),
            }
        };
        stream::once(answer).flatten().boxed()
    }
}

fn refused(problem: OpenAIError) -> ModelError {
    match problem {
        OpenAIError::ApiError(answer) => match answer.status_code {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => ModelError::Key,
            StatusCode::TOO_MANY_REQUESTS => ModelError::Busy,
            _ => ModelError::Refused(shortened(&answer.api_error.message)),
        },
        OpenAIError::JSONDeserialize(..) => ModelError::Refused("it answered something that cannot be read".to_owned()),
        OpenAIError::Reqwest(_) | OpenAIError::StreamError(_) => ModelError::Connection,
        other => ModelError::Refused(shortened(&other.to_string())),
    }
}

fn shortened(words: &str) -> String {
    words.chars().take(WORDS).collect()
}
