//! Reads and changes the settings of an organization.

use domain::{
    day::{Day, zone},
    id::OrganizationId,
    money::{self, Amount, Currency, Money},
    number_pattern::{self, NumberPattern},
    patch::Patch,
    percent::Percent,
    tax::{category::TaxCategory, line_tax as tax, rate},
    text::{self, country_names},
    time_rounding::{Rounding, RoundingBasis, RoundingMode},
};

use super::{
    Organization, OrganizationSummary, change_currency, client_defaults, default_exemption_reason, identifier_remarks, initial_settings,
    required_tax_number, store,
};
use crate::{
    access::RoleVisibility,
    error::Error,
    operation::{Call, read_scope::ReadScope},
    page::Page,
    rates::{self, store::RateLevel},
};

/// A change of the settings; the arguments of `update_organization`.
#[derive(Default)]
#[allow(missing_docs, reason = "each is described where it is an argument")]
pub struct SettingsChange {
    pub name: Option<String>,
    pub legal_name: Patch<String>,
    pub address: Patch<String>,
    pub country: Patch<String>,
    pub vat_id: Patch<String>,
    pub tax_number: Patch<String>,
    pub email: Patch<String>,
    pub phone: Patch<String>,
    pub bank_holder: Patch<String>,
    pub iban: Patch<String>,
    pub account_number: Patch<String>,
    pub bic: Patch<String>,
    pub bank_name: Patch<String>,
    pub currency: Option<String>,
    pub time_zone: Option<String>,
    pub time_zone_said: bool,
    pub language: Option<String>,
    pub week_start: Option<u8>,
    pub rate: Patch<Amount>,
    pub payment_terms_days: Option<u16>,
    pub tax_category: Option<TaxCategory>,
    pub tax_rate: Option<String>,
    pub tax_reason: Patch<String>,
    pub tax_reason_said: bool,
    pub number_pattern: Option<String>,
    pub number_yearly_reset: Option<bool>,
    pub rounding_step: Option<u16>,
    pub rounding_mode: Option<RoundingMode>,
    pub rounding_basis: Option<RoundingBasis>,
    pub lock_date: Patch<String>,
    pub also_clients: bool,
}

/// The organizations of the caller.
pub async fn list_own(cx: &mut Call) -> Result<Page<OrganizationSummary>, Error> {
    let user = cx.caller.person()?.id.0;
    let rows = store::of_person(&mut cx.db, user).await?;
    let items = rows.into_iter().filter_map(|row| {
        Some(OrganizationSummary { id: OrganizationId(row.id), slug: row.slug, name: row.name, role: row.role.parse().ok()? })
    });
    Ok(Page::single(items.collect()))
}

/// The organization of the call, with the fields that the caller may see.
pub async fn get_visible(cx: &mut Call) -> Result<Organization, Error> {
    let organization = get(cx).await?;
    let (number_wanted, number_taken) = (required_tax_number::of(&organization), required_tax_number::of_given(&organization));
    let rate = organization
        .rate
        .filter(|_| ReadScope::of(cx).is_ok_and(|read_scope| read_scope.money && read_scope.seen == RoleVisibility::Everything));
    Ok(Organization { rate, number_wanted, number_taken, ..organization })
}

/// The organization of the call with all fields.
pub async fn get(cx: &mut Call) -> Result<Organization, Error> {
    read(store::get(&mut cx.db).await?)
}

/// Changes the given settings. A new rate applies to new time only; unbilled time with another rate is reported as a warning.
pub async fn update(cx: &mut Call, given: SettingsChange) -> Result<Organization, Error> {
    // Locked before it is read, so that concurrent changes are not overwritten.
    store::lock(&mut cx.db).await?;
    let before = get(cx).await?;
    let also_clients = given.also_clients;
    let organization = write(cx, given).await?;
    if organization.rate != before.rate {
        rates::warnings::warn_after_change(cx, RateLevel::Organization, organization.rate.as_ref(), &organization.currency).await?;
    }
    client_defaults::follow(cx, &before, &organization, also_clients).await?;
    Ok(organization)
}

