//! SQL that locks and restores the records of an undo.

use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

use crate::{
    database::{Db, OnConstraint},
    error::{Code, Error},
    operation::Change,
};

/// Locks these records of a kind against changes until the transaction ends.
pub async fn lock(db: &mut Db, kind: &str, records: &[Uuid]) -> Result<(), Error> {
    query!("select hold_records($1, $2)", kind, records).execute(db.connection()).await?;
    Ok(())
}

/// Restores a record to its state before a change; false when it is no longer as the change left it.
pub async fn restore(db: &mut Db, change: &Change) -> Result<bool, Error> {
    query_scalar!(r#"select restore_record($1, $2, $3, $4) as "restored!""#, change.kind, change.record, change.before, change.after)
        .fetch_one(db.connection())
        .await
        .on_constraints([
            ("time_entry_one_running", || Error::new(Code::TimerRunning, "A timer is running. Stop it first; then this can be undone.")),
            ("invoice_redraft_of_unique", || {
                Error::new(Code::Conflict, "The void invoice was drafted again since. Once that draft is deleted, this can be undone.")
            }),
        ])
}

/// The kind of a record that the deletion of the created one would cascade to; none when there is no such record.
pub async fn cascading_kind(db: &mut Db, change: &Change) -> Result<Option<String>, Error> {
    Ok(query_scalar!("select goes_along($1, $2)", change.kind, change.record).fetch_one(db.connection()).await?)
}

/// The present state of a member.
#[allow(missing_docs, reason = "the columns of the table `member`")]
pub struct CurrentMember {
    pub id: Uuid,
    pub name: String,
    pub role: String,
    /// Whether they were not removed.
    pub present: bool,
}

/// The present state of these members.
pub async fn current_members(db: &mut Db, members: &[Uuid]) -> Result<Vec<CurrentMember>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        CurrentMember,
        r#"select id, name, role, removed_at is null as "present!" from member where organization_id = $1 and id = any($2)"#,
        organization,
        members
    )
    .fetch_all(db.connection())
    .await?)
}
