//! Refuses mails for people whose address is unconfirmed.

use crate::{
    context::Caller,
    error::{Code, Error},
};

/// How a person confirms their address.
pub const WAY_OUT: &str = "Open the link that was sent to your address, or send it again from Settings, You.";

/// Refuses to write mails for a person whose address is unconfirmed: they and their recipients could be anybody. Where no mail leaves,
/// nobody can confirm an address by mail, so nothing is refused.
pub fn for_mail(caller: &Caller) -> Result<(), Error> {
    let person = caller.person()?;
    match person.confirmed || !caller.services.mail_leaves {
        true => Ok(()),
        false => Err(unconfirmed(&person.email, "mails leave for you").hint(WAY_OUT)),
    }
}

/// The refusal of something for a person whose address is unconfirmed.
pub fn unconfirmed(email: &str, what: &str) -> Error {
    Error::new(Code::Forbidden, format!("Confirm that {email} is your address before {what}."))
}
