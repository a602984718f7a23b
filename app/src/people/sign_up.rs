//! Signing up: the sign-up policy, and accepting an invitation along with it.

use domain::text;
use serde_json::{Value, json};

use super::{answer_invitation, invitations::InvitationState};
use crate::{
    access::sign_up_policy::SignUpPolicy,
    account::{
        hash_queue::Requester,
        registration::{self, Confirmation, Registered, Registration},
        verified_password::VerifiedPassword,
    },
    context::{Caller, Person},
    error::{Code, Error},
    operation::{Call, Operation, registry},
};

/// Signs a person up; returns their identity and the path to go to. With an invitation, sign-up and acceptance are one transaction: the
/// invitation lets one person in, however many use it at once, and creates no account that does not join.
pub async fn sign_up(caller: &Caller, given: Registration, invitation: Option<&str>) -> Result<(VerifiedPassword, String), Error> {
    let confirmation = check_sign_up(caller, &given.email, invitation).await?;
    let given = Registration { confirmation, ..given };
    match invitation {
        Some(secret) => sign_up_by(caller, given, secret).await,
        None => {
            let (registered, db) = registration::begin(&caller.services, given, Requester::of(caller)).await?;
            db.commit().await?;
            let target = own(&registered);
            Ok((registered.verified, target))
        }
    }
}

/// Signs somebody up and accepts the invitation for them, in one transaction.
async fn sign_up_by(caller: &Caller, given: Registration, secret: &str) -> Result<(VerifiedPassword, String), Error> {
    let (registered, db) = registration::begin(&caller.services, given, Requester::of(caller)).await?;
    let mut call = Call::resume(db, signed_up(caller, &registered)).await?;
    match answer_invitation::answer(&mut call, secret, true).await {
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

/// How the new person's address is confirmed. Refuses when nobody may sign up, when an invitation is required and absent, or when it is for
/// another address.
pub async fn check_sign_up(caller: &Caller, email: &str, invitation: Option<&str>) -> Result<Confirmation, Error> {
    match (caller.services.sign_up, invitation) {
        (SignUpPolicy::Closed, _) => {
            Err(Error::new(Code::Forbidden, "Nobody can sign up here. Ask whoever runs this Stint for an account."))
        }
        (_, Some(secret)) => invited(caller, email, secret).await,
        (SignUpPolicy::Open, None) => Ok(Confirmation::ByLink),
        (SignUpPolicy::Invited, None) => {
            Err(Error::new(Code::Forbidden, "Signing up here takes an invitation. Open the link of yours, or ask for one."))
        }
    }
}

/// The same for an invitation: refuses one that is not open, and one that was mailed to another address.
async fn invited(caller: &Caller, email: &str, secret: &str) -> Result<Confirmation, Error> {
    let shown = answer_invitation::show(caller, secret).await?;
    if shown.state != InvitationState::Open {
        return Err(Error::new(Code::Conflict, format!("The invitation is not open any more. Ask {} for a new one.", shown.invited_by)));
    }
    match shown.mailed && shown.email != text::email("email", email)? {
        true => Err(Error::invalid(
            "email",
            format!(
                "This link was mailed to {}, so it makes an account of that address only. To use another one, ask {} to invite it.",
                shown.email, shown.invited_by
            ),
        )),
        false if shown.mailed => Ok(Confirmation::ByInvitation),
        false => Ok(Confirmation::ByLink),
    }
}

fn answering() -> Result<&'static Operation, Error> {
    registry::find("answer_invitation").ok_or_else(Error::internal)
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
