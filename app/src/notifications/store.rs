//! SQL of notifications.

use domain::id::NotificationId;
use jiff::Timestamp;
use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

use crate::{
    database::{Db, instant},
    error::Error,
};

/// Whose notifications are read, and which of them.
#[derive(Debug, Clone, Copy)]
pub struct NotificationScope {
    /// The member.
    pub member: Uuid,
    /// Whether notifications about money are included.
    pub money: bool,
}

/// A notification as stored.
#[allow(missing_docs, reason = "the columns are described at Notification")]
pub struct NotificationRow {
    pub id: Uuid,
    pub kind: String,
    pub text: String,
    pub link: String,
    pub created_at: jiff_sqlx::Timestamp,
    pub read: bool,
}

/// A notification that is to be written.
pub struct NewNotification {
    /// The kind of notification.
    pub kind: &'static str,
    /// What it says.
    pub text: String,
    /// The page that it speaks of, within the organization.
    pub link: String,
    /// Whether it states or implies an amount.
    pub about_money: bool,
}

/// Who gets one of several notifications.
pub struct Recipient {
    /// The index of the notification.
    pub place: i64,
    /// The member.
    pub member: Uuid,
}

/// Inserts notifications for their recipients.
pub async fn insert_all(db: &mut Db, news: &[NewNotification], recipients: &[Recipient], now: Timestamp) -> Result<(), Error> {
    if recipients.is_empty() {
        return Ok(());
    }
    let organization = db.organization();
    let ids: Vec<Uuid> = recipients.iter().map(|_| NotificationId::new().0).collect();
    let members: Vec<Uuid> = recipients.iter().map(|recipient| recipient.member).collect();
    let places: Vec<i64> = recipients.iter().map(|recipient| recipient.place).collect();
    let each = |text: fn(&NewNotification) -> String| news.iter().map(text).collect::<Vec<String>>();
    let about_money: Vec<bool> = news.iter().map(|news| news.about_money).collect();
    query!(
        "insert into notification (organization_id, id, member_id, kind, text, link, about_money, created_at)
         select $1, told.id, told.member_id, n.kind, n.text, n.link, n.about_money, $9
         from unnest($2::uuid[], $3::uuid[], $4::bigint[]) as told (id, member_id, place)
         join unnest($5::text[], $6::text[], $7::text[], $8::boolean[]) with ordinality as n (kind, text, link, about_money, place)
             on n.place = told.place + 1",
        organization,
        &ids,
        &members,
        &places,
        &each(|news| news.kind.to_owned()),
        &each(|news| news.text.clone()),
        &each(|news| news.link.clone()),
        &about_money,
        instant(now) as _
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

/// A page of notifications, the newest first, after the cursor.
pub async fn list(
    db: &mut Db,
    whose: NotificationScope,
    unread: bool,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<NotificationRow>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        NotificationRow,
        r#"select id, kind, text, link, created_at as "created_at: _", read_at is not null as "read!"
           from notification
           where organization_id = $1 and member_id = $2 and ($3 or not about_money) and (not $4 or read_at is null)
               and ($5::uuid is null or id < $5)
           order by id desc limit $6"#,
        organization,
        whose.member,
        whose.money,
        unread,
        after,
        limit
    )
    .fetch_all(db.connection())
    .await?)
}

/// How many of these ids are notifications of the member.
pub async fn known(db: &mut Db, whose: NotificationScope, ids: &[Uuid]) -> Result<i64, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        r#"select count(*) as "count!" from notification
           where organization_id = $1 and member_id = $2 and ($3 or not about_money) and id = any($4)"#,
        organization,
        whose.member,
        whose.money,
        ids
    )
    .fetch_one(db.connection())
    .await?)
}

/// Marks these, or all, as read; returns how many were unread.
pub async fn mark_read(db: &mut Db, whose: NotificationScope, ids: Option<&[Uuid]>, now: Timestamp) -> Result<u64, Error> {
    let organization = db.organization();
    Ok(query!(
        "update notification set read_at = $5
         where organization_id = $1 and member_id = $2 and ($3 or not about_money) and ($4::uuid[] is null or id = any($4)) and read_at is null",
        organization,
        whose.member,
        whose.money,
        ids,
        instant(now) as _
    )
    .execute(db.connection())
    .await?
    .rows_affected())
}

/// The number of unread notifications.
pub async fn unread(db: &mut Db, whose: NotificationScope) -> Result<i64, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        r#"select count(*) as "count!" from notification
           where organization_id = $1 and member_id = $2 and ($3 or not about_money) and read_at is null"#,
        organization,
        whose.member,
        whose.money
    )
    .fetch_one(db.connection())
    .await?)
}
