//! What was done, the newest first, and whether it can be taken back.

use std::collections::{HashMap, HashSet};

use jiff::{civil::Date, tz::TimeZone};
use serde_json::Value;
use uuid::Uuid;

use super::{
    Action, Restored, instead, right,
    store::{
        self, Row, Touched, Whose,
        obstacle::{Closed, Held, Later},
    },
    told, undo,
};
use crate::{
    access::{Permission, Seen},
    day::Moment,
    error::{Code, Error},
    id::{ActionId, MemberId},
    operation::{Call, authorize},
    operations,
    page::{self, Cursor, Page},
    projects::sight::Sight,
    text,
    time::{MemberSummary, filter::member_of, lock},
};

/// How many records of an action are named.
const RECORDS_MAX: i32 = 3;

/// A page of actions: those of the token that asks, of the person, or for who leads the work those of everybody.
pub async fn list(cx: &mut Call, member: Option<String>, limit: Option<u32>, cursor: Option<String>) -> Result<Page<Action>, Error> {
    let limit = page::limit(limit)?;
    let before = cx.listing.after(cursor.as_deref())?.map(Cursor::instant).transpose()?;
    let whose = whose(cx, text::said(member)).await?;
    let rows = store::actions(&mut cx.db, whose, before, limit + 1).await?;
    let known = Known::of(cx, &rows).await?;
    let open: Vec<Uuid> = rows.iter().filter(|row| known.may_tell(row)).map(|row| row.id).collect();
    let mut words = told::told(&mut cx.db, &open, known.eyes.money).await?;
    let zone = cx.membership()?.member_zone.clone();
    let cursor = |row: &Row| Cursor { key: row.at.to_jiff().to_string(), id: row.id };
    Page::of(cx.listing, rows, limit, cursor, |row| {
        let told = words.remove(&row.id);
        Ok(Action { told, ..known.read(row, &zone) })
    })
}

/// Whose actions the caller asks for and may take back.
async fn whose(cx: &mut Call, member: Option<String>) -> Result<Whose, Error> {
    let (own, token) = (cx.membership()?.member.0, cx.caller.token.as_ref().map(|token| token.id.0));
    let sight = Sight::of(cx)?;
    let member = match member {
        Some(member) => Some(member_of(cx, &sight, &member).await.map_err(|error| of_actions(&sight, error))?),
        None => None,
    };
    match (token, member) {
        // What others did is not there for a token: it takes back nothing but its own.
        (Some(_), Some(other)) if other != own => Err(not_told("A token is told what it did itself, and of nobody else.")),
        (Some(token), _) => Ok(Whose { member: None, token: Some(token) }),
        (None, Some(other)) if other != own && !cx.may(Permission::EveryonesTime) => Err(not_told(OWN_ALONE)),
        (None, Some(member)) => Ok(Whose { member: Some(member), token: None }),
        (None, None) => Ok(Whose { member: (!cx.may(Permission::EveryonesTime)).then_some(own), token: None }),
    }
}

/// What whoever does not lead the work is told of the actions of others, whether or not there is anybody of that name.
const OWN_ALONE: &str = "Of all that was done you are told what you did yourself.";

fn not_told(words: &str) -> Error {
    Error::new(Code::NotFound, format!("{words} Leave member out, or give \"me\".")).about("member")
}

/// A member who is not found, told of actions: the words of time are no answer here.
fn of_actions(sight: &Sight, error: Error) -> Error {
    if error.code == Code::NotFound && !sight.all_time() { not_told(OWN_ALONE) } else { error }
}

/// The newest of these actions that can be taken back as things stand, with its operation.
pub async fn newest_undoable(cx: &mut Call, rows: Vec<Row>) -> Result<Option<(Uuid, String)>, Error> {
    let known = Known::of(cx, &rows).await?;
    let open = |row: &Row| row.undoes.is_none() && known.why_not(row).is_none();
    Ok(rows.into_iter().find(open).map(|row| (row.id, row.operation)))
}

