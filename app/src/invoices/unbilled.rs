//! What could be invoiced: unbilled time by client and project.

use super::{ClientName, ProjectName, Unbilled, store};
use crate::{
    clients,
    day::Day,
    error::Error,
    hours::Worked,
    id::{ClientId, ProjectId},
    money::{Currency, Money},
    operation::Call,
    page::{self, Cursor, Page},
    projects,
};

/// A page of unbilled time by client and project.
pub async fn list(cx: &mut Call, client: Option<String>, limit: Option<u32>, cursor: Option<String>) -> Result<Page<Unbilled>, Error> {
    let client = match crate::text::said(client) {
        Some(client) => Some(clients::record::find(cx, &client).await?.id.0),
        None => None,
    };
    let (limit, after) = (page::limit(limit)?, cursor.as_deref().map(projects::record::after).transpose()?);
    let rows = store::unbilled(&mut cx.db, client, after, limit + 1).await?;
    let place = |row: &store::UnbilledRow| Cursor { key: format!("{}\n{}", row.client_key, row.project_key), id: row.project_id };
    Page::of(cx.caller.room, rows, limit, place, read)
}

fn read(row: store::UnbilledRow) -> Result<Unbilled, Error> {
    Ok(Unbilled {
        client: ClientName { id: ClientId(row.client_id), name: row.client_name },
        project: ProjectName { id: ProjectId(row.project_id), name: row.project_name },
        worked: Worked::of(row.seconds),
        amount: Money::new(row.amount, &Currency::parse(&row.currency)?),
        without_rate: Worked::of(row.without_rate),
        entries: row.entries,
        oldest: Day::from(row.oldest.to_jiff()),
        newest: Day::from(row.newest.to_jiff()),
    })
}
