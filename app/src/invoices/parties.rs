//! The identifiers of the seller and of the buyer.

use domain::tax::party_identifiers::{PartyIdentifiers, of_fields, of_number};

use crate::{clients::Client, organizations::Organization};

/// The identifiers of the seller.
pub fn of_seller(organization: &Organization) -> PartyIdentifiers {
    let Organization { vat_id, tax_number, country, .. } = organization;
    of_fields(country.as_deref(), vat_id.as_deref(), tax_number.as_deref())
}

/// The identifiers of the buyer.
pub fn of_buyer(client: &Client) -> PartyIdentifiers {
    client.vat_id.as_deref().map(of_number).unwrap_or_default()
}
