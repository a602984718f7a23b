//! Tax: categories, rates, territories, exemption reasons and the identifiers of businesses, as pure functions.

pub mod category;
#[cfg(feature = "ssr")]
pub mod disbursement;
pub mod exemption;
#[cfg(feature = "ssr")]
pub mod line_tax;
#[cfg(feature = "ssr")]
pub mod number_remarks;
#[cfg(feature = "ssr")]
pub mod party_identifiers;
#[cfg(feature = "ssr")]
pub mod rate;
#[cfg(feature = "ssr")]
pub mod territory;
#[cfg(feature = "ssr")]
pub mod vat_id;
