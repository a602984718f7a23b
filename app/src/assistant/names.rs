//! The names that a slash command may hold, as the person sees them.

use serde_json::{Value, json};

use super::{door::Visitor, slash::Names};
use crate::error::Error;

/// As many as a list answers with at once, and as the drawer completes. A longer name than any of these is cut by grammar.
const NAMES_MAX: u32 = 200;

/// Projects and clients in the sight of the visitor, and the day it is for them.
pub async fn of(visitor: &Visitor) -> Result<Names, Error> {
    let now = visitor.caller.services.clock.now();
    let project = |item: &Value| Some(format!("{} / {}", item["client"]["name"].as_str()?, item["name"].as_str()?));
    let client = |item: &Value| item["name"].as_str().map(str::to_owned);
    Ok(Names {
        projects: listed(visitor, "list_projects").await?.iter().filter_map(project).collect(),
        clients: listed(visitor, "list_clients").await?.iter().filter_map(client).collect(),
        today: now.to_zoned(visitor.place.zone.clone()).date().into(),
    })
}

async fn listed(visitor: &Visitor, list: &str) -> Result<Vec<Value>, Error> {
    let Some(list) = visitor.named(list) else { return Ok(Vec::new()) };
    let mut answer = visitor.call(list, json!({ "limit": NAMES_MAX })).await?;
    match answer["items"].take() {
        Value::Array(items) => Ok(items),
        _ => Ok(Vec::new()),
    }
}
