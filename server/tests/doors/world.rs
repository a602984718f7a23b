//! A Stint of its own for one test: all doors on a free port, and people with an organization each.

mod answer;
mod database;

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use app::{
    access::{Scope, WriteMode, sign_up_policy::SignUpPolicy},
    account::{
        registration::{self, Confirmation, Registration},
        token::{TokenRequest, issue},
    },
    admission::{AdmissionControl, AdmissionLimits, PATIENCE},
    assistant::Engine,
    audit::Recorder,
    context::{BoxFuture, Caller, Clock, DocumentRenderer, Services, SystemClock},
    database::{Database, as_application},
    error::Error,
    operations,
    organizations::initial_settings::InitialSettings,
    quotas::UsageQuotas,
};
use domain::document::InvoiceDocument;
use jiff::Timestamp;
use leptos::prelude::LeptosOptions;
use reqwest::{Client, RequestBuilder, header, redirect::Policy};
use serde_json::{Value, json};
use server::{
    listener::{self, ListenerLimits},
    mcp,
    router::{Site, limits::RequestLimits, router},
    shutdown::Shutdown,
};
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tempfile::TempDir;
use tokio::net::TcpListener;

pub use answer::Answer;
use database::{made, shared};

/// How many connections there are behind the doors.
const CONNECTIONS: u32 = 8;

/// What a transaction has left on a connection: nothing when it has come to its end.
const LEFT: &str = "
    select concat_ws(' ', nullif(current_setting('app.organization_id', true), ''), nullif(current_setting('app.user_id', true), ''),
        nullif(current_setting('app.viewer_id', true), ''), nullif(current_setting('app.action_id', true), ''),
        nullif(current_setting('statement_timeout'), '15s'), nullif(current_user::text, 'stint_app'))";

/// All doors, open.
pub struct World {
    /// Where they are.
    pub address: String,
    /// What is behind them.
    pub services: Arc<Services>,
    /// Whether the typesetter is broken.
    pub press_is_broken: Arc<AtomicBool>,
    /// The end of this process.
    pub shutdown: Shutdown,
    client: Client,
    database: PgConnectOptions,
    pool: PgPool,
    _site: TempDir,
}

/// Somebody with an organization of their own, signed in at a browser and with a token.
pub struct Person {
    /// Their organization, by its place in addresses.
    pub slug: String,
    /// Their address.
    pub email: String,
    /// Their cookie.
    pub cookie: String,
    /// Their token, which may do everything.
    pub token: String,
}

impl World {
    /// Opens the doors, without limits on how often one may call.
    pub async fn open() -> Self {
        Self::open_with(RequestLimits::new(None)).await
    }

    /// Opens the doors with these limits.
    pub async fn open_with(limits: RequestLimits) -> Self {
        Self::open_on(shared().await.clone(), limits, lenient(), Engine::default(), UsageQuotas::default()).await
    }

    /// Opens the doors behind a gate with these rules.
    pub async fn open_under(rules: AdmissionLimits) -> Self {
        Self::open_on(shared().await.clone(), RequestLimits::new(None), rules, Engine::default(), UsageQuotas::default()).await
    }

    /// Opens the doors before a database that nobody else uses: for what looks through all organizations.
    pub async fn alone() -> Self {
        Self::alone_with(UsageQuotas::default()).await
    }

    /// The same, with these quotas.
    pub async fn alone_with(quotas: UsageQuotas) -> Self {
        Self::open_on(made().await, RequestLimits::new(None), lenient(), Engine::default(), quotas).await
    }

    /// Opens the doors before a database that nobody else uses, behind a gate with these rules and with shares of the connections
    /// for calls, where a number is given for them; nobody waits for theirs.
    pub async fn alone_under(rules: AdmissionLimits, share: Option<usize>) -> Self {
        let shared = |database: Database| share.map_or(database.clone(), |share| database.with_fair_shares(share, Duration::ZERO));
        Self::open_between(
            made().await,
            RequestLimits::new(None),
            rules,
            Engine::default(),
            UsageQuotas::default(),
            shared,
            Box::new(SystemClock),
        )
        .await
    }

