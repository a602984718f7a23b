//! SQL of organizations, their settings and their founding.

use domain::{
    id::{MemberId, UserId},
    text,
};
use jiff::Timestamp;
use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

use super::{Organization, initial_settings::OrganizationDefaults};
use crate::{
    access::Role,
    database::{Db, date, instant},
    error::Error,
};

/// Inserts the organization of this transaction; false when the slug is taken.
pub async fn insert(db: &mut Db, slug: &str, name: &str, zone: &str, now: Timestamp) -> Result<bool, Error> {
    let organization = db.organization();
    let added = query!(
        "insert into organization (id, slug, name, time_zone, created_at) values ($1, $2, $3, $4, $5)
         on conflict on constraint organization_slug_unique do nothing",
        organization,
        slug,
        name,
        zone,
        instant(now) as _
    )
    .execute(db.connection())
    .await?;
    Ok(added.rows_affected() == 1)
}

/// Stores the defaults for new clients and invoices of the organization of this transaction.
pub async fn set_defaults(db: &mut Db, defaults: &OrganizationDefaults) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "update organization set country = $2, currency = $3, tax_category = $4, tax_percent = $5, tax_reason = $6, vat_id = $7, tax_number = $8,
             language = $9, number_given = $10
         where id = $1",
        organization,
        defaults.country,
        defaults.currency.as_str(),
        defaults.tax_category.code(),
        defaults.tax_rate.ten_thousandths(),
        defaults.tax_reason,
        defaults.vat_id,
        defaults.tax_number,
        defaults.language,
        defaults.number_given
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

/// Records who founded the organization of this transaction, unless they have founded `most` since `since`: then nothing is written and the
/// result is the time of the first of these.
pub async fn insert_founding(
    db: &mut Db,
    founder: UserId,
    now: Timestamp,
    most: i32,
    since: Timestamp,
) -> Result<Option<Timestamp>, Error> {
    let first = query_scalar!(
        r#"select found_as($1, $2, $3, $4) as "first: jiff_sqlx::Timestamp""#,
        founder.0,
        instant(now) as _,
        most,
        instant(since) as _
    );
    Ok(first.fetch_one(db.connection()).await?.map(jiff_sqlx::Timestamp::to_jiff))
}

/// Inserts a person as a member of the organization.
pub async fn insert_member(db: &mut Db, id: MemberId, user: UserId, role: Role, name: &str, now: Timestamp) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "insert into member (organization_id, id, user_id, role, name, created_at, search_key, search_key_of) values ($1, $2, $3, $4, $5, $6, $7, $5)",
        organization,
        id.0,
        user.0,
        role.name(),
        name,
        instant(now) as _,
        text::search_key(name)
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

/// An organization that a person belongs to, in short.
pub struct OrganizationSummaryRow {
    pub id: Uuid,
    pub slug: String,
    pub name: String,
    pub role: String,
}

/// The organizations of a person in the order of joining.
pub async fn of_person(db: &mut Db, user: Uuid) -> Result<Vec<OrganizationSummaryRow>, Error> {
    Ok(query_as!(
        OrganizationSummaryRow,
        "select o.id, o.slug, o.name, m.role from member m join organization o on o.id = m.organization_id
         where m.user_id = $1 and m.removed_at is null order by m.created_at, o.id limit 200",
        user
    )
    .fetch_all(db.connection())
    .await?)
}

/// The organization as stored.
pub struct OrganizationRow {
    pub id: Uuid,
    pub slug: String,
    pub name: String,
    pub legal_name: Option<String>,
    pub address: Option<String>,
    pub country: Option<String>,
    pub vat_id: Option<String>,
    pub tax_number: Option<String>,
    /// The number as entered on founding, if it was completed and not changed since.
    pub number_given: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub bank_holder: Option<String>,
    pub iban: Option<String>,
    pub account_number: Option<String>,
    pub bic: Option<String>,
    pub bank_name: Option<String>,
    pub currency: String,
    pub time_zone: String,
    pub time_zone_said: bool,
    pub language: String,
    pub week_start: i16,
    pub rate: Option<i64>,
    pub payment_terms_days: i16,
    pub tax_category: String,
    pub tax_percent: i32,
    pub tax_reason: Option<String>,
    /// Whether somebody has confirmed the exemption reason.
    pub tax_reason_said: bool,
    pub number_pattern: String,
    pub number_yearly_reset: bool,
    pub rounding_step: i16,
    pub rounding_mode: String,
    pub rounding_basis: String,
    pub timer_limit_seconds: i32,
    pub lock_date: Option<jiff_sqlx::Date>,
}

