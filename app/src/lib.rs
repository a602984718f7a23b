//! Stint: people and the agents that work for them track time, hold it against budgets, and turn it into invoices.
//!
//! Read in this order: [`error`], [`access`], [`operation`] (the pipeline every call goes through), then a feature.

pub mod access;
pub mod account;
pub mod clients;
#[cfg(feature = "ssr")]
pub mod context;
#[cfg(feature = "ssr")]
pub mod database;
pub mod day;
pub mod edit;
pub mod error;
pub mod hours;
pub mod id;
pub mod invoices;
pub mod money;
pub mod operation;
#[cfg(feature = "ssr")]
pub mod operations;
pub mod organizations;
pub mod page;
pub mod percent;
pub mod projects;
#[cfg(feature = "ssr")]
pub mod reference;
#[cfg(all(test, feature = "ssr"))]
pub mod testing;
#[cfg(feature = "ssr")]
pub mod text;
pub mod time;
