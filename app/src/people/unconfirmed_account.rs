//! Membership review: when the address of an account is confirmed, somebody else may have signed up with it. A membership that came by an
//! invitation ends and is offered again. Any other membership stays, and the open invitations of the member and of the unconfirmed accounts
//! that joined through them are revoked, except reinvitations of others. The report names the other members of each organization, or says
//! that it was not reviewed.

mod report;

use std::time::{Duration, Instant};

use domain::id::{ActionId, InvitationId, MemberId, OrganizationId, UserId};
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
    operation::{Call, registry},
    outbox,
    secrets::link_purpose::LinkPurpose,
    security::event::{RequestOrigin, record_event},
    verification::link_secret,
};

/// Reviews at most this many memberships per password, by rank; the others are reported as not reviewed.
pub(crate) const REVIEWED_MAX: usize = if cfg!(test) { 6 } else { 200 };

/// Ranks at most this many memberships, the oldest first: the first one is the organization founded on sign-up.
const RANKED_MAX: usize = 2_000;

/// Lock timeout per membership: no organization keeps a person from setting their password.
const WAIT: Duration = Duration::from_secs(1);

/// Lock timeout of the second attempt, when locks of higher organization ids may be held: a transaction in lock order must not wait long.
const WAIT_AGAIN: Duration = Duration::from_millis(50);

/// Statement timeout during the review. Together with the limits of ranking and reviewing it stays below the timeout of a request.
/// Memberships that are not reviewed in time are reported.
const STATEMENT: Duration = Duration::from_secs(4);
const LOOKING: Duration = Duration::from_secs(6);
const SETTLING: Duration = Duration::from_secs(14);

/// Withdraws the link secrets of at most this many revoked invitations. A link of any other one is refused as well, as revoked.
const LINKS_MAX: usize = 1_000;

/// The purposes of links that open an invitation.
const LINKS: [LinkPurpose; 2] = [LinkPurpose::AnswerInvitation, LinkPurpose::JoinOrganization];

/// The result of a membership review: audit records and report lines.
#[derive(Default)]
pub struct MembershipReview {
    records: Vec<(OrganizationId, AuditRecord)>,
    told: Vec<ReportLine>,
}

/// Reviews every membership of a person whose address has just been confirmed and records it as security events. Lock order: call it in a
/// transaction of that person ([`crate::database::RowScope::Person`]) after their sign-ins have ended and before their tokens change; it
/// locks their organizations by id, each with the member's rows. Pass the result to [`append_audit_records`] last.
pub async fn review_memberships(db: Db, caller: &Caller, person: Person) -> Result<(Db, MembershipReview), Error> {
    let (id, email) = (person.id, person.email.clone());
    // The holder of the link is not signed in and acts as the person from here on.
    let caller = Caller { person: Some(person), sign_in: None, token: None, membership: None, ..caller.clone() };
    let mut cx = Call::resume(db, caller).await?;
    let taken_back = review_all(&mut cx, id, &email).await?;
    let (now, from) = (cx.now, RequestOrigin::of(&cx.caller));
    note_all(&mut cx.db, id, &taken_back, now, &from).await?;
    Ok((cx.db, taken_back))
}

/// Appends the audit records to the chains of their organizations, which stay locked until the commit.
pub async fn append_audit_records(db: &mut Db, taken_back: MembershipReview) -> Result<(), Error> {
    for (organization, record) in taken_back.records {
        db.enter_organization(organization).await?;
        audit::store::append_writes(db, &[record]).await?;
    }
    Ok(())
}

/// A membership and how urgently it needs a review.
type MembershipToReview = (ReviewNeed, PersonMembership);

/// Reviews the memberships with the highest rank and reports on all of them.
async fn review_all(cx: &mut Call, person: UserId, email: &str) -> Result<MembershipReview, Error> {
    let (now, begun) = (cx.now, Instant::now());
    let usual = cx.db.timeouts().await?;
    cx.db.set_statement_timeout(STATEMENT).await?;
    let (settled, beyond) = by_need(needs(&mut cx.db, person, now, begun).await?);
    cx.db.set_lock_timeout(WAIT).await?;
    let mut taken_back = MembershipReview::default();
    let held = review_each(cx, settled, email, begun, &mut taken_back).await?;
    // Other transactions may have released their locks by now.
    cx.db.set_lock_timeout(WAIT_AGAIN).await?;
    let left = review_each(cx, held, email, begun, &mut taken_back).await?;
    cx.db.set_lock_timeout(usual.waiting).await?;
    cx.db.set_statement_timeout(usual.statement).await?;
    for (need, membership) in left.iter().chain(&beyond) {
        taken_back.add(MembershipReview::of(ReportLine::left(&membership.organization)), *need);
    }
    // The audit chains are locked in the order of organization ids.
    taken_back.records.sort_by_key(|(organization, _)| *organization);
    Ok(taken_back)
}

