//! Refuses what requires a confirmed address.

use super::store;
use crate::{
    context::Caller,
    database::AccessMode,
    error::Error,
    operation::confirmed_address::{WAY_OUT, unconfirmed},
};

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
