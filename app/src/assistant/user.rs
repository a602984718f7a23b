//! The user of the assistant: the signed-in person, with exactly the rights of their role.

use serde_json::Value;

use super::fingerprint;
use crate::{
    access::{Permission, Role},
    context::{Caller, Channel, Membership, expected_effect::ExpectedEffect},
    database::{AccessMode, Db, IdentityCheck},
    error::{Code, Error},
    operation::{Audience, Operation, registry, row_scope_of},
};

/// Operations that are not offered although a role permits them: the text of mails is addressed to others and not to a model.
const NEVER_OFFERED: [&str; 1] = ["list_mails"];

/// The user of the assistant.
#[derive(Clone)]
pub struct AssistantUser {
    /// The person as a caller of operations.
    pub caller: Caller,
    /// Their membership in the organization.
    pub membership: Membership,
}

impl AssistantUser {
    /// The caller of this request, signed in with a cookie. Tokens are refused: they have channels of their own, whose limits hold.
    pub fn current() -> Result<Self, Error> {
        Self::of(Caller::current()?)
    }

    /// The user for this caller; `forbidden` for a token.
    pub fn of(caller: Caller) -> Result<Self, Error> {
        let membership = caller.membership()?.clone();
        if caller.token.is_some() {
            return Err(Error::new(Code::Forbidden, "The assistant needs a person at the page; no token can use it."));
        }
        Ok(Self { caller: Caller { channel: Channel::Assistant, room: None, ..caller }, membership })
    }

    /// Begins a transaction in the row scope of the user's calls. It takes a connection of the person's own pool share, whichever
    /// organizations they use the assistant in.
    pub async fn db(&self, access: AccessMode) -> Result<Db, Error> {
        self.begin(self.caller.identity_check(Some(&self.membership)), access).await
    }

    /// Begins a read transaction that checks the user's current access and sign-in. It takes a connection of the workers' pool share, so
    /// that a user who is busy still learns that their access has ended.
    pub async fn db_for_access_check(&self) -> Result<Db, Error> {
        let workers = &self.caller.services.workers;
        workers
            .begin_for(self.caller.person()?.id, self.caller.identity_check(None), row_scope_of(&self.membership), AccessMode::Read)
            .await
    }

    /// Begins a transaction that finishes work begun for the user, without an identity check: reserved tokens are settled and the partial
    /// answer is stored.
    pub async fn db_to_finish(&self) -> Result<Db, Error> {
        self.begin(IdentityCheck::default(), AccessMode::Write).await
    }

    async fn begin(&self, check: IdentityCheck<'_>, access: AccessMode) -> Result<Db, Error> {
        self.caller.services.database.begin_for(self.caller.person()?.id, check, row_scope_of(&self.membership), access).await
    }

    /// Calls an operation as the user.
    pub async fn call(&self, operation: &Operation, arguments: Value) -> Result<Value, Error> {
        operation.call(self.caller.clone(), arguments).await
    }

    /// Calls a write as the user if its effect has the fingerprint of its dry run; otherwise it is refused (`stale`).
    pub async fn commit(&self, operation: &Operation, arguments: Value, fingerprint: Vec<u8>) -> Result<Value, Error> {
        let expected_effect = Some(ExpectedEffect { operation: operation.declaration.name, fingerprint, fingerprint_of: fingerprint::of });
        operation.call(Caller { expected_effect, ..self.caller.clone() }, arguments).await
    }

    /// The operations that the user's role is offered.
    pub fn offered_operations(&self) -> impl Iterator<Item = &'static Operation> {
        let role = self.membership.role;
        registry::all().iter().filter(move |operation| is_offered(operation, role))
    }

    /// The operation of this name, if the user's role is offered it.
    pub fn named(&self, name: &str) -> Option<&'static Operation> {
        registry::find(name).filter(|operation| is_offered(operation, self.membership.role))
    }

    /// The permission that the user's role lacks for the operation of this name; `None` when it is offered to the user, or to nobody.
    pub fn missing_permission(&self, name: &str) -> Option<Permission> {
        let needs = registry::find(name).filter(|operation| is_in_the_assistant(operation))?.declaration.needs;
        (!self.membership.role.may(needs)).then_some(needs)
    }
}

fn is_offered(operation: &Operation, role: Role) -> bool {
    is_in_the_assistant(operation) && role.may(operation.declaration.needs)
}

/// Whether the assistant offers an operation to a role that may call it. Excluded are operations for a person at a page, secrets, which
/// would reach the model and stay in the conversation, and operations on the account: the conversation belongs to one organization, and
/// its model must not see the names of others.
pub(super) fn is_in_the_assistant(operation: &Operation) -> bool {
    let declaration = operation.declaration;
    declaration.audience != Audience::Person
        && !declaration.secret
        && !NEVER_OFFERED.contains(&declaration.name)
        && declaration.needs != Permission::SignedIn
}
