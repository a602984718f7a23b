//! Texts of draft lines. A composed text is composed again on every read, with the client's present language and the present names;
//! the stored text is updated when the draft is sent.

use std::collections::BTreeMap;

use domain::locale::Locale;
use uuid::Uuid;

use super::{
    compose::{self, Grouping, UnbilledEntry},
    read,
    store::{self, DraftEntry, InvoiceRow, LineRow},
    text_limits,
};
use crate::{
    clients::{self, Client},
    error::Error,
    operation::Call,
};

/// The lines of an invoice; on a draft, composed texts are composed again. A text stays if it is unknown whether it was composed, or if
/// the line has no time any more.
pub async fn lines(cx: &mut Call, row: &InvoiceRow) -> Result<Vec<LineRow>, Error> {
    let lines = store::lines(&mut cx.db, row.id).await?;
    if row.state != "draft" || !lines.iter().any(is_composed) {
        return Ok(lines);
    }
    let client = clients::record::find(cx, &row.client_id.to_string()).await?;
    let grouping = grouping(row, &client)?;
    let time = store::draft_entries(&mut cx.db, row.id, grouping.group_by.shows_descriptions()).await?;
    Ok(recompose(lines, &time, grouping))
}

/// The same with the time on a draft, which is slow to query; no time for a sent invoice.
pub async fn lines_and_time(cx: &mut Call, row: &InvoiceRow) -> Result<(Vec<LineRow>, Vec<DraftEntry>), Error> {
    if row.state != "draft" {
        return Ok((store::lines(&mut cx.db, row.id).await?, Vec::new()));
    }
    let client = clients::record::find(cx, &row.client_id.to_string()).await?;
    of_draft(cx, row, &client).await
}

/// The lines of a draft in the language of this client, and the time on them.
pub async fn of_draft(cx: &mut Call, row: &InvoiceRow, client: &Client) -> Result<(Vec<LineRow>, Vec<DraftEntry>), Error> {
    let lines = store::lines(&mut cx.db, row.id).await?;
    let has_time = lines.iter().any(|line| !line.entries.is_empty());
    let grouping = grouping(row, client)?;
    let described = grouping.group_by.shows_descriptions();
    let time = if has_time { store::draft_entries(&mut cx.db, row.id, described).await? } else { Vec::new() };
    Ok((recompose(lines, &time, grouping), time))
}

/// Composes the composed texts of lines again from their present time.
fn recompose(lines: Vec<LineRow>, time: &[DraftEntry], grouping: Grouping) -> Vec<LineRow> {
    let mut of_lines: BTreeMap<Uuid, Vec<&UnbilledEntry>> = BTreeMap::new();
    for on in time {
        of_lines.entry(on.line).or_default().push(&on.entry);
    }
    let mut size = text_limits::texts_size(&lines);
    let worded = |line: LineRow| {
        let Some(time) = of_lines.get(&line.id).filter(|_| is_composed(&line)) else { return line };
        let description = compose::described(time, grouping);
        // Longer names of projects make no draft longer than an invoice may be: the last lines keep their stored words.
        let grown = size - line.description.len() + description.len();
        if grown > text_limits::TEXTS_MAX && description.len() > line.description.len() {
            return line;
        }
        size = grown;
        LineRow { description, ..line }
    };
    lines.into_iter().map(worded).collect()
}

fn is_composed(line: &LineRow) -> bool {
    line.composed == Some(true)
}

/// The grouping and rounding of an invoice, in the language of its client.
pub fn grouping(row: &InvoiceRow, client: &Client) -> Result<Grouping, Error> {
    Ok(Grouping { group_by: row.group_by.parse()?, rounding: read::rounding(row)?, locale: Locale::of(&client.language) })
}

/// Stores the composed texts of a draft's lines as it is sent; the lines stay marked as composed.
pub async fn keep(cx: &mut Call, lines: &[LineRow]) -> Result<(), Error> {
    let (lines, texts): (Vec<Uuid>, Vec<String>) = lines.iter().map(|line| (line.id, line.description.clone())).unzip();
    let kept = store::keep_texts(&mut cx.db, &lines, &texts).await?;
    if kept.is_empty() { Ok(()) } else { store::mark_composed(&mut cx.db, &kept).await }
}
