//! Clients that go away in the middle of what they asked for: nobody else meets what they leave behind.

use std::{
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use app::{
    operation::{Effect, Operation},
    operations,
};
use rand::{RngCore, SeedableRng, rngs::StdRng};
use serde_json::{Map, Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tracing::{Event, Subscriber, field::Visit};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt},
    util::SubscriberInitExt,
};

use crate::world::{Answer, Person, World};

/// How many requests are cut off. `STINT_CUTOFFS` asks for more, as the nightly run does.
const CUTOFFS: usize = 600;

/// How many sign-ins and sign-outs are tried beside them. `STINT_SIGN_INS` asks for more; beside how many a second they have to hold is
/// asked by `./dev bench --sign-ins`.
const SIGN_INS: usize = 15;

/// How many are on their way at once.
const AT_ONCE: usize = 16;

/// What PostgreSQL says to whoever begins inside a transaction.
const LEFT_BEHIND: &str = "already a transaction";

/// Notices of the database that speak of a transaction somebody left behind, in the whole process.
fn notices() -> &'static Arc<Mutex<Vec<String>>> {
    static NOTICES: OnceLock<Arc<Mutex<Vec<String>>>> = OnceLock::new();
    NOTICES.get_or_init(|| {
        let heard = Arc::new(Mutex::new(Vec::new()));
        tracing_subscriber::registry().with(Notices(Arc::clone(&heard))).init();
        heard
    })
}

struct Notices(Arc<Mutex<Vec<String>>>);

impl<S: Subscriber> Layer<S> for Notices {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut words = Words(String::new());
        event.record(&mut words);
        if words.0.contains(LEFT_BEHIND)
            && let Ok(mut heard) = self.0.lock()
        {
            heard.push(words.0);
        }
    }
}

struct Words(String);

impl Visit for Words {
    fn record_debug(&mut self, _: &tracing::field::Field, value: &dyn std::fmt::Debug) {
        self.0.push_str(&format!("{value:?} "));
    }
}

/// Arguments that the schema lets through; what they name may not be there.
fn arguments(operation: &Operation) -> Value {
    let required: Vec<&str> =
        operation.input.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let known = operation.input.get("properties").and_then(Value::as_object);
    let sample = |name: &&str| Some(((*name).to_owned(), sample(known?.get(*name)?)));
    Value::Object(required.iter().filter_map(sample).collect::<Map<_, _>>())
}

fn sample(schema: &Value) -> Value {
    if let Some(choice) = schema["enum"].get(0) {
        return choice.clone();
    }
    match schema["type"].as_str() {
        Some("boolean") => json!(true),
        Some("integer") => json!(1),
        Some("array") => json!(["x"]),
        _ => json!("x"),
    }
}

