//! Why Stint does not work on a database, said so that an operator can do something about it.

use sqlx::{error::DatabaseError, migrate::MigrateError};

use crate::error::Error;

/// Why a database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// Nobody answers, or the login is refused.
    #[error("the database cannot be reached")]
    Unreachable(#[source] sqlx::Error),
    /// A login lacks a right that only somebody else can give.
    #[error("the login {login} lacks rights in the database. Run as a superuser: {statement}")]
    MissingRight {
        /// Who connects.
        login: String,
        /// What gives the right.
        statement: String,
    },
    /// A login that owns nothing was to change the schema.
    #[error(
        "the login {login} may not change the schema of the database, which belongs to another: name the owner in \
         STINT_OWNER_DATABASE_URL (README.md)"
    )]
    NotOwner {
        /// Who connects.
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
        /// The oldest version that it works with.
        works_with: i64,
        /// The newest migration of this binary.
        newest: i64,
    },
    /// Something that the migrations made is gone or changed.
    #[error("the database is not as its migrations made it: {pieces}. docs/backup.md says how to restore one with its roles")]
    Damaged {
        /// The first pieces that differ, with how many more there are.
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
    /// The same, said of who was refused for what only the owner of the tables may do.
    pub(super) fn of(self, login: &str) -> Self {
        match self.answer().and_then(|answer| answer.code()) {
            Some(code) if code == FORBIDDEN => Self::NotOwner { login: login.to_owned() },
            _ => self,
        }
    }

    /// What the database has answered.
    fn answer(&self) -> Option<&dyn DatabaseError> {
        match self {
            Self::Refused(MigrateError::Execute(problem) | MigrateError::ExecuteMigration(problem, _)) | Self::Database(problem) => {
                problem.as_database_error()
            }
            _ => None,
        }
    }

    /// Whether another try may succeed.
    pub(super) fn may_pass(&self) -> bool {
        self.answer().is_some_and(|answer| {
            answer.code().is_some_and(|code| HELD.contains(&code.as_ref()))
                // Two databases of a cluster change the same role: this has no code of its own.
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
