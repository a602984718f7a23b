use std::net::Ipv4Addr;

use super::*;
use crate::{error::Code, testing::connect};

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

/// Limits without waiting: a request without a free permit is refused at once.
fn rules() -> AdmissionLimits {
    AdmissionLimits { patience: Duration::ZERO, ..AdmissionLimits::of(None) }
}

/// A token with this id, of a person who has no other.
fn token(token: Uuid) -> CredentialOwner {
    CredentialOwner::Token { token, person: Uuid::now_v7() }
}

/// Admission control that knows the owner of this credential.
async fn known(rules: AdmissionLimits, credential: &str, owner: CredentialOwner) -> AdmissionControl {
    let admission = AdmissionControl::new(rules, connect().await);
    let permit = admission.enter(Some(credential), HERE).await.expect("let in");
    admission.recognized(permit, credential, owner).await.expect("recognized");
    admission
}

/// The permits of `many` requests at once, and the number of refused ones.
async fn at_once(admission: &AdmissionControl, credential: &str, many: usize) -> (Vec<Permit>, usize) {
    let (mut permits, mut refused) = (Vec::new(), 0);
    for _ in 0..many {
        match admission.enter(Some(credential), HERE).await {
            Ok(permit) => permits.push(permit),
            Err(error) => {
                assert_eq!(error.code, Code::RateLimited);
                assert!(error.retry_after().is_some_and(|wait| wait >= Duration::from_secs(1)));
                refused += 1;
            }
        }
    }
    (permits, refused)
}

#[tokio::test]
async fn of_sixty_four_at_once_with_one_token_eight_are_let_in_and_a_neighbour_is_always() {
    let admission = known(rules(), "flood", token(Uuid::from_u128(1))).await;
    let (permits, refused) = at_once(&admission, "flood", 64).await;
    assert_eq!((permits.len(), refused), (8, 56));
    let neighbour = admission.enter(Some("neighbour"), HERE).await.expect("a stranger at first");
    admission.recognized(neighbour, "neighbour", token(Uuid::from_u128(2))).await.expect("the neighbour");
    drop(permits);
    assert_eq!(at_once(&admission, "flood", 8).await.0.len(), 8, "whoever went away gave the permit back");
}

#[tokio::test]
async fn a_permit_is_held_until_its_last_copy_is_dropped() {
    let admission = known(AdmissionLimits { at_once: 1, ..rules() }, "one", CredentialOwner::Person(Uuid::from_u128(1))).await;
    let of_the_request = admission.enter(Some("one"), HERE).await.expect("let in");
    let of_the_write = of_the_request.clone();
    drop(of_the_request);
    assert!(admission.enter(Some("one"), HERE).await.is_err(), "the write that goes on still holds it");
    drop(of_the_write);
    assert!(admission.enter(Some("one"), HERE).await.is_ok());
}

#[tokio::test]
async fn whoever_guesses_credentials_takes_turns_with_nobody_but_their_own_network() {
    let admission = known(AdmissionLimits { strangers_at_once: 2, ..rules() }, "known", token(Uuid::from_u128(1))).await;
    let mut guesses = Vec::new();
    for guess in 0..20_000_u32 {
        if let Ok(permit) = admission.enter(Some(&format!("guess {guess}")), HERE).await {
            guesses.push(permit);
        }
    }
    assert_eq!(guesses.len(), 2, "a guess has no turn of its own");
    assert!(admission.enter(None, HERE).await.is_err());
    assert!(admission.enter(None, IpAddr::V4(Ipv4Addr::new(198, 51, 100, 1))).await.is_ok());
    assert!(admission.enter(Some("known"), HERE).await.is_ok());
}

