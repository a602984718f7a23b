//! The client of a language model behind an OpenAI-compatible API.
//!
//! The library's own types are too strict for servers that call themselves compatible: calls without an index, chunks without an id,
//! an error in the middle of a stream. So chunks are read as JSON and parsed leniently.

mod chunk;
mod errors;
mod request;
pub mod scripted;
#[cfg(test)]
mod tests;

use std::{future::ready, time::Duration};

use app::assistant::model::{Model, ModelRequest, ModelStream};
use async_openai::{
    Client,
    config::OpenAIConfig,
    error::OpenAIError,
    middleware::{HttpRequestFactory, ReqwestService, retry::OpenAIRetryLayer},
};
use futures::{StreamExt, stream};
use serde_json::Value;
use tower::{Layer, ServiceExt, service_fn};

use crate::config::ModelApi;
use errors::KeyRedactor;

/// How long connecting to the API may take.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// How many times a request is sent again when the API is busy.
const RETRIES: usize = 1;

/// The client of a model API.
pub struct ModelClient {
    client: Client<OpenAIConfig>,
    name: String,
    host: String,
    redactor: KeyRedactor,
}

impl ModelClient {
    /// Makes the client of this API. Nothing is sent yet.
    ///
    /// # Errors
    /// When no HTTP client can be built: a default one would follow redirects with the key.
    pub fn new(api: &ModelApi) -> Result<Self, reqwest::Error> {
        // The library brings no cryptography of its own. A provider that was installed earlier in the process stays.
        rustls::crypto::ring::default_provider().install_default().ok();
        let key = api.key.as_ref().map(|key| key.expose()).unwrap_or_default();
        let redactor = KeyRedactor::new(key);
        let config = OpenAIConfig::new().with_api_base(api.url.as_str().trim_end_matches('/')).with_api_key(key);
        let http = reqwest::Client::builder().connect_timeout(CONNECT_LIMIT).redirect(reqwest::redirect::Policy::none()).build()?;
        let (plain, reader) = (ReqwestService::new(http), redactor.clone());
        let normalized = service_fn(move |request: HttpRequestFactory| {
            let (plain, reader) = (plain.clone(), reader.clone());
            async move { Ok::<_, OpenAIError>(reader.normalized(plain.oneshot(request).await?).await) }
        });
        let service = OpenAIRetryLayer::new(RETRIES).layer(normalized);
        let host = api.url.host_str().unwrap_or_default();
        let host = api.url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        Ok(Self { client: Client::with_config(config).with_http_service(service), name: api.name.clone(), host, redactor })
    }
}

impl Model for ModelClient {
    fn name(&self) -> &str {
        &self.name
    }

    fn host(&self) -> &str {
        &self.host
    }

    fn ask(&self, question: ModelRequest) -> ModelStream {
        let (client, redactor, body) = (self.client.clone(), self.redactor.clone(), request::body(&self.name, &question));
        let answer = async move {
            match client.chat().create_stream_byot::<Value, Value>(body).await {
                // Unreadable chunks are skipped: the rest of the answer may be complete.
                Ok(chunks) => chunks
                    .filter_map(|chunk| {
                        ready(match chunk {
                            Ok(chunk) => Some(chunk::of(&chunk)),
                            Err(OpenAIError::JSONDeserialize(..)) => None,
                            Err(problem) => Some(Err(errors::of(problem))),
                        })
                    })
                    .boxed(),
                Err(problem) => stream::once(ready(Err(errors::of(problem)))).boxed(),
            }
        };
        stream::once(answer).flatten().map(move |piece| piece.map_err(|problem| redactor.redact(problem))).boxed()
    }
}
