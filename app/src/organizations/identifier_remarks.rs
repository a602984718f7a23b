//! Remarks on the VAT identifier and the tax number of an organization.

use domain::{
    tax::{
        number_remarks::{doubtful, instead, is_doubtful, is_none, of_enterprise, said, written},
        party_identifiers, territory, vat_id,
    },
    text::{self, NumberKind},
};

use super::Organization;

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
    if let (Some(NumberKind::Vat), Some(vat_id)) = (word.as_ref().map(|word| word.kind), vat_id::of_country(number, country)) {
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
    if text::swiss_uid(number).is_some() && country.is_some_and(|country| territory::in_same_territory_for_services(country, "CH")) {
        return of_enterprise(number, taxed).or_else(|| is_doubtful(number).then(|| doubtful("UID", number)));
    }
    // Where there is no VAT, invoices may state the number of the business register, as in Australia.
    let counts = || party_identifiers::is_tax_number(country, false, number);
    if party_identifiers::is_register_number(number) && country.is_none_or(territory::has_vat) && !counts() {
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
pub fn unknown(number: &str, organization: &Organization, taxed: bool) -> Option<String> {
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
pub const OF_VAT_ALONE: [&str; 10] = ["AT", "BE", "DE", "EE", "FR", "GB", "IM", "LU", "NL", "NO"];

/// The fewest digits of a number from a tax office.
pub const DIGITS_MIN: usize = 4;

/// The message that a VAT identifier was written as the tax number, without the letters of its country or the name of its tax. A seller who
/// charges no tax may have the same digits from a register or from the tax office, and states them as those.
pub fn without_letters(number: &str, country: Option<&str>, taxed: bool) -> Option<String> {
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
pub fn vat_id_as_tax_number(organization: &Organization) -> Option<String> {
    let country = organization.country.as_deref();
    let number = organization.tax_number.as_deref().filter(|number| party_identifiers::is_misplaced(number, country))?;
    let way = match &organization.vat_id {
        None => "Write it as your VAT identifier in Settings, and leave the tax number empty or give the one of your tax office.",
        Some(_) => "In Settings the VAT identifier has a field of its own: take it away from the tax number.",
    };
    Some(format!("{} stands as your tax number and is a VAT identifier. {way}", text::excerpt(number)))
}

/// The message that check digits of the organization do not fit.
pub fn doubtful_of_seller(organization: &Organization) -> Option<String> {
    let vat_id = organization.vat_id.as_deref().filter(|vat_id| is_doubtful(vat_id))?;
    Some(doubtful(if text::swiss_uid(vat_id).is_some() { "UID" } else { "VAT identifier" }, vat_id))
}
