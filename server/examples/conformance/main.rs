//! A server for the official conformance suite of the Model Context Protocol.
//!
//! The suite calls tools, prompts and resources by names of its own, so they are offered here instead of the product's,
//! behind the product's own transport, authentication and adapter. It is configured as `stint serve` is, makes a person
//! with a token, and prints `{"url": …, "token": …}` when it is ready.

mod library;
mod rounds;
mod tools;

use std::{io::Write, sync::Arc, time::Duration};

use anyhow::anyhow;
use app::{
    access::{Scope, WriteMode},
    account::{
        registration::{Confirmation, Registration, register},
        token::{TokenRequest, issue},
    },
};
use leptos::prelude::get_configuration;
use server::{
    command::serve::serve_until_signal,
    config::Config,
    connections::SchemaPolicy,
    mcp::ToolCatalog,
    router::{Site, limits::RequestLimits},
    services::RunningApp,
    shutdown::Shutdown,
};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let config = Config::from_env()?;
    let running = RunningApp::open(&config, SchemaPolicy::Migrate).await?;
    let site = Site {
        services: running.services.clone(),
        leptos: get_configuration(None)?.leptos_options,
        limits: Arc::new(RequestLimits::new(None)),
        shutdown: Shutdown::default(),
        catalog: ToolCatalog::new([tools::all(), rounds::all()?].into_iter().flatten().collect(), Some(Arc::new(library::Fixtures))),
    };
    let token = token(&running).await?;
    let listener = TcpListener::bind(config.addr).await?;
    writeln!(std::io::stdout(), "{}", serde_json::json!({ "url": format!("http://{}/mcp", listener.local_addr()?), "token": token }))?;
    let served = serve_until_signal(listener, site, Duration::ZERO).await;
    running.close().await;
    served.map(|_| ())
}

async fn token(running: &RunningApp) -> anyhow::Result<String> {
    let refused = |error: app::error::Error| anyhow!("{error}");
    let email = format!("{:x}@example.com", rand::random::<u64>());
    let suite = Registration {
        email: email.clone(),
        name: "Suite".to_owned(),
        password: "conformance suite".to_owned(),
        organization: None,
        time_zone: None,
        basics: Default::default(),
        confirmation: Confirmation::Vouched,
    };
    let made = register(&running.services, suite).await.map_err(refused)?;
    let order = TokenRequest { name: "Suite".to_owned(), scopes: Scope::ALL.to_vec(), writes: WriteMode::Direct, expires_in_days: 1 };
    Ok(issue(&running.services, &email, &made.slug, order).await.map_err(refused)?.token)
}
