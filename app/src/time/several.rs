//! Several entries at once: all of them, or none.

use uuid::Uuid;

use super::{
    LoggedEntries, LoggedEntry, NewTimeEntry, Source,
    clock::Given,
    ground::{self, leave_to_person, moved_to, origin, tell_drafts},
    logging::{self, EntryChange, NewEntry},
    place::Read,
    rate::Terms,
    record,
    store::{Stored, write},
};
use crate::{
    budgets::watch::{Limit, Watch},
    error::Error,
    hours::Worked,
    operation::Call,
    organizations,
    projects::sight::Sight,
    reference,
};

/// The most entries that one call logs or changes.
pub const ENTRIES_MAX: usize = 100;

/// How many places a warning of several names.
const PLACES_TOLD: usize = 5;

/// Logs these entries. Whose project and member are the same stand on terms that are looked up once.
pub async fn create(cx: &mut Call, given: Vec<NewTimeEntry>) -> Result<LoggedEntries, Error> {
    within("entries", given.len())?;
    let sight = Sight::of(cx)?;
    let projects = projects_of(cx, &sight, &given).await?;
    organizations::store::keep(&mut cx.db).await?;
    let mut known: Vec<((Uuid, Option<String>), Terms)> = Vec::new();
    let (mut entries, mut remarks) = (Vec::with_capacity(given.len()), Remarks::of("entries"));
    for (at, (given, project)) in given.into_iter().zip(projects).enumerate() {
        let key = (project, given.member.clone());
        let terms = match known.iter().find(|(other, _)| *other == key) {
            Some((_, terms)) => terms.clone(),
            None => {
                let terms = logging::terms(cx, &sight, key.0, key.1.as_deref()).await.map_err(|error| error.at("entries", at))?;
                known.push((key, terms.clone()));
                terms
            }
        };
        entries.push(remarks.noted(at, logging::entry(cx, &sight, &terms, of(given)).map_err(|error| error.at("entries", at))?));
    }
    remarks.tell(cx);
    let (origin, now) = (origin(cx, &sight, Source::Manual), cx.now);
    let watch = Watch::over(cx, &places(&entries)).await?;
    write::insert_all(&mut cx.db, &entries, &origin, now).await?;
    settled(cx, &sight, watch, Asked { list: "entries", ids: &ids_of(&entries) }, &entries).await
}

/// The project of each entry. The names are looked up at once, before anything is held; each that fits none as it stands, once by itself.
async fn projects_of(cx: &mut Call, sight: &Sight, given: &[NewTimeEntry]) -> Result<Vec<Uuid>, Error> {
    let mut names: Vec<&str> = given.iter().map(|entry| entry.project.trim()).collect();
    names.sort_unstable();
    names.dedup();
    let mut known = reference::exact_projects(cx, sight, &names).await?;
    let mut projects = Vec::with_capacity(given.len());
    for (at, entry) in given.iter().enumerate() {
        let name = entry.project.trim();
        let id = match known.get(name) {
            Some(id) => *id,
            None => ground::placed(cx, sight, name).await.map_err(|error| error.at("entries", at))?,
        };
        known.insert(name.to_owned(), id);
        projects.push(id);
    }
    Ok(projects)
}

/// Makes the same change to each of these entries.
pub async fn update(cx: &mut Call, ids: Vec<String>, change: EntryChange) -> Result<LoggedEntries, Error> {
    within("time_entries", ids.len())?;
    let sight = Sight::of(cx)?;
    let change = EntryChange { project: moved_to(cx, &sight, change.project).await?, ..change };
    organizations::store::keep(&mut cx.db).await?;
    let ids: Vec<Uuid> = ids.iter().map(|id| reference::id(id)).collect();
    write::hold_all(&mut cx.db, &ids, sight.time_of()).await?;
    let (before, after): (Vec<Stored>, Vec<Stored>) = changed(cx, &sight, &ids, &change).await?.into_iter().unzip();
    let touched: Vec<_> = places(&before).into_iter().chain(places(&after)).collect();
    let watch = Watch::over(cx, &touched).await?;
    for (before, after) in before.iter().zip(&after) {
        logging::keep(cx, before, after).await?;
    }
    settled(cx, &sight, watch, Asked { list: "time_entries", ids: &ids }, &after).await
}

