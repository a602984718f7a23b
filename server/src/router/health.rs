//! Whether the process lives, and whether it can work.

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
use crate::refusal::Refusal;

/// For how long it is believed that the walls of the database stand, or do not: asking takes it some milliseconds.
const BELIEVED: Duration = Duration::from_secs(5);

/// `/healthz` says that the process answers; `/readyz` says that its database does, with a schema that this binary works on and
/// everything in it that keeps tenants apart, and that the process is not about to end.
pub fn routes() -> Router<Site> {
    let walls = Arc::new(Walls::default());
    Router::new().route("/healthz", get(async || "ok\n")).route("/readyz", get(ready).layer(Extension(walls)))
}

/// What was found when somebody looked last whether the walls of the database stand.
#[derive(Default)]
struct Walls(Mutex<Option<(Instant, Result<(), Error>)>>);

impl Walls {
    async fn stand(&self, database: &Database) -> Result<(), Error> {
        let mut last = self.0.lock().await;
        if let Some((at, found)) = last.as_ref()
            && at.elapsed() < BELIEVED
        {
            return found.clone();
        }
        let found = database::intact(database).await;
        *last = Some((Instant::now(), found.clone()));
        found
    }
}

async fn ready(State(site): State<Site>, Extension(walls): Extension<Arc<Walls>>) -> Response {
    if site.ending.is_announced() {
        return Refusal::from(Error::unavailable("This process is about to end. Send calls to another one, or wait for the next."))
            .into_response();
    }
    let database = &site.services.database;
    let found = match database::ready(database).await {
        Ok(()) => walls.stand(database).await,
        problem => problem,
    };
    match found {
        Ok(()) => "ready\n".into_response(),
        Err(problem) => Refusal::from(problem).into_response(),
    }
}
