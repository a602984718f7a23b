//! SQL of clients.

use domain::{id::ClientId, text};
use jiff::Timestamp;
use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

use super::Client;
use crate::{
    database::{Db, OnConstraint, instant},
    error::Error,
    namesake::{Namesake, name_taken},
    page::Cursor,
};

/// A client as stored.
#[allow(missing_docs, reason = "the columns are described at Client")]
pub struct ClientRow {
    pub id: Uuid,
    pub name: String,
    pub color: String,
    pub currency: String,
    pub rate: Option<i64>,
    pub payment_terms_days: i16,
    pub tax_category: String,
    pub tax_percent: i32,
    pub tax_reason: Option<String>,
    pub legal_name: Option<String>,
    pub email: Option<String>,
    pub address: Option<String>,
    pub country: Option<String>,
    pub vat_id: Option<String>,
    pub language: String,
    pub archived: bool,
    pub projects: i64,
    /// The sort key of the list.
    pub search_key: String,
}

/// Which clients are listed.
pub struct ClientFilter {
    /// Words in the name, as of [`text::search_words`]; all of them have to be there.
    pub words: Vec<String>,
    /// Include archived ones.
    pub archived: bool,
    /// Only those with a project that this member is on.
    pub on: Option<Uuid>,
}

/// Clients by name, from after the cursor.
pub async fn list(db: &mut Db, filter: &ClientFilter, after: Option<Cursor>, limit: i64) -> Result<Vec<ClientRow>, Error> {
    let organization = db.organization();
    let (key, id) = after.map(|after| (after.key, after.id)).unzip();
    Ok(query_as!(
        ClientRow,
        r#"select c.id, c.name, c.color, c.currency, c.rate, c.payment_terms_days, c.tax_category, c.tax_percent,
               c.tax_reason, c.email, c.address, c.country, c.vat_id, c.legal_name, c.language, c.archived_at is not null as "archived!",
               c.search_key,
               (select count(*) from project p where p.organization_id = $1 and p.client_id = c.id and p.archived_at is null
                   and ($4::uuid is null or exists (
                       select from project_member pm where pm.organization_id = $1 and pm.project_id = p.id and pm.member_id = $4))) as "projects!"
           from client c
           where c.organization_id = $1
               and (cardinality($2::text[]) = 0 or not exists (select from unnest($2::text[]) w (word) where strpos(c.search_key, w.word) = 0))
               and ($3 or c.archived_at is null)
               and ($4::uuid is null or exists (
                   select from project p join project_member pm on pm.organization_id = p.organization_id and pm.project_id = p.id
                   where p.organization_id = $1 and p.client_id = c.id and pm.member_id = $4))
               and ($5::text is null or (c.search_key, c.id) > ($5, $6::uuid))
           order by c.search_key, c.id limit $7"#,
        organization,
        &filter.words,
        filter.archived,
        filter.on,
        key,
        id,
        limit
    )
    .fetch_all(db.connection())
    .await?)
}

/// How many clients match.
pub async fn count(db: &mut Db, filter: &ClientFilter) -> Result<i64, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        r#"select count(*) as "count!" from client c
           where c.organization_id = $1 and (cardinality($2::text[]) = 0 or not exists (select from unnest($2::text[]) w (word) where strpos(c.search_key, w.word) = 0)) and ($3 or c.archived_at is null)
               and ($4::uuid is null or exists (
                   select from project p join project_member pm on pm.organization_id = p.organization_id and pm.project_id = p.id
                   where p.organization_id = $1 and p.client_id = c.id and pm.member_id = $4))"#,
        organization,
        &filter.words,
        filter.archived,
        filter.on
    )
    .fetch_one(db.connection())
    .await?)
}

/// The client with this id, if the caller may see it.
pub async fn find(db: &mut Db, id: Uuid, on: Option<Uuid>) -> Result<Option<ClientRow>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        ClientRow,
        r#"select c.id, c.name, c.color, c.currency, c.rate, c.payment_terms_days, c.tax_category, c.tax_percent,
               c.tax_reason, c.email, c.address, c.country, c.vat_id, c.legal_name, c.language, c.archived_at is not null as "archived!",
               c.search_key,
               (select count(*) from project p where p.organization_id = $1 and p.client_id = c.id and p.archived_at is null
                   and ($3::uuid is null or exists (
                       select from project_member pm where pm.organization_id = $1 and pm.project_id = p.id and pm.member_id = $3))) as "projects!"
           from client c
           where c.organization_id = $1 and c.id = $2
               and ($3::uuid is null or exists (
                   select from project p join project_member pm on pm.organization_id = p.organization_id and pm.project_id = p.id
                   where p.organization_id = $1 and p.client_id = c.id and pm.member_id = $3))"#,
        organization,
        id,
        on
    )
    .fetch_optional(db.connection())
    .await?)
}

/// Locks the client against changes until the transaction ends.
pub async fn lock(db: &mut Db, id: Uuid) -> Result<(), Error> {
    let organization = db.organization();
    query!("select id from client where organization_id = $1 and id = $2 for no key update", organization, id)
        .fetch_optional(db.connection())
        .await?;
    Ok(())
}

