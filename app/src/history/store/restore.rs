//! SQL of taking an action back: the records that are put back, and what stands in the way.

use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

use crate::{
    database::{Db, OnConstraint},
    error::{Code, Error},
    operation::Change,
};

/// Keeps others from changing these records of a kind until the transaction ends.
pub async fn lock(db: &mut Db, kind: &str, records: &[Uuid]) -> Result<(), Error> {
    query!("select hold_records($1, $2)", kind, records).execute(db.connection()).await?;
    Ok(())
}

/// Puts a record back to what it was before a change; answers whether it still was what the change left behind.
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

/// The kind of a record that would be deleted along with the one that a change has made; none when nothing would.
pub async fn cascading_kind(db: &mut Db, change: &Change) -> Result<Option<String>, Error> {
    Ok(query_scalar!("select goes_along($1, $2)", change.kind, change.record).fetch_one(db.connection()).await?)
}

/// What a member is now.
#[allow(missing_docs, reason = "the columns of the table `member`")]
pub struct CurrentMember {
    pub id: Uuid,
    pub name: String,
    pub role: String,
    /// Whether they have not left.
    pub present: bool,
}

/// What these members are now.
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
