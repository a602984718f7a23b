//! One call of one operation: its caller, its instant and its transaction.

use std::collections::BTreeSet;

use domain::{
    id::{ActionId, MemberId},
    money::Currency,
};
use jiff::{Timestamp, civil};
use uuid::Uuid;

use super::{
    Change, Declaration, Effect, SHOWN_BYTES_MAX, authorize, callable_operations, channel_wording, confirmed_address,
    read_scope::ReadScope,
    store::{self, idempotency::IdempotencyScope},
};
use crate::{
    access::{Permission, RoleVisibility, WriteMode},
    context::{Caller, Channel, Membership, Services},
    database::{self, AccessMode, Db},
    error::Error,
    page::ListQuery,
};

/// How the caller is related to the organization whose audit log holds the record of the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AuditPlacement {
    /// The organization of the page. A call that concerns the person alone is recorded in no organization.
    CurrentOrganization,
    /// The caller is a member of it, whichever page they are at: this call may have made them one.
    Member,
    /// The caller has done something in it without being a member.
    NonMember,
}

/// The most warnings in an answer, beside the one that says that there are more. Nobody reads more, and a change of a rate can pass the
/// thresholds of thousands of budgets.
const WARNINGS_MAX: usize = 50;

/// Adds a warning once, and beyond [`WARNINGS_MAX`] the sentence that some are left out.
fn add_warning(warnings: &mut Vec<String>, warning: String) {
    match warnings.len() {
        _ if warnings.contains(&warning) => {}
        ..WARNINGS_MAX => warnings.push(warning),
        WARNINGS_MAX => warnings.push("There are more warnings, which are left out.".to_owned()),
        _ => {}
    }
}

/// The context of an operation: its caller, its instant, and a transaction under the row scope of the caller.
pub struct Call {
    /// The caller.
    pub caller: Caller,
    /// The transaction.
    pub db: Db,
    /// The instant of the call, the same for all of its work.
    pub now: Timestamp,
    /// The id of the action, for the audit log.
    pub action: ActionId,
    /// Whether the call is rolled back at its end.
    pub dry_run: bool,
    /// The page of a list that it asks for, where the operation lists.
    pub listing: ListQuery,
    /// The action that this one undoes, for the audit log.
    pub undoes: Option<ActionId>,
    pub(super) idempotency_scope: IdempotencyScope,
    pub(super) warnings: Vec<String>,
    pub(super) mails: i64,
    /// Whether the call changed something of which the database keeps no images.
    pub(super) changed_something: bool,
    /// The functions to call after the commit.
    pub(super) on_commit: Vec<fn(&Services)>,
    pub(super) audit_placement: AuditPlacement,
}

impl Call {
    /// The membership of the caller. Present in every operation that needs more than being signed in.
    pub fn membership(&self) -> Result<&Membership, Error> {
        self.caller.membership()
    }

    /// The organization's own currency.
    pub fn currency(&self) -> Result<Currency, Error> {
        Ok(self.membership()?.currency.clone())
    }

    /// Today in the time zone of the caller: for their own time.
    pub fn member_today(&self) -> Result<civil::Date, Error> {
        Ok(self.now.to_zoned(self.membership()?.member_zone.clone()).date())
    }

    /// Today in the time zone of the organization: for everything about money.
    pub fn organization_today(&self) -> Result<civil::Date, Error> {
        Ok(self.now.to_zoned(self.membership()?.organization_zone.clone()).date())
    }

    /// Whether the caller's role holds a further permission.
    pub fn may(&self, permission: Permission) -> bool {
        self.caller.membership.as_ref().is_some_and(|membership| membership.role.may(permission))
    }

    /// Whether writes of the caller wait as drafts for a person.
    pub fn writes_drafts(&self) -> bool {
        self.caller.token.as_ref().is_some_and(|token| token.writes != WriteMode::Direct)
    }

    /// Whether the caller may call this operation and is not refused for approval, so that a hint may name it.
    pub fn may_call(&self, operation: &str) -> bool {
        callable_operations::is_callable(&self.caller, operation)
    }

    /// Adds a hint with the operation that helps, for callers who call operations by name: not at a page.
    pub fn with_operation_hint(&self, operation: &str, error: Error) -> Error {
        match self.caller.channel != Channel::Page && self.may_call(operation) {
            true => error.hint(format!("{operation} shows them.")),
            false => error,
        }
    }

    /// Adds a warning to the answer. A sentence that names an operation is shown only to programs that may call it.
    pub fn warn(&mut self, warning: impl Into<String>) {
        // A write of thousands of records warns of each: what is left out in the end is not worded first.
        if self.warnings.len() > WARNINGS_MAX {
            return;
        }
        let warning: String = warning.into();
        let warning =
            channel_wording::warning(self.caller.channel, callable_operations::warning_without_uncallable(&self.caller, &warning));
        add_warning(&mut self.warnings, warning);
    }

    /// Takes the warnings so far out of the answer, for an operation that words them anew.
    pub fn take_warnings(&mut self) -> Vec<String> {
        std::mem::take(&mut self.warnings)
    }

    /// Adds a warning worded for a person or for a program, which has the names of the records in its answer and pays for each character.
    pub fn warn_by_channel(&mut self, person: String, program: String) {
        self.warn(self.worded(person, program));
    }

