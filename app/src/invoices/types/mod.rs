//! What the world sees of invoices.

mod around;
mod asked;
mod invoice;
mod line;
mod numbers;

pub use around::*;
pub use asked::*;
pub use invoice::*;
pub use line::*;
pub use numbers::*;
