//! What the migrations have made, compared with what there is.
//!
//! The record is in the database: whoever migrates writes it, and programs of every version compare with it. It tells how far the
//! schema has come, how old a program may be that works on it, and the pieces that hold the walls up (`schema_pieces`).

use sqlx::{PgConnection, query, query_as, query_scalar};

use super::{
    SchemaError,
    migrate::{newest, works_with},
};

/// So many pieces are told; a restore without roles lacks dozens.
const TOLD: usize = 5;

/// So many rows are written to see whether there is room: some 700 kB.
const PROBE_ROWS: i32 = 20_000;

/// How far the schema has come.
struct SchemaRecord {
    version: i64,
    works_with: i64,
}

/// Whether there is a schema at all. Everybody may ask.
///
/// # Errors
/// Says how to make one.
pub(super) async fn check_is_there(connection: &mut PgConnection) -> Result<(), SchemaError> {
    match has_table(connection, "public._sqlx_migrations").await? {
        true => Ok(()),
        false => Err(SchemaError::Behind { applied: 0, newest: newest() }),
    }
}

/// Whether this binary works on the schema as it is.
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

/// Whether the walls stand as the migrations built them. While somebody migrates, nobody can tell.
///
/// # Errors
/// Names the pieces that are missing or changed.
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

/// Whether this binary may bring the schema up to date: it is not too old for it, and nothing is broken that would be written
/// down as right afterwards.
pub(super) async fn may_migrate(owner: &mut PgConnection) -> Result<(), SchemaError> {
    match check_version(owner).await {
        Ok(()) | Err(SchemaError::Behind { .. }) => check_pieces(owner).await,
        refused => refused,
    }
}

/// Writes down what the migrations have made, unless that was done already or another binary made it.
pub(super) async fn renew(owner: &mut PgConnection) -> Result<(), SchemaError> {
    let newest = newest();
    if applied(owner).await? != newest || recorded(owner).await?.is_some_and(|record| record.version == newest) {
        return Ok(());
    }
    query!("select record_schema($1, $2)", newest, works_with()).fetch_one(owner).await?;
    Ok(())
}

/// Whether the database takes writes: a standby does not, nor one that was set to read only.
pub(super) async fn takes_writes(connection: &mut PgConnection) -> Result<bool, SchemaError> {
    let takes =
        query_scalar!(r#"select not pg_is_in_recovery() and not current_setting('default_transaction_read_only')::boolean as "takes!""#);
    Ok(takes.fetch_one(connection).await?)
}

/// Makes files of the database longer, as a write would, and keeps nothing of it.
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

/// The record; none before the schema has one.
async fn recorded(connection: &mut PgConnection) -> Result<Option<SchemaRecord>, SchemaError> {
    if !has_table(connection, "public.schema_record").await? {
        return Ok(None);
    }
    Ok(query_as!(SchemaRecord, "select version, works_with from schema_record").fetch_optional(connection).await?)
}

async fn has_table(connection: &mut PgConnection, name: &str) -> Result<bool, SchemaError> {
    Ok(query_scalar!(r#"select to_regclass($1) is not null as "has!""#, name).fetch_one(connection).await?)
}
