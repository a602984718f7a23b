//! What becomes of the places of an account once its address is proved by whoever reads there, since somebody else may have signed up with
//! it. What others invited that one into waits for the proved person to accept it anew. Where nobody invited them, they stay: what is open
//! of their invitations, and of those who came through them and have proved no address either, is taken back. What waits for others stays
//! all the same. Of every place it is told who else is there, or that it could not be looked at.

mod report;

use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use self::report::{ReportKind, ReportLine};
use super::{
    invitation_mail,
    invite_member::{self, OPEN_MAX},
    manage_members, revoke_invitations,
    store::{
        invitation::{self, KeptInvitations},
        member::{self, MemberRow, PersonMembership},
        unconfirmed_account::{self, ReviewNeed},
    },
};
use crate::{
    access::{Permission, Role},
    audit::{self, AuditRecord},
    context::{Caller, Person},
    database::Db,
    error::{Code, Error},
    id::{ActionId, InvitationId, MemberId, OrganizationId, UserId},
    operation::Call,
    operations, outbox,
    security::event::{RequestOrigin, record_event},
    verification::{LinkPurpose, link_secret},
};

/// So many places are settled with one password, those that need it most; of the others it is told that they were not looked at.
pub(crate) const REVIEWED_MAX: usize = if cfg!(test) { 6 } else { 200 };

/// What so many places need is looked at, those that the account has had longest: whoever signs up founds one first.
const RANKED_MAX: usize = 2_000;

/// How long somebody is waited for who holds what is in one place: no organization keeps a person from their password.
const WAIT: Duration = Duration::from_secs(1);

/// The same when a place is tried again, while places behind it in the order are held: whoever goes by the order waits for no such one.
const WAIT_AGAIN: Duration = Duration::from_millis(50);

/// How long one statement takes at most meanwhile, and how long needs are looked at and places settled: less than a door waits. What is
/// not looked at by then is told.
const STATEMENT: Duration = Duration::from_secs(4);
const LOOKING: Duration = Duration::from_secs(6);
const SETTLING: Duration = Duration::from_secs(14);

/// The links of so many are withdrawn as well: to those of others it is answered that they were taken back, too.
const LINKS_MAX: usize = 1_000;

/// The links that open an invitation.
const LINKS: [LinkPurpose; 2] = [LinkPurpose::AnswerInvitation, LinkPurpose::JoinOrganization];

/// What became of the places of a person.
#[derive(Default)]
pub struct MembershipReview {
    records: Vec<(OrganizationId, AuditRecord)>,
    told: Vec<ReportLine>,
}

/// Settles every place of a person whose address is proved now, and notes for them what became of it. To be called in a transaction of
/// that person ([`crate::database::RowScope::Person`]) before it touches their tokens and after their sign-ins have ended: it holds the
/// organizations they belong to, by id, each with what goes with a member. What it answers is to be [written down](append_audit_records) last.
pub async fn review_memberships(db: Db, caller: &Caller, person: Person) -> Result<(Db, MembershipReview), Error> {
    let (id, email) = (person.id, person.email.clone());
    // Whoever has the link is not signed in, and acts as the person from here on.
    let caller = Caller { person: Some(person), sign_in: None, token: None, membership: None, ..caller.clone() };
    let mut cx = Call::resume(db, caller).await?;
    let taken_back = review_all(&mut cx, id, &email).await?;
    let (now, from) = (cx.now, RequestOrigin::of(&cx.caller));
    note_all(&mut cx.db, id, &taken_back, now, &from).await?;
    Ok((cx.db, taken_back))
}

/// Adds what was taken back to the chains of its organizations, which are held from here until the commit.
pub async fn append_audit_records(db: &mut Db, taken_back: MembershipReview) -> Result<(), Error> {
    for (organization, record) in taken_back.records {
        db.enter_organization(organization).await?;
        audit::store::append_writes(db, &[record]).await?;
    }
    Ok(())
}

/// A place with what it needs.
type MembershipToReview = (ReviewNeed, PersonMembership);

