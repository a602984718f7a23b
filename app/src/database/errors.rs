//! Conversion of PostgreSQL errors into errors that a person can act on.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use sqlx::postgres::PgDatabaseError;

use crate::{
    error::{Code, Error},
    limits::LogLimiter,
};

/// Makes the error for a violated constraint.
pub type Meaning = fn() -> Error;

/// Maps violated constraints to errors.
pub trait OnConstraint<T> {
    /// Replaces the violation of the named constraint by `error`.
    fn on_constraint(self, name: &str, error: impl FnOnce() -> Error) -> Result<T, Error>;

    /// Replaces the violation of one of these constraints by its error.
    fn on_constraints<const N: usize>(self, errors: [(&str, Meaning); N]) -> Result<T, Error>;
}

impl<T> OnConstraint<T> for Result<T, sqlx::Error> {
    fn on_constraint(self, name: &str, error: impl FnOnce() -> Error) -> Result<T, Error> {
        self.map_err(|problem| match violated(&problem) {
            Some(violated) if violated == name => error(),
            _ => problem.into(),
        })
    }

    fn on_constraints<const N: usize>(self, errors: [(&str, Meaning); N]) -> Result<T, Error> {
        self.map_err(|problem| match errors.into_iter().find(|(name, _)| violated(&problem) == Some(name)) {
            Some((_, error)) => error(),
            None => problem.into(),
        })
    }
}

fn violated(problem: &sqlx::Error) -> Option<&str> {
    problem.as_database_error()?.constraint()
}

/// Maps a lock timeout to an answer, where it is no failure.
pub trait NoneIfLocked<T> {
    /// None when the lock is not available. The transaction can then only be rolled back.
    fn none_if_locked(self) -> Result<Option<T>, Error>;
}

impl<T> NoneIfLocked<T> for Result<T, sqlx::Error> {
    fn none_if_locked(self) -> Result<Option<T>, Error> {
        match self {
            Err(sqlx::Error::Database(answer)) if answer.code().as_deref() == Some(LOCK_NOT_AVAILABLE) => Ok(None),
            other => Ok(Some(other?)),
        }
    }
}

/// lock_not_available.
const LOCK_NOT_AVAILABLE: &str = "55P03";

impl From<sqlx::Error> for Error {
    fn from(problem: sqlx::Error) -> Self {
        match &problem {
            sqlx::Error::Database(inner) => from_database(inner.as_ref(), &problem),
            sqlx::Error::Io(_)
            | sqlx::Error::BeginFailed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_) => {
                if let Some(left_out) = NOT_REACHED.due() {
                    tracing::error!(%problem, left_out, "the database cannot be reached");
                }
                Self::unavailable("The database cannot be reached right now.")
            }
            _ => {
                tracing::error!(%problem, "a statement failed");
                Self::internal()
            }
        }
    }
}

/// The error of a failed commit. After an answer of the database nothing was committed; after a lost connection the outcome is
/// unknown.
pub(super) fn commit_error(problem: sqlx::Error) -> Error {
    let answered = problem.as_database_error().and_then(|answer| answer.code());
    if answered.is_some_and(|code| !GOES_AWAY.contains(&code.as_ref())) {
        return problem.into();
    }
    tracing::error!(%problem, "it is not known whether a transaction was committed");
    Error::unknown_outcome("The database went away while this was being kept.")
}

/// admin_shutdown, crash_shutdown, cannot_connect_now: the connection ends.
const GOES_AWAY: [&str; 3] = ["57P01", "57P02", "57P03"];

