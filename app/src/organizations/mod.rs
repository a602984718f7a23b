//! Organizations: the tenants that own every other record, and the defaults of their work.

#[cfg(feature = "ssr")]
mod change_currency;
#[cfg(feature = "ssr")]
pub mod client_defaults;
#[cfg(feature = "ssr")]
pub mod create;
#[cfg(feature = "ssr")]
mod default_exemption_reason;
#[cfg(feature = "ssr")]
pub mod identifier_remarks;
#[cfg(feature = "ssr")]
pub mod initial_settings;
pub mod no_tax_hint;
pub mod number_hint;
#[cfg(feature = "ssr")]
pub mod required_tax_number;
#[cfg(feature = "ssr")]
pub mod settings;
#[cfg(feature = "ssr")]
pub mod slug;
#[cfg(feature = "ssr")]
pub(crate) mod store;

use domain::{
    day::Day,
    id::OrganizationId,
    money::{Amount, Money},
    patch::Patch,
    percent::Percent,
    tax::category::TaxCategory,
    time_rounding::{Rounding, RoundingBasis, RoundingMode},
};
use macros::operation;
use serde::{Deserialize, Serialize};

use crate::{access::Role, error::Error, page::Page};

/// An organization: letterhead, bank details and the defaults of its clients and invoices.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct Organization {
    /// Its id.
    pub id: OrganizationId,
    /// Its place in addresses: `/o/<slug>/…`.
    pub slug: String,
    /// What people call it.
    pub name: String,
    /// What stands on its invoices (BT-27); the name when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_name: Option<String>,
    /// Its postal address, several lines (BG-5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Its country (BT-40), as an ISO 3166-1 code such as DE.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Its VAT identifier (BT-31).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vat_id: Option<String>,
    /// Its tax number at the local tax office (BT-32), for whoever has no VAT identifier or needs both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_number: Option<String>,
    /// Which of the two is missing and what to write, while no invoice can be sent for want of it; told by `get_organization` alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number_wanted: Option<String>,
    /// What was made of the number that was given when it was founded, until one is set here; told by `get_organization` alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number_taken: Option<String>,
    /// That number as it was given, where it was completed into the VAT identifier.
    #[serde(skip)]
    pub number_given: Option<String>,
    /// Its address for questions about invoices (BT-43).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Its telephone (BT-42).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Holder of the bank account (BT-85); the legal name when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_holder: Option<String>,
    /// IBAN of the bank account (BT-84).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iban: Option<String>,
    /// Account number where there is no IBAN (BT-84), as the bank writes it, with its routing number where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_number: Option<String>,
    /// BIC of the bank (BT-86).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bic: Option<String>,
    /// Name of the bank.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_name: Option<String>,
    /// The currency new clients start with, an ISO 4217 code.
    pub currency: domain::money::Currency,
    /// IANA name of the zone in which its days begin and end.
    pub time_zone: String,
    /// Whether somebody has set the time zone; until then it is the one that it began with.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub time_zone_said: bool,
    /// Language of new clients' documents: `en`, `de` or `ja`.
    pub language: String,
    /// The first day of its week: 1 = Monday … 7 = Sunday.
    pub week_start: u8,
    /// What an hour costs when nothing nearer to the work says otherwise; absent where it has no rate, and for callers who may not see money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Money>,
    /// Days a client has to pay, by default.
    pub payment_terms_days: u16,
    /// Tax category of new clients (BT-118).
    pub tax_category: TaxCategory,
    /// Tax rate of new clients in percent, such as `"19"` or `"8.425"`.
    pub tax_rate: Percent,
    /// Why new clients are charged no tax (BT-120); the usual words of the category when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_reason: Option<String>,
    /// Whether somebody has said the reason; until then it is the one that it began with.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tax_reason_said: bool,
    /// Pattern of invoice numbers, such as `{YYYY}-{0001}`.
    pub number_pattern: String,
    /// Whether numbers start again each year.
    pub number_yearly_reset: bool,
    /// How billed time is rounded.
    pub rounding: Rounding,
    /// How long a timer may run before Stint asks, in seconds.
    pub timer_limit_seconds: i64,
    /// The last day on which time can no longer change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lock_date: Option<Day>,
}