#[tokio::test]
async fn strangers_of_one_site_are_counted_together_beside_their_networks() {
    let admission = AdmissionControl::new(AdmissionLimits { strangers_at_once: 2, ..rules() }, connect().await);
    let mut permits = Vec::new();
    for network in 0..8 {
        for host in 1..=2 {
            let address: IpAddr = format!("2001:db8:7:{network:x}::{host}").parse().expect("an address");
            permits.extend(admission.enter(None, crate::limits::network(address)).await.ok());
        }
    }
    assert_eq!(permits.len(), 8, "four times as many as from one network");
    let elsewhere = "2001:db8:8::".parse().expect("an address");
    assert!(admission.enter(None, elsewhere).await.is_ok(), "the neighbour's site");
    permits.clear();
    assert!(admission.enter(None, "2001:db8:7::".parse().expect("an address")).await.is_ok());
}

#[tokio::test]
async fn whoever_has_many_credentials_is_not_let_in_more_often_at_once() {
    let admission = AdmissionControl::new(AdmissionLimits { of_person_at_once: 3, ..rules() }, connect().await);
    let (ada, grace) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let come = async |credential: &str, person: Uuid| {
        let permit = admission.enter(Some(credential), HERE).await.expect("let in");
        let permit = admission.recognized(permit, credential, token(Uuid::now_v7())).await.expect("recognized");
        admission.of_person(permit, person).await
    };
    let mut permits = Vec::new();
    for token in 0..10 {
        permits.extend(come(&format!("token {token} of Ada"), ada).await.ok());
    }
    assert_eq!(permits.len(), 3);
    assert!(come("of Grace", grace).await.is_ok());
    permits.pop();
    assert!(come("one more of Ada", ada).await.is_ok(), "what has ended makes room");
}

/// The number of admitted calls under a rate that hardly refills, with two processes in turn.
async fn let_in(admissions: [&AdmissionControl; 2], wished: u32) -> u32 {
    let mut let_in = 0;
    for at in 0..wished {
        let admission = if at % 2 == 0 { admissions[0] } else { admissions[1] };
        let_in += u32::from(admission.enter(Some("busy"), HERE).await.is_ok());
    }
    let_in
}

fn slow() -> AdmissionLimits {
    let (Some(per_minute), Some(burst)) = (NonZeroU32::new(1), NonZeroU32::new(200)) else { panic!("numbers") };
    AdmissionLimits { token: Some(Rate { per_minute, burst }), ..rules() }
}

#[tokio::test]
async fn two_processes_hold_one_rate_within_a_quarter() {
    let owner = token(Uuid::now_v7());
    let (one, other) = (known(slow(), "busy", owner).await, known(slow(), "busy", owner).await);
    let let_in = let_in([&one, &other], 1_000).await;
    assert!((150..=250).contains(&let_in), "{let_in} instead of 200");
    let after = self::let_in([&one, &other], 100).await;
    assert!(after <= 2, "{after} more, though nothing is left in either");
}

#[tokio::test]
async fn two_processes_hold_the_rate_of_all_tokens_of_a_person_too() {
    let rules = || AdmissionLimits { token: None, tokens_of_person: slow().token, ..rules() };
    let person = Uuid::now_v7();
    let owner = || CredentialOwner::Token { token: Uuid::now_v7(), person };
    let (one, other) = (known(rules(), "busy", owner()).await, known(rules(), "busy", owner()).await);
    let let_in = let_in([&one, &other], 1_000).await;
    assert!((150..=250).contains(&let_in), "{let_in} instead of 200");
}

/// The refusal of a call with this credential of this owner; none when it is let in.
async fn refusal(admission: &AdmissionControl, credential: &str, owner: CredentialOwner) -> Option<Error> {
    let permit = match admission.enter(Some(credential), HERE).await {
        Ok(permit) => permit,
        Err(error) => return Some(error),
    };
    admission.recognized(permit, credential, owner).await.err()
}