/// What is known of the actions of a page.
struct Known {
    touched: HashMap<Uuid, Vec<Restored>>,
    /// How many records each of them touched.
    touched_in_all: HashMap<Uuid, i64>,
    /// How many of those the caller sees, of the first few.
    in_sight: HashMap<Uuid, i64>,
    /// Those that touched a record which the caller does not see, or time on a project whose name is not there for them.
    hidden: HashSet<Uuid>,
    /// Why each of them cannot be put back; those that were taken back already are missing.
    standing: HashMap<Uuid, Option<String>>,
    later: HashMap<Uuid, Later>,
    /// Why those later ones cannot be put back.
    later_stays: HashMap<Uuid, String>,
    /// Those that made a record which another needs by now.
    held: HashMap<Uuid, Held>,
    /// Those that would bring time onto a project that takes none of the caller.
    closed: HashMap<Uuid, Closed>,
    /// Those that would let a timer run again that cannot, and why.
    timers: HashMap<Uuid, String>,
    /// The last closed day, and those that would change time up to it.
    on_closed_days: Option<(Date, HashSet<Uuid>)>,
    /// Those that changed time of others, which is not there for the caller any more.
    out_of_sight: HashSet<Uuid>,
    /// Why the caller may not do what these operations do.
    refused: HashMap<String, String>,
    /// What the caller can do in place of taking back what these operations do.
    by_hand: HashMap<String, &'static str>,
    eyes: Eyes,
}

/// What the caller sees by now: what they did as somebody who saw more is no longer told by its name.
struct Eyes {
    own: MemberId,
    everything: bool,
    money: bool,
    /// Whether they see who was invited.
    invitations: bool,
    /// The token that asks.
    token: Option<Uuid>,
}

impl Eyes {
    fn of(cx: &Call) -> Result<Self, Error> {
        let (own, sight) = (cx.membership()?.member, Sight::of(cx)?);
        let token = cx.caller.token.as_ref().map(|token| token.id.0);
        let (everything, invitations) = (sight.seen == Seen::Everything, cx.may(Permission::ManagePeople));
        Ok(Self { own, everything, money: sight.money, invitations, token })
    }

    /// Whether who asks may take back what was done with this token, or with none: an agent takes back what it did itself.
    fn may_undo(&self, done_with: Option<Uuid>) -> bool {
        self.token.is_none() || self.token == done_with
    }

    /// Whether a record is there for the caller: whoever does not see everything sees the time that is theirs.
    fn see_record(&self, kind: &str, image: &Value) -> bool {
        match kind {
            "time_entry" => !self.is_time_of_others(kind, image),
            "invitation" => self.invitations,
            _ => self.everything,
        }
    }

    /// What a record is known by, where the caller sees it.
    fn name(&self, kind: &str, image: &Value) -> Option<String> {
        self.see_record(kind, image).then(|| known_as(kind, image, self.money)).flatten()
    }

    /// Whether a record is time of somebody else, which the caller does not see.
    fn is_time_of_others(&self, kind: &str, image: &Value) -> bool {
        kind == "time_entry" && !self.everything && image["member_id"] != self.own.to_string()
    }

    /// Whether what this member did is there for the caller.
    fn see(&self, member: Option<Uuid>) -> bool {
        self.everything || member == Some(self.own.0)
    }
}

