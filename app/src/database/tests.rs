//! Guarantees of the connection pool, whatever its callers do.

mod folding;
mod row_security;
mod stored_words;
mod studio;

use std::{
    future::Future,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use domain::id::{MemberId, OrganizationId, UserId};
use futures::poll;
use sqlx::postgres::PgPoolOptions;

use super::*;
use crate::{error::Code, testing::World};

/// The settings of the row scope of a transaction, and its role.
const STANDING: &str = "select concat_ws(' ', current_setting('app.organization_id', true), current_setting('app.user_id', true),
    current_setting('app.viewer_id', true), current_setting('app.action_id', true), current_setting('app.token_id', true),
    current_setting('app.worker', true), current_setting('app.secret', true), current_user)";

/// The same database with one connection, so that the next caller finds whatever the last one leaves behind.
async fn narrow(studio: &World) -> Database {
    let options = PgPoolOptions::new().max_connections(1);
    Database::new(as_application(options).connect_with(studio.caller.services.database.options()).await.expect("a connection"))
}

/// Polls a future a number of times, and drops it.
async fn for_turns<T>(turns: u32, work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    for _ in 0..turns {
        if let std::task::Poll::Ready(done) = poll!(work.as_mut()) {
            return Some(done);
        }
        tokio::task::yield_now().await;
    }
    None
}

async fn standing(database: &Database) -> String {
    let mut db = database.begin(RowScope::Nobody, AccessMode::Read).await.expect("a transaction");
    sqlx::query_scalar(STANDING).fetch_one(db.connection()).await.expect("the settings")
}

async fn backend(db: &mut Db) -> i32 {
    sqlx::query_scalar("select pg_backend_pid()").fetch_one(db.connection()).await.expect("a process")
}

#[tokio::test]
async fn whoever_goes_away_at_whatever_moment_leaves_no_transaction_to_the_next() {
    let studio = World::new("gone").await;
    let database = narrow(&studio).await;
    let first = backend(&mut database.begin(RowScope::Nobody, AccessMode::Read).await.expect("a transaction")).await;
    let granted = RowScope::Granted(studio.organization(), MemberId::new());
    for turns in 0..400 {
        let call = async {
            let mut db = database.begin(granted, AccessMode::Action(uuid::Uuid::from_u128(7))).await?;
            sqlx::query("select pg_sleep(0.0001)").execute(db.connection()).await?;
            db.commit().await
        };
        for_turns(turns, call).await;
        assert_eq!(standing(&database).await.trim(), "stint_app", "after {turns} turns");
    }
    let last = backend(&mut database.begin(RowScope::Nobody, AccessMode::Read).await.expect("a transaction")).await;
    assert_eq!(first, last, "a caller that goes away costs no connection");
}

#[tokio::test]
async fn what_was_answered_stays_whoever_else_goes_away() {
    let studio = World::new("kept").await;
    let database = narrow(&studio).await;
    for turns in 0..60 {
        for_turns(turns, database.begin(RowScope::Organization(OrganizationId::new()), AccessMode::Read)).await;
        let mut db = database.begin(RowScope::Organization(studio.organization()), AccessMode::Write).await.expect("a transaction");
        sqlx::query("insert into invoice_series (organization_id, series, last) values ($1, $2, 1)")
            .bind(studio.organization().0)
            .bind(turns.to_string())
            .execute(db.connection())
            .await
            .expect("a row");
        db.commit().await.expect("kept");
    }
    assert_eq!(studio.number("select count(*) from invoice_series where organization_id = $1").await, 60);
}

