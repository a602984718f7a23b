//! SQL of the token usage, and of the switch that permits a model.

use domain::id::MemberId;
use jiff::{Timestamp, civil::Date};
use sqlx::{query, query_as};
use uuid::Uuid;

use crate::{
    assistant::usage::TokenUsage,
    database::{Db, date, instant},
    error::Error,
};

/// The switch of an organization.
pub struct AssistantSwitch {
    /// Whether the assistant is on.
    pub enabled: bool,
    /// The member who switched it last.
    pub by: Option<String>,
    /// When it was switched.
    pub at: Option<jiff_sqlx::Timestamp>,
}

/// The tokens used in a month.
pub async fn of_month(db: &mut Db, month: Date) -> Result<TokenUsage, Error> {
    let organization = db.organization();
    let used = query_as!(
        TokenUsage,
        "select input_tokens as input, output_tokens as output from model_usage where organization_id = $1 and month = $2",
        organization,
        date(month) as _
    )
    .fetch_optional(db.connection())
    .await?;
    Ok(used.unwrap_or_default())
}

/// Adds tokens to a month, and returns its sum.
pub async fn count(db: &mut Db, month: Date, used: TokenUsage) -> Result<TokenUsage, Error> {
    let organization = db.organization();
    Ok(query_as!(
        TokenUsage,
        "insert into model_usage as known (organization_id, month, input_tokens, output_tokens) values ($1, $2, $3, $4)
         on conflict (organization_id, month) do update
             set input_tokens = known.input_tokens + excluded.input_tokens, output_tokens = known.output_tokens + excluded.output_tokens
         returning input_tokens as input, output_tokens as output",
        organization,
        date(month) as _,
        used.input,
        used.output
    )
    .fetch_one(db.connection())
    .await?)
}

/// Reads the switch of the organization.
pub async fn switch(db: &mut Db) -> Result<AssistantSwitch, Error> {
    let organization = db.organization();
    Ok(query_as!(
        AssistantSwitch,
        r#"select o.assistant_enabled as enabled, m.name as "by?", o.assistant_switched_at as at from organization o
           left join member m on m.organization_id = o.id and m.id = o.assistant_switched_by
           where o.id = $1"#,
        organization
    )
    .fetch_one(db.connection())
    .await?)
}

/// The present role of a member, and whether the assistant is on.
pub struct MemberAccess {
    /// The role.
    pub role: String,
    /// Whether the assistant is on.
    pub enabled: bool,
}

/// The present access of a member; `None` once they have left.
pub async fn member_access(db: &mut Db, member: MemberId) -> Result<Option<MemberAccess>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        MemberAccess,
        "select m.role, o.assistant_enabled as enabled from organization o join member m on m.organization_id = o.id
         where o.id = $1 and m.id = $2 and m.removed_at is null",
        organization,
        member.0
    )
    .fetch_optional(db.connection())
    .await?)
}

/// Switches the assistant on or off, if that changes anything.
pub async fn set_switch(db: &mut Db, enabled: bool, by: MemberId, now: Timestamp) -> Result<(), Error> {
    let organization: Uuid = db.organization();
    query!(
        "update organization set assistant_enabled = $2, assistant_switched_by = $3, assistant_switched_at = $4
         where id = $1 and assistant_enabled <> $2",
        organization,
        enabled,
        by.0,
        instant(now) as _
    )
    .execute(db.connection())
    .await?;
    Ok(())
}
