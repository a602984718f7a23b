//! Tax: categories, rates, territories, exemption reasons and the identifiers of businesses, as pure functions.

pub mod category;
#[cfg(feature = "server")]
pub mod disbursement;
pub mod exemption;
#[cfg(feature = "server")]
pub mod line_tax;
#[cfg(feature = "server")]
pub mod number_remarks;
#[cfg(feature = "server")]
pub mod party_identifiers;
#[cfg(feature = "server")]
pub mod rate;
#[cfg(feature = "server")]
pub mod territory;
#[cfg(feature = "server")]
pub mod vat_id;