#[tokio::test]
async fn a_commit_goes_on_when_nobody_waits_for_it() {
    let studio = World::new("owned").await;
    let database = narrow(&studio).await;
    let mut db = database.begin(RowScope::Organization(studio.organization()), AccessMode::Write).await.expect("a transaction");
    sqlx::query("insert into invoice_series (organization_id, series, last) values ($1, 'x', 1)")
        .bind(studio.organization().0)
        .execute(db.connection())
        .await
        .expect("a row");
    for_turns(1, db.commit()).await;
    // The only connection is given back once the commit has ended.
    standing(&database).await;
    assert_eq!(studio.number("select count(*) from invoice_series where organization_id = $1").await, 1);
}

#[tokio::test]
async fn a_read_changes_nothing() {
    let studio = World::new("read").await;
    let mut db =
        studio.caller.services.database.begin(RowScope::Organization(studio.organization()), AccessMode::Read).await.expect("begun");
    let refused = sqlx::query("delete from client").execute(db.connection()).await.expect_err("a read");
    assert_eq!(refused.as_database_error().and_then(|error| error.code()).as_deref(), Some("25006"));
}

#[tokio::test]
async fn a_transaction_in_which_a_statement_failed_is_never_answered_as_kept() {
    let studio = World::new("failed").await;
    let mut db =
        studio.caller.services.database.begin(RowScope::Organization(studio.organization()), AccessMode::Write).await.expect("begun");
    sqlx::query("select 1 / 0").execute(db.connection()).await.expect_err("an error that somebody passes over");
    assert_eq!(db.commit().await.expect_err("nothing was kept").code, Code::Unavailable);
}

#[tokio::test]
async fn a_database_at_its_end_is_away_and_one_that_was_asked_wrongly_is_not() {
    let studio = World::new("codes").await;
    let (away, wrong, fault) = (Code::Unavailable, Code::Invalid, Code::Internal);
    let ends = ["53000", "53100", "53200", "53400", "58000", "58030", "58P01", "58P02", "XX001", "XX002", "25006"].map(|code| (code, away));
    let others = [("23514", wrong), ("22P05", wrong), ("23505", Code::Conflict), ("42501", fault), ("22012", fault), ("XX000", fault)];
    for (code, expected) in ends.into_iter().chain(others) {
        let mut db = studio.caller.services.database.begin(RowScope::Nobody, AccessMode::Write).await.expect("begun");
        let raised = format!("do $$ begin raise exception 'on purpose' using errcode = '{code}'; end $$");
        let problem = sqlx::raw_sql(sqlx::AssertSqlSafe(raised)).execute(db.connection()).await.expect_err("raised");
        assert_eq!(is_data_error(&problem), code.starts_with("22") || code.starts_with("23"), "{code}");
        assert_eq!(Error::from(problem).code, expected, "{code}");
    }
}

#[tokio::test]
async fn a_connection_that_was_cut_while_idle_costs_nobody_an_error() {
    let studio = World::new("idle").await;
    let database = &studio.caller.services.database;
    let mut open = Vec::new();
    for _ in 0..6 {
        open.push(database.begin(RowScope::Nobody, AccessMode::Read).await.expect("a transaction"));
    }
    let mut backends = Vec::new();
    for db in &mut open {
        backends.push(backend(db).await);
    }
    for db in open {
        db.roll_back().await;
    }
    for backend in backends {
        studio.sql(&format!("select pg_terminate_backend({backend}, 10000) where $1::uuid is not null")).await;
    }
    for _ in 0..6 {
        standing(database).await;
    }
}

#[tokio::test]
async fn when_the_database_goes_away_before_it_answers_nobody_says_that_nothing_was_changed() {
    let studio = World::new("cut").await;
    let database = &studio.caller.services.database;
    let mut db = database.begin(RowScope::Organization(studio.organization()), AccessMode::Write).await.expect("begun");
    let backend = backend(&mut db).await;
    studio.sql(&format!("select pg_terminate_backend({backend}, 10000) where $1::uuid is not null")).await;
    let error = db.commit().await.expect_err("it is gone");
    assert_eq!(error.code, Code::Unavailable);
    assert!(error.message.contains("not known") && !error.message.contains("Nothing was changed"), "{}", error.message);
    assert!(error.hint.is_some_and(|hint| hint.contains("idempotency_key")));
}

