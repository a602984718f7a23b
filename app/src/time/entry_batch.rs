//! Creates or changes several entries at once: all of them, or none.

use domain::hours::WorkDuration;
use uuid::Uuid;

use super::{
    EntrySource, LoggedEntries, LoggedEntry, NewTimeEntry,
    entry_rules::{self, check_agent_may_change, origin, resolve_new_project, warn_drafts},
    entry_time::EntryTimeInput,
    local_clock::WithRemarks,
    pricing::BillingTerms,
    read_entries,
    store::{StoredEntry, write},
    write_entries::{self, EntryChange, NewEntry},
};
use crate::{
    budgets::guard::{BudgetGuard, HardStop},
    error::Error,
    operation::{Call, read_scope::ReadScope},
    organizations, reference,
};

/// The most entries that one call logs or changes.
pub const ENTRIES_MAX: usize = 100;

/// How many indexes a warning about several entries names.
const INDEXES_SHOWN: usize = 5;

/// Creates these entries. Billing terms are loaded once per project and member.
pub async fn create(cx: &mut Call, given: Vec<NewTimeEntry>) -> Result<LoggedEntries, Error> {
    check_count("entries", given.len())?;
    let read_scope = ReadScope::of(cx)?;
    let projects = projects_of(cx, &read_scope, &given).await?;
    organizations::store::lock_shared(&mut cx.db).await?;
    let mut known: Vec<((Uuid, Option<String>), BillingTerms)> = Vec::new();
    let (mut entries, mut remarks) = (Vec::with_capacity(given.len()), BatchRemarks::of("entries"));
    for (at, (given, project)) in given.into_iter().zip(projects).enumerate() {
        let key = (project, given.member.clone());
        let terms = match known.iter().find(|(other, _)| *other == key) {
            Some((_, terms)) => terms.clone(),
            None => {
                let terms =
                    write_entries::terms(cx, &read_scope, key.0, key.1.as_deref()).await.map_err(|error| error.at("entries", at))?;
                known.push((key, terms.clone()));
                terms
            }
        };
        entries.push(remarks.collect_from(
            at,
            write_entries::build_entry(cx, &read_scope, &terms, to_new_entry(given)).map_err(|error| error.at("entries", at))?,
        ));
    }
    remarks.warn(cx);
    let (origin, now) = (origin(cx, &read_scope, EntrySource::Manual), cx.now);
    let guard = BudgetGuard::lock(cx, &project_days(&entries)).await?;
    write::insert_all(&mut cx.db, &entries, &origin, now).await?;
    finish(cx, &read_scope, guard, RequestedEntries { list: "entries", ids: &ids_of(&entries) }, &entries).await
}

/// The project of each entry. Exact names are looked up in one statement before any row is locked; each other name by itself.
async fn projects_of(cx: &mut Call, read_scope: &ReadScope, given: &[NewTimeEntry]) -> Result<Vec<Uuid>, Error> {
    let mut names: Vec<&str> = given.iter().map(|entry| entry.project.trim()).collect();
    names.sort_unstable();
    names.dedup();
    let mut known = reference::exact_projects(cx, read_scope, &names).await?;
    let mut projects = Vec::with_capacity(given.len());
    for (at, entry) in given.iter().enumerate() {
        let name = entry.project.trim();
        let id = match known.get(name) {
            Some(id) => *id,
            None => entry_rules::resolve_project(cx, read_scope, name).await.map_err(|error| error.at("entries", at))?,
        };
        known.insert(name.to_owned(), id);
        projects.push(id);
    }
    Ok(projects)
}

/// Makes the same change to each of these entries.
pub async fn update(cx: &mut Call, ids: Vec<String>, change: EntryChange) -> Result<LoggedEntries, Error> {
    check_count("time_entries", ids.len())?;
    let read_scope = ReadScope::of(cx)?;
    let change = EntryChange { project: resolve_new_project(cx, &read_scope, change.project).await?, ..change };
    organizations::store::lock_shared(&mut cx.db).await?;
    let ids: Vec<Uuid> = ids.iter().map(|id| reference::parse_id(id)).collect();
    write::lock_all(&mut cx.db, &ids, read_scope.only_time_of()).await?;
    let (before, after): (Vec<StoredEntry>, Vec<StoredEntry>) = apply_change(cx, &read_scope, &ids, &change).await?.into_iter().unzip();
    let touched: Vec<_> = project_days(&before).into_iter().chain(project_days(&after)).collect();
    let guard = BudgetGuard::lock(cx, &touched).await?;
    for (before, after) in before.iter().zip(&after) {
        write_entries::save_change(cx, before, after).await?;
    }
    finish(cx, &read_scope, guard, RequestedEntries { list: "time_entries", ids: &ids }, &after).await
}

