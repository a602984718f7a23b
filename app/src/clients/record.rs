//! Lists, creates, changes and deletes clients.

use domain::{
    id::ClientId,
    money::{Amount, Currency, Money},
    patch::Patch,
    percent::Percent,
    tax::{category::TaxCategory, line_tax as tax, rate},
    text,
};
use uuid::Uuid;

use super::{Client, DeletedClient, currency, identifier_remarks, store};
use crate::{
    error::{Code, Error},
    operation::{Call, read_scope::ReadScope},
    organizations::{
        self,
        settings::{parse_country, parse_language, parse_vat_id, rate_of, within},
    },
    page::{self, Cursor, Page, PageRequest},
    rates::{self, store::RateLevel},
    reference,
};

/// The hint to the operation that restores an archived client.
pub const RESTORE_HINT: &str = "restore_client restores it.";

/// The arguments of `create_client`.
#[allow(missing_docs, reason = "each is described where it is an argument")]
pub struct NewClient {
    pub name: String,
    pub legal_name: Option<String>,
    pub currency: Option<String>,
    pub rate: Option<Amount>,
    pub payment_terms_days: Option<u16>,
    pub tax_rate: Option<String>,
    pub tax_category: Option<TaxCategory>,
    pub tax_reason: Option<String>,
    pub email: Option<String>,
    pub address: Option<String>,
    pub country: Option<String>,
    pub vat_id: Option<String>,
    pub color: Option<String>,
    pub language: Option<String>,
}

/// The arguments of `update_client`.
#[derive(Default)]
#[allow(missing_docs, reason = "each is described where it is an argument")]
pub struct ClientChange {
    pub name: Option<String>,
    pub legal_name: Patch<String>,
    pub currency: Option<String>,
    pub rate: Patch<Amount>,
    pub payment_terms_days: Option<u16>,
    pub tax_rate: Option<String>,
    pub tax_category: Option<TaxCategory>,
    pub tax_reason: Patch<String>,
    pub email: Patch<String>,
    pub address: Patch<String>,
    pub country: Patch<String>,
    pub vat_id: Patch<String>,
    pub color: Option<String>,
    pub language: Option<String>,
}

/// A page of clients by name.
pub async fn list(
    cx: &mut Call,
    query: Option<String>,
    archived: bool,
    PageRequest { limit, cursor, with_total }: PageRequest,
) -> Result<Page<Client>, Error> {
    let limit = page::limit(limit)?;
    let after = cx.listing.after(cursor.as_deref())?;
    let read_scope = ReadScope::of(cx)?;
    let filter = store::ClientFilter {
        words: text::non_empty(query).map(|query| text::search_words(&query)).unwrap_or_default(),
        archived,
        on: read_scope.only_projects_of(),
    };
    let total = match with_total.unwrap_or(false) {
        true => Some(store::count(&mut cx.db, &filter).await?),
        false => None,
    };
    let rows = store::list(&mut cx.db, &filter, after, limit + 1).await?;
    let page = Page::of(
        cx.listing,
        rows,
        limit,
        |row| Cursor { key: row.search_key.clone(), id: row.id },
        |row| Ok(seen(read(row)?, &read_scope)),
    )?;
    Ok(Page { total, ..page })
}

/// The client that an id or a name refers to, as far as the caller may see it; without its rate where they see no money.
pub async fn get(cx: &mut Call, client: &str) -> Result<Client, Error> {
    let client = find(cx, client).await?;
    Ok(seen(client, &ReadScope::of(cx)?))
}

/// Removes the rate for callers who see no money.
fn seen(client: Client, read_scope: &ReadScope) -> Client {
    Client { rate: client.rate.filter(|_| read_scope.money), ..client }
}

/// The client that an id or a name refers to, with its rate: a member sees those whose projects they are on.
pub async fn find(cx: &mut Call, client: &str) -> Result<Client, Error> {
    let read_scope = ReadScope::of(cx)?;
    let id = reference::client(cx, &read_scope, client).await?;
    seen_whole(cx, id, &read_scope).await
}

async fn seen_whole(cx: &mut Call, id: Uuid, read_scope: &ReadScope) -> Result<Client, Error> {
    let found = store::find(&mut cx.db, id, read_scope.only_projects_of()).await?;
    read(found.ok_or_else(|| Error::not_found("client"))?)
}

/// The same for an update: locked until this call ends, and before it is read, so that no update of another transaction is
/// lost.
pub async fn find_locked(cx: &mut Call, client: &str) -> Result<Client, Error> {
    let read_scope = ReadScope::of(cx)?;
    let id = reference::client(cx, &read_scope, client).await?;
    store::lock(&mut cx.db, id).await?;
    seen_whole(cx, id, &read_scope).await
}