#[tokio::test]
async fn a_connection_is_opened_to_its_end_whoever_asked_for_it() {
    let studio = World::new("opening").await;
    let opened = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&opened);
    let options = PgPoolOptions::new().max_connections(1).after_connect(move |_, _| {
        counted.fetch_add(1, Ordering::SeqCst);
        Box::pin(async { Ok(()) })
    });
    let database = Database::new(options.connect_lazy_with(studio.caller.services.database.options()));
    let gone = for_turns(1, database.begin(RowScope::Nobody, AccessMode::Read)).await;
    assert!(gone.is_none(), "nobody is connected that fast");
    let begun = Instant::now();
    while opened.load(Ordering::SeqCst) == 0 {
        assert!(begun.elapsed() < Duration::from_secs(30), "the connection was thrown away half made");
        tokio::task::yield_now().await;
    }
    database.begin(RowScope::Nobody, AccessMode::Read).await.expect("the same connection");
    assert_eq!(opened.load(Ordering::SeqCst), 1);
}

/// A deferred trigger that makes a commit take longer than its limit.
const HANGING: &str = "create temp table waiting (at integer);
    create function pg_temp.wait() returns trigger language plpgsql as 'begin perform pg_sleep(3600); return null; end';
    create constraint trigger waits after insert on waiting deferrable initially deferred for each row execute function pg_temp.wait();
    insert into waiting values (1)";

#[tokio::test]
async fn a_commit_that_hangs_is_given_up_and_holds_nobody_else_up() {
    let studio = World::new("hanging").await;
    let database = narrow(&studio).await.with_fair_shares(1, Duration::from_secs(1));
    let row_scope = RowScope::Organization(studio.organization());
    let mut db = database.begin(row_scope, AccessMode::Write).await.expect("begun");
    sqlx::raw_sql(HANGING).execute(db.connection()).await.expect("made");
    let begun = Instant::now();
    let error = db.commit().await.expect_err("it hangs");
    assert!(error.message.contains("not known"), "{}", error.message);
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    database.begin(row_scope, AccessMode::Read).await.expect("its connection and its share are free again");
}

#[tokio::test]
async fn in_however_many_organizations_a_person_works_they_take_turns_with_themselves() {
    let database = World::new("many").await.caller.services.database.clone().with_fair_shares(2, Duration::ZERO);
    let (ada, grace) = (UserId(uuid::Uuid::from_u128(1)), UserId(uuid::Uuid::from_u128(2)));
    let within = |number| RowScope::Organization(OrganizationId(uuid::Uuid::from_u128(number)));
    let busy = [
        database.begin_for(ada, IdentityCheck::default(), within(11), AccessMode::Read).await,
        database.begin_for(ada, IdentityCheck::default(), within(12), AccessMode::Read).await,
    ];
    assert!(busy.iter().all(Result::is_ok));
    let refused = database.begin_for(ada, IdentityCheck::default(), within(13), AccessMode::Read).await.err();
    assert_eq!(refused.map(|error| error.code), Some(Code::RateLimited));
    let own = database.begin_for(ada, IdentityCheck::default(), RowScope::Person(ada.0), AccessMode::Write).await;
    own.expect("whoever is busy as them does not keep them from ending that").roll_back().await;
    database.begin_for(grace, IdentityCheck::default(), within(11), AccessMode::Read).await.expect("somebody else's").roll_back().await;
    drop(busy);
    let of_strangers = [within(21), within(22)].map(|row_scope| database.begin_anonymous(row_scope, AccessMode::Write));
    assert!(futures::future::join_all(of_strangers).await.iter().all(Result::is_ok));
    database.begin_for(ada, IdentityCheck::default(), within(13), AccessMode::Read).await.expect("it is over").roll_back().await;
}

