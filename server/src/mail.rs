//! Mails, handed to the mail server.

use std::time::Duration;

use app::outbox::Outgoing;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Attachment, Mailbox, MultiPart, SinglePart, header::ContentType},
    transport::smtp::{
        self,
        response::{Category, Severity},
    },
};
use tokio::time::timeout;
use url::Url;

/// How long the mail server may take to take one mail. With the time for writing the outcome down it is less than the lease of
/// the outbox, so a mail is never sent by two at once.
const PATIENCE: Duration = Duration::from_secs(45);

/// How long it may take for one step of that.
const STEP_LIMIT: Duration = Duration::from_secs(20);

/// The way to the mail server. Copies share its connections.
#[derive(Clone)]
pub struct Post {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// Why a mail was not taken.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// It cannot be written as a mail: an address or a name is not one.
    #[error("the mail cannot be written: {0}")]
    Unwritable(String),
    /// The mail server answered, and refused for now (a 4xx reply of RFC 5321, section 4.2.1).
    #[error("the mail server refused for now: {0}")]
    Refused(String),
    /// The mail server answered that it will never take this mail (a 55x reply).
    #[error("the mail server refused for good: {0}")]
    RefusedForGood(String),
    /// The mail server could not be reached.
    #[error("the mail server could not be reached: {0}")]
    Unreachable(String),
}

impl Post {
    /// Mails leave through the server of this URL, from this sender.
    ///
    /// # Errors
    /// When the URL says something that the transport does not know.
    pub fn new(server: &Url, from: Mailbox) -> Result<Self, smtp::Error> {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(server.as_str())?.timeout(Some(STEP_LIMIT)).build();
        Ok(Self { transport, from })
    }

    /// Hands a mail to the server.
    pub async fn send(&self, mail: &Outgoing) -> Result<(), PostError> {
        let message = self.written(mail)?;
        match timeout(PATIENCE, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(problem)) if is_about_the_mail(&problem) => Err(PostError::RefusedForGood(words(&problem))),
            Ok(Err(problem)) if problem.status().is_some() => Err(PostError::Refused(words(&problem))),
            Ok(Err(problem)) => Err(PostError::Unreachable(words(&problem))),
            Err(_) => Err(PostError::Unreachable(format!("no answer within {} seconds", PATIENCE.as_secs()))),
        }
    }

    fn written(&self, mail: &Outgoing) -> Result<Message, PostError> {
        let address = |text: &str| {
            text.parse::<Mailbox>().map_err(|problem| PostError::Unwritable(format!("{text:?} is not an address ({problem})")))
        };
        let domain = self.from.email.domain();
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(address(&mail.recipient)?)
            .subject(&mail.subject)
            // The same at every attempt, so that a mail that arrives twice is seen to be one.
            .message_id(Some(format!("<{}@{domain}>", mail.id)));
        if let Some(reply_to) = mail.reply_to.as_deref().and_then(|reply_to| reply_to.parse().ok()) {
            message = message.reply_to(reply_to);
        }
        let text = SinglePart::plain(mail.body.clone());
        let written = match &mail.attachment {
            None => message.singlepart(text),
            Some(file) => {
                let pdf = ContentType::parse("application/pdf").map_err(|problem| PostError::Unwritable(problem.to_string()))?;
                message.multipart(
                    MultiPart::mixed().singlepart(text).singlepart(Attachment::new(file.file_name.clone()).body(file.bytes.clone(), pdf)),
                )
            }
        };
        written.map_err(|problem| PostError::Unwritable(problem.to_string()))
    }
}

/// Whether the server will never take this mail. A 5xx reply about anything else, such as a wrong password of ours (535),
/// is over as soon as somebody mends it.
fn is_about_the_mail(problem: &smtp::Error) -> bool {
    problem.status().is_some_and(|code| code.severity == Severity::PermanentNegativeCompletion && code.category == Category::MailSystem)
}

/// What went wrong, with its causes.
fn words(problem: &dyn std::error::Error) -> String {
    let mut words = problem.to_string();
    let mut cause = problem.source();
    while let Some(deeper) = cause {
        words.push_str(": ");
        words.push_str(&deeper.to_string());
        cause = deeper.source();
    }
    words
}