/// The organization of this transaction.
pub async fn get(db: &mut Db) -> Result<OrganizationRow, Error> {
    let organization = db.organization();
    query_as!(
        OrganizationRow,
        "select id, slug, name, legal_name, address, country, vat_id, tax_number, number_given, email, phone, bank_holder, iban, account_number, bic, bank_name, currency, time_zone,
             time_zone_said, language, week_start, rate, payment_terms_days, tax_category, tax_percent, tax_reason, number_pattern,
             number_yearly_reset, rounding_step, rounding_mode, rounding_basis, timer_limit_seconds, lock_date,
             tax_reason_said
         from organization where id = $1",
        organization
    )
    .fetch_optional(db.connection())
    .await?
    .ok_or_else(|| Error::not_found("organization"))
}

/// Locks the organization exclusively for a change of its settings, its members, a client's currency or the rate of all unbilled time:
/// waits for other such changes and for every [`lock_shared`]. Foreign keys to the organization are not blocked. The advisory lock is a
/// fair queue: a row lock alone lets new shared locks pass, so an exclusive one could wait forever.
pub async fn lock(db: &mut Db) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        r#"with turn as materialized (select pg_advisory_xact_lock(hashtextextended('organization ' || $1::uuid, 0)))
           select o.id from organization o cross join turn where o.id = $1 for no key update of o"#,
        organization
    )
    .fetch_one(db.connection())
    .await?;
    Ok(())
}

/// Locks the settings (including the lock date), the members and the client currencies against changes until the transaction ends. Writers
/// of time and amounts hold it, any number at once, as long as nobody waits for [`lock`].
pub async fn lock_shared(db: &mut Db) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        r#"with turn as materialized (select pg_advisory_xact_lock_shared(hashtextextended('organization ' || $1::uuid, 0)))
           select o.id from organization o cross join turn where o.id = $1 for share of o"#,
        organization
    )
    .fetch_one(db.connection())
    .await?;
    Ok(())
}

