//! The seller's number that invoices must state: how it is accepted when an organization is created, and the notices while it is missing or
//! was changed.

use domain::{
    tax::{category::TaxCategory, number_remarks, party_identifiers, territory, vat_id},
    text,
};

use super::Organization;
use crate::error::Error;

/// A VAT identifier and a tax number.
type Numbers = (Option<String>, Option<String>);

/// The notice that the required number is missing, so that no invoice can be sent; none if it is there or not required.
pub fn of(organization: &Organization) -> Option<String> {
    let Organization { country, tax_category, vat_id, tax_number, .. } = organization;
    let (country, vat_id, tax_number) = (country.as_deref(), vat_id.as_deref(), tax_number.as_deref());
    if !is_needed(country, *tax_category) || is_there(country, *tax_category, vat_id, tax_number) {
        return None;
    }
    let problem = match tax_number.or(vat_id) {
        Some(number) => format!("{} is not the number that your invoices have to state.", text::excerpt(number)),
        None => "Your VAT identifier or tax number is missing.".to_owned(),
    };
    let which = if country == Some("AT") && tax_number.is_some() { "No invoice over 400 EUR" } else { "No invoice" };
    Some(format!("{problem} {which} is sent before it stands in Settings: {}.", wanted(country, *tax_category)))
}

/// The numbers of a new organization in this country as its invoices state them. If it charges tax, a number that lacks only the country
/// prefix or the name of the tax is completed, because invoices to other countries state no other one. Refuses a number with which the
/// first invoice would be refused.
pub fn taken(country: Option<&str>, category: TaxCategory, numbers: Numbers) -> Result<Numbers, Error> {
    let (vat_id, tax_number) = numbers;
    let of_tax = tax_number.as_deref().filter(|_| vat_id.is_none() && category == TaxCategory::S);
    if let Some(completed) = of_tax.and_then(|number| completed(country, number)) {
        return Ok((Some(completed), None));
    }
    // In Austria a tax number is enough on invoices up to 400 euros (§ 11 (6) UStG 1994).
    let taxed = category == TaxCategory::S && country != Some("AT");
    let counts = |number: &str| party_identifiers::is_tax_number(country, taxed, number);
    let is_enough = || party_identifiers::of_fields(country, vat_id.as_deref(), tax_number.as_deref()).has_one(counts);
    let is_right = !is_needed(country, category) || is_enough();
    let Some(number) = tax_number.as_deref().filter(|_| !is_right) else { return Ok((vat_id, tax_number)) };
    Err(Error::invalid("tax_number", refusal(number, country, category)))
}

/// The notice about the number given on creation, until one is set in the settings: that it was completed, or that it is not what it looks
/// like.
pub fn of_given(organization: &Organization) -> Option<String> {
    let Organization { vat_id, number_given, .. } = organization;
    let completed = number_given.as_deref().zip(vat_id.as_deref()).map(|(given, kept)| completion(given, kept));
    completed.or_else(|| without_t(organization))
}

fn completion(given: &str, kept: &str) -> String {
    format!(
        "You charge tax, and {} has the digits of your VAT identifier: it was taken as {kept}, which your invoices state. Correct it in \
         Settings where it is another number, or where you are not registered under it.",
        text::excerpt(given)
    )
}

/// The notice about the corporate number of a Japanese company: with a T before it, it is the registration number once it is registered.
fn without_t(organization: &Organization) -> Option<String> {
    let charges = organization.country.as_deref() == Some("JP") && organization.tax_category == TaxCategory::S;
    let number = organization.tax_number.as_deref().filter(|number| charges && text::japanese_registration(number).is_none())?;
    let registered = text::japanese_registration(&format!("T{number}")).filter(|number| text::japanese_registration_fits(number))?;
    Some(format!(
        "{} is no registration number, which has a T before it. Where you are registered as an issuer of qualified invoices, write \
         {registered} as your tax number in Settings: without it your clients cannot deduct the whole tax.",
        text::excerpt(number)
    ))
}

fn refusal(number: &str, country: Option<&str>, category: TaxCategory) -> String {
    let tax = if category == TaxCategory::S { "with" } else { "without" };
    format!(
        "{} is not the number that an invoice {tax} tax has to state: {}. Or leave it out here, and add it in Settings before the first \
         invoice is sent.",
        text::excerpt(number),
        wanted(country, category)
    )
}

/// What to enter, as a part of a sentence.
fn wanted(country: Option<&str>, category: TaxCategory) -> String {
    let taxed = category == TaxCategory::S;
    match party_identifiers::country_of_numbers(country).and_then(|country| text::required_numbers(country, taxed)) {
        Some(wanted) if !category.needs_vat_id() => format!("write {wanted}"),
        _ if category.needs_vat_id() => "write your VAT identifier".to_owned(),
        _ => "write your VAT identifier, or the number that your tax office has given you".to_owned(),
    }
}

/// Whether an invoice of this category states a number of a seller in this country: not if nothing on it is subject to tax, nor outside the
/// VAT directive's rules.
fn is_needed(country: Option<&str>, category: TaxCategory) -> bool {
    category != TaxCategory::O && country.is_none_or(territory::has_vat)
}

/// Whether invoices have a number that counts.
fn is_there(country: Option<&str>, category: TaxCategory, vat_id: Option<&str>, tax_number: Option<&str>) -> bool {
    let numbers = party_identifiers::of_fields(country, vat_id, tax_number);
    let counts = |number: &str| party_identifiers::is_tax_number(country, category == TaxCategory::S, number);
    let is_of_iceland = || tax_number.is_some_and(|number| party_identifiers::of_iceland(country, number).is_some());
    if category.needs_vat_id() { numbers.vat_id.is_some() || is_of_iceland() } else { numbers.has_one(counts) }
}

/// The number completed to a VAT identifier by the country prefix or the name of the tax.
fn completed(country: Option<&str>, number: &str) -> Option<String> {
    with_name_of_tax(country, number).or_else(|| text::completed_vat_id(party_identifiers::country_of_numbers(country)?, number))
}

/// The number with the name of the tax as suffix, where the law requires it (Article 26 (2) a MWSTG, § 5-1-2 of the Bokføringsforskrift).
fn with_name_of_tax(country: Option<&str>, number: &str) -> Option<String> {
    let has_name = country.is_some_and(|country| country == "NO" || territory::in_same_territory_for_services(country, "CH"));
    let vat_id = text::swiss_uid(number).or_else(|| number_remarks::written(number, country)).filter(|_| has_name)?;
    let vat_id = text::swiss_uid(&vat_id).map_or(vat_id, |number| format!("{number} MWST"));
    vat_id::is_vat_id(&vat_id, country).then_some(vat_id)
}
