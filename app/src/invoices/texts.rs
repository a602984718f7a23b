//! The texts of the lines of a draft. What was composed is composed anew whenever it is read, in the language that its client has by then
//! and with the names of then; what stands in the database is kept as it is sent.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::{
    GroupBy,
    compose::{self, Entry, Grouping},
    document::InvoiceDocument,
    read,
    store::{self, LineRow, Row},
    wording::Wording,
};
use crate::{
    clients::{self, Client},
    error::Error,
    operation::Call,
};

/// The lines of an invoice as they read: of a draft with composed texts as they would be composed now. A text of which nobody knows whether
/// it was composed stays, and so does one whose time is gone.
pub async fn lines(cx: &mut Call, row: &Row) -> Result<Vec<LineRow>, Error> {
    let lines = store::lines(&mut cx.db, row.id).await?;
    if row.state != "draft" || !lines.iter().any(is_composed) {
        return Ok(lines);
    }
    let grouping = grouping(row, &clients::record::find(cx, &row.client_id.to_string()).await?)?;
    let time = store::time_on(&mut cx.db, row.id).await?;
    let mut of_lines: BTreeMap<Uuid, Vec<&Entry>> = BTreeMap::new();
    for on in &time {
        of_lines.entry(on.line).or_default().push(&on.entry);
    }
    let anew = |line: LineRow| match of_lines.get(&line.id).filter(|_| is_composed(&line)) {
        Some(time) => LineRow { description: compose::described(time, grouping), ..line },
        None => line,
    };
    Ok(lines.into_iter().map(anew).collect())
}

fn is_composed(line: &LineRow) -> bool {
    line.composed == Some(true)
}

/// How the time of an invoice became lines, in the language of its client.
pub fn grouping(row: &Row, client: &Client) -> Result<Grouping, Error> {
    Ok(Grouping {
        group_by: GroupBy::named(&row.group_by).ok_or_else(Error::internal)?,
        rounding: read::rounding(row)?,
        wording: Wording::of(&client.language),
    })
}

/// Keeps the texts of the lines of a draft as the document says them that it is sent with. That they were composed stays known.
pub async fn keep(cx: &mut Call, row: &Row, document: &InvoiceDocument) -> Result<(), Error> {
    let lines: Vec<Uuid> = store::lines(&mut cx.db, row.id).await?.into_iter().map(|line| line.id).collect();
    let texts: Vec<String> = document.lines.iter().map(|line| line.description.clone()).collect();
    let kept = store::keep_texts(&mut cx.db, &lines, &texts).await?;
    if kept.is_empty() { Ok(()) } else { store::mark_composed(&mut cx.db, &kept).await }
}
