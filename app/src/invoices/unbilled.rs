//! Lists unbilled time by client and project.

use domain::{
    day::Day,
    hours::WorkDuration,
    id::{ClientId, ProjectId},
    money::{Currency, Money},
};

use super::{
    UnbilledByProject, UnbilledTime, draft,
    store::{self, WaitingFilter},
    waiting,
};
use crate::{
    clients,
    context::Channel,
    error::Error,
    operation::Call,
    page::{self, Cursor, Page},
    summary::{ClientRef, ProjectRef},
};

/// The filter arguments of `list_unbilled`.
#[allow(missing_docs, reason = "each is described where it is an argument")]
pub struct UnbilledFilter {
    pub client: Option<String>,
    pub period: Option<String>,
    pub from: Option<String>,
    pub to: Option<String>,
}

/// A page of unbilled time by client and project; the first one with warnings about the time that waits. The pages of Stint show that
/// beside the balance and in the preview of an invoice, and not here, so it is not looked for when they ask.
pub async fn list(cx: &mut Call, given: UnbilledFilter, limit: Option<u32>, cursor: Option<String>) -> Result<UnbilledTime, Error> {
    let span = draft::resolve_period(cx, given.period, given.from, given.to)?;
    let client = match domain::text::non_empty(given.client) {
        Some(client) => Some(clients::record::find(cx, &client).await?.id.0),
        None => None,
    };
    let (limit, after) = (page::limit(limit)?, cx.listing.after(cursor.as_deref())?.map(page::keyset_of));
    let tells_waiting = after.is_none() && cx.caller.channel != Channel::Page;
    let warnings = match tells_waiting {
        true => waiting::by_client(cx, &WaitingFilter { client, period: span.as_ref(), ..WaitingFilter::default() }).await?,
        false => Vec::new(),
    };
    let rows = store::unbilled_by_project(&mut cx.db, client, span.as_ref(), after, limit + 1).await?;
    let cursor_of = |row: &store::UnbilledRow| Cursor { key: format!("{}\n{}", row.client_key, row.project_key), id: row.project_id };
    let page = Page::of(cx.listing, rows, limit, cursor_of, read)?;
    let (from, to) = span.map(|span| (span.from, span.to)).unzip();
    Ok(UnbilledTime { items: page.items, next_cursor: page.next_cursor, from, to, warnings })
}

fn read(row: store::UnbilledRow) -> Result<UnbilledByProject, Error> {
    Ok(UnbilledByProject {
        client: ClientRef { id: ClientId(row.client_id), name: row.client_name },
        project: ProjectRef { id: ProjectId(row.project_id), name: row.project_name },
        worked: WorkDuration::of(row.seconds),
        amount: Money::new(row.amount, &Currency::parse(&row.currency)?),
        without_rate: WorkDuration::of(row.without_rate),
        entries: row.entries,
        oldest: Day::from(row.oldest.to_jiff()),
        newest: Day::from(row.newest.to_jiff()),
    })
}
