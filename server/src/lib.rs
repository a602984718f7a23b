//! The process: the doors of Stint and the plumbing behind them, and no business.
//!
//! Read [`router`] first: it names every door and every layer around them, in order.

pub mod answers;
pub mod cluster;
pub mod command;
pub mod config;
pub mod connections;
pub mod documents;
pub mod ending;
pub mod identity;
pub mod isolation;
pub mod jobs;
pub mod listener;
pub mod mail;
pub mod mcp;
pub mod model;
pub mod openapi;
pub mod pages;
pub mod papers;
pub mod peers;
pub mod refusal;
pub mod rendering;
pub mod rest;
pub mod router;
pub mod services;
pub mod telemetry;