/// Settles as many places as one password does, and tells of all.
async fn review_all(cx: &mut Call, person: UserId, email: &str) -> Result<MembershipReview, Error> {
    let (now, begun) = (cx.now, Instant::now());
    let usual = cx.db.timeouts().await?;
    cx.db.set_statement_timeout(STATEMENT).await?;
    let (settled, beyond) = by_need(needs(&mut cx.db, person, now, begun).await?);
    cx.db.set_lock_timeout(WAIT).await?;
    let mut taken_back = MembershipReview::default();
    let held = review_each(cx, settled, email, begun, &mut taken_back).await?;
    // Whoever held these may be done by now.
    cx.db.set_lock_timeout(WAIT_AGAIN).await?;
    let left = review_each(cx, held, email, begun, &mut taken_back).await?;
    cx.db.set_lock_timeout(usual.waiting).await?;
    cx.db.set_statement_timeout(usual.statement).await?;
    for (need, place) in left.iter().chain(&beyond) {
        taken_back.add(MembershipReview::of(ReportLine::left(&place.organization)), *need);
    }
    // By id, as the chains are held.
    taken_back.records.sort_by_key(|(organization, _)| *organization);
    Ok(taken_back)
}

/// Settles these places, in this order, as long as there is time; those that were left as they were are answered.
async fn review_each(
    cx: &mut Call,
    places: Vec<MembershipToReview>,
    email: &str,
    begun: Instant,
    taken_back: &mut MembershipReview,
) -> Result<Vec<MembershipToReview>, Error> {
    let mut left = Vec::new();
    for (need, place) in places {
        let is_late = begun.elapsed() >= SETTLING;
        match if is_late { None } else { review_or_leave(cx, &place, email).await? } {
            Some(settled) => taken_back.add(settled, need),
            None => left.push((need, place)),
        }
    }
    Ok(left)
}

/// Every place of a person, with what it needs, as far as that is looked at.
async fn needs(db: &mut Db, person: UserId, now: Timestamp, begun: Instant) -> Result<Vec<MembershipToReview>, Error> {
    let mut needs = Vec::new();
    for (at, place) in member::memberships_of(db, person.0).await?.into_iter().enumerate() {
        let mut need = ReviewNeed::UNKNOWN;
        if at < RANKED_MAX && begun.elapsed() < LOOKING {
            db.enter_organization(OrganizationId(place.organization_id)).await?;
            need = unconfirmed_account::need(db, place.member, now).await?;
        }
        needs.push((need, place));
    }
    Ok(needs)
}

/// The places that are settled, by id, since in this order they are held, and those beyond them: whoever founds many organizations, or is
/// invited into many, crowds out none in which more is open. Of those that need it equally the oldest go first.
fn by_need(mut settled: Vec<MembershipToReview>) -> (Vec<MembershipToReview>, Vec<MembershipToReview>) {
    settled.sort_by_key(|(need, _)| need.rank());
    let beyond = settled.split_off(settled.len().min(REVIEWED_MAX));
    settled.sort_by_key(|(_, place)| place.organization_id);
    (settled, beyond)
}

/// Settles a place; nothing where it is left as it is, since somebody else holds it or it takes too long. What is wrong with it otherwise
/// refuses the password: nobody would look at the place again.
async fn review_or_leave(cx: &mut Call, place: &PersonMembership, email: &str) -> Result<Option<MembershipReview>, Error> {
    cx.db.savepoint().await?;
    let problem = match review(cx, place, email).await {
        Err(problem) if problem.code == Code::Unavailable => problem,
        Err(problem) => return Err(problem),
        Ok(settled) => {
            cx.db.release_savepoint().await?;
            return Ok(Some(settled));
        }
    };
    tracing::warn!(%problem, organization = %place.organization_id, "what an account has in an organization was left as it was");
    cx.db.roll_back_to_savepoint().await?;
    Ok(None)
}

/// Ends a place, or sweeps it, as one action.
async fn review(cx: &mut Call, place: &PersonMembership, email: &str) -> Result<MembershipReview, Error> {
    let organization = OrganizationId(place.organization_id);
    cx.db.enter_organization(organization).await?;
    // Whoever answers an invitation or changes people at the same time goes first, and what they did is found.
    member::lock_organization(&mut cx.db).await?;
    let found = member::find(&mut cx.db, place.member).await?;
    let Some(own) = found.filter(|own| own.removed_at.is_none()) else { return Ok(MembershipReview::default()) };
    cx.action = ActionId::new();
    cx.db.set_action(cx.action).await?;
    cx.act_as_member(MemberId(own.id)).await?;
    let beside = unconfirmed_account::names_of_others(&mut cx.db, own.id, None).await?;
    let told = |matter| MembershipReview::of(ReportLine::of(matter, &place.organization, &beside));
    let (mut settled, record) = match who_invites_anew(cx, &own).await? {
        Some(anew) => (told(ReportKind::Waits), Some(wait(cx, own, email, &anew).await?)),
        None => {
            let swept = revoke_open_invitations(cx, &own).await?;
            let mut settled = told(ReportKind::FromBefore);
            settled.told.extend(swept.joined(&place.organization));
            (settled, swept.record)
        }
    };
    settled.records.extend(record.map(|record| (organization, record)));
    Ok(settled)
}