/// Reviews these memberships in this order until the time limit; returns those that were not reviewed.
async fn review_each(
    cx: &mut Call,
    memberships: Vec<MembershipToReview>,
    email: &str,
    begun: Instant,
    taken_back: &mut MembershipReview,
) -> Result<Vec<MembershipToReview>, Error> {
    let mut left = Vec::new();
    for (need, membership) in memberships {
        let reviewed = if begun.elapsed() < SETTLING { review_or_leave(cx, &membership, email).await? } else { None };
        match reviewed {
            Some(settled) => taken_back.add(settled, need),
            None => left.push((need, membership)),
        }
    }
    Ok(left)
}

/// Every membership of a person with its review need, [`ReviewNeed::UNKNOWN`] beyond the limits on number and time.
async fn needs(db: &mut Db, person: UserId, now: Timestamp, begun: Instant) -> Result<Vec<MembershipToReview>, Error> {
    let mut needs = Vec::new();
    for (at, membership) in member::memberships_of(db, person.0).await?.into_iter().enumerate() {
        let mut need = ReviewNeed::UNKNOWN;
        if at < RANKED_MAX && begun.elapsed() < LOOKING {
            db.enter_organization(OrganizationId(membership.organization_id)).await?;
            need = unconfirmed_account::need(db, membership.member, now).await?;
        }
        needs.push((need, membership));
    }
    Ok(needs)
}

/// Splits into the memberships to review, in lock order by organization id, and the rest. The rank decides, then age: founding many
/// organizations, or invitations into many, cannot crowd out a membership that opens more to others.
fn by_need(mut settled: Vec<MembershipToReview>) -> (Vec<MembershipToReview>, Vec<MembershipToReview>) {
    settled.sort_by_key(|(need, _)| need.rank());
    let beyond = settled.split_off(settled.len().min(REVIEWED_MAX));
    settled.sort_by_key(|(_, membership)| membership.organization_id);
    (settled, beyond)
}

/// Reviews one membership; none when a lock or the time limit prevents it. Any other error fails the password reset, because the membership
/// would never be reviewed again.
async fn review_or_leave(cx: &mut Call, membership: &PersonMembership, email: &str) -> Result<Option<MembershipReview>, Error> {
    cx.db.savepoint().await?;
    let problem = match review(cx, membership, email).await {
        Err(problem) if problem.code == Code::Unavailable => problem,
        Err(problem) => return Err(problem),
        Ok(settled) => {
            cx.db.release_savepoint().await?;
            return Ok(Some(settled));
        }
    };
    tracing::warn!(%problem, organization = %membership.organization_id, "what an account has in an organization was left as it was");
    cx.db.roll_back_to_savepoint().await?;
    Ok(None)
}

/// Ends a membership or revokes its open invitations, as one action.
async fn review(cx: &mut Call, membership: &PersonMembership, email: &str) -> Result<MembershipReview, Error> {
    let organization = OrganizationId(membership.organization_id);
    cx.db.enter_organization(organization).await?;
    // Concurrent answers to invitations and changes of members finish first, so their result is visible here.
    member::lock_organization(&mut cx.db).await?;
    let found = member::find(&mut cx.db, membership.member).await?;
    let Some(own) = found.filter(|own| own.removed_at.is_none()) else { return Ok(MembershipReview::default()) };
    cx.action = ActionId::new();
    cx.db.set_action(cx.action).await?;
    cx.act_as_member(MemberId(own.id)).await?;
    let beside = unconfirmed_account::names_of_others(&mut cx.db, own.id, None).await?;
    let told = |matter| MembershipReview::of(ReportLine::of(matter, &membership.organization, &beside));
    let (mut settled, record) = match who_invites_anew(cx, &own).await? {
        Some(anew) => (told(ReportKind::Waits), Some(wait(cx, own, email, &anew).await?)),
        None => {
            let swept = revoke_open_invitations(cx, &own).await?;
            let mut settled = told(ReportKind::FromBefore);
            settled.told.extend(swept.joined(&membership.organization));
            (settled, swept.record)
        }
    };
    settled.records.extend(record.map(|record| (organization, record)));
    Ok(settled)
}

/// How a member who came by an invitation is invited again.
struct Reinvitation {
    came_by: Uuid,
    inviter: Uuid,
}

