//! One call of one operation: who asks, when, and the transaction that it works in.

use std::collections::BTreeSet;

use jiff::{Timestamp, civil};
use uuid::Uuid;

use super::{
    Change, Declaration, Effect, authorize, callable_operations, channel_wording,
    store::{self, idempotency::IdempotencyScope},
};
use crate::{
    access::{Permission, RoleVisibility, WriteMode},
    account::identity,
    context::{Caller, Channel, Membership, Services},
    database::{self, AccessMode, Db},
    error::Error,
    id::{ActionId, MemberId},
    money::Currency,
    organizations,
    page::ListQuery,
    projects::read_scope::ReadScope,
    verification::require_confirmed,
};

/// Where a person stands to the organization that holds the record of their call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AuditPlacement {
    /// It is the one of the page; what belongs to the person alone is no organization's.
    CurrentOrganization,
    /// They are in it, whichever page they are at: it may be by this call that they have come in.
    Member,
    /// They have done something in it and belong to it no more than before.
    NonMember,
}

/// What an operation works with: who asks, when, and a transaction that belongs to their organization.
pub struct Call {
    /// Who asks.
    pub caller: Caller,
    /// The transaction.
    pub db: Db,
    /// The instant of the call; the same for everything that it does.
    pub now: Timestamp,
    /// What is being done, for the record.
    pub action: ActionId,
    /// Whether nothing will be kept.
    pub dry_run: bool,
    /// The list that it asks for, where it is one.
    pub listing: ListQuery,
    /// The action that this one takes back, for the record.
    pub undoes: Option<ActionId>,
    pub(super) idempotency_scope: IdempotencyScope,
    pub(super) warnings: Vec<String>,
    pub(super) mails: i64,
    /// Whether something was changed of which the database keeps no images.
    pub(super) changed_something: bool,
    /// What is rung once it is kept.
    pub(super) on_commit: Vec<fn(&Services)>,
    pub(super) audit_placement: AuditPlacement,
}

impl Call {
    /// Where the caller stands. Present in every operation that needs more than being signed in.
    pub fn membership(&self) -> Result<&Membership, Error> {
        self.caller.membership()
    }

    /// The organization's own currency.
    pub fn currency(&self) -> Result<Currency, Error> {
        Ok(self.membership()?.currency.clone())
    }

    /// Today, where the caller is: for their own time.
    pub fn member_today(&self) -> Result<civil::Date, Error> {
        Ok(self.now.to_zoned(self.membership()?.member_zone.clone()).date())
    }

    /// Today, where the organization is: for what is about money.
    pub fn organization_today(&self) -> Result<civil::Date, Error> {
        Ok(self.now.to_zoned(self.membership()?.organization_zone.clone()).date())
    }

    /// Whether the caller's role holds a further permission.
    pub fn may(&self, permission: Permission) -> bool {
        self.caller.membership.as_ref().is_some_and(|membership| membership.role.may(permission))
    }

    /// Whether what the caller writes has to wait for a person.
    pub fn writes_drafts(&self) -> bool {
        self.caller.token.as_ref().is_some_and(|token| token.writes != WriteMode::Direct)
    }

    /// Whether the caller may call this operation, and have done what it does: what is named as a way on has to be one.
    pub fn may_call(&self, operation: &str) -> bool {
        callable_operations::is_callable(&self.caller, operation)
    }

    /// The same refusal with the operation that leads on, for who calls by name: at a page nobody does.
    pub fn with_operation_hint(&self, operation: &str, error: Error) -> Error {
        match self.caller.channel != Channel::Page && self.may_call(operation) {
            true => error.hint(format!("{operation} shows them.")),
            false => error,
        }
    }

