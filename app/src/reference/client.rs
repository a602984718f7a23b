//! Resolution of references to clients.

use domain::text;
use uuid::Uuid;

use super::{
    ReferenceQuery,
    disambiguate::{RecordKind, pick},
    store, suggestions,
};
use crate::{
    error::Error,
    operation::{Call, read_scope::ReadScope},
};

/// Resolves an id or a name to a client that the caller sees.
pub async fn client(cx: &mut Call, read_scope: &ReadScope, given: &str) -> Result<Uuid, Error> {
    let found = among(cx, read_scope, "client", &[given]).await?;
    found.first().copied().ok_or_else(|| super::required_error("client"))
}

/// Resolves several references to clients, each once, in one query. Empty references are ignored.
pub async fn clients(cx: &mut Call, read_scope: &ReadScope, given: &[String]) -> Result<Vec<Uuid>, Error> {
    among(cx, read_scope, "clients", given).await
}

async fn among(cx: &mut Call, read_scope: &ReadScope, field: &str, given: &[impl AsRef<str>]) -> Result<Vec<Uuid>, Error> {
    let asked = ReferenceQuery::of(given, text::search_key);
    let found = store::clients(&mut cx.db, &asked.ids, &asked.keys, read_scope.only_projects_of()).await?;
    let mut clients = Vec::with_capacity(asked.given.len());
    for (place, given) in (1_i64..).zip(&asked.given) {
        let choices: Vec<_> = found.iter().filter(|(at, _)| *at == place).map(|(_, choice)| choice.clone()).collect();
        let Some(meant) = pick(RecordKind::Client, field, given, &choices)? else { return Err(missing(cx, read_scope, given).await?) };
        if !clients.contains(&meant.id) {
            clients.push(meant.id);
        }
    }
    Ok(clients)
}

async fn missing(cx: &mut Call, read_scope: &ReadScope, given: &str) -> Result<Error, Error> {
    let names = store::client_names(&mut cx.db, read_scope.only_projects_of()).await?;
    Ok(suggestions::missing(cx.db.organization(), RecordKind::Client, given, move || names).await)
}
