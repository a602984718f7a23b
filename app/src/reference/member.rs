//! Resolution of references to members.

use domain::text::{
    self,
    similar::{PartialName, similar_names},
};
use uuid::Uuid;

use super::{
    ReferenceQuery,
    disambiguate::{Candidate, RecordKind, pick},
    store::{self, MemberFilter},
    suggestions,
};
use crate::{
    access::{Permission, Scope},
    error::{Code, Error},
    operation::{Call, read_scope::ReadScope, validate},
    reference,
};

/// The most invited people that a refusal names.
const INVITED_TOLD: usize = 3;

/// A member found by a reference.
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

/// Resolves an id, `me` or a name to a member: a present one or, when no present one fits, a former one. Callers who may see addresses
/// may give one instead. With `beside`, only that member and those on a project with them are visible.
pub async fn member(cx: &mut Call, field: &str, given: &str, beside: Option<Uuid>) -> Result<MemberRef, Error> {
    among(cx, field, &[given], MemberFilter { beside, in_time: false }).await?.pop().ok_or_else(|| super::required_error(field))
}

/// The same for a filter of time: it also finds members who have logged time that the caller may see.
pub async fn member_with_past_time(cx: &mut Call, field: &str, given: &str, beside: Option<Uuid>) -> Result<MemberRef, Error> {
    among(cx, field, &[given], MemberFilter { beside, in_time: true }).await?.pop().ok_or_else(|| super::required_error(field))
}

/// Resolves several references to members, in their order, in one query. None may be empty.
pub async fn members(cx: &mut Call, field: &str, given: &[String], beside: Option<Uuid>) -> Result<Vec<MemberRef>, Error> {
    validate::reject_blank(field, given)?;
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

/// The member who signs in with an address, for callers who may see addresses.
async fn of_address(cx: &mut Call, given: &str, whom: MemberFilter) -> Result<MemberRef, Error> {
    let address = text::known_email("member", text::without_display_name(given)).ok();
    if let Some(address) = address.filter(|_| sees_addresses(cx))
        && let Some(id) = store::member_of_address(&mut cx.db, &address).await?
        && let Some((_, member)) =
            store::members(&mut cx.db, &[id], &[String::new()], whom).await?.into_iter().find(|(_, member)| member.id == id)
    {
        return Ok(member);
    }
    Err(missing(cx, given, whom).await?)
}

/// Whether the caller may see the addresses of people.
pub fn sees_addresses(cx: &Call) -> bool {
    let reads_people = cx.caller.token.as_ref().is_none_or(|token| token.scopes.contains(&Scope::PeopleRead));
    cx.may(Permission::ManagePeople) && reads_people
}

async fn missing(cx: &mut Call, given: &str, whom: MemberFilter) -> Result<Error, Error> {
    let names = store::member_names(&mut cx.db, whom).await?;
    let missing = suggestions::missing(cx.db.organization(), RecordKind::Member, given, move || names).await;
    Ok(match invited(cx, given).await?.as_slice() {
        [] => missing,
        [email] => missing.hint(format!("{email} was invited and has not answered yet: they are a member once they have.")),
        several => {
            let emails = several.join(" and ");
            missing.hint(format!("{emails} were invited and have not answered yet: they are members once they have."))
        }
    })
}

/// The addresses of the invited people who fit the reference, for callers who may see invitations.
async fn invited(cx: &mut Call, given: &str) -> Result<Vec<String>, Error> {
    if !sees_addresses(cx) {
        return Ok(Vec::new());
    }
    Ok(fitting_addresses(given, &store::invited(&mut cx.db, cx.now).await?))
}

/// The addresses of those of these invited people who fit a reference, each given with their name: by their whole name or address, or else
/// by parts of it, as members are suggested, or else by a similar address.
pub fn fitting_addresses(given: &str, invited: &[(String, Option<String>)]) -> Vec<String> {
    let given = text::without_display_name(given);
    let key = text::search_key(given);
    let part = PartialName::of(&key);
    let fitting = |fits: &dyn Fn(&str) -> bool| -> Vec<String> {
        let is_meant = |(email, name): &&(String, Option<String>)| {
            [Some(email), name.as_ref()].into_iter().flatten().any(|known| fits(&text::search_key(known)))
        };
        invited.iter().filter(is_meant).map(|(email, _)| email.clone()).take(INVITED_TOLD).collect()
    };
    let exact = fitting(&|known| known == key);
    let found = match part.filter(|_| exact.is_empty()) {
        // The domain of an address is that of many.
        Some(part) if given.contains('@') => fitting(&|known| part.begins(known)),
        Some(part) => fitting(&|known| part.begins(known.split('@').next().unwrap_or(known))),
        None => exact,
    };
    if found.is_empty() { fitting(&|known| is_similar_address(&key, known)) } else { found }
}

/// Whether two addresses are spelled alike before the @ and after it: whole addresses of one domain would all be alike.
fn is_similar_address(given: &str, known: &str) -> bool {
    let (Some((name, host)), Some((known_name, known_host))) = (given.split_once('@'), known.split_once('@')) else { return false };
    [(name, known_name), (host, known_host)].into_iter().all(|(given, known)| !similar_names(given, &[known]).is_empty())
}

/// Resolves a member by id or name; `me` is the caller. Others are found only by callers who see everybody's time.
pub async fn find_member(cx: &mut Call, read_scope: &ReadScope, given: &str) -> Result<Uuid, Error> {
    if !read_scope.sees_all_time() {
        // Such callers find only themselves; any other name gets the same refusal.
        let own = reference::members(cx, "member", &[read_scope.member.to_string()], None).await?;
        let is_own = given.trim().eq_ignore_ascii_case("me")
            || reference::parse_id(given) == read_scope.member
            || own.iter().any(|own| text::search_key(&own.name) == text::search_key(given));
        return if is_own { Ok(read_scope.member) } else { Err(only_own()) };
    }
    Ok(reference::member_with_past_time(cx, "member", given, read_scope.only_teammates_of()).await?.id)
}

/// The refusal to callers who see only their own time: it does not tell whether a member of that name exists.
pub fn only_own() -> Error {
    Error::new(Code::NotFound, "Of all time you see your own alone. Leave member out, or give \"me\".").with_field("member")
}
