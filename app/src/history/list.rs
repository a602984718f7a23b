//! What was done, the newest first, and whether it can be taken back.

use std::collections::{HashMap, HashSet};

use jiff::tz::TimeZone;
use uuid::Uuid;

use super::{
    Action, Actions, Restored, descriptions,
    obstacles::Obstacles,
    permissions::{self, UndoneBy},
    store::{self, ActionFilter, ActionRow, TouchedRecord},
    undo,
    visibility::Visibility,
};
use crate::{
    access::Permission,
    day::OffsetDateTime,
    error::{Code, Error},
    id::{ActionId, MemberId},
    operation::Call,
    page::{self, Cursor, Page},
    projects::read_scope::ReadScope,
    text,
    time::{MemberSummary, filter::find_member},
};

/// How many records of an action are named.
const RECORDS_MAX: i32 = 3;

/// How many are counted: a count of all that was ever done would take longer with each year.
const COUNTED_MAX: i64 = 1_000;

/// A page of actions: those of the token that asks, of the person, or for who leads the work those of everybody.
pub async fn list(
    cx: &mut Call,
    member: Option<String>,
    limit: Option<u32>,
    cursor: Option<String>,
    with_total: bool,
) -> Result<Actions, Error> {
    let limit = page::limit(limit)?;
    let before = cx.listing.after(cursor.as_deref())?.map(Cursor::instant).transpose()?;
    let whose = whose(cx, text::non_empty(member)).await?;
    let found = if with_total { Some(store::count(&mut cx.db, whose, COUNTED_MAX + 1).await?) } else { None };
    let rows = store::actions(&mut cx.db, whose, before, limit + 1).await?;
    let known = ListedActions::of(cx, &rows).await?;
    let open: Vec<Uuid> = rows.iter().filter(|row| known.may_tell(row)).map(|row| row.id).collect();
    let mut words = descriptions::describe(&mut cx.db, &open, known.visibility.money).await?;
    let zone = cx.membership()?.member_zone.clone();
    let cursor = |row: &ActionRow| Cursor { key: row.at.to_jiff().to_string(), id: row.id };
    let page = Page::of(cx.listing, rows, limit, cursor, |row| {
        let told = words.remove(&row.id);
        Ok(Action { told, ..known.read(row, &zone) })
    })?;
    let (total, more_than) = in_all(found);
    Ok(Actions { page: Page { total, ..page }, more_than })
}

/// How many there are in all, or more than how many, of so many that were found.
fn in_all(found: Option<i64>) -> (Option<i64>, Option<i64>) {
    match found {
        Some(found) if found > COUNTED_MAX => (None, Some(COUNTED_MAX)),
        found => (found, None),
    }
}

/// Whose actions the caller asks for and may take back.
async fn whose(cx: &mut Call, member: Option<String>) -> Result<ActionFilter, Error> {
    let (own, token) = (cx.membership()?.member.0, cx.caller.token.as_ref().map(|token| token.id.0));
    let read_scope = ReadScope::of(cx)?;
    let member = match member {
        Some(member) => Some(find_member(cx, &read_scope, &member).await.map_err(|error| of_actions(&read_scope, error))?),
        None => None,
    };
    match (token, member) {
        // What others did is not there for a token: it takes back nothing but its own.
        (Some(_), Some(other)) if other != own => Err(not_told("A token is told what it did itself, and of nobody else.")),
        (Some(token), _) => Ok(ActionFilter { member: None, token: Some(token) }),
        (None, Some(other)) if other != own && !cx.may(Permission::EveryonesTime) => Err(not_told(OWN_ALONE)),
        (None, Some(member)) => Ok(ActionFilter { member: Some(member), token: None }),
        (None, None) => Ok(ActionFilter { member: (!cx.may(Permission::EveryonesTime)).then_some(own), token: None }),
    }
}

/// What whoever does not lead the work is told of the actions of others, whether or not there is anybody of that name.
const OWN_ALONE: &str = "Of all that was done you are told what you did yourself.";

