//! Remarks on likely mistakes in the numbers of both parties.

use super::remark;
use crate::{
    clients::Client,
    invoices::{InvoiceProblem, party_identifiers, rules::tax_territory, totals::TaxCategory},
    organizations::{Organization, initial_settings},
    text::{self, NumberKind},
};

/// The remarks on the numbers that an invoice with lines of these categories states.
pub fn of(organization: &Organization, client: &Client, categories: &[TaxCategory]) -> Vec<InvoiceProblem> {
    // The rules report any other number that is no VAT identifier, unless none is stated (BR-O-02).
    let counts = |number: &Option<String>| {
        number.as_deref().is_some_and(party_identifiers::has_other_label) || categories.iter().all(|category| *category == TaxCategory::O)
    };
    let seller = no_vat_id_of_seller(organization).filter(|_| counts(&organization.vat_id));
    let is_stated = || client.vat_id.as_deref().is_some_and(|number| party_identifiers::is_no_vat_id(number, client.country.as_deref()));
    let is_needed = categories.contains(&TaxCategory::K);
    let buyer = none_of_client(client, is_needed).filter(|_| is_stated() || counts(&client.vat_id));
    let taxed = categories.contains(&TaxCategory::S);
    let enterprise = || organization.vat_id.as_deref().and_then(|number| of_enterprise(number, taxed));
    let same = client.vat_id.is_some() && client.vat_id == organization.vat_id;
    let same = same.then(|| format!("The VAT identifier of {} is your own. Correct it in the client.", client.name));
    let remarks = [
        ("organization.vat_id", seller.or_else(|| doubtful_of_seller(organization)).or_else(enterprise)),
        ("organization.tax_number", no_tax_number(organization, taxed)),
        ("client.vat_id", buyer.or_else(|| doubtful_of_client(client))),
        ("client.vat_id", same),
    ];
    remarks.into_iter().filter_map(|(field, message)| Some(remark(field, message?))).collect()
}

/// The message that the organization's VAT identifier is none of any country; `None` where there is no VAT.
pub fn no_vat_id_of_seller(organization: &Organization) -> Option<String> {
    let country = organization.country.as_deref();
    let number = organization.vat_id.as_deref().filter(|number| is_none(number, country))?;
    let word = text::number_label(number);
    let is_stated = word.as_ref().is_some_and(|word| match word.kind {
        NumberKind::Register => party_identifiers::is_tax_number(country, false, number),
        _ => party_identifiers::country_of_numbers(country).is_none_or(|country| word.counts_in(country)),
    });
    let told = said(number, country, "Your number");
    // Its label allows no other meaning.
    if let (Some(NumberKind::Vat), Some(vat_id)) = (word.as_ref().map(|word| word.kind), initial_settings::of_country(number, country)) {
        return Some(format!("{told} Write it {vat_id}."));
    }
    let way = match word.map(|word| word.kind) {
        Some(NumberKind::Register | NumberKind::Tax) if is_stated => "Write it as your tax number.",
        Some(NumberKind::Register) => "Take it away there, and write it under your postal address.",
        Some(NumberKind::Tax) => "Take it away there: no invoice states it.",
        Some(NumberKind::Vat) | None => "If it is the number that your tax office has given you, write it as your tax number.",
    };
    Some(format!("{told} {way}{}", instead(number, country, "you are")))
}

/// The same for a client.
pub fn no_vat_id_of_client(client: &Client) -> Option<String> {
    none_of_client(client, false)
}

/// The same for a client, depending on whether the supply requires a VAT identifier.
fn none_of_client(client: &Client, is_needed: bool) -> Option<String> {
    let country = client.country.as_deref();
    let number = client.vat_id.as_deref().filter(|number| is_none(number, country))?;
    let told = said(number, country, &format!("The number of {}", client.name));
    let way = match party_identifiers::is_no_vat_id(number, country) {
        true if is_needed => "An invoice of tax category K states a VAT identifier. Correct it in the client.",
        true => "An invoice states it as it stands, and not as a VAT identifier. Correct it in the client, or leave it as it is.",
        false => "Correct it in the client, or take it away: no invoice with tax is sent with it.",
    };
    Some(format!("{told} {way}{}", instead(number, country, &format!("{} is", client.name))))
}