#[cfg(feature = "ssr")]
impl Organization {
    /// Whether invoices can state how to pay: the bank's name alone is enough where the client knows the rest.
    pub fn says_where_to_pay(&self) -> bool {
        [&self.iban, &self.account_number, &self.bic, &self.bank_name].into_iter().any(Option::is_some)
    }
}

/// An organization that the caller belongs to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct OrganizationSummary {
    /// Its id.
    pub id: OrganizationId,
    /// Its place in addresses: `/o/<slug>/…`.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// What the caller is there.
    pub role: Role,
}

/// List the organizations that you belong to. A token is bound to one organization and still sees the names of all.
#[operation(read, idempotent, needs = SignedIn, scope = PeopleRead, title = "List organizations")]
pub async fn list_organizations(cx: &mut Call) -> Result<Page<OrganizationSummary>, Error> {
    settings::list_own(cx).await
}

/// Get the organization of this call: letterhead, bank details, currency, time zone and the defaults for clients and invoices.
#[operation(read, idempotent, needs = Belong, scope = PeopleRead, title = "Get the organization")]
pub async fn get_organization(cx: &mut Call) -> Result<Organization, Error> {
    settings::get_visible(cx).await
}

/// Found another organization of your own, with yourself as its owner. Nothing is shared between organizations.
///
/// Example: {"name": "Lovelace & Babbage"}. The answer holds its place in addresses: `/o/<slug>/…`.
#[operation(write, needs = SignedIn, audience = Person, title = "Found an organization")]
pub async fn create_organization(
    cx: &mut Call,
    /// What people call it.
    #[max_length(200)]
    name: String,
    /// IANA name of its time zone, such as Europe/Berlin; that of its country when absent, and without a country that of the organization you are in.
    #[server(default)]
    time_zone: Option<String>,
    /// Such as DE: what its invoices must say follows from it. Each of them asks for it while it is absent.
    #[server(default)]
    country: Option<String>,
    /// The currency it bills in, an ISO 4217 code; that of its country when absent, and EUR without a country.
    #[server(default)]
    currency: Option<String>,
    /// The language of its documents, en, de or ja; that of its country when absent.
    #[server(default)]
    language: Option<String>,
    /// The rate of the tax it charges in percent, such as "19". Absent, it charges none, and where the law of its country has words for small businesses, as § 19 UStG in Germany, its invoices say that it is one until the settings have another reason.
    #[server(default)]
    tax_rate: Option<String>,
    /// Its VAT identifier, or its tax number at the local tax office; needed before its first invoice is sent.
    #[server(default)]
    #[max_length(50)]
    tax_number: Option<String>,
) -> Result<OrganizationSummary, Error> {
    create::create(cx, &name, time_zone, initial_settings::InitialSettings { country, currency, language, tax_rate, tax_number }).await
}

