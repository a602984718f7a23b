//! The drawer as a door: the signed-in person, with exactly their own rights.

use serde_json::Value;

use super::fingerprint;
use crate::{
    access::{Permission, Role},
    context::{Caller, Channel, Membership},
    database::{AccessMode, Db, IdentityCheck},
    error::{Code, Error},
    operation::{Audience, ExpectedEffect, Operation, row_scope_of},
    operations,
};

/// What is not offered although a role may do it: mails are letters to others, and what they say is not for a model.
const NEVER_OFFERED: [&str; 1] = ["list_mails"];

/// Who is at the drawer.
#[derive(Clone)]
pub struct AssistantUser {
    /// As a caller of operations.
    pub caller: Caller,
    /// Where they stand.
    pub membership: Membership,
}

impl AssistantUser {
    /// Whoever sent this request, with their cookie. A token has its own doors, and its limits are never left behind here.
    pub fn current() -> Result<Self, Error> {
        Self::of(Caller::current()?)
    }

    /// This caller, at the drawer.
    pub fn of(caller: Caller) -> Result<Self, Error> {
        let membership = caller.membership()?.clone();
        if caller.token.is_some() {
            return Err(Error::new(Code::Forbidden, "The assistant needs a person at the page; no token can use it."));
        }
        Ok(Self { caller: Caller { channel: Channel::Assistant, room: None, ..caller }, membership })
    }

    /// A transaction of their organization, which reaches as far as those of their calls. In however many organizations they are
    /// at the drawer, they take turns with themselves.
    pub async fn db(&self, access: AccessMode) -> Result<Db, Error> {
        self.begin(self.caller.identity_check(Some(&self.membership)), access).await
    }

    /// A transaction in which is asked what they are by now, for as long as they are signed in. It is the process that asks: whoever is
    /// busy keeps nobody from finding out that they were let go.
    pub async fn db_for_access_check(&self) -> Result<Db, Error> {
        let workers = &self.caller.services.workers;
        workers
            .begin_for(self.caller.person()?.id, self.caller.identity_check(None), row_scope_of(&self.membership), AccessMode::Read)
            .await
    }

    /// A transaction that brings to its end what was begun for them, whoever they are by now: tokens that were taken are settled, and an
    /// answer is kept as far as it came.
    pub async fn db_to_finish(&self) -> Result<Db, Error> {
        self.begin(IdentityCheck::default(), AccessMode::Write).await
    }

    async fn begin(&self, standing: IdentityCheck<'_>, access: AccessMode) -> Result<Db, Error> {
        self.caller.services.database.begin_for(self.caller.person()?.id, standing, row_scope_of(&self.membership), access).await
    }

    /// Calls an operation for them.
    pub async fn call(&self, operation: &Operation, arguments: Value) -> Result<Value, Error> {
        operation.call(self.caller.clone(), arguments).await
    }

    /// Calls a write for them, if it comes to what its rehearsal came to. Refused (stale) when it does not.
    pub async fn commit(&self, operation: &Operation, arguments: Value, print: Vec<u8>) -> Result<Value, Error> {
        let expected_effect = Some(ExpectedEffect { fingerprint: print, fingerprint_of: fingerprint::of });
        operation.call(Caller { expected_effect, ..self.caller.clone() }, arguments).await
    }

    /// What they may do here.
    pub fn offered_operations(&self) -> impl Iterator<Item = &'static Operation> {
        let role = self.membership.role;
        operations::all().iter().filter(move |operation| is_offered(operation, role))
    }

    /// The operation of this name, when they may do it here.
    pub fn named(&self, name: &str) -> Option<&'static Operation> {
        operations::find(name).filter(|operation| is_offered(operation, self.membership.role))
    }
}

/// Whether the drawer offers an operation to a role. What needs a person at its own page is not for a model; nor is a
/// secret, which would be told to the model and kept in the conversation, or what belongs to the person beyond the
/// organization: the conversation is this organization's, and the names of others are not for its model.
fn is_offered(operation: &Operation, role: Role) -> bool {
    let declaration = operation.declaration;
    declaration.audience != Audience::Person
        && !declaration.secret
        && !NEVER_OFFERED.contains(&declaration.name)
        && declaration.needs != Permission::SignedIn
        && role.may(declaration.needs)
}
