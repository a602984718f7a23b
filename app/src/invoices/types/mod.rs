//! What the world sees of invoices.

mod answers;
mod arguments;
mod invoice;
mod line;
mod numbers;

pub use answers::*;
pub use arguments::*;
pub use invoice::*;
pub use line::*;
pub use numbers::*;