/// How somebody comes back who came by an invitation.
struct Reinvitation {
    came_by: Uuid,
    inviter: Uuid,
}

/// Who invites somebody anew who came by an invitation; nobody where they came in another way, or nobody else may give what they are: an
/// organization keeps its only owner.
async fn who_invites_anew(cx: &mut Call, own: &MemberRow) -> Result<Option<Reinvitation>, Error> {
    let Some(came_by) = unconfirmed_account::accepted_invitation(&mut cx.db, own.id).await? else { return Ok(None) };
    let inviter = who_may_give(cx, own, came_by, manage_members::role_of(own)?).await?;
    Ok(inviter.map(|inviter| Reinvitation { came_by, inviter }))
}

/// Who beside a member may invite to a role.
async fn who_may_give(cx: &mut Call, own: &MemberRow, came_by: Uuid, role: Role) -> Result<Option<Uuid>, Error> {
    let may = Role::ALL.into_iter().filter(|inviter| inviter.covers(role) && inviter.may(Permission::ManagePeople));
    let may: Vec<String> = may.map(|inviter| inviter.name().to_owned()).collect();
    let now = cx.now;
    unconfirmed_account::who_invites(&mut cx.db, (own.id, came_by), &may, now, OPEN_MAX).await
}

/// Ends a membership as leaving does, and leaves an invitation in its place to what it was.
async fn wait(cx: &mut Call, own: MemberRow, email: &str, anew: &Reinvitation) -> Result<AuditRecord, Error> {
    invite_anew(cx, &own, email, anew.inviter).await?;
    hand_over(cx, &own, anew.came_by).await?;
    manage_members::end_membership(cx, own).await?;
    record(cx, "leave_organization", json!({}))
}

/// The invitation is there before what it gives is taken away. One that the address has already goes, since it may give anything.
async fn invite_anew(cx: &mut Call, own: &MemberRow, email: &str, inviter: Uuid) -> Result<(), Error> {
    let now = cx.now;
    if let Some(open) = invitation::find(&mut cx.db, None, Some(email)).await? {
        invitation::revoke(&mut cx.db, open.id, now).await?;
        outbox::cancel_mails(&mut cx.db, &[open.id], &invitation_mail::taken_back()).await?;
        link_secret::withdraw(&mut cx.db, &LINKS, open.id, now).await?;
    }
    unconfirmed_account::invite_anew(&mut cx.db, InvitationId::new().0, (own.id, email), inviter, &invite_member::sending(now)).await
}

/// Lets somebody else answer for what waits for others in the name of a member who goes: it would be taken back with them.
async fn hand_over(cx: &mut Call, own: &MemberRow, came_by: Uuid) -> Result<(), Error> {
    let now = cx.now;
    let waiting = unconfirmed_account::waiting(&mut cx.db, &[own.id], now).await?;
    for role in Role::ALL {
        let to_role: Vec<Uuid> = waiting.iter().filter(|waiting| waiting.role == role.name()).map(|waiting| waiting.id).collect();
        if to_role.is_empty() {
            continue;
        }
        if let Some(inviter) = who_may_give(cx, own, came_by, role).await? {
            unconfirmed_account::hand_over(&mut cx.db, &to_role, inviter).await?;
        }
    }
    Ok(())
}

/// What was found where somebody stays.
struct RevokedInvitations {
    record: Option<AuditRecord>,
    /// Who came through them.
    came: Vec<String>,
}

/// Takes back what is open of the invitations of a member and of everybody who came through them, as `revoke_invitation` does, but for
/// those of whoever has proved their own address, and for what waits for somebody who did. They stay: some may be colleagues.
async fn revoke_open_invitations(cx: &mut Call, own: &MemberRow) -> Result<RevokedInvitations, Error> {
    let (now, came) = (cx.now, unconfirmed_account::transitively_invited(&mut cx.db, own.id).await?);
    let mut names = unconfirmed_account::names_of_others(&mut cx.db, own.id, Some(&came)).await?;
    let by = unconfirmed_account::unconfirmed_among(&mut cx.db, &came, own.id).await?;
    let waiting = unconfirmed_account::waiting(&mut cx.db, &by, now).await?;
    let spared = KeptInvitations { invitations: waiting.iter().map(|waiting| waiting.id).collect(), ..KeptInvitations::default() };
    names.extend(waiting.into_iter().map(|waiting| waiting.name));
    let revoked = revoke_invitations::revoke_open(&mut cx.db, &by, &spared, now).await?;
    for id in revoked.iter().take(LINKS_MAX) {
        link_secret::withdraw(&mut cx.db, &LINKS, *id, now).await?;
    }
    let given = revoked.first().map(|first| json!({ "invitation": first, "invitations": revoked.len() }));
    let record = given.map(|given| record(cx, "revoke_invitation", given)).transpose()?;
    Ok(RevokedInvitations { record, came: names })
}

