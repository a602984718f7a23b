//! Stint: people and the agents that work for them track time, compare it with budgets, and turn it into invoices.
//!
//! Read in this order: the crate `domain` (values), [`error`], [`access`], [`operation`] (the pipeline every call goes through), then a feature. Each module imports only
//! those that stand before it in the order that `imports.rs` tests.

// A page is one type that nests as deeply as its markup, which exceeds the default limit.
#![recursion_limit = "512"]

pub mod access;
pub mod account;
#[cfg(feature = "ssr")]
pub mod admission;
pub mod assistant;
pub mod audit;
pub mod audit_log;
pub mod budgets;
#[cfg(feature = "ssr")]
pub mod cleanup;
pub mod clients;
#[cfg(feature = "ssr")]
pub mod context;
#[cfg(feature = "ssr")]
pub mod database;
#[cfg(feature = "ssr")]
pub mod delivery;
#[cfg(feature = "ssr")]
pub mod deployment;
pub mod error;
pub mod history;
#[cfg(all(test, feature = "ssr"))]
mod imports;
pub mod invoices;
#[cfg(feature = "ssr")]
pub mod limits;
#[cfg(feature = "ssr")]
pub mod namesake;
pub mod notifications;
pub mod operation;
#[cfg(feature = "ssr")]
pub mod operations;
pub mod organizations;
pub mod outbox;
pub mod page;
pub mod page_context;
pub mod pages;
pub mod people;
pub mod platform;
pub mod project_budgets;
pub mod projects;
#[cfg(feature = "ssr")]
pub mod quotas;
pub mod rates;
#[cfg(feature = "ssr")]
pub mod reference;
pub mod repricing;
pub mod routes;
#[cfg(feature = "ssr")]
pub mod secrets;
pub mod security;
#[cfg(feature = "ssr")]
pub mod shell;
pub mod summary;
#[cfg(all(test, feature = "ssr"))]
pub mod testing;
pub mod time;
pub mod ui;
pub mod verification;
