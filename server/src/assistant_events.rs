//! Streams the assistant's answers to pages as server-sent events.

use std::time::Duration;

use app::{
    assistant::{AssistantServices, access_watch, run_lease, user::AssistantUser},
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

use crate::{error_response::ErrorResponse, router::Site};

/// The interval of keep-alive events, so that no proxy on the way takes the connection for dead.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(15);

/// Asks a proxy in front not to buffer events.
const BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// The route of the event stream.
pub fn routes() -> Router<Site> {
    Router::new().route("/o/{slug}/assistant/runs/{run}", get(answer))
}

/// All events of the answer so far, and all that follow. Only the owner of the conversation receives them, while they may still read what
/// the answer is made of.
async fn answer(Extension(caller): Extension<Caller>, Path((_, run)): Path<(String, String)>) -> Response {
    events(caller, &run).await.unwrap_or_else(|error| ErrorResponse::from(error).into_response())
}

async fn events(caller: Caller, run: &str) -> Result<Response, Error> {
    let user = AssistantUser::of(caller)?;
    let id = run.parse().map_err(|_| Error::not_found("answer on its way"))?;
    let run = run_lease::hear(&user, id).await?;
    access_watch::check_access(&user).await?;
    let gone = user.caller.services.assistant().listeners.access_lost(user.clone());
    let events = run.events().map(|event| Event::default().json_data(event)).take_until(gone);
    let mut response = Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE_INTERVAL)).into_response();
    response.headers_mut().insert(BUFFERING, HeaderValue::from_static("no"));
    Ok(response)
}