    /// The words for a person or those for a program, whichever reads the sentences of this channel. A person is given the name of a page,
    /// since an address in a sentence cannot be followed there; a program is given its address.
    pub fn worded(&self, person: String, program: String) -> String {
        if channel_wording::shows_warnings_to_person(self.caller.channel) { person } else { program }
    }

    /// The address of a page of the organization, for programs; `path` is the part of it below the organization, such as `time`.
    pub fn page_address(&self, path: &str) -> Result<String, Error> {
        Ok(format!("{}/o/{}/{path}", self.caller.services.public_url, self.membership()?.slug))
    }

    /// Counts a mail that was put into the outbox: it uses up quota, and is sent as soon as the call is committed. Refused while the
    /// address of the person is not confirmed.
    pub fn count_mail(&mut self) -> Result<(), Error> {
        confirmed_address::for_mail(&self.caller)?;
        self.mails += 1;
        Ok(())
    }

    /// The text of this refusal of a call of `operation` as the caller would read it: what was wrong, and what to do next.
    pub fn told(&self, operation: &str, refusal: Error) -> String {
        let Error { message, hint, .. } =
            callable_operations::without_uncallable(&self.caller, operation, channel_wording::refusal(self.caller.channel, refusal));
        std::iter::once(message).chain(hint).collect::<Vec<_>>().join(" ")
    }

    /// Notes that this call has changed something, so that the images of its changes are not counted for that: it always does, or what
    /// it changes has no images.
    pub fn mark_changed(&mut self) {
        self.changed_something = true;
    }

    /// Registers a function to call after the commit, such as one that wakes up a job.
    pub fn on_commit(&mut self, ring: fn(&Services)) {
        self.on_commit.push(ring);
    }

    /// Continues as this member of the organization that the transaction has entered; its audit log gets the record of the call.
    pub async fn act_as_member(&mut self, member: MemberId) -> Result<(), Error> {
        let membership = super::store::membership(&mut self.db, member).await?;
        self.caller.membership = Some(super::membership::membership(membership)?);
        self.audit_placement = AuditPlacement::Member;
        Ok(())
    }

    /// Ends as a non-member of the organization that the transaction has entered; its audit log gets the record of the call, which
    /// names no member.
    pub fn act_as_non_member(&mut self) {
        self.audit_placement = AuditPlacement::NonMember;
    }

    /// Authorizes the caller and begins the transaction.
    pub(super) async fn begin(declaration: &'static Declaration, caller: Caller, dry_run: bool) -> Result<Self, Error> {
        authorize(&caller, declaration, dry_run)?;
        let action = ActionId::new();
        let writes = declaration.effect != Effect::Read;
        let (row_scope, idempotency_scope) = match (&caller.membership, declaration.needs) {
            (Some(membership), needs) if needs != Permission::SignedIn => (row_scope_of(membership), IdempotencyScope::member(&caller)?),
            _ => (database::RowScope::Person(caller.person()?.id.0), IdempotencyScope::person(&caller)?),
        };
        let access = if writes { AccessMode::Action(action.0) } else { AccessMode::Read };
        let identity_check = caller.identity_check(caller.membership.as_ref().filter(|_| declaration.needs != Permission::SignedIn));
        let db = caller.services.database.begin_for(caller.person()?.id, identity_check, row_scope, access).await?;
        let now = caller.services.clock.now();
        Ok(Self::of(caller, db, now, action, dry_run, idempotency_scope))
    }

    /// Makes a call in a transaction that has already done other work: both are committed, or neither. The call site is responsible
    /// for the authorization.
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

    /// The changes of the call so far, as far as the caller may see them.
    pub(super) async fn changes(&mut self) -> Result<Vec<Change>, Error> {
        let mut changes = Change::with_currencies(store::changes(&mut self.db, self.action, SHOWN_BYTES_MAX).await?);
        let money = ReadScope::of(self).is_ok_and(|read_scope| read_scope.money);
        if !money {
            changes.iter_mut().for_each(Change::hide_money);
        }
        // No scope covers cost rates, so no token sees them.
        if self.caller.token.is_some() || !self.may(Permission::ReadCosts) {
            changes.iter_mut().for_each(Change::hide_costs);
        }
        self.name(&mut changes, money).await?;
        Ok(changes)
    }

    /// Adds to changes the names of the records that they refer to.
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

/// The row scope of a member. A viewer reads the clients granted to them, and writes within those only what is their own.
pub(crate) fn row_scope_of(membership: &Membership) -> database::RowScope {
    match membership.role.visibility() {
        RoleVisibility::GrantedClients => database::RowScope::Granted(membership.organization, membership.member),
        _ => database::RowScope::Organization(membership.organization),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_has_each_warning_once_and_says_that_some_are_left_out() {
        let mut warnings = Vec::new();
        for number in 0..200 {
            add_warning(&mut warnings, format!("Warning {}", number / 2));
        }
        assert_eq!(warnings.len(), WARNINGS_MAX + 1);
        assert_eq!(&warnings[..2], ["Warning 0", "Warning 1"]);
        assert_eq!(warnings.last().map(String::as_str), Some("There are more warnings, which are left out."));
    }
}
