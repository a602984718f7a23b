//! Ends answers that are being made or read when the user loses access: they take minutes, and outlive the request that began them.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use domain::id::MemberId;
use futures::{
    FutureExt as _,
    future::{BoxFuture, Shared, WeakShared},
};

use super::{store, user::AssistantUser};
use crate::{
    access::Role,
    error::{Code, Error},
};

/// The interval at which the access of a reader is checked.
const ACCESS_CHECK_INTERVAL: Duration = Duration::from_secs(2);

/// Completes when a reader has lost access.
pub type AccessLost = Shared<BoxFuture<'static, ()>>;

/// The access checks of all readers. Streams of one sign-in in one role share one check, however many there are.
#[derive(Default)]
pub struct AccessWatch(Mutex<HashMap<ListenerKey, WeakShared<BoxFuture<'static, ()>>>>);

type ListenerKey = (Option<Vec<u8>>, MemberId, Role);

impl AccessWatch {
    /// Completes when this user has lost access: they are signed out, removed, or have another role. It holds no permit: a stream lasts for
    /// minutes and must not keep its reader from other requests.
    pub fn access_lost(&self, mut user: AssistantUser) -> AccessLost {
        user.caller.permit = None;
        let listener = (user.caller.sign_in.clone(), user.membership.member, user.membership.role);
        let mut looks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(look) = looks.get(&listener).and_then(WeakShared::upgrade).filter(|look| look.peek().is_none()) {
            return look;
        }
        looks.retain(|_, look| look.upgrade().is_some());
        let look = access_lost(user).boxed().shared();
        looks.extend(look.downgrade().map(|look| (listener, look)));
        look
    }
}

async fn access_lost(user: AssistantUser) {
    loop {
        tokio::time::sleep(ACCESS_CHECK_INTERVAL).await;
        // A database that does not answer ends no stream.
        if check_access(&user).await.is_err_and(|error| matches!(error.code, Code::Forbidden | Code::Unauthenticated)) {
            return;
        }
    }
}

/// Refuses if the user's role has changed since they asked, they are no member any more, or the assistant was switched off.
pub async fn check_access(user: &AssistantUser) -> Result<(), Error> {
    let membership = &user.membership;
    match store::usage::member_access(&mut user.db_for_access_check().await?, membership.member).await? {
        Some(access) if access.role != membership.role.name() => ended("Your role here has changed, so this answer was ended. Ask again."),
        Some(access) if !access.enabled => ended("The assistant was switched off here, so this answer was ended."),
        Some(_) => Ok(()),
        None => ended("You do not belong here any more, so this answer was ended."),
    }
}

fn ended(why: &str) -> Result<(), Error> {
    Err(Error::new(Code::Forbidden, why))
}