/// Adds a client with the organization's defaults.
pub async fn create(cx: &mut Call, given: NewClient) -> Result<Client, Error> {
    let organization = organizations::settings::get(cx).await?;
    let currency = text::non_empty(given.currency).as_deref().map(Currency::parse).transpose()?.unwrap_or(organization.currency);
    let rate = given.rate.map(|rate| rate_of("rate", &rate, &currency)).transpose()?;
    let name = text::line("name", &given.name, 200)?;
    let tax_rate = text::non_empty(given.tax_rate);
    let chosen = given.tax_category.is_some() || tax_rate.is_some();
    let chosen_rate = tax_rate.as_deref().map(|rate| Percent::parse("tax_rate", rate)).transpose()?;
    let tax_category = TaxCategory::chosen(given.tax_category, chosen_rate).unwrap_or(organization.tax_category);
    let usual = organization.tax_reason.filter(|_| tax_category == organization.tax_category);
    let client = Client {
        id: ClientId::new(),
        legal_name: text::optional("legal_name", given.legal_name.as_deref(), 200)?,
        color: color_of(given.color)?.unwrap_or_else(|| color_for(&name)),
        name,
        rate: rate.map(|rate| Money::new(rate, &currency)),
        currency,
        payment_terms_days: within("payment_terms_days", given.payment_terms_days.unwrap_or(organization.payment_terms_days), 0, 365)?,
        tax_category,
        tax_rate: TaxCategory::rate(given.tax_category, chosen_rate).unwrap_or(organization.tax_rate),
        tax_reason: given.tax_reason.map_or(Ok(usual), |reason| tax::reason_of(tax_category, &reason))?,
        email: given.email.map(|email| text::optional_email("email", &email)).transpose()?.flatten(),
        address: text::optional_lines("address", given.address.as_deref(), 1000)?,
        country: given.country.map(|country| parse_country(&country)).transpose()?.flatten(),
        vat_id: given.vat_id.map(|vat_id| parse_vat_id(cx, &vat_id, None)).transpose()?.flatten(),
        language: text::non_empty(given.language).map_or(Ok(organization.language), |language| parse_language(&language))?,
        archived: false,
        projects: 0,
    };
    if chosen {
        taxed(&client)?;
    }
    let of_rate = rate::told(client.tax_rate).filter(|_| chosen);
    [identifier_remarks::no_vat_id_of_client(&client), of_rate].into_iter().flatten().for_each(|told| cx.warn(told));
    let now = cx.now;
    store::insert(&mut cx.db, &client, now).await?;
    Ok(seen(client, &ReadScope::of(cx)?))
}

/// Changes the given fields and keeps the rest.
pub async fn update(cx: &mut Call, client: &str, given: ClientChange) -> Result<Client, Error> {
    if given.currency.is_some() {
        // Writers of amounts hold a shared lock on the organization, so none is written in the old currency.
        organizations::store::lock(&mut cx.db).await?;
    }
    let mut client = find_locked(cx, client).await?;
    let rate_before = client.rate.clone();
    let tax_before = (client.tax_category, client.tax_rate);
    if let Some(currency) = text::non_empty(given.currency) {
        let rated = given.rate != Patch::Keep;
        currency::change(cx, &mut client, Currency::parse(&currency)?, rated).await?;
    }
    if let Some(name) = given.name {
        client.name = text::line("name", &name, 200)?;
    }
    client.legal_name = given.legal_name.try_and_then(|name| text::optional("legal_name", Some(&name), 200))?.apply_to(client.legal_name);
    let rate = given.rate.try_map(|rate| rate_of("rate", &rate, &client.currency))?;
    client.rate = rate.apply_to(client.rate.map(|rate| rate.amount)).map(|rate| Money::new(rate, &client.currency));
    if let Some(days) = given.payment_terms_days {
        client.payment_terms_days = within("payment_terms_days", days, 0, 365)?;
    }
    let rate = text::non_empty(given.tax_rate).as_deref().map(|rate| Percent::parse("tax_rate", rate)).transpose()?;
    client.tax_rate = TaxCategory::rate(given.tax_category, rate).unwrap_or(client.tax_rate);
    client.tax_category = TaxCategory::chosen(given.tax_category, rate).unwrap_or(client.tax_category);
    client.tax_reason = tax::reason_after((tax_before.0, client.tax_reason), client.tax_category, given.tax_reason)?;
    if client.tax_reason.is_none() && client.tax_category != tax_before.0 {
        // The same text that a new client of this category gets.
        let organization = organizations::settings::get(cx).await?;
        client.tax_reason = organization.tax_reason.filter(|_| organization.tax_category == client.tax_category);
    }
    client.country = given.country.try_and_then(|country| parse_country(&country))?.apply_to(client.country);
    client.email = given.email.try_and_then(|email| text::optional_email("email", &email))?.apply_to(client.email);
    client.address = given.address.try_and_then(|address| text::optional_lines("address", Some(&address), 1000))?.apply_to(client.address);
    let vat_id_before = client.vat_id.clone();
    client.vat_id = given.vat_id.try_and_then(|vat_id| parse_vat_id(cx, &vat_id, client.vat_id.as_deref()))?.apply_to(client.vat_id);
    client.color = color_of(given.color)?.unwrap_or(client.color);
    if let Some(language) = text::non_empty(given.language) {
        client.language = parse_language(&language)?;
    }
    if (client.tax_category, client.tax_rate) != tax_before {
        taxed(&client)?;
    }
    let of_vat_id = identifier_remarks::no_vat_id_of_client(&client).filter(|_| client.vat_id != vat_id_before);
    let of_rate = rate::told(client.tax_rate).filter(|_| client.tax_rate != tax_before.1);
    [of_vat_id, of_rate].into_iter().flatten().for_each(|told| cx.warn(told));
    store::update(&mut cx.db, &client).await?;
    if client.rate != rate_before {
        rates::warnings::warn_after_change(cx, RateLevel::Client(client.id.0), client.rate.as_ref(), &client.currency).await?;
    }
    Ok(seen(client, &ReadScope::of(cx)?))
}