fn not_told(words: &str) -> Error {
    Error::new(Code::NotFound, format!("{words} Leave member out, or give \"me\".")).with_field("member")
}

/// A member who is not found, told of actions: the words of time are no answer here.
fn of_actions(read_scope: &ReadScope, error: Error) -> Error {
    if error.code == Code::NotFound && !read_scope.sees_all_time() { not_told(OWN_ALONE) } else { error }
}

/// An action that nothing is known to keep from being taken back.
pub struct Undoable {
    /// The action.
    pub action: Uuid,
    /// The operation.
    pub operation: String,
    /// How many records it touched.
    pub records: i64,
}

/// Those of these actions that nothing is known to keep from being taken back.
pub async fn undoable(cx: &mut Call, rows: Vec<ActionRow>) -> Result<Vec<Undoable>, Error> {
    let known = ListedActions::of(cx, &rows).await?;
    let open = |row: &ActionRow| row.undoes.is_none() && !known.why_not.contains_key(&row.id);
    let records = |action: &Uuid| known.touched_in_all.get(action).copied().unwrap_or_default();
    let undoable = |row: ActionRow| Undoable { records: records(&row.id), action: row.id, operation: row.operation };
    Ok(rows.into_iter().filter(open).map(undoable).collect())
}

/// The operation that takes back.
const UNDO: &str = "undo_action";

/// How many changes of each of so many actions are looked at: all that a call makes as long as they are no more than a usual page and the
/// one behind it, and of all of them together no more than of those.
fn looked_at(actions: usize) -> i64 {
    let usual = undo::LOOKED_AT * (i64::from(page::LIMIT_DEFAULT) + 1);
    (usual / i64::try_from(actions).unwrap_or(i64::MAX).max(1)).clamp(20, undo::LOOKED_AT)
}

/// What is known of the actions of a page.
struct ListedActions {
    touched: HashMap<Uuid, Vec<Restored>>,
    /// How many records each of them touched.
    touched_in_all: HashMap<Uuid, i64>,
    /// How many of those the caller sees, of the first few.
    in_sight: HashMap<Uuid, i64>,
    /// Those that touched a record which the caller does not see, or time on a project whose name is not there for them.
    hidden: HashSet<Uuid>,
    /// Those that changed time of others, which is not there for the caller any more.
    out_of_sight: HashSet<Uuid>,
    /// Why the caller may not do what these did, and so not take it back.
    refused: HashMap<Uuid, Error>,
    /// Why these cannot be taken back.
    why_not: HashMap<Uuid, String>,
    visibility: Visibility,
}

impl ListedActions {
    async fn of(cx: &mut Call, rows: &[ActionRow]) -> Result<Self, Error> {
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let mut known = Self::looked_at(cx, &ids).await?;
        known.refused = refused(cx, rows).await?;
        let standing = undo::refusals_for_good(&mut cx.db, &ids).await?;
        let obstacles = Obstacles::of(cx, &ids, looked_at(ids.len())).await?;
        for row in rows {
            let never = standing.get(&row.id).cloned().flatten();
            let refusal = known.refusal(cx, row, never).or_else(|| obstacles.refusal(row.id, &row.operation));
            known.why_not.extend(refusal.map(|refusal| (row.id, cx.told(UNDO, refusal))));
        }
        Ok(known)
    }

    /// The records that these actions touched, as far as the caller sees them.
    async fn looked_at(cx: &mut Call, ids: &[Uuid]) -> Result<Self, Error> {
        let mut known = Self {
            touched: HashMap::new(),
            touched_in_all: HashMap::new(),
            in_sight: HashMap::new(),
            hidden: HashSet::new(),
            out_of_sight: HashSet::new(),
            refused: HashMap::new(),
            why_not: HashMap::new(),
            visibility: Visibility::of(cx)?,
        };
        for touched in store::touched(&mut cx.db, ids, RECORDS_MAX).await? {
            known.add(touched);
        }
        if !known.visibility.everything {
            known.hidden.extend(store::descriptions::elsewhere(&mut cx.db, ids, known.visibility.own.0).await?);
        }
        Ok(known)
    }