/// The message that the organization's tax number is another kind of number, several, or none, given whether it charges tax.
pub fn no_tax_number(organization: &Organization, taxed: bool) -> Option<String> {
    let number = organization.tax_number.as_deref()?;
    let (country, shown) = (organization.country.as_deref(), text::excerpt(number));
    let way = "Write the number that your tax office has given you, or your VAT identifier in its field.";
    if let Some(numbers) = text::two_numbers(number) {
        return Some(format!("{} Write each into its own field in Settings.", numbers.refusal(number)));
    }
    if let Some(message) = vat_id_as_tax_number(organization) {
        return Some(message);
    }
    if text::swiss_uid(number).is_some() && country.is_some_and(|country| tax_territory::in_same_territory_for_services(country, "CH")) {
        return of_enterprise(number, taxed).or_else(|| is_doubtful(number).then(|| doubtful("UID", number)));
    }
    // Where there is no VAT, invoices may state the number of the business register, as in Australia.
    let counts = || party_identifiers::is_tax_number(country, false, number);
    if party_identifiers::is_register_number(number) && country.is_none_or(tax_territory::has_vat) && !counts() {
        let instead = instead(number, country, "you are");
        return Some(format!(
            "{shown} stands as your tax number and is one of a register. An invoice states it as that, and as no tax number. {way}{instead}"
        ));
    }
    let has = match number.chars().filter(|letter| letter.is_numeric()).count() {
        0 => "no digit",
        1..DIGITS_MIN => "too few digits for one",
        _ => return without_letters(number, country, taxed).or_else(|| unknown(number, organization, taxed)),
    };
    Some(format!("{shown} stands as your tax number and has {has}. {way}"))
}

/// The message that a number is not recognized as a tax number: its form is none of the country's, or its label is unknown.
fn unknown(number: &str, organization: &Organization, taxed: bool) -> Option<String> {
    let (country, shown) = (organization.country.as_deref(), text::excerpt(number));
    // Beside a VAT identifier it may be any number of the tax office.
    let taxed = taxed && organization.vat_id.is_none();
    if let Some(wanted) = party_identifiers::country_of_numbers(country).and_then(|country| text::required_numbers(country, taxed)) {
        return (!party_identifiers::is_tax_number(country, false, number))
            .then(|| format!("{shown} stands as your tax number and is none that an invoice states. Write {wanted}."));
    }
    let is_strange = text::number_label(number).is_none() && text::has_label(number) && text::japanese_registration(number).is_none();
    is_strange
        .then(|| format!("{shown} stands as your tax number, and its words do not say that it is one. An invoice states it as it stands."))
}

/// Countries where the digits of a VAT identifier are those of no other number from a tax office.
const OF_VAT_ALONE: [&str; 10] = ["AT", "BE", "DE", "EE", "FR", "GB", "IM", "LU", "NL", "NO"];

/// The fewest digits of a number from a tax office.
const DIGITS_MIN: usize = 4;

/// The message that a VAT identifier was written as the tax number, without the letters of its country or the name of its tax. A seller who
/// charges no tax may have the same digits from a register or from the tax office, and states them as those.
fn without_letters(number: &str, country: Option<&str>, taxed: bool) -> Option<String> {
    let vat_id = written(number, country)?;
    let (is_of_enterprise, is_norwegian) = (text::swiss_uid(&vat_id).is_some(), text::with_mva(number).is_some());
    let vat_id = if is_of_enterprise { format!("{vat_id} MWST") } else { vat_id };
    let is_called_so = text::number_label(number).is_some_and(|word| word.kind == NumberKind::Vat);
    let is_meant = is_called_so || is_norwegian || country.is_some_and(|country| OF_VAT_ALONE.contains(&country));
    let is_shared = is_of_enterprise || party_identifiers::country_of_numbers(country).is_some_and(text::shares_digits);
    (is_meant && (taxed || is_norwegian || !is_shared)).then(|| {
        format!(
            "{} stands as your tax number and has the digits of a VAT identifier. Where you are registered for VAT, write it as your VAT \
             identifier: {vat_id}.",
            text::excerpt(number)
        )
    })
}