/// The same without the warning about unbilled time.
pub async fn write(cx: &mut Call, mut given: SettingsChange) -> Result<Organization, Error> {
    store::lock(&mut cx.db).await?;
    let mut organization = get(cx).await?;
    if let Some(currency) = text::non_empty(given.currency.take()) {
        change_currency::change(cx, &mut organization, Currency::parse(&currency)?, &mut given.rate).await?;
    }
    let numbers = [organization.vat_id.clone(), organization.tax_number.clone()];
    given.tax_reason = given.tax_reason.try_and_then(|reason| Ok::<_, Error>(text::non_empty(Some(reason.clone())).map(|_| reason)))?;
    let (country, is_reason_given) = (organization.country.clone(), matches!(given.tax_reason, Patch::Set(_)));
    let is_category_given = given.tax_category.is_some();
    said(&mut organization, &given);
    letterhead(cx, &mut organization, &given)?;
    defaults(cx, &mut organization, given)?;
    if organization.country != country && !is_reason_given {
        default_exemption_reason::follow_country(cx, &mut organization, is_category_given);
    }
    misplaced_numbers(cx, &organization, numbers);
    store::update(&mut cx.db, &organization).await?;
    if organization.time_zone_said {
        store::say_time_zone(&mut cx.db).await?;
    }
    Ok(organization)
}

/// Marks settings as confirmed, so that the page no longer asks about them.
fn said(organization: &mut Organization, given: &SettingsChange) {
    organization.time_zone_said |= given.time_zone_said;
    // A cleared reason becomes the default, which nobody has confirmed.
    organization.tax_reason_said &= given.tax_reason != Patch::Clear;
    organization.tax_reason_said |= given.tax_reason_said;
    if given.vat_id != Patch::Keep || given.tax_number != Patch::Keep {
        // Setting a number acknowledges how the previous one was completed.
        organization.number_given = None;
    }
}

fn letterhead(cx: &mut Call, organization: &mut Organization, given: &SettingsChange) -> Result<(), Error> {
    let set = |field: &str, edit: &Patch<String>, before: &mut Option<String>, longest: usize| -> Result<(), Error> {
        *before = edit.clone().try_and_then(|value| text::optional(field, Some(&value), longest))?.apply_to(before.take());
        Ok(())
    };
    if let Some(name) = &given.name {
        organization.name = text::line("name", name, 200)?;
    }
    set("legal_name", &given.legal_name, &mut organization.legal_name, 200)?;
    let address = given.address.clone().try_and_then(|address| text::optional_lines("address", Some(&address), 1000))?;
    organization.address = address.apply_to(organization.address.take());
    organization.country = given.country.clone().try_and_then(|country| parse_country(&country))?.apply_to(organization.country.take());
    let before = organization.tax_number.clone();
    let vat_id = given.vat_id.clone().try_and_then(|vat_id| parse_vat_id(cx, &vat_id, organization.vat_id.as_deref()))?;
    organization.vat_id =
        vat_id.apply_to(organization.vat_id.take()).map(|number| initial_settings::vat_id_in(organization.country.as_deref(), number));
    set("tax_number", &given.tax_number, &mut organization.tax_number, 50)?;
    one_number(organization, before.as_deref())?;
    plain_tax_number(cx, organization, before.as_deref());
    set("phone", &given.phone, &mut organization.phone, 50)?;
    set("bank_holder", &given.bank_holder, &mut organization.bank_holder, 200)?;
    set("account_number", &given.account_number, &mut organization.account_number, 100)?;
    organization.bic = given.bic.clone().try_and_then(|bic| text::bic("bic", &bic))?.apply_to(organization.bic.take());
    set("bank_name", &given.bank_name, &mut organization.bank_name, 200)?;
    organization.email =
        given.email.clone().try_and_then(|email| text::optional_email("email", &email))?.apply_to(organization.email.take());
    organization.iban = given.iban.clone().try_and_then(|iban| text::iban("iban", &iban))?.apply_to(organization.iban.take());
    Ok(())
}

/// Refuses a VAT identifier within the tax number, as each has a field of its own, and a negated number. An unchanged value is accepted.
fn one_number(organization: &Organization, before: Option<&str>) -> Result<(), Error> {
    let number = organization.tax_number.as_deref().filter(|number| before != Some(number));
    let two = number.and_then(|number| text::negation(number).or_else(|| Some(text::two_numbers(number)?.refusal(number))));
    two.map_or(Ok(()), |message| Err(Error::invalid("tax_number", message)))
}

/// Stores a Japanese registration number in its plain form, and warns if its check digit is wrong: it is not refused.
fn plain_tax_number(cx: &mut Call, organization: &mut Organization, before: Option<&str>) {
    organization.tax_number = initial_settings::tax_number_in(organization.country.as_deref(), organization.tax_number.take());
    let changed = organization.tax_number.as_deref().filter(|number| before != Some(number));
    if let Some(warning) = changed.and_then(|number| check_digit_warning(organization.country.as_deref(), number)) {
        cx.warn(warning);
    }
}