    /// Tells the caller something a careful person would want to know. A sentence that names an operation is for programs that may call it.
    pub fn warn(&mut self, warning: impl Into<String>) {
        let warning: String = warning.into();
        let warning =
            channel_wording::warning(self.caller.channel, callable_operations::warning_without_uncallable(&self.caller, &warning));
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    /// Adds a warning in the words for whoever reads it: a program has the names of the records in its answer, and reads by the character.
    pub fn warn_by_channel(&mut self, person: String, program: String) {
        self.warn(if channel_wording::shows_warnings_to_person(self.caller.channel) { person } else { program });
    }

    /// Remembers that a mail was put into the outbox, so that it is counted, and leaves as soon as the call is done. Refused while
    /// the address of the person is not confirmed.
    pub fn count_mail(&mut self) -> Result<(), Error> {
        require_confirmed::for_mail(&self.caller)?;
        self.mails += 1;
        Ok(())
    }

    /// What the caller would be told of this refusal of a call of `operation`: what was wrong, and what to do next.
    pub fn told(&self, operation: &str, refusal: Error) -> String {
        let Error { message, hint, .. } =
            callable_operations::without_uncallable(&self.caller, operation, channel_wording::refusal(self.caller.channel, refusal));
        std::iter::once(message).chain(hint).collect::<Vec<_>>().join(" ")
    }

    /// Says that this call has changed something, so that nobody looks through the images of its changes for that: it always does, or what
    /// it changes has none.
    pub fn mark_changed(&mut self) {
        self.changed_something = true;
    }

    /// Rings somebody once what the call did is kept.
    pub fn on_commit(&mut self, ring: fn(&Services)) {
        self.on_commit.push(ring);
    }

    /// Goes on as this member of the organization that the transaction has entered: the record of the call belongs there.
    pub async fn act_as_member(&mut self, member: MemberId) -> Result<(), Error> {
        let standing = organizations::store::membership(&mut self.db, member).await?;
        self.caller.membership = Some(identity::membership(standing)?);
        self.audit_placement = AuditPlacement::Member;
        Ok(())
    }

    /// Ends as somebody who is no member of the organization that the transaction has entered: the record of the call belongs there,
    /// and names nobody.
    pub fn act_as_non_member(&mut self) {
        self.audit_placement = AuditPlacement::NonMember;
    }

    /// Authorizes the caller and begins the transaction.
    pub(super) async fn begin(declaration: &'static Declaration, caller: Caller, dry_run: bool) -> Result<Self, Error> {
        authorize(&caller, declaration, dry_run)?;
        let action = ActionId::new();
        let writes = declaration.effect != Effect::Read;
        let (reach, idempotency_scope) = match (&caller.membership, declaration.needs) {
            (Some(membership), needs) if needs != Permission::SignedIn => (row_scope_of(membership), IdempotencyScope::member(&caller)?),
            _ => (database::RowScope::Person(caller.person()?.id.0), IdempotencyScope::person(&caller)?),
        };
        let access = if writes { AccessMode::Action(action.0) } else { AccessMode::Read };
        let standing = caller.identity_check(caller.membership.as_ref().filter(|_| declaration.needs != Permission::SignedIn));
        let db = caller.services.database.begin_for(caller.person()?.id, standing, reach, access).await?;
        let now = caller.services.clock.now();
        Ok(Self::of(caller, db, now, action, dry_run, idempotency_scope))
    }

    /// A call that goes on in a transaction in which something else was done: both are kept, or neither. Whoever begins it has
    /// found out that the caller may make it.
    pub async fn resume(mut db: Db, caller: Caller) -> Result<Self, Error> {
        let (action, now, idempotency_scope) = (ActionId::new(), caller.services.clock.now(), IdempotencyScope::person(&caller)?);
        db.set_action(action).await?;
        Ok(Self::of(caller, db, now, action, false, idempotency_scope))
    }

    fn of(caller: Caller, db: Db, now: Timestamp, action: ActionId, dry_run: bool, idempotency_scope: IdempotencyScope) -> Self {
        Self {
            caller,
            db,
            now,
            action,
            dry_run,
            listing: ListQuery::default(),
            undoes: None,
            idempotency_scope,
            warnings: Vec::new(),
            mails: 0,
            changed_something: false,
            on_commit: Vec::new(),
            audit_placement: AuditPlacement::CurrentOrganization,
        }
    }

    /// What the call has changed so far, as the caller may see it.
    pub(super) async fn changes(&mut self) -> Result<Vec<Change>, Error> {
        let mut changes = Change::with_currencies(store::changes(&mut self.db, self.action).await?);
        let money = ReadScope::of(self).is_ok_and(|read_scope| read_scope.money);
        if !money {
            changes.iter_mut().for_each(Change::hide_money);
        }
        // There is no scope for what people cost, so no token is shown it.
        if self.caller.token.is_some() || !self.may(Permission::ReadCosts) {
            changes.iter_mut().for_each(Change::hide_costs);
        }
        self.name(&mut changes, money).await?;
        Ok(changes)
    }

    /// Says what the records are called that changes refer to.
    pub(crate) async fn name(&mut self, changes: &mut [Change], money: bool) -> Result<(), Error> {
        let ids: Vec<Uuid> = changes.iter().flat_map(Change::refers_to).collect::<BTreeSet<_>>().into_iter().collect();
        if ids.is_empty() {
            return Ok(());
        }
        let names = store::names(&mut self.db, &ids, money).await?;
        for change in changes {
            let own = change.refers_to();
            let own = names.iter().filter(|(id, _)| own.contains(id));
            change.names = own.map(|(id, name)| (id.to_string(), name.clone())).collect();
        }
        Ok(())
    }
}

/// A viewer reads what was granted to them, and writes within it what is their own.
pub(crate) fn row_scope_of(membership: &Membership) -> database::RowScope {
    match membership.role.visibility() {
        RoleVisibility::GrantedClients => database::RowScope::Granted(membership.organization, membership.member),
        _ => database::RowScope::Organization(membership.organization),
    }
}
