//! Stint accepts a database only if it is as the migrations made it and its schema is compatible with this binary.

use sqlx::{AssertSqlSafe, Connection, PgConnection, postgres::PgConnectOptions, raw_sql};

use super::super::{MIGRATIONS, SchemaError, check, migrate};
use crate::testing::create;

/// A new database with the schema.
async fn made(name: &str) -> PgConnectOptions {
    let options = create(name).await;
    migrate(&options).await.expect("the schema");
    options
}

async fn run(options: &PgConnectOptions, statements: impl Into<String>) {
    let mut connection = PgConnection::connect_with(options).await.expect("a connection");
    raw_sql(AssertSqlSafe(statements.into())).execute(&mut connection).await.expect("the statements");
    connection.close().await.expect("closed");
}

/// The reason why this database is refused.
async fn refusal(options: &PgConnectOptions) -> String {
    check(options).await.expect_err("it is refused").to_string()
}

fn newest() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().expect("migrations")
}

/// The version before the newest; the numbers have gaps.
fn one_before() -> i64 {
    let versions = MIGRATIONS.iter().map(|migration| migration.version);
    versions.filter(|version| *version < newest()).max().expect("migrations")
}

#[tokio::test]
async fn a_wall_that_was_taken_down_is_named_and_nobody_works_beside_it() {
    let options = made("walls_").await;
    check(&options).await.expect("as it was made");
    for (damage, told, repair) in [
        (
            "alter policy granted on budget to stint_app",
            "policy granted on budget is not as it was made",
            "alter policy granted on budget to stint_viewer",
        ),
        (
            "alter table client no force row level security",
            "table client is not as it was made",
            "alter table client force row level security",
        ),
        ("create policy open on client using (true)", "policy open on client was added", "drop policy open on client"),
        (
            "alter table time_entry disable trigger time_entry_billed",
            "trigger time_entry_billed on time_entry is not as it was made",
            "alter table time_entry enable trigger time_entry_billed",
        ),
        (
            "grant execute on function login_of(text) to public",
            "function login_of(text) is not as it was made",
            "revoke execute on function login_of(text) from public",
        ),
        (
            "alter function current_organization() security definer",
            "function current_organization() is not as it was made",
            "alter function current_organization() security invoker",
        ),
        ("grant select on app_user to stint_app", "table app_user is not as it was made", "revoke select on app_user from stint_app"),
    ] {
        run(&options, damage).await;
        let refusal = refusal(&options).await;
        assert!(refusal.contains(told) && refusal.contains("docs/backup.md"), "after {damage}: {refusal}");
        let refused = migrate(&options).await.expect_err("it would be written down as right");
        assert!(matches!(refused, SchemaError::Damaged { .. }), "{refused}");
        run(&options, repair).await;
        check(&options).await.expect("repaired");
    }
    run(&options, "drop policy granted on client; drop policy granted on project; drop table payment cascade").await;
    let refusal = refusal(&options).await;
    assert!(refusal.contains("more"), "{refusal}");
}

#[tokio::test]
async fn an_older_stint_works_on_a_newer_schema_that_says_so_and_on_no_other() {
    let options = made("newer_").await;
    let next = newest() + 1;
    let applied = format!(
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time) values ({next}, 'later', true, 'x', 0)"
    );
    run(&options, applied).await;
    check(&options).await.expect("somebody is migrating");
    run(&options, format!("select record_schema({next}, {})", newest())).await;
    check(&options).await.expect("it says so");
    migrate(&options).await.expect("there is nothing to do");
    run(&options, format!("select record_schema({next}, {next})")).await;
    let refusal = refusal(&options).await;
    assert!(refusal.contains(&format!("works with version {next} or newer")) && refusal.ends_with("start a newer Stint"), "{refusal}");
    assert!(matches!(migrate(&options).await, Err(SchemaError::Ahead { .. })));
}

#[tokio::test]
async fn whoever_finds_an_older_schema_leaves_it_alone_and_says_what_to_do() {
    let options = create("older_").await;
    assert!(refusal(&options).await.contains("run `stint migrate` or start `stint serve` first"));
    let mut connection = PgConnection::connect_with(&options).await.expect("a connection");
    super::super::roles::prepare(&mut connection).await.expect("the roles");
    MIGRATIONS.run_to(one_before(), &mut connection).await.expect("all but one");
    connection.close().await.expect("closed");
    let refusal = refusal(&options).await;
    assert!(refusal.contains(&format!("at version {}, and this Stint needs version {}", one_before(), newest())), "{refusal}");
    migrate(&options).await.expect("the last one");
    check(&options).await.expect("up to date");
}

#[tokio::test]
async fn a_migration_that_was_broken_off_before_it_was_written_down_is_written_down_by_the_next() {
    let options = made("record_").await;
    run(&options, "delete from schema_piece; delete from schema_record").await;
    migrate(&options).await.expect("again");
    run(&options, "drop policy granted on client").await;
    assert!(refusal(&options).await.contains("policy granted on client is missing"));
}

#[tokio::test]
async fn a_migration_waits_for_whoever_works_on_its_tables_without_keeping_others_waiting() {
    let options = create("held_").await;
    let mut owner = PgConnection::connect_with(&options).await.expect("a connection");
    super::super::roles::prepare(&mut owner).await.expect("the roles");
    MIGRATIONS.run_to(10, &mut owner).await.expect("an older schema");
    raw_sql("begin; select count(*) from app_user").execute(&mut owner).await.expect("a long read");
    let migrating = tokio::spawn({
        let options = options.clone();
        async move { migrate(&options).await }
    });
    let waits = "select count(*) from pg_locks l join pg_stat_activity a using (pid)
        where not l.granted and l.relation = 'app_user'::regclass and a.datname = current_database()";
    let mut other = PgConnection::connect_with(&options).await.expect("a connection");
    // It waits for the lock, gives up, and tries again.
    let limit = tokio::time::Instant::now() + std::time::Duration::from_secs(60);
    for expected in [1, 0, 1] {
        while sqlx::query_scalar::<_, i64>(waits).fetch_one(&mut other).await.expect("a count") != expected {
            assert!(tokio::time::Instant::now() < limit, "waited too long for {expected} to wait");
        }
    }
    raw_sql("commit").execute(&mut owner).await.expect("the read ends");
    migrating.await.expect("a task").expect("the schema");
    check(&options).await.expect("up to date");
}
