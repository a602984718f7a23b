//! Errors for an undo that conflicts with a later action: they name that action and what the caller can do about it.

use std::collections::{HashMap, HashSet};

use serde_json::json;
use uuid::Uuid;

use super::{
    alternatives, permissions,
    store::{
        self,
        currency_conflicts::CurrencyConflict,
        deleted_references::DeletedReference,
        obstacle::{LaterAction, LaterChange, ReferencedRecord},
        unique_conflicts::UniqueConflict,
    },
    undo::{self, kind_label},
    visibility::Visibility,
};
use crate::{
    error::{Code, Error},
    operation::Call,
    time::lock,
};

/// Builds the errors for later changes, with what the caller can do about them.
pub struct ConflictErrors {
    /// What the caller may see.
    visibility: Visibility,
    /// The later actions that the caller may undo.
    open: HashSet<Uuid>,
    /// The names of the tokens, other than the caller's, with which they were done.
    tokens: HashMap<Uuid, String>,
    /// Why later actions cannot be undone either; no hint recommends to undo them.
    stays: HashMap<Uuid, String>,
    /// Whether the caller may change the records by hand.
    by_hand: bool,
    /// What the caller may do with an invoice.
    invoices: lock::InvoiceAccess,
}

impl ConflictErrors {
    /// Loads what the caller can do about these later actions. `closed` are those that would restore time on a closed project, and why.
    pub async fn of(cx: &mut Call, later: &[&LaterAction], closed: HashMap<Uuid, String>) -> Result<Self, Error> {
        let ids: Vec<Uuid> = later.iter().map(|by| by.action).collect();
        // The undo of an undo repeats the first operation.
        let origins: HashMap<Uuid, String> = store::origins(&mut cx.db, &ids).await?.into_iter().collect();
        let (visibility, stays) = (Visibility::of(cx)?, stays(cx, later, closed).await?);
        let tokens = token_names(cx, &visibility, later).await?;
        let may_undo = |by: &LaterAction| {
            let operation = origins.get(&by.action).unwrap_or(&by.operation);
            permissions::authorize_operation(cx, operation).is_ok() && visibility.may_undo(by.token, by.member_id)
        };
        let open = later.iter().filter(|by| may_undo(by)).map(|by| by.action).filter(|by| !stays.contains_key(by)).collect();
        Ok(Self { by_hand: !cx.writes_drafts(), invoices: lock::InvoiceAccess::of(cx), visibility, open, tokens, stays })
    }

    /// The error when a later change prevents the undo of `operation`, with the remedy where there is one.
    pub fn overtaken(&self, operation: &str, later: &LaterChange) -> Error {
        let (code, what) = match (later.invoiced, &later.number) {
            (false, _) => (Code::Stale, format!("The {} was changed since{}", kind_label(&later.kind), self.by_whom(later.by.as_ref()))),
            (true, Some(number)) if self.visibility.money => (Code::Locked, format!("The time is on invoice {number} by now")),
            (true, None) if self.visibility.money => (Code::Locked, "The time is on a draft invoice by now".to_owned()),
            (true, _) => (Code::Locked, "The time is on an invoice by now".to_owned()),
        };
        let error = Error::new(code, format!("{what}, so {operation} cannot be undone.")).hint(self.way(later));
        // Without money visibility the action that billed the time stays hidden, too.
        self.shown(error, later.by.as_ref().filter(|_| self.visibility.money || !later.invoiced))
    }

    /// The error when a record to which the restored one of `operation` refers was deleted, with how to restore that.
    pub fn missing(&self, operation: &str, gone: &DeletedReference) -> Error {
        let what = match (gone.kind.as_str(), &gone.name) {
            ("invoice" | "invoice_line", _) if !self.visibility.money => "What it was on".to_owned(),
            // Drafts and their lines have no name.
            ("invoice", None) | ("invoice_line", _) => "The draft that it was on".to_owned(),
            (kind, Some(name)) if self.visibility.everything => format!("The {} {name}", kind_label(kind)),
            (kind, _) => format!("The {} that it was on", kind_label(kind)),
        };
        let by = gone.by.as_ref();
        let error = Error::new(Code::Stale, format!("{what} is gone, so {operation} cannot be undone."));
        let way = by.map_or_else(|| ASK.to_owned(), |by| self.back_through(by, &format!(" ({})", by.operation), ""));
        self.shown(error.hint(way), by)
    }

