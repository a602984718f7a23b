//! The database as one call sees it: a transaction that belongs to one organization.

mod errors;
mod gate;
mod reach;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use sqlx::{PgConnection, PgPool, migrate::Migrator};
use uuid::Uuid;

pub use errors::OnConstraint;
pub use gate::Database;
use gate::Open;
pub use reach::{Access, Reach};

use crate::{error::Error, id::OrganizationId};

/// The history of the schema, carried in the binary.
pub static MIGRATIONS: Migrator = sqlx::migrate!("../migrations");

/// A transaction under the row security of one organization, or of one person before an organization is chosen. Dropped, it
/// has changed nothing.
pub struct Db {
    /// Nothing after the connection was given back.
    open: Option<Open>,
    organization: Option<OrganizationId>,
}

impl Db {
    fn of(open: Open, reach: Reach) -> Self {
        Self { open: Some(open), organization: reach.organization() }
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
        match &mut self.open {
            Some(open) => open.connection(),
            None => unreachable!("whoever gives the connection back asks nothing more"),
        }
    }

    /// Ends the transaction of a read and gives its connection back, before long work that asks the database nothing more.
    pub async fn release(&mut self) {
        if let Some(open) = self.open.take() {
            open.roll_back().await;
        }
    }

    /// Makes everything of this transaction true.
    pub async fn commit(self) -> Result<(), Error> {
        match self.open {
            Some(open) => open.commit().await.map_err(errors::of_commit),
            None => {
                tracing::error!("a transaction was given back before it was committed");
                Err(Error::internal())
            }
        }
    }

    /// Makes nothing of this transaction true.
    pub async fn roll_back(mut self) {
        self.release().await;
    }
}

/// Whether the database answers, and its schema is the one of this binary.
pub async fn ready(database: &Database) -> Result<bool, Error> {
    let newest = MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default();
    let mut db = database.begin(Reach::Nobody, Access::Read).await?;
    let applied = sqlx::query_scalar!("select max(version) from _sqlx_migrations where success").fetch_one(db.connection()).await?;
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
                 set plan_cache_mode = force_generic_plan; set client_connection_check_interval = '5s'",
            )
            .await?;
            Ok(())
        })
    })
}

/// An instant as the database takes it.
pub fn instant(at: Timestamp) -> jiff_sqlx::Timestamp {
    at.into()
}

/// A calendar day as the database takes it.
pub fn date(day: jiff::civil::Date) -> jiff_sqlx::Date {
    day.into()
}
