//! One call of one operation: who asks, when, and the transaction that it works in.

use std::collections::BTreeSet;

use jiff::{Timestamp, civil};
use uuid::Uuid;

use super::{
    Change, Declaration, Effect, authorize,
    store::{self, once::Asker},
    ways, words,
};
use crate::{
    access::{Permission, Seen, Writes},
    account::identity,
    context::{Caller, Door, Membership, Services},
    database::{self, Access, Db},
    error::Error,
    id::{ActionId, MemberId},
    money::Currency,
    organizations,
    page::Listing,
    projects::sight::Sight,
    verification::refusal,
};

/// Where a person stands to the organization that holds the record of their call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stands {
    /// It is the one of the page; what belongs to the person alone is no organization's.
    AtThePage,
    /// They are in it, whichever page they are at: it may be by this call that they have come in.
    Inside,
    /// They have done something in it and belong to it no more than before.
    Outside,
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
    pub listing: Listing,
    /// The action that this one takes back, for the record.
    pub undoes: Option<ActionId>,
    pub(super) asker: Asker,
    pub(super) warnings: Vec<String>,
    pub(super) mails: i64,
    /// Whether something was changed of which the database keeps no images.
    pub(super) changed_something: bool,
    /// What is rung once it is kept.
    pub(super) afterwards: Vec<fn(&Services)>,
    pub(super) stands: Stands,
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
        self.caller.token.as_ref().is_some_and(|token| token.writes != Writes::Direct)
    }

    /// Whether the caller may call this operation, and have done what it does: what is named as a way on has to be one.
    pub fn may_call(&self, operation: &str) -> bool {
        ways::is_open(&self.caller, operation)
    }

    /// The same refusal with the operation that leads on, for who calls by name: at a page nobody does.
    pub fn led_to(&self, operation: &str, error: Error) -> Error {
        match self.caller.door != Door::Page && self.may_call(operation) {
            true => error.hint(format!("{operation} shows them.")),
            false => error,
        }
    }

    /// Tells the caller something a careful person would want to know. A sentence that names an operation is for programs that may call it.
    pub fn warn(&mut self, warning: impl Into<String>) {
        let warning: String = warning.into();
        let warning = words::warning(self.caller.door, ways::open_words(&self.caller, &warning));
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    /// Adds a warning in the words for whoever reads it: a program has the names of the records in its answer, and reads by the character.
    pub fn warn_either(&mut self, person: String, program: String) {
        self.warn(if words::warns_persons(self.caller.door) { person } else { program });
    }

    /// Remembers that a mail was put into the outbox, so that it is counted, and leaves as soon as the call is done. Refused while
    /// the address of the person is not confirmed.
    pub fn mailed(&mut self) -> Result<(), Error> {
        refusal::of_mail(&self.caller)?;
        self.mails += 1;
        Ok(())
    }

    /// What the caller would be told of this refusal of a call of `operation`: what was wrong, and what to do next.
    pub fn told(&self, operation: &str, refusal: Error) -> String {
        let Error { message, hint, .. } = ways::open_ones(&self.caller, operation, words::refusal(self.caller.door, refusal));
        std::iter::once(message).chain(hint).collect::<Vec<_>>().join(" ")
    }

    /// Says that this call has changed something, so that nobody looks through the images of its changes for that: it always does, or what
    /// it changes has none.
    pub fn has_changed(&mut self) {
        self.changed_something = true;
    }

    /// Rings somebody once what the call did is kept.
    pub fn afterwards(&mut self, ring: fn(&Services)) {
        self.afterwards.push(ring);
    }

    /// Goes on as this member of the organization that the transaction has entered: the record of the call belongs there.
    pub async fn come_in(&mut self, member: MemberId) -> Result<(), Error> {
        let standing = organizations::store::standing(&mut self.db, member).await?;
        self.caller.membership = Some(identity::membership(standing)?);
        self.stands = Stands::Inside;
        Ok(())
    }

    /// Ends as somebody who is no member of the organization that the transaction has entered: the record of the call belongs there,
    /// and names nobody.
    pub fn stay_outside(&mut self) {
        self.stands = Stands::Outside;
    }

    /// Authorizes the caller and begins the transaction.
    pub(super) async fn begin(declaration: &'static Declaration, caller: Caller, dry_run: bool) -> Result<Self, Error> {
        authorize(&caller, declaration, dry_run)?;
        let action = ActionId::new();
        let writes = declaration.effect != Effect::Read;
        let (reach, asker) = match (&caller.membership, declaration.needs) {
            (Some(membership), needs) if needs != Permission::SignedIn => (reach_of(membership), Asker::member(&caller)?),
            _ => (database::Reach::Person(caller.person()?.id.0), Asker::person(&caller)?),
        };
        let access = if writes { Access::Action(action.0) } else { Access::Read };
        let standing = caller.standing(caller.membership.as_ref().filter(|_| declaration.needs != Permission::SignedIn));
        let db = caller.services.database.begin_for(caller.person()?.id, standing, reach, access).await?;
        let now = caller.services.clock.now();
        Ok(Self::of(caller, db, now, action, dry_run, asker))
    }

    /// A call that goes on in a transaction in which something else was done: both are kept, or neither. Whoever begins it has
    /// found out that the caller may make it.
    pub async fn within(mut db: Db, caller: Caller) -> Result<Self, Error> {
        let (action, now, asker) = (ActionId::new(), caller.services.clock.now(), Asker::person(&caller)?);
        db.act(action).await?;
        Ok(Self::of(caller, db, now, action, false, asker))
    }

    fn of(caller: Caller, db: Db, now: Timestamp, action: ActionId, dry_run: bool, asker: Asker) -> Self {
        Self {
            caller,
            db,
            now,
            action,
            dry_run,
            listing: Listing::default(),
            undoes: None,
            asker,
            warnings: Vec::new(),
            mails: 0,
            changed_something: false,
            afterwards: Vec::new(),
            stands: Stands::AtThePage,
        }
    }

    /// What the call has changed so far, as the caller may see it.
    pub(super) async fn changes(&mut self) -> Result<Vec<Change>, Error> {
        let mut changes = Change::priced(store::changes(&mut self.db, self.action).await?);
        let money = Sight::of(self).is_ok_and(|sight| sight.money);
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
pub(crate) fn reach_of(membership: &Membership) -> database::Reach {
    match membership.role.sees() {
        Seen::GrantedClients => database::Reach::Granted(membership.organization, membership.member),
        _ => database::Reach::Organization(membership.organization),
    }
}