    /// The error when another record has the unique value that the undo of `operation` would restore, with how to free it.
    pub fn taken(&self, operation: &str, taken: &UniqueConflict) -> Error {
        let (what, mend) = held_by(taken, &self.visibility);
        let (by, by_hand) = (taken.by.as_ref(), if self.by_hand { format!(", or {mend}") } else { String::new() });
        let error = Error::new(Code::Conflict, format!("{what}, so {operation} cannot be undone."));
        let way = match by {
            Some(by) => self.back_through(by, &format!(" ({})", by.operation), &by_hand),
            None if self.by_hand => format!("To undo it, first {mend}."),
            None => format!("A person can {mend}; then this can be undone."),
        };
        self.shown(error.hint(way), by)
    }

    /// The error when the undo of `operation` would restore amounts whose client has another currency now.
    pub fn other_currency(&self, operation: &str, other: &CurrencyConflict) -> Error {
        let client = if self.visibility.everything { other.client.as_str() } else { "The client" };
        let message = format!("{client} has another currency since then, and nothing is converted, so {operation} cannot be undone.");
        let by = other.by.as_ref();
        let way = by.map_or_else(|| ASK.to_owned(), |by| self.back_through(by, &format!(" ({})", by.operation), ""));
        self.shown(Error::new(Code::Stale, message).hint(way), by)
    }

    /// The error when another record refers to the one that `operation` created, with the remedy. Without money visibility it names no
    /// invoice and no action that created one.
    pub fn in_use(&self, operation: &str, held: &ReferencedRecord) -> Error {
        let what = kind_label(&held.made);
        let name = held.name.clone().filter(|_| self.visibility.everything).unwrap_or_else(|| format!("The {what}"));
        let visible = self.visibility.money || !matches!(held.other.as_str(), "invoice" | "invoice_line");
        let other = if visible { needing(held, &self.visibility) } else { "something that you do not see".to_owned() };
        let by = held.by.as_ref().filter(|_| visible);
        let error = Error::new(Code::InUse, format!("{name} has {other} since then, so {operation} cannot be undone."));
        let way = if visible { self.way_from(held) } else { ASK.to_owned() };
        self.shown(error.hint(way), by)
    }

    /// The remedies for a record that refers to the created one. Without a later action that cannot be undone.
    fn way_from(&self, held: &ReferencedRecord) -> String {
        let instead = instead_of_undo(held);
        let Some(away) = away_with(held) else {
            return if self.by_hand { format!("You can {instead} by hand.") } else { format!("A person can {instead}.") };
        };
        match held.by.as_ref().filter(|by| !self.stays.contains_key(&by.action)) {
            Some(by) => {
                let by_hand = if self.by_hand { format!(", or {away}, or {instead} by hand") } else { String::new() };
                self.back_through(by, &format!(" ({})", by.operation), &by_hand)
            }
            None if self.by_hand => format!("First {away}, or {instead} by hand."),
            None => format!("A person can {away}, or {instead}."),
        }
    }

    /// Adds the id of the later action, if the caller may see its member.
    fn shown(&self, error: Error, by: Option<&LaterAction>) -> Error {
        match by.filter(|by| self.visibility.see(by.member_id)) {
            Some(by) => error.details(&json!({ "later_action": by.action })),
            None => error,
        }
    }

