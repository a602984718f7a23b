//! Whether the process lives, and whether it can work.

use app::{database, error::Error};
use axum::{
    Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::get,
};

use super::Site;
use crate::refusal::Refusal;

/// `/healthz` says that the process answers; `/readyz` says that its database does, with the schema of this binary, and that the
/// process is not about to end.
pub fn routes() -> Router<Site> {
    Router::new().route("/healthz", get(async || "ok\n")).route("/readyz", get(ready))
}

async fn ready(State(site): State<Site>) -> Response {
    if site.ending.is_announced() {
        return Refusal::from(Error::unavailable("This process is about to end. Send calls to another one, or wait for the next."))
            .into_response();
    }
    match database::ready(&site.services.database).await {
        Ok(true) => "ready\n".into_response(),
        Ok(false) => Refusal::from(Error::unavailable("The database has another schema than this binary.")).into_response(),
        Err(_) => Refusal::from(Error::unavailable("The database cannot be reached right now.")).into_response(),
    }
}
