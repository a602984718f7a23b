//! Lists and sets rates, and reprices the unbilled time.

use domain::{
    hours::WorkDuration,
    id::{ClientId, ProjectId},
    money::{Amount, Currency, Money},
    patch::Patch,
    text,
};
use jiff::civil::Date;
use uuid::Uuid;

use crate::{
    access::Permission,
    budgets::guard::{BudgetGuard, HardStop},
    clients,
    error::{Code, Error},
    operation::{Call, read_scope::ReadScope},
    organizations::{self, settings},
    page::{self, Cursor, Page},
    projects,
    rates::{
        AppliesTo, ChangedRate, ProjectRate, RateSource, Repricing,
        repricing::{ENTRIES_MAX, repricing},
        store::{self, RateLevel, RepricingCandidate},
        warnings,
    },
    reference,
    summary::{ClientRef, ProjectRef},
};

/// The filters of rates; the arguments of `list_rates`.
#[allow(missing_docs, reason = "each is described where it is an argument")]
pub struct RateQuery {
    pub client: Option<String>,
    pub project: Option<String>,
    pub missing: bool,
}

/// A change of a rate; the arguments of `set_rate`.
#[allow(missing_docs, reason = "each is described where it is an argument")]
pub struct RateChange {
    pub project: Option<String>,
    pub client: Option<String>,
    pub rate: Patch<Amount>,
    pub applies_to: AppliesTo,
}

/// A page of the rates of projects.
pub async fn list(cx: &mut Call, wanted: RateQuery, limit: Option<u32>, cursor: Option<String>) -> Result<Page<ProjectRate>, Error> {
    let (read_scope, limit) = (ReadScope::of(cx)?, page::limit(limit)?);
    let after = cx.listing.after(cursor.as_deref())?.map(page::keyset_of);
    let client = match text::non_empty(wanted.client) {
        Some(client) => Some(reference::client(cx, &read_scope, &client).await?),
        None => None,
    };
    let project = match text::non_empty(wanted.project) {
        Some(project) => Some(reference::existing_project(cx, &read_scope, &project).await?),
        None => None,
    };
    let filter = store::RateFilter { client, project, missing: wanted.missing };
    let rows = store::list(&mut cx.db, &filter, after, limit + 1).await?;
    let cursor_of = |row: &store::ProjectRateRow| Cursor { key: format!("{}\n{}", row.client_key, row.project_key), id: row.project_id };
    Page::of(cx.listing, rows, limit, cursor_of, read)
}

fn read(row: store::ProjectRateRow) -> Result<ProjectRate, Error> {
    let currency = Currency::parse(&row.currency)?;
    let money = |amount: i64| Money::new(amount, &currency);
    let levels =
        [(row.rate, RateSource::Project), (row.client_rate, RateSource::Client), (row.organization_rate, RateSource::Organization)];
    let holds = levels.into_iter().find_map(|(rate, source)| Some((rate?, source)));
    Ok(ProjectRate {
        client: ClientRef { id: ClientId(row.client_id), name: row.client_name },
        project: ProjectRef { id: ProjectId(row.project_id), name: row.project_name },
        rate: holds.map(|(rate, _)| money(rate)),
        source: holds.map(|(_, source)| source),
        unbilled: Repricing {
            entries: row.entries,
            worked: WorkDuration::of(row.seconds),
            without_rate: WorkDuration::of(row.without_rate),
            before: money(row.before),
            after: money(row.after),
            difference: money(row.after - row.before),
        },
        currency,
    })
}

/// The project, client or organization whose rate changes.
struct RateTarget {
    name: String,
    rate: Option<Money>,
    currency: Currency,
    level: RateLevel,
}

/// Sets a rate, and reprices the unbilled time if requested.
pub async fn set(cx: &mut Call, given: RateChange) -> Result<ChangedRate, Error> {
    let (project, client) = named(cx, given.project, given.client)?;
    let of_all = project.is_none() && client.is_none();
    // The exclusive lock waits for time that is being written at the old rate, so that it is repriced, too.
    match of_all || given.applies_to == AppliesTo::UnbilledTime {
        true => organizations::store::lock(&mut cx.db).await?,
        false => organizations::store::lock_shared(&mut cx.db).await?,
    }
    let changed = match (project, client) {
        (Some(project), Some(client)) => {
            let project = of_client_project(cx, &client, &project).await?;
            of_project(cx, &project, given.rate).await?
        }
        (Some(project), None) => of_project(cx, &project, given.rate).await?,
        (None, Some(client)) => of_client(cx, &client, given.rate).await?,
        (None, None) => of_organization(cx, given.rate).await?,
    };
    let others = store::repricing_candidates(&mut cx.db, &changed.level, None, ENTRIES_MAX + 1).await?;
    if others.len() as i64 > ENTRIES_MAX && given.applies_to == AppliesTo::UnbilledTime {
        return Err(too_many(&changed));
    }
    let others = match given.applies_to {
        AppliesTo::NewTime => others,
        AppliesTo::UnbilledTime => held(cx, &changed.level, &others).await?,
    };
    if given.applies_to == AppliesTo::UnbilledTime {
        reprice(cx, &others).await?;
        warnings::warn_after_repricing(cx, &changed.level, &others, &changed.currency).await?;
    } else {
        warnings::warn_drafts(cx, &changed.level).await?;
        warnings::warn_unbilled(cx, &changed.level, &others, &changed.currency);
    }
    warnings::own_rates(cx, &changed.level, changed.rate.as_ref()).await?;
    let unbilled = repricing(&others, &changed.currency);
    Ok(ChangedRate { of: changed.name, rate: changed.rate, applies_to: given.applies_to, unbilled })
}

