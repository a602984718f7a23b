//! SQL of invoices: what can be billed, the invoices themselves, and what follows from sending them.

mod balance;
mod billing;
mod counter;
mod invoice;
mod line;
mod numbers;
mod outbox;
mod priced;
mod redraft;
mod sent;

pub use balance::*;
pub use billing::*;
pub use counter::*;
pub use invoice::*;
pub use line::*;
pub use numbers::*;
pub use outbox::*;
pub use priced::*;
pub use redraft::*;
pub use sent::*;
