//! Errors of the schema check, with what an operator can do about them.

use sqlx::{error::DatabaseError, migrate::MigrateError};

use crate::error::Error;

/// The reason why a database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// The server does not answer, or refuses the login.
    #[error("the database cannot be reached")]
    Unreachable(#[source] sqlx::Error),
    /// The login lacks a right that only another one can grant.
    #[error("the login {login} lacks rights in the database. Run as a superuser: {statement}")]
    MissingRight {
        /// The login that connects.
        login: String,
        /// The statement that grants the right.
        statement: String,
    },
    /// A login that does not own the tables was used to change the schema.
    #[error(
        "the login {login} may not change the schema of the database, which belongs to another: name the owner in \
         STINT_OWNER_DATABASE_URL (README.md)"
    )]
    NotOwner {
        /// The login that connects.
        login: String,
    },
    /// The schema is older than this binary.
    #[error(
        "the schema of the database is at version {applied}, and this Stint needs version {newest}: run `stint migrate` or start \
         `stint serve` first"
    )]
    Behind {
        /// The newest migration of the database.
        applied: i64,
        /// The newest migration of this binary.
        newest: i64,
    },
    /// The schema is newer, and this binary is too old for it.
    #[error(
        "the schema of the database is at version {applied} and works with version {works_with} or newer, but this Stint has version \
         {newest}: start a newer Stint"
    )]
    Ahead {
        /// The newest migration of the database.
        applied: i64,
        /// The oldest version of Stint's schema that it works with.
        works_with: i64,
        /// The newest migration of this binary.
        newest: i64,
    },
    /// An object that the migrations made is missing or changed.
    #[error("the database is not as its migrations made it: {pieces}. docs/backup.md says how to restore one with its roles")]
    Damaged {
        /// The first objects that differ, and the number of further ones.
        pieces: String,
    },
    /// A migration was refused.
    #[error("the schema could not be brought up to date")]
    Refused(#[from] MigrateError),
    /// A statement was refused.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// lock_not_available, deadlock_detected: others work on the same tables.
const HELD: [&str; 2] = ["55P03", "40P01"];

/// insufficient_privilege.
const FORBIDDEN: &str = "42501";

impl SchemaError {
    /// The same error, or that of a login that lacks a right which only the owner of the tables has.
    pub(super) fn of(self, login: &str) -> Self {
        match self.answer().and_then(|answer| answer.code()) {
            Some(code) if code == FORBIDDEN => Self::NotOwner { login: login.to_owned() },
            _ => self,
        }
    }

    /// The error that the database answered.
    fn answer(&self) -> Option<&dyn DatabaseError> {
        match self {
            Self::Refused(MigrateError::Execute(problem) | MigrateError::ExecuteMigration(problem, _)) | Self::Database(problem) => {
                problem.as_database_error()
            }
            _ => None,
        }
    }

    /// Whether a retry may succeed.
    pub(super) fn may_pass(&self) -> bool {
        self.answer().is_some_and(|answer| {
            answer.code().is_some_and(|code| HELD.contains(&code.as_ref()))
                // Two databases of a cluster change the same role at once, which has no code of its own.
                || answer.message().starts_with("tuple concurrently")
        })
    }
}

impl From<SchemaError> for Error {
    fn from(problem: SchemaError) -> Self {
        match problem {
            SchemaError::Database(problem) => problem.into(),
            problem => {
                tracing::error!(%problem, "Stint does not work on this database");
                Self::unavailable(&format!("{}.", capitalized(&problem.to_string())))
            }
        }
    }
}

/// A sentence with its first letter in upper case.
fn capitalized(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