/// The reinvitation of a member who came by an invitation; none if they came otherwise, or if nobody else may give their role: an
/// organization keeps its only owner.
async fn who_invites_anew(cx: &mut Call, own: &MemberRow) -> Result<Option<Reinvitation>, Error> {
    let Some(came_by) = unconfirmed_account::accepted_invitation(&mut cx.db, own.id).await? else { return Ok(None) };
    let inviter = who_may_give(cx, own, came_by, manage_members::role_of(own)?).await?;
    Ok(inviter.map(|inviter| Reinvitation { came_by, inviter }))
}

/// The other member who may invite to a role.
async fn who_may_give(cx: &mut Call, own: &MemberRow, came_by: Uuid, role: Role) -> Result<Option<Uuid>, Error> {
    let may = Role::ALL.iter().filter(|inviter| inviter.covers(role) && inviter.may(Permission::ManagePeople));
    let may: Vec<String> = may.map(|inviter| inviter.name().to_owned()).collect();
    let now = cx.now;
    unconfirmed_account::who_invites(&mut cx.db, (own.id, came_by), &may, now, OPEN_MAX).await
}

/// Ends a membership as leaving does, and replaces it with an invitation to the same role and access.
async fn wait(cx: &mut Call, own: MemberRow, email: &str, anew: &Reinvitation) -> Result<AuditRecord, Error> {
    invite_anew(cx, &own, email, anew.inviter).await?;
    hand_over(cx, &own, anew.came_by).await?;
    manage_members::end_membership(cx, own).await?;
    record(cx, "leave_organization", json!({}))
}

/// Adds the invitation before the access it copies is removed. An open invitation of the address is revoked first, as it may give anything.
async fn invite_anew(cx: &mut Call, own: &MemberRow, email: &str, inviter: Uuid) -> Result<(), Error> {
    let now = cx.now;
    if let Some(open) = invitation::find(&mut cx.db, None, Some(email)).await? {
        invitation::revoke(&mut cx.db, open.id, now).await?;
        outbox::cancel_mails(&mut cx.db, &[open.id], &invitation_mail::taken_back()).await?;
        link_secret::withdraw(&mut cx.db, &LINKS, open.id, now).await?;
    }
    unconfirmed_account::invite_anew(&mut cx.db, InvitationId::new().0, (own.id, email), inviter, &invite_member::sending(now)).await
}

/// Hands the reinvitations that a leaving member has sent over to another inviter: they would be revoked with the membership.
async fn hand_over(cx: &mut Call, own: &MemberRow, came_by: Uuid) -> Result<(), Error> {
    let now = cx.now;
    let waiting = unconfirmed_account::waiting(&mut cx.db, &[own.id], now).await?;
    for role in Role::ALL.iter().copied() {
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

/// The result of revoking the open invitations of a member who stays.
struct RevokedInvitations {
    record: Option<AuditRecord>,
    /// The names of those who joined through the member.
    came: Vec<String>,
}

/// Revokes the open invitations of a member and of everybody who joined through them, as `revoke_invitation` does, except those sent by
/// members with a confirmed address and reinvitations of members who confirmed theirs: these may be colleagues.
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
    /// The report line about those who joined through the member, if there are any.
    fn joined(&self, organization: &str) -> Option<ReportLine> {
        (!self.came.is_empty()).then(|| ReportLine::of(ReportKind::Joined, organization, &self.came))
    }
}

/// The audit record of this membership's action. It names no member: neither the member nor whoever signed up in their name did it.
fn record(cx: &Call, operation: &str, given: Value) -> Result<AuditRecord, Error> {
    let done = registry::find(operation).ok_or_else(Error::internal)?;
    Ok(AuditRecord::of_non_member(&cx.caller, cx.action, cx.now, done.declaration, given))
}

async fn note_all(db: &mut Db, person: UserId, taken_back: &MembershipReview, now: Timestamp, from: &RequestOrigin) -> Result<(), Error> {
    for matter in ReportKind::ALL.iter().copied() {
        for line in report::lines(&taken_back.told, matter) {
            record_event(db, person, matter.kind(), now, from, &line).await?;
        }
    }
    Ok(())
}

impl MembershipReview {
    /// A review with one report line.
    fn of(told: ReportLine) -> Self {
        Self { records: Vec::new(), told: vec![told] }
    }

    /// Adds the review of a membership that had this need.
    fn add(&mut self, settled: Self, need: ReviewNeed) {
        self.records.extend(settled.records);
        self.told.extend(settled.told.into_iter().map(|told| if need.by_invitation { told } else { told.of_own() }));
    }

    /// Whether some memberships were not reviewed.
    pub fn leaves_places(&self) -> bool {
        self.told.iter().any(|told| told.matter == ReportKind::Left)
    }

    /// The report as an appendix of a mail; empty when there is nothing to report.
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
