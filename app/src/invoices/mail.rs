//! Lists the mails of the outbox.

use domain::{
    day::OffsetDateTime,
    id::{InvoiceId, MailId},
};

use super::{OutgoingMail, store};
use crate::{
    access::{Permission, Scope},
    error::Error,
    operation::Call,
    outbox::MailState,
    page::{self, Cursor, Page},
};

/// A page of mails, the newest first.
pub async fn list(cx: &mut Call, limit: Option<u32>, cursor: Option<String>) -> Result<Page<OutgoingMail>, Error> {
    let (limit, after) = (page::limit(limit)?, cx.listing.after(cursor.as_deref())?);
    let zone = cx.membership()?.organization_zone.clone();
    // A mail without an invoice is an invitation: it is listed for callers who manage people, and its text is for its recipient only.
    let invited =
        cx.may(Permission::ManagePeople) && cx.caller.token.as_ref().is_none_or(|token| token.scopes.contains(&Scope::PeopleRead));
    let rows = store::mails(&mut cx.db, None, invited, after.as_ref(), limit + 1).await?;
    let at = |at: jiff_sqlx::Timestamp| OffsetDateTime::at(at.to_jiff(), &zone);
    let cursor_of = |row: &store::MailRow| Cursor { key: row.created_at.to_jiff().to_string(), id: row.id };
    let mail = |row: store::MailRow| OutgoingMail {
        id: MailId(row.id),
        state: MailState { recipient: row.recipient, state: row.state, last_error: row.last_error, stays: row.stays },
        subject: row.subject,
        body: row.body.filter(|_| row.invoice_id.is_some()),
        invoice: row.invoice_id.map(InvoiceId),
        attempts: row.attempts,
        created_at: at(row.created_at),
        sent_at: row.sent_at.map(at),
    };
    Page::of(cx.listing, rows, limit, cursor_of, |row| Ok(mail(row)))
}