/// Each entry once, as it is and as it is to be.
async fn changed(cx: &mut Call, sight: &Sight, ids: &[Uuid], change: &EntryChange) -> Result<Vec<(Stored, Stored)>, Error> {
    let (mut changes, mut remarks) = (Vec::<(Stored, Stored)>::with_capacity(ids.len()), Remarks::of("time_entries"));
    for (at, id) in ids.iter().copied().enumerate() {
        if changes.iter().any(|(before, _)| before.id == id) {
            continue;
        }
        let before = logging::held(cx, sight, id, "update_timer").await.map_err(|error| error.at("time_entries", at))?;
        let after = remarks.noted(at, logging::changed(cx, sight, &before, change).await.map_err(|error| of_change(error, at))?);
        leave_to_person(cx, &[&before], logging::LOGGED).await.map_err(|error| error.at("time_entries", at))?;
        changes.push((before, after));
    }
    remarks.tell(cx);
    Ok(changes)
}

/// The entries of a call, as it lists them.
struct Asked<'a> {
    /// The argument that lists them.
    list: &'static str,
    /// Their ids, of which some may be there twice.
    ids: &'a [Uuid],
}

/// Tells which of the entries of a call other time lies over.
async fn tell_overlaps(cx: &mut Call, Asked { list, ids }: Asked<'_>) -> Result<(), Error> {
    let mut remarks = Remarks::of(list);
    for other in record::overlaps(cx, ids).await? {
        if let Some(at) = ids.iter().position(|id| *id == other.entry) {
            remarks.add(at, record::overlapping(&other, true));
        }
    }
    remarks.tell(cx);
    Ok(())
}

/// What is out of the ordinary about some of several, each thing with the places of those that it is about.
struct Remarks {
    list: &'static str,
    told: Vec<(String, Vec<usize>)>,
}

impl Remarks {
    fn of(list: &'static str) -> Self {
        Self { list, told: Vec::new() }
    }

    /// What was read of the item at this place; its remarks go to those of the others.
    fn noted<T>(&mut self, at: usize, read: Read<T>) -> T {
        for words in read.remarks {
            self.add(at, words);
        }
        read.what
    }

    fn add(&mut self, at: usize, words: String) {
        match self.told.iter_mut().find(|(other, _)| *other == words) {
            Some((_, places)) => places.push(at),
            None => self.told.push((words, vec![at])),
        }
    }

    /// Tells the caller, naming the first places of each.
    fn tell(self, cx: &mut Call) {
        for (words, places) in self.told {
            let named: Vec<String> = places.iter().take(PLACES_TOLD).map(|at| format!("{}[{at}]", self.list)).collect();
            let more = match places.len() - named.len() {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            cx.warn(format!("{}{more}: {words}", named.join(", ")));
        }
    }
}

/// What stands in the way of a change: by the argument that is wrong for all of them, else by the entry that it does not fit.
fn of_change(error: Error, at: usize) -> Error {
    match (error.fields.is_empty(), at) {
        (true, _) => error.at("time_entries", at),
        (false, 0) => error,
        (false, _) => Error { message: format!("time_entries[{at}]: {}", error.message), ..error },
    }
}

fn within(field: &str, count: usize) -> Result<(), Error> {
    match count {
        0 => Err(Error::invalid(field, "There is none. Give at least one.")),
        1..=ENTRIES_MAX => Ok(()),
        _ => Err(Error::invalid(field, format!("{count} are more than the {ENTRIES_MAX} of one call. Give them in several calls."))),
    }
}

fn of(given: NewTimeEntry) -> NewEntry {
    let NewTimeEntry { project, date, duration, started_at, ended_at, description, billable, rate, labour, member } = given;
    let when = Given { date, duration: duration.map(|duration| duration.0), started_at, ended_at };
    NewEntry { project, when, description, billable, rate, labour, member }
}

fn ids_of(entries: &[Stored]) -> Vec<Uuid> {
    entries.iter().map(|entry| entry.id).collect()
}

fn places(entries: &[Stored]) -> Vec<(Uuid, jiff::civil::Date)> {
    entries.iter().map(|entry| (entry.project, entry.day)).collect()
}

/// The answer, once budgets have room for it.
async fn settled(cx: &mut Call, sight: &Sight, watch: Watch, asked: Asked<'_>, entries: &[Stored]) -> Result<LoggedEntries, Error> {
    let budgets = watch.settle(cx, sight, Limit::Held).await?.all();
    let mut items = Vec::with_capacity(entries.len());
    let entries = record::these(cx, sight, &ids_of(entries)).await?;
    record::tell_full_days(cx, &entries).await?;
    tell_drafts(cx, &entries)?;
    for entry in entries {
        items.push(LoggedEntry {
            id: entry.id,
            project: format!("{} / {}", entry.client.name, entry.project.name),
            member: (entry.member.id.0 != sight.member).then_some(entry.member.name),
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
    tell_overlaps(cx, asked).await?;
    let worked = Worked::of(items.iter().map(|item| item.worked.seconds).sum());
    Ok(LoggedEntries { items, worked, budgets })
}