#[tokio::test]
async fn the_tokens_of_a_person_have_one_rate_together_and_the_pages_another() {
    let limits =
        AdmissionLimits { person: Some(Rate::of(1, 3)), token: Some(Rate::of(1, 5)), tokens_of_person: Some(Rate::of(1, 12)), ..rules() };
    let (admission, ada) = (AdmissionControl::new(limits, connect().await), Uuid::now_v7());
    let tokens: Vec<CredentialOwner> = (0..10).map(|_| CredentialOwner::Token { token: Uuid::now_v7(), person: ada }).collect();
    let (mut let_in, mut refused) = (0, Vec::new());
    for (number, owner) in tokens.iter().enumerate() {
        for _ in 0..5 {
            match refusal(&admission, &format!("token {number}"), *owner).await {
                None => let_in += 1,
                Some(error) => refused.push(error),
            }
        }
    }
    assert_eq!(let_in, 12);
    for error in &refused {
        assert_eq!(error.code, Code::RateLimited);
        assert!(error.message.contains("your tokens") && error.message.contains("1 in a minute"), "{error:?}");
        assert!(error.retry_after().is_some_and(|wait| wait > Duration::from_secs(1)), "{error:?}");
    }
    assert!(refusal(&admission, "sign-in of Ada", CredentialOwner::Person(ada)).await.is_none(), "no agent keeps its person out");
    assert!(refusal(&admission, "token of Grace", token(Uuid::now_v7())).await.is_none());
}

#[tokio::test]
async fn a_token_that_calls_too_often_takes_nothing_from_the_other_tokens_of_its_person() {
    let limits = AdmissionLimits { token: Some(Rate::of(1, 5)), tokens_of_person: Some(Rate::of(1, 200)), ..rules() };
    let (admission, person) = (AdmissionControl::new(limits, connect().await), Uuid::now_v7());
    let busy = CredentialOwner::Token { token: Uuid::now_v7(), person };
    let mut let_in = 0;
    for _ in 0..500 {
        match refusal(&admission, "busy", busy).await {
            None => let_in += 1,
            Some(error) => assert!(error.message.contains("this token"), "{error:?}"),
        }
    }
    assert_eq!(let_in, 5);
    for number in 0..30 {
        let owner = CredentialOwner::Token { token: Uuid::now_v7(), person };
        for _ in 0..5 {
            assert_eq!(refusal(&admission, &format!("token {number}"), owner).await, None);
        }
    }
}

#[test]
fn all_tokens_of_a_person_have_no_less_than_one_of_them() {
    let rate = |token| AdmissionLimits::of(NonZeroU32::new(token)).tokens_of_person;
    assert_eq!(rate(0), None, "no limit");
    assert_eq!(rate(1), Some(Rate::of(600, 200)));
    assert_eq!(rate(120), Some(Rate::of(600, 240)));
    assert_eq!(rate(1_000), Some(Rate::of(1_000, 2_000)));
}

#[tokio::test]
async fn without_a_database_each_process_counts_for_itself() {
    let database = connect().await;
    let admission = AdmissionControl::new(slow(), database.clone());
    let permit = admission.enter(Some("busy"), HERE).await.expect("let in");
    admission.recognized(permit, "busy", token(Uuid::now_v7())).await.expect("recognized");
    database.close().await;
    assert_eq!(let_in([&admission, &admission], 300).await, 199);
}

#[tokio::test]
async fn an_organization_waits_for_its_share_of_the_connections_and_its_neighbour_does_not() {
    use crate::database::{AccessMode, RowScope};
    use domain::id::OrganizationId;
    let database = connect().await.with_fair_shares(2, Duration::ZERO);
    let (crowd, neighbour) = (RowScope::Organization(OrganizationId::new()), RowScope::Organization(OrganizationId::new()));
    let first = database.begin(crowd, AccessMode::Read).await.expect("a connection");
    let second = database.begin(crowd, AccessMode::Write).await.expect("a connection");
    let third = database.begin(crowd, AccessMode::Read).await.expect("one more than a person has");
    assert_eq!(database.begin(crowd, AccessMode::Read).await.err().map(|error| error.code), Some(Code::RateLimited));
    let beside = database.begin(neighbour, AccessMode::Read).await.expect("the neighbour's");
    beside.roll_back().await;
    first.roll_back().await;
    third.roll_back().await;
    second.commit().await.expect("committed");
    let again = [database.begin(crowd, AccessMode::Read).await, database.begin(crowd, AccessMode::Read).await];
    assert!(again.iter().all(Result::is_ok), "the share came back with the connections");
}