    fn add(&mut self, TouchedRecord { action, kind, record, image, in_all }: TouchedRecord) {
        self.touched_in_all.insert(action, in_all);
        if self.visibility.is_time_of_others(&kind, &image) {
            self.out_of_sight.insert(action);
        }
        match self.visibility.see_record(&kind, &image) {
            true => *self.in_sight.entry(action).or_insert(0) += 1,
            false => _ = self.hidden.insert(action),
        }
        let records = self.touched.entry(action).or_default();
        if records.len() < RECORDS_MAX as usize {
            let name = self.visibility.name(&kind, &image);
            records.push(Restored { kind, record, name });
        }
    }

    /// Why an action is not the caller's to take back, or nobody's. `never` is said of what it did.
    fn refusal(&self, cx: &Call, row: &ActionRow, never: Option<String>) -> Option<Error> {
        if let Some(refused) = self.refused.get(&row.id) {
            return Some(refused.clone());
        }
        if let Some(undoing) = row.undone_by {
            let (name, member) = (row.undone_by_name.as_deref(), row.undone_by_member);
            return Some(permissions::already_undone_error(&self.visibility, &UndoneBy { undoing, name, member, token: row.undone_with }));
        }
        let never = never.or_else(|| (!self.touched.contains_key(&row.id)).then(|| undo::UNCHANGED.to_owned()));
        match never {
            Some(why) => Some(undo::not_undoable_error(cx, &row.operation, &why)),
            None => self.out_of_sight.contains(&row.id).then(permissions::out_of_sight),
        }
    }

    fn read(&self, row: ActionRow, zone: &TimeZone) -> Action {
        let why_not = self.why_not.get(&row.id).cloned();
        let records = self.touched.get(&row.id).cloned().unwrap_or_default();
        let more = self.touched_in_all.get(&row.id).map_or(0, |all| all - records.len() as i64);
        Action {
            id: ActionId(row.id),
            at: OffsetDateTime::at(row.at.to_jiff(), zone),
            operation: row.operation,
            told: None,
            member: row.member_id.zip(row.member_name).map(|(id, name)| MemberSummary { id: MemberId(id), name }),
            token: row.token,
            records,
            more_records: Some(more).filter(|more| *more > 0),
            undoable: why_not.is_none(),
            why_not,
            undoes: row.undoes.map(ActionId),
            undone_by: row.undone_by.map(ActionId),
        }
    }

    /// Whether it may be told in words what an action did: to whoever sees all that it touched, and may do the same. Of what touched many
    /// records not all were looked at, so that whoever does not see everything is told of none of them.
    fn may_tell(&self, row: &ActionRow) -> bool {
        let all_seen = self.visibility.everything || self.in_sight.get(&row.id) == self.touched_in_all.get(&row.id);
        all_seen && !self.hidden.contains(&row.id) && !self.refused.contains_key(&row.id)
    }
}

/// Why the caller may not do what these did. To take an undo back is to do again what it took back.
async fn refused(cx: &mut Call, rows: &[ActionRow]) -> Result<HashMap<Uuid, Error>, Error> {
    let undos: Vec<Uuid> = rows.iter().filter(|row| row.undoes.is_some()).map(|row| row.id).collect();
    let origins: HashMap<Uuid, String> = store::origins(&mut cx.db, &undos).await?.into_iter().collect();
    let refused = |row: &ActionRow| {
        let operation = origins.get(&row.id).unwrap_or(&row.operation);
        Some((row.id, permissions::authorize_operation(cx, operation).err()?))
    };
    Ok(rows.iter().filter_map(refused).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_more_than_are_counted_no_number_is_told() {
        assert_eq!(in_all(Some(COUNTED_MAX)), (Some(1_000), None));
        assert_eq!(in_all(Some(COUNTED_MAX + 1)), (None, Some(1_000)));
        assert_eq!(in_all(None), (None, None));
    }
}