/// Hides a client from pickers, or shows it again.
pub async fn set_archived(cx: &mut Call, client: &str, archived: bool) -> Result<Client, Error> {
    let client = find_locked(cx, client).await?;
    let at = archived.then_some(cx.now);
    store::set_archived(&mut cx.db, client.id, at).await?;
    Ok(seen(Client { archived, ..client }, &ReadScope::of(cx)?))
}

/// Deletes a client to which nothing refers.
pub async fn delete(cx: &mut Call, client: &str) -> Result<DeletedClient, Error> {
    let client = find(cx, client).await?;
    let (projects, invoices) = store::count_references(&mut cx.db, client.id).await?;
    if projects + invoices > 0 {
        return Err(Error::new(
            Code::InUse,
            format!(
                "{} has {} and {} and cannot be deleted. Archive it instead.",
                client.name,
                text::pluralize(projects, "project", "projects"),
                text::pluralize(invoices, "invoice", "invoices")
            ),
        )
        .hint("archive_client hides it and keeps its history."));
    }
    store::delete(&mut cx.db, client.id).await?;
    Ok(DeletedClient { id: client.id, name: client.name })
}

/// Checks that a category without tax has the rate 0, and the standard one a rate above it (BR-S-5, BR-Z-5, BR-E-5 and the
/// like of EN 16931). Only explicit choices are checked here; defaults from unset settings are checked on sending.
fn taxed(client: &Client) -> Result<(), Error> {
    Ok(client.tax_category.check(client.tax_rate)?)
}

/// Parses a colour for lists and charts, if one is given.
pub fn color_of(given: Option<String>) -> Result<Option<String>, Error> {
    let Some(given) = text::non_empty(given) else { return Ok(None) };
    let color = given.to_lowercase();
    let sound = color.strip_prefix('#').is_some_and(|digits| digits.len() == 6 && digits.chars().all(|c| c.is_ascii_hexdigit()));
    if !sound {
        return Err(Error::invalid("color", format!("\"{}\" is not a colour; write it like #2f6f5e.", text::excerpt(&given))));
    }
    Ok(Some(color))
}

/// Derives a colour from a name: the same name always gets the same one.
pub fn color_for(name: &str) -> String {
    const COLORS: [&str; 10] =
        ["#2f6f5e", "#8a5a2b", "#4b5fa8", "#a14a5b", "#5c7a29", "#7a4f9a", "#b0702a", "#2b7a8c", "#94456f", "#5f6b76"];
    let sum = name.bytes().fold(7_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(byte)));
    COLORS[sum % COLORS.len()].to_owned()
}

/// Converts a row to a client.
pub fn read(row: store::ClientRow) -> Result<Client, Error> {
    let currency = Currency::parse(&row.currency)?;
    Ok(Client {
        id: ClientId(row.id),
        name: row.name,
        color: row.color,
        rate: row.rate.map(|rate| Money::new(rate, &currency)),
        currency,
        payment_terms_days: row.payment_terms_days as u16,
        tax_category: TaxCategory::parse(&row.tax_category)?,
        tax_rate: Percent(row.tax_percent),
        tax_reason: row.tax_reason,
        legal_name: row.legal_name,
        country: row.country,
        email: row.email,
        address: row.address,
        vat_id: row.vat_id,
        language: row.language,
        archived: row.archived,
        projects: row.projects,
    })
}