/// Adds a client.
pub async fn insert(db: &mut Db, client: &Client, now: Timestamp) -> Result<(), Error> {
    let organization = db.organization();
    let written = query!(
        "insert into client (organization_id, id, name, color, currency, rate, payment_terms_days, tax_category, tax_percent, email, address,
             vat_id, language, created_at, search_key, search_key_of, tax_reason, legal_name, country)
         select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $3, $16, $17, $18
         where not exists (select from client where organization_id = $1 and search_key = $15)",
        organization,
        client.id.0,
        client.name,
        client.color,
        client.currency.as_str(),
        client.rate.as_ref().map(|rate| rate.amount),
        client.payment_terms_days as i16,
        client.tax_category.code(),
        client.tax_rate.ten_thousandths(),
        client.email,
        client.address,
        client.vat_id,
        client.language,
        instant(now) as _,
        text::search_key(&client.name),
        client.tax_reason,
        client.legal_name,
        client.country
    )
    .execute(db.connection())
    .await
    .on_constraint("client_name_unique", || name_taken(CALLED, &client.name, None))?;
    refuse_taken_name(db, written.rows_affected(), client).await
}

/// Updates a client. Clients that shared a name before search keys existed may keep it.
pub async fn update(db: &mut Db, client: &Client) -> Result<(), Error> {
    let organization = db.organization();
    let written = query!(
        "update client set name = $3, color = $4, currency = $5, rate = $6, payment_terms_days = $7, tax_category = $8, tax_percent = $9,
             email = $10, address = $11, vat_id = $12, language = $13, search_key = $14, search_key_of = $3,
             namesake = case when search_key = $14 then namesake else 0 end, tax_reason = $15, legal_name = $16, country = $17
         where organization_id = $1 and id = $2
             and (search_key = $14 or not exists (select from client other where other.organization_id = $1 and other.search_key = $14))",
        organization,
        client.id.0,
        client.name,
        client.color,
        client.currency.as_str(),
        client.rate.as_ref().map(|rate| rate.amount),
        client.payment_terms_days as i16,
        client.tax_category.code(),
        client.tax_rate.ten_thousandths(),
        client.email,
        client.address,
        client.vat_id,
        client.language,
        text::search_key(&client.name),
        client.tax_reason,
        client.legal_name,
        client.country
    )
    .execute(db.connection())
    .await
    .on_constraint("client_name_unique", || name_taken(CALLED, &client.name, None))?;
    refuse_taken_name(db, written.rows_affected(), client).await
}

/// The beginning of the refusal of a taken name.
const CALLED: &str = "There is already a client called";

/// Fails when `written`, the number of written rows, is 0, which means that the name is taken.
async fn refuse_taken_name(db: &mut Db, written: u64, client: &Client) -> Result<(), Error> {
    if written > 0 {
        return Ok(());
    }
    let organization = db.organization();
    let namesake = query_as!(
        Namesake,
        r#"select name, archived_at is not null as "archived!" from client where organization_id = $1 and search_key = $2 limit 1"#,
        organization,
        text::search_key(&client.name)
    )
    .fetch_optional(db.connection())
    .await?;
    Err(name_taken(CALLED, &client.name, namesake))
}

/// Archives or restores a client. One that is archived already keeps its time of archiving.
pub async fn set_archived(db: &mut Db, client: ClientId, at: Option<Timestamp>) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "update client set archived_at = $3 where organization_id = $1 and id = $2 and (archived_at is null) <> ($3::timestamptz is null)",
        organization,
        client.0,
        at.map(instant) as _
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

/// Whether there is time or an invoice in the client's currency.
pub async fn has_time_or_invoices(db: &mut Db, client: ClientId) -> Result<bool, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        r#"select exists (select from invoice where organization_id = $1 and client_id = $2)
               or exists (select from time_entry t join project p on p.organization_id = t.organization_id and p.id = t.project_id
                          where t.organization_id = $1 and p.client_id = $2) as "held!""#,
        organization,
        client.0
    )
    .fetch_one(db.connection())
    .await?)
}

/// A project with an amount in the client's currency.
pub struct ProjectWithAmounts {
    /// Its name.
    pub name: String,
    /// Whether it has a rate of its own.
    pub rated: bool,
    /// Whether its budget has an amount.
    pub budgeted: bool,
}

/// The projects of a client that have a rate, or a budget with an amount, by name.
pub async fn priced(db: &mut Db, client: ClientId, limit: i64) -> Result<Vec<ProjectWithAmounts>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        ProjectWithAmounts,
        r#"select p.name, p.rate is not null as "rated!", b.amount is not null as "budgeted!"
           from project p left join budget b on b.organization_id = p.organization_id and b.project_id = p.id
           where p.organization_id = $1 and p.client_id = $2 and (p.rate is not null or b.amount is not null)
           order by p.search_key, p.id limit $3"#,
        organization,
        client.0,
        limit
    )
    .fetch_all(db.connection())
    .await?)
}

/// How many projects and invoices refer to the client.
pub async fn count_references(db: &mut Db, client: ClientId) -> Result<(i64, i64), Error> {
    let organization = db.organization();
    let held = query!(
        r#"select (select count(*) from project where organization_id = $1 and client_id = $2) as "projects!",
               (select count(*) from invoice where organization_id = $1 and client_id = $2) as "invoices!""#,
        organization,
        client.0
    )
    .fetch_one(db.connection())
    .await?;
    Ok((held.projects, held.invoices))
}

/// Deletes a client.
pub async fn delete(db: &mut Db, client: ClientId) -> Result<(), Error> {
    let organization = db.organization();
    query!("delete from client where organization_id = $1 and id = $2", organization, client.0).execute(db.connection()).await?;
    Ok(())
}