#[tokio::test]
async fn strangers_of_one_network_come_only_so_often_and_whoever_is_known_is_none_of_them() {
    let (Some(per_minute), Some(burst)) = (NonZeroU32::new(1), NonZeroU32::new(3)) else { panic!("numbers") };
    let admission =
        known(AdmissionLimits { strangers: Some(Rate { per_minute, burst }), ..rules() }, "known", token(Uuid::from_u128(1))).await;
    let address = |text: &str| crate::limits::network(text.parse().expect("an address"));
    for host in 1..=3 {
        admission.enter(None, address(&format!("2001:db8:1:2::{host}"))).await.expect("let in");
        admission.go_on(address("2001:db8:1:2::1")).await.expect("one request is counted once");
    }
    let refused = admission.enter(None, address("2001:db8:1:2::4")).await.err().expect("refused");
    assert_eq!(refused.code, Code::RateLimited);
    assert!(refused.retry_after().is_some_and(|wait| wait > Duration::from_secs(1)), "{refused:?}");
    admission.enter(None, address("2001:db8:1:3::1")).await.expect("another network");
    admission.enter(Some("known"), address("2001:db8:1:2::1")).await.expect("somebody who is known");
    assert!(AdmissionLimits::of(None).strangers.is_none() && AdmissionLimits::of(NonZeroU32::new(120)).strangers.is_some());
}

/// Limits under which unknown callers of one network may call three times, and hardly ever again.
fn three_strangers() -> AdmissionLimits {
    let (Some(per_minute), Some(burst)) = (NonZeroU32::new(1), NonZeroU32::new(3)) else { panic!("numbers") };
    AdmissionLimits { strangers: Some(Rate { per_minute, burst }), ..rules() }
}

#[tokio::test]
async fn strangers_of_all_networks_of_one_site_come_four_times_as_often_as_those_of_one() {
    let admission = AdmissionControl::new(three_strangers(), connect().await);
    let mut let_in = 0;
    for network in 0..100 {
        let address: IpAddr = format!("2001:db8:77:{network:x}::").parse().expect("an address");
        let_in += u32::from(admission.enter(None, address).await.is_ok());
    }
    assert_eq!(let_in, 12);
    assert!(admission.enter(None, "2001:db8:78::".parse().expect("an address")).await.is_ok(), "the neighbour's site");
    let one: IpAddr = "2001:db8:79::".parse().expect("an address");
    for _ in 0..100 {
        admission.enter(None, one).await.ok();
    }
    assert!(
        admission.enter(None, "2001:db8:79:1::".parse().expect("an address")).await.is_ok(),
        "what one network was refused counts for none"
    );
}

#[tokio::test]
async fn whoever_floods_without_a_credential_keeps_nobody_out_who_has_one() {
    let admission = AdmissionControl::new(three_strangers(), connect().await);
    let let_in = async |credential: Option<&str>| {
        let mut let_in = 0;
        for _ in 0..10 {
            let_in += u32::from(admission.enter(credential, HERE).await.is_ok());
        }
        let_in
    };
    assert_eq!(let_in(None).await, 3);
    assert!(admission.enter(Some("not seen yet"), HERE).await.is_ok());
    assert_eq!(let_in(Some("a guess")).await, 2, "and those who guess are counted too");
}

#[tokio::test]
async fn whoever_guesses_uses_up_what_their_own_network_has_and_a_right_credential_uses_up_nothing() {
    let admission = AdmissionControl::new(three_strangers(), connect().await);
    for number in 1..=10 {
        let credential = format!("token {number}");
        let permit = admission.enter(Some(&credential), HERE).await.expect("a stranger at first");
        admission.recognized(permit, &credential, token(Uuid::from_u128(number))).await.expect("recognized");
    }
    let mut guesses = 0;
    while admission.enter(Some(&format!("guess {guesses}")), HERE).await.is_ok() {
        guesses += 1;
    }
    assert_eq!(guesses, 3);
    assert!(admission.enter(Some("token 11"), IpAddr::V4(Ipv4Addr::new(198, 51, 100, 1))).await.is_ok(), "another network");
    assert!(admission.enter(Some("token 1"), HERE).await.is_ok(), "what is known is no guess");
}