/// The refusal of a change that reprices more entries than one may. Of one project it cannot be made for less.
fn too_many(changed: &RateTarget) -> Error {
    let way = match changed.level {
        RateLevel::Project(_) => {
            "Set it for new time alone, and change the rate of the unbilled entries in parts after that. update_time_entries with an empty \
             rate gives entries the one that holds by then."
        }
        RateLevel::Client(_) | RateLevel::Organization => "Set it for one project at a time.",
    };
    Error::invalid("applies_to", format!("More than {ENTRIES_MAX} unbilled entries of {} have another rate. {way}", changed.name))
}

/// The given references; an empty one counts as absent. An empty one alone is a mistake and refused: without any, the organization's
/// rate would be set.
fn named(cx: &Call, project: Option<String>, client: Option<String>) -> Result<(Option<String>, Option<String>), Error> {
    let given = [("project", project.is_some()), ("client", client.is_some())].into_iter().find(|(_, given)| *given);
    match (given, (text::non_empty(project), text::non_empty(client))) {
        (Some((field, _)), (None, None)) => Err(Error::invalid(
            field,
            match sets_organizations(cx) {
                true => format!("The {field} is empty. Name it, or leave it out to set the organization's rate."),
                false => format!("The {field} is empty. Name a project or a client."),
            },
        )),
        (_, named) => Ok(named),
    }
}

/// Locks the same time until the call ends, and leaves out what was billed or changed since it was read.
async fn held(cx: &mut Call, level: &RateLevel, others: &[RepricingCandidate]) -> Result<Vec<RepricingCandidate>, Error> {
    let ids: Vec<Uuid> = others.iter().map(|other| other.id).collect();
    let held = store::lock_entries(&mut cx.db, &ids).await?;
    store::repricing_candidates(&mut cx.db, level, Some(&held), ENTRIES_MAX).await
}

/// Resolves a project among those of a client.
async fn of_client_project(cx: &mut Call, client: &str, project: &str) -> Result<String, Error> {
    let read_scope = ReadScope::of(cx)?;
    let client = reference::client(cx, &read_scope, client).await?;
    let found = reference::projects_of_client(cx, &read_scope, client, &[project.to_owned()]).await?;
    found.first().map(ToString::to_string).ok_or_else(|| Error::not_found("project"))
}

async fn of_project(cx: &mut Call, given: &str, rate: Patch<Amount>) -> Result<RateTarget, Error> {
    let read_scope = ReadScope::of(cx)?;
    let id = reference::project(cx, &read_scope, given).await?;
    projects::store::lock(&mut cx.db, id).await?;
    let row = projects::store::find(&mut cx.db, id, read_scope.only_projects_of()).await?.ok_or_else(|| Error::not_found("project"))?;
    let currency = Currency::parse(&row.currency)?;
    let rate = rate.try_map(|rate| settings::rate_of("rate", &rate, &currency))?.apply_to(row.rate);
    store::set_of_project(&mut cx.db, id, rate).await?;
    let name = format!("{} / {}", row.client_name, row.name);
    Ok(RateTarget { name, rate: rate.map(|rate| Money::new(rate, &currency)), currency, level: RateLevel::Project(id) })
}

async fn of_client(cx: &mut Call, given: &str, rate: Patch<Amount>) -> Result<RateTarget, Error> {
    let client = clients::record::find_locked(cx, given).await?;
    let (id, currency) = (client.id.0, client.currency);
    let rate = rate.try_map(|rate| settings::rate_of("rate", &rate, &currency))?.apply_to(client.rate.map(|rate| rate.amount));
    store::set_of_client(&mut cx.db, id, rate).await?;
    Ok(RateTarget { name: client.name, rate: rate.map(|rate| Money::new(rate, &currency)), currency, level: RateLevel::Client(id) })
}

/// Whether the caller may set the organization's rate: only a person at the page changes its settings.
fn sets_organizations(cx: &Call) -> bool {
    cx.may(Permission::ManageOrganization) && cx.caller.token.is_none()
}

async fn of_organization(cx: &mut Call, rate: Patch<Amount>) -> Result<RateTarget, Error> {
    if !sets_organizations(cx) {
        let refused = match cx.caller.token {
            Some(_) => Error::new(Code::Forbidden, "The organization's rate is set by an owner or admin in Settings; no token can do it."),
            None => Error::forbidden("set the organization's rate"),
        };
        return Err(refused.hint("Name a project or a client to set its rate."));
    }
    let change = settings::SettingsChange { rate, ..settings::SettingsChange::default() };
    let organization = settings::write(cx, change).await?;
    Ok(RateTarget { name: organization.name, rate: organization.rate, currency: organization.currency, level: RateLevel::Organization })
}

/// Writes the current rate to time that has another, and alerts on budgets. A hard stop does not refuse it: the time was worked.
async fn reprice(cx: &mut Call, others: &[RepricingCandidate]) -> Result<(), Error> {
    let (read_scope, now) = (ReadScope::of(cx)?, cx.now);
    let mut touched: Vec<(Uuid, Date)> = others.iter().map(|other| (other.project_id, other.day.to_jiff())).collect();
    touched.sort_unstable();
    touched.dedup();
    let guard = BudgetGuard::lock(cx, &touched).await?;
    store::reprice(&mut cx.db, others, now).await?;
    guard.finish(cx, &read_scope, HardStop::Ignore).await?;
    Ok(())
}
