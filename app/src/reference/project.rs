//! Resolution of references to projects: an id, `Client / Project`, or a name that only one project has.

use std::collections::HashMap;

use domain::text::{
    self,
    similar::{self, KnownName, PartialName},
};
use uuid::Uuid;

use super::{
    ReferenceQuery,
    disambiguate::{Candidate, RecordKind, pick},
    store,
    suggestions::{self},
};
use crate::{
    error::{Code, Error},
    operation::{Call, read_scope::ReadScope, validate},
};

/// Resolves an id, a path `Client / Project`, the same without a slash, or a name that only one project has.
///
/// An id is not looked up: reading the record fails when there is none.
pub async fn project(cx: &mut Call, read_scope: &ReadScope, given: &str) -> Result<Uuid, Error> {
    let id = super::parse_id(given);
    if !id.is_nil() {
        return Ok(id);
    }
    let found = among(cx, read_scope, "project", &[given], None).await?;
    found.first().copied().ok_or_else(|| super::required_error("project"))
}

/// Resolves a reference to a project for new time: a part of the name, such as `Acme dash`, is enough if it fits only one open project.
/// A warning says which one was taken, and the write can be undone. No other operation accepts a part of a name.
pub async fn project_for_time(cx: &mut Call, read_scope: &ReadScope, given: &str) -> Result<Uuid, Error> {
    let refused = match project(cx, read_scope, given).await {
        Err(error) if error.code == Code::NotFound => error,
        found => return found,
    };
    let Some(meant) = only_part(cx, read_scope, given).await? else { return Err(refused) };
    let said = text::excerpt(given.trim());
    cx.warn_by_channel(format!("\"{said}\" was taken for {}.", meant.name), format!("\"{said}\" fits only this open project."));
    Ok(meant.id)
}

/// The projects of those references that fit exactly one, by reference, in one query.
pub async fn exact_projects(cx: &mut Call, read_scope: &ReadScope, given: &[&str]) -> Result<HashMap<String, Uuid>, Error> {
    let asked = ReferenceQuery::of(given, text::path_key);
    let found = store::projects(&mut cx.db, &asked.ids, &asked.keys, None, read_scope.only_projects_of()).await?;
    let meant = (1_i64..).zip(asked.given).filter_map(|(place, given)| {
        let choices: Vec<Candidate> = found.iter().filter(|(at, _)| *at == place).map(|(_, choice)| choice.clone()).collect();
        let meant = pick(RecordKind::Project, "project", &given, &choices).ok()??.id;
        Some((given, meant))
    });
    Ok(meant.collect())
}

/// The only open project of an open client whose name has the given part, with a word of the project's own; none where there are too
/// many names to compare all. `rate_limited` when the comparison waits too long: that does not mean that there is none.
async fn only_part(cx: &mut Call, read_scope: &ReadScope, given: &str) -> Result<Option<Candidate>, Error> {
    let Some(part) = PartialName::of(&text::path_key(given)) else { return Ok(None) };
    let names = store::project_names(&mut cx.db, None, read_scope.only_projects_of()).await?;
    if names.len() as i64 >= store::NAMES_MAX {
        return Ok(None);
    }
    let only = suggestions::compare_queued(cx.db.organization(), move || {
        let mut open = names.iter().filter(|name| !name.gone && part.begins(&keys(name)));
        let only = open.next().filter(|_| open.next().is_none())?;
        part.tells(&only.project_key).then(|| path(only))
    });
    let Some(path) = only.await? else { return Ok(None) };
    let mut open = at_paths(cx, read_scope, &[path], None).await?.into_iter().filter(|choice| !choice.gone);
    Ok(open.next().filter(|_| open.next().is_none()))
}

/// The same for a filter: an unknown id is refused, as an empty result would be misleading.
pub async fn existing_project(cx: &mut Call, read_scope: &ReadScope, given: &str) -> Result<Uuid, Error> {
    let id = project(cx, read_scope, given).await?;
    match store::is_known(&mut cx.db, id, read_scope.only_projects_of()).await? {
        true => Ok(id),
        false => Err(Error::not_found("project")),
    }
}

