//! The server process: the HTTP channels of Stint and their infrastructure, without business rules.
//!
//! Start with [`router`]: it names every route and every layer around them, in order.

pub mod assistant_events;
pub mod authentication;
pub mod client_ip;
pub mod cluster;
pub mod command;
pub mod config;
pub mod connections;
pub mod documents;
pub mod error_response;
pub mod invoice_pdf;
pub mod isolation;
pub mod jobs;
pub mod listener;
pub mod mail;
pub mod mcp;
pub mod model;
pub mod openapi;
pub mod pages;
pub mod render_turns;
pub mod rendering;
pub mod rest;
pub mod router;
pub mod services;
pub mod shutdown;
pub mod telemetry;
