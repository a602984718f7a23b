//! Ownership: in the private cluster, and in an external database, with the oldest and the newest PostgreSQL at hand.

use super::*;
use crate::connections::migrate;
use app::database;
use sqlx::{AssertSqlSafe, raw_sql};
use std::{env, path::PathBuf};

/// The variable with the program folder of the newest PostgreSQL; `./dev test` sets it.
const NEWEST: &str = "STINT_TEST_NEWEST_POSTGRES";

/// The installation that Stint would choose, and the newest there is. Where the newest is missing the tests fail rather than skip it
/// silently.
fn installations() -> Vec<Installation> {
    let nowhere = Path::new("/nowhere");
    let chosen = Installation::find(nowhere).expect("PostgreSQL");
    let newest = match env::var_os(NEWEST) {
        Some(folder) if folder == "none" => return vec![chosen],
        Some(folder) => PathBuf::from(folder),
        None => panic!("{NEWEST} names no folder: run these tests with ./dev test, or set it to `none` to leave the newest PostgreSQL out"),
    };
    let newest = Installation::find_among([newest], nowhere).expect("the newest PostgreSQL");
    vec![chosen, newest]
}

async fn start_with(folder: &TempDir, installation: &Installation) -> Cluster {
    Cluster::start_with(ClusterDirectory::prepare(folder.path()).expect("a directory"), installation.clone()).await.expect("a cluster")
}

async fn run(options: &PgConnectOptions, statements: impl Into<String>) -> Result<(), String> {
    let mut connection = PgConnection::connect_with(options).await.map_err(|problem| problem.to_string())?;
    let ran = raw_sql(AssertSqlSafe(statements.into())).execute(&mut connection).await;
    connection.close().await.ok();
    ran.map(|_| ()).map_err(|problem| problem.to_string())
}

async fn number(options: &PgConnectOptions, question: &str) -> i64 {
    let mut connection = PgConnection::connect_with(options).await.expect("a connection");
    sqlx::query_scalar(AssertSqlSafe(question.to_owned())).fetch_one(&mut connection).await.expect("a number")
}

/// An organization with two clients, one of which is granted to a viewer.
const STUDIO: &str = "
begin;
set local app.organization_id = '00000000-0000-0000-0000-000000000001';
insert into organization (id, slug, name, created_at) values (current_organization(), 'studio', 'Studio', now());
insert into member (organization_id, id, role, name, created_at) values
    (current_organization(), '00000000-0000-0000-0000-000000000007', 'owner', 'Ada', now()),
    (current_organization(), '00000000-0000-0000-0000-000000000008', 'viewer', 'Grace', now());
insert into client (organization_id, id, name, color, currency, payment_terms_days, tax_category, tax_rate, language, created_at)
select current_organization(), ('00000000-0000-0000-0000-00000000000' || n)::uuid, 'Client ' || n, 'red', 'EUR', 14, 'S', 0, 'en', now()
from generate_series(1, 2) n;
insert into client_grant (organization_id, member_id, client_id) values
    (current_organization(), '00000000-0000-0000-0000-000000000008', '00000000-0000-0000-0000-000000000001');
commit";

/// The number of clients that the application sees, and that a viewer sees.
async fn sees(login: &PgConnectOptions) -> (i64, i64) {
    let asks = |role: &str| {
        format!(
            "set role {role}; set app.organization_id = '00000000-0000-0000-0000-000000000001';
             set app.viewer_id = '00000000-0000-0000-0000-000000000008'"
        )
    };
    let mut connection = PgConnection::connect_with(login).await.expect("a connection");
    let mut seen = Vec::new();
    for role in ["stint_app", "stint_viewer"] {
        raw_sql(AssertSqlSafe(asks(role))).execute(&mut connection).await.expect("the role");
        seen.push(sqlx::query_scalar("select count(*) from client").fetch_one(&mut connection).await.expect("a count"));
    }
    (seen[0], seen[1])
}

