//! running.
use super::*;
use crate::{operation::Call, error::Error, edit::Edit};
#[allow(missing_docs)]
pub struct NewTimer { pub project: String, pub description: Option<String>, pub billable: Option<bool>, pub started_at: Option<String>, pub stop_running: bool }
#[allow(missing_docs)]
pub struct TimerChange { pub description: Edit<String>, pub project: Option<String>, pub billable: Option<bool>, pub started_at: Option<String> }
macro_rules! stub { ($($name:ident($($arg:ident: $ty:ty),*) -> $out:ty;)*) => { $(
    /// Not yet.
    #[allow(unused_variables)]
    pub async fn $name(cx: &mut Call, $($arg: $ty),*) -> Result<$out, Error> { Err(Error::internal()) }
)* } }
stub! {
    get() -> CurrentTimer;
    start(given: NewTimer) -> Started;
    stop(ended_at: Option<String>) -> Logged;
    update(given: TimerChange) -> Logged;
    discard() -> DiscardedTimer;
}