    fn by_whom(&self, by: Option<&LaterAction>) -> String {
        match by {
            None => String::new(),
            Some(by) if !self.visibility.see(by.member_id) => " by somebody else".to_owned(),
            Some(by) => format!(" by {} ({})", self.actor(by), by.operation),
        }
    }

    /// Who did it, for callers who may see them: an agent by the name of its token, so that nobody thinks that its person did it by hand.
    fn actor(&self, by: &LaterAction) -> String {
        let who = by.member.as_deref().unwrap_or("somebody");
        match self.token_name(by) {
            None => who.to_owned(),
            Some(token) if self.visibility.is_agent() && by.member_id == Some(self.visibility.own.0) => {
                format!("another agent of {who}, with the token \"{token}\"")
            }
            Some(token) => format!("{who} with the token \"{token}\""),
        }
    }

    /// The name of the token with which it was done, if that is another than the caller's.
    fn token_name(&self, by: &LaterAction) -> Option<&str> {
        self.tokens.get(&self.visibility.other_token(by.token)?).map(String::as_str)
    }

    /// The name of the member who did it, if the caller may see them.
    fn who<'a>(&self, by: &'a LaterAction) -> Option<&'a str> {
        by.member.as_deref().filter(|_| self.visibility.see(by.member_id))
    }

    fn way(&self, later: &LaterChange) -> String {
        let by_hand = if self.by_hand && !later.invoiced { ", or change the record by hand" } else { "" };
        match &later.by {
            Some(by) if later.number.is_none() && self.open.contains(&by.action) => self.back_through(by, "", by_hand),
            _ if later.invoiced => self.off_the_invoice(later),
            None => format!("Undo what has changed it since first{by_hand}."),
            Some(by) => self.back_through(by, "", by_hand),
        }
    }

    /// The hint to undo the later action first. It recommends only what the caller may do: an agent undoes its own actions, and changes by
    /// hand what its person changed where it writes directly; a sent invoice stays. `called` follows the id.
    fn back_through(&self, by: &LaterAction, called: &str, by_hand: &str) -> String {
        match self.who(by) {
            _ if self.open.contains(&by.action) => format!("Undo {}{called} first{by_hand}.", by.action),
            None => ASK.to_owned(),
            Some(who) => self.stays.get(&by.action).cloned().unwrap_or_else(|| self.ask(who, by, by_hand)),
        }
    }

    /// The hint to ask who did it. What an agent did, its person may not know of.
    fn ask(&self, who: &str, by: &LaterAction, by_hand: &str) -> String {
        let asked = format!("Ask {who} to undo that first{by_hand}.");
        match self.token_name(by).filter(|_| self.visibility.is_agent()) {
            Some(token) => format!("{asked} It was done with the token \"{token}\", not with yours."),
            None => asked,
        }
    }

    /// The hint for invoiced time, as for a change by hand, and who put it on a draft.
    fn off_the_invoice(&self, later: &LaterChange) -> String {
        let way = lock::invoiced_hint(later.number.is_some(), self.visibility.money, self.invoices);
        let by = later.by.as_ref().filter(|_| self.visibility.money && later.number.is_none());
        let Some((by, who)) = by.and_then(|by| Some((by, self.who(by)?))) else { return way.to_owned() };
        let with = self.token_name(by).map(|token| format!(" with the token \"{token}\"")).unwrap_or_default();
        format!("{who} put it there{with}. {way}")
    }
}

/// The hint for a caller who may neither undo the later change nor see who made it.
const ASK: &str = "Ask who leads the work to take that back first.";

