//! Measures sign-ins and sign-outs beside aborted page loads, and checks that each answer is true.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use http::{HeaderValue, Request, header};
use http_body_util::Full;
use sqlx::{ConnectOptions as _, Connection as _, PgConnection, postgres::PgConnectOptions, query_scalar};
use tokio::{
    io::AsyncWriteExt as _,
    net::TcpStream,
    task::JoinSet,
    time::{MissedTickBehavior, interval_at, sleep},
};

use crate::{
    http::{Connection, get},
    scenarios,
    server_process::{DemoLogin, Stint},
};

/// The duration of the measurement.
const LASTS: Duration = Duration::from_secs(20);

/// The number of clients that abort page loads, and how often each begins one: together 2,400 times per second, so that enough remain where
/// some come late.
const CROWD: u32 = 48;
const EVERY: Duration = Duration::from_millis(20);

/// The latest abort after a request, in milliseconds: about when the page would be complete.
const LATEST: u64 = 7;

/// The number of people who sign in and out.
const PEOPLE: u8 = 2;

/// How many times a check of the sign-in is repeated when the server is busy.
const TRIES: usize = 50;

/// How long aborted requests may take to end; sessions that stay longer are counted.
const SETTLES: Duration = Duration::from_secs(3);

/// PostgreSQL's warning when a transaction begins within another.
const LEFT_BEHIND: &str = "already a transaction";

/// The counts.
#[derive(Default)]
pub struct SignInLoad {
    /// Aborted page loads per second.
    pub broken_off: f64,
    /// Transactions of the database per second, mostly of pages that were begun before they were aborted.
    pub transactions: f64,
    /// Answered sign-ins and sign-outs per second.
    pub answered: f64,
    /// Sign-ins and sign-outs that were answered and did not happen.
    pub untrue: usize,
    /// Sign-ins that were refused because the server was busy.
    pub refused: usize,
    /// Sessions that were left in a transaction, and warnings of the database about such.
    pub left_behind: i64,
}

/// Lets people sign in and out beside clients that abort page loads.
pub async fn measure(stint: &Stint, login: &Arc<DemoLogin>, database: &str) -> Result<SignInLoad> {
    let mut owner = database.parse::<PgConnectOptions>()?.connect().await?;
    let cookie = scenarios::sign_in(stint.address, login).await?;
    let page = format!("GET /o/{} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\nAccept: text/html\r\n\r\n", login.organization);
    let before = transactions(&mut owner).await?;
    let (page, ending, began) = (Arc::<[u8]>::from(page.into_bytes()), Arc::new(AtomicBool::new(false)), Instant::now());
    let (mut crowd, mut people) = (JoinSet::new(), JoinSet::new());
    for at in 0..CROWD {
        crowd.spawn(break_off(stint.address, Arc::clone(&page), at, Arc::clone(&ending)));
    }
    for at in 0..PEOPLE {
        people.spawn(sign_in_and_out(stint.address, Arc::clone(login), at, began + LASTS));
    }
    let mut counted = Counted::default();
    while let Some(of_one) = people.join_next().await {
        counted.add(&of_one??);
    }
    ending.store(true, Ordering::SeqCst);
    let mut broken_off = 0;
    while let Some(often) = crowd.join_next().await {
        broken_off += often?;
    }
    let took = began.elapsed().as_secs_f64();
    ensure!(took < 2.0 * LASTS.as_secs_f64(), "the last of them was answered after {took:.0} s only");
    sleep(SETTLES).await;
    let transactions = (transactions(&mut owner).await? - before) as f64 / took;
    let left_behind = sessions_in_transactions(&mut owner).await? + i64::try_from(stint.log()?.matches(LEFT_BEHIND).count())?;
    owner.close().await?;
    let Counted { answered, untrue, refused } = counted;
    Ok(SignInLoad { broken_off: broken_off as f64 / took, transactions, answered: answered as f64 / took, untrue, refused, left_behind })
}