/// The bytes of a call through one of the doors.
fn request(door: u32, person: &Person, operation: &Operation) -> Vec<u8> {
    let (name, arguments) = (operation.declaration.name, arguments(operation));
    let (path, credential, kind, body) = match door % 4 {
        0 => (format!("POST /api/v1/{name}"), format!("Authorization: Bearer {}", person.token), "application/json", arguments.to_string()),
        1 => {
            let call = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": arguments}});
            ("POST /mcp".to_owned(), format!("Authorization: Bearer {}", person.token), "application/json", call.to_string())
        }
        2 if operation.declaration.effect != Effect::Read => {
            let mut form = url::form_urlencoded::Serializer::new(String::new());
            for (name, value) in arguments.as_object().into_iter().flatten() {
                form.append_pair(name, value.as_str().unwrap_or("1"));
            }
            let credential = format!("Cookie: stint={}\r\nStint-Organization: {}", person.cookie, person.slug);
            (format!("POST /call/{name}"), credential, "application/x-www-form-urlencoded", form.finish())
        }
        2 => (
            format!("GET /call/{name}?organization={}", person.slug),
            format!("Cookie: stint={}", person.cookie),
            "text/plain",
            String::new(),
        ),
        _ => (format!("GET /o/{}", person.slug), format!("Cookie: stint={}", person.cookie), "text/plain", String::new()),
    };
    let length = body.len();
    format!(
        "{path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{credential}\r\nAccept: application/json, text/event-stream\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// Sends a request and closes the socket before, while or after it is answered.
async fn cut_off(address: &str, request: &[u8], after: Duration) {
    let Ok(mut socket) = TcpStream::connect(address).await else { return };
    let mut answer = [0; 4096];
    let talk = async {
        socket.write_all(request).await.ok();
        // Whatever comes, whole or not, the socket is closed after it.
        _ = socket.read(&mut answer).await;
    };
    timeout(after, talk).await.ok();
}

/// Cuts so many requests off, every operation in turn through doors and at moments of chance, many at once.
pub async fn all_cut_off(world: &World, leaving: &Arc<Person>, most: usize) {
    let address = world.address.strip_prefix("http://").expect("an address").to_owned();
    let (seed, done) = (Arc::new(Mutex::new(StdRng::seed_from_u64(9))), Arc::new(AtomicU64::new(0)));
    let crowd: Vec<_> = (0..AT_ONCE)
        .map(|_| {
            let (leaving, address, seed, done) = (Arc::clone(leaving), address.clone(), Arc::clone(&seed), Arc::clone(&done));
            tokio::spawn(async move {
                while let Ok(at) = usize::try_from(done.fetch_add(1, Ordering::SeqCst))
                    && at < most
                {
                    let all = operations::all();
                    let random = seed.lock().expect("a seed").next_u32();
                    let request = request(random, &leaving, &all[at % all.len()]);
                    cut_off(&address, &request, Duration::from_micros(u64::from(random >> 8) % 20_000)).await;
                }
            })
        })
        .collect();
    for someone in crowd {
        someone.await.expect("a client");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_go_away_leave_nothing_to_those_who_stay() {
    let heard = notices();
    let world = Arc::new(World::alone().await);
    let (leaving, staying) = (Arc::new(world.person("Leaving").await), world.person("Staying").await);
    let connections = async || -> i64 {
        let owner = world.owner().await;
        sqlx::query_scalar("select sessions from pg_stat_database where datname = current_database()")
            .fetch_one(&owner)
            .await
            .expect("a count")
    };
    let before = connections().await;
    let most = std::env::var("STINT_CUTOFFS").ok().and_then(|most| most.parse().ok()).unwrap_or(CUTOFFS);
    all_cut_off(&world, &leaving, most).await;
    for _ in 0..1_000_usize.min(most / 4) {
        world.rest(&staying, "list_clients", json!({})).await.ok();
    }
    world.services.tasks.close();
    world.services.tasks.wait().await;
    let left: i64 = {
        let owner = world.owner().await;
        sqlx::query_scalar(
            "select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'
             and now() - state_change > interval '2 seconds'",
        )
        .fetch_one(&owner)
        .await
        .expect("a count")
    };
    assert_eq!(left, 0, "sessions are left in a transaction");
    assert_eq!(world.left_on_connections().await, Vec::<String>::new());
    let opened = connections().await - before;
    assert!(opened < 200, "{opened} connections were opened");
    assert_eq!(heard.lock().expect("the notices").clone(), Vec::<String>::new());
}

/// Looks at a page again and again, and goes away before or while it is answered, until it is told to end; how often it did so.
async fn break_off(address: String, cookie: String, slug: String, seed: u64, ending: Arc<AtomicBool>) -> usize {
    let mut often = 0;
    let mut random = StdRng::seed_from_u64(seed);
    let request = format!("GET /o/{slug} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: stint={cookie}\r\nAccept: text/html\r\n\r\n").into_bytes();
    while !ending.load(Ordering::SeqCst) {
        cut_off(&address, &request, Duration::from_micros(u64::from(random.next_u32()) % 6_000)).await;
        often += 1;
    }
    often
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sign_ins_and_sign_outs_that_were_answered_are_so_beside_pages_that_are_broken_off() {
    let world = World::alone().await;
    let (leaving, staying) = (world.person("Leaving").await, world.person("Staying").await);
    let address = world.address.strip_prefix("http://").expect("an address").to_owned();
    let ending = Arc::new(AtomicBool::new(false));
    let crowd: Vec<_> = (0..8)
        .map(|seed| tokio::spawn(break_off(address.clone(), leaving.cookie.clone(), leaving.slug.clone(), seed, Arc::clone(&ending))))
        .collect();
    let rounds = std::env::var("STINT_SIGN_INS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(SIGN_INS);
    let begun = Instant::now();
    for round in 0..rounds {
        let form = format!("email={}&password=correct+horse+battery", staying.email.replace('@', "%40"));
        let sign_in = world.post("/call/sign_in").header("content-type", "application/x-www-form-urlencoded").body(form);
        let answer = Answer::of(sign_in).await;
        assert!(answer.status.is_redirection() || answer.status.is_success(), "{answer:?}");
        let cookie = answer.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
        let who = async |cookie: &str| Answer::of(world.get("/call/whoami").header("cookie", cookie)).await.status.as_u16();
        assert_eq!(who(&cookie).await, 200, "sign-in {round} was answered and is not known");
        let out = Answer::of(world.post("/call/sign_out").header("cookie", &cookie)).await;
        assert!(out.status.is_redirection() || out.status.is_success(), "{out:?}");
        assert_eq!(who(&cookie).await, 401, "sign-out {round} was answered and did not happen");
    }
    ending.store(true, Ordering::SeqCst);
    let mut broken_off = 0;
    for someone in crowd {
        broken_off += someone.await.expect("a client");
    }
    let took = begun.elapsed().as_secs_f64();
    eprintln!("{rounds} sign-ins and as many sign-outs in {took:.1} s, beside {:.0} reads broken off a second", broken_off as f64 / took);
}
