//! The schema record: what the migrations have made, for comparison with what is there.
//!
//! The record is in the database: each migration run writes it, and programs of every version compare with it. It holds the
//! version of the schema, the oldest version that still works, and the objects that enforce tenancy (`schema_pieces`).

use sqlx::{PgConnection, query, query_as, query_scalar};

use super::{
    SchemaError,
    migrate::{newest, works_with},
};

/// The most objects that an error names; a restore without roles lacks dozens.
const TOLD: usize = 5;

/// The number of rows that a probe of the storage writes: some 700 kB.
const PROBE_ROWS: i32 = 20_000;

/// The version of the schema and the oldest version that still works with it.
struct SchemaRecord {
    version: i64,
    works_with: i64,
}

/// Checks that there is a schema at all, which every login may do.
///
/// # Errors
/// Says how to make one.
pub(super) async fn check_is_there(connection: &mut PgConnection) -> Result<(), SchemaError> {
    match has_table(connection, "public._sqlx_migrations").await? {
        true => Ok(()),
        false => Err(SchemaError::Behind { applied: 0, newest: newest() }),
    }
}

/// Checks that this binary works on the current schema.
///
/// # Errors
/// Says that it is too old or too new.
pub(super) async fn check_version(connection: &mut PgConnection) -> Result<(), SchemaError> {
    let (applied, newest) = (applied(connection).await?, newest());
    if applied < newest {
        return Err(SchemaError::Behind { applied, newest });
    }
    match recorded(connection).await? {
        Some(SchemaRecord { works_with, .. }) if applied > newest && works_with > newest => {
            Err(SchemaError::Ahead { applied, works_with, newest })
        }
        _ => Ok(()),
    }
}

/// Checks that the recorded objects are as the migrations made them. While a migration runs, nothing can be compared.
///
/// # Errors
/// Names the objects that are missing or changed.
pub(super) async fn check_pieces(connection: &mut PgConnection) -> Result<(), SchemaError> {
    let applied = applied(connection).await?;
    if recorded(connection).await?.is_none_or(|record| record.version != applied) {
        return Ok(());
    }
    let damaged = query!(r#"select piece as "piece!", damage as "damage!" from schema_damage()"#).fetch_all(connection).await?;
    let mut told: Vec<String> = damaged.iter().take(TOLD).map(|row| format!("{} {}", row.piece, row.damage)).collect();
    if told.is_empty() {
        return Ok(());
    }
    if damaged.len() > TOLD {
        told.push(format!("and {} more", damaged.len() - TOLD));
    }
    Err(SchemaError::Damaged { pieces: told.join(", ") })
}

/// Checks that this binary may migrate the schema: it is not too old, and no object is damaged, which would afterwards be
/// recorded as right.
pub(super) async fn may_migrate(owner: &mut PgConnection) -> Result<(), SchemaError> {
    match check_version(owner).await {
        Ok(()) | Err(SchemaError::Behind { .. }) => check_pieces(owner).await,
        refused => refused,
    }
}

/// Writes the record of what the migrations have made, unless it is written already or another binary made the schema.
pub(super) async fn renew(owner: &mut PgConnection) -> Result<(), SchemaError> {
    let newest = newest();
    if applied(owner).await? != newest || recorded(owner).await?.is_some_and(|record| record.version == newest) {
        return Ok(());
    }
    query!("select record_schema($1, $2)", newest, works_with()).fetch_one(owner).await?;
    Ok(())
}

/// Whether the database accepts writes: a standby does not, nor one that was set to read only.
pub(super) async fn takes_writes(connection: &mut PgConnection) -> Result<bool, SchemaError> {
    let takes =
        query_scalar!(r#"select not pg_is_in_recovery() and not current_setting('default_transaction_read_only')::boolean as "takes!""#);
    Ok(takes.fetch_one(connection).await?)
}

/// Extends files of the database, as a write would, in a transaction that is to be rolled back.
pub(super) async fn probe_storage(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    query!(r#"select probe_storage($1) as "probed: ()""#, PROBE_ROWS).execute(connection).await?;
    Ok(())
}

/// The newest migration of this database; 0 where there is none yet.
async fn applied(connection: &mut PgConnection) -> Result<i64, SchemaError> {
    if !has_table(connection, "public._sqlx_migrations").await? {
        return Ok(0);
    }
    Ok(query_scalar!(r#"select coalesce(max(version), 0) as "version!" from _sqlx_migrations where success"#).fetch_one(connection).await?)
}

/// The schema record; none before the schema has one.
async fn recorded(connection: &mut PgConnection) -> Result<Option<SchemaRecord>, SchemaError> {
    if !has_table(connection, "public.schema_record").await? {
        return Ok(None);
    }
    Ok(query_as!(SchemaRecord, "select version, works_with from schema_record").fetch_optional(connection).await?)
}

async fn has_table(connection: &mut PgConnection, name: &str) -> Result<bool, SchemaError> {
    Ok(query_scalar!(r#"select to_regclass($1) is not null as "has!""#, name).fetch_one(connection).await?)
}
