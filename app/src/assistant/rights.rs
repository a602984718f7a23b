//! Whether an answer that is being made may go on. It may take minutes, and the request that asked for it is long over.

use std::time::Duration;

use super::{door::Visitor, store};
use crate::{
    database::Access,
    error::{Code, Error},
};

/// How often it is asked whether whoever hears an answer may go on hearing it.
const LOOKED_AGAIN: Duration = Duration::from_secs(2);

/// Comes back once this visitor may hear no more: they are signed out, let go, or something else than they were.
pub async fn gone(visitor: Visitor) {
    loop {
        tokio::time::sleep(LOOKED_AGAIN).await;
        // A database that does not answer sends nobody away.
        if check(&visitor).await.is_err_and(|error| matches!(error.code, Code::Forbidden | Code::Unauthenticated)) {
            return;
        }
    }
}

/// Goes on only for who still is what they were when they asked, and while the organization wants it.
pub async fn check(visitor: &Visitor) -> Result<(), Error> {
    let place = &visitor.place;
    match store::usage::standing(&mut visitor.db_of_signed_in(Access::Read).await?, place.member).await? {
        Some(standing) if standing.role != place.role.name() => ended("Your role here has changed, so this answer was ended. Ask again."),
        Some(standing) if !standing.enabled => ended("The assistant was switched off here, so this answer was ended."),
        Some(_) => Ok(()),
        None => ended("You do not belong here any more, so this answer was ended."),
    }
}

fn ended(why: &str) -> Result<(), Error> {
    Err(Error::new(Code::Forbidden, why))
}