#[tokio::test]
async fn a_person_who_is_busy_leaves_a_connection_to_their_colleagues() {
    let database = World::new("colleagues").await.caller.services.database.clone().with_fair_shares(2, Duration::ZERO);
    let (ada, grace) = (UserId(uuid::Uuid::from_u128(1)), UserId(uuid::Uuid::from_u128(2)));
    let row_scope = RowScope::Organization(OrganizationId(uuid::Uuid::from_u128(11)));
    let mut busy = Vec::new();
    for _ in 0..4 {
        busy.extend(database.begin_for(ada, IdentityCheck::default(), row_scope, AccessMode::Read).await);
    }
    assert_eq!(busy.len(), 2, "a person's share");
    for _ in 0..4 {
        busy.extend(database.begin_for(grace, IdentityCheck::default(), row_scope, AccessMode::Read).await);
    }
    assert_eq!(busy.len(), 4, "and their colleague's");
    let mary = UserId(uuid::Uuid::from_u128(3));
    busy.push(database.begin_for(mary, IdentityCheck::default(), row_scope, AccessMode::Read).await.expect("whoever has none finds one"));
    for who in [mary, UserId(uuid::Uuid::from_u128(4))] {
        let refused = database.begin_for(who, IdentityCheck::default(), row_scope, AccessMode::Read).await.err();
        assert_eq!(refused.map(|error| error.code), Some(Code::RateLimited), "five of sixteen are the organization's third");
    }
}

/// A busy person in each of two organizations leaves a connection for the colleagues of both.
#[tokio::test]
async fn two_who_are_busy_in_two_organizations_keep_no_colleague_out() {
    let database = World::new("two").await.caller.services.database.clone().with_fair_shares(2, Duration::ZERO);
    let person = |number| UserId(uuid::Uuid::from_u128(number));
    let within = |number| RowScope::Organization(OrganizationId(uuid::Uuid::from_u128(number)));
    let mut busy = Vec::new();
    for (who, organization) in [(1, 11), (2, 12)] {
        for _ in 0..3 {
            busy.extend(database.begin_for(person(who), IdentityCheck::default(), within(organization), AccessMode::Read).await);
        }
    }
    assert_eq!(busy.len(), 4, "two of each");
    for (who, organization) in [(3, 11), (4, 11), (5, 12)] {
        let first = database.begin_for(person(who), IdentityCheck::default(), within(organization), AccessMode::Read).await;
        first.expect("a colleague's first").roll_back().await;
    }
}

#[tokio::test]
async fn whoever_waits_in_one_organization_is_served_in_another() {
    let database = World::new("waits").await.caller.services.database.clone().with_fair_shares(1, Duration::from_secs(600));
    let person = |number| UserId(uuid::Uuid::from_u128(number));
    let within = |number| RowScope::Organization(OrganizationId(uuid::Uuid::from_u128(number)));
    let mut busy = Vec::new();
    for who in [1, 2, 4] {
        busy.push(database.begin_for(person(who), IdentityCheck::default(), within(11), AccessMode::Read).await.expect("one of three"));
    }
    let waits = tokio::spawn({
        let database = database.clone();
        async move { database.begin_for(person(3), IdentityCheck::default(), within(11), AccessMode::Read).await.map(|_| ()) }
    });
    tokio::task::yield_now().await;
    let elsewhere = tokio::time::timeout(
        Duration::from_secs(60),
        database.begin_for(person(3), IdentityCheck::default(), within(12), AccessMode::Read),
    )
    .await;
    elsewhere.expect("it waits for nothing that is busy elsewhere").expect("begun").roll_back().await;
    assert!(!waits.is_finished());
    drop(busy);
    waits.await.expect("ended").expect("its turn");
}

