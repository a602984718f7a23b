//! Reads the audit log: the chain of writes and the accesses, as one list.

use std::collections::HashMap;

use domain::{
    day::{DateRange, OffsetDateTime},
    id::{ActionId, MemberId},
    text,
};
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::{
    AuditEntry,
    operation_titles::OperationTitle,
    store::{AuditFilter, AuditRow},
};
use crate::{
    context::Channel,
    error::Error,
    history,
    operation::{self, Call, Change, Effect, read_scope::ReadScope, registry},
    page::{self, Cursor, Page},
    reference::{self, member::find_member},
    summary::MemberSummary,
};

/// The arguments of `list_audit`.
#[allow(missing_docs, reason = "each is described where it is an argument")]
pub struct AuditQuery {
    pub member: Option<String>,
    pub channel: Option<String>,
    pub operation: Option<String>,
    pub outcome: Option<String>,
    pub changed: Option<bool>,
    pub reads: Option<bool>,
    pub period: Option<String>,
}

/// A page of calls, the newest first.
pub async fn list(cx: &mut Call, given: AuditQuery, limit: Option<u32>, cursor: Option<String>) -> Result<Page<AuditEntry>, Error> {
    let limit = page::limit(limit)?;
    let before = cx.listing.after(cursor.as_deref())?.map(Cursor::instant).transpose()?;
    let (filter, days) = filter(cx, given).await?;
    let rows = super::store::list(&mut cx.db, &filter, None, before, limit + 1).await?;
    let zone = cx.membership()?.member_zone.clone();
    let mut words = words(cx, &rows).await?;
    let place = |row: &AuditRow| Cursor { key: row.at.to_jiff().to_string(), id: row.id };
    let page = Page::of(cx.listing, rows, limit, place, |row| Ok(read(row, &mut words, &zone)))?;
    let (from, to) = days.map(|span| (span.from, span.to)).unzip();
    Ok(Page { from, to, ..page })
}

async fn filter(cx: &mut Call, given: AuditQuery) -> Result<(AuditFilter, Option<DateRange>), Error> {
    let member = match text::non_empty(given.member) {
        Some(member) => {
            let read_scope = ReadScope::of(cx)?;
            Some(find_member(cx, &read_scope, &member).await?)
        }
        None => None,
    };
    let membership = cx.membership()?;
    let span = text::non_empty(given.period)
        .map(|period| Ok::<_, Error>(DateRange::parse("period", &period, cx.member_today()?, membership.week_start)?))
        .transpose()?;
    let bounds = span.as_ref().map(|span| span.bounds(&membership.member_zone));
    let filter = AuditFilter {
        member,
        channel: text::non_empty(given.channel),
        operation: text::non_empty(given.operation),
        outcome: text::non_empty(given.outcome),
        changed: given.changed,
        left_out: (given.reads == Some(false)).then(reads),
        from: bounds.map(|(from, _)| from),
        until: bounds.map(|(_, until)| until),
    };
    Ok((filter, span))
}

/// The names of the read operations.
fn reads() -> Vec<String> {
    let declared = registry::all().iter().map(|operation| operation.declaration);
    declared.filter(|declaration| declaration.effect == Effect::Read).map(|declaration| declaration.name.to_owned()).collect()
}

/// The operations, sorted by title.
pub fn operation_titles() -> Vec<OperationTitle> {
    let declared = registry::all().iter().map(|operation| operation.declaration);
    let titled = declared.map(|known| OperationTitle { name: known.name.to_owned(), title: known.title.to_owned() });
    let mut titles: Vec<OperationTitle> = titled.collect();
    titles.sort_by(|one, other| one.title.cmp(&other.title));
    titles
}

/// One call with its changes.
pub async fn get(cx: &mut Call, action: &str) -> Result<AuditEntry, Error> {
    let id = reference::parse_id(action);
    let rows = super::store::list(&mut cx.db, &AuditFilter::default(), Some(id), None, 1).await?;
    let mut words = words(cx, &rows).await?;
    let row = rows.into_iter().next().ok_or_else(|| Error::not_found("audit entry"))?;
    let images = operation::store::changes(&mut cx.db, ActionId(row.id), operation::SHOWN_BYTES_MAX).await?;
    let organization = images.first().map(|image| image.organization_currency.clone()).unwrap_or_default();
    let mut changes = Change::with_currencies(images);
    if cx.caller.channel == Channel::Page {
        changes.iter_mut().for_each(|change| change.write_currencies(&organization));
    }
    let money = ReadScope::of(cx)?.money;
    cx.name(&mut changes, money).await?;
    let why_not = history::undo::refusals_for_good(&mut cx.db, &[row.id]).await?.remove(&row.id);
    let undoable = matches!(why_not, Some(None));
    let zone = cx.membership()?.member_zone.clone();
    Ok(AuditEntry { undoable, changes, ..read(row, &mut words, &zone) })
}

/// The descriptions of the calls that were done; calls that did nothing have none.
async fn words(cx: &mut Call, rows: &[AuditRow]) -> Result<HashMap<Uuid, String>, Error> {
    let done: Vec<Uuid> = rows.iter().filter(|row| row.outcome == "done" && row.position.is_some()).map(|row| row.id).collect();
    let money = ReadScope::of(cx)?.money;
    history::descriptions::describe(&mut cx.db, &done, money).await
}

fn read(row: AuditRow, words: &mut HashMap<Uuid, String>, zone: &TimeZone) -> AuditEntry {
    let told = words.remove(&row.id).unwrap_or_else(|| history::descriptions::describe_call(&row.operation, &row.arguments));
    AuditEntry {
        told,
        id: ActionId(row.id),
        position: row.position,
        at: OffsetDateTime::at(row.at.to_jiff(), zone),
        member: row.member_id.zip(row.member_name).map(|(id, name)| MemberSummary { id: MemberId(id), name }),
        token: row.token,
        channel: row.channel,
        program: row.program,
        address: row.address,
        operation: row.operation,
        arguments: row.arguments,
        outcome: row.outcome,
        duration_ms: row.duration_ms,
        changed: row.changed,
        undoes: row.undoes.map(ActionId),
        undone_by: row.undone_by.map(ActionId),
        undoable: false,
        changes: Vec::new(),
    }
}