/// Warns about a number that belongs into the other field.
fn misplaced_numbers(cx: &mut Call, organization: &Organization, before: [Option<String>; 2]) {
    let [vat_id, tax_number] = before;
    let of_vat_id = identifier_remarks::no_vat_id_of_seller(organization).filter(|_| organization.vat_id != vat_id);
    let taxed = organization.tax_category == TaxCategory::S;
    let of_tax_number = identifier_remarks::no_tax_number(organization, taxed).filter(|_| organization.tax_number != tax_number);
    [of_vat_id, of_tax_number].into_iter().flatten().for_each(|warning| cx.warn(warning));
}

/// The warning about a Japanese registration number with a wrong check digit.
pub fn check_digit_warning(country: Option<&str>, number: &str) -> Option<String> {
    let number = text::japanese_registration(number).filter(|number| country == Some("JP") && !text::japanese_registration_fits(number))?;
    Some(format!("The check digit of your registration number {number} does not fit. Compare it with a letter of your tax office."))
}

/// Parses a country; none if empty.
pub fn parse_country(given: &str) -> Result<Option<String>, Error> {
    Ok(text::non_empty(Some(given.to_owned())).map(|country| country_names::parse(&country)).transpose()?)
}

/// Parses a VAT identifier; none if empty. Wrong check digits give a warning only. An unchanged value is accepted.
pub fn parse_vat_id(cx: &mut Call, given: &str, before: Option<&str>) -> Result<Option<String>, Error> {
    if before.is_some_and(|before| before == given.trim()) {
        return Ok(before.map(str::to_owned));
    }
    let Some(vat_id) = text::vat_id("vat_id", given)? else { return Ok(None) };
    if vat_id.doubtful {
        cx.warn(format!("The check digits of {} do not fit. Compare it with a letter of its owner.", vat_id.text));
    }
    Ok(Some(vat_id.text))
}

fn defaults(cx: &mut Call, organization: &mut Organization, given: SettingsChange) -> Result<(), Error> {
    if let Some(zone) = text::non_empty(given.time_zone) {
        organization.time_zone = zone::parse_name(&zone)?;
        organization.time_zone_said = true;
    }
    if let Some(language) = text::non_empty(given.language) {
        organization.language = parse_language(&language)?;
    }
    if let Some(day) = given.week_start {
        organization.week_start = within("week_start", day, 1, 7)?;
    }
    let rate =
        given.rate.try_map(|rate| Ok::<_, Error>(Money::new(rate_of("rate", &rate, &organization.currency)?, &organization.currency)))?;
    organization.rate = rate.apply_to(organization.rate.take());
    if let Some(days) = given.payment_terms_days {
        organization.payment_terms_days = within("payment_terms_days", days, 0, 365)?;
    }
    taxes(cx, organization, given.tax_category, text::non_empty(given.tax_rate).as_deref(), given.tax_reason)?;
    numbering(cx, organization, text::non_empty(given.number_pattern), given.number_yearly_reset)?;
    if let Some(step) = given.rounding_step {
        organization.rounding.step_minutes = within("rounding_step", step, 0, 480)?;
    }
    organization.rounding.mode = given.rounding_mode.unwrap_or(organization.rounding.mode);
    organization.rounding.basis = given.rounding_basis.unwrap_or(organization.rounding.basis);
    organization.lock_date = given.lock_date.try_map(|day| Day::parse("lock_date", &day))?.apply_to(organization.lock_date.take());
    Ok(())
}

/// The pattern of invoice numbers and its counter. Warns where the counter is to start again each year and cannot; a form sends both back
/// unchanged, and is not warned again.
fn numbering(cx: &mut Call, organization: &mut Organization, pattern: Option<String>, yearly_reset: Option<bool>) -> Result<(), Error> {
    let before = (organization.number_pattern.clone(), organization.number_yearly_reset);
    let is_reset_alone = yearly_reset == Some(true) && pattern.is_none();
    if let Some(pattern) = pattern {
        organization.number_pattern = NumberPattern::parse(&pattern)?.as_str().to_owned();
    }
    organization.number_yearly_reset = yearly_reset.unwrap_or(organization.number_yearly_reset);
    let is_other = (&organization.number_pattern, organization.number_yearly_reset) != (&before.0, before.1);
    let told = number_pattern::reset_not_applied(&organization.number_pattern, organization.number_yearly_reset);
    if let Some(warning) = told.filter(|_| is_other || is_reset_alone) {
        cx.warn(warning);
    }
    Ok(())
}

