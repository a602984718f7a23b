//! A scripted language model: it speaks OpenAI's API, understands a handful of sentences, and misbehaves when asked to. Tests, stories
//! and the demonstration use it.
//!
//! Its base address ends with the name of a [script](SCRIPTS): `http://127.0.0.1:4010/studio`.

mod behaviors;
mod replies;

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    Json, Router,
    extract::{Path, State},
    response::{IntoResponse, Response},
    routing::post,
};
use http::StatusCode;
use serde_json::Value;
use tokio::net::TcpListener;

pub use behaviors::SCRIPTS;

/// The requests that were received: the script and the body of each.
#[derive(Clone, Default)]
pub struct RecordedRequests(Arc<Mutex<Vec<(String, Value)>>>);

impl RecordedRequests {
    /// The requests of a script, in order.
    pub fn of(&self, script: &str) -> Vec<Value> {
        let asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        asked.iter().filter(|(of, _)| of == script).map(|(_, body)| body.clone()).collect()
    }
}

/// Serves on this listener, until the process ends.
pub async fn serve(listener: TcpListener, asked: RecordedRequests) -> std::io::Result<()> {
    axum::serve(listener, Router::new().route("/{script}/chat/completions", post(answer)).with_state(asked)).await
}

async fn answer(State(asked): State<RecordedRequests>, Path(script): Path<String>, Json(body): Json<Value>) -> Response {
    if !SCRIPTS.iter().any(|(known, _)| *known == script) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let reply = replies::reply(&script, &body["messages"]);
    asked.0.lock().unwrap_or_else(PoisonError::into_inner).push((script.clone(), body));
    behaviors::send(&script, reply)
}
