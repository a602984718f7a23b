//! The database as one call sees it: a transaction that belongs to one organization.

use jiff::Timestamp;
use sqlx::{AssertSqlSafe, PgConnection, PgPool, Postgres, Transaction, migrate::Migrator};
use uuid::Uuid;

use crate::{
    error::{Code, Error},
    id::{MemberId, OrganizationId},
};

/// The history of the schema, carried in the binary.
pub static MIGRATIONS: Migrator = sqlx::migrate!("../migrations");

/// A transaction under the row security of one organization, or of one person before an organization is chosen.
pub struct Db {
    /// Nothing after the connection was given back.
    transaction: Option<Transaction<'static, Postgres>>,
    organization: Option<OrganizationId>,
}

/// Whose rows a transaction may touch.
#[derive(Debug, Clone, Copy)]
pub enum Reach {
    /// The rows of one organization.
    Organization(OrganizationId),
    /// Of the rows of one organization, those of the clients granted to a viewer.
    Granted(OrganizationId, MemberId),
    /// What a person sees before an organization is chosen: where they belong.
    Person(Uuid),
}

impl Db {
    /// Begins a transaction. The reach is set in the round trip that begins it; with an action, every change is written down.
    pub async fn begin(pool: &PgPool, reach: Reach, action: Option<Uuid>) -> Result<Self, Error> {
        let (setting, id, organization) = match reach {
            Reach::Organization(organization) | Reach::Granted(organization, _) => ("organization_id", organization.0, Some(organization)),
            Reach::Person(person) => ("user_id", person, None),
        };
        let mut begin = format!("begin; set local app.{setting} = '{id}'");
        if let Reach::Granted(_, viewer) = reach {
            begin.push_str(&format!("; set local role stint_viewer; set local app.viewer_id = '{viewer}'"));
        }
        if let Some(action) = action {
            begin.push_str(&format!("; set local app.action_id = '{action}'"));
        }
        // Safe: the only parts that vary are UUIDs, formatted by their type.
        let transaction = pool.begin_with(AssertSqlSafe(begin)).await.map_err(Error::from)?;
        Ok(Self { transaction: Some(transaction), organization })
    }

    /// The organization whose rows this transaction may touch.
    pub fn organization(&self) -> Uuid {
        // Without an organization row security hides every tenant row, and so does the nil id.
        self.organization.map_or(Uuid::nil(), |organization| organization.0)
    }

    /// Goes on inside an organization: one that the person of this transaction founds, or was invited into.
    pub async fn enter(&mut self, organization: OrganizationId) -> Result<(), Error> {
        let id = organization.0.to_string();
        sqlx::query!("select set_config('app.organization_id', $1, true)", id).fetch_one(self.connection()).await?;
        self.organization = Some(organization);
        Ok(())
    }

    /// The connection, for one statement.
    pub fn connection(&mut self) -> &mut PgConnection {
        match &mut self.transaction {
            Some(transaction) => transaction,
            None => unreachable!("whoever gives the connection back asks nothing more"),
        }
    }

    /// Ends the transaction of a read and gives its connection back, before long work that asks the database nothing more.
    pub async fn release(&mut self) -> Result<(), Error> {
        match self.transaction.take() {
            Some(transaction) => Ok(transaction.rollback().await?),
            None => Ok(()),
        }
    }

    /// Makes everything of this transaction true.
    pub async fn commit(self) -> Result<(), Error> {
        match self.transaction {
            Some(transaction) => transaction.commit().await.map_err(of_commit),
            None => {
                tracing::error!("a transaction was given back before it was committed");
                Err(Error::internal())
            }
        }
    }

    /// Makes nothing of this transaction true.
    pub async fn roll_back(mut self) -> Result<(), Error> {
        self.release().await
    }
}

/// Whether the database answers, and its schema is the one of this binary.
pub async fn ready(pool: &PgPool) -> Result<bool, Error> {
    let newest = MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default();
    let applied = sqlx::query_scalar!("select max(version) from _sqlx_migrations where success").fetch_one(pool).await?;
    Ok(applied == Some(newest))
}

/// Brings the schema up to date, as the owner of the tables. An advisory lock lets one process do it at a time.
pub async fn migrate(owner: &PgPool) -> Result<(), sqlx::migrate::MigrateError> {
    MIGRATIONS.run(owner).await
}

