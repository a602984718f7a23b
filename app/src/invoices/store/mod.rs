//! SQL of invoices: what can be billed, the invoices themselves, and what follows from sending them.

mod balance;
mod billing;
mod invoice;
mod line;
mod outbox;
mod sent;

pub use balance::*;
pub use billing::*;
pub use invoice::*;
pub use line::*;
pub use outbox::*;
pub use sent::*;
