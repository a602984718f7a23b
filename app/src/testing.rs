//! Support for tests of operations: a real PostgreSQL, a manual clock, and callers of every kind.
//!
//! ```ignore
//! #[tokio::test]
//! async fn a_client_without_a_rate_takes_the_organizations() {
//!     let studio = World::new("studio").await;                       // Ada, owner of a fresh organization
//!     studio.ok("create_client", json!({"name": "Acme"})).await;     // as the page would; panics when refused
//!     let barbara = studio.as_role(Role::Member).await;              // another person in the same organization
//!     let error = barbara.refused("create_client", json!({"name": "Beta"})).await;
//!     assert_eq!(error.code, Code::Forbidden);
//!     let agent = studio.token(WriteMode::Drafts).await;                // an agent of Ada's, over MCP
//!     studio.set_clock("2026-11-22T09:00:00Z");
//! }
//! ```
//!
//! `STINT_TEST_DATABASE_URL` names a server whose user may create databases. One database is made per test process; each
//! `World` is an organization of its own in it, so tests run in parallel. Every answer is validated against the operation's
//! output schema, so a test of an operation is a test of its schema too.

mod fakes;
mod form_encoding;
mod output_schema;
mod pages;
mod test_database;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;

use domain::id::{MailId, MemberId, OrganizationId, UserId};
pub use fakes::{FakeRenderer, ManualClock, START_TIME};
pub use pages::{current_organization, provide_made_up_organization, provide_organization};
pub use test_database::{apart, connect, create, empty, owner, until_waiting, waiting};

use crate::{
    access::{Role, Scope, WriteMode, sign_up_policy::SignUpPolicy},
    account::{self, identity, tokens::Preset},
    admission::{AdmissionControl, AdmissionLimits},
    assistant::Engine,
    audit::Recorder,
    context::{Caller, Channel, Clock, Person, Services},
    database::{AccessMode, Database, RowScope},
    delivery,
    delivery::{ClaimedMail, DueMail},
    error::{Code, Error},
    operation::OperationFn,
    operations, organizations,
    quotas::UsageQuotas,
    secrets::random_secret,
    security::{self, event::RequestOrigin},
};

/// An amount of cents in euros, as every channel accepts and answers it.
pub fn euros(cents: i64) -> Value {
    Value::from(domain::money::written(cents, &domain::money::Currency::default()))
}

/// The answer of a write without its `repeated` flag.
pub fn without_repeated_flag(mut answer: Value) -> Value {
    answer.as_object_mut().and_then(|fields| fields.remove("repeated"));
    answer
}

/// A caller in an organization, with access to the database, the clock and the renderer.
#[derive(Clone)]
pub struct World {
    /// The caller and their credential.
    pub caller: Caller,
    /// The clock of this world.
    pub clock: Arc<ManualClock>,
    /// The document renderer of this world.
    pub documents: Arc<FakeRenderer>,
}

impl World {
    /// A new organization in UTC with its owner, at the page.
    pub async fn new(name: &str) -> Self {
        Self::in_zone(name, "UTC").await
    }

    /// The same in this time zone.
    pub async fn in_zone(name: &str, zone: &str) -> Self {
        Self::with(name, zone, Engine::default()).await
    }

    /// The same, with an assistant.
    pub async fn with(name: &str, zone: &str, assistant: Engine) -> Self {
        let world = Self::on(connect().await, assistant);
        let services = &world.caller.services;
        let organization = OrganizationId::new();
        let slug = format!("{name}-{}", organization.0.simple());
        let slug = slug.get(..slug.len().min(48)).unwrap_or_default().to_owned();
        let mut db = services.database.begin(RowScope::Organization(organization), AccessMode::Write).await.expect("a transaction");
        organizations::store::insert(&mut db, &slug, name, zone, services.clock.now()).await.expect("an organization");
        // An organization that charges tax needs a tax number: without one no invoice is sent.
        sqlx::query("update organization set tax_category = 'S', tax_number = '12/345/67890' where id = $1")
            .bind(organization.0)
            .execute(db.connection())
            .await
            .expect("a tax number");
        db.commit().await.expect("committed");
        world.joined(organization, &slug, Role::Owner).await
    }

