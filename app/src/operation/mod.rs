//! Operations: what Stint can do, as functions from data to data, and the pipeline that runs them.
//!
//! An operation is declared once, as a Leptos server function made by `#[operation]`. Its body runs inside [`read()`] or
//! [`write()`], so no channel can bypass the pipeline.

mod answer_json;
#[cfg(feature = "ssr")]
mod audit_record;
#[cfg(feature = "ssr")]
mod authorize;
#[cfg(feature = "ssr")]
mod call;
#[cfg(feature = "ssr")]
mod callable_operations;
#[cfg(feature = "ssr")]
mod card_field;
#[cfg(feature = "ssr")]
mod channel_wording;
#[cfg(feature = "ssr")]
mod coerce;
#[cfg(feature = "ssr")]
pub mod columns;
#[cfg(feature = "ssr")]
mod commit;
#[cfg(feature = "ssr")]
pub mod confirmed_address;
#[cfg(feature = "ssr")]
mod declaration;
#[cfg(feature = "ssr")]
pub mod form_changes;
#[cfg(feature = "ssr")]
pub mod json;
#[cfg(feature = "ssr")]
pub mod membership;
#[cfg(feature = "ssr")]
mod misnamed;
#[cfg(feature = "ssr")]
mod pipeline;
#[cfg(feature = "ssr")]
pub mod read_scope;
#[cfg(feature = "ssr")]
mod readable_times;
#[cfg(feature = "ssr")]
pub mod registry;
#[cfg(feature = "ssr")]
mod registry_entry;
#[cfg(feature = "ssr")]
mod schema;
#[cfg(feature = "ssr")]
mod size_limits;
#[cfg(feature = "ssr")]
pub(crate) mod store;
#[cfg(all(test, feature = "ssr"))]
pub(crate) mod tests;
#[cfg(feature = "ssr")]
pub mod urlencoded;
#[cfg(feature = "ssr")]
pub(crate) mod validate;
pub mod wire;
mod write_response;

pub(crate) use answer_json::from_json;
#[cfg(feature = "ssr")]
pub use authorize::{authorize, needs_approval, needs_person_error, permission_error};
#[cfg(feature = "ssr")]
pub use call::Call;
#[cfg(feature = "ssr")]
pub(crate) use call::row_scope_of;
#[cfg(feature = "ssr")]
pub use callable_operations::{is_callable, operations_named_in, without_sentences_naming};
#[cfg(feature = "ssr")]
pub use card_field::{CARD, CardField, CardLabel};
#[cfg(feature = "ssr")]
pub use channel_wording::refusal_for_person;
#[cfg(feature = "ssr")]
pub use commit::records_told;
#[cfg(feature = "ssr")]
pub use declaration::{AgentMode, Audience, Bound, Declaration, Effect, OperationFn};
#[cfg(feature = "ssr")]
pub use pipeline::{arguments_json, read, write};
#[cfg(feature = "ssr")]
pub use registry_entry::Operation;
#[cfg(feature = "ssr")]
pub use schema::{LENGTH_MAX, PAGE};
#[cfg(feature = "ssr")]
pub(crate) use store::changed_by_others;
pub use write_response::{Change, WriteResponse};

/// The most changes of one action that are restored; the images of more are not read.
pub const CHANGES_MAX: usize = 499;

/// How many bytes of images are shown of an action: those of [`CHANGES_MAX`] entries with usual texts.
#[cfg(feature = "ssr")]
pub const SHOWN_BYTES_MAX: i64 = 1_000_000;
