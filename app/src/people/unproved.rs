//! What becomes of the places of an account once its address is proved by whoever reads there, since somebody else may have signed up with
//! it. What others invited that one into waits for the proved person to accept it anew. Where nobody invited them, they stay: what is open
//! of their invitations, and of those who came through them, is taken back. Of every place it is told who else is there.

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    change, invite,
    store::{
        invitation,
        member::{self, Place, Row},
        unproved,
    },
    taking_back,
};
use crate::{
    access::{Permission, Role},
    audit::{self, Record},
    context::{Caller, Person},
    database::Db,
    error::Error,
    id::{ActionId, InvitationId, MemberId, OrganizationId, UserId},
    operation::Call,
    operations,
    security::{
        EventKind,
        event::{Origin, note},
    },
    text,
    verification::{Purpose, travelling},
};

/// So many of those in an organization are named; how many more there are is counted. Together with it they fit into an event.
const NAMED: usize = 3;

/// Of so many organizations each kind of thing is told; how many more there are is counted.
const TOLD: usize = 20;

/// The links of so many are withdrawn as well: to those of others it is answered that they were taken back, too.
const LINKS_MAX: usize = 1_000;

/// What is told of an organization, in the order in which a mail tells it.
const KINDS: [EventKind; 3] = [EventKind::MembershipWaits, EventKind::OrganizationFromBefore, EventKind::MembersJoinedBefore];

/// What became of the places of a person.
#[derive(Default)]
pub struct TakenBack {
    records: Vec<(OrganizationId, Record)>,
    told: Vec<(EventKind, String)>,
}

/// Settles every place of a person whose address is proved now, and notes for them what became of it. To be called in a transaction of
/// that person ([`crate::database::Reach::Person`]) before it touches their tokens: it holds the organizations they belong to, by id, each
/// with what goes with a member. What it answers is to be [written down](write_down) last.
pub async fn take_back(db: Db, caller: &Caller, person: Person) -> Result<(Db, TakenBack), Error> {
    let (id, email) = (person.id, person.email.clone());
    // Whoever has the link is not signed in, and acts as the person from here on.
    let caller = Caller { person: Some(person), sign_in: None, token: None, membership: None, ..caller.clone() };
    let mut cx = Call::within(db, caller).await?;
    let mut taken_back = TakenBack::default();
    for place in member::places_of(&mut cx.db, id.0).await? {
        settle(&mut cx, &place, &email, &mut taken_back).await?;
    }
    let (now, from) = (cx.now, Origin::of(&cx.caller));
    note_all(&mut cx.db, id, &taken_back, now, &from).await?;
    Ok((cx.db, taken_back))
}

/// Adds what was taken back to the chains of its organizations, which are held from here until the commit.
pub async fn write_down(db: &mut Db, taken_back: TakenBack) -> Result<(), Error> {
    for (organization, record) in taken_back.records {
        db.enter(organization).await?;
        audit::store::append_writes(db, &[record]).await?;
    }
    Ok(())
}

/// Ends a place, or sweeps it, as one action.
async fn settle(cx: &mut Call, place: &Place, email: &str, taken_back: &mut TakenBack) -> Result<(), Error> {
    let organization = OrganizationId(place.organization_id);
    cx.db.enter(organization).await?;
    // Whoever answers an invitation or changes people at the same time goes first, and what they did is found.
    member::lock_organization(&mut cx.db).await?;
    let found = member::find(&mut cx.db, place.member).await?;
    let Some(own) = found.filter(|own| own.removed_at.is_none()) else { return Ok(()) };
    cx.action = ActionId::new();
    cx.db.act(cx.action).await?;
    cx.come_in(MemberId(own.id)).await?;
    let beside = unproved::names_beside(&mut cx.db, own.id, None).await?;
    let inviter = who_invites_anew(cx, &own).await?;
    let (kind, record) = match inviter {
        Some(inviter) => (EventKind::MembershipWaits, Some(wait(cx, own, email, inviter).await?)),
        None => (EventKind::OrganizationFromBefore, sweep(cx, &own, &place.organization, taken_back).await?),
    };
    taken_back.told.push((kind, told(&place.organization, &beside)));
    taken_back.records.extend(record.map(|record| (organization, record)));
    Ok(())
}

/// Who invites somebody anew who came by an invitation; nobody where they came in another way, or nobody else may give what they are: an
/// organization keeps its only owner.
async fn who_invites_anew(cx: &mut Call, own: &Row) -> Result<Option<Uuid>, Error> {
    let Some(came_by) = unproved::came_by(&mut cx.db, own.id).await? else { return Ok(None) };
    let role = change::of(own)?;
    let may = Role::ALL.into_iter().filter(|inviter| inviter.covers(role) && inviter.may(Permission::ManagePeople));
    let may: Vec<String> = may.map(|inviter| inviter.name().to_owned()).collect();
    unproved::who_invites(&mut cx.db, own.id, came_by, &may).await
}

/// Ends a membership as leaving does, and leaves an invitation in its place to what it was.
async fn wait(cx: &mut Call, own: Row, email: &str, inviter: Uuid) -> Result<Record, Error> {
    invite_anew(cx, &own, email, inviter).await?;
    change::go(cx, own).await?;
    record(cx, "leave_organization", json!({}))
}