impl RevokedInvitations {
    /// What is told of those who came through somebody, if there are any.
    fn joined(&self, organization: &str) -> Option<ReportLine> {
        (!self.came.is_empty()).then(|| ReportLine::of(ReportKind::Joined, organization, &self.came))
    }
}

/// The action of this place for the chain. It names nobody: the member did not do it, nor did who signed up in their name.
fn record(cx: &Call, operation: &str, given: Value) -> Result<AuditRecord, Error> {
    let done = operations::find(operation).ok_or_else(Error::internal)?;
    Ok(AuditRecord::of_non_member(&cx.caller, cx.action, cx.now, done.declaration, given))
}

async fn note_all(db: &mut Db, person: UserId, taken_back: &MembershipReview, now: Timestamp, from: &RequestOrigin) -> Result<(), Error> {
    for matter in ReportKind::ALL {
        for line in report::lines(&taken_back.told, matter) {
            record_event(db, person, matter.kind(), now, from, &line).await?;
        }
    }
    Ok(())
}

impl MembershipReview {
    /// What is told of one place.
    fn of(told: ReportLine) -> Self {
        Self { records: Vec::new(), told: vec![told] }
    }

    /// Adds what became of a place that needed this.
    fn add(&mut self, settled: Self, need: ReviewNeed) {
        self.records.extend(settled.records);
        self.told.extend(settled.told.into_iter().map(|told| if need.by_invitation { told } else { told.of_own() }));
    }

    /// Whether there are places that were left as they were.
    pub fn leaves_places(&self) -> bool {
        self.told.iter().any(|told| told.matter == ReportKind::Left)
    }

    /// What became of the places in a mail, behind its other words; empty when nothing is to be told.
    pub fn in_mail(&self) -> String {
        report::in_mail(&self.told)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(at: usize) -> PersonMembership {
        PersonMembership { organization_id: Uuid::from_u128(at as u128), organization: format!("Acme {at}"), member: Uuid::nil() }
    }

    const EMPTY: ReviewNeed = ReviewNeed { by_invitation: false, lets_in: false, invites: false };
    const SHARED: ReviewNeed = ReviewNeed { lets_in: true, ..EMPTY };
    const INVITED: ReviewNeed = ReviewNeed { by_invitation: true, lets_in: true, invites: false };
    const INVITES: ReviewNeed = ReviewNeed { invites: true, ..INVITED };

    fn at(places: &[MembershipToReview]) -> Vec<usize> {
        places.iter().map(|(_, place)| place.organization_id.as_u128() as usize).collect()
    }

    #[test]
    fn organizations_that_somebody_founds_for_nothing_crowd_out_none_with_others_in_it() {
        let mut needs: Vec<_> = (0..REVIEWED_MAX + 2).map(|at| (EMPTY, place(at))).collect();
        needs.extend([(SHARED, place(REVIEWED_MAX + 2)), (INVITED, place(REVIEWED_MAX + 3))]);
        let (settled, beyond) = by_need(needs);
        assert_eq!(
            at(&settled),
            (0..REVIEWED_MAX - 2).chain([REVIEWED_MAX + 2, REVIEWED_MAX + 3]).collect::<Vec<_>>(),
            "by id, as they are held"
        );
        assert_eq!(at(&beyond), (REVIEWED_MAX - 2..REVIEWED_MAX + 2).collect::<Vec<_>>());
    }

    #[test]
    fn no_invitations_that_somebody_accepts_crowd_out_what_they_founded_whichever_is_older() {
        for own in 0..=REVIEWED_MAX {
            let needs = (0..=REVIEWED_MAX).map(|at| (if at == own { SHARED } else { INVITES }, place(at))).collect();
            let (settled, beyond) = by_need(needs);
            assert!(at(&settled).contains(&own) && at(&beyond).len() == 1, "{own}");
        }
    }

    #[test]
    fn where_somebody_who_came_by_an_invitation_invites_others_is_settled_before_where_they_do_not() {
        let needs = (0..REVIEWED_MAX).map(|at| (INVITED, place(at))).chain([(INVITES, place(REVIEWED_MAX))]).collect();
        assert_eq!(at(&by_need(needs).1), [REVIEWED_MAX - 1]);
    }
}