/// Which record has the unique value now, and what frees it by hand. Names need `everything`, invoice numbers need `money` of
/// `visibility`.
fn held_by(taken: &UniqueConflict, visibility: &Visibility) -> (String, String) {
    let name = |name: &Option<String>| name.clone().filter(|_| visibility.everything).unwrap_or_else(|| "another".to_owned());
    let (what, who) = (name(&taken.what), name(&taken.who));
    match taken.kind.as_str() {
        "budget" => (format!("{what} has another budget by now"), "clear that budget".to_owned()),
        "project_member" => (format!("{who} is on {what} again"), "take them off it".to_owned()),
        "client_grant" => (format!("{what} is granted to {who} again"), "take that access away".to_owned()),
        "invoice" if !visibility.money => ("The void invoice was drafted again since".to_owned(), "delete that draft".to_owned()),
        "invoice" => (format!("The void invoice {what} was drafted again since"), "delete that draft".to_owned()),
        kind if !visibility.everything => (format!("Another {} has its name by now", kind_label(kind)), "rename that".to_owned()),
        kind => (format!("Another {} is called {what} by now", kind_label(kind)), format!("rename that {}", kind_label(kind))),
    }
}

/// How the referring record is removed; none for a sent invoice, which alone has a number.
fn away_with(held: &ReferencedRecord) -> Option<String> {
    match held.other.as_str() {
        "invoice" if held.other_name.is_some() => None,
        "time_entry" => Some("move or delete that time entry".to_owned()),
        "project_member" => Some("take that member off it".to_owned()),
        "client_grant" => Some("take that access away".to_owned()),
        "budget" => Some("clear that budget".to_owned()),
        other => Some(format!("delete that {}", kind_label(other))),
    }
}

/// What to do with a created record that stays in use: a client or project with work or documents is archived and not deleted, and an
/// invoice draft is deleted.
fn instead_of_undo(held: &ReferencedRecord) -> String {
    let verb = match (held.made.as_str(), held.other.as_str()) {
        ("invoice", _) => "delete",
        ("client" | "project", "project" | "invoice" | "invoice_line" | "time_entry") => "archive",
        _ => "archive or delete",
    };
    format!("{verb} the {}", kind_label(&held.made))
}

/// Which record refers to the created one: by its name or number, where it has one and the caller sees everything.
fn needing(held: &ReferencedRecord, visibility: &Visibility) -> String {
    let what = match held.other.as_str() {
        "project_member" => "member".to_owned(),
        "client_grant" => "viewer".to_owned(),
        kind => kind_label(kind),
    };
    match held.other_name.as_ref().filter(|_| visibility.everything) {
        Some(name) => format!("the {what} {name}"),
        None if what.starts_with('i') => format!("an {what}"),
        None => format!("a {what}"),
    }
}

/// The names of the tokens, other than the caller's, with which later actions were done.
async fn token_names(cx: &mut Call, visibility: &Visibility, later: &[&LaterAction]) -> Result<HashMap<Uuid, String>, Error> {
    let tokens: HashSet<Uuid> = later.iter().filter_map(|by| visibility.other_token(by.token)).collect();
    if tokens.is_empty() {
        return Ok(HashMap::new());
    }
    let tokens: Vec<Uuid> = tokens.into_iter().collect();
    Ok(store::token_names(&mut cx.db, &tokens).await?.into_iter().collect())
}

/// Why later actions cannot be undone first.
async fn stays(cx: &mut Call, later: &[&LaterAction], closed: HashMap<Uuid, String>) -> Result<HashMap<Uuid, String>, Error> {
    let later: HashMap<Uuid, &str> = later.iter().map(|by| (by.action, by.operation.as_str())).collect();
    let ids: Vec<Uuid> = later.keys().copied().collect();
    let mut why = closed;
    why.extend(undo::refusals_for_good(&mut cx.db, &ids).await?.into_iter().filter_map(|(id, why)| Some((id, why?))));
    let explain = |(id, why): (Uuid, String)| {
        let operation = later.get(&id).copied()?;
        // An operation is named only to callers who may call it.
        let what = if cx.may_call(operation) { operation } else { "The later change" };
        let by_hand = alternatives::manual_remedy(cx, operation).map(|way| format!(" {way}")).unwrap_or_default();
        Some((id, format!("{what} cannot be undone either: {why}{by_hand}")))
    };
    Ok(why.into_iter().filter_map(explain).collect())
}
