//! Members.

use uuid::Uuid;

use super::{
    ReferenceQuery,
    disambiguate::{Candidate, RecordKind, pick},
    store::{self, MemberFilter},
    suggestions,
};
use crate::{
    access::{Permission, Scope},
    error::Error,
    operation::Call,
    text,
};

/// A member that a reference means.
#[derive(Debug, Clone, PartialEq)]
pub struct MemberRef {
    /// The member.
    pub id: Uuid,
    /// Their name.
    pub name: String,
    /// Their role.
    pub role: String,
    /// Whether they have left.
    pub left: bool,
}

/// The member of an id, of `me`, or of a name: of those who are there, or, when nobody there has it, of those who have left. For those who
/// are shown the addresses of people, an address is as good. With `beside`, only that member and those on a project with them are seen.
pub async fn member(cx: &mut Call, field: &str, given: &str, beside: Option<Uuid>) -> Result<MemberRef, Error> {
    among(cx, field, &[given], MemberFilter { beside, in_time: false }).await?.pop().ok_or_else(|| super::required_error(field))
}

/// The member whose time is meant: beside those whom the caller may see anyway, whoever has worked in time that they may see.
pub async fn member_with_past_time(cx: &mut Call, field: &str, given: &str, beside: Option<Uuid>) -> Result<MemberRef, Error> {
    among(cx, field, &[given], MemberFilter { beside, in_time: true }).await?.pop().ok_or_else(|| super::required_error(field))
}

/// The members of several references, in their order; asked for at once, however many there are. None may be empty.
pub async fn members(cx: &mut Call, field: &str, given: &[String], beside: Option<Uuid>) -> Result<Vec<MemberRef>, Error> {
    super::reject_blank(field, given)?;
    among(cx, field, given, MemberFilter { beside, in_time: false }).await
}

async fn among(cx: &mut Call, field: &str, given: &[impl AsRef<str>], whom: MemberFilter) -> Result<Vec<MemberRef>, Error> {
    let own = cx.membership()?.member.0.to_string();
    let meant = |given: &str| if given.trim().eq_ignore_ascii_case("me") { own.clone() } else { given.to_owned() };
    let asked = ReferenceQuery::of(given.iter().map(|given| meant(given.as_ref())), text::search_key);
    let found = store::members(&mut cx.db, &asked.ids, &asked.keys, whom).await?;
    let mut members = Vec::with_capacity(asked.given.len());
    for (place, given) in (1_i64..).zip(&asked.given) {
        let here: Vec<&MemberRef> = found.iter().filter(|(at, _)| *at == place).map(|(_, member)| member).collect();
        let choices: Vec<Candidate> =
            here.iter().map(|member| Candidate { id: member.id, name: member.name.clone(), gone: member.left }).collect();
        members.push(match pick(RecordKind::Member, field, given, &choices)? {
            Some(meant) => here.into_iter().find(|member| member.id == meant.id).cloned().ok_or_else(Error::internal)?,
            None => of_address(cx, given, whom).await?,
        });
    }
    Ok(members)
}

/// The member who signs in with an address, for those who are shown it.
async fn of_address(cx: &mut Call, given: &str, whom: MemberFilter) -> Result<MemberRef, Error> {
    if let Some(address) = text::known_email("member", given).ok().filter(|_| sees_addresses(cx))
        && let Some(id) = store::member_of_address(&mut cx.db, &address).await?
        && let Some((_, member)) =
            store::members(&mut cx.db, &[id], &[String::new()], whom).await?.into_iter().find(|(_, member)| member.id == id)
    {
        return Ok(member);
    }
    Err(missing(cx, given, whom).await?)
}

/// Whether the caller is shown the addresses of people.
fn sees_addresses(cx: &Call) -> bool {
    let reads_people = cx.caller.token.as_ref().is_none_or(|token| token.scopes.contains(&Scope::PeopleRead));
    cx.may(Permission::ManagePeople) && reads_people
}

async fn missing(cx: &mut Call, given: &str, whom: MemberFilter) -> Result<Error, Error> {
    let names = store::member_names(&mut cx.db, whom).await?;
    let missing = suggestions::missing(cx.db.organization(), RecordKind::Member, given, move || names).await;
    Ok(match invited(cx, given).await? {
        Some(email) => missing.hint(format!("{email} was invited and has not answered yet: they are a member once they have.")),
        None => missing,
    })
}

/// The address of whoever is meant and was invited, for those who may see that.
async fn invited(cx: &mut Call, given: &str) -> Result<Option<String>, Error> {
    if !sees_addresses(cx) {
        return Ok(None);
    }
    let key = text::search_key(given);
    let invited = store::invited(&mut cx.db, cx.now).await?;
    let meant = |(email, name): &(String, Option<String>)| {
        [Some(email), name.as_ref()].into_iter().flatten().any(|known| text::search_key(known) == key)
    };
    Ok(invited.into_iter().find(meant).map(|(email, _)| email))
}
