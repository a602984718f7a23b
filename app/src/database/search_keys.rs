//! Search keys of names that were written without them: by an older program, by the migration that added the keys, or by an undo,
//! whose images hold none. The database gives such a name an approximate key; only [`search_key`] makes the right one.

use domain::text::search_key;
use sqlx::{Connection, PgConnection, query, query_as, query_scalar};
use uuid::Uuid;

use super::SchemaError;

/// The most organizations that are listed at once.
const ORGANIZATIONS_MAX: i32 = 1_000;

/// A name whose key is only approximate.
struct Unfolded {
    id: Uuid,
    name: String,
    search_key: String,
}

/// Names and their right keys.
#[derive(Default)]
struct Folded {
    ids: Vec<Uuid>,
    names: Vec<String>,
    keys: Vec<String>,
    /// The records whose key is another one.
    wrong: Vec<(Uuid, String)>,
}

impl Folded {
    fn of(names: Vec<Unfolded>) -> Self {
        let mut folded = Self::default();
        for Unfolded { id, name, search_key: near } in names {
            let key = search_key(&name);
            if key != near {
                folded.wrong.push((id, key.clone()));
            }
            folded.ids.push(id);
            folded.names.push(name);
            folded.keys.push(key);
        }
        folded
    }
}

/// Sets all missing keys, organization by organization.
pub(super) async fn fold_all(owner: &mut PgConnection) -> Result<(), SchemaError> {
    loop {
        let organizations = organizations(owner).await?;
        for organization in &organizations {
            let mut transaction = owner.begin().await?;
            query!("select set_config('app.organization_id', $1, true)", organization.to_string()).fetch_one(&mut *transaction).await?;
            fold(&mut transaction, *organization).await?;
            transaction.commit().await?;
        }
        if organizations.len() < ORGANIZATIONS_MAX as usize {
            return Ok(());
        }
    }
}

/// Organizations with names whose keys are missing.
pub(crate) async fn organizations(connection: &mut PgConnection) -> Result<Vec<Uuid>, sqlx::Error> {
    query_scalar!(r#"select organization_id as "id!" from organizations_with_unfolded_names($1)"#, ORGANIZATIONS_MAX)
        .fetch_all(connection)
        .await
}

/// Sets the missing keys of one organization and answers how many there were. Of several names with one key the first one has it, and
/// the others have it as namesakes.
pub(crate) async fn fold(connection: &mut PgConnection, organization: Uuid) -> Result<u64, sqlx::Error> {
    let clients = Folded::of(clients(connection, organization).await?);
    clear_clients(connection, organization, &clients).await?;
    for (id, key) in &clients.wrong {
        fold_client(connection, organization, *id, key).await?;
    }
    let projects = Folded::of(projects(connection, organization).await?);
    clear_projects(connection, organization, &projects).await?;
    for (id, key) in &projects.wrong {
        fold_project(connection, organization, *id, key).await?;
    }
    let members = Folded::of(members(connection, organization).await?);
    fold_members(connection, organization, &members).await?;
    Ok((clients.ids.len() + projects.ids.len() + members.ids.len()) as u64)
}

async fn clients(connection: &mut PgConnection, organization: Uuid) -> Result<Vec<Unfolded>, sqlx::Error> {
    query_as!(
        Unfolded,
        "select id, name, search_key from client where organization_id = $1 and search_key_of is distinct from name
         order by created_at, id for no key update",
        organization
    )
    .fetch_all(connection)
    .await
}

/// Keeps the right keys and removes the others, since a wrong key may be the right one of another name.
async fn clear_clients(connection: &mut PgConnection, organization: Uuid, names: &Folded) -> Result<(), sqlx::Error> {
    query!(
        "update client t set search_key = case when t.search_key = g.key then g.key else t.id::text end, search_key_of = t.name
         from unnest($2::uuid[], $3::text[], $4::text[]) as g (id, name, key)
         where t.organization_id = $1 and t.id = g.id and t.name = g.name",
        organization,
        &names.ids,
        &names.names,
        &names.keys
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn fold_client(connection: &mut PgConnection, organization: Uuid, id: Uuid, key: &str) -> Result<(), sqlx::Error> {
    query!(
        "update client t set search_key = $3, namesake = (
             select coalesce(max(other.namesake) + 1, 0) from client other
             where other.organization_id = $1 and other.search_key = $3 and other.id <> $2)
         where t.organization_id = $1 and t.id = $2",
        organization,
        id,
        key
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn projects(connection: &mut PgConnection, organization: Uuid) -> Result<Vec<Unfolded>, sqlx::Error> {
    query_as!(
        Unfolded,
        "select id, name, search_key from project where organization_id = $1 and search_key_of is distinct from name
         order by created_at, id for no key update",
        organization
    )
    .fetch_all(connection)
    .await
}

/// Keeps the right keys and removes the others, since a wrong key may be the right one of another name.
async fn clear_projects(connection: &mut PgConnection, organization: Uuid, names: &Folded) -> Result<(), sqlx::Error> {
    query!(
        "update project t set search_key = case when t.search_key = g.key then g.key else t.id::text end, search_key_of = t.name
         from unnest($2::uuid[], $3::text[], $4::text[]) as g (id, name, key)
         where t.organization_id = $1 and t.id = g.id and t.name = g.name",
        organization,
        &names.ids,
        &names.names,
        &names.keys
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn fold_project(connection: &mut PgConnection, organization: Uuid, id: Uuid, key: &str) -> Result<(), sqlx::Error> {
    query!(
        "update project t set search_key = $3, namesake = (
             select coalesce(max(other.namesake) + 1, 0) from project other
             where other.organization_id = $1 and other.client_id = t.client_id and other.search_key = $3 and other.id <> $2)
         where t.organization_id = $1 and t.id = $2",
        organization,
        id,
        key
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn members(connection: &mut PgConnection, organization: Uuid) -> Result<Vec<Unfolded>, sqlx::Error> {
    query_as!(
        Unfolded,
        "select id, name, search_key from member where organization_id = $1 and search_key_of is distinct from name
         order by created_at, id for no key update",
        organization
    )
    .fetch_all(connection)
    .await
}

async fn fold_members(connection: &mut PgConnection, organization: Uuid, names: &Folded) -> Result<(), sqlx::Error> {
    query!(
        "update member t set search_key = g.key, search_key_of = t.name
         from unnest($2::uuid[], $3::text[], $4::text[]) as g (id, name, key)
         where t.organization_id = $1 and t.id = g.id and t.name = g.name",
        organization,
        &names.ids,
        &names.names,
        &names.keys
    )
    .execute(connection)
    .await?;
    Ok(())
}
