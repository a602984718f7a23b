//! Stint: people and the agents that work for them track time, compare it with budgets, and turn it into invoices.
//!
//! Read in this order: [`error`], [`access`], [`operation`] (the pipeline every call goes through), then a feature.

// A page is one type that nests as deeply as its markup, which exceeds the default limit.
#![recursion_limit = "512"]

pub mod access;
pub mod account;
#[cfg(feature = "ssr")]
pub mod admission;
pub mod assistant;
pub mod audit;
pub mod budgets;
#[cfg(feature = "ssr")]
pub mod cleanup;
pub mod clients;
#[cfg(feature = "ssr")]
pub mod context;
pub mod count;
pub mod country;
pub mod dashboard;
#[cfg(feature = "ssr")]
pub mod database;
pub mod day;
#[cfg(feature = "ssr")]
pub mod deployment;
pub mod error;
pub mod history;
pub mod hours;
pub mod id;
pub mod invoices;
pub mod layout;
#[cfg(feature = "ssr")]
pub mod limits;
pub mod money;
pub mod notifications;
pub mod operation;
#[cfg(feature = "ssr")]
pub mod operations;
pub mod organizations;
#[cfg(feature = "ssr")]
pub mod outbox;
pub mod page;
pub mod page_context;
pub mod patch;
pub mod people;
pub mod percent;
pub mod platform;
pub mod projects;
#[cfg(feature = "ssr")]
pub mod quotas;
pub mod rates;
#[cfg(feature = "ssr")]
pub mod reference;
pub mod routes;
pub mod security;
#[cfg(feature = "ssr")]
pub mod shell;
#[cfg(all(test, feature = "ssr"))]
pub mod testing;
#[cfg(feature = "ssr")]
pub mod text;
pub mod time;
pub mod ui;
pub mod verification;
pub mod width;