    /// The same with the rules of a process: eight at once of a credential, and two connections at once of whoever asks; who finds
    /// theirs in use waits for as long as there.
    pub async fn alone_as_shipped() -> Self {
        let shared = |database: Database| database.with_fair_shares(2, PATIENCE);
        let clock = Box::new(SystemClock);
        Self::open_between(
            made().await,
            RequestLimits::new(None),
            AdmissionLimits::of(None),
            Engine::default(),
            UsageQuotas::default(),
            shared,
            clock,
        )
        .await
    }

    /// Opens the doors at this instant, at which they stay.
    pub async fn open_at(now: Timestamp) -> Self {
        let (database, limits, clock) = (shared().await.clone(), RequestLimits::new(None), Box::new(Stopped(now)));
        Self::open_between(database, limits, lenient(), Engine::default(), UsageQuotas::default(), |database| database, clock).await
    }

    /// Opens the doors with an assistant.
    pub async fn open_for(assistant: Engine) -> Self {
        Self::open_on(shared().await.clone(), RequestLimits::new(None), lenient(), assistant, UsageQuotas::default()).await
    }

    async fn open_on(
        database: PgConnectOptions,
        limits: RequestLimits,
        rules: AdmissionLimits,
        assistant: Engine,
        quotas: UsageQuotas,
    ) -> Self {
        Self::open_between(database, limits, rules, assistant, quotas, |database| database, Box::new(SystemClock)).await
    }

    async fn open_between(
        database: PgConnectOptions,
        limits: RequestLimits,
        rules: AdmissionLimits,
        assistant: Engine,
        quotas: UsageQuotas,
        for_calls: impl FnOnce(Database) -> Database,
        clock: Box<dyn Clock>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let press_is_broken = Arc::new(AtomicBool::new(false));
        let pool =
            as_application(PgPoolOptions::new().max_connections(CONNECTIONS)).connect_with(database.clone()).await.expect("connections");
        let gate = Database::new(pool.clone());
        operations::install();
        let services = Arc::new(Services {
            admission: AdmissionControl::new(rules, gate.clone()),
            recorder: Recorder::start(gate.clone()),
            workers: gate.clone().for_workers(),
            database: for_calls(gate),
            clock,
            documents: Box::new(PlainDocuments(press_is_broken.clone())),
            public_url: address.clone(),
            mail_leaves: false,
            quotas,
            sign_up: SignUpPolicy::Open,
            outbox_wakeup: tokio::sync::Notify::new(),
            verification_wakeup: tokio::sync::Notify::new(),
            access_log_days: 90,
            tasks: tokio_util::task::TaskTracker::new(),
            extensions: assistant.into_extensions(),
        });
        let shutdown = Shutdown::default();
        let folder = compiled_pages();
        let leptos = LeptosOptions::builder().output_name("stint").site_root(folder.path().to_str().expect("a path")).build();
        let site =
            Site { services: services.clone(), leptos, limits: Arc::new(limits), shutdown: shutdown.clone(), catalog: mcp::of_registry() };
        tokio::spawn(listener::serve(listener, router(site), ListenerLimits::with_connections(1_000), shutdown.begun()));
        // Without cryptography of somebody's choice the library builds no client, not even for a plain connection.
        rustls::crypto::ring::default_provider().install_default().ok();
        let client = Client::builder().redirect(Policy::none()).build().expect("a client");
        Self { address, services, press_is_broken, shutdown, client, database, pool, _site: folder }
    }

    /// Somebody with this name.
    pub async fn person(&self, name: &str) -> Person {
        let email = format!("{:032x}@example.com", rand::random::<u128>());
        let given = Registration {
            email: email.clone(),
            name: name.to_owned(),
            password: "correct horse battery".to_owned(),
            organization: None,
            time_zone: None,
            // Whoever charges tax has a number for it: without one nothing is sent.
            basics: InitialSettings {
                tax_rate: Some("19".to_owned()),
                tax_number: Some("12/345/67890".to_owned()),
                ..InitialSettings::default()
            },
            confirmation: Confirmation::Vouched,
        };
        let made = registration::register(&self.services, given).await.expect("registered");
        let cookie = registration::open_sign_in(&self.services, &made.verified, "a test").await.expect("signed in");
        let token = self.token(&email, &made.slug, Scope::ALL, WriteMode::Direct).await;
        Person { slug: made.slug, email, cookie, token }
    }

