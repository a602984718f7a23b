//! SQL of unbilled time, time that waits, invoices, payments, numbers and the outbox.

mod balance;
mod counter;
mod draft_entries;
mod invoice;
mod line;
mod numbers;
mod outbox;
mod redraft;
mod sent;
mod unbilled;
mod waiting;

pub use balance::*;
pub use counter::*;
pub use draft_entries::*;
pub use invoice::*;
pub use line::*;
pub use numbers::*;
pub use outbox::*;
pub use redraft::*;
pub use sent::*;
pub use unbilled::*;
pub use waiting::*;
