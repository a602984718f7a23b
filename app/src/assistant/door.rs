//! The drawer as a door: the signed-in person, with exactly their own rights.

use serde_json::Value;

use super::fingerprint;
use crate::{
    access::{Permission, Role},
    context::{Caller, Door, Membership},
    database::{Access, Db, Standing},
    error::{Code, Error},
    operation::{Agreed, Operation, Reach, reach_of},
    operations,
};

/// What is not offered although a role may do it: mails are letters to others, and what they say is not for a model.
const KEPT_BACK: [&str; 1] = ["list_mails"];

/// Who is at the drawer.
#[derive(Clone)]
pub struct Visitor {
    /// As a caller of operations.
    pub caller: Caller,
    /// Where they stand.
    pub place: Membership,
}

impl Visitor {
    /// Whoever sent this request, with their cookie. A token has its own doors, and its limits are never left behind here.
    pub fn current() -> Result<Self, Error> {
        Self::of(Caller::current()?)
    }

    /// This caller, at the drawer.
    pub fn of(caller: Caller) -> Result<Self, Error> {
        let place = caller.membership()?.clone();
        if caller.token.is_some() {
            return Err(Error::new(Code::Forbidden, "The assistant needs a person at the page; no token can use it."));
        }
        Ok(Self { caller: Caller { door: Door::Assistant, room: None, ..caller }, place })
    }

    /// A transaction of their organization, which reaches as far as those of their calls. In however many organizations they are
    /// at the drawer, they take turns with themselves.
    pub async fn db(&self, access: Access) -> Result<Db, Error> {
        self.begin(self.caller.standing(Some(&self.place)), access).await
    }

    /// A transaction in which is asked what they are by now, for as long as they are signed in. It is the process that asks: whoever is
    /// busy keeps nobody from finding out that they were let go.
    pub async fn db_of_signed_in(&self) -> Result<Db, Error> {
        let workers = &self.caller.services.workers;
        workers.begin_for(self.caller.person()?.id, self.caller.standing(None), reach_of(&self.place), Access::Read).await
    }

    /// A transaction that brings to its end what was begun for them, whoever they are by now: tokens that were taken are settled, and an
    /// answer is kept as far as it came.
    pub async fn db_to_end(&self) -> Result<Db, Error> {
        self.begin(Standing::default(), Access::Write).await
    }

    async fn begin(&self, standing: Standing<'_>, access: Access) -> Result<Db, Error> {
        self.caller.services.database.begin_for(self.caller.person()?.id, standing, reach_of(&self.place), access).await
    }

    /// Calls an operation for them.
    pub async fn call(&self, operation: &Operation, arguments: Value) -> Result<Value, Error> {
        operation.call(self.caller.clone(), arguments).await
    }

    /// Calls a write for them, if it comes to what its rehearsal came to. Refused (stale) when it does not.
    pub async fn commit(&self, operation: &Operation, arguments: Value, print: Vec<u8>) -> Result<Value, Error> {
        let agreed = Some(Agreed { print, taken: fingerprint::of });
        operation.call(Caller { agreed, ..self.caller.clone() }, arguments).await
    }

    /// What they may do here.
    pub fn offered(&self) -> impl Iterator<Item = &'static Operation> {
        let role = self.place.role;
        operations::all().iter().filter(move |operation| is_offered(operation, role))
    }

    /// The operation of this name, when they may do it here.
    pub fn named(&self, name: &str) -> Option<&'static Operation> {
        operations::named(name).filter(|operation| is_offered(operation, self.place.role))
    }
}

/// Whether the drawer offers an operation to a role. What needs a person at its own page is not for a model; nor is a
/// secret, which would be told to the model and kept in the conversation, or what belongs to the person beyond the
/// organization: the conversation is this organization's, and the names of others are not for its model.
fn is_offered(operation: &Operation, role: Role) -> bool {
    let declaration = operation.declaration;
    declaration.reach != Reach::Person
        && !declaration.secret
        && !KEPT_BACK.contains(&declaration.name)
        && declaration.needs != Permission::SignedIn
        && role.may(declaration.needs)
}