/// Lets every connection of a pool work as the application's role, which owns nothing and cannot bypass row security.
///
/// A statement is planned once for a connection: whose rows it may touch is a setting, which the planner cannot see anyway,
/// and planning a join under row security anew takes longer than running it.
pub fn as_application(options: sqlx::postgres::PgPoolOptions) -> sqlx::postgres::PgPoolOptions {
    options.test_before_acquire(false).after_connect(|connection, _| {
        Box::pin(async move {
            sqlx::Executor::execute(
                connection,
                "set role stint_app; set statement_timeout = '15s'; set lock_timeout = '10s'; set idle_in_transaction_session_timeout = '60s'; \
                 set plan_cache_mode = force_generic_plan",
            )
            .await?;
            Ok(())
        })
    })
}

/// Reads a violated constraint as the error that it means.
pub trait OnConstraint<T> {
    /// When the named constraint was violated, answers `error` instead.
    fn on_constraint(self, name: &str, error: impl FnOnce() -> Error) -> Result<T, Error>;
}

impl<T> OnConstraint<T> for Result<T, sqlx::Error> {
    fn on_constraint(self, name: &str, error: impl FnOnce() -> Error) -> Result<T, Error> {
        self.map_err(|problem| match problem.as_database_error().and_then(|problem| problem.constraint()) {
            Some(violated) if violated == name => error(),
            _ => problem.into(),
        })
    }
}

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
                tracing::error!(%problem, "the database cannot be reached");
                Self::unavailable("The database cannot be reached right now.")
            }
            _ => {
                tracing::error!(%problem, "a statement failed");
                Self::internal()
            }
        }
    }
}

/// What went wrong while a transaction was made true. A refusal of the database is one: nothing was kept. When it went away
/// instead, nobody knows whether it did so before or after.
fn of_commit(problem: sqlx::Error) -> Error {
    let answered = problem.as_database_error().and_then(|answer| answer.code());
    if answered.is_some_and(|code| !GOES_AWAY.contains(&code.as_ref())) {
        return problem.into();
    }
    tracing::error!(%problem, "it is not known whether a transaction was committed");
    Error::uncertain("The database went away while this was being kept.")
}

/// admin_shutdown, crash_shutdown, cannot_connect_now: the last words of a connection.
const GOES_AWAY: [&str; 3] = ["57P01", "57P02", "57P03"];

/// PostgreSQL's own word for what happened, as an error a person can act on.
fn from_database(inner: &dyn sqlx::error::DatabaseError, problem: &sqlx::Error) -> Error {
    let code = inner.code().unwrap_or_default();
    let constraint = inner.constraint().unwrap_or_default();
    match code.as_ref() {
        // check_violation: constraints are named table_field_rule.
        "23514" => Error::new(Code::Invalid, format!("A value is out of its range ({}).", constraint.replace('_', " "))),
        // foreign_key_violation while deleting: something still holds the record.
        "23503" => Error::new(Code::InUse, "Something else still refers to this record. Remove or move that first."),
        // restrict_violation: a frozen record, kept by the database itself.
        "23001" => Error::new(Code::Locked, "This is on a sent invoice and cannot change any more."),
        // unique_violation without a better word at the statement.
        "23505" => Error::new(Code::Conflict, "There is already such a record. Look at it before trying again."),
        // untranslatable_character, character_not_in_repertoire: a NUL byte in a text.
        "22021" | "22P05" => Error::new(Code::Invalid, "A text holds a character that cannot be stored (NUL). Remove it."),
        // lock_not_available, query_canceled, deadlock_detected, serialization_failure, too_many_connections and shutdown.
        "55P03" | "57014" | "40P01" | "40001" | "53300" | "57P01" | "57P02" | "57P03" => {
            tracing::warn!(%problem, "the database refused for the moment");
            Error::unavailable("The database is busy.")
        }
        _ => {
            tracing::error!(%problem, "a statement failed");
            Error::internal()
        }
    }
}

/// An instant as the database takes it.
pub fn instant(at: Timestamp) -> jiff_sqlx::Timestamp {
    at.into()
}

/// A calendar day as the database takes it.
pub fn date(day: jiff::civil::Date) -> jiff_sqlx::Date {
    day.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::World;

    #[tokio::test]
    async fn when_the_database_goes_away_before_it_answers_nobody_says_that_nothing_was_changed() {
        let studio = World::new("cut").await;
        let mut db = Db::begin(&studio.caller.services.pool, Reach::Organization(studio.organization()), None).await.expect("begun");
        let backend: i32 = sqlx::query_scalar("select pg_backend_pid()").fetch_one(db.connection()).await.expect("a process");
        studio.sql(&format!("select pg_terminate_backend({backend}, 10000) where $1::uuid is not null")).await;
        let error = db.commit().await.expect_err("it is gone");
        assert_eq!(error.code, Code::Unavailable);
        assert!(error.message.contains("not known") && !error.message.contains("Nothing was changed"), "{}", error.message);
        assert!(error.hint.is_some_and(|hint| hint.contains("idempotency_key")));
    }
}
