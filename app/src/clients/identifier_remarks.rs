//! Remarks on the VAT identifier of a client.

use domain::tax::{
    number_remarks::{instead, is_doubtful, is_none, said},
    party_identifiers,
};

use super::Client;

/// The same for a client.
pub fn no_vat_id_of_client(client: &Client) -> Option<String> {
    none_of_client(client, false)
}

/// The same for a client, depending on whether the supply requires a VAT identifier.
pub fn none_of_client(client: &Client, is_needed: bool) -> Option<String> {
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

/// The same for a client.
pub fn doubtful_of_client(client: &Client) -> Option<String> {
    let vat_id = client.vat_id.as_deref().filter(|vat_id| is_doubtful(vat_id))?;
    let name = &client.name;
    Some(format!("The check digits of {vat_id}, the VAT identifier of {name}, do not fit. Compare it with a letter of its owner."))
}
