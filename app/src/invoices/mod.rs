//! Invoices: drafted from unbilled time, sent once, paid.

pub mod document;
pub mod number;
pub mod rounding;
pub mod totals;