/// The message that a VAT identifier was written as the organization's tax number.
fn vat_id_as_tax_number(organization: &Organization) -> Option<String> {
    let country = organization.country.as_deref();
    let number = organization.tax_number.as_deref().filter(|number| party_identifiers::is_misplaced(number, country))?;
    let way = match &organization.vat_id {
        None => "Write it as your VAT identifier in Settings, and leave the tax number empty or give the one of your tax office.",
        Some(_) => "In Settings the VAT identifier has a field of its own: take it away from the tax number.",
    };
    Some(format!("{} stands as your tax number and is a VAT identifier. {way}", text::excerpt(number)))
}

/// Whether a number that is meant as a VAT identifier is none of any country.
fn is_none(number: &str, country: Option<&str>) -> bool {
    country.is_none_or(tax_territory::has_vat) && !party_identifiers::is_vat_id(number)
}

fn said(number: &str, country: Option<&str>, whose: &str) -> String {
    let shown = text::excerpt(number);
    if text::with_mva(number).is_some() {
        return format!("{whose} {shown} is no VAT identifier of Norway, which has MVA behind its digits.");
    }
    let what = match text::number_label(number) {
        Some(word) if word.kind == NumberKind::Register => format!("one of a register ({}) and ", word.text),
        Some(word) if word.kind == NumberKind::Tax => format!("another one of a tax office ({}) and ", word.text),
        _ => String::new(),
    };
    format!("{whose} {shown} is {what}no VAT identifier, which {}.", form(country))
}

/// The form of a VAT identifier, of this country if known.
fn form(country: Option<&str>) -> String {
    let example = party_identifiers::country_of_numbers(country).and_then(|country| text::required_numbers(country, true)?.vat_id);
    match (example, country) {
        (Some(example), Some(country)) => format!("looks like {example} in {}", tax_territory::name(country)),
        _ => "begins with the two letters of its country, such as DE".to_owned(),
    }
}

/// A number in the form of a VAT identifier of this country, for a party that is registered for the tax.
pub fn written(number: &str, country: Option<&str>) -> Option<String> {
    initial_settings::of_country(number, country).or_else(|| text::with_mva(number))
}

/// How to write a number that belongs to a registered party.
fn instead(number: &str, country: Option<&str>, who: &str) -> String {
    written(number, country).map(|vat_id| format!(" Where {who} registered for VAT, it is written {vat_id}.")).unwrap_or_default()
}

/// The message that check digits of the organization do not fit.
fn doubtful_of_seller(organization: &Organization) -> Option<String> {
    let vat_id = organization.vat_id.as_deref().filter(|vat_id| is_doubtful(vat_id))?;
    Some(doubtful(if text::swiss_uid(vat_id).is_some() { "UID" } else { "VAT identifier" }, vat_id))
}

fn doubtful(called: &str, number: &str) -> String {
    let bare = text::without_words(number);
    format!("The check digits of your {called} {bare} do not fit. Compare it with a letter of its owner.")
}

/// The message about the Swiss enterprise number on an invoice with tax: as a VAT number it has the name of the tax after it (Article 26
/// (2) a MWSTG).
fn of_enterprise(number: &str, taxed: bool) -> Option<String> {
    let number = text::swiss_uid(number).filter(|_| taxed)?;
    Some(format!(
        "{number} is the number that every enterprise has. An invoice with tax states the one of the value added tax (Article 26 (2) a \
         MWSTG): write {number} MWST as your VAT identifier in Settings."
    ))
}

/// The same for a client.
fn doubtful_of_client(client: &Client) -> Option<String> {
    let vat_id = client.vat_id.as_deref().filter(|vat_id| is_doubtful(vat_id))?;
    let name = &client.name;
    Some(format!("The check digits of {vat_id}, the VAT identifier of {name}, do not fit. Compare it with a letter of its owner."))
}

fn is_doubtful(vat_id: &str) -> bool {
    text::vat_id("vat_id", vat_id).is_ok_and(|read| read.is_some_and(|read| read.doubtful))
}