/// Begins and aborts page loads; returns how many.
async fn break_off(address: SocketAddr, page: Arc<[u8]>, at: u32, ending: Arc<AtomicBool>) -> usize {
    let (mut often, mut round) = (0, u64::from(at));
    let mut turn = interval_at(tokio::time::Instant::now() + EVERY * at / CROWD, EVERY);
    turn.set_missed_tick_behavior(MissedTickBehavior::Burst);
    while !ending.load(Ordering::SeqCst) {
        turn.tick().await;
        round += 1;
        // No two consecutive rounds are the same, and no two of the crowd.
        if once(address, &page, 1 + round * 5 % LATEST, round % 2 == 0).await.is_ok() {
            often += 1;
        }
    }
    often
}

/// Sends the request and disconnects this many milliseconds later, in order or by resetting the connection.
async fn once(address: SocketAddr, page: &[u8], after: u64, cut: bool) -> std::io::Result<()> {
    let mut socket = TcpStream::connect(address).await?;
    if cut {
        socket.set_zero_linger()?;
    }
    socket.write_all(page).await?;
    sleep(Duration::from_millis(after)).await;
    Ok(())
}

/// The counts of one person.
#[derive(Default)]
struct Counted {
    answered: usize,
    untrue: usize,
    refused: usize,
}

impl Counted {
    fn add(&mut self, other: &Self) {
        self.answered += other.answered;
        self.untrue += other.untrue;
        self.refused += other.refused;
    }

    /// Counts an answer, and whether it is true.
    fn answer(&mut self, is_so: bool) {
        self.answered += 1;
        self.untrue += usize::from(!is_so);
    }
}

/// Signs in and out until the end, each time from another address: the rate limit of sign-ins is not measured here.
async fn sign_in_and_out(address: SocketAddr, login: Arc<DemoLogin>, at: u8, until: Instant) -> Result<Counted> {
    let (mut counted, mut round) = (Counted::default(), 0_u16);
    while Instant::now() < until {
        round += 1;
        let [high, low] = round.to_be_bytes();
        let from = HeaderValue::from_str(&format!("10.{at}.{high}.{low}"))?;
        let mut ask = scenarios::signing_in(address, &login)?;
        ask.headers_mut().insert("x-forwarded-for", from);
        let Ok(answer) = Connection::open(address).await?.send(ask).await?.accepted() else {
            counted.refused += 1;
            continue;
        };
        let cookie = scenarios::cookie(&answer)?;
        counted.answer(is_known(address, &cookie).await?);
        let out = Request::post("/call/sign_out").header(header::HOST, address.to_string()).header("sec-fetch-site", "same-origin");
        let out = out.header(header::COOKIE, &cookie).body(Full::default())?;
        match Connection::open(address).await?.send(out).await?.accepted() {
            Ok(_) => counted.answer(!is_known(address, &cookie).await?),
            Err(_) => counted.refused += 1,
        }
    }
    Ok(counted)
}

/// Whether somebody is signed in with this cookie.
async fn is_known(address: SocketAddr, cookie: &str) -> Result<bool> {
    for _ in 0..TRIES {
        match Connection::open(address).await?.send(get("/call/whoami", header::COOKIE, cookie)?).await?.status.as_u16() {
            200 => return Ok(true),
            401 => return Ok(false),
            _ => sleep(EVERY).await,
        }
    }
    bail!("who is signed in was not answered in {TRIES} tries")
}

/// The number of transactions so far.
async fn transactions(owner: &mut PgConnection) -> Result<i64> {
    let count = query_scalar("select xact_commit + xact_rollback from pg_stat_database where datname = current_database()");
    count.fetch_one(owner).await.context("the transactions of the database")
}

/// The number of sessions that are idle in a transaction.
async fn sessions_in_transactions(owner: &mut PgConnection) -> Result<i64> {
    let left = query_scalar(
        "select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'
         and now() - state_change > interval '1 second'",
    );
    left.fetch_one(owner).await.context("the sessions of the database")
}