/// Resolves several references to projects, each once, in one query. None may be empty.
pub async fn existing_projects(cx: &mut Call, read_scope: &ReadScope, given: &[String]) -> Result<Vec<Uuid>, Error> {
    validate::reject_blank("projects", given)?;
    among(cx, read_scope, "projects", given, None).await
}

/// The same among the projects of one client: a name that several clients have means that client's, and a project of another
/// client is not found.
pub async fn projects_of_client(cx: &mut Call, read_scope: &ReadScope, client: Uuid, given: &[String]) -> Result<Vec<Uuid>, Error> {
    among(cx, read_scope, "projects", given, Some(client)).await
}

async fn among(
    cx: &mut Call,
    read_scope: &ReadScope,
    field: &str,
    given: &[impl AsRef<str>],
    client: Option<Uuid>,
) -> Result<Vec<Uuid>, Error> {
    let asked = ReferenceQuery::of(given, text::path_key);
    let found = store::projects(&mut cx.db, &asked.ids, &asked.keys, client, read_scope.only_projects_of()).await?;
    let mut projects = Vec::with_capacity(asked.given.len());
    for (place, given) in (1_i64..).zip(&asked.given) {
        let choices: Vec<Candidate> = found.iter().filter(|(at, _)| *at == place).map(|(_, choice)| choice.clone()).collect();
        let meant = match pick(RecordKind::Project, field, given, &choices)? {
            Some(meant) => meant,
            None => without_slash(cx, read_scope, field, given, client).await?,
        };
        if !projects.contains(&meant.id) {
            projects.push(meant.id);
        }
    }
    Ok(projects)
}

/// Resolves a client and a project name without a slash between them, such as `Acme Dashboard` or `Acme: Dashboard`.
async fn without_slash(cx: &mut Call, read_scope: &ReadScope, field: &str, given: &str, client: Option<Uuid>) -> Result<Candidate, Error> {
    let names = store::project_names(&mut cx.db, client, read_scope.only_projects_of()).await?;
    let said = words(&text::search_key(given));
    let meant = names.iter().filter(|name| words(&format!("{} {}", name.client_key, name.project_key)) == said);
    let choices = at_paths(cx, read_scope, &meant.map(path).collect::<Vec<_>>(), client).await?;
    match pick(RecordKind::Project, field, given, &choices)? {
        Some(meant) => Ok(meant),
        None => Err(missing(cx.db.organization(), names, given, client).await),
    }
}

/// The search keys of a client and its project, as a path.
fn keys(name: &store::ProjectNameRow) -> String {
    format!("{}/{}", name.client_key, name.project_key)
}

/// The key of a project's path.
fn path(name: &store::ProjectNameRow) -> String {
    text::path_key(&keys(name))
}

/// The projects of these paths, of one client or of all.
async fn at_paths(cx: &mut Call, read_scope: &ReadScope, paths: &[String], client: Option<Uuid>) -> Result<Vec<Candidate>, Error> {
    let ids = vec![Uuid::nil(); paths.len()];
    let found = store::projects(&mut cx.db, &ids, paths, client, read_scope.only_projects_of()).await?;
    Ok(found.into_iter().map(|(_, choice)| choice).collect())
}

/// The words of a key, with one space between them.
fn words(key: &str) -> String {
    similar::words(key).collect::<Vec<_>>().join(" ")
}

async fn missing(organization: Uuid, names: Vec<store::ProjectNameRow>, given: &str, client: Option<Uuid>) -> Error {
    let known = |name: store::ProjectNameRow| KnownName {
        keys: vec![keys(&name), name.project_key],
        name: format!("{} / {}", name.client, name.project),
        gone: name.gone,
    };
    let error = suggestions::missing(organization, RecordKind::Project, given, move || names.into_iter().map(known).collect()).await;
    match client {
        Some(_) => error.hint("Only projects of this client are meant."),
        None => error,
    }
}