/// Checks the functions of the owner where the owner is no superuser, under forced row security.
async fn functions_of_the_owner_work(login: &PgConnectOptions) {
    let works = "
        set role stint_app;
        begin;
        set local app.organization_id = '00000000-0000-0000-0000-000000000001';
        select append_actions(jsonb_build_array(jsonb_build_object('id', gen_random_uuid(), 'at', now(), 'channel', 'page', 'operation', 'x',
            'member_id', '00000000-0000-0000-0000-000000000007', 'arguments', '{}'::jsonb, 'outcome', 'done', 'withheld', '[]'::jsonb,
            'duration_ms', 0)), false);
        select add_person('00000000-0000-0000-0000-000000000005', 'ada@example.com', 'Ada', '-', now());
        update member set user_id = '00000000-0000-0000-0000-000000000005' where id = '00000000-0000-0000-0000-000000000007';
        select add_sign_in('\\x01', '00000000-0000-0000-0000-000000000005', now(), now() + interval '1 day', '');
        do $$ begin
            assert (select count(*) from action) = 1, 'append_actions';
            assert (select person from login_of('ada@example.com')) is not null, 'login_of';
            assert address_of_member('00000000-0000-0000-0000-000000000007') = 'ada@example.com', 'address_of_member';
            assert member_of_address('ada@example.com') is not null, 'member_of_address';
            assert (select role from authenticate_sign_in('\\x01', 'studio', now())) = 'owner', 'authenticate_sign_in';
        end $$;
        rollback";
    run(login, works).await.expect("functions of the owner");
}

#[tokio::test]
async fn the_private_cluster_is_used_by_a_login_that_owns_nothing() {
    for installation in installations() {
        let folder = folder();
        let cluster = start_with(&folder, &installation).await;
        migrate(cluster.owner()).await.expect("the schema");
        run(&cluster.owner(), STUDIO).await.expect("a studio");
        database::check(&cluster.login()).await.expect("the login may work");
        assert_eq!(sees(&cluster.login()).await, (2, 1), "PostgreSQL {}", installation.version);
        functions_of_the_owner_work(&cluster.login()).await;
        for beyond in [
            "reset role; select count(*) from app_user",
            "reset role; select count(*) from client",
            "set role stint_owner",
            "set session authorization postgres",
            "copy (select 1) to program 'true'",
            "reset role; alter table client disable row level security",
            "reset role; create table t ()",
            "select count(*) from app_user",
            "select count(*) from sign_in",
        ] {
            let told = run(&cluster.login(), format!("set role stint_app; {beyond}")).await.expect_err(beyond);
            assert!(told.contains("denied") || told.contains("must be"), "{beyond}: {told}");
        }
        let told = migrate(cluster.login()).await.expect_err("it owns nothing").to_string();
        assert!(told.contains("may not change the schema") && told.contains("STINT_OWNER_DATABASE_URL"), "{told}");
        let mighty =
            "select count(*) from pg_roles where rolname like 'stint%' and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb)";
        assert_eq!(number(&cluster.owner(), mighty).await, 0);
        // A second start finds everything in place.
        cluster.stop().await;
        let cluster = start_with(&folder, &installation).await;
        migrate(cluster.owner()).await.expect("the schema");
        database::check(&cluster.login()).await.expect("the login may work");
        cluster.stop().await;
    }
}

#[tokio::test]
async fn a_folder_whose_superuser_owned_everything_is_converted_even_when_that_was_broken_off() {
    for installation in installations() {
        let folder = folder();
        let cluster = start_with(&folder, &installation).await;
        let superuser = cluster.connect_options.superuser.clone();
        let maintenance = superuser.clone().database("postgres");
        run(&maintenance, "drop database stint").await.expect("gone");
        run(&maintenance, "drop role stint_owner, stint_login").await.expect("gone");
        run(&maintenance, "create database stint").await.expect("as it was made before");
        migrate(superuser.clone()).await.expect("as the superuser did");
        run(&superuser, STUDIO).await.expect("a studio");
        cluster.stop().await;

        for _ in 0..2 {
            let cluster = start_with(&folder, &installation).await;
            let owned_by_others =
                "select (select count(*) from pg_class where relnamespace = 'public'::regnamespace and relowner <> 'stint_owner'::regrole)
                + (select count(*) from pg_proc where pronamespace = 'public'::regnamespace and proowner <> 'stint_owner'::regrole)
                + (select count(*) from pg_database where datname = 'stint' and datdba <> 'stint_owner'::regrole)";
            assert_eq!(number(&cluster.owner(), owned_by_others).await, 0);
            migrate(cluster.owner()).await.expect("nothing is damaged");
            database::check(&cluster.login()).await.expect("the login may work");
            assert_eq!(sees(&cluster.login()).await, (2, 1));
            functions_of_the_owner_work(&cluster.login()).await;
            // Half of it, as a killed start leaves it.
            let superuser = cluster.connect_options.superuser.clone();
            run(&superuser, "alter table client owner to postgres; alter function append_actions(jsonb, boolean) owner to postgres")
                .await
                .expect("half");
            run(&superuser, "revoke stint_viewer from stint_login; alter role stint_login password null").await.expect("half");
            cluster.stop().await;
        }
    }
}