/// The error for an answer of PostgreSQL, by its SQLSTATE.
fn from_database(inner: &dyn sqlx::error::DatabaseError, problem: &sqlx::Error) -> Error {
    let code = inner.code().unwrap_or_default();
    let constraint = inner.constraint().unwrap_or_default();
    match code.as_ref() {
        // check_violation: constraints are named table_field_rule.
        "23514" => Error::new(Code::Invalid, format!("A value is out of its range ({}).", constraint.replace('_', " "))),
        // foreign_key_violation: the parent of a record is gone, or the record to delete is still referenced. Which of the two, only the
        // message says, which is in the language of the database.
        "23503" => {
            let what = "What this record belongs to was deleted meanwhile, or another record belongs to this one.";
            Error::new(Code::Conflict, format!("{what} Look again at what there is."))
        }
        // restrict_violation: a frozen record, protected by a trigger.
        "23001" => Error::new(Code::Locked, "This is on a sent invoice and cannot change any more."),
        // unique_violation without a message of its own at the statement.
        "23505" => {
            let rule = constraint.replace('_', " ");
            let what = format!("Another record has what only one can have ({rule}).");
            Error::new(Code::Conflict, format!("{what} Look at that one before you try again."))
        }
        // untranslatable_character, character_not_in_repertoire: a NUL byte in a text.
        "22021" | "22P05" => Error::new(Code::Invalid, "A text holds a character that cannot be stored (NUL). Remove it."),
        // Our own codes: the identity check failed.
        SIGN_IN_ENDED => Error::signed_out(),
        TOKEN_REVOKED => Error::unauthenticated(),
        MEMBER_CHANGED => Error::membership_changed(),
        DAY_TOO_LARGE => Error::rate_limited(
            "What was changed in this organization within a day takes more than 1 GB, before and after together. Nothing was changed now.",
            until_drained(inner),
        ),
        ACTION_TOO_LARGE => Error::new(
            Code::Invalid,
            "This changes too much at once: the records, before and after, take more than 32 MB together. Do it in parts, for fewer clients, \
             projects, days or entries at a time; a rate can be set for new time alone, and the rate of unbilled entries changed in parts \
             after that. update_time_entries with an empty rate gives entries the one that holds by then.",
        ),
        // lock_not_available, deadlock_detected, serialization_failure: others are changing the same rows.
        LOCK_NOT_AVAILABLE | "40P01" | "40001" => {
            if let Some(left_out) = HELD.due() {
                tracing::warn!(%problem, left_out, "somebody else held what a statement needed");
            }
            Error::unavailable("Others are changing the same records.")
        }
        // query_canceled, too_many_connections and shutdown.
        "57014" | "53300" | "57P01" | "57P02" | "57P03" => {
            if let Some(left_out) = BUSY.due() {
                tracing::warn!(%problem, left_out, "the database refused for the moment");
            }
            Error::unavailable("The database is busy.")
        }
        // read_only_sql_transaction: after a failover to a standby.
        "25006" => cannot_write(problem),
        code if is_of_machine(code) || is_of_files(problem) => cannot_write(problem),
        // no_active_sql_transaction, in_failed_sql_transaction: the connection is closed, and the next call gets another.
        "25P01" | "25P02" => {
            tracing::error!(%problem, "a transaction was not in the state that it should be in");
            Error::unavailable("The database is busy.")
        }
        _ => {
            tracing::error!(%problem, "a statement failed");
            Error::internal()
        }
    }
}

// While the database is away or busy, every request is told so: their lines must not fill the disk.
static NOT_REACHED: LogLimiter = LogLimiter::new();
static HELD: LogLimiter = LogLimiter::new();
static BUSY: LogLimiter = LogLimiter::new();
static CANNOT_WRITE: LogLimiter = LogLimiter::new();

/// Whether a write of this process failed because of the machine below the database, and no probe has succeeded since.
static WRITE_FAILED: AtomicBool = AtomicBool::new(false);

/// Whether a write failed because of the machine, and no probe has succeeded since.
pub(super) fn write_failed() -> bool {
    WRITE_FAILED.load(Ordering::Relaxed)
}

/// Notes that writes work again.
pub(super) fn note_that_writes_work() {
    WRITE_FAILED.store(false, Ordering::Relaxed);
}

fn cannot_write(problem: &sqlx::Error) -> Error {
    if let Some(left_out) = CANNOT_WRITE.due() {
        tracing::error!(%problem, left_out, "the database cannot write");
    }
    WRITE_FAILED.store(true, Ordering::Relaxed);
    Error::unavailable("The database cannot keep anything right now.")
}

