//! Lists actions, the newest first, with whether each can be undone.

use std::collections::{HashMap, HashSet};

use domain::{
    day::OffsetDateTime,
    id::{ActionId, MemberId},
    text,
};
use jiff::{Timestamp, tz::TimeZone};
use uuid::Uuid;

use super::{
    Action, Actions, Restored, descriptions,
    obstacles::{self, Obstacles},
    permissions::{self, UndoneBy},
    store::{self, ActionFilter, ActionRow, TouchedRecord},
    undo,
    visibility::Visibility,
};
use crate::{
    access::Permission,
    error::{Code, Error},
    operation::{Call, read_scope::ReadScope},
    page::{self, Cursor, Page, PageRequest},
    reference::member::find_member,
    summary::MemberSummary,
};

/// How many records of an action are named.
const RECORDS_MAX: i64 = 3;

/// How many changes of an action are searched for its first records.
const SEARCHED: i64 = 4 * RECORDS_MAX;

/// The most actions that are counted: a count of all would take longer with each year.
const COUNTED_MAX: i64 = 1_000;

/// A page of actions: those of the calling token, of the person, or of everybody for callers who lead the work.
pub async fn list(cx: &mut Call, member: Option<String>, PageRequest { limit, cursor, with_total }: PageRequest) -> Result<Actions, Error> {
    let limit = page::limit(limit)?;
    let before = cx.listing.after(cursor.as_deref())?.map(Cursor::instant).transpose()?;
    let whose = whose(cx, text::non_empty(member)).await?;
    let found = if with_total.unwrap_or(false) { Some(store::count(&mut cx.db, whose, COUNTED_MAX + 1).await?) } else { None };
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

/// The pair of `total` and `more_than` for a count that stops at [`COUNTED_MAX`] + 1.
fn in_all(found: Option<i64>) -> (Option<i64>, Option<i64>) {
    match found {
        Some(found) if found > COUNTED_MAX => (None, Some(COUNTED_MAX)),
        found => (found, None),
    }
}

/// The filter for the actions that the caller asks for and may undo.
async fn whose(cx: &mut Call, member: Option<String>) -> Result<ActionFilter, Error> {
    let (own, token) = (cx.membership()?.member.0, cx.caller.token.as_ref().map(|token| token.id.0));
    let read_scope = ReadScope::of(cx)?;
    let member = match member {
        Some(member) => Some(find_member(cx, &read_scope, &member).await.map_err(|error| of_actions(&read_scope, error))?),
        None => None,
    };
    match (token, member) {
        // A token sees and undoes only its own actions.
        (Some(_), Some(other)) if other != own => Err(not_told("A token is told what it did itself, and of nobody else.")),
        (Some(token), _) => Ok(ActionFilter { token: Some(token), ..ActionFilter::default() }),
        (None, Some(other)) if other != own && !cx.may(Permission::EveryonesTime) => Err(not_told(OWN_ALONE)),
        (None, Some(member)) => Ok(ActionFilter { member: Some(member), ..ActionFilter::default() }),
        (None, None) => Ok(ActionFilter { member: (!cx.may(Permission::EveryonesTime)).then_some(own), ..ActionFilter::default() }),
    }
}

/// The refusal of the actions of others for callers who do not lead the work; the same whether or not the name exists.
const OWN_ALONE: &str = "Of all that was done you are told what you did yourself.";

fn not_told(words: &str) -> Error {
    Error::new(Code::NotFound, format!("{words} Leave member out, or give \"me\".")).with_field("member")
}

/// The error for a member who is not found, with the wording for actions instead of that for time.
fn of_actions(read_scope: &ReadScope, error: Error) -> Error {
    if error.code == Code::NotFound && !read_scope.sees_all_time() { not_told(OWN_ALONE) } else { error }
}

/// An action without a known obstacle to its undo.
pub struct Undoable {
    /// The action.
    pub action: Uuid,
    /// When it was done.
    pub at: Timestamp,
    /// The operation.
    pub operation: String,
    /// How many records it touched.
    pub records: i64,
}

/// Those of these actions without a known obstacle to their undo.
pub async fn undoable(cx: &mut Call, rows: Vec<ActionRow>) -> Result<Vec<Undoable>, Error> {
    let known = ListedActions::of(cx, &rows).await?;
    let open = |row: &ActionRow| row.undoes.is_none() && !known.why_not.contains_key(&row.id);
    let records = |action: &Uuid| known.touched_in_all.get(action).copied().unwrap_or_default();
    let undoable = |row: ActionRow| Undoable { records: records(&row.id), action: row.id, at: row.at.to_jiff(), operation: row.operation };
    Ok(rows.into_iter().filter(open).map(undoable).collect())
}

/// The operation that undoes an action.
pub const UNDO: &str = "undo_action";

/// What was loaded about the actions of a page.
struct ListedActions {
    touched: HashMap<Uuid, Vec<Restored>>,
    /// How many records each of them touched.
    touched_in_all: HashMap<Uuid, i64>,
    /// How many of the first few records the caller may see.
    in_sight: HashMap<Uuid, i64>,
    /// The actions that touched a record, or time on a project, that the caller may not see.
    hidden: HashSet<Uuid>,
    /// The actions that changed time of others that the caller may no longer see.
    out_of_sight: HashSet<Uuid>,
    /// Why the caller may not call the operations of these actions, and so not undo them.
    refused: HashMap<Uuid, Error>,
    /// Why these cannot be undone.
    why_not: HashMap<Uuid, String>,
    visibility: Visibility,
}

impl ListedActions {
    async fn of(cx: &mut Call, rows: &[ActionRow]) -> Result<Self, Error> {
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let mut known = Self::looked_at(cx, &ids).await?;
        known.refused = refused(cx, rows).await?;
        let refusals = undo::refusals_for_good(&mut cx.db, &ids).await?;
        let mut open: Vec<&ActionRow> = Vec::with_capacity(rows.len());
        for row in rows {
            let never = refusals.get(&row.id).cloned().flatten();
            match known.refusal(cx, row, never) {
                Some(refusal) => _ = known.why_not.insert(row.id, cx.told(UNDO, refusal)),
                None => open.push(row),
            }
        }
        known.add_obstacles(cx, &open).await?;
        Ok(known)
    }

    /// Adds why the known obstacles keep these actions, to which there is no other objection, from being undone. Of one that is undone, its
    /// undo is examined.
    async fn add_obstacles(&mut self, cx: &mut Call, open: &[&ActionRow]) -> Result<(), Error> {
        let ids: HashSet<Uuid> = open.iter().map(|row| row.undone_by.unwrap_or(row.id)).collect();
        let ids: Vec<Uuid> = ids.into_iter().collect();
        let most = obstacles::looked_at(&mut cx.db, &ids).await?;
        let obstacles = Obstacles::of(cx, &ids, most).await?;
        for row in open {
            let refusal = match row.undone_by {
                Some(undoing) => Some(self.already_undone(row, undoing, &obstacles)),
                None => obstacles.refusal(row.id, &row.operation),
            };
            self.why_not.extend(refusal.map(|refusal| (row.id, cx.told(UNDO, refusal))));
        }
        Ok(())
    }

    /// The records that these actions touched, as far as the caller may see them.
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
        // Callers who do not see everything are told of an action only when they see each of its records.
        let most = if known.visibility.everything { RECORDS_MAX } else { SEARCHED };
        for touched in store::touched(&mut cx.db, ids, SEARCHED, most).await? {
            known.add(touched);
        }
        if !known.visibility.everything {
            let seen: Vec<Uuid> = ids.iter().copied().filter(|id| known.sees_all_of(id)).collect();
            known.hidden.extend(store::descriptions::elsewhere(&mut cx.db, &seen, known.visibility.own.0).await?);
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

    fn already_undone(&self, row: &ActionRow, undoing: Uuid, obstacles: &Obstacles) -> Error {
        let (name, member) = (row.undone_by_name.as_deref(), row.undone_by_member);
        let by = UndoneBy { undoing, name, member, token: row.undone_with };
        permissions::already_undone_error(&self.visibility, &by, obstacles.refusal(undoing, UNDO).as_ref())
    }

    /// Why this caller, or anybody, cannot undo an action, but for its known obstacles and its undo. `never` is the reason why its changes
    /// are never restored.
    fn refusal(&self, cx: &Call, row: &ActionRow, never: Option<String>) -> Option<Error> {
        if let Some(refused) = self.refused.get(&row.id) {
            return Some(refused.clone());
        }
        if row.undone_by.is_some() {
            return None;
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

    /// Whether the caller gets the description of an action: they must see every record that it touched, and be allowed to do the same. Not
    /// all records of a large action were examined, so it is described only to callers who see everything.
    fn may_tell(&self, row: &ActionRow) -> bool {
        self.sees_all_of(&row.id) && !self.hidden.contains(&row.id) && !self.refused.contains_key(&row.id)
    }

    /// Whether the caller may see every record of an action, but for the projects of its time.
    fn sees_all_of(&self, action: &Uuid) -> bool {
        self.visibility.everything || self.in_sight.get(action) == self.touched_in_all.get(action)
    }
}

/// Why the caller may not call the operations of these actions. The undo of an undo repeats the operation that was undone.
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