impl Known {
    async fn of(cx: &mut Call, rows: &[Row]) -> Result<Self, Error> {
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let eyes = Eyes::of(cx)?;
        let (mut touched, mut out_of_sight): (HashMap<Uuid, Vec<Restored>>, _) = (HashMap::new(), HashSet::new());
        let (mut touched_in_all, mut in_sight, mut hidden) = (HashMap::new(), HashMap::new(), HashSet::new());
        for Touched { action, kind, record, image, in_all } in store::touched(&mut cx.db, &ids, RECORDS_MAX).await? {
            touched_in_all.insert(action, in_all);
            if eyes.is_time_of_others(&kind, &image) {
                out_of_sight.insert(action);
            }
            match eyes.see_record(&kind, &image) {
                true => *in_sight.entry(action).or_insert(0) += 1,
                false => _ = hidden.insert(action),
            }
            let records = touched.entry(action).or_default();
            if records.len() < RECORDS_MAX as usize {
                let name = eyes.name(&kind, &image);
                records.push(Restored { kind, record, name });
            }
        }
        if !eyes.everything {
            hidden.extend(store::told::elsewhere(&mut cx.db, &ids, eyes.own.0).await?);
        }
        // An undo tells what it took back, to whoever may do that.
        let undone: Vec<Uuid> = rows.iter().filter_map(|row| row.undoes).collect();
        for origin in store::these(&mut cx.db, &undone).await? {
            if refusal(cx, &origin.operation).is_some() {
                hidden.extend(rows.iter().filter(|row| row.undoes == Some(origin.id)).map(|row| row.id));
            }
        }
        let standing = undo::standing_of(&mut cx.db, &ids).await?;
        let later: HashMap<Uuid, Later> =
            store::obstacle::later(&mut cx.db, &ids).await?.into_iter().map(|later| (later.action, later)).collect();
        let later_stays = later_stays(cx, later.values()).await?;
        let held = store::obstacle::held(&mut cx.db, &ids, undo::LOOKED_AT).await?.into_iter().map(|held| (held.action, held)).collect();
        let closed = closed(cx, &ids).await?;
        let timers = undo::timers_that_stay(&mut cx.db, &ids).await?;
        let on_closed_days = undo::on_closed_days(cx, &ids).await?;
        let refused = rows.iter().filter_map(|row| Some((row.operation.clone(), refusal(cx, &row.operation)?))).collect();
        let by_hand = rows.iter().filter_map(|row| Some((row.operation.clone(), instead::open_to(cx, &row.operation)?))).collect();
        Ok(Self {
            touched,
            touched_in_all,
            in_sight,
            hidden,
            standing,
            later,
            later_stays,
            held,
            closed,
            timers,
            on_closed_days,
            out_of_sight,
            refused,
            by_hand,
            eyes,
        })
    }