    /// An anonymous caller with this database.
    pub fn on(database: Database, assistant: Engine) -> Self {
        let (clock, documents) = (Arc::new(ManualClock::default()), Arc::new(FakeRenderer::default()));
        let services = Arc::new(services(database, &clock, &documents, assistant));
        Self { caller: Caller::nobody(services, Channel::Page), clock, documents }
    }

    /// The same with a mail server, or without one.
    pub fn with_mail_server(mut self, leave: bool) -> Self {
        self.change(|services| services.mail_leaves = leave);
        self
    }

    /// The same with this sign-up policy.
    pub fn with_sign_up_policy(mut self, policy: SignUpPolicy) -> Self {
        self.change(|services| services.sign_up = policy);
        self
    }

    /// The same with fair shares of this many connections, without waiting.
    pub fn with_fair_shares(mut self, share: usize) -> Self {
        self.change(|services| services.database = services.database.clone().with_fair_shares(share, std::time::Duration::ZERO));
        self
    }

    /// Changes the services of the process, for this world alone.
    fn change(&mut self, change: impl FnOnce(&mut Services)) {
        let services = &self.caller.services;
        let mut changed = Services {
            database: services.database.clone(),
            workers: services.workers.clone(),
            clock: Box::new(self.clock.clone()),
            documents: Box::new(self.documents.clone()),
            public_url: services.public_url.clone(),
            mail_leaves: services.mail_leaves,
            sign_up: services.sign_up,
            quotas: services.quotas,
            admission: AdmissionControl::new(AdmissionLimits::of(None), services.database.clone()),
            recorder: Recorder::start(services.workers.clone()),
            tasks: services.tasks.clone(),
            outbox_wakeup: tokio::sync::Notify::new(),
            verification_wakeup: tokio::sync::Notify::new(),
            access_log_days: services.access_log_days,
            extensions: http::Extensions::new(),
        };
        change(&mut changed);
        self.caller.services = Arc::new(changed);
    }

    /// The same caller, with another organization in the filters of statements than in row security.
    pub async fn mistaken_for(&self, organization: OrganizationId) -> Self {
        let services = services(connect().await, &self.clock, &self.documents, Engine::default());
        let services = Services { database: services.database.clone().mistaken_for(organization), ..services };
        Self { caller: Caller { services: Arc::new(services), ..self.caller.clone() }, ..self.clone() }
    }

    /// Another person in the same organization.
    pub async fn as_role(&self, role: Role) -> Self {
        let membership = self.caller.membership.clone().expect("an organization");
        self.joined(membership.organization, &membership.slug, role).await
    }

    /// Signs a new person up, and in through a cookie as a page does. Their password hash is invalid: hashing takes long.
    async fn joined(&self, organization: OrganizationId, slug: &str, role: Role) -> Self {
        let services = &self.caller.services;
        let (user, member, now) = (UserId::new(), MemberId::new(), services.clock.now());
        let name = ["Ada", "Grace", "Edsger", "Barbara", "Alan"][Role::ALL.iter().position(|known| *known == role).unwrap_or(0)];
        let email = format!("{}@example.com", user.0.simple());
        let mut db = services.database.begin(RowScope::Organization(organization), AccessMode::Write).await.expect("a transaction");
        account::store::insert_user(&mut db, user.0, &email, name, "-", now).await.expect("a person");
        account::store::confirm_email(&mut db, user, now).await.expect("confirmed");
        organizations::store::insert_member(&mut db, member, user, role, name, now).await.expect("a member");
        db.commit().await.expect("committed");
        self.signed_in(user, slug).await
    }

    /// This person at a page of the organization of `other`, as their next request authenticates them: a member or not.
    pub async fn at(&self, other: &Self) -> Self {
        let slug = other.caller.membership.as_ref().expect("an organization").slug.clone();
        self.signed_in(self.person().id, &slug).await
    }

    /// This person, signed in at a page of this organization.
    pub async fn signed_in(&self, user: UserId, slug: &str) -> Self {
        let (services, now, cookie) = (&self.caller.services, self.now(), random_secret::random());
        let expires = now + SignedDuration::from_hours(1_000_000);
        let mut db = services.database.begin(RowScope::Person(user.0), AccessMode::Write).await.expect("a transaction");
        let (sign_in, from) = (random_secret::fingerprint(&cookie), RequestOrigin::new("", "a test"));
        security::store::open_sign_in(&mut db, user.0, &sign_in, &sign_in, (now, expires), &from).await.expect("signed in");
        db.commit().await.expect("committed");
        let (person, membership) =
            identity::authenticate(&services.database, &cookie, slug, now).await.expect("recognized").expect("known");
        let sign_in = Some(sign_in);
        Self {
            caller: Caller { person: Some(person), sign_in, membership, token: None, channel: Channel::Page, ..self.caller.clone() },
            ..self.clone()
        }
    }

