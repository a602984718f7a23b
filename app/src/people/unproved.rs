//! What becomes of the places of an account once its address is proved by whoever reads there, since somebody else may have signed up with
//! it. What others invited that one into waits for the proved person to accept it anew. Where nobody invited them, they stay: what is open
//! of their invitations, and of those who came through them and have proved no address either, is taken back. What waits for others stays
//! all the same. Of every place it is told who else is there.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    change,
    invite::{self, OPEN_MAX},
    letter,
    store::{
        invitation::{self, Spared},
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
    operations, outbox,
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

/// So many places are settled with one password; of the others it is told that they are as they were.
const SETTLED: usize = 50;

/// How long somebody is waited for who holds what is in one place: no organization keeps a person from their password.
const WAIT: Duration = Duration::from_secs(1);

/// The links of so many are withdrawn as well: to those of others it is answered that they were taken back, too.
const LINKS_MAX: usize = 1_000;

/// The links that open an invitation.
const LINKS: [Purpose; 2] = [Purpose::AnswerInvitation, Purpose::JoinOrganization];

/// What is told of an organization, in the order in which a mail tells it.
const KINDS: [EventKind; 3] = [EventKind::MembershipWaits, EventKind::OrganizationFromBefore, EventKind::MembersJoinedBefore];

/// What became of the places of a person.
#[derive(Default)]
pub struct TakenBack {
    records: Vec<(OrganizationId, Record)>,
    told: Vec<Told>,
}

/// What is told of one organization.
struct Told {
    kind: EventKind,
    line: String,
    /// Whether others are in it.
    shared: bool,
}

/// Settles every place of a person whose address is proved now, and notes for them what became of it. To be called in a transaction of
/// that person ([`crate::database::Reach::Person`]) before it touches their tokens and after their sign-ins have ended: it holds the
/// organizations they belong to, by id, each with what goes with a member. What it answers is to be [written down](write_down) last.
pub async fn take_back(db: Db, caller: &Caller, person: Person) -> Result<(Db, TakenBack), Error> {
    let (id, email) = (person.id, person.email.clone());
    // Whoever has the link is not signed in, and acts as the person from here on.
    let caller = Caller { person: Some(person), sign_in: None, token: None, membership: None, ..caller.clone() };
    let mut cx = Call::within(db, caller).await?;
    let taken_back = settle_all(&mut cx, id, &email).await?;
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

/// Settles as many places as one password does, and tells of all.
async fn settle_all(cx: &mut Call, person: UserId, email: &str) -> Result<TakenBack, Error> {
    let places = member::places_of(&mut cx.db, person.0).await?;
    let usual = cx.db.waiting_limit().await?;
    cx.db.limit_waiting(WAIT).await?;
    let mut taken_back = TakenBack::default();
    for place in places.iter().take(SETTLED) {
        taken_back.add(settle_or_leave(cx, place, email).await?);
    }
    cx.db.limit_waiting(usual).await?;
    taken_back.told.extend(places.iter().skip(SETTLED).map(Told::as_it_was));
    Ok(taken_back)
}

/// Settles a place, or leaves it as it is where somebody else holds it or the database refuses: the password is changed in any case.
async fn settle_or_leave(cx: &mut Call, place: &Place, email: &str) -> Result<TakenBack, Error> {
    cx.db.mark().await?;
    let problem = match settle(cx, place, email).await {
        Ok(settled) => return Ok(settled),
        Err(problem) => problem,
    };
    tracing::warn!(%problem, organization = %place.organization_id, "what an account has in an organization was left as it was");
    cx.db.turn_back().await?;
    cx.db.enter(OrganizationId(place.organization_id)).await?;
    let beside = unproved::names_beside(&mut cx.db, place.member, None).await?;
    Ok(TakenBack::of(Told::of(EventKind::OrganizationFromBefore, &place.organization, &beside)))
}

/// Ends a place, or sweeps it, as one action.
async fn settle(cx: &mut Call, place: &Place, email: &str) -> Result<TakenBack, Error> {
    let organization = OrganizationId(place.organization_id);
    cx.db.enter(organization).await?;
    // Whoever answers an invitation or changes people at the same time goes first, and what they did is found.
    member::lock_organization(&mut cx.db).await?;
    let found = member::find(&mut cx.db, place.member).await?;
    let Some(own) = found.filter(|own| own.removed_at.is_none()) else { return Ok(TakenBack::default()) };
    cx.action = ActionId::new();
    cx.db.act(cx.action).await?;
    cx.come_in(MemberId(own.id)).await?;
    let beside = unproved::names_beside(&mut cx.db, own.id, None).await?;
    let told = |kind| TakenBack::of(Told::of(kind, &place.organization, &beside));
    let (mut settled, record) = match who_invites_anew(cx, &own).await? {
        Some(anew) => (told(EventKind::MembershipWaits), Some(wait(cx, own, email, &anew).await?)),
        None => {
            let swept = sweep(cx, &own).await?;
            let mut settled = told(EventKind::OrganizationFromBefore);
            settled.told.extend(swept.joined(&place.organization));
            (settled, swept.record)
        }
    };
    settled.records.extend(record.map(|record| (organization, record)));
    Ok(settled)
}

/// How somebody comes back who came by an invitation.
struct Anew {
    came_by: Uuid,
    inviter: Uuid,
}

/// Who invites somebody anew who came by an invitation; nobody where they came in another way, or nobody else may give what they are: an
/// organization keeps its only owner.
async fn who_invites_anew(cx: &mut Call, own: &Row) -> Result<Option<Anew>, Error> {
    let Some(came_by) = unproved::came_by(&mut cx.db, own.id).await? else { return Ok(None) };
    let inviter = who_may_give(cx, own, came_by, change::of(own)?).await?;
    Ok(inviter.map(|inviter| Anew { came_by, inviter }))
}

/// Who beside a member may invite to a role.
async fn who_may_give(cx: &mut Call, own: &Row, came_by: Uuid, role: Role) -> Result<Option<Uuid>, Error> {
    let may = Role::ALL.into_iter().filter(|inviter| inviter.covers(role) && inviter.may(Permission::ManagePeople));
    let may: Vec<String> = may.map(|inviter| inviter.name().to_owned()).collect();
    let now = cx.now;
    unproved::who_invites(&mut cx.db, (own.id, came_by), &may, now, OPEN_MAX).await
}

/// Ends a membership as leaving does, and leaves an invitation in its place to what it was.
async fn wait(cx: &mut Call, own: Row, email: &str, anew: &Anew) -> Result<Record, Error> {
    invite_anew(cx, &own, email, anew.inviter).await?;
    hand_over(cx, &own, anew.came_by).await?;
    change::go(cx, own).await?;
    record(cx, "leave_organization", json!({}))
}

/// The invitation is there before what it gives is taken away. One that the address has already goes, since it may give anything.
async fn invite_anew(cx: &mut Call, own: &Row, email: &str, inviter: Uuid) -> Result<(), Error> {
    let now = cx.now;
    if let Some(open) = invitation::find(&mut cx.db, None, Some(email)).await? {
        invitation::revoke(&mut cx.db, open.id, now).await?;
        outbox::keep_mails(&mut cx.db, &[open.id], &letter::taken_back()).await?;
        travelling::withdraw(&mut cx.db, &LINKS, open.id, now).await?;
    }
    unproved::invite_anew(&mut cx.db, InvitationId::new().0, (own.id, email), inviter, &invite::sending(now)).await
}

/// Lets somebody else answer for what waits for others in the name of a member who goes: it would be taken back with them.
async fn hand_over(cx: &mut Call, own: &Row, came_by: Uuid) -> Result<(), Error> {
    let now = cx.now;
    let waiting = unproved::waiting(&mut cx.db, &[own.id], now).await?;
    for role in Role::ALL {
        let to_role: Vec<Uuid> = waiting.iter().filter(|waiting| waiting.role == role.name()).map(|waiting| waiting.id).collect();
        if to_role.is_empty() {
            continue;
        }
        if let Some(inviter) = who_may_give(cx, own, came_by, role).await? {
            unproved::hand_over(&mut cx.db, &to_role, inviter).await?;
        }
    }
    Ok(())
}

/// What was found where somebody stays.
struct Swept {
    record: Option<Record>,
    /// Who came through them.
    came: Vec<String>,
}

/// Takes back what is open of the invitations of a member and of everybody who came through them, as `revoke_invitation` does, but for
/// those of whoever has proved their own address, and for what waits for somebody who did. They stay: some may be colleagues.
async fn sweep(cx: &mut Call, own: &Row) -> Result<Swept, Error> {
    let (now, came) = (cx.now, unproved::came_through(&mut cx.db, own.id).await?);
    let mut names = unproved::names_beside(&mut cx.db, own.id, Some(&came)).await?;
    let by = unproved::unproved_among(&mut cx.db, &came, own.id).await?;
    let waiting = unproved::waiting(&mut cx.db, &by, now).await?;
    let spared = Spared { invitations: waiting.iter().map(|waiting| waiting.id).collect(), ..Spared::default() };
    names.extend(waiting.into_iter().map(|waiting| waiting.name));
    let revoked = taking_back::take_back(&mut cx.db, &by, &spared, now).await?;
    for id in revoked.iter().take(LINKS_MAX) {
        travelling::withdraw(&mut cx.db, &LINKS, *id, now).await?;
    }
    let given = revoked.first().map(|first| json!({ "invitation": first, "invitations": revoked.len() }));
    let record = given.map(|given| record(cx, "revoke_invitation", given)).transpose()?;
    Ok(Swept { record, came: names })
}

impl Swept {
    /// What is told of those who came through somebody, if there are any.
    fn joined(&self, organization: &str) -> Option<Told> {
        (!self.came.is_empty()).then(|| Told::of(EventKind::MembersJoinedBefore, organization, &self.came))
    }
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
    /// What is told of one place.
    fn of(told: Told) -> Self {
        Self { records: Vec::new(), told: vec![told] }
    }

    fn add(&mut self, settled: Self) {
        self.records.extend(settled.records);
        self.told.extend(settled.told);
    }

    /// What is told of one kind: so many organizations, those with others in them first, and how many more there are.
    fn lines(&self, kind: EventKind) -> Vec<String> {
        let mut all: Vec<&Told> = self.told.iter().filter(|told| told.kind == kind).collect();
        all.sort_by_key(|told| !told.shared);
        let mut lines: Vec<String> = all.iter().take(TOLD).map(|told| told.line.clone()).collect();
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
             waits for you in Stint: accept those that you expect. A timer that ran there has stopped"
        }
        EventKind::MembersJoinedBefore => "Check these members, who joined through this account",
        _ => "This account belongs to these organizations. Check what is in them, and who else belongs to them",
    }
}

impl Told {
    /// Who is where.
    fn of(kind: EventKind, organization: &str, names: &[String]) -> Self {
        Self { kind, line: line(organization, names), shared: !names.is_empty() }
    }

    /// A place that was not looked at.
    fn as_it_was(place: &Place) -> Self {
        Self { kind: EventKind::OrganizationFromBefore, line: quoted(&place.organization), shared: false }
    }
}

/// Those of an organization on one line.
fn line(organization: &str, names: &[String]) -> String {
    let organization = quoted(organization);
    if names.is_empty() {
        return format!("{organization}: nobody else");
    }
    let named: Vec<String> = names.iter().take(NAMED).map(|name| quoted(name)).collect();
    let more = match names.len() - named.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{organization}: {}{more}", named.join(", "))
}

/// A name that somebody else has chosen, so that nobody takes it for words of ours.
fn quoted(name: &str) -> String {
    format!("\"{}\"", text::excerpt(name).replace('"', "'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_those_in_an_organization_a_few_are_named_and_all_are_counted() {
        let names = |many: usize| (1..=many).map(|at| format!("Eve {at}")).collect::<Vec<_>>();
        assert_eq!(line("Acme", &names(0)), r#""Acme": nobody else"#);
        assert_eq!(line("Acme", &names(1)), r#""Acme": "Eve 1""#);
        assert_eq!(line("Acme", &names(3)), r#""Acme": "Eve 1", "Eve 2", "Eve 3""#);
        assert_eq!(line("Acme", &names(200)), r#""Acme": "Eve 1", "Eve 2", "Eve 3" and 197 more"#);
        let long = vec!["x".repeat(200); 200];
        let told = line(&"y".repeat(200), &long);
        assert!(told.ends_with(" and 197 more") && told.chars().count() <= 300, "{told}");
    }

    #[test]
    fn no_name_is_taken_for_words_of_ours() {
        assert_eq!(line("Acme\": nobody else", &["Eve\" and 7 more".to_owned()]), r#""Acme': nobody else": "Eve' and 7 more""#);
    }

    /// So many organizations from before, in each of which one other member is, or nobody.
    fn places(many: usize, others: &[String]) -> TakenBack {
        let told = (0..many).map(|at| Told::of(EventKind::OrganizationFromBefore, &format!("Acme {at}"), others));
        TakenBack { records: Vec::new(), told: told.collect() }
    }

    #[test]
    fn of_many_organizations_so_many_are_told_and_the_others_counted() {
        assert_eq!(places(0, &[]).in_mail(), "");
        assert_eq!(places(TOLD, &[]).lines(EventKind::OrganizationFromBefore).len(), TOLD);
        assert!(places(TOLD, &[]).lines(EventKind::MembershipWaits).is_empty());
        let mail = places(TOLD + 5, &[]).in_mail();
        assert!(mail.contains("\n- \"Acme 0\": nobody else\n- \"Acme 1\": nobody else") && mail.ends_with("\n- and 5 more"), "{mail}");
    }

    #[test]
    fn organizations_with_others_in_them_are_told_first() {
        let mut all = places(TOLD, &[]);
        all.add(places(2, &["Ada".to_owned()]));
        let lines = all.lines(EventKind::OrganizationFromBefore);
        assert_eq!(lines[..3], [r#""Acme 0": "Ada""#, r#""Acme 1": "Ada""#, r#""Acme 0": nobody else"#]);
        assert_eq!(lines.last().map(String::as_str), Some("and 2 more"));
    }
}
