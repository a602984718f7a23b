//! Health checks: liveness and readiness.

use std::{sync::Arc, time::Duration};

use app::{
    database::{self, Database},
    error::Error,
};
use axum::{
    Extension, Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::get,
};
use tokio::{sync::Mutex, time::Instant};

use super::Site;
use crate::error_response::ErrorResponse;

/// How long a result of the database check is cached, so that many requests cause one check.
const READY_TTL: Duration = Duration::from_secs(1);

/// How long the check of the database's tenant isolation is cached, which takes some milliseconds.
const INTEGRITY_TTL: Duration = Duration::from_secs(5);

/// `/healthz` says that the process answers; `/readyz` says that its database answers and takes writes, with a schema that this binary
/// works on and complete tenant isolation, and that the process is not shutting down.
pub fn routes() -> Router<Site> {
    Router::new().route("/healthz", get(async || "ok\n")).route("/readyz", get(ready).layer(Extension(Arc::<HealthChecks>::default())))
}

/// The cached results of the checks.
#[derive(Default)]
struct HealthChecks {
    ready: CachedCheck,
    integrity: CachedCheck,
}

impl HealthChecks {
    async fn found(&self, database: &Database) -> Result<(), Error> {
        self.ready.cached_for(READY_TTL, database::ready(database)).await?;
        self.integrity.cached_for(INTEGRITY_TTL, database::check_integrity(database)).await
    }
}

/// A check whose result is cached for a while. Requests that come meanwhile wait for the one that runs.
#[derive(Default)]
struct CachedCheck(Mutex<Option<(Instant, Result<(), Error>)>>);

impl CachedCheck {
    async fn cached_for(&self, believed: Duration, look: impl Future<Output = Result<(), Error>>) -> Result<(), Error> {
        let mut last = self.0.lock().await;
        if let Some((at, found)) = last.as_ref()
            && at.elapsed() < believed
        {
            return found.clone();
        }
        let found = look.await;
        *last = Some((Instant::now(), found.clone()));
        found
    }
}

async fn ready(State(site): State<Site>, Extension(checks): Extension<Arc<HealthChecks>>) -> Response {
    if site.shutdown.is_announced() {
        return ErrorResponse::from(Error::unavailable("This process is about to end. Send calls to another one, or wait for the next."))
            .into_response();
    }
    if !site.services.recorder.is_writing() {
        return ErrorResponse::from(Error::unavailable("The records of calls are not written down any more. Start this process again."))
            .into_response();
    }
    match checks.found(&site.services.database).await {
        Ok(()) => "ready\n".into_response(),
        Err(problem) => ErrorResponse::from(problem).into_response(),
    }
}
