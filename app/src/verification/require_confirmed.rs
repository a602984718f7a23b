//! Refuses what requires a confirmed address.

use super::store;
use crate::{
    context::Caller,
    database::AccessMode,
    error::{Code, Error},
};

const WAY_OUT: &str = "Open the link that was sent to your address, or send it again from Settings, You.";

/// Refuses to write mails for a person whose address is unconfirmed: they and their recipients could be anybody. Where no mail leaves,
/// nobody can confirm an address by mail, so nothing is refused.
pub fn for_mail(caller: &Caller) -> Result<(), Error> {
    let person = caller.person()?;
    match person.confirmed || !caller.services.mail_leaves {
        true => Ok(()),
        false => Err(unconfirmed(&person.email, "mails leave for you").hint(WAY_OUT)),
    }
}

/// Refuses model calls for a person whose address is unconfirmed, except the first person who signed up.
pub async fn for_model(caller: &Caller) -> Result<(), Error> {
    let person = caller.person()?;
    if person.confirmed {
        return Ok(());
    }
    let mut db = caller.begin(AccessMode::Read).await?;
    if store::is_first(&mut db, person.id).await? {
        return Ok(());
    }
    let way_out = match caller.services.mail_leaves {
        true => WAY_OUT,
        false => "No mail server is set up here: whoever runs this Stint makes a link with stint admin confirm.",
    };
    Err(unconfirmed(&person.email, "a model is asked for you").hint(way_out))
}

fn unconfirmed(email: &str, what: &str) -> Error {
    Error::new(Code::Forbidden, format!("Confirm that {email} is your address before {what}."))
}
