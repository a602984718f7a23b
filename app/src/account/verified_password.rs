//! Verified passwords, and the check that they still are at the commit.
//!
//! Verifying a password is slow, so no transaction waits for it. A transaction that acts upon one locks the person and checks the stored
//! hash again: nothing that was authorized by an old password outlives its change.

use domain::id::UserId;

use super::{hash_queue::Requester, password, registration::record_event_later, store};
use crate::{
    context::Caller,
    database::{AccessMode, Db, RowScope},
    error::{Code, Error},
    security::{
        self, EventKind,
        attempts::{self, AttemptKind, AttemptLimit},
    },
};

/// A person with the stored hash that their password was verified against.
#[derive(Clone)]
pub struct VerifiedPassword {
    /// The person.
    pub user: UserId,
    /// The stored hash.
    kept: String,
}

impl VerifiedPassword {
    pub(super) fn new(user: UserId, kept: String) -> Self {
        Self { user, kept }
    }

    /// Locks the person until the transaction ends; whether their password is still the verified one.
    pub async fn hold(&self, db: &mut Db) -> Result<bool, Error> {
        store::hold_verified(db, self.user.0, &self.kept).await
    }

    /// Locks the caller, who gave their current password, and their sign-in until the transaction ends.
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

/// Verifies the current password of the caller.
pub async fn verify_current(caller: &Caller, given: String) -> Result<VerifiedPassword, Error> {
    let (user, services) = (caller.person()?.id, &caller.services);
    let limits = [AttemptLimit::of_person(AttemptKind::Password, user.0)];
    attempts::count(&services.database, &limits, "There were too many wrong passwords.").await?;
    // Counts correct passwords too: each check takes a core for a while.
    attempts::count(&services.database, &[AttemptLimit::of_password_checks(user.0)], "Your current password was checked too often.")
        .await?;
    let mut db = services.database.begin(RowScope::Person(user.0), AccessMode::Read).await?;
    let kept = store::password_hash(&mut db, user.0).await?;
    // Hashing is slow, so the connection is returned to the pool meanwhile.
    db.release().await;
    let right = password::verify_password(Requester::of(caller), given, kept.clone()).await?;
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

/// Locks the sign-in of the caller, if there is one, until the transaction ends. Refuses when it was ended since the caller was
/// authenticated: whatever it creates would outlive it.
pub async fn hold_sign_in(db: &mut Db, caller: &Caller) -> Result<(), Error> {
    let Some(cookie) = &caller.sign_in else { return Ok(()) };
    match security::store::hold_sign_in(db, caller.person()?.id.0, cookie, caller.services.clock.now()).await? {
        true => Ok(()),
        false => Err(Error::signed_out()),
    }
}
