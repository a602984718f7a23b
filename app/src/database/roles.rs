//! The database roles of Stint, and who may set them.
//!
//! | role | what it is |
//! |---|---|
//! | `stint_app` | the application: may what its grants say, owns nothing, cannot pass row security |
//! | `stint_viewer` | the application when it reads for a viewer: sees less, by policies of its own |
//! | the owner | owns database, tables and functions, runs the migrations; no superuser |
//! | the login | connects, becomes one of the first two, and has no right of its own |
//!
//! The migrations check that the owner is a member of the first two. From PostgreSQL 16 on the creator of a role becomes a member
//! at once, but may not set it; so both are created and granted here, before the migrations run.

use sqlx::{AssertSqlSafe, PgConnection, query, query_scalar, raw_sql};

use super::SchemaError;

/// Creates the roles, and makes the role of viewers a member of that of the application.
const MAKE: &str = "
do $$
begin
    if not exists (select from pg_roles where rolname = 'stint_app') then
        create role stint_app nologin nosuperuser nobypassrls nocreatedb nocreaterole;
    end if;
exception when duplicate_object or unique_violation then
    null;
end
$$;
do $$
begin
    if not exists (select from pg_roles where rolname = 'stint_viewer') then
        create role stint_viewer nologin nosuperuser nobypassrls nocreatedb nocreaterole;
    end if;
exception when duplicate_object or unique_violation then
    null;
end
$$;
do $$
begin
    if not pg_has_role('stint_viewer', 'stint_app', 'usage') then
        grant stint_app to stint_viewer;
    end if;
exception when unique_violation then
    null;
end
$$";

/// Lets the owner set both roles without inheriting from them: the policies for viewers must not apply to the owner's functions.
const GRANT: &str = "
do $$
declare
    role text;
    options constant text := case when current_setting('server_version_num')::integer >= 160000 then ' with inherit false, set true' else '' end;
    wanted constant text := case when options = '' then 'member' else 'set' end;
begin
    foreach role in array array['stint_app', 'stint_viewer'] loop
        if not pg_has_role(current_user, role, wanted) then
            execute format('grant %I to %I%s', role, current_user, options);
        end if;
    end loop;
exception when unique_violation then
    null;
end
$$";

/// insufficient_privilege.
const FORBIDDEN: &str = "42501";

/// Creates missing roles and grants, as far as the owner may.
pub(super) async fn prepare(owner: &mut PgConnection) -> Result<(), SchemaError> {
    for statements in [MAKE, GRANT] {
        match raw_sql(AssertSqlSafe(statements)).execute(&mut *owner).await {
            Ok(_) => {}
            // Another login may have created them: whether the owner may use them is checked next.
            Err(problem) if problem.as_database_error().is_some_and(|answer| answer.code().as_deref() == Some(FORBIDDEN)) => break,
            Err(problem) => return Err(problem.into()),
        }
    }
    let missing = missing_for_owner(owner).await?;
    refused(owner, missing).await
}

/// The statements that create the roles and grants which the owner needs and lacks.
async fn missing_for_owner(owner: &mut PgConnection) -> Result<Vec<String>, SchemaError> {
    let mut missing = missing_roles(owner).await?;
    let is_member = r#"select pg_has_role(current_user, 'stint_app', 'member') and pg_has_role(current_user, 'stint_viewer', 'member')"#;
    if !missing.is_empty() || !query_scalar::<_, bool>(is_member).fetch_one(&mut *owner).await? {
        missing.push(grant(owner).await?);
    }
    Ok(missing)
}

/// Checks that this login may work as the application.
///
/// # Errors
/// Says which grant it lacks.
pub(super) async fn check_login(login: &mut PgConnection) -> Result<(), SchemaError> {
    let mut missing = missing_roles(login).await?;
    if !missing.is_empty() || !may_become_both(login).await? {
        missing.push(grant(login).await?);
    }
    refused(login, missing).await
}

async fn may_become_both(login: &mut PgConnection) -> Result<bool, SchemaError> {
    Ok(query_scalar!(
        r#"select case when current_setting('server_version_num')::integer >= 160000
               then pg_has_role(session_user, 'stint_app', 'set') and pg_has_role(session_user, 'stint_viewer', 'set')
               else pg_has_role(session_user, 'stint_app', 'member') and pg_has_role(session_user, 'stint_viewer', 'member') end as "may!""#
    )
    .fetch_one(login)
    .await?)
}

/// The statements that create the missing roles and the grant between them.
async fn missing_roles(connection: &mut PgConnection) -> Result<Vec<String>, SchemaError> {
    let mut missing = Vec::new();
    for role in ["stint_app", "stint_viewer"] {
        let exists = query_scalar!(r#"select exists (select from pg_roles where rolname = $1) as "exists!""#, role);
        if !exists.fetch_one(&mut *connection).await? {
            missing.push(format!("create role {role}"));
        }
    }
    if !missing.is_empty() || !is_viewer_of_the_application(connection).await? {
        missing.push("grant stint_app to stint_viewer".to_owned());
    }
    Ok(missing)
}

async fn is_viewer_of_the_application(connection: &mut PgConnection) -> Result<bool, SchemaError> {
    Ok(query_scalar!(r#"select pg_has_role('stint_viewer', 'stint_app', 'usage') as "is!""#).fetch_one(connection).await?)
}

/// Whether this login has rights of its own, which it does not need: an attacker who injects a statement would have them too.
pub(super) async fn is_overprivileged(login: &mut PgConnection) -> Result<bool, SchemaError> {
    Ok(query_scalar!(
        r#"select (r.rolsuper or r.rolbypassrls or r.rolcreaterole
               or exists (select from pg_class c where c.relnamespace = 'public'::regnamespace and pg_has_role(session_user, c.relowner, 'usage'))) as "mighty!"
           from pg_roles r where r.rolname = session_user"#
    )
    .fetch_one(login)
    .await?)
}

/// The statement that lets this login set both roles.
async fn grant(connection: &mut PgConnection) -> Result<String, SchemaError> {
    let row =
        query!(r#"select quote_ident(session_user) as "login!", current_setting('server_version_num')::integer >= 160000 as "modern!""#)
            .fetch_one(connection)
            .await?;
    let options = if row.modern { " with inherit false, set true" } else { "" };
    Ok(format!("grant stint_app, stint_viewer to {}{options}", row.login))
}

async fn refused(connection: &mut PgConnection, missing: Vec<String>) -> Result<(), SchemaError> {
    if missing.is_empty() {
        return Ok(());
    }
    let login = query_scalar!(r#"select session_user::text as "login!""#).fetch_one(connection).await?;
    Err(SchemaError::MissingRight { login, statement: missing.join("; ") })
}