/// Each entry once, before and after the change.
async fn apply_change(
    cx: &mut Call,
    read_scope: &ReadScope,
    ids: &[Uuid],
    change: &EntryChange,
) -> Result<Vec<(StoredEntry, StoredEntry)>, Error> {
    let (mut changes, mut remarks) = (Vec::<(StoredEntry, StoredEntry)>::with_capacity(ids.len()), BatchRemarks::of("time_entries"));
    for (at, id) in ids.iter().copied().enumerate() {
        if changes.iter().any(|(before, _)| before.id == id) {
            continue;
        }
        let before =
            write_entries::lock_editable(cx, read_scope, id, "update_timer").await.map_err(|error| error.at("time_entries", at))?;
        let after = remarks
            .collect_from(at, write_entries::apply_change(cx, read_scope, &before, change).await.map_err(|error| change_error(error, at))?);
        check_agent_may_change(cx, &[&before], write_entries::CHANGE_LOGGED_TIME).await.map_err(|error| error.at("time_entries", at))?;
        changes.push((before, after));
    }
    remarks.warn(cx);
    Ok(changes)
}

/// The entries of a call, in its order.
struct RequestedEntries<'a> {
    /// The argument that lists them.
    list: &'static str,
    /// Their ids; some may occur twice.
    ids: &'a [Uuid],
}

/// Warns which of the entries of a call overlap other time.
async fn warn_overlaps(cx: &mut Call, RequestedEntries { list, ids }: RequestedEntries<'_>) -> Result<(), Error> {
    let mut remarks = BatchRemarks::of(list);
    for other in read_entries::overlaps(cx, ids).await? {
        if let Some(at) = ids.iter().position(|id| *id == other.entry) {
            remarks.add(at, read_entries::overlapping(&other, true));
        }
    }
    remarks.warn(cx);
    Ok(())
}

/// Remarks about several entries, each with the indexes of the entries that it is about.
struct BatchRemarks {
    list: &'static str,
    told: Vec<(String, Vec<usize>)>,
}

impl BatchRemarks {
    fn of(list: &'static str) -> Self {
        Self { list, told: Vec::new() }
    }

    /// Returns the value at this index and collects its remarks.
    fn collect_from<T>(&mut self, at: usize, read: WithRemarks<T>) -> T {
        for words in read.remarks {
            self.add(at, words);
        }
        read.value
    }

    fn add(&mut self, at: usize, words: String) {
        match self.told.iter_mut().find(|(other, _)| *other == words) {
            Some((_, indexes)) => indexes.push(at),
            None => self.told.push((words, vec![at])),
        }
    }

    /// Warns the caller, naming the first indexes of each remark.
    fn warn(self, cx: &mut Call) {
        for (words, indexes) in self.told {
            let named: Vec<String> = indexes.iter().take(INDEXES_SHOWN).map(|at| format!("{}[{at}]", self.list)).collect();
            let more = match indexes.len() - named.len() {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            cx.warn(format!("{}{more}: {words}", named.join(", ")));
        }
    }
}

/// The error of a change: about an argument that is wrong for all entries, else about the entry that does not fit the change.
fn change_error(error: Error, at: usize) -> Error {
    match (error.fields.is_empty(), at) {
        (true, _) => error.at("time_entries", at),
        (false, 0) => error,
        (false, _) => Error { message: format!("time_entries[{at}]: {}", error.message), ..error },
    }
}

fn check_count(field: &str, count: usize) -> Result<(), Error> {
    match count {
        0 => Err(Error::invalid(field, "There is none. Give at least one.")),
        1..=ENTRIES_MAX => Ok(()),
        _ => Err(Error::invalid(field, format!("{count} are more than the {ENTRIES_MAX} of one call. Give them in several calls."))),
    }
}

fn to_new_entry(given: NewTimeEntry) -> NewEntry {
    let NewTimeEntry { project, date, duration, started_at, ended_at, description, billable, rate, labour, member } = given;
    let when = EntryTimeInput { date, duration: duration.map(|duration| duration.0), started_at, ended_at };
    NewEntry { project, when, description, billable, rate, labour, member }
}

fn ids_of(entries: &[StoredEntry]) -> Vec<Uuid> {
    entries.iter().map(|entry| entry.id).collect()
}

fn project_days(entries: &[StoredEntry]) -> Vec<(Uuid, jiff::civil::Date)> {
    entries.iter().map(|entry| (entry.project, entry.day)).collect()
}

/// Checks the budgets and builds the answer.
async fn finish(
    cx: &mut Call,
    read_scope: &ReadScope,
    guard: BudgetGuard,
    asked: RequestedEntries<'_>,
    entries: &[StoredEntry],
) -> Result<LoggedEntries, Error> {
    let budgets = guard.finish(cx, read_scope, HardStop::Enforce).await?.all();
    let mut items = Vec::with_capacity(entries.len());
    let entries = read_entries::find_many(cx, read_scope, &ids_of(entries)).await?;
    read_entries::warn_overfull_days(cx, &entries).await?;
    warn_drafts(cx, &entries)?;
    for entry in entries {
        items.push(LoggedEntry {
            id: entry.id,
            project: format!("{} / {}", entry.client.name, entry.project.name),
            member: (entry.member.id.0 != read_scope.member).then_some(entry.member.name),
            description: entry.description,
            day: entry.day,
            started_at: entry.started_at,
            ended_at: entry.ended_at,
            worked: entry.worked,
            amount: entry.amount,
            billable: entry.billable,
            labour: entry.labour,
            state: entry.state,
        });
    }
    warn_overlaps(cx, asked).await?;
    let worked = WorkDuration::of(items.iter().map(|item| item.worked.seconds).sum());
    Ok(LoggedEntries { items, worked, budgets })
}