/// The invitation is there before what it gives is taken away. One that the address has already stays while it can be answered.
async fn invite_anew(cx: &mut Call, own: &Row, email: &str, inviter: Uuid) -> Result<(), Error> {
    let now = cx.now;
    if let Some(open) = invitation::find(&mut cx.db, None, Some(email)).await? {
        if open.expires_at.to_jiff() > now {
            return Ok(());
        }
        invitation::revoke(&mut cx.db, open.id, now).await?;
    }
    unproved::invite_anew(&mut cx.db, InvitationId::new().0, (own.id, email), inviter, &invite::sending(now)).await
}

/// Takes back what is open of the invitations of a member and of everybody who came through them, as `revoke_invitation` does, and names
/// those of them who are there. They stay: some may be colleagues.
async fn sweep(cx: &mut Call, own: &Row, organization: &str, taken_back: &mut TakenBack) -> Result<Option<Record>, Error> {
    let (now, came) = (cx.now, unproved::came_through(&mut cx.db, own.id).await?);
    let joined = unproved::names_beside(&mut cx.db, own.id, Some(&came)).await?;
    if !joined.is_empty() {
        taken_back.told.push((EventKind::MembersJoinedBefore, told(organization, &joined)));
    }
    let revoked = taking_back::take_back(&mut cx.db, &came, &[], now).await?;
    let Some(first) = revoked.first() else { return Ok(None) };
    for id in revoked.iter().take(LINKS_MAX) {
        travelling::withdraw(&mut cx.db, &[Purpose::AnswerInvitation, Purpose::JoinOrganization], *id, now).await?;
    }
    let given = json!({ "invitation": first, "invitations": revoked.len() });
    record(cx, "revoke_invitation", given).map(Some)
}

/// The action of this place for the chain. It names nobody: the member did not do it, nor did who signed up in their name.
fn record(cx: &Call, operation: &str, given: Value) -> Result<Record, Error> {
    let done = operations::named(operation).ok_or_else(Error::internal)?;
    Ok(Record::of_stranger(&cx.caller, cx.action, cx.now, done.declaration, given))
}

async fn note_all(db: &mut Db, person: UserId, taken_back: &TakenBack, now: Timestamp, from: &Origin) -> Result<(), Error> {
    for kind in KINDS {
        for line in taken_back.lines(kind) {
            note(db, person, kind, now, from, &line).await?;
        }
    }
    Ok(())
}

impl TakenBack {
    /// What is told of one kind: so many organizations, and how many more there are.
    fn lines(&self, kind: EventKind) -> Vec<String> {
        let all: Vec<&String> = self.told.iter().filter(|(known, _)| *known == kind).map(|(_, line)| line).collect();
        let mut lines: Vec<String> = all.iter().take(TOLD).map(|line| (*line).clone()).collect();
        if all.len() > TOLD {
            lines.push(format!("and {} more", all.len() - TOLD));
        }
        lines
    }

    /// The same in a mail, behind its other words; empty when nothing is to be told.
    pub fn in_mail(&self) -> String {
        let told = KINDS.into_iter().map(|kind| (kind, self.lines(kind))).filter(|(_, lines)| !lines.is_empty());
        told.map(|(kind, lines)| format!("\n\n{}:\n- {}", words(kind), lines.join("\n- "))).collect::<Vec<_>>().concat()
    }
}

/// What a mail says before the organizations of a kind.
fn words(kind: EventKind) -> &'static str {
    match kind {
        EventKind::MembershipWaits => {
            "Somebody had invited this account into these organizations. It belongs to them no longer, and an invitation to each of them \
             waits for you in Stint: accept those that you expect"
        }
        EventKind::MembersJoinedBefore => "Check these members, who joined through this account",
        _ => "This account belongs to these organizations. Check what is in them, and who else belongs to them",
    }
}

/// Who is where.
fn told(organization: &str, names: &[String]) -> String {
    let organization = text::excerpt(organization);
    if names.is_empty() {
        return format!("{organization}: nobody else");
    }
    let named: Vec<String> = names.iter().take(NAMED).map(|name| text::excerpt(name)).collect();
    let more = match names.len() - named.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{organization}: {}{more}", named.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_those_in_an_organization_a_few_are_named_and_all_are_counted() {
        let names = |many: usize| (1..=many).map(|at| format!("Eve {at}")).collect::<Vec<_>>();
        assert_eq!(told("Acme", &names(0)), "Acme: nobody else");
        assert_eq!(told("Acme", &names(1)), "Acme: Eve 1");
        assert_eq!(told("Acme", &names(3)), "Acme: Eve 1, Eve 2, Eve 3");
        assert_eq!(told("Acme", &names(200)), "Acme: Eve 1, Eve 2, Eve 3 and 197 more");
        let long = vec!["x".repeat(200); 200];
        let told = told(&"y".repeat(200), &long);
        assert!(told.ends_with(" and 197 more") && told.chars().count() <= 300, "{told}");
    }

    #[test]
    fn of_many_organizations_so_many_are_told_and_the_others_counted() {
        let told = |many: usize| TakenBack {
            records: Vec::new(),
            told: (0..many).map(|at| (EventKind::OrganizationFromBefore, format!("Acme {at}: nobody else"))).collect(),
        };
        assert_eq!(told(0).in_mail(), "");
        assert_eq!(told(TOLD).lines(EventKind::OrganizationFromBefore).len(), TOLD);
        assert!(told(TOLD).lines(EventKind::MembershipWaits).is_empty());
        let mail = told(TOLD + 5).in_mail();
        assert!(mail.contains("\n- Acme 0: nobody else\n- Acme 1: nobody else") && mail.ends_with("\n- and 5 more"), "{mail}");
    }
}
