//! Hashes passwords, and verifies them.

use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};

use super::hash_queue::{Requester, run_queued};
use crate::error::Error;

/// A hash that no password has: refusing an unknown address takes as long as refusing a wrong password.
pub const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c3RpbnQtbm9ib2R5LXNhbHQ$6a8EoRbR3AtZcK0bO5n5oV0pW8g7lVRuJ9V1mM1Y1xM";

/// The hash of a password for storage. Refused when too many passwords are being hashed.
pub async fn hash_password(requester: Requester, password: String) -> Result<String, Error> {
    let hashed = run_queued(requester, move || Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string()));
    hashed.await?.map_err(|problem| {
        tracing::error!(%problem, "a password could not be hashed");
        Error::internal()
    })
}

/// Verifies a password against its stored hash; without a hash it takes as long and fails. Refused when too many passwords are being
/// hashed.
pub async fn verify_password(requester: Requester, password: String, kept: Option<String>) -> Result<bool, Error> {
    run_queued(requester, move || {
        let known = kept.is_some();
        let kept = kept.unwrap_or_else(|| NOBODY.to_owned());
        PasswordHash::new(&kept).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok()) && known
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_again_and_no_other() {
        let kept = hash_password(Requester::Operator, "correct horse battery".to_owned()).await.expect("hashed");
        assert!(kept.starts_with("$argon2id$"));
        assert_eq!(verify_password(Requester::Operator, "correct horse battery".to_owned(), Some(kept.clone())).await, Ok(true));
        assert_eq!(verify_password(Requester::Operator, "Correct horse battery".to_owned(), Some(kept)).await, Ok(false));
        assert_eq!(verify_password(Requester::Operator, "anything".to_owned(), None).await, Ok(false));
    }

    #[test]
    fn the_hash_of_nobody_can_be_read_so_that_refusing_takes_its_time() {
        assert!(PasswordHash::new(NOBODY).is_ok());
    }
}
