//! The types of arguments and answers of the operations on invoices.

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
