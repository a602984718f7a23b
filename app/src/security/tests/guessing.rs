//! Tests of guessing: attempts are slowed down from any network and process, and the owner of an account is not locked out.

use std::num::NonZeroU32;

use futures::future::join_all;

use super::{PASSWORD, settled, signed_up};
use crate::{
    account::registration::{check_password, sign_in_browser},
    context::Caller,
    error::{Code, Error},
    security::{
        attempts::{AttemptKind, AttemptLimit, count, count_from, forget},
        event::RequestOrigin,
    },
    testing::{World, connect},
};

/// The limit of an account that no other test uses.
fn account() -> AttemptLimit {
    AttemptLimit::of_account(AttemptKind::SignIn, &format!("{:032x}@example.com", rand::random::<u128>()))
}

async fn tried(studio: &World, limit: &AttemptLimit) -> Result<(), Error> {
    count(&studio.caller.services.database, std::slice::from_ref(limit), "Too many.").await
}

/// How long an attempt has to wait, in seconds.
async fn wait(studio: &World, limit: &AttemptLimit) -> u64 {
    let refused = tried(studio, limit).await.expect_err("too early");
    assert_eq!(refused.code, Code::RateLimited);
    refused.retry_after().expect("a wait").as_secs()
}

/// Lets the wait of a limit pass.
async fn waited(studio: &World, limit: &AttemptLimit) {
    let key: String = limit.key.iter().map(|byte| format!("{byte:02x}")).collect();
    let past = format!("update attempt_limit set free_at = now() - interval '1 second' where key = '\\x{key}' and $1::uuid is not null");
    assert_eq!(studio.sql(&past).await, 1);
}

#[tokio::test]
async fn the_wait_for_an_account_grows_and_always_ends() {
    let (studio, account) = (World::new("slow").await, account());
    for free in 0..6 {
        assert_eq!(tried(&studio, &account).await, Ok(()), "try {free}");
    }
    for longest in [2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300] {
        let seconds = wait(&studio, &account).await;
        assert!(seconds <= longest + 1 && seconds + 1 >= longest / 2, "{seconds} s of {longest} s");
        assert!(wait(&studio, &account).await <= seconds, "a try that is refused makes nobody wait longer");
        waited(&studio, &account).await;
        assert_eq!(tried(&studio, &account).await, Ok(()), "after the wait");
    }
    forget(&studio.caller.services.database, std::slice::from_ref(&account)).await.expect("forgotten");
    assert_eq!(tried(&studio, &account).await, Ok(()), "the right password makes up for the wrong ones");
}

#[tokio::test]
async fn tries_at_once_through_two_processes_count_as_one_after_the_other() {
    let (first, second, account) = (World::new("many").await.caller.services.database.clone(), connect().await, account());
    let tries = (0..40).map(|at| {
        let (database, account) = (if at % 2 == 0 { first.clone() } else { second.clone() }, account.clone());
        async move { count(&database, &[account], "Too many.").await }
    });
    let tries = join_all(tries).await;
    assert_eq!(tries.iter().filter(|tried| tried.is_ok()).count(), 6);
    assert!(tries.iter().filter_map(|tried| tried.as_ref().err()).all(|error| error.code == Code::RateLimited));
}

/// How many of these addresses may make one attempt at `per_minute` attempts per network.
async fn let_in(studio: &World, addresses: &[String], per_minute: u32) -> usize {
    let per_minute = NonZeroU32::new(per_minute).expect("a number");
    let mut passed = 0;
    for address in addresses {
        let limits = AttemptLimit::of_network(AttemptKind::SignIn, address.parse().expect("an address"), per_minute);
        passed += usize::from(count(&studio.caller.services.database, &limits, "Too many.").await.is_ok());
    }
    passed
}

