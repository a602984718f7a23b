//! What somebody did with an account before its address was proved, once whoever reads there has taken it over: the invitations that
//! they left open are taken back, and the members who came by them are named.

use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use super::{
    letter,
    store::{
        invitation,
        member::{self, Place},
    },
};
use crate::{
    audit::{self, Record},
    context::Caller,
    database::Db,
    error::Error,
    id::{ActionId, OrganizationId, UserId},
    operations, outbox,
    security::{
        EventKind,
        event::{Origin, note},
    },
    text,
    verification::{Purpose, travelling},
};

/// So many members are named; how many more there are is counted. Together with the organization they fit into an event.
const NAMED: usize = 3;

/// The links of so many are withdrawn as well: to those of others it is answered that they were taken back, too.
const LINKS_MAX: usize = 1_000;

/// What was taken back in an organization, as its chain is to hold it.
pub struct TakenBack {
    organization: OrganizationId,
    record: Record,
}

/// Takes every open invitation of a person back, in all organizations, and notes for them who joined by one. To be called in a
/// transaction of that person ([`crate::database::Reach::Person`]) before it touches their tokens: it holds the organizations into which
/// they have invited, by id. What it answers is to be [written down](write_down) last.
pub async fn take_back(db: &mut Db, caller: &Caller, person: UserId, now: Timestamp) -> Result<Vec<TakenBack>, Error> {
    let mut taken_back = Vec::new();
    for place in member::places_of(db, person.0).await? {
        let organization = OrganizationId(place.organization_id);
        db.enter(organization).await?;
        if !invitation::has_invited(db, place.member).await? {
            continue;
        }
        // Whoever answers one of them at the same time goes first, and is named, or finds it taken back.
        member::lock_organization(db).await?;
        let record = revoke(db, caller, place.member, now).await?;
        taken_back.extend(record.map(|record| TakenBack { organization, record }));
        name_joined(db, caller, person, &place, now).await?;
    }
    Ok(taken_back)
}

/// Adds what was taken back to the chains of its organizations, which are held from here until the commit.
pub async fn write_down(db: &mut Db, taken_back: Vec<TakenBack>) -> Result<(), Error> {
    for TakenBack { organization, record } in taken_back {
        db.enter(organization).await?;
        audit::store::append_writes(db, &[record]).await?;
    }
    Ok(())
}

/// Takes those of a member back, as `revoke_invitation` does and however many there are. Whoever opened the link of the mail was not signed
/// in.
async fn revoke(db: &mut Db, caller: &Caller, member: Uuid, now: Timestamp) -> Result<Option<Record>, Error> {
    let revoking = operations::named("revoke_invitation").ok_or_else(Error::internal)?;
    let action = ActionId::new();
    db.act(action).await?;
    let revoked = invitation::revoke_of(db, member, &[], now).await?;
    let Some(first) = revoked.first() else { return Ok(None) };
    for id in revoked.iter().take(LINKS_MAX) {
        travelling::withdraw(db, &[Purpose::AnswerInvitation, Purpose::JoinOrganization], *id, now).await?;
    }
    outbox::keep_mails(db, &revoked, &letter::taken_back()).await?;
    let given = json!({ "invitation": first, "invitations": revoked.len() });
    Ok(Some(Record::of_stranger(caller, action, now, revoking.declaration, given)))
}

/// Notes who joined an organization by an invitation of a person. They stay: some may be colleagues.
async fn name_joined(db: &mut Db, caller: &Caller, person: UserId, place: &Place, now: Timestamp) -> Result<(), Error> {
    let joined = invitation::joined_by(db, place.member).await?;
    if joined.is_empty() {
        return Ok(());
    }
    note(db, person, EventKind::MembersJoinedBefore, now, &Origin::of(caller), &told(&place.organization, &joined)).await
}

/// Who joined where.
fn told(organization: &str, joined: &[String]) -> String {
    let names: Vec<String> = joined.iter().take(NAMED).map(|name| text::excerpt(name)).collect();
    let more = match joined.len() - names.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}: {}{more}", text::excerpt(organization), names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn of_those_who_joined_a_few_are_named_and_all_are_counted() {
        let names = |many: usize| (1..=many).map(|at| format!("Eve {at}")).collect::<Vec<_>>();
        assert_eq!(told("Acme", &names(1)), "Acme: Eve 1");
        assert_eq!(told("Acme", &names(3)), "Acme: Eve 1, Eve 2, Eve 3");
        assert_eq!(told("Acme", &names(200)), "Acme: Eve 1, Eve 2, Eve 3 and 197 more");
        let long = vec!["x".repeat(200); 200];
        let told = told(&"y".repeat(200), &long);
        assert!(told.ends_with(" and 197 more") && told.chars().count() <= 300, "{told}");
    }
}
