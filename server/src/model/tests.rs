//! The client against a scripted model: each error is classified as the server meant it.

use app::assistant::model::{ChatMessage, Model, ModelError, ModelRequest};
use axum::{Router, response::Redirect};
use futures::StreamExt;
use tokio::net::TcpListener;
use url::Url;

use super::{
    ModelClient,
    scripted::{RecordedRequests, serve},
};
use crate::config::ModelApi;

/// The outcome of an answer of this script.
async fn ended(script: &str) -> Result<(), ModelError> {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}/{script}", listener.local_addr().expect("an address")).parse().expect("a URL");
    tokio::spawn(serve(listener, RecordedRequests::default()));
    asked(url).await
}

/// The outcome of an answer of the model at this address.
async fn asked(url: Url) -> Result<(), ModelError> {
    let model = ModelClient::new(&ModelApi { url, name: "scripted".to_owned(), key: None }).expect("a client");
    let question = ModelRequest { chat_messages: vec![ChatMessage::User("Good morning".to_owned())], tools: Vec::new() };
    let pieces: Vec<_> = model.ask(question).collect().await;
    pieces.into_iter().try_for_each(|piece| piece.map(|_| ()))
}

#[tokio::test]
async fn a_model_that_points_elsewhere_is_not_followed() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let elsewhere = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address")).parse().expect("a URL");
    let target = format!("http://{}/studio/chat/completions", elsewhere.local_addr().expect("an address"));
    let asked_elsewhere = RecordedRequests::default();
    tokio::spawn(serve(elsewhere, asked_elsewhere.clone()));
    let doors = Router::new().fallback(move || async move { Redirect::temporary(&target) });
    tokio::spawn(async move { axum::serve(listener, doors).await });
    assert_eq!(asked(url).await, Err(ModelError::Refused("it answered with status 307".to_owned())));
    assert!(asked_elsewhere.of("studio").is_empty(), "what people wrote went elsewhere");
}

#[tokio::test]
async fn a_refusal_is_read_by_its_status_in_whatever_words_it_comes() {
    for (script, problem) in [
        ("r401", ModelError::Key),
        ("plain401", ModelError::Key),
        ("r429", ModelError::Busy),
        ("plain429", ModelError::Busy),
        ("page502", ModelError::Refused("it answered with status 502".to_owned())),
        ("r500", ModelError::Refused("The server had an error".to_owned())),
        ("miderror", ModelError::Refused("The model is overloaded".to_owned())),
    ] {
        assert_eq!(ended(script).await, Err(problem), "{script}");
    }
    assert_eq!(ended("studio").await, Ok(()));
}
