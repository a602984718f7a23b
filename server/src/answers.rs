//! Answers of the assistant on their way to a page, as server-sent events.

use std::time::Duration;

use app::{
    assistant::{door::Visitor, elsewhere, rights},
    context::Caller,
    error::Error,
};
use axum::{
    Extension, Router,
    extract::Path,
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
    routing::get,
};
use futures::StreamExt;
use http::{HeaderName, HeaderValue};

use crate::{refusal::Refusal, router::Site};

/// How often something is sent while there is nothing to tell, so that nobody on the way takes the connection for dead.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);

/// Asks a proxy in front to pass events on as they come.
const BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Where a page hears an answer.
pub fn routes() -> Router<Site> {
    Router::new().route("/o/{slug}/assistant/runs/{run}", get(answer))
}

/// Everything that was told of the answer so far, and all that follows. Only whose conversation it is hears it, while they may
/// still see what it is made of.
async fn answer(Extension(caller): Extension<Caller>, Path((_, run)): Path<(String, String)>) -> Response {
    events(caller, &run).await.unwrap_or_else(|error| Refusal::from(error).into_response())
}

async fn events(caller: Caller, run: &str) -> Result<Response, Error> {
    let visitor = Visitor::of(caller)?;
    let id = run.parse().map_err(|_| Error::not_found("answer on its way"))?;
    let run = elsewhere::hear(&visitor, id).await?;
    rights::check(&visitor).await?;
    let gone = visitor.caller.services.assistant.listeners.gone(visitor.clone());
    let events = run.events().map(|event| Event::default().json_data(event)).take_until(gone);
    let mut response = Sse::new(events).keep_alive(KeepAlive::new().interval(SIGN_OF_LIFE)).into_response();
    response.headers_mut().insert(BUFFERING, HeaderValue::from_static("no"));
    Ok(response)
}
