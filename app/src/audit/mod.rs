//! The audit log of the calls of all channels. Writes form one hash chain per organization, which makes alterations evident;
//! accesses, which changed nothing, are in no chain.

#[cfg(feature = "ssr")]
pub(crate) mod arguments;
#[cfg(feature = "ssr")]
mod queue;
#[cfg(feature = "ssr")]
pub(crate) mod record;
#[cfg(feature = "ssr")]
mod recorder;
#[cfg(feature = "ssr")]
pub(crate) mod store;
#[cfg(all(test, feature = "ssr"))]
mod tests;

#[cfg(feature = "ssr")]
pub use arguments::{redact_line, redact_message, redact_text};
#[cfg(feature = "ssr")]
pub use record::{AuditRecord, outcome};
#[cfg(feature = "ssr")]
pub use recorder::{RecordSlot, Recorder};