/// A cluster as an operator has it, without anything of Stint; returns the options of the superuser.
async fn of_an_operator(cluster: &Cluster) -> PgConnectOptions {
    let operator = cluster.connect_options.superuser.clone().database("postgres");
    run(&operator, "drop database stint").await.expect("gone");
    run(&operator, "drop role stint_owner, stint_login, stint_viewer, stint_app").await.expect("gone");
    operator
}

#[tokio::test]
async fn a_database_of_ones_own_needs_no_superuser_and_names_the_grants_that_it_lacks() {
    for installation in installations() {
        let folder = folder();
        let cluster = start_with(&folder, &installation).await;
        let operator = of_an_operator(&cluster).await;
        run(&operator, "create role o login createrole password 'x'; create role p login password 'x'; create role l login password 'x'")
            .await
            .expect("logins");
        for (database, owner) in [("s", "o"), ("t", "o"), ("u", "p")] {
            run(&operator, format!("create database {database} owner {owner}")).await.expect("a database");
        }
        let way = |login: &str, database: &str| operator.clone().username(login).password("x").database(database);

        // An owner with `createrole` needs no other grant: first start, second start, second database.
        for database in ["s", "s", "t"] {
            migrate(way("o", database)).await.expect("the schema");
            database::check(&way("o", database)).await.expect("the owner may work");
        }
        run(&way("o", "s"), STUDIO).await.expect("a studio");
        assert_eq!(sees(&way("o", "s")).await, (2, 1), "PostgreSQL {}", installation.version);
        functions_of_the_owner_work(&way("o", "s")).await;

        // An owner without it is told what to ask for, and so is a login.
        let told = migrate(way("p", "u")).await.expect_err("a right is missing").to_string();
        assert!(
            told.starts_with("the login p lacks rights in the database. Run as a superuser: grant stint_app, stint_viewer to p"),
            "{told}"
        );
        run(&operator, told.split_once("superuser: ").expect("a statement").1).await.expect("what it says");
        migrate(way("p", "u")).await.expect("the schema");

        run(&operator, "grant stint_app to l").await.expect("one of the two");
        let told = database::check(&way("l", "s")).await.expect_err("the other one is missing").to_string();
        run(&operator, told.split_once("superuser: ").expect("a statement").1).await.expect("what it says");
        database::check(&way("l", "s")).await.expect("it may work");
        assert_eq!(sees(&way("l", "s")).await, (2, 1));
        functions_of_the_owner_work(&way("l", "s")).await;

        // A missing grant of a viewer's role is detected. The grantor revokes it: since PostgreSQL 16 a superuser revokes only what was
        // granted as one.
        run(&way("o", "s"), "revoke stint_app from stint_viewer").await.expect("taken");
        let told = database::check(&way("l", "s")).await.expect_err("it is found").to_string();
        assert!(told.contains("Run as a superuser: grant stint_app to stint_viewer"), "{told}");
        cluster.stop().await;
    }
}

#[tokio::test]
async fn without_the_right_to_make_roles_the_statements_that_make_them_are_told() {
    let folder = folder();
    let cluster = start(&folder).await;
    let operator = of_an_operator(&cluster).await;
    run(&operator, "create role o login password 'x'").await.expect("a login");
    run(&operator, "create database s owner o").await.expect("a database");
    let way = operator.clone().username("o").password("x").database("s");
    let told = migrate(way.clone()).await.expect_err("a right is missing").to_string();
    assert!(told.contains("create role stint_app; create role stint_viewer; grant stint_app to stint_viewer; "), "{told}");
    run(&operator, told.split_once("superuser: ").expect("statements").1).await.expect("what it says");
    migrate(way.clone()).await.expect("the schema");
    database::check(&way).await.expect("it may work");
    cluster.stop().await;
}
