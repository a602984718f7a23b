//! Who asks, for which organization, and with what.
//!
//! Everything that depends on where or when the product runs comes in here: the clock, the database, the typesetter, the
//! caller. Nothing below reads the clock or the environment on its own.

use std::{future::Future, pin::Pin, sync::Arc};

use jiff::{Timestamp, tz::TimeZone};
use leptos::{
    prelude::{Owner, provide_context, use_context},
    reactive::computed::ScopedFuture,
};
use leptos_axum::ResponseOptions;

use crate::{
    access::{Role, Scope, WriteMode},
    account::SignUpPolicy,
    admission::{AdmissionControl, Permit},
    audit::Recorder,
    database::{AccessMode, Database, Db, IdentityCheck, RowScope},
    error::Error,
    id::{MemberId, OrganizationId, TokenId, UserId},
    invoices::{document::InvoiceDocument, locale::Locale},
    money::Currency,
    operation::ExpectedEffect,
    page::PageBudget,
    quotas::UsageQuotas,
};

/// A future that is handed around.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What the process offers to every call.
pub struct Services {
    /// The way to the database for calls.
    pub database: Database,
    /// The way to the database for the work that nobody waits for, with connections of its own: mails, records, upkeep.
    pub workers: Database,
    /// What time it is.
    pub clock: Box<dyn Clock>,
    /// Makes PDFs.
    pub documents: Box<dyn DocumentRenderer>,
    /// The address under which people reach this Stint, without a slash at the end.
    pub public_url: String,
    /// Whether mails leave; without a mail server they can be read in the app.
    pub mail_leaves: bool,
    /// Who may sign up.
    pub sign_up: SignUpPolicy,
    /// What may be used of what the operator pays for.
    pub quotas: UsageQuotas,
    /// Before all doors: how often and how many at once one may call.
    pub admission: AdmissionControl,
    /// Writes calls down that changed nothing.
    pub recorder: Recorder,
    /// How many days they are kept.
    pub access_log_days: i32,
    /// Units of work under way: a write goes on when its caller goes away, and the process waits for it before it ends.
    pub tasks: tokio_util::task::TaskTracker,
    /// Rung when a check of a whole audit log was started.
    pub verification_wakeup: tokio::sync::Notify,
    /// Rung when a mail was put into the outbox, so that it leaves at once.
    pub outbox_wakeup: tokio::sync::Notify,
    /// The assistant: its model, if there is one, and the answers that are being made.
    pub assistant: crate::assistant::Engine,
}

/// What time it is.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;

    /// Whether it shows a past that is made up, such as a demo's: what happens by it is a story, so the mails of its invoices are
    /// written down as sent and leave for nobody.
    fn is_made_up(&self) -> bool {
        false
    }
}

/// The clock on the wall.
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// Typesets documents; the typesetter itself is heavy and lives with the process.
pub trait DocumentRenderer: Send + Sync {
    /// The PDF of an invoice. The caller's are made one after the other, and so are those of the caller's organization: between
    /// two of them everybody else's turn comes.
    fn invoice(&self, caller: &Caller, document: InvoiceDocument) -> BoxFuture<'static, Result<Vec<u8>, Error>>;

    /// The characters of a text that no font here has, each once: a document shows none of them. It is looked up, and nothing is
    /// typeset for it.
    fn missing_glyphs(&self, _text: &str) -> Vec<char> {
        Vec::new()
    }

    /// The same of the labels of a document in this language.
    fn missing_label_glyphs(&self, _language: Locale) -> Vec<char> {
        Vec::new()
    }

    /// A place among those who keep a connection to the database while their document is made. Whoever finds none waits for a while,
    /// without a connection; refused when so many are at it all that time that nobody else could work.
    fn render_permit(&self, _caller: &Caller) -> BoxFuture<'static, Result<RenderPermit, Error>> {
        Box::pin(async { Ok(RenderPermit::default()) })
    }
}

/// A place that was given, until it is dropped.
#[derive(Default)]
pub struct RenderPermit(pub Option<Box<dyn Send>>);

/// Through which channel a call comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    CommandLine,
    /// A link that was handed over, for whoever holds it.
    Link,
}

