//! The context of a call: its caller, their organization, and the services of the process.
//!
//! Everything that depends on where or when the product runs enters here: the clock, the database, the document renderer and
//! the caller. No code below reads the clock or the environment on its own.

pub mod expected_effect;

use std::sync::Arc;

use domain::{
    document::InvoiceDocument,
    id::{MemberId, OrganizationId, TokenId, UserId},
    locale::Locale,
    money::Currency,
};
pub use futures::future::BoxFuture;
use jiff::{Timestamp, tz::TimeZone};
use leptos::{
    prelude::{Owner, provide_context, use_context},
    reactive::computed::ScopedFuture,
};
use leptos_axum::ResponseOptions;
use strum::IntoStaticStr;

use crate::{
    access::{Role, Scope, WriteMode, sign_up_policy::SignUpPolicy},
    admission::{AdmissionControl, Permit},
    audit::Recorder,
    context::expected_effect::ExpectedEffect,
    database::{AccessMode, Database, Db, IdentityCheck, RowScope},
    error::Error,
    page::PageBudget,
    quotas::UsageQuotas,
};

/// The services of the process, shared by all calls.
pub struct Services {
    /// The connection pool for calls.
    pub database: Database,
    /// The connection pool for background jobs, with connections of its own: mails, access records, cleanup.
    pub workers: Database,
    /// The clock.
    pub clock: Box<dyn Clock>,
    /// Renders PDFs.
    pub documents: Box<dyn DocumentRenderer>,
    /// The public base URL of this deployment, without a trailing slash.
    pub public_url: String,
    /// Whether mails are sent; without a mail server they can be read in the app.
    pub mail_leaves: bool,
    /// The policy for who may sign up.
    pub sign_up: SignUpPolicy,
    /// The quotas on resources that the operator pays for.
    pub quotas: UsageQuotas,
    /// Limits the rate and the concurrency of calls, before every channel.
    pub admission: AdmissionControl,
    /// Writes the access records of calls that changed nothing.
    pub recorder: Recorder,
    /// For how many days access records are kept.
    pub access_log_days: i32,
    /// The writes in progress: a write goes on when its caller disconnects, and the process waits for it before it exits.
    pub tasks: tokio_util::task::TaskTracker,
    /// Notified when the verification of a whole audit log is started.
    pub verification_wakeup: tokio::sync::Notify,
    /// Notified when a mail is put into the outbox, so that it is sent at once.
    pub outbox_wakeup: tokio::sync::Notify,
    /// Services of single features, which stand above this module, by their types.
    pub extensions: http::Extensions,
}

/// A source of the current time.
pub trait Clock: Send + Sync {
    /// The current instant.
    fn now(&self) -> Timestamp;

    /// Whether the clock shows an invented past, such as that of a demo: the mails of its invoices are then recorded as sent, and
    /// nobody gets them.
    fn is_made_up(&self) -> bool {
        false
    }
}

/// The clock of the system.
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// Renders documents. The typesetter itself is a large dependency, so it is part of the server and not of this crate.
pub trait DocumentRenderer: Send + Sync {
    /// Renders the PDF of an invoice. The documents of one caller, and those of one organization, are rendered one after the
    /// other, and all other callers have their turn in between.
    fn invoice(&self, caller: &Caller, document: InvoiceDocument) -> BoxFuture<'static, Result<Vec<u8>, Error>>;

    /// The characters of a text that no available font has, each once: a document cannot show them. They are looked up in the
    /// fonts, and nothing is typeset.
    fn missing_glyphs(&self, _text: &str) -> Vec<char> {
        Vec::new()
    }

    /// The same for the labels of a document in this language.
    fn missing_label_glyphs(&self, _language: Locale) -> Vec<char> {
        Vec::new()
    }

    /// Acquires a permit to hold a database connection while a document is rendered. A caller waits for it without a connection and
    /// is refused after a while: the number of permits keeps enough connections free for all other calls.
    fn render_permit(&self, _caller: &Caller) -> BoxFuture<'static, Result<RenderPermit, Error>> {
        Box::pin(async { Ok(RenderPermit::default()) })
    }
}

/// A permit of [`DocumentRenderer::render_permit`], held until it is dropped.
#[derive(Default)]
pub struct RenderPermit(pub Option<Box<dyn Send>>);

/// The channel through which a call comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Channel {
    /// A page in the browser.
    Page,
    /// The REST interface.
    Rest,
    /// The MCP endpoint.
    Mcp,
    /// The assistant drawer, for the person at the page.
    Assistant,
    /// The command line.
    #[strum(serialize = "cli")]
    CommandLine,
    /// A link with a secret, for anyone who holds it.
    Link,
}

impl Channel {
    /// The name in the audit log.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// The account behind a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// The id of their account.
    pub id: UserId,
    /// Their name.
    pub name: String,
    /// The e-mail address they sign in with.
    pub email: String,
    /// Whether the address is confirmed: a link that was sent there was opened, or an operator vouched for it.
    pub confirmed: bool,
}

