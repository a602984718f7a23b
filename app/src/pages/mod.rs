//! Pages: the views of all features. They call operations of every feature; only the routes and other pages import them, and the server
//! asks `done_words` what a page says.

pub mod account;
pub mod archive_or_delete;
pub mod archived;
pub mod assistant;
pub mod audit_log;
pub mod budgets;
pub mod clients;
pub mod closed_section;
pub mod dashboard;
pub mod done_words;
pub mod invoices;
pub mod layout;
pub mod notifications;
pub mod organizations;
pub mod people;
pub mod projects;
pub mod rate_prompts;
pub mod read_only;
pub mod time;
pub mod undo_button;