/// Updates the settings of the organization of this transaction.
pub async fn update(db: &mut Db, organization: &Organization) -> Result<(), Error> {
    let tenant = db.organization();
    query!(
        "update organization set name = $2, legal_name = $3, address = $4, vat_id = $5, email = $6, phone = $7, bank_holder = $8,
             iban = $9, bic = $10, bank_name = $11, currency = $12, time_zone = $13, language = $14, week_start = $15, rate = $16,
             payment_terms_days = $17, tax_category = $18, tax_percent = $19, number_pattern = $20, number_yearly_reset = $21,
             rounding_step = $22, rounding_mode = $23, rounding_basis = $24, lock_date = $25,
             country = $26, tax_number = $27, tax_reason = $28, account_number = $29, tax_reason_said = $30,
             number_given = $31
         where id = $1",
        tenant,
        organization.name,
        organization.legal_name,
        organization.address,
        organization.vat_id,
        organization.email,
        organization.phone,
        organization.bank_holder,
        organization.iban,
        organization.bic,
        organization.bank_name,
        organization.currency.as_str(),
        organization.time_zone,
        organization.language,
        i16::from(organization.week_start),
        organization.rate.as_ref().map(|rate| rate.amount),
        organization.payment_terms_days as i16,
        organization.tax_category.code(),
        organization.tax_rate.ten_thousandths(),
        organization.number_pattern,
        organization.number_yearly_reset,
        organization.rounding.step_minutes as i16,
        organization.rounding.mode.name(),
        organization.rounding.basis.name(),
        organization.lock_date.as_ref().map(|day| date(day.date())) as _,
        organization.country,
        organization.tax_number,
        organization.tax_reason,
        organization.account_number,
        organization.tax_reason_said,
        organization.number_given
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

/// Records that the time zone of the organization of this transaction was confirmed.
pub async fn say_time_zone(db: &mut Db) -> Result<(), Error> {
    let organization = db.organization();
    query!("update organization set time_zone_said = true where id = $1 and not time_zone_said", organization)
        .execute(db.connection())
        .await?;
    Ok(())
}

/// Whether amounts exist in the organization's currency, so that it can no longer change.
pub async fn has_invoices(db: &mut Db) -> Result<bool, Error> {
    let organization = db.organization();
    Ok(query_scalar!(r#"select exists (select from invoice where organization_id = $1) as "held!""#, organization)
        .fetch_one(db.connection())
        .await?)
}

/// Whether an invoice of the organization was sent, so that it has a number.
pub async fn has_sent(db: &mut Db) -> Result<bool, Error> {
    let organization = db.organization();
    let sent =
        query_scalar!(r#"select exists (select from invoice where organization_id = $1 and number is not null) as "sent!""#, organization);
    Ok(sent.fetch_one(db.connection()).await?)
}

/// How many clients have the defaults of the organization, by setting.
pub struct DefaultsInUse {
    /// Its tax.
    pub tax: i64,
    /// Its days to pay.
    pub terms: i64,
    /// Its language of documents.
    pub language: i64,
}

/// How many clients have the defaults that these settings give new ones.
pub async fn count_using_defaults(db: &mut Db, set: &Organization) -> Result<DefaultsInUse, Error> {
    let organization = db.organization();
    Ok(query_as!(
        DefaultsInUse,
        r#"select
               count(*) filter (where tax_category = $2 and tax_percent = $3 and tax_reason is not distinct from $4) as "tax!",
               count(*) filter (where payment_terms_days = $5) as "terms!",
               count(*) filter (where language = $6) as "language!"
           from client where organization_id = $1 and archived_at is null"#,
        organization,
        set.tax_category.code(),
        set.tax_rate.ten_thousandths(),
        set.tax_reason,
        set.payment_terms_days as i16,
        set.language
    )
    .fetch_one(db.connection())
    .await?)
}

/// Gives clients that have the tax of `before` that of `now`.
pub async fn take_tax(db: &mut Db, before: &Organization, now: &Organization) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "update client set tax_category = $5, tax_percent = $6, tax_reason = $7
         where organization_id = $1 and id = any(array(
             select id from client
             where organization_id = $1 and archived_at is null
                 and tax_category = $2 and tax_percent = $3 and tax_reason is not distinct from $4
             order by id for no key update))",
        organization,
        before.tax_category.code(),
        before.tax_rate.ten_thousandths(),
        before.tax_reason,
        now.tax_category.code(),
        now.tax_rate.ten_thousandths(),
        now.tax_reason
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

/// Gives clients that have the payment terms of `before` those of `now`.
pub async fn take_terms(db: &mut Db, before: &Organization, now: &Organization) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "update client set payment_terms_days = $3
         where organization_id = $1 and id = any(array(
             select id from client where organization_id = $1 and archived_at is null and payment_terms_days = $2
             order by id for no key update))",
        organization,
        before.payment_terms_days as i16,
        now.payment_terms_days as i16
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

/// Gives clients that have the language of `before` that of `now`.
pub async fn take_language(db: &mut Db, before: &Organization, now: &Organization) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "update client set language = $3
         where organization_id = $1 and id = any(array(
             select id from client where organization_id = $1 and archived_at is null and language = $2
             order by id for no key update))",
        organization,
        before.language,
        now.language
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

/// The names of the clients in a currency that have no rate of their own and are not archived, in their order.
pub async fn without_rate(db: &mut Db, currency: &str, limit: i64) -> Result<Vec<String>, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        "select name from client where organization_id = $1 and currency = $2 and rate is null and archived_at is null
         order by search_key, id limit $3",
        organization,
        currency,
        limit
    )
    .fetch_all(db.connection())
    .await?)
}
