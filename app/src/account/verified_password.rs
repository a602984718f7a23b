//! Passwords that were right, until what they let somebody do is done.
//!
//! Looking at a password takes long, and no transaction waits for it. So whoever acts upon one holds the person in their
//! transaction and finds out whether it still is: nothing that runs with an old password outlives its change.

use super::{hash_queue::Requester, registration::record_event_later, secret, store};
use crate::{
    context::Caller,
    database::{AccessMode, Db, RowScope},
    error::{Code, Error},
    id::UserId,
    security::{
        self, EventKind,
        attempts::{self, AttemptKind, AttemptLimit},
    },
};

/// Somebody whose password was right, and what was kept of it when it was looked at.
#[derive(Clone)]
pub struct VerifiedPassword {
    /// The person.
    pub user: UserId,
    /// What was kept of their password.
    kept: String,
}

impl VerifiedPassword {
    pub(super) fn new(user: UserId, kept: String) -> Self {
        Self { user, kept }
    }

    /// Holds the person until the transaction ends; whether their password is still the one that was looked at.
    pub async fn hold(&self, db: &mut Db) -> Result<bool, Error> {
        store::hold_verified(db, self.user.0, &self.kept).await
    }

    /// Holds the caller, who gave their current password, and their sign-in until the transaction ends.
    ///
    /// # Errors
    /// `conflict` when the password was changed since, `unauthenticated` when the sign-in was ended.
    pub async fn hold_caller(&self, db: &mut Db, caller: &Caller) -> Result<(), Error> {
        if !self.hold(db).await? {
            return Err(Error::new(Code::Conflict, "Your password was changed a moment ago. Sign in with the new one and try again."));
        }
        hold_sign_in(db, caller).await
    }
}

/// Looks at the current password of the caller.
pub async fn verify_current(caller: &Caller, given: String) -> Result<VerifiedPassword, Error> {
    let (user, services) = (caller.person()?.id, &caller.services);
    let limits = [AttemptLimit::of_person(AttemptKind::Password, user.0)];
    attempts::count(&services.database, &limits, "There were too many wrong passwords.").await?;
    // However right it is: each check of a password takes a core for a while.
    attempts::count(&services.database, &[AttemptLimit::of_password_checks(user.0)], "Your current password was checked too often.")
        .await?;
    let mut db = services.database.begin(RowScope::Person(user.0), AccessMode::Read).await?;
    let kept = store::password_hash(&mut db, user.0).await?;
    // Hashing takes long: nobody else waits for the connection meanwhile.
    db.release().await;
    let right = secret::verify_password(Requester::of(caller), given, kept.clone()).await?;
    match kept.filter(|_| right) {
        Some(kept) => {
            attempts::forget(&services.database, &limits).await?;
            Ok(VerifiedPassword::new(user, kept))
        }
        None => {
            record_event_later(caller, user, EventKind::PasswordRefused);
            Err(Error::invalid("present", "The current password is wrong. Try again."))
        }
    }
}

/// Keeps the sign-in of the caller, if they came with one, from being ended until the transaction ends. Refused when it was
/// ended since the caller was recognized: what is made with it would outlive it.
pub async fn hold_sign_in(db: &mut Db, caller: &Caller) -> Result<(), Error> {
    let Some(cookie) = &caller.sign_in else { return Ok(()) };
    match security::store::hold_sign_in(db, caller.person()?.id.0, cookie, caller.services.clock.now()).await? {
        true => Ok(()),
        false => Err(Error::signed_out()),
    }
}