    /// A token with these scopes.
    pub async fn token(&self, email: &str, slug: &str, scopes: &[Scope], writes: WriteMode) -> String {
        let order = TokenRequest { name: "a test".to_owned(), scopes: scopes.to_vec(), writes, expires_in_days: 1 };
        issue(&self.services, email, slug, order).await.expect("a token").token
    }

    /// What transactions have left on the connections, on all of them and as they lie there: whoever begins one says every setting
    /// anew. A limit and a role of its own tell of one that has not ended.
    pub async fn left_on_connections(&self) -> Vec<String> {
        let mut at_rest = Vec::new();
        for _ in 0..CONNECTIONS {
            at_rest.push(self.pool.acquire().await.expect("a connection"));
        }
        let mut left = Vec::new();
        for connection in &mut at_rest {
            let found: String = sqlx::query_scalar(LEFT).fetch_one(&mut **connection).await.expect("the settings");
            left.push(found);
        }
        left.retain(|found| !found.is_empty());
        left
    }

    /// A connection that may do everything.
    pub async fn owner(&self) -> PgPool {
        PgPoolOptions::new().max_connections(1).connect_with(self.database.clone()).await.expect("a connection")
    }

    /// A request without anything.
    pub fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}{path}", self.address))
    }

    /// A write without anything.
    pub fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(format!("{}{path}", self.address))
    }

    /// Another method.
    pub fn request(&self, method: &str, path: &str) -> RequestBuilder {
        self.client.request(method.parse().expect("a method"), format!("{}{path}", self.address))
    }

    /// Calls an operation over REST.
    pub async fn rest(&self, person: &Person, operation: &str, arguments: Value) -> Answer {
        Answer::of(self.post(&format!("/api/v1/{operation}")).bearer_auth(&person.token).json(&arguments)).await
    }

    /// Calls an operation as a page does.
    pub async fn call(&self, person: &Person, operation: &str, form: &[(&str, &str)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = self.post(&format!("/call/{operation}")).body(body).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        Answer::of(request.header(header::COOKIE, format!("stint={}", person.cookie)).header("stint-organization", &person.slug)).await
    }

    /// Calls a read that takes nothing, as a page does.
    pub async fn call_get(&self, person: &Person, operation: &str) -> Answer {
        let request = self.get(&format!("/call/{operation}")).header(header::COOKIE, format!("stint={}", person.cookie));
        Answer::of(request.header("stint-organization", &person.slug)).await
    }
}

/// A clock that stands still.
struct Stopped(Timestamp);

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        self.0
    }
}

/// A gate that nobody meets: most tests are about something else.
fn lenient() -> AdmissionLimits {
    AdmissionLimits { at_once: 1_000, of_person_at_once: 1_000, strangers_at_once: 1_000, ..AdmissionLimits::of(None) }
}

/// What a build leaves behind, in small.
fn compiled_pages() -> TempDir {
    let folder = TempDir::new().expect("a folder");
    let write = |path: &str, text: &str| {
        let path: &Path = &folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    };
    write("pkg/stint.js", "export default 1;");
    write("pkg/stint.js.br", "as brotli");
    write("favicon.svg", "<svg/>");
    folder
}

/// A typesetter that prints the number, or cannot.
struct PlainDocuments(Arc<AtomicBool>);

impl DocumentRenderer for PlainDocuments {
    fn invoice(&self, _: &Caller, document: InvoiceDocument) -> BoxFuture<'static, Result<Vec<u8>, Error>> {
        let broken = self.0.load(Ordering::SeqCst);
        Box::pin(async move {
            match broken {
                true => Err(Error::unavailable("The invoice could not be typeset.")),
                false => Ok(format!("%PDF-1.7 {}", json!(document)).into_bytes()),
            }
        })
    }
}
