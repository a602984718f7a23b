//! Document links that an agent gives to its person: valid for five minutes in every process of a deployment, as long as the issuing token
//! is valid, and for what that token may see.

use domain::{day::OffsetDateTime, id::InvoiceId};

use crate::{
    account::token,
    context::{Caller, Channel},
    database::AccessMode,
    error::{Code, Error},
    operation::row_scope_of,
    secrets::{link_purpose::LinkPurpose, random_secret},
    verification::store,
};

/// An issued link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentLink {
    /// The URL of the document.
    pub url: String,
    /// When it expires.
    pub valid_until: OffsetDateTime,
}

/// Issues a link to the document of an invoice that the caller's token has just been shown.
pub async fn issue(caller: &Caller, invoice: InvoiceId) -> Result<DocumentLink, Error> {
    let (place, services) = (caller.membership()?, &caller.services);
    let token = caller.token.as_ref().ok_or_else(Error::unauthenticated)?;
    let (purpose, now) = (LinkPurpose::ReadDocument, services.clock.now());
    let (random, ends) = (random_secret::random(), now + purpose.lifetime());
    let standing = caller.identity_check(Some(place));
    let mut db = services.database.begin_for(caller.person()?.id, standing, row_scope_of(place), AccessMode::Write).await?;
    store::keep_document_link(&mut db, &random_secret::fingerprint(&random), (invoice, token.id), now, ends).await?;
    db.commit().await?;
    let url = format!("{}{}", services.public_url, purpose.path(&random));
    Ok(DocumentLink { url, valid_until: OffsetDateTime::at(ends, &place.member_zone) })
}

/// The caller that the link's token stands for, and the invoice whose document it opens.
pub async fn open(caller: Caller, given: &str) -> Result<(Caller, InvoiceId), Error> {
    let (services, now) = (&caller.services, caller.services.clock.now());
    let fingerprint = random_secret::fingerprint(given);
    let mut db = services.database.begin_authentication(&fingerprint).await?;
    let (invoice, token) = store::document_of_link(&mut db, &fingerprint, now).await?.ok_or_else(ended)?;
    let drawn_with = token::find_valid(&mut db, token, now).await?.ok_or_else(ended)?;
    services.database.remember_owner(&fingerprint, drawn_with.person.id);
    db.release().await;
    let caller = Caller {
        channel: Channel::Link,
        person: Some(drawn_with.person),
        membership: Some(drawn_with.membership),
        token: Some(drawn_with.token),
        sign_in: None,
        ..caller
    };
    Ok((caller, invoice))
}

fn ended() -> Error {
    Error::new(Code::NotFound, "This link opens nothing any more: it is good for five minutes.").hint("Ask for the document once more.")
}