    /// An agent of this caller over MCP, with every scope.
    pub async fn token(&self, writes: WriteMode) -> Self {
        self.token_with(Preset::Full, writes).await
    }

    /// An agent of this caller over MCP, with the scopes of a preset.
    pub async fn token_with(&self, preset: Preset, writes: WriteMode) -> Self {
        let made = self.ok("create_token", json!({"name": "agent", "preset": preset, "writes": writes, "expires_in_days": 0})).await;
        let presented = made["token"].as_str().expect("a token");
        let known = account::token::authenticate(&self.caller.services.database, presented, self.now()).await.expect("recognized");
        let (person, membership, token) = (Some(known.person), Some(known.membership), Some(known.token));
        Self { caller: Caller { person, sign_in: None, membership, token, channel: Channel::Mcp, ..self.caller.clone() }, ..self.clone() }
    }

    /// An agent whose token holds these scopes and no others.
    pub async fn token_of(&self, scopes: &[Scope], writes: WriteMode) -> Self {
        let mut agent = self.token(writes).await;
        if let Some(token) = &mut agent.caller.token {
            token.scopes = scopes.to_vec();
        }
        agent
    }

    /// The same caller at another channel.
    pub fn through(&self, channel: Channel) -> Self {
        Self { caller: Caller { channel, ..self.caller.clone() }, ..self.clone() }
    }

    /// Calls an operation, as every channel does.
    pub async fn call(&self, operation: &str, arguments: Value) -> Result<Value, Error> {
        let operation = operations::find(operation).unwrap_or_else(|| panic!("{operation} is in the registry"));
        let answer = operation.call(self.caller.clone(), arguments).await?;
        output_schema::assert_schema(operation, &answer);
        Ok(answer)
    }

    /// Sends a form, as the browser does: every value is text, and is parsed by the operation's schema.
    pub async fn form<F>(&self, fields: Value) -> Result<Value, Error>
    where
        F: server_fn::ServerFn<Error = Error> + OperationFn + DeserializeOwned + Send + 'static,
        <F as server_fn::ServerFn>::Output: Serialize,
    {
        let operation = operations::find(F::DECLARATION.name).expect("an operation");
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form_encoding::write(&mut form, "", &fields);
        let call: F = operation.parse_form(&self.caller, &form.finish())?;
        let answer = self.caller.clone().run(call.run_body()).await?;
        Ok(serde_json::to_value(answer).expect("an answer"))
    }

    /// The answer of a call that is not refused.
    pub async fn ok(&self, operation: &str, arguments: Value) -> Value {
        let shown = arguments.to_string();
        self.call(operation, arguments).await.unwrap_or_else(|error| panic!("{operation} {shown} was refused: {error:?}"))
    }

    /// The error of a call that is refused.
    pub async fn refused(&self, operation: &str, arguments: Value) -> Error {
        let shown = arguments.to_string();
        match self.call(operation, arguments).await {
            Ok(answer) => panic!("{operation} {shown} should be refused and answered {answer:#}"),
            Err(error) => error,
        }
    }

    /// The code with which a call is refused.
    pub async fn code(&self, operation: &str, arguments: Value) -> Code {
        self.refused(operation, arguments).await.code
    }

    /// The newest mail to a mailbox, as it is sent now; none when it is not sent. Mails to people about their own sign-in belong
    /// to no organization.
    pub async fn mail_leaves(&self, organization: Option<OrganizationId>, mailbox: &str) -> Option<ClaimedMail> {
        let (owner, organization) = (owner().await, organization.unwrap_or(OrganizationId(uuid::Uuid::nil())));
        let newest = "select id from outgoing_mail where organization_id = $1 and recipient = $2 order by created_at desc, id desc limit 1";
        let mail: uuid::Uuid = sqlx::query_scalar(newest).bind(organization.0).bind(mailbox).fetch_one(&owner).await.expect("a mail");
        let again = "update outgoing_mail set next_attempt_at = now() where organization_id = $1 and id = $2";
        sqlx::query(again).bind(organization.0).bind(mail).execute(&owner).await.expect("its time has come");
        owner.close().await;
        delivery::claim(&self.caller.services, DueMail::of(organization, MailId(mail))).await.expect("an answer")
    }

