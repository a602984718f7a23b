//! Whether an answer that is being made may go on. It may take minutes, and the request that asked for it is long over.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use futures::{
    FutureExt as _,
    future::{BoxFuture, Shared, WeakShared},
};

use super::{store, user::AssistantUser};
use crate::{
    access::Role,
    error::{Code, Error},
    id::MemberId,
};

/// How often it is asked whether whoever hears an answer may go on hearing it.
const ACCESS_CHECK_INTERVAL: Duration = Duration::from_secs(2);

/// Comes back once somebody may hear no more.
pub type AccessLost = Shared<BoxFuture<'static, ()>>;

/// Who hears answers. However many somebody hears at once, with one sign-in and in one role, one look is taken for all of them.
#[derive(Default)]
pub struct AccessWatch(Mutex<HashMap<ListenerKey, WeakShared<BoxFuture<'static, ()>>>>);

type ListenerKey = (Option<Vec<u8>>, MemberId, Role);

impl AccessWatch {
    /// Comes back once this user may hear no more: they are signed out, let go, or something else than they were. It holds no
    /// permit: an answer goes on for minutes, and whoever hears it is kept from nothing else meanwhile.
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
        // A database that does not answer sends nobody away.
        if check_access(&user).await.is_err_and(|error| matches!(error.code, Code::Forbidden | Code::Unauthenticated)) {
            return;
        }
    }
}

/// Goes on only for who still is what they were when they asked, and while the organization wants it.
pub async fn check_access(user: &AssistantUser) -> Result<(), Error> {
    let membership = &user.membership;
    match store::usage::member_access(&mut user.db_for_access_check().await?, membership.member).await? {
        Some(standing) if standing.role != membership.role.name() => {
            ended("Your role here has changed, so this answer was ended. Ask again.")
        }
        Some(standing) if !standing.enabled => ended("The assistant was switched off here, so this answer was ended."),
        Some(_) => Ok(()),
        None => ended("You do not belong here any more, so this answer was ended."),
    }
}

fn ended(why: &str) -> Result<(), Error> {
    Err(Error::new(Code::Forbidden, why))
}