impl Channel {
    /// The name as recorded.
    pub fn name(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Rest => "rest",
            Self::Mcp => "mcp",
            Self::Assistant => "assistant",
            Self::CommandLine => "cli",
            Self::Link => "link",
        }
    }
}

/// The login behind a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// Their id.
    pub id: UserId,
    /// Their name.
    pub name: String,
    /// The address they sign in with.
    pub email: String,
    /// Whether it is known to be theirs: a link that was sent there was opened, or an operator vouched for it.
    pub confirmed: bool,
}

/// Where the person stands in the organization of the call, and what the organization's days and amounts are in.
#[derive(Debug, Clone, PartialEq)]
pub struct Membership {
    /// The tenant.
    pub organization: OrganizationId,
    /// Its place in addresses: `/o/<slug>/…`.
    pub slug: String,
    /// Its new name.
    pub name: String,
    /// The person in it.
    pub member: MemberId,
    /// What they are there.
    pub role: Role,
    /// Where the person's days begin and end: their own zone, or that of the organization while they have none. Their time, and every
    /// instant that they read or write, is on this clock.
    pub member_zone: TimeZone,
    /// Where the organization's days begin and end: whatever is about money is on this clock.
    pub organization_zone: TimeZone,
    /// Its own currency.
    pub currency: Currency,
    /// The first day of its week, 1 = Monday.
    pub week_start: u8,
    /// The language of its pages and documents.
    pub language: String,
}

/// The limits of a token.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// Its id.
    pub id: TokenId,
    /// The name its owner gave it.
    pub name: String,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// What happens when it writes.
    pub writes: WriteMode,
}

/// Who asks: always present on a request, so that the absence of a person is said and never guessed.
#[derive(Clone)]
pub struct Caller {
    /// What the process offers.
    pub services: Arc<Services>,
    /// The channel the call came through.
    pub channel: Channel,
    /// The person, when somebody is signed in.
    pub person: Option<Person>,
    /// The fingerprint of the cookie, when the call came with one.
    pub sign_in: Option<Vec<u8>>,
    /// The token, when the call came with one.
    pub token: Option<Token>,
    /// The organization of the call, when one was named and the person belongs to it.
    pub membership: Option<Membership>,
    /// The address of the other end, for the record and for limits on sign-in attempts.
    pub address: String,
    /// The program at the other end, as it calls itself; for the record.
    pub program: String,
    /// How long the items of a list may be together, when the caller can only take so much.
    pub room: Option<PageBudget>,
    /// The right to call that its request was given, held until everything that it does has ended; none for what no request
    /// waits for.
    pub permit: Option<Permit>,
    /// What the person looked at and agrees to: a write that comes to anything else is not done.
    pub expected_effect: Option<ExpectedEffect>,
}

impl Caller {
    /// What a transaction of theirs rests on: the credential that they came with and, where it is given, their place in an
    /// organization.
    pub fn identity_check(&self, place: Option<&Membership>) -> IdentityCheck<'_> {
        IdentityCheck {
            sign_in: self.sign_in.as_deref(),
            token: self.token.as_ref().map(|token| token.id.0),
            member: place.map(|place| (place.member, place.role)),
        }
    }

    /// A transaction of this person, beyond any organization. Refused when they are not any more who they were recognized as.
    pub async fn begin(&self, access: AccessMode) -> Result<Db, Error> {
        let person = self.person()?.id;
        self.services.database.begin_for(person, self.identity_check(None), RowScope::Person(person.0), access).await
    }

    /// Nobody, at this channel.
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

    /// The person, or the error that asks to sign in.
    pub fn person(&self) -> Result<&Person, Error> {
        self.person.as_ref().ok_or_else(|| match self.channel {
            Channel::Page | Channel::Assistant => Error::signed_out(),
            _ => Error::unauthenticated(),
        })
    }

    /// Where the person stands, or why nobody can tell.
    pub fn membership(&self) -> Result<&Membership, Error> {
        self.person()?;
        self.membership.as_ref().ok_or_else(|| Error::not_found("organization"))
    }

    /// Runs `work` as this caller, whatever request surrounds it; its headers reach no browser.
    ///
    /// The owner is a child of the current one: a render around us keeps its arena.
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
