//! A minimal program for comparison: one bearer check, one transaction under row security, one statement, JSON.
//!
//! Its difference to Stint (permissions, validation, the form of answers, the registry) is what is measured.

use std::{net::SocketAddr, sync::Arc, thread::available_parallelism};

use anyhow::{Context as _, Result};
use axum::{
    Json, Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::post,
};
use http::{HeaderMap, StatusCode, header};
use sqlx::{AssertSqlSafe, Executor as _, PgPool, postgres::PgPoolOptions};
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::list::{self, Entry};

/// Where the program listens, and what it answers from.
#[derive(clap::Args)]
pub struct Bare {
    /// The address to listen on.
    #[arg(long)]
    pub address: SocketAddr,
    /// The database.
    #[arg(long)]
    pub database: String,
    /// The organization whose time it lists.
    #[arg(long)]
    pub organization: Uuid,
    /// The token that it takes.
    #[arg(long)]
    pub token: String,
}

struct Shared {
    pool: PgPool,
    organization: Uuid,
    authorization: String,
}

impl Bare {
    /// Serves until the process is ended.
    pub async fn serve(self) -> Result<()> {
        let shared =
            Shared { pool: pool(&self.database).await?, organization: self.organization, authorization: format!("Bearer {}", self.token) };
        let router = Router::new().route("/list", post(answer)).with_state(Arc::new(shared));
        let listener = TcpListener::bind(self.address).await.with_context(|| format!("{} cannot be used", self.address))?;
        axum::serve(listener, router).await.context("the bare program broke down")
    }
}

/// As many connections as the product has, configured in the same way.
async fn pool(database: &str) -> Result<PgPool> {
    let connections = available_parallelism().map_or(1, usize::from) * 2 + 2;
    let options = PgPoolOptions::new().max_connections(u32::try_from(connections)?).test_before_acquire(false);
    let options = options.after_connect(|connection, _| {
        Box::pin(async move {
            connection.execute("set role stint_app").await?;
            Ok(())
        })
    });
    options.connect(database).await.context("the database cannot be reached")
}

async fn answer(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    if headers.get(header::AUTHORIZATION).is_none_or(|given| *given != *shared.authorization) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    match entries(&shared).await {
        Ok(entries) => Json(entries).into_response(),
        Err(problem) => (StatusCode::INTERNAL_SERVER_ERROR, problem.to_string()).into_response(),
    }
}

async fn entries(shared: &Shared) -> sqlx::Result<Vec<Entry>> {
    // Safe: the only variable part is a UUID, formatted by its type.
    let begin = AssertSqlSafe(format!("begin; set local app.organization_id = '{}'", shared.organization));
    let mut transaction = shared.pool.begin_with(begin).await?;
    let entries = list::entries(&mut transaction, shared.organization).await?;
    transaction.commit().await?;
    Ok(entries)
}
