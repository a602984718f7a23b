//! The SMTP client: delivers mails to the mail server.

mod smtp_transport;

use std::{error::Error, time::Duration};

use app::delivery::ClaimedMail;
use lettre::{
    Message,
    address::Envelope,
    message::{Attachment, Mailbox, MultiPart, SinglePart, header::ContentType},
    transport::smtp::{
        self,
        client::AsyncSmtpConnection,
        commands::{Data, Mail, Rcpt},
        extension::{Extension, MailBodyParameter, MailParameter, ServerInfo},
        response::{Category, Response, Severity},
    },
};
use tokio::time::timeout;
use url::Url;

use smtp_transport::SmtpTransport;
pub use smtp_transport::SmtpUrlError;

/// How long the closing of a connection may take, which runs in the background.
const FAREWELL: Duration = Duration::from_secs(20);

/// The timeouts of a delivery.
#[derive(Debug, Clone, Copy)]
pub struct SmtpTimeouts {
    /// The limit of everything up to the mail server's 354 reply. It is less than the lease of the outbox, so a mail is never offered by
    /// two workers at once.
    pub offer: Duration,
    /// The limit of the transfer and its reply, no less than RFC 5321, section 4.5.3.2.6, asks for: giving up earlier duplicates mails.
    pub answer: Duration,
}

impl SmtpTimeouts {
    /// The default timeouts.
    pub const USUAL: Self = Self { offer: Duration::from_secs(60), answer: Duration::from_mins(10) };
}

/// The connection factory to the mail server. Each mail has its own connection: on one that was left in the middle of a mail, every later
/// reply would be taken for the one before it.
#[derive(Clone)]
pub struct Mailer {
    transport: SmtpTransport,
    from: Mailbox,
    timeouts: SmtpTimeouts,
}

/// Why a mail was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// The message is invalid: an address or a name is malformed, or not for this mail server.
    #[error("It cannot be written as a mail: {0}")]
    Unwritable(String),
    /// The mail server refused for now (a 4xx reply of RFC 5321, section 4.2.1).
    #[error("The mail server refused it for now: {0}")]
    Refused(String),
    /// The mail server refused this mail for good (a 55x reply).
    #[error("The mail server refused it: {0}")]
    RefusedForGood(String),
    /// The mail server could not be reached, or broke off before it received anything of the mail.
    #[error("The mail server could not be reached: {0}")]
    Unreachable(String),
    /// The mail was being transferred, and the mail server never said whether it accepted it.
    #[error("The mail server did not say whether it has taken the mail: {0}")]
    Unheard(String),
}

/// The text for a reply that cannot be parsed.
const UNREADABLE: &str = "its answer cannot be read";

/// The text that replaces the words of a mail server.
const LEFT_OUT: &str = "The rest of its answer is not kept, since it may quote the link in the mail.";

impl DeliveryError {
    /// A description without any word of the mail server: the code of its reply stays, and the enhanced status.
    pub fn without_reply_text(&self) -> String {
        let (happened, reply) = match self {
            Self::Unwritable(_) => return self.to_string(),
            Self::Refused(reply) => ("The mail server refused it for now", reply),
            Self::RefusedForGood(reply) => ("The mail server refused it", reply),
            Self::Unreachable(reply) => ("The mail server could not be reached", reply),
            Self::Unheard(reply) => ("The mail server did not say whether it has taken the mail", reply),
        };
        match code(reply) {
            Some(code) => format!("{happened}: {code}. {LEFT_OUT}"),
            None if reply.starts_with(UNREADABLE) => format!("{happened}: {UNREADABLE}."),
            // Without a code it is a message of this program or the system.
            None => self.to_string(),
        }
    }
}

/// The code that a reply begins with, and the enhanced status behind it (RFC 3463), such as `550 5.7.1`.
fn code(reply: &str) -> Option<String> {
    let is_number = |text: &str, longest: usize| (1..=longest).contains(&text.len()) && text.bytes().all(|c| c.is_ascii_digit());
    let mut words = reply.split(|c: char| c.is_whitespace());
    let code = words.next().filter(|word| word.len() == 3 && is_number(word, 3))?;
    let is_status = |word: &&str| {
        let parts: Vec<_> = word.split('.').collect();
        parts.len() == 3 && parts[0] == &code[..1] && parts[1..].iter().all(|part| is_number(part, 3))
    };
    Some(words.next().filter(is_status).map_or_else(|| code.to_owned(), |status| format!("{code} {status}")))
}

