//! Suggestions of similar names for a name that no record has.

use std::time::Duration;

use domain::text::{
    self,
    similar::{KnownName, nearest_or_telling},
};
use serde_json::json;
use tokio::{sync::Semaphore, time::timeout};
use uuid::Uuid;

use super::disambiguate::RecordKind;
use crate::error::{Code, Error};

/// The most comparisons of names at once in this process; only further comparisons wait.
const AT_ONCE: usize = 1;

/// The number of queues in which organizations wait. A few organizations share one.
const QUEUES: usize = 64;

/// How long a call waits to compare names; after that it goes on without suggestions, or is refused.
const WAIT: Duration = Duration::from_millis(500);

/// The `not_found` error for a reference, with similar names.
pub(super) async fn missing(
    organization: Uuid,
    kind: RecordKind,
    given: &str,
    known: impl FnOnce() -> Vec<KnownName> + Send + 'static,
) -> Error {
    let noun = kind.noun();
    if !super::parse_id(given).is_nil() {
        return Error::not_found(noun);
    }
    let given_key = text::path_key(given);
    let near = move || nearest_or_telling(&given_key, &known()).into_iter().cloned().collect::<Vec<KnownName>>();
    let near = compare_queued(organization, near).await.unwrap_or_default();
    if near.is_empty() {
        let message = format!("There is no {noun} \"{}\". Check the id or the name; list_{noun}s shows them.", text::excerpt(given));
        return Error::new(Code::NotFound, message);
    }
    let told: Vec<String> = near.iter().map(|near| kind.label(&near.name, near.gone)).collect();
    let message = format!("There is no {noun} \"{}\". Did you mean {}?", text::excerpt(given), told.join(" or "));
    let names: Vec<&str> = near.iter().map(|near| near.name.as_str()).collect();
    Error::new(Code::NotFound, message).details(&json!({ "near": names }))
}

/// The queue for comparisons of names. Of each organization only one call waits in it, so that many of them delay only their own.
struct ComparisonQueue {
    all: Semaphore,
    queues: [Semaphore; QUEUES],
}

static COMPARISONS: ComparisonQueue = ComparisonQueue::new();

impl ComparisonQueue {
    const fn new() -> Self {
        Self { all: Semaphore::const_new(AT_ONCE), queues: [const { Semaphore::const_new(1) }; QUEUES] }
    }

    async fn take<T: Send + 'static>(&'static self, organization: Uuid, compare: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
        let queue = &self.queues[usize::from(organization.as_bytes()[15]) % QUEUES];
        // `acquire` fails only on a closed semaphore, and these are never closed.
        let turns = timeout(WAIT, async { (queue.acquire().await.ok(), self.all.acquire().await.ok()) });
        let turns = turns.await.map_err(|_| Error::rate_limited("Too many names are looked for at once.", Duration::from_secs(1)))?;
        let compared = tokio::task::spawn_blocking(move || {
            let compared = compare();
            drop(turns);
            compared
        });
        compared.await.map_err(|_| Error::internal())
    }
}

/// Compares names outside of the async runtime, since many take long.
///
/// # Errors
/// `rate_limited` when too many others do. A suggestion can be omitted; a comparison that decides which record is meant cannot.
pub(super) async fn compare_queued<T: Send + 'static>(
    organization: Uuid,
    compare: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    COMPARISONS.take(organization, compare).await
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Only one comparison of an organization waits at a time, and a call that has waited too long is told to come again.
    #[tokio::test]
    async fn whoever_asks_for_many_names_waits_for_themselves_and_for_no_longer_than_half_a_second() {
        static COMPARISONS: ComparisonQueue = ComparisonQueue::new();
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let queue = COMPARISONS.queues[1].acquire().await.expect("open");
        let refused = COMPARISONS.take(one, || 7).await.expect_err("they wait for themselves");
        assert_eq!((refused.code, refused.retry_after().is_some()), (Code::RateLimited, true), "that nothing was looked at is said");
        assert_eq!(COMPARISONS.take(other, || 7).await, Ok(7));
        drop(queue);
        assert_eq!(COMPARISONS.take(one, || 7).await, Ok(7));
    }

    /// On one thread another task proceeds only while no comparison blocks it.
    #[tokio::test]
    async fn comparing_thousands_of_names_keeps_no_neighbour_waiting() {
        let name = |at: usize| format!("{at:05} a client with a rather long name of sixty letters in it");
        let known = move || (0..20_000).map(|at| KnownName { name: name(at), keys: vec![name(at), name(at)], gone: false }).collect();
        let compared =
            tokio::spawn(missing(Uuid::from_u128(3), RecordKind::Client, "another client with a rather long name of sixty letters", known));
        let mut turns = 0;
        while !compared.is_finished() {
            tokio::task::yield_now().await;
            turns += 1;
        }
        assert_eq!(compared.await.expect("an answer").code, Code::NotFound);
        assert!(turns > 100, "{turns} turns");
    }
}
