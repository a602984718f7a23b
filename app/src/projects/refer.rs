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
        several => Err(ambiguous(name, several)),
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

fn ambiguous(name: &str, found: &[store::names::Candidate]) -> Error {
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
