//! The roles of the cluster: owner, login and application.
//!
//! The superuser is for creating the cluster and for an operator. Everything belongs to an owner that is no superuser, as in a
//! database of one's own, and Stint connects with a login that owns nothing: whatever is sent on its connections, it runs as the
//! application. All of it is ensured at each start, so a folder from before there were owners is converted, and an interrupted
//! conversion is repeated.

use super::{ClusterError, directory::DATABASE};
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Connection, PgConnection, postgres::PgConnectOptions, raw_sql};

/// Owns the database and everything in it, and runs the migrations.
pub(super) const OWNER: &str = "stint_owner";
/// Connects, and switches to the application's role.
pub(super) const LOGIN: &str = "stint_login";

/// The roles and their memberships. Neither owner nor login inherits anything.
const ROLES: &str = "
do $$
declare
    wanted record;
begin
    for wanted in select * from (values ('stint_app', 'nologin inherit'), ('stint_viewer', 'nologin inherit'),
        ('stint_owner', 'login noinherit'), ('stint_login', 'login noinherit')) as wanted (name, kind) loop
        if not exists (select from pg_roles where rolname = wanted.name) then
            execute format('create role %I', wanted.name);
        end if;
        execute format('alter role %I nosuperuser nobypassrls nocreatedb nocreaterole noreplication %s', wanted.name, wanted.kind);
    end loop;
end
$$;
grant stint_app to stint_viewer;
grant stint_app, stint_viewer to stint_owner, stint_login;
";

/// Transfers everything in the database to its owner.
const OWNERSHIP: &str = "
do $$
declare
    thing record;
begin
    for thing in
        select case c.relkind when 'S' then 'sequence' when 'v' then 'view' when 'm' then 'materialized view' else 'table' end as kind,
            format('public.%I', c.relname) as name
        from pg_class c
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'S', 'v', 'm', 'f') and c.relowner <> 'stint_owner'::regrole
            and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid
                and (d.deptype = 'e' or c.relkind = 'S' and d.deptype in ('a', 'i')))
        union all
        select case p.prokind when 'p' then 'procedure' when 'a' then 'aggregate' else 'function' end, p.oid::regprocedure::text
        from pg_proc p
        where p.pronamespace = 'public'::regnamespace and p.proowner <> 'stint_owner'::regrole
            and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
    loop
        execute format('alter %s %s owner to stint_owner', thing.kind, thing.name);
    end loop;
end
$$;
alter schema public owner to stint_owner;
";

/// The password of a role, derived from the superuser's by a one-way function.
pub(super) fn password(superuser: &str, role: &str) -> String {
    let digest = Sha256::new().chain_update(superuser).chain_update([0]).chain_update(role).finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Ensures roles, database and ownership, as the superuser.
pub(super) async fn ensure_roles(superuser: &PgConnectOptions, password_of_superuser: &str) -> Result<(), ClusterError> {
    // The notice that a grant exists already is not worth a log line.
    let superuser = superuser.clone().options([("client_min_messages", "warning")]);
    let mut connection = PgConnection::connect_with(&superuser).await?;
    // One process at a time; the lock ends with the connection.
    sqlx::query("select pg_advisory_lock(4711)").execute(&mut connection).await?;
    raw_sql(ROLES).execute(&mut connection).await?;
    for role in [OWNER, LOGIN] {
        let password = password(password_of_superuser, role);
        raw_sql(AssertSqlSafe(format!("alter role {role} password '{password}'"))).execute(&mut connection).await?;
    }
    let exists: bool =
        sqlx::query_scalar("select exists (select from pg_database where datname = $1)").bind(DATABASE).fetch_one(&mut connection).await?;
    let database =
        if exists { format!("alter database {DATABASE} owner to {OWNER}") } else { format!("create database {DATABASE} owner {OWNER}") };
    raw_sql(AssertSqlSafe(database)).execute(&mut connection).await?;
    let mut inside = PgConnection::connect_with(&superuser.database(DATABASE)).await?;
    raw_sql(OWNERSHIP).execute(&mut inside).await?;
    inside.close().await?;
    connection.close().await?;
    Ok(())
}
