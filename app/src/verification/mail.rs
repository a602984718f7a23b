//! Mails about a person's own sign-in, composed when they leave.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{
    link_secret::{self, NewLinkSecret, SecretHash},
    store,
};
use crate::{database::Db, error::Error, secrets::link_purpose::LinkPurpose};

/// How long a mail with a link may wait for a mail server. Its reader would no longer know what they asked for.
const WAITS_AT_MOST: SignedDuration = SignedDuration::from_hours(24);

/// The text of a mail that is about to leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailText {
    /// The mail leaves with this text, which has no secret.
    Ready(String),
    /// The mail leaves with this text and the secret in it.
    Secret(String, SecretHash),
    /// The mail is cancelled, with the reason.
    Cancelled(String),
}

/// A mail to a person.
pub struct AccountMail<'a> {
    /// The purpose of its link.
    pub purpose: LinkPurpose,
    /// The recipient's address.
    pub mailbox: &'a str,
    /// The recipient.
    pub person: Uuid,
    /// When it was asked for.
    pub asked: Timestamp,
}

/// Composes the mail and issues its secret. The mail is cancelled when it is no longer needed.
pub async fn write_account_mail(db: &mut Db, public_url: &str, mail: &AccountMail<'_>, now: Timestamp) -> Result<MailText, Error> {
    let Some(person) = store::person(db, Some(mail.person), None).await? else { return Ok(stays("The account is gone.")) };
    let own = person.email == mail.mailbox;
    match mail.purpose {
        LinkPurpose::ConfirmAddress if person.confirmed => return Ok(stays("The address was confirmed meanwhile.")),
        LinkPurpose::ConfirmAddress | LinkPurpose::ResetPassword if !own => return Ok(stays("The account has another address by now.")),
        LinkPurpose::ChangeAddress if own => return Ok(stays("The account has this address already.")),
        LinkPurpose::ResetPassword | LinkPurpose::ChangeAddress if now.duration_since(mail.asked) > WAITS_AT_MOST => {
            return Ok(stays("It waited for longer than a day. Ask for it again."));
        }
        _ => {}
    }
    let (purpose, expires) = (mail.purpose, now + mail.purpose.lifetime());
    let new_secret = NewLinkSecret { purpose, subject: mail.person, within: None, mailbox: Some(mail.mailbox), expires };
    let secret = link_secret::issue(db, &new_secret, now).await?;
    Ok(MailText::Secret(letter(&person, mail, &format!("{public_url}{}", purpose.path(&secret))), SecretHash::of(&secret)))
}

fn stays(why: &str) -> MailText {
    MailText::Cancelled(why.to_owned())
}

/// The URL of the password reset, named in every mail about something that its reader may not have done.
pub fn lost_password(public_url: &str) -> String {
    format!("{public_url}/forgot")
}

/// The subject of a mail with a link for this purpose.
pub fn subject(purpose: LinkPurpose) -> &'static str {
    match purpose {
        LinkPurpose::ConfirmAddress => "Confirm your address for Stint",
        LinkPurpose::ChangeAddress => "Confirm your new address for Stint",
        LinkPurpose::ResetPassword => "A new password for Stint",
        LinkPurpose::AnswerInvitation | LinkPurpose::JoinOrganization => "An invitation on Stint",
        LinkPurpose::ReadDocument => "A document on Stint",
    }
}

/// The text of the mail. The reader of an unconfirmed address may have asked for nothing, so no text that somebody chose for their account
/// goes there.
fn letter(person: &store::PersonRow, mail: &AccountMail<'_>, link: &str) -> String {
    let (name, mailbox, hours) = (&person.name, mail.mailbox, mail.purpose.lifetime().as_hours());
    match mail.purpose {
        LinkPurpose::ResetPassword => format!(
            "{greeting}\n\nsomebody asked for a new password for your account {mailbox} on Stint. Choose one here within {hours} hour:\n\n\
             {link}\n\nIf it was not you, you need do nothing: your password stays as it is.",
            greeting = if person.confirmed { format!("Hello {name},") } else { "Hello,".to_owned() }
        ),
        LinkPurpose::ChangeAddress => format!(
            "Hello,\n\nsomebody wants to sign in to Stint with {mailbox} from now on. If it was you, confirm it here within {hours} hours, \
             signed in with the address that you have there now:\n\n{link}\n\nIf it was not you, you need do nothing."
        ),
        _ => format!(
            "Hello,\n\nsomebody signed up to Stint with {mailbox}. If it was you, confirm that the address is yours, within {days} \
             days:\n\n{link}\n\nIf it was not you, do nothing: without this link nothing that is sent to you can be opened there.",
            days = hours / 24
        ),
    }
}
