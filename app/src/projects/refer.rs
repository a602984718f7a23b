//! What a reference to a project or a client means, among what the caller may see.

use serde::Serialize;
use uuid::Uuid;

use super::{sight::Sight, store};
use crate::{error::Error, operation::Call, reference, text};

/// A project that an ambiguous name may mean.
#[derive(Serialize)]
struct Candidate {
    project: String,
    id: Uuid,
    archived: bool,
}

/// The project of an id, a path `Client / Project` or a name that only one project has.
///
/// An id is not looked up: whoever reads the record says when there is none.
pub async fn project(cx: &mut Call, sight: &Sight, given: &str) -> Result<Uuid, Error> {
    let id = reference::id(given);
    if !id.is_nil() {
        return Ok(id);
    }
    let name = given.trim();
    let path: Vec<&str> = name.split('/').map(str::trim).collect();
    let found = store::names::candidates(&mut cx.db, name, &path.join("/"), sight.on_projects_of()).await?;
    match found.as_slice() {
        [] => Err(Error::not_found("project")),
        [only] => Ok(only.id),
        several => Err(ambiguous(name, &several.iter().collect::<Vec<_>>())),
    }
}

/// The same for a filter: an id that does not exist is told, or its empty list would be taken for the truth.
pub async fn known_project(cx: &mut Call, sight: &Sight, given: &str) -> Result<Uuid, Error> {
    let id = project(cx, sight, given).await?;
    match store::names::is_known(&mut cx.db, id, sight.on_projects_of()).await? {
        true => Ok(id),
        false => Err(Error::not_found("project")),
    }
}

/// The projects of several references, each once, asked for at once, however many there are. Empty references mean nothing.
pub async fn known_projects(cx: &mut Call, sight: &Sight, given: &[String]) -> Result<Vec<Uuid>, Error> {
    projects_among(cx, sight, given, None).await
}

/// The same among the projects of one client: a name that several clients have means that client's, and what is another client's is
/// not found.
pub async fn projects_of_client(cx: &mut Call, sight: &Sight, client: Uuid, given: &[String]) -> Result<Vec<Uuid>, Error> {
    projects_among(cx, sight, given, Some(client)).await
}

async fn projects_among(cx: &mut Call, sight: &Sight, given: &[String], client: Option<Uuid>) -> Result<Vec<Uuid>, Error> {
    let names = said(given);
    let ids: Vec<Uuid> = names.iter().map(|name| reference::id(name)).collect();
    let paths: Vec<String> = names.iter().map(|name| name.split('/').map(str::trim).collect::<Vec<_>>().join("/")).collect();
    let found = store::names::projects_in_sight(&mut cx.db, (&ids, &names, &paths), sight.on_projects_of()).await?;
    let mut projects = Vec::new();
    for ((place, name), id) in (1_i64..).zip(&names).zip(ids) {
        let meant =
            |choice: &store::names::Candidate| (id.is_nil() || choice.id == id) && client.is_none_or(|client| choice.client_id == client);
        let of: Vec<&store::names::Candidate> =
            found.iter().filter(|(at, choice)| *at == place && meant(choice)).map(|(_, choice)| choice).collect();
        match of.as_slice() {
            [] if client.is_some() => return Err(Error::not_found("project of this client")),
            [] => return Err(Error::not_found("project")),
            [only] => push_once(&mut projects, only.id),
            several => return Err(ambiguous(name, several)),
        }
    }
    Ok(projects)
}

/// The clients of several references, each once, asked for at once, however many there are. Empty references mean nothing.
pub async fn clients(cx: &mut Call, sight: &Sight, given: &[String]) -> Result<Vec<Uuid>, Error> {
    let names = said(given);
    let ids: Vec<Uuid> = names.iter().map(|name| reference::id(name)).collect();
    let found = store::names::clients_in_sight(&mut cx.db, &ids, &names, sight.on_projects_of()).await?;
    let mut clients = Vec::new();
    for (place, _) in (1_i64..).zip(&names) {
        let first = found.iter().find(|(at, _)| *at == place).ok_or_else(|| Error::not_found("client"))?;
        push_once(&mut clients, first.1);
    }
    Ok(clients)
}

fn said(given: &[String]) -> Vec<String> {
    given.iter().map(|given| given.trim().to_owned()).filter(|given| !given.is_empty()).collect()
}

fn push_once(ids: &mut Vec<Uuid>, id: Uuid) {
    if !ids.contains(&id) {
        ids.push(id);
    }
}

fn ambiguous(name: &str, found: &[&store::names::Candidate]) -> Error {
    let candidates: Vec<Candidate> = found
        .iter()
        .map(|found| Candidate { project: format!("{} / {}", found.client, found.name), id: found.id, archived: found.archived })
        .collect();
    let names: Vec<&str> = candidates.iter().map(|candidate| candidate.project.as_str()).collect();
    let message = format!("\"{}\" could be {}. Name the client too, or give the id.", text::excerpt(name), names.join(" or "));
    Error::invalid("project", message).details(&candidates)
}

/// The client of an id or a name.
pub async fn client(cx: &mut Call, sight: &Sight, given: &str) -> Result<Uuid, Error> {
    let found = store::names::client_in_sight(&mut cx.db, reference::id(given), given.trim(), sight.on_projects_of()).await?;
    found.ok_or_else(|| Error::not_found("client"))
}
