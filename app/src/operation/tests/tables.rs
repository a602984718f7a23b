//! Rules for every table in the catalogue.

use sqlx::Row;

use crate::database::{AccessMode, RowScope};
use crate::testing::{World, owner};

/// Tables that belong to no organization: people sign in before they are in any.
const WITHOUT_TENANT: [&str; 15] = [
    "_sqlx_migrations",
    "app_user",
    "attempt_limit",
    "call_quota",
    "deployment",
    "deployment_usage",
    "founder_usage",
    "known_browser",
    "organization",
    "own_idempotency",
    "schema_piece",
    "schema_record",
    "security_event",
    "sign_in",
    "travelling_secret",
];

/// The names that a query of the catalogue finds.
pub(super) async fn names(query: &'static str) -> Vec<String> {
    World::new("tables").await;
    let owner = owner().await;
    let rows = sqlx::query(query).fetch_all(&owner).await.expect("the catalogue");
    owner.close().await;
    rows.iter().map(|row| row.get::<String, _>(0)).collect()
}

#[tokio::test]
async fn every_table_belongs_to_an_organization_or_is_known_not_to() {
    let without = names(
        "select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = 'public' and c.relkind in ('r', 'p')
             and not exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'organization_id' and a.attnotnull)
         order by 1",
    )
    .await;
    assert_eq!(without, WITHOUT_TENANT);
}

#[tokio::test]
async fn every_table_with_an_owner_forces_row_security_with_a_policy_for_reading_and_writing() {
    let open = names(
        "select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = 'public' and c.relkind in ('r', 'p')
             and c.relname not in ('_sqlx_migrations', 'deployment_usage', 'schema_piece', 'schema_record')
             and has_table_privilege('stint_app', c.oid, 'select, insert, update, delete')
             and not (c.relrowsecurity and c.relforcerowsecurity and exists (
                 select from pg_policy p where p.polrelid = c.oid and p.polname in ('tenant', 'own') and p.polqual is not null and p.polwithcheck is not null))
         order by 1",
    )
    .await;
    assert_eq!(open, Vec::<String>::new(), "tables without a forced tenant policy");
}

#[tokio::test]
async fn a_table_without_a_tenant_is_reached_through_functions_of_the_owner_alone() {
    let open = names(
        "select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition
             and not has_table_privilege('stint_app', c.oid, 'select, insert, update, delete')
             and not (c.relrowsecurity and not c.relforcerowsecurity and not exists (select from pg_policy p where p.polrelid = c.oid))
         order by 1",
    )
    .await;
    assert_eq!(open, Vec::<String>::new(), "closed tables without row security, or with one that locks the owner out");
}

#[tokio::test]
async fn nobody_runs_a_function_who_was_not_granted_it_and_those_of_the_owner_name_their_search_path() {
    let open = names(
        "select p.oid::regprocedure::text from pg_proc p where p.pronamespace = 'public'::regnamespace
             and (exists (select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a where a.grantee = 0)
                  or p.prosecdef and not coalesce(p.proconfig @> array['search_path=public, pg_temp'], false))
         order by 1",
    )
    .await;
    assert_eq!(open, Vec::<String>::new(), "functions that everybody may run, or that look where their caller says");
}

/// Tables that every call writes, whoever the caller: its changes, its stored answer, and counters.
const WRITTEN_BY_CALLS: [&str; 5] = ["change", "idempotency", "mail_usage", "model_usage", "own_idempotency"];

#[tokio::test]
async fn what_a_viewer_may_write_is_narrowed_in_every_table() {
    let open = names(
        "select distinct c.relname::text from pg_class c,
             (values ('a'::\"char\", 'insert'), ('w', 'update'), ('d', 'delete')) writing (command, privilege)
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
             and has_table_privilege('stint_viewer', c.oid, writing.privilege)
             and not exists (
                 select from pg_policy p where p.polrelid = c.oid and not p.polpermissive
                     and p.polcmd in (writing.command, '*') and 'stint_viewer'::regrole = any (p.polroles))
         order by 1",
    )
    .await;
    assert_eq!(open, WRITTEN_BY_CALLS, "writes that only the operation keeps from a viewer");
}

#[tokio::test]
async fn keys_lead_with_the_organization() {
    let astray = names(
        "select format('%s on %s', k.conname, c.relname) from pg_constraint k
         join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
         join pg_attribute a on a.attrelid = c.oid and a.attnum = k.conkey[1]
         where n.nspname = 'public' and k.contype in ('p', 'u', 'f') and a.attname <> 'organization_id'
             and exists (select from pg_attribute o where o.attrelid = c.oid and o.attname = 'organization_id')
             and not (k.contype = 'f' and k.confrelid = 'app_user'::regclass)
         union all
         select format('%s on %s', i.indexrelid::regclass, c.relname) from pg_index i
         join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
         join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
         where n.nspname = 'public' and i.indisunique and a.attname <> 'organization_id'
             and exists (select from pg_attribute o where o.attrelid = c.oid and o.attname = 'organization_id')
         order by 1",
    )
    .await;
    assert_eq!(astray, Vec::<String>::new(), "keys that do not begin with the organization");
}

#[tokio::test]
async fn the_application_owns_nothing_and_cannot_bypass_row_security() {
    let powers = names(
        "select 'bypasses row security' from pg_roles where rolname = 'stint_app' and (rolbypassrls or rolsuper or rolcreaterole or rolcreatedb)
         union all select format('owns %s', relname) from pg_class where relowner = 'stint_app'::regrole
         union all select format('may %s %s', privilege_type, table_name) from information_schema.role_table_grants
             where grantee = 'stint_app' and table_schema = 'public'
                 and ((table_name in ('action', 'change') and privilege_type in ('UPDATE', 'DELETE')) or privilege_type = 'TRUNCATE'
                      or ((table_name ~ '^(audit_|access_record)') and privilege_type <> 'SELECT')
                      or table_name in ('attempt_limit', 'known_browser', 'security_event', 'travelling_secret')
                      or (table_name = '_sqlx_migrations' and privilege_type <> 'SELECT'))",
    )
    .await;
    assert_eq!(powers, Vec::<String>::new());
}

#[tokio::test]
async fn calls_work_as_the_application_and_not_as_the_owner() {
    let world = World::new("tables").await;
    let mut db = world.caller.services.database.begin(RowScope::Nobody, AccessMode::Read).await.expect("a transaction");
    let role: String = sqlx::query_scalar("select current_user::text").fetch_one(db.connection()).await.expect("a role");
    assert_eq!(role, "stint_app");
    let seen: i64 = sqlx::query_scalar("select count(*) from client").fetch_one(db.connection()).await.expect("a count");
    assert_eq!(seen, 0, "without an organization nothing is seen");
}
