//! The pure core: the values of Stint and their arithmetic, without pages, database or clock.
//!
//! What a person writes is parsed here and refused with an [`invalid_value::InvalidValue`], which the operations answer as an invalid argument.

pub mod budget_period;
pub mod count;
pub mod country;
pub mod day;
pub mod document;
pub mod forecast;
pub mod hours;
pub mod id;
pub mod invalid_value;
#[cfg(feature = "server")]
pub mod locale;
pub mod money;
pub mod number_pattern;
pub mod patch;
pub mod percent;
#[cfg(feature = "server")]
pub mod quantity;
pub mod tax;
#[cfg(feature = "server")]
pub mod text;
pub mod time_rounding;
#[cfg(feature = "server")]
pub mod totals;
pub mod width;
