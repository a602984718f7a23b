//! The texts of the lines of a draft. What was composed is composed anew whenever it is read, in the language that its client has by then
//! and with the names of then; what stands in the database is kept as it is sent.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::{
    InvoiceGroupBy,
    compose::{self, Grouping, UnbilledEntry},
    locale::Locale,
    read,
    store::{self, DraftEntry, InvoiceRow, LineRow},
};
use crate::{
    clients::{self, Client},
    error::Error,
    operation::Call,
};

/// The lines of an invoice as they read: of a draft with composed texts as they would be composed now. A text of which nobody knows whether
/// it was composed stays, and so does one whose time is gone.
pub async fn lines(cx: &mut Call, row: &InvoiceRow) -> Result<Vec<LineRow>, Error> {
    let lines = store::lines(&mut cx.db, row.id).await?;
    if row.state != "draft" || !lines.iter().any(is_composed) {
        return Ok(lines);
    }
    let client = clients::record::find(cx, &row.client_id.to_string()).await?;
    let time = store::draft_entries(&mut cx.db, row.id).await?;
    Ok(recompose(lines, &time, grouping(row, &client)?))
}

/// The same with the time on a draft, which takes long to look up; none of what was sent.
pub async fn lines_and_time(cx: &mut Call, row: &InvoiceRow) -> Result<(Vec<LineRow>, Vec<DraftEntry>), Error> {
    if row.state != "draft" {
        return Ok((store::lines(&mut cx.db, row.id).await?, Vec::new()));
    }
    let client = clients::record::find(cx, &row.client_id.to_string()).await?;
    of_draft(cx, row, &client).await
}

/// The lines of a draft as they read in the language of this client, and the time on them.
pub async fn of_draft(cx: &mut Call, row: &InvoiceRow, client: &Client) -> Result<(Vec<LineRow>, Vec<DraftEntry>), Error> {
    let lines = store::lines(&mut cx.db, row.id).await?;
    let has_time = lines.iter().any(|line| !line.entries.is_empty());
    let time = if has_time { store::draft_entries(&mut cx.db, row.id).await? } else { Vec::new() };
    Ok((recompose(lines, &time, grouping(row, client)?), time))
}

/// Lines with the texts that are composed of the time on them now.
fn recompose(lines: Vec<LineRow>, time: &[DraftEntry], grouping: Grouping) -> Vec<LineRow> {
    let mut of_lines: BTreeMap<Uuid, Vec<&UnbilledEntry>> = BTreeMap::new();
    for on in time {
        of_lines.entry(on.line).or_default().push(&on.entry);
    }
    let worded = |line: LineRow| match of_lines.get(&line.id).filter(|_| is_composed(&line)) {
        Some(time) => LineRow { description: compose::described(time, grouping), ..line },
        None => line,
    };
    lines.into_iter().map(worded).collect()
}

fn is_composed(line: &LineRow) -> bool {
    line.composed == Some(true)
}

/// How the time of an invoice became lines, in the language of its client.
pub fn grouping(row: &InvoiceRow, client: &Client) -> Result<Grouping, Error> {
    Ok(Grouping {
        group_by: InvoiceGroupBy::named(&row.group_by).ok_or_else(Error::internal)?,
        rounding: read::rounding(row)?,
        locale: Locale::of(&client.language),
    })
}

/// Keeps the texts of the lines of a draft as they read when it is sent. That they were composed stays known.
pub async fn keep(cx: &mut Call, lines: &[LineRow]) -> Result<(), Error> {
    let (lines, texts): (Vec<Uuid>, Vec<String>) = lines.iter().map(|line| (line.id, line.description.clone())).unzip();
    let kept = store::keep_texts(&mut cx.db, &lines, &texts).await?;
    if kept.is_empty() { Ok(()) } else { store::mark_composed(&mut cx.db, &kept).await }
}
