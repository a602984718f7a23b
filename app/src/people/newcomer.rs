//! Signing up: who may, and where an invitation leads whoever has just done so.

use serde_json::{Value, json};

use super::{answer, invitations::InvitationState};
use crate::{
    account::{
        SignUpPolicy,
        hashing::Requester,
        registration::{self, Registered, Registration},
        verified::Verified,
    },
    context::{Caller, Person},
    database::{Access, Reach},
    error::{Code, Error},
    operation::{Call, Operation},
    operations, text,
    verification::Purpose,
};

/// Signs somebody up; who they are now, and where they land.
///
/// Where signing up takes an invitation, both happen or neither: it lets one person in, however many come with it at once.
pub async fn sign_up(caller: &Caller, given: Registration, invitation: Option<&str>) -> Result<(Verified, String), Error> {
    refuse_unless_admitted(caller, &given.email, invitation).await?;
    match (caller.services.sign_up, invitation) {
        (SignUpPolicy::Invited, Some(secret)) => sign_up_by(caller, given, secret).await,
        (_, invitation) => {
            let (registered, db) = registration::begin(&caller.services, given, Requester::of(caller)).await?;
            db.commit().await?;
            let target = match invitation {
                Some(secret) => arrive(caller, &registered, secret).await,
                None => own(&registered),
            };
            Ok((registered.verified, target))
        }
    }
}

/// Signs somebody up and accepts the invitation for them, in one transaction.
async fn sign_up_by(caller: &Caller, given: Registration, secret: &str) -> Result<(Verified, String), Error> {
    let (registered, db) = registration::begin(&caller.services, given, Requester::of(caller)).await?;
    let mut call = Call::within(db, signed_up(caller, &registered)).await?;
    match answer::answer(&mut call, secret, true).await {
        Ok(answered) => {
            call.keep(answering()?.declaration, accepting(secret)).await?;
            let target = answered.slug.map_or_else(|| own(&registered), |slug| format!("/o/{slug}"));
            Ok((registered.verified, target))
        }
        Err(error) => {
            call.db.roll_back().await;
            Err(error)
        }
    }
}

/// Refuses to let somebody sign up where that takes an invitation, or where nobody may.
pub async fn refuse_unless_admitted(caller: &Caller, email: &str, invitation: Option<&str>) -> Result<(), Error> {
    let services = &caller.services;
    match (services.sign_up, invitation) {
        (SignUpPolicy::Open, _) => Ok(()),
        (SignUpPolicy::Invited, Some(secret)) => {
            let shown = answer::show(caller, secret).await?;
            let theirs = !shown.mailed || shown.email == text::email("email", email)?;
            match theirs && shown.state == InvitationState::Open {
                true => Ok(()),
                false => Err(Error::new(
                    Code::Forbidden,
                    "The invitation is not open any more, or was sent to another address. Ask for a new one.",
                )),
            }
        }
        (SignUpPolicy::Invited, None) => {
            Err(Error::new(Code::Forbidden, "Signing up here takes an invitation. Open the link of yours, or ask for one."))
        }
        (SignUpPolicy::Closed, _) => {
            Err(Error::new(Code::Forbidden, "Nobody can sign up here. Ask whoever runs this Stint for an account."))
        }
    }
}

/// Where somebody lands who signed up from an invitation: in its organization, or at the invitation, which says what is
/// in the way.
async fn arrive(caller: &Caller, registered: &Registered, secret: &str) -> String {
    let Ok(slug) = leads_to(caller, secret).await else { return own(registered) };
    match accepted(signed_up(caller, registered), secret).await {
        Ok(()) => format!("/o/{slug}"),
        Err(_) => Purpose::AnswerInvitation.path(secret),
    }
}

/// The place in addresses of the organization that a secret opens.
async fn leads_to(caller: &Caller, secret: &str) -> Result<String, Error> {
    let mut db = caller.services.database.begin(Reach::Nobody, Access::Read).await?;
    Ok(answer::of_secret(&mut db, secret).await?.0.slug)
}

async fn accepted(caller: Caller, secret: &str) -> Result<(), Error> {
    answering()?.call(caller, accepting(secret)).await.map(|_| ())
}

fn answering() -> Result<&'static Operation, Error> {
    operations::named("answer_invitation").ok_or_else(Error::internal)
}

fn accepting(secret: &str) -> Value {
    json!({"invitation": secret, "accept": true})
}

fn own(registered: &Registered) -> String {
    format!("/o/{}", registered.slug)
}

/// The caller as the person who has just signed up.
fn signed_up(caller: &Caller, registered: &Registered) -> Caller {
    let person = Person { id: registered.user, name: registered.name.clone(), email: registered.email.clone(), confirmed: false };
    Caller { person: Some(person), membership: None, ..caller.clone() }
}