    fn read(&self, row: Row, zone: &TimeZone) -> Action {
        let why_not = self.why_not(&row);
        let records = self.touched.get(&row.id).cloned().unwrap_or_default();
        let more = self.touched_in_all.get(&row.id).map_or(0, |all| all - records.len() as i64);
        Action {
            id: ActionId(row.id),
            at: Moment::at(row.at.to_jiff(), zone),
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
    fn may_tell(&self, row: &Row) -> bool {
        let all_seen = self.eyes.everything || self.in_sight.get(&row.id) == self.touched_in_all.get(&row.id);
        all_seen && !self.hidden.contains(&row.id) && !self.refused.contains_key(&row.operation)
    }

    fn why_not(&self, row: &Row) -> Option<String> {
        if let Some(by) = row.undone_by {
            // An agent takes back what it did itself, and so no undo of its person.
            let own = self.eyes.may_undo(row.undone_with);
            let again = if own { format!("; to have it again, undo {by}") } else { String::new() };
            return Some(format!("It was taken back already{again}."));
        }
        if let Some(refused) = self.refused.get(&row.operation) {
            return Some(refused.clone());
        }
        if let Some(Some(why)) = self.standing.get(&row.id) {
            let by_hand = self.by_hand.get(&row.operation).map(|way| format!(" {way}")).unwrap_or_default();
            return Some(format!("{} cannot be undone: {why}{by_hand}", row.operation));
        }
        if self.out_of_sight.contains(&row.id) {
            return Some("It changed time of others, which you do not see any more. Ask who leads the work to take it back.".to_owned());
        }
        if !self.touched.contains_key(&row.id) {
            return Some(format!("{} cannot be undone: it changed no record that can be put back.", row.operation));
        }
        if let Some(closed) = self.closed.get(&row.id) {
            return Some(closed_words(closed));
        }
        if let Some((last, _)) = self.on_closed_days.as_ref().filter(|(_, actions)| actions.contains(&row.id)) {
            return Some(format!("{} Ask an owner or admin to move the lock date.", lock::closed(*last).message));
        }
        // What was changed since stands before the rest: that alone would not bring it back.
        if let Some(later) = self.later.get(&row.id) {
            return self.overtaken(later);
        }
        let held = || self.held.get(&row.id).map(|held| undo::held_by(&row.operation, held, self.eyes.money));
        self.timers.get(&row.id).cloned().or_else(held)
    }

    /// Why an action cannot be taken back that a later one has overtaken, and the way to it where there is one.
    fn overtaken(&self, later: &Later) -> Option<String> {
        if !self.eyes.see(later.member_id) {
            return Some("What it did was changed since by somebody else. Ask who leads the work to take that back first.".to_owned());
        }
        let who = later.member.as_deref().unwrap_or("somebody");
        let stays = later.by.and_then(|by| self.later_stays.get(&by));
        Some(match (&later.operation, later.by, stays) {
            (Some(operation), Some(_), Some(why)) => {
                format!("What it did was changed since by {who} ({operation}), and that cannot be undone: {why}")
            }
            (Some(operation), Some(_), None) if !self.eyes.may_undo(later.token) => {
                format!("What it did was changed since by {who} ({operation}). Ask them to undo that first.")
            }
            (Some(operation), Some(by), None) => format!("What it did was changed since by {who} ({operation}). Undo {by} first."),
            _ => "What it did was changed since, many times. Undo the newest of those changes first.".to_owned(),
        })
    }
}

/// Those of these actions that would bring time where it does not go.
async fn closed(cx: &mut Call, actions: &[Uuid]) -> Result<HashMap<Uuid, Closed>, Error> {
    let on_projects_of = Sight::of(cx)?.on_projects_of();
    let closed = store::obstacle::closed(&mut cx.db, actions, on_projects_of, undo::LOOKED_AT).await?;
    Ok(closed.into_iter().map(|closed| (closed.action, closed)).collect())
}

/// What is said of a project that time does not come back onto.
fn closed_words(closed: &Closed) -> String {
    if closed.archived { right::archived(&closed.project) } else { right::NOT_ON_IT.to_owned() }
}

/// Why later actions cannot be taken back first: nobody is sent there.
async fn later_stays(cx: &mut Call, later: impl Iterator<Item = &Later>) -> Result<HashMap<Uuid, String>, Error> {
    let later: HashMap<Uuid, String> = later.filter_map(|later| Some((later.by?, later.operation.clone()?))).collect();
    let ids: Vec<Uuid> = later.keys().copied().collect();
    let mut stays: HashMap<Uuid, String> = closed(cx, &ids).await?.iter().map(|(id, closed)| (*id, closed_words(closed))).collect();
    for (id, why) in undo::standing_of(&mut cx.db, &ids).await? {
        let by_hand = later.get(&id).and_then(|operation| instead::open_to(cx, operation)).map(|way| format!(" {way}"));
        stays.extend(why.map(|why| (id, why + &by_hand.unwrap_or_default())));
    }
    Ok(stays)
}

/// Why the caller may not do what an operation does, and so not take it back.
fn refusal(cx: &Call, operation: &str) -> Option<String> {
    match operations::named(operation) {
        Some(known) => authorize(&cx.caller, known.declaration, false).err().map(|error| error.message),
        None => Some(format!("{operation} is not done any more.")),
    }
}

/// What people know a record by: its name, number or description, else its day. Invoices are nothing to who sees no money.
pub fn known_as(kind: &str, image: &Value, money: bool) -> Option<String> {
    if !money && matches!(kind, "invoice" | "invoice_line" | "payment") {
        return None;
    }
    let words = ["name", "number", "description", "day"].into_iter().filter_map(|column| image.get(column)?.as_str());
    words.map(str::trim).find(|words| !words.is_empty()).map(text::excerpt)
}
