//! Clients.

use uuid::Uuid;

use super::{
    Asked, near,
    pick::{Kind, pick},
    store,
};
use crate::{error::Error, operation::Call, projects::sight::Sight, text};

/// The client of an id or a name, among those that the caller sees.
pub async fn client(cx: &mut Call, sight: &Sight, given: &str) -> Result<Uuid, Error> {
    let found = among(cx, sight, "client", &[given]).await?;
    found.first().copied().ok_or_else(|| super::unsaid("client"))
}

/// The clients of several references, each once, asked for at once, however many there are. Empty references mean nothing.
pub async fn clients(cx: &mut Call, sight: &Sight, given: &[String]) -> Result<Vec<Uuid>, Error> {
    among(cx, sight, "clients", given).await
}

async fn among(cx: &mut Call, sight: &Sight, field: &str, given: &[impl AsRef<str>]) -> Result<Vec<Uuid>, Error> {
    let asked = Asked::of(given, text::search_key);
    let found = store::clients(&mut cx.db, &asked.ids, &asked.keys, sight.on_projects_of()).await?;
    let mut clients = Vec::with_capacity(asked.given.len());
    for (place, given) in (1_i64..).zip(&asked.given) {
        let choices: Vec<_> = found.iter().filter(|(at, _)| *at == place).map(|(_, choice)| choice.clone()).collect();
        let Some(meant) = pick(Kind::Client, field, given, &choices)? else { return Err(missing(cx, sight, given).await?) };
        if !clients.contains(&meant.id) {
            clients.push(meant.id);
        }
    }
    Ok(clients)
}

async fn missing(cx: &mut Call, sight: &Sight, given: &str) -> Result<Error, Error> {
    let names = store::client_names(&mut cx.db, sight.on_projects_of()).await?;
    Ok(near::missing(cx.db.organization(), Kind::Client, given, move || names).await)
}