    /// Makes the address of this person unconfirmed, as after sign-up.
    pub async fn unconfirmed(&self) -> Self {
        self.sql(&format!("update app_user set email_confirmed_at = null where id = '{}' and $1 is not null", self.person().id)).await;
        self.at(self).await
    }

    /// The current instant of this world.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Sets the clock, RFC 3339.
    pub fn set_clock(&self, instant: &str) {
        self.clock.set(instant.parse().expect("an instant"));
    }

    /// Advances the clock.
    pub fn advance(&self, seconds: i64) {
        self.clock.set(self.now() + SignedDuration::from_secs(seconds));
    }

    /// The id of the member behind this caller.
    pub fn member(&self) -> MemberId {
        self.caller.membership.as_ref().expect("a member").member
    }

    /// The organization.
    pub fn organization(&self) -> OrganizationId {
        self.caller.membership.as_ref().expect("an organization").organization
    }

    /// Runs a statement as the owner of the tables, with the organization as `$1`: for states that no operation creates yet.
    pub async fn sql(&self, statement: &str) -> u64 {
        self.try_sql(statement).await.expect("the statement")
    }

    /// The same for a statement that may fail, such as one that even the owner of the tables may not run.
    pub async fn try_sql(&self, statement: &str) -> Result<u64, sqlx::Error> {
        let owner = owner().await;
        let done = sqlx::query(AssertSqlSafe(statement.to_owned())).bind(self.organization().0).execute(&owner).await;
        owner.close().await;
        Ok(done?.rows_affected())
    }

    /// The single number that a query answers, with the organization as `$1`.
    pub async fn number(&self, query: &str) -> i64 {
        let owner = owner().await;
        let number =
            sqlx::query_scalar(AssertSqlSafe(query.to_owned())).bind(self.organization().0).fetch_one(&owner).await.expect("the query");
        owner.close().await;
        number
    }

    /// The tables that contain a text in any column.
    pub async fn tables_with(&self, text: &str) -> Vec<String> {
        let owner = owner().await;
        let all = "select relname::text from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'";
        let tables: Vec<String> = sqlx::query_scalar(all).fetch_all(&owner).await.expect("tables");
        owner.close().await;
        let mut found = Vec::new();
        for table in tables {
            let rows = format!("select count(*) from {table} t where $1 is not null and strpos(t::text, '{text}') > 0");
            if self.number(&rows).await > 0 {
                found.push(table);
            }
        }
        found
    }

    /// The person behind this caller.
    pub fn person(&self) -> &Person {
        self.caller.person.as_ref().expect("a person")
    }
}

/// The services of a process, with fakes for the clock and the renderer.
fn services(database: Database, clock: &Arc<ManualClock>, documents: &Arc<FakeRenderer>, assistant: Engine) -> Services {
    Services {
        recorder: Recorder::start(database.clone()),
        admission: AdmissionControl::new(AdmissionLimits::of(None), database.clone()),
        workers: database.clone().for_workers(),
        database,
        clock: Box::new(clock.clone()),
        documents: Box::new(documents.clone()),
        public_url: "https://stint.test".to_owned(),
        mail_leaves: false,
        sign_up: SignUpPolicy::Open,
        quotas: UsageQuotas::default(),
        outbox_wakeup: tokio::sync::Notify::new(),
        verification_wakeup: tokio::sync::Notify::new(),
        access_log_days: 90,
        tasks: tokio_util::task::TaskTracker::new(),
        extensions: assistant.into_extensions(),
    }
}

#[tokio::test]
async fn a_world_knows_who_calls() {
    let studio = World::new("studio").await;
    let barbara = studio.as_role(Role::Member).await;
    let agent = barbara.token_with(Preset::Time, WriteMode::Drafts).await;
    assert_eq!(studio.ok("whoami", json!({})).await["organization"]["role"], "owner");
    let who = agent.ok("whoami", json!({})).await;
    assert_eq!(
        (&who["name"], &who["organization"]["role"], &who["token"]["writes"]),
        (&json!("Barbara"), &json!("member"), &json!("drafts"))
    );
    assert_eq!(studio.organization(), barbara.organization());
    assert_ne!(World::new("studio").await.organization(), studio.organization());
}
