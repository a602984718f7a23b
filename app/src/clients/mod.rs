//! Clients: who is billed for the work, and on which terms.

#[cfg(feature = "ssr")]
pub(crate) mod currency;
#[cfg(feature = "ssr")]
pub mod identifier_remarks;
#[cfg(feature = "ssr")]
pub mod record;
#[cfg(feature = "ssr")]
pub(crate) mod store;
#[cfg(all(test, feature = "ssr"))]
mod tests;

use domain::{
    id::ClientId,
    money::{Amount, Currency, Money},
    patch::Patch,
    percent::Percent,
    tax::category::TaxCategory,
};
use macros::{answer, operation};
use serde::{Deserialize, Serialize};

use crate::{
    error::Error,
    page::{Page, PageRequest},
};

/// A client with the terms their invoices start from.
#[answer]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema), schemars(extend("x-page" = "clients")))]
pub struct Client {
    /// Its id.
    #[hidden]
    pub id: ClientId,
    /// What people call it; unique in the organization.
    #[label("Name", rank = 20, always)]
    pub name: String,
    /// What stands on its invoices (BT-44); the name when absent.
    #[label("Legal name")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_name: Option<String>,
    /// Colour in lists and charts, `#rrggbb`.
    #[hidden]
    pub color: String,
    /// Currency of rates and invoices; fixed once there is time or an invoice.
    #[label("Currency", rank = 190)]
    pub currency: Currency,
    /// Rate per hour; the organization's when absent. Absent too for callers who may not see money.
    #[label("Rate per hour", rank = 200)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Money>,
    /// Days the client has to pay (BT-9).
    #[label("Days to pay", rank = 390)]
    pub payment_terms_days: u16,
    /// S taxed, Z zero rate, E exempt, AE reverse charge, K goods within the EU, G export, O outside the scope.
    #[label("Tax category", rank = 370)]
    pub tax_category: TaxCategory,
    /// Tax rate in percent, such as `"19"` or `"8.425"`.
    #[label("Tax rate", rank = 380)]
    pub tax_rate: Percent,
    /// Why it is charged no tax (BT-120); the usual words of the category when absent.
    #[label("Tax reason")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_reason: Option<String>,
    /// Where invoices are sent.
    #[label("E-mail", rank = 340)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Postal address, several lines (BG-8).
    #[label("Address", rank = 350)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Its country (BT-55), as an ISO 3166-1 code such as DE.
    #[label("Country")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// VAT identifier (BT-48).
    #[label("VAT identifier", rank = 360)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vat_id: Option<String>,
    /// Language of its documents: `en`, `de` or `ja`.
    #[label("Language", rank = 400)]
    pub language: String,
    /// Whether it is hidden from pickers; its history stays.
    #[hidden]
    pub archived: bool,
    /// How many projects it has that are not archived.
    #[hidden]
    pub projects: i64,
}

/// A record that was deleted.
#[answer]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct DeletedClient {
    /// The id it had.
    #[hidden]
    pub id: ClientId,
    /// The name it had.
    #[label("Name", rank = 20, always)]
    pub name: String,
}

/// List clients by name. Archived ones are left out unless asked for.
#[operation(read, idempotent, everyday, needs = ReadWork, scope = WorkRead, title = "List clients")]
pub async fn list_clients(
    cx: &mut Call,
    /// Words of the name.
    #[server(default)]
    #[max_length(200)]
    query: Option<String>,
    /// Also archived ones.
    #[server(default)]
    archived: Option<bool>,
    #[flatten] page: PageRequest,
) -> Result<Page<Client>, Error> {
    record::list(cx, query, archived.unwrap_or(false), page).await
}

/// Get one client with its terms, by id or by its exact name.
#[operation(read, idempotent, needs = ReadWork, scope = WorkRead, title = "Get a client")]
pub async fn get_client(
    cx: &mut Call,
    /// Id or name.
    client: String,
) -> Result<Client, Error> {
    record::get(cx, &client).await
}

