//! The parts that pages are made of: native elements with the look of the house. No business words in here.

mod badge;
mod dialog;
mod empty;
mod fetched;
mod field;
mod figure;
mod flash;
mod form;
mod head;
mod held;
mod icon;
mod loaded;
mod pager;
mod problem;
mod returned;
mod reveal;
mod ticks;
mod write;

pub use badge::*;
pub use dialog::*;
pub use empty::*;
pub use fetched::*;
pub use field::*;
pub use figure::*;
pub use flash::*;
pub use form::*;
pub use head::*;
pub use icon::*;
pub use loaded::*;
pub use pager::*;
pub use problem::*;
pub use returned::*;
pub use reveal::*;
pub use ticks::*;
pub use write::*;
