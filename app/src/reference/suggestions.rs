//! Suggestions of similar names for a name that no record has.

use std::time::Duration;

use serde_json::json;
use tokio::{sync::Semaphore, time::timeout};
use uuid::Uuid;

use super::disambiguate::RecordKind;
use crate::{
    error::{Code, Error},
    text::{
        self,
        similar::{KnownName, nearest_or_telling},
    },
};

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
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn as_many_edits_are_counted_as_there_are(given in "[abcü]{1,60}", key in "[abcüé]{0,60}") {
            let spelled = SpellingPattern::of(&given).expect("a name");
            prop_assert_eq!(spelled.edits(&key), strsim::osa_distance(&given, &key));
        }
    }

    fn known(name: &str) -> KnownName {
        KnownName { name: name.to_owned(), keys: vec![name.to_lowercase()], gone: false }
    }

    fn names<'a>(given: &str, known: &'a [KnownName]) -> Vec<&'a str> {
        nearest_or_telling(given, known).into_iter().map(|near| near.name.as_str()).collect()
    }

    #[test]
    fn a_name_is_near_to_those_that_are_spelled_alike() {
        let known = ["Acme", "Acme Labs", "Zenith"].map(known);
        assert_eq!(names("acne", &known), ["Acme"]);
        assert_eq!(names("acme l", &known), ["Acme Labs", "Acme"]);
        assert!(names("caem", &known).is_empty());
        assert!(names("", &known).is_empty() && names(&"a".repeat(LETTERS_MAX + 1), &known).is_empty());
    }

    #[test]
    fn of_names_that_are_equally_near_the_archived_come_last() {
        let known = [KnownName { gone: true, ..known("acme/website") }, known("beta/website")];
        assert_eq!(names("website", &known), ["beta/website", "acme/website"]);
    }

    #[test]
    fn a_name_of_which_a_part_was_given_comes_before_those_that_are_spelled_alike() {
        let known = ["acme/dashboard", "acme/dish", "globex/dashboard", "acme/my dashboards"].map(known);
        assert_eq!(names("acme dash", &known), ["acme/dashboard", "acme/my dashboards", "acme/dish"]);
        assert_eq!(names("globex/dash", &known)[0], "globex/dashboard");
        assert_eq!(names("boards", &known)[0], "acme/my dashboards", "what a word holds is found, too");
    }

    #[test]
    fn where_no_name_is_spelled_alike_those_are_near_that_have_a_word_of_it() {
        let known = ["acme/dashboard", "globex/mobile app", "initech/tps"].map(known);
        for given in ["project dashboard", "dashboard project", "the dashboard of nobody"] {
            assert_eq!(names(given, &known), ["acme/dashboard"], "{given}");
        }
        assert_eq!(names("acme website", &known), ["acme/dashboard"]);
        assert!(names("zenith website", &known).is_empty() && names("of it", &known).is_empty());
    }

    #[test]
    fn numbers_that_begin_with_the_same_word_are_not_alike_for_that() {
        let numbers = ["inv-2019-0001", "inv-2020-0004", "inv-2026-0007"];
        assert!(similar_names("INV-7", &numbers).is_empty(), "{:?}", similar_names("INV-7", &numbers));
        assert_eq!(similar_names("INV-2026-007", &numbers).first().map(String::as_str), Some("inv-2026-0007"));
    }

    #[test]
    fn a_part_of_a_name_is_a_few_words_that_begin_its_words_and_one_of_them_tells_it_from_others() {
        let part = |said: &str| PartialName::of(said).expect("a part");
        assert!(part("acme dash").begins("acme/dashboard") && !part("ac da").begins("acme/dashboard"), "two letters begin too many");
        assert!(part("site 2").begins("acme/site 2"), "a whole word is one however short it is");
        assert!(part("site 2").tells("site 2") && !part("2").tells("site 2") && !part("acme").tells("site 2"));
        assert!(!part("2026").tells("website 2026") && !part("ticket 123").begins("acme/ticket 1234"), "a number is whole or another one");
        assert!(PartialName::of("").is_none() && PartialName::of(" / ").is_none());
        assert!(
            PartialName::of("a b c d e f g").is_none()
                && PartialName::of("a a a a a a a").is_some()
                && PartialName::of(&"a".repeat(61)).is_none()
        );
    }

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
