//! Notifications to a member about events such as a budget that is nearly used up.

#[cfg(feature = "ssr")]
pub mod record;
#[cfg(feature = "ssr")]
pub(crate) mod store;

use domain::{day::OffsetDateTime, id::NotificationId};
use macros::{answer, operation};
use serde::{Deserialize, Serialize};

use crate::{error::Error, page::Page};

/// Something that a member should know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct Notification {
    /// Its id.
    pub id: NotificationId,
    /// What kind of thing it tells: `budget_warning` or `budget_critical`.
    pub kind: String,
    /// What it says.
    pub text: String,
    /// The page that it speaks of, from the root of this Stint: `/o/<slug>/projects/<id>`.
    pub link: String,
    /// When it came.
    pub created_at: OffsetDateTime,
    /// Whether it was read.
    pub read: bool,
}

/// Notifications that were read.
#[answer]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct ReadNotifications {
    /// How many were unread before.
    #[label("Read")]
    pub read: i64,
    /// How many still are unread.
    #[label("Unread")]
    pub unread: i64,
}

/// List your notifications, the newest first: what happened that you should know, such as a budget that reached a threshold.
#[operation(read, idempotent, needs = Belong, scope = WorkRead, title = "List notifications")]
pub async fn list_notifications(
    cx: &mut Call,
    /// Only unread ones.
    #[server(default)]
    unread: Option<bool>,
    /// 50 when absent.
    #[server(default)]
    limit: Option<u32>,
    /// next_cursor of the last answer.
    #[server(default)]
    #[max_length(4_096)]
    cursor: Option<String>,
) -> Result<Page<Notification>, Error> {
    record::list(cx, unread.unwrap_or(false), limit, cursor).await
}

/// Mark your notifications as read: name them, or mark all. Marking what was read already changes nothing.
#[operation(write, idempotent, needs = Belong, scope = TimeWrite, title = "Mark notifications as read")]
pub async fn mark_notifications_read(
    cx: &mut Call,
    /// Ids of notifications.
    #[server(default)]
    notifications: Option<Vec<String>>,
    /// Mark all of them.
    #[server(default)]
    all: Option<bool>,
) -> Result<ReadNotifications, Error> {
    record::mark_read(cx, notifications.unwrap_or_default(), all.unwrap_or(false)).await
}