#[tokio::test]
async fn few_who_are_busy_with_slow_work_leave_a_connection_to_whoever_comes_next() {
    let database = World::new("slow").await.caller.services.database.clone().with_fair_shares(2, Duration::ZERO);
    let of = |number| (UserId(uuid::Uuid::from_u128(number)), RowScope::Organization(OrganizationId(uuid::Uuid::from_u128(100 + number))));
    let mut slow = Vec::new();
    for number in [1, 1, 2, 2, 3, 3] {
        let (person, row_scope) = of(number);
        slow.extend(database.begin_for(person, IdentityCheck::default(), row_scope, AccessMode::Write).await);
    }
    assert_eq!(slow.len(), 5, "three have their first, and two more are all that there is beyond");
    let (neighbour, row_scope) = of(4);
    database.begin_for(neighbour, IdentityCheck::default(), row_scope, AccessMode::Read).await.expect("their first").roll_back().await;
    assert!(database.begin_for(of(3).0, IdentityCheck::default(), of(3).1, AccessMode::Read).await.is_err());
    slow.remove(0).roll_back().await;
    database
        .begin_for(of(1).0, IdentityCheck::default(), of(1).1, AccessMode::Read)
        .await
        .expect("their first is free again")
        .roll_back()
        .await;
}

#[tokio::test]
async fn whoever_makes_credentials_up_is_behind_nobody_but_others_who_do() {
    let database = World::new("strangers").await.caller.services.database.clone().with_fair_shares(2, Duration::ZERO);
    let (ada, grace) = (UserId(uuid::Uuid::from_u128(1)), UserId(uuid::Uuid::from_u128(2)));
    database.remember_owner(b"known", ada);
    for other in ["another one", "a third one"] {
        database.remember_owner(other.as_bytes(), grace);
    }
    let strangers = [database.begin_authentication(b"made up").await, database.begin_authentication(b"made up too").await];
    assert!(strangers.iter().all(Result::is_ok));
    let refused = database.begin_authentication(b"one too many").await.err().expect("their share is in use");
    assert_eq!((refused.code, refused.retry_after().is_some()), (Code::RateLimited, true));
    let nobody = [database.begin(RowScope::Nobody, AccessMode::Read).await, database.begin(RowScope::Nobody, AccessMode::Read).await];
    assert!(nobody.iter().all(Result::is_ok), "signing in is something else");
    ready(&database).await.expect("the process itself asks whatever crowd there is");
    database.begin_authentication(b"known").await.expect("remembered").roll_back().await;
    for held in strangers.into_iter().chain(nobody) {
        held.expect("held").roll_back().await;
    }
    let of_grace = [database.begin_authentication(b"another one").await, database.begin_authentication(b"a third one").await];
    assert!(of_grace.iter().all(Result::is_ok));
    assert!(database.begin_authentication(b"a third one").await.is_err(), "all credentials of a person take turns with each other");
    database.begin_authentication(b"known").await.expect("somebody else's");
}

#[tokio::test]
async fn what_everybody_shares_waits_for_nobodys_row() {
    let studio = World::new("shared").await;
    let database = studio.caller.services.database.clone();
    let mut holder = database.begin(RowScope::Organization(studio.organization()), AccessMode::Write).await.expect("begun");
    let lock = "select from member where organization_id = $1 for update";
    sqlx::query(lock).bind(studio.organization().0).execute(holder.connection()).await.expect("held");
    let row_scope = RowScope::Organization(studio.organization());
    for (db, who) in [
        (database.begin_anonymous(row_scope, AccessMode::Write).await, "strangers"),
        (database.for_workers().begin(row_scope, AccessMode::Write).await, "workers"),
    ] {
        let (mut db, begun) = (db.expect("begun"), Instant::now());
        let problem = sqlx::query(lock).bind(studio.organization().0).execute(db.connection()).await.expect_err(who);
        assert!(begun.elapsed() < Duration::from_secs(5), "{who}: {:?}", begun.elapsed());
        assert_eq!(Err::<(), _>(problem).none_if_locked(), Ok(None), "{who}");
    }
}