/// Change the organization's settings. What is not given stays; empty text clears an optional value.
///
/// The currency can no longer change once there are invoices.
#[operation(write, idempotent, needs = ManageOrganization, audience = Person, title = "Change the organization")]
pub async fn update_organization(
    cx: &mut Call,
    /// What people call it.
    #[server(default)]
    #[max_length(200)]
    name: Option<String>,
    /// What stands on its invoices, at most 200 characters.
    #[server(default)]
    #[max_length(200)]
    legal_name: Patch<String>,
    /// Its postal address, several lines, at most 1,000 characters.
    #[server(default)]
    #[max_length(1_000)]
    address: Patch<String>,
    /// Such as DE; empty when it is not known.
    #[server(default)]
    country: Patch<String>,
    /// Its VAT identifier.
    #[server(default)]
    #[max_length(50)]
    vat_id: Patch<String>,
    /// Its tax number at the local tax office.
    #[server(default)]
    #[max_length(50)]
    tax_number: Patch<String>,
    /// Its address for questions about invoices.
    #[server(default)]
    #[max_length(254)]
    email: Patch<String>,
    /// Its telephone.
    #[server(default)]
    #[max_length(50)]
    phone: Patch<String>,
    /// Holder of the bank account.
    #[server(default)]
    #[max_length(200)]
    bank_holder: Patch<String>,
    /// IBAN of the bank account.
    #[server(default)]
    iban: Patch<String>,
    /// Account number where there is no IBAN, as the bank writes it, with its routing number where it has one; at most 100 characters.
    #[server(default)]
    #[max_length(100)]
    account_number: Patch<String>,
    /// BIC of the bank.
    #[server(default)]
    bic: Patch<String>,
    /// Name of the bank.
    #[server(default)]
    #[max_length(200)]
    bank_name: Patch<String>,
    /// The currency new clients start with, an ISO 4217 code such as EUR.
    #[server(default)]
    currency: Option<String>,
    /// IANA name of its time zone, such as Europe/Berlin.
    #[server(default)]
    time_zone: Option<String>,
    /// Whether the time zone that it has is the right one: true says so, and it is asked about no more.
    #[server(default)]
    time_zone_said: Option<bool>,
    /// Language of new clients' documents: en, de or ja.
    #[server(default)]
    language: Option<String>,
    /// The first day of its week: 1 = Monday … 7 = Sunday.
    #[server(default)]
    week_start: Option<u8>,
    /// What an hour costs by default, in the organization's currency, such as "120.00"; empty text for none. Applies to new time only: set_rate also reprices the unbilled time.
    #[server(default)]
    rate: Patch<Amount>,
    /// Days a client has to pay, 0 to 365.
    #[server(default)]
    #[max(365)]
    payment_terms_days: Option<u16>,
    /// Tax category of new clients: S, Z, E, AE, K, G or O.
    #[server(default)]
    tax_category: Option<TaxCategory>,
    /// Tax rate of new clients in percent, with up to four decimals, such as "19" or "8.425".
    #[server(default)]
    tax_rate: Option<String>,
    /// Why new clients are charged no tax, at most 500 characters; empty for the usual words of the category.
    #[server(default)]
    #[max_length(500)]
    tax_reason: Patch<String>,
    /// Whether the reason that it has is the right one: true says so, and it is asked about no more.
    #[server(default)]
    tax_reason_said: Option<bool>,
    /// Pattern of invoice numbers with one counter, such as {YYYY}-{0001}.
    #[server(default)]
    number_pattern: Option<String>,
    /// Whether numbers start again each year.
    #[server(default)]
    number_yearly_reset: Option<bool>,
    /// Step to which billed time is rounded, in minutes; 0 for none, at most 480.
    #[server(default)]
    rounding_step: Option<u16>,
    /// How billed time is rounded: up, nearest or down.
    #[server(default)]
    rounding_mode: Option<RoundingMode>,
    /// What is rounded: each entry, each day and project, or each line.
    #[server(default)]
    rounding_basis: Option<RoundingBasis>,
    /// The last day on which time can no longer change, YYYY-MM-DD; empty for none.
    #[server(default)]
    lock_date: Patch<String>,
    /// Whether the tax, the days to pay and the language that change here change as well for clients that have what was set here until now; false unless given.
    #[server(default)]
    also_clients: Option<bool>,
) -> Result<Organization, Error> {
    let given = settings::SettingsChange {
        name,
        legal_name,
        address,
        country,
        vat_id,
        tax_number,
        email,
        phone,
        bank_holder,
        iban,
        account_number,
        bic,
        bank_name,
        currency,
        time_zone,
        time_zone_said: time_zone_said.unwrap_or_default(),
        language,
        week_start,
        rate,
        payment_terms_days,
        tax_category,
        tax_rate,
        tax_reason,
        tax_reason_said: tax_reason_said.unwrap_or_default(),
        number_pattern,
        number_yearly_reset,
        rounding_step,
        rounding_mode,
        rounding_basis,
        lock_date,
        also_clients: also_clients.unwrap_or_default(),
    };
    settings::update(cx, given).await
}