/// A mail that the mail server is ready to receive. If it is dropped, the mail server has received nothing of it.
pub struct PendingDelivery {
    connection: AsyncSmtpConnection,
    mail: Vec<u8>,
    timeouts: SmtpTimeouts,
}

impl Mailer {
    /// Sends mails through the server of this URL, from this sender.
    ///
    /// # Errors
    /// When the URL names no mail server.
    pub fn new(server: &Url, from: Mailbox) -> Result<Self, SmtpUrlError> {
        Ok(Self { transport: SmtpTransport::of(server)?, from, timeouts: SmtpTimeouts::USUAL })
    }

    /// The same with other timeouts.
    pub fn with(self, timeouts: SmtpTimeouts) -> Self {
        Self { timeouts, ..self }
    }

    /// Offers a mail to the server, up to its 354 reply.
    ///
    /// # Errors
    /// Says why it was refused; nothing was sent then.
    pub async fn offer(&self, mail: &ClaimedMail) -> Result<PendingDelivery, DeliveryError> {
        let message = self.build_message(mail)?;
        let (mail, within) = (message.formatted(), self.timeouts.offer);
        match timeout(within, self.open_transaction(message.envelope(), &mail)).await {
            Ok(Ok(connection)) => Ok(PendingDelivery { connection, mail, timeouts: self.timeouts }),
            Ok(Err(problem)) => Err(problem),
            Err(_) => Err(DeliveryError::Unreachable(format!("no answer within {} seconds", within.as_secs()))),
        }
    }

    async fn open_transaction(&self, envelope: &Envelope, mail: &[u8]) -> Result<AsyncSmtpConnection, DeliveryError> {
        let mut connection = self.transport.open().await.map_err(|problem| refused(&problem))?;
        match begin_transaction(&mut connection, envelope, mail).await {
            Ok(()) => Ok(connection),
            Err(problem) => {
                disconnect(connection);
                Err(problem)
            }
        }
    }

    fn build_message(&self, mail: &ClaimedMail) -> Result<Message, DeliveryError> {
        let address = |text: &str| {
            domain::text::ascii_domain(text)
                .parse::<Mailbox>()
                .map_err(|problem| DeliveryError::Unwritable(format!("{text:?} is not an address ({problem})")))
        };
        let domain = self.from.email.domain();
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(address(&mail.recipient)?)
            .subject(&mail.subject)
            // The same at every attempt, so that a mail that arrives twice is recognized as one.
            .message_id(Some(format!("<{}@{domain}>", mail.id)));
        if let Some(reply_to) = mail.reply_to.as_deref().and_then(|reply_to| domain::text::ascii_domain(reply_to).parse().ok()) {
            message = message.reply_to(reply_to);
        }
        let text = SinglePart::plain(mail.body.clone());
        let written = match &mail.attachment {
            None => message.singlepart(text),
            Some(file) => {
                let pdf = ContentType::parse("application/pdf").map_err(|problem| DeliveryError::Unwritable(problem.to_string()))?;
                message.multipart(
                    MultiPart::mixed().singlepart(text).singlepart(Attachment::new(file.file_name.clone()).body(file.bytes.clone(), pdf)),
                )
            }
        };
        written.map_err(|problem| DeliveryError::Unwritable(problem.to_string()))
    }
}