/// Add a client. What is left out comes from the organization: currency, payment terms, tax and language.
///
/// Refused when the name is taken. Example: {"name": "Acme", "currency": "EUR", "rate": "120.00", "tax_rate": "19"}.
#[operation(write, everyday, needs = WriteWork, scope = WorkWrite, agent = Draft, title = "Add a client")]
pub async fn create_client(
    cx: &mut Call,
    /// What people call it.
    #[max_length(200)]
    name: String,
    /// On invoices; the name when absent.
    #[server(default)]
    #[max_length(200)]
    legal_name: Option<String>,
    /// Such as EUR; fixed once there is time.
    #[server(default)]
    currency: Option<String>,
    /// Per hour, such as "120.00"; the organization's when absent.
    #[server(default)]
    rate: Option<Amount>,
    /// Days to pay.
    #[server(default)]
    #[max(365)]
    payment_terms_days: Option<u16>,
    /// Percent, such as "19" or "8.425".
    #[server(default)]
    tax_rate: Option<String>,
    /// Why no tax is charged; the usual words when absent.
    #[server(default)]
    #[max_length(500)]
    tax_reason: Option<String>,
    /// S taxed, Z zero rate, E exempt, AE reverse charge, K goods within the EU, G export, O outside the scope.
    #[server(default)]
    tax_category: Option<TaxCategory>,
    /// Where invoices are sent.
    #[server(default)]
    #[max_length(254)]
    email: Option<String>,
    /// Postal address with line breaks.
    #[server(default)]
    #[max_length(1_000)]
    address: Option<String>,
    /// Such as DE.
    #[server(default)]
    country: Option<String>,
    /// VAT identifier.
    #[server(default)]
    #[max_length(50)]
    vat_id: Option<String>,
    /// Such as #2f6f4e.
    #[server(default)]
    color: Option<String>,
    /// Of its documents: en, de or ja.
    #[server(default)]
    language: Option<String>,
) -> Result<Client, Error> {
    let given = record::NewClient {
        name,
        legal_name,
        currency,
        rate,
        payment_terms_days,
        tax_rate,
        tax_category,
        tax_reason,
        email,
        address,
        country,
        vat_id,
        color,
        language,
    };
    record::create(cx, given).await
}

/// Change a client. What is not given stays; empty text clears an optional value.
///
/// The currency cannot change once the client has time or invoices, or a project of theirs has a rate or a budget in it. Sent invoices and logged time keep what they had.
#[operation(write, idempotent, needs = WriteWork, scope = WorkWrite, agent = Draft, title = "Change a client")]
pub async fn update_client(
    cx: &mut Call,
    /// Id or name.
    client: String,
    /// What people call it.
    #[server(default)]
    #[max_length(200)]
    name: Option<String>,
    /// On invoices; empty for the name.
    #[server(default)]
    #[max_length(200)]
    legal_name: Patch<String>,
    /// Such as EUR.
    #[server(default)]
    currency: Option<String>,
    /// Per hour, such as "120.00", for new time; empty for the organization's. set_rate also reprices.
    #[server(default)]
    rate: Patch<Amount>,
    /// Days to pay.
    #[server(default)]
    #[max(365)]
    payment_terms_days: Option<u16>,
    /// Percent, such as "19" or "8.425".
    #[server(default)]
    tax_rate: Option<String>,
    /// Why no tax is charged; empty for the usual words.
    #[server(default)]
    #[max_length(500)]
    tax_reason: Patch<String>,
    /// S taxed, Z zero rate, E exempt, AE reverse charge, K goods within the EU, G export, O outside the scope.
    #[server(default)]
    tax_category: Option<TaxCategory>,
    /// Where invoices are sent.
    #[server(default)]
    #[max_length(254)]
    email: Patch<String>,
    /// Postal address with line breaks.
    #[server(default)]
    #[max_length(1_000)]
    address: Patch<String>,
    /// Such as DE; empty when it is not known.
    #[server(default)]
    country: Patch<String>,
    /// VAT identifier.
    #[server(default)]
    #[max_length(50)]
    vat_id: Patch<String>,
    /// Such as #2f6f4e.
    #[server(default)]
    color: Option<String>,
    /// Of its documents: en, de or ja.
    #[server(default)]
    language: Option<String>,
) -> Result<Client, Error> {
    let given = record::ClientChange {
        name,
        legal_name,
        currency,
        rate,
        payment_terms_days,
        tax_rate,
        tax_category,
        tax_reason,
        email,
        address,
        country,
        vat_id,
        color,
        language,
    };
    record::update(cx, &client, given).await
}

/// Hide a client from pickers. Its projects, time and invoices stay, and unbilled time can still be invoiced.
#[operation(write, idempotent, needs = WriteWork, scope = WorkWrite, agent = Draft, title = "Archive a client")]
pub async fn archive_client(
    cx: &mut Call,
    /// Id or name.
    client: String,
) -> Result<Client, Error> {
    record::set_archived(cx, &client, true).await
}

/// Bring an archived client back into the pickers.
#[operation(write, idempotent, needs = WriteWork, scope = WorkWrite, agent = Draft, title = "Restore a client")]
pub async fn restore_client(
    cx: &mut Call,
    /// Id or name.
    client: String,
) -> Result<Client, Error> {
    record::set_archived(cx, &client, false).await
}

/// Delete a client that nothing refers to. Refused (in_use) when it has projects or invoices, naming them: archive it instead.
#[operation(destroy, needs = WriteWork, scope = WorkWrite, agent = Ask, title = "Delete a client")]
pub async fn delete_client(
    cx: &mut Call,
    /// Id or name.
    client: String,
) -> Result<DeletedClient, Error> {
    record::delete(cx, &client).await
}
