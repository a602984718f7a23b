//! An operation: one thing that Stint can do, seen as data in and data out.
//!
//! An operation exists once, as a Leptos server function made by `#[operation]`. Its body runs inside [`read()`] or
//! [`write()`], so no door can go around the pipeline.

#[cfg(feature = "ssr")]
mod agreed;
#[cfg(feature = "ssr")]
mod authorize;
#[cfg(feature = "ssr")]
mod call;
#[cfg(feature = "ssr")]
mod declaration;
mod done;
#[cfg(feature = "ssr")]
mod end;
#[cfg(feature = "ssr")]
mod entry;
#[cfg(feature = "ssr")]
pub mod json;
#[cfg(feature = "ssr")]
mod meant;
#[cfg(feature = "ssr")]
mod run;
#[cfg(feature = "ssr")]
mod schema;
#[cfg(feature = "ssr")]
pub mod shown;
#[cfg(feature = "ssr")]
mod size;
#[cfg(feature = "ssr")]
pub(crate) mod store;
#[cfg(all(test, feature = "ssr"))]
pub(crate) mod tests;
#[cfg(feature = "ssr")]
pub mod urlencoded;
#[cfg(feature = "ssr")]
mod ways;
pub mod wire;
#[cfg(feature = "ssr")]
mod words;
#[cfg(feature = "ssr")]
mod wrong;

#[cfg(feature = "ssr")]
pub use agreed::Agreed;
#[cfg(feature = "ssr")]
pub use authorize::{authorize, lacking, needs_approval, needs_person};
#[cfg(feature = "ssr")]
pub use call::Call;
#[cfg(feature = "ssr")]
pub(crate) use call::reach_of;
#[cfg(feature = "ssr")]
pub use declaration::{AgentMode, Bound, Declaration, Declared, Effect, Reach};
pub use done::{Change, Done};
#[cfg(feature = "ssr")]
pub use entry::Operation;
#[cfg(feature = "ssr")]
pub use run::{given, read, write};
#[cfg(feature = "ssr")]
pub use schema::{CLEARS, LENGTH_MAX, PAGE};
#[cfg(feature = "ssr")]
pub use ways::{is_open, named_in, open_thoughts};