/// A stolen cookie uses up what a person has; the person's own sign-in still ends it.
#[tokio::test]
async fn no_sign_in_of_a_person_keeps_another_one_from_going_on() {
    let rate = |per_minute, burst| {
        Some(Rate { per_minute: NonZeroU32::new(per_minute).expect("a rate"), burst: NonZeroU32::new(burst).expect("a burst") })
    };
    let person = CredentialOwner::Person(Uuid::now_v7());
    let admission = known(AdmissionLimits { person: rate(1, 5), sign_in: rate(1, 3), ..rules() }, "stolen", person).await;
    let mut let_in = 0;
    for _ in 0..50 {
        let_in += u32::from(admission.enter(Some("stolen"), HERE).await.is_ok());
    }
    assert!(let_in < 9, "{let_in}");
    let permit = admission.enter(Some("own"), HERE).await.expect("a stranger at first");
    let permit = admission.recognized(permit, "own", person).await.expect("of those that it has for itself");
    drop(permit);
    assert!(admission.enter(Some("own"), HERE).await.is_ok() && admission.enter(Some("own"), HERE).await.is_ok());
    assert!(admission.enter(Some("own"), HERE).await.is_err(), "and no more than those");
}

/// Guesses from a network do not block a sign-in from it with a known browser.
#[tokio::test]
async fn whoever_guesses_keeps_no_known_browser_from_signing_in() {
    let (Some(per_minute), Some(burst)) = (NonZeroU32::new(1), NonZeroU32::new(2)) else { panic!("numbers") };
    let admission =
        AdmissionControl::new(AdmissionLimits { sign_in: Some(Rate { per_minute, burst }), ..three_strangers() }, connect().await);
    admission.signed_in_with("known");
    while admission.enter_to_sign_in(None, Some("made up"), HERE).await.is_ok() {}
    assert!(admission.enter_to_sign_in(None, None, HERE).await.is_err());
    for _ in 0..2 {
        admission.enter_to_sign_in(None, Some("known"), HERE).await.expect("of its own");
    }
    assert!(admission.enter_to_sign_in(None, Some("known"), HERE).await.is_err(), "and no more than those");
}

/// Reads of pages do not block sign-ins from the same network.
#[tokio::test]
async fn whoever_looks_keeps_nobody_from_signing_in() {
    let admission = AdmissionControl::new(three_strangers(), connect().await);
    while admission.enter(None, HERE).await.is_ok() {}
    assert!(admission.enter_to_sign_in(None, None, HERE).await.is_ok());
    while admission.enter_to_sign_in(None, None, HERE).await.is_ok() {}
    assert!(admission.enter(None, HERE).await.is_err());
}

#[test]
fn an_operator_reads_how_many_may_call_at_once() {
    let AdmissionLimits { at_once, of_person_at_once, strangers_at_once, patience, .. } = AdmissionLimits::of(None);
    let row = format!(
        "| {at_once} with one token or sign-in, {of_person_at_once} of one person, {strangers_at_once} of one network that is not signed in; \
         others wait for {} seconds |",
        patience.as_secs()
    );
    for row in [row, format!("{SITE_FACTOR} times as many calls of strangers")] {
        assert!(include_str!("../../../docs/limits.md").contains(&row), "{row}");
    }
}

#[test]
fn an_operator_reads_how_often_the_tokens_of_a_person_may_call() {
    let row = format!("| {} a minute and {} at once, or as often as one token if that is more", PERSON.per_minute, PERSON.burst);
    assert!(include_str!("../../../docs/limits.md").contains(&row), "{row}");
}