#[tokio::test]
async fn a_network_counts_as_one_in_whatever_form_its_address_is_written() {
    let studio = World::new("networks").await;
    let [a, b, c]: [u8; 3] = rand::random();
    let same = [format!("10.{a}.{b}.{c}"), format!("::ffff:10.{a}.{b}.{c}"), format!("10.{a}.{b}.{c}")];
    assert_eq!(let_in(&studio, &same, 2).await, 2);
    let [d, e]: [u16; 2] = rand::random();
    let of_one_customer: Vec<_> = (0..30).map(|at| format!("2001:db8:{d:x}:{e:x}::{at:x}")).collect();
    assert_eq!(let_in(&studio, &of_one_customer, 2).await, 2, "one /64");
    let [f, g]: [u16; 2] = rand::random();
    let of_one_site: Vec<_> = (0..30).map(|at| format!("2001:{:x}:{g:x}:{at:x}::1", f | 0x1000)).collect();
    let of_site = let_in(&studio, &of_one_site, 2).await;
    assert!((20..=22).contains(&of_site), "{of_site} of 30 of a /48, which may try ten times as often, and once more each 3 s");
}

#[tokio::test]
async fn whoever_guesses_from_elsewhere_does_not_slow_the_owner_down_where_they_have_signed_in_before() {
    let studio = World::new("owner").await;
    let grace = signed_up(&studio).await;
    let mut stranger = studio.caller.clone();
    stranger.address = "203.0.113.7".to_owned();
    sign_in_browser(&stranger.services, &grace.verified, &RequestOrigin::of(&studio.caller), "her browser").await.expect("signed in");
    let tried = async |caller: &Caller, password: &str, browser| {
        check_password(caller, &grace.email, password.to_owned(), browser).await.map(|verified| verified.user)
    };
    for _ in 0..6 {
        let wrong = tried(&stranger, "a wrong guess", None).await.expect_err("wrong");
        assert_eq!(wrong.code, Code::Unauthenticated);
    }
    let early = tried(&stranger, PASSWORD, Some("a made-up browser")).await.expect_err("too early");
    assert_eq!((early.code, early.retry_after().is_some()), (Code::RateLimited, true), "right or wrong");
    let hers = tried(&studio.caller, PASSWORD, Some("her browser")).await;
    assert_eq!(hers, Ok(grace.user));
    waited(&studio, &AttemptLimit::of_account(AttemptKind::SignIn, &grace.email)).await;
    assert_eq!(tried(&stranger, PASSWORD, None).await, Ok(grace.user), "after the wait");
    settled(&studio).await;
    let failed = "select sum(times)::bigint from security_event e where e.kind = 'sign_in_failed' and e.address = '203.0.113.7' and $1::uuid is not null";
    assert_eq!(studio.number(&format!("{failed} and e.user_id = '{}'", grace.user)).await, 6, "each wrong one is written down");
}

#[tokio::test]
async fn however_many_guess_an_owner_from_a_network_of_their_own_gets_in_with_the_right_password() {
    let studio = World::new("besieged").await;
    let grace = signed_up(&studio).await;
    let tried = async |address: &str, password: &str| {
        let caller = Caller { address: address.to_owned(), ..studio.caller.clone() };
        check_password(&caller, &grace.email, password.to_owned(), None).await.map(|verified| verified.user).map_err(|error| error.code)
    };
    let mut looked_at = 0;
    for network in 0..4 {
        for _ in 0..6 {
            looked_at += u8::from(tried(&format!("2001:db8:{network:x}::7"), "a wrong guess").await == Err(Code::Unauthenticated));
        }
    }
    assert_eq!(looked_at, 6 + 3 * 3, "of each network but the first three are looked at");
    let neighbour = tried("2001:db8:0:ffff::1", PASSWORD).await;
    assert_eq!(neighbour, Err(Code::RateLimited), "what one customer is given is one network");
    assert_eq!(tried("203.0.113.9", PASSWORD).await, Ok(grace.user));
    settled(&studio).await;
}

#[tokio::test]
async fn whoever_guesses_from_very_many_places_is_slowed_down_in_all_of_them() {
    let studio = World::new("crowd").await;
    let (database, email) = (&studio.caller.services.database, format!("{}@example.com", uuid::Uuid::now_v7().simple()));
    let account = AttemptLimit::of_account(AttemptKind::SignIn, &email);
    let tried = async |place: u32| {
        let place = AttemptLimit::of_account_from(AttemptKind::SignIn, &email, &format!("198.51.{}.{}", place / 256, place % 256));
        count_from(database, &account, &place, "").await.is_ok()
    };
    for place in 0..60 {
        assert!(tried(place).await, "the first try of a place waits for nobody else's: {place}");
    }
    for place in 60..70 {
        assert!(!tried(place).await, "there were too many in all: {place}");
    }
}