/// The caller's membership in the organization of the call, with the time zones, currency and language that apply.
#[derive(Debug, Clone, PartialEq)]
pub struct Membership {
    /// The tenant.
    pub organization: OrganizationId,
    /// The organization's part of an address: `/o/<slug>/…`.
    pub slug: String,
    /// The name of the organization.
    pub name: String,
    /// The person's id in the organization.
    pub member: MemberId,
    /// The person's role in the organization.
    pub role: Role,
    /// The time zone of the person: their own, or that of the organization while they have none. It bounds the days of their time,
    /// and every instant that they read or write is in it.
    pub member_zone: TimeZone,
    /// The time zone of the organization: the days of everything about money are in it.
    pub organization_zone: TimeZone,
    /// The organization's own currency.
    pub currency: Currency,
    /// The first day of the organization's week, 1 = Monday.
    pub week_start: u8,
    /// The language of the organization's pages and documents.
    pub language: String,
}

/// A token and the limits it sets to a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// The id of the token.
    pub id: TokenId,
    /// The name its owner gave it.
    pub name: String,
    /// What the token may be used for.
    pub scopes: Vec<Scope>,
    /// What happens when the token writes.
    pub writes: WriteMode,
}

/// The caller of a call. Every request has one, so an anonymous request states explicitly that it has no person.
#[derive(Clone)]
pub struct Caller {
    /// The services of the process.
    pub services: Arc<Services>,
    /// The channel the call came through.
    pub channel: Channel,
    /// The person, when the call is authenticated.
    pub person: Option<Person>,
    /// The hash of the sign-in cookie, when the call came with one.
    pub sign_in: Option<Vec<u8>>,
    /// The token, when the call came with one.
    pub token: Option<Token>,
    /// The membership in the organization of the call, when one was named and the person belongs to it.
    pub membership: Option<Membership>,
    /// The IP address of the client, for the audit log and for limits on sign-in attempts.
    pub address: String,
    /// The name that the client program gives itself, for the audit log.
    pub program: String,
    /// How many characters the items of one page may have together, for callers with little room.
    pub room: Option<PageBudget>,
    /// The admission permit of the request, held until all work of the call has ended; none for calls without a request.
    pub permit: Option<Permit>,
    /// The effect that the person saw and agreed to: a write with any other effect is refused.
    pub expected_effect: Option<ExpectedEffect>,
}

impl Caller {
    /// The identity to check again as a transaction begins: the caller's credential and, where one is given, their membership.
    pub fn identity_check(&self, membership: Option<&Membership>) -> IdentityCheck<'_> {
        IdentityCheck {
            sign_in: self.sign_in.as_deref(),
            token: self.token.as_ref().map(|token| token.id.0),
            member: membership.map(|membership| (membership.member, membership.role)),
        }
    }

    /// Begins a transaction of this person outside of any organization. Refused when their credential is no longer valid.
    pub async fn begin(&self, access: AccessMode) -> Result<Db, Error> {
        let person = self.person()?.id;
        self.services.database.begin_for(person, self.identity_check(None), RowScope::Person(person.0), access).await
    }

    /// An anonymous caller at this channel.
    pub fn nobody(services: Arc<Services>, channel: Channel) -> Self {
        Self {
            services,
            channel,
            person: None,
            sign_in: None,
            token: None,
            membership: None,
            address: String::new(),
            program: String::new(),
            room: None,
            permit: None,
            expected_effect: None,
        }
    }

    /// The caller of the request that is being answered.
    pub fn current() -> Result<Self, Error> {
        use_context::<Self>().ok_or_else(Error::unauthenticated)
    }

    /// The person; the error `unauthenticated` when nobody is signed in.
    pub fn person(&self) -> Result<&Person, Error> {
        self.person.as_ref().ok_or_else(|| match self.channel {
            Channel::Page | Channel::Assistant => Error::signed_out(),
            _ => Error::unauthenticated(),
        })
    }

    /// The membership of the call; the error `unauthenticated` without a person, `not_found` without an organization.
    pub fn membership(&self) -> Result<&Membership, Error> {
        self.person()?;
        self.membership.as_ref().ok_or_else(|| Error::not_found("organization"))
    }

    /// The organization of the call, if it has one.
    pub fn organization(&self) -> Option<OrganizationId> {
        self.membership.as_ref().map(|membership| membership.organization)
    }

    /// Runs `work` as this caller, independent of any surrounding request; headers that it sets reach no browser.
    ///
    /// The new owner is a child of the current one, so the arena of a surrounding render stays alive.
    pub async fn run<T>(self, work: impl Future<Output = T>) -> T {
        let owner = Owner::new();
        owner
            .with(|| {
                provide_context(self);
                provide_context(ResponseOptions::default());
                ScopedFuture::new_untracked(work)
            })
            .await
    }
}