/// The tax of new clients. Changed values have to be consistent, as for a client; missing ones are asked for when an invoice is sent.
fn taxes(
    cx: &mut Call,
    organization: &mut Organization,
    category: Option<TaxCategory>,
    rate: Option<&str>,
    reason: Patch<String>,
) -> Result<(), Error> {
    let before = (organization.tax_category, organization.tax_rate);
    let rate = rate.map(|rate| Percent::parse("tax_rate", rate)).transpose()?;
    organization.tax_rate = TaxCategory::rate(category, rate).unwrap_or(organization.tax_rate);
    organization.tax_category = TaxCategory::chosen(category, rate).unwrap_or(organization.tax_category);
    let (is_said, is_emptied) = (matches!(reason, Patch::Set(_)), reason == Patch::Clear);
    organization.tax_reason = tax::reason_after((before.0, organization.tax_reason.take()), organization.tax_category, reason)?;
    let is_other = organization.tax_category != before.0;
    if organization.tax_reason.is_none() && (is_other || is_emptied) {
        default_exemption_reason::fill(cx, organization);
    }
    // With another category the default words are reported at once.
    organization.tax_reason_said |= is_said || is_other;
    if let Some(warning) = rate::told(organization.tax_rate).filter(|_| organization.tax_rate != before.1) {
        cx.warn(warning);
    }
    match (organization.tax_category, organization.tax_rate) == before {
        true => Ok(()),
        false => Ok(organization.tax_category.check(organization.tax_rate)?),
    }
}

/// Parses a rate per hour to minor units: not negative, at most [`money::rate_max`].
pub fn rate_of(field: &'static str, given: &Amount, currency: &Currency) -> Result<i64, Error> {
    // The amount is ambiguous: thousands or fractions of a cent.
    if currency.minor_digits() > 0
        && let Some((thousands, decimal)) = money::readings(&given.number(currency))
    {
        let decimals = decimal.split('.').nth(1).map_or(0, |decimals| decimals.trim_end_matches('0').len());
        // A rate has no fractions of a cent, so that reading is not suggested.
        if decimals > currency.minor_digits() as usize {
            let (shown, digits) = (text::excerpt(given.as_str()), currency.minor_digits());
            let message =
                format!("\"{shown}\" can be read in two ways; write {thousands}, or round it to the {digits} decimals of {currency}.");
            return Err(Error::invalid(field, message));
        }
        return Err(money::ambiguous(field, given.as_str(), (thousands, decimal)).into());
    }
    let (rate, most) = (given.minor(field, currency)?, money::rate_max(currency));
    if !(0..=most).contains(&rate) {
        return Err(Error::invalid(
            field,
            format!(
                "A rate of {} per hour is out of range; it lies between 0 and {}.",
                Money::new(rate, currency).text(),
                Money::new(most, currency).text()
            ),
        ));
    }
    Ok(rate)
}

/// Parses a language of documents, in any case.
pub fn parse_language(given: &str) -> Result<String, Error> {
    let language = given.trim().to_ascii_lowercase();
    if ["en", "de", "ja"].contains(&language.as_str()) {
        return Ok(language);
    }
    let message = format!("\"{}\" is not a language of documents yet; choose en, de or ja.", text::excerpt(given));
    Err(Error::invalid("language", message))
}

/// Requires a number within bounds.
pub fn within<N: PartialOrd + Copy + std::fmt::Display>(field: &str, value: N, least: N, most: N) -> Result<N, Error> {
    if value < least || value > most {
        return Err(Error::invalid(field, format!("{value} is out of range; it lies between {least} and {most}.")));
    }
    Ok(value)
}

fn read(row: store::OrganizationRow) -> Result<Organization, Error> {
    let currency = Currency::parse(&row.currency)?;
    Ok(Organization {
        id: OrganizationId(row.id),
        slug: row.slug,
        name: row.name,
        legal_name: row.legal_name,
        address: row.address,
        country: row.country,
        vat_id: row.vat_id,
        tax_number: row.tax_number,
        number_wanted: None,
        number_taken: None,
        number_given: row.number_given,
        email: row.email,
        phone: row.phone,
        bank_holder: row.bank_holder,
        iban: row.iban,
        account_number: row.account_number,
        bic: row.bic,
        bank_name: row.bank_name,
        time_zone: row.time_zone,
        time_zone_said: row.time_zone_said,
        language: row.language,
        week_start: row.week_start as u8,
        rate: row.rate.map(|rate| Money::new(rate, &currency)),
        currency,
        payment_terms_days: row.payment_terms_days as u16,
        tax_category: TaxCategory::parse(&row.tax_category)?,
        tax_rate: Percent(row.tax_percent),
        tax_reason: row.tax_reason,
        tax_reason_said: row.tax_reason_said,
        number_pattern: row.number_pattern,
        number_yearly_reset: row.number_yearly_reset,
        rounding: Rounding { step_minutes: row.rounding_step as u16, mode: row.rounding_mode.parse()?, basis: row.rounding_basis.parse()? },
        timer_limit_seconds: i64::from(row.timer_limit_seconds),
        lock_date: row.lock_date.map(|day| Day::from(day.to_jiff())),
    })
}
