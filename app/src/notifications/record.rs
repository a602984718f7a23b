//! Reads and marks notifications of the caller.

use std::collections::BTreeSet;

use domain::{day::OffsetDateTime, id::NotificationId};
use uuid::Uuid;

use super::{Notification, ReadNotifications, store};
use crate::{
    error::Error,
    operation::{Call, read_scope::ReadScope},
    page::{self, Cursor, Page},
    reference,
};

/// The most ids of notifications in one call.
const NAMED_MAX: usize = 200;

/// A page of the caller's notifications, the newest first.
pub async fn list(cx: &mut Call, unread: bool, limit: Option<u32>, cursor: Option<String>) -> Result<Page<Notification>, Error> {
    let (read_scope, limit) = (ReadScope::of(cx)?, page::limit(limit)?);
    let after = cx.listing.after(cursor.as_deref())?.map(|cursor| cursor.id);
    let rows = store::list(&mut cx.db, whose(&read_scope), unread, after, limit + 1).await?;
    let membership = cx.membership()?.clone();
    let read = |row: store::NotificationRow| {
        Ok(Notification {
            id: NotificationId(row.id),
            kind: row.kind,
            text: row.text,
            link: format!("/o/{}/{}", membership.slug, row.link),
            created_at: OffsetDateTime::at(row.created_at.to_jiff(), &membership.member_zone),
            read: row.read,
        })
    };
    Page::of(cx.listing, rows, limit, |row| Cursor { key: String::new(), id: row.id }, read)
}

/// Marks the caller's notifications as read.
pub async fn mark_read(cx: &mut Call, named: Vec<String>, all: bool) -> Result<ReadNotifications, Error> {
    let read_scope = ReadScope::of(cx)?;
    if all != named.is_empty() {
        return Err(Error::invalid("notifications", "Name the notifications, or set all to true; one of the two."));
    }
    if named.len() > NAMED_MAX {
        return Err(Error::invalid("notifications", format!("At most {NAMED_MAX} are marked at once; send fewer, or set all to true.")));
    }
    let ids: BTreeSet<Uuid> = named.iter().map(|id| reference::parse_id(id)).collect();
    let ids: Option<Vec<Uuid>> = (!all).then(|| ids.into_iter().collect());
    if let Some(ids) = &ids
        && store::known(&mut cx.db, whose(&read_scope), ids).await? != ids.len() as i64
    {
        return Err(Error::not_found("notification").hint("list_notifications shows yours with their ids."));
    }
    let now = cx.now;
    let read = store::mark_read(&mut cx.db, whose(&read_scope), ids.as_deref(), now).await?;
    if read > 0 {
        cx.mark_changed();
    }
    let unread = store::unread(&mut cx.db, whose(&read_scope)).await?;
    Ok(ReadNotifications { read: read as i64, unread })
}

fn whose(read_scope: &ReadScope) -> store::NotificationScope {
    store::NotificationScope { member: read_scope.member, money: read_scope.money }
}