impl PendingDelivery {
    /// Transfers the mail. Without a reply the mail server may have it all the same, also when this process ends.
    ///
    /// # Errors
    /// Says why it was refused, or that the outcome is unknown.
    pub async fn hand_over(mut self) -> Result<(), DeliveryError> {
        let within = self.timeouts.answer;
        let Ok(answered) = timeout(within, self.connection.message(&self.mail)).await else {
            return Err(DeliveryError::Unheard(format!("no answer within {} seconds", within.as_secs())));
        };
        let taken = match answered {
            Ok(answer) if answer.code().severity == Severity::PositiveCompletion => Ok(()),
            Ok(answer) => Err(DeliveryError::Unheard(format!("it answered {}", answer.code()))),
            Err(problem) if problem.status().is_some() => Err(refused(&problem)),
            Err(problem) => Err(DeliveryError::Unheard(words(&problem))),
        };
        disconnect(self.connection);
        taken
    }
}

/// Sends the envelope (`MAIL FROM`, `RCPT TO`) and returns once the mail server is ready for the data.
async fn begin_transaction(connection: &mut AsyncSmtpConnection, envelope: &Envelope, mail: &[u8]) -> Result<(), DeliveryError> {
    let parameters = parameters(connection.server_info(), envelope, mail)?;
    expect(connection.command(Mail::new(envelope.from().cloned(), parameters)).await, Severity::PositiveCompletion)?;
    for recipient in envelope.to() {
        expect(connection.command(Rcpt::new(recipient.clone(), Vec::new())).await, Severity::PositiveCompletion)?;
    }
    expect(connection.command(Data).await, Severity::PositiveIntermediate)
}

/// The parameters that the mail server needs for a mail with more than ASCII in it.
fn parameters(server: &ServerInfo, envelope: &Envelope, mail: &[u8]) -> Result<Vec<MailParameter>, DeliveryError> {
    let takes = |feature, what| match server.supports_feature(feature) {
        true => Ok(()),
        false => Err(DeliveryError::Unwritable(format!("the mail server takes no {what} with more than ASCII in it"))),
    };
    let mut parameters = Vec::new();
    if envelope.from().into_iter().chain(envelope.to()).any(|address| !AsRef::<str>::as_ref(address).is_ascii()) {
        takes(Extension::SmtpUtfEight, "address")?;
        parameters.push(MailParameter::SmtpUtfEight);
    }
    if !mail.is_ascii() {
        takes(Extension::EightBitMime, "mail")?;
        parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    Ok(parameters)
}

/// Whether a reply is of the expected kind: another one is the reply to something else.
fn expect(answer: Result<Response, smtp::Error>, severity: Severity) -> Result<(), DeliveryError> {
    match answer {
        Ok(answer) if answer.code().severity == severity => Ok(()),
        Ok(answer) => Err(DeliveryError::Refused(format!("it answered {}, which does not belong here", answer.code()))),
        Err(problem) => Err(refused(&problem)),
    }
}

/// Closes the connection with `QUIT`, in the background.
fn disconnect(mut connection: AsyncSmtpConnection) {
    tokio::spawn(async move { timeout(FAREWELL, connection.abort()).await });
}

/// The failure of a mail of which the mail server has received nothing, or which it refused.
fn refused(problem: &smtp::Error) -> DeliveryError {
    match problem.status() {
        _ if refuses_the_mail(problem) => DeliveryError::RefusedForGood(words(problem)),
        Some(_) => DeliveryError::Refused(words(problem)),
        None => DeliveryError::Unreachable(words(problem)),
    }
}

/// Whether the refusal is permanent for this mail. Another 5xx reply, such as a wrong password of ours (535), ends as soon as somebody
/// corrects the configuration.
fn refuses_the_mail(problem: &smtp::Error) -> bool {
    problem.status().is_some_and(|code| code.severity == Severity::PermanentNegativeCompletion && code.category == Category::MailSystem)
}

/// The cause: the reply of the mail server as it gave it, code first, or the error with its causes.
fn words(problem: &smtp::Error) -> String {
    let first = problem.source();
    if let (Some(code), Some(reply)) = (problem.status(), first) {
        return format!("{code} {reply}");
    }
    // The error's own text includes its first cause.
    let mut words = if problem.is_response() { format!("{UNREADABLE}: {problem}") } else { problem.to_string() };
    let mut cause = first.and_then(Error::source);
    while let Some(deeper) = cause {
        words.push_str(": ");
        words.push_str(&deeper.to_string());
        cause = deeper.source();
    }
    words
}