/// How long it takes until what an organization has written too much has drained away: the detail of the refusal, in seconds.
fn until_drained(answer: &dyn sqlx::error::DatabaseError) -> Duration {
    let detail = answer.try_downcast_ref::<PgDatabaseError>().and_then(PgDatabaseError::detail);
    Duration::from_secs(detail.and_then(|seconds| seconds.parse().ok()).unwrap_or(3_600))
}

/// Whether the machine below the database failed: insufficient_resources (a full disk, no memory), system_error (files that are
/// missing or cannot be read), data_corrupted and index_corrupted.
fn is_of_machine(code: &str) -> bool {
    code.starts_with("53") || code.starts_with("58") || ["XX001", "XX002"].contains(&code)
}

/// Whether a file could not be extended, read or written for a reason without a code of its own, such as a quota or a limit on
/// the size of files. PostgreSQL reports it as an internal error from one of its source files for storage.
fn is_of_files(problem: &sqlx::Error) -> bool {
    let answer = problem.as_database_error().and_then(|answer| answer.try_downcast_ref::<PgDatabaseError>());
    answer.is_some_and(|answer| answer.code() == "XX000" && answer.file().is_some_and(|file| FILES.contains(&file)))
}

/// The source files of PostgreSQL that access storage.
const FILES: [&str; 9] = ["md.c", "fd.c", "bufmgr.c", "localbuf.c", "buffile.c", "slru.c", "xlog.c", "copydir.c", "relmapper.c"];

/// Whether a statement fails because of its data, however often it is tried: data_exception, integrity_constraint_violation. Any
/// other failure may pass.
pub(crate) fn is_data_error(problem: &sqlx::Error) -> bool {
    match problem {
        sqlx::Error::Database(answer) => answer.code().is_some_and(|code| code.starts_with("22") || code.starts_with("23")),
        sqlx::Error::Encode(_) => true,
        _ => false,
    }
}

/// The sign-in or the token of the caller has ended.
const SIGN_IN_ENDED: &str = "ST401";
const TOKEN_REVOKED: &str = "ST402";
/// The member was removed or has another role.
const MEMBER_CHANGED: &str = "ST403";
/// The images of the records that an action changes take more bytes than one action may write.
const ACTION_TOO_LARGE: &str = "ST413";
/// An organization writes more bytes of images and stored answers than one may in a day.
const DAY_TOO_LARGE: &str = "ST429";

/// Whether a transaction was refused by the identity check alone.
pub(super) fn is_identity_refusal(problem: &sqlx::Error) -> bool {
    let code = problem.as_database_error().and_then(|answer| answer.code());
    code.is_some_and(|code| [SIGN_IN_ENDED, TOKEN_REVOKED, MEMBER_CHANGED].contains(&code.as_ref()))
}

/// Whether the connection itself is lost, so that the last statement on it had no effect.
pub(super) fn is_disconnected(problem: &sqlx::Error) -> bool {
    match problem {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) => true,
        sqlx::Error::Database(answer) => answer.code().is_some_and(|code| GOES_AWAY.contains(&code.as_ref())),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::owner;

    #[tokio::test]
    async fn a_broken_reference_is_told_in_words_that_are_true_at_both_of_its_ends_and_a_second_one_leads_to_the_first() {
        let owner = owner().await;
        let mut connection = owner.acquire().await.expect("a connection");
        let tables = "create temp table held (id int primary key); create temp table holds (id int references held);
                      insert into held values (1); insert into holds values (1)";
        sqlx::raw_sql(tables).execute(&mut *connection).await.expect("tables");
        for (statement, words) in [
            ("insert into holds values (2)", "was deleted meanwhile, or another record belongs to this one"),
            ("delete from held", "was deleted meanwhile, or another record belongs to this one"),
            ("insert into held values (1)", "(held pkey). Look at that one before you try again."),
        ] {
            let told = Error::from(sqlx::query(statement).execute(&mut *connection).await.expect_err("refused"));
            assert_eq!(told.code, Code::Conflict, "{statement}: {told:?}");
            assert!(told.message.contains(words), "{statement}: {told:?}");
        }
        drop(connection);
        owner.close().await;
    }
}
