//! What an hour costs, and what a change of it means for the time that is not billed yet.

use jiff::civil::Date;
use uuid::Uuid;

use super::{
    AppliesTo, ChangedRate, ProjectRate, RateSource, Repricing,
    store::{self, Level, Other},
    told,
};
use crate::{
    access::Permission,
    budgets::watch::{Limit, Watch},
    clients,
    edit::Edit,
    error::{Code, Error},
    hours::Worked,
    id::{ClientId, ProjectId},
    invoices::{ClientName, ProjectName},
    money::{Amount, Currency, Money, amount_of},
    operation::Call,
    organizations::{self, settings},
    page::{self, Cursor, Page},
    projects::{self, sight::Sight},
    reference, text,
};

/// The most entries that one change reprices.
pub(super) const ENTRIES_MAX: i64 = 10_000;

/// Which rates are wanted; arguments of `list_rates`.
#[allow(missing_docs, reason = "each is described where it is an argument")]
pub struct Wanted {
    pub client: Option<String>,
    pub project: Option<String>,
    pub missing: bool,
}

/// A new rate; arguments of `set_rate`.
#[allow(missing_docs, reason = "each is described where it is an argument")]
pub struct Given {
    pub project: Option<String>,
    pub client: Option<String>,
    pub rate: Edit<Amount>,
    pub applies_to: AppliesTo,
}

/// A page of the rates of projects.
pub async fn list(cx: &mut Call, wanted: Wanted, limit: Option<u32>, cursor: Option<String>) -> Result<Page<ProjectRate>, Error> {
    let (sight, limit) = (Sight::of(cx)?, page::limit(limit)?);
    let after = cx.listing.after(cursor.as_deref())?.map(projects::record::after);
    let client = match text::said(wanted.client) {
        Some(client) => Some(reference::client(cx, &sight, &client).await?),
        None => None,
    };
    let project = match text::said(wanted.project) {
        Some(project) => Some(reference::known_project(cx, &sight, &project).await?),
        None => None,
    };
    let filter = store::Filter { client, project, missing: wanted.missing };
    let rows = store::list(&mut cx.db, &filter, after, limit + 1).await?;
    let place = |row: &store::Row| Cursor { key: format!("{}\n{}", row.client_key, row.project_key), id: row.project_id };
    Page::of(cx.listing, rows, limit, place, read)
}

fn read(row: store::Row) -> Result<ProjectRate, Error> {
    let currency = Currency::parse(&row.currency)?;
    let money = |amount: i64| Money::new(amount, &currency);
    let levels =
        [(row.rate, RateSource::Project), (row.client_rate, RateSource::Client), (row.organization_rate, RateSource::Organization)];
    let holds = levels.into_iter().find_map(|(rate, source)| Some((rate?, source)));
    Ok(ProjectRate {
        client: ClientName { id: ClientId(row.client_id), name: row.client_name },
        project: ProjectName { id: ProjectId(row.project_id), name: row.project_name },
        rate: holds.map(|(rate, _)| money(rate)),
        source: holds.map(|(_, source)| source),
        unbilled: Repricing {
            entries: row.entries,
            worked: Worked::of(row.seconds),
            without_rate: Worked::of(row.without_rate),
            before: money(row.before),
            after: money(row.after),
            difference: money(row.after - row.before),
        },
        currency,
    })
}

/// Whose rate is changed.
struct Changed {
    name: String,
    rate: Option<Money>,
    currency: Currency,
    level: Level,
}

/// Sets a rate, and reprices the unbilled time when that is wanted.
pub async fn set(cx: &mut Call, given: Given) -> Result<ChangedRate, Error> {
    let (project, client) = named(cx, given.project, given.client)?;
    let of_all = project.is_none() && client.is_none();
    // Time that is being written at the rate of before is repriced, too: it is waited for.
    match of_all || given.applies_to == AppliesTo::UnbilledTime {
        true => organizations::store::lock(&mut cx.db).await?,
        false => organizations::store::keep(&mut cx.db).await?,
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
    let others = store::others(&mut cx.db, &changed.level, None, ENTRIES_MAX + 1).await?;
    if others.len() as i64 > ENTRIES_MAX && given.applies_to == AppliesTo::UnbilledTime {
        let message =
            format!("More than {ENTRIES_MAX} unbilled entries of {} have another rate. Set it for one project at a time.", changed.name);
        return Err(Error::invalid("applies_to", message));
    }
    let others = match given.applies_to {
        AppliesTo::NewTime => others,
        AppliesTo::UnbilledTime => held(cx, &changed.level, &others).await?,
    };
    if given.applies_to == AppliesTo::UnbilledTime {
        reprice(cx, &others).await?;
        told::what_stays(cx, &changed.level, others.len()).await?;
    } else {
        told::on_drafts(cx, &changed.level).await?;
        told::kept(cx, &others, &changed.currency);
    }
    told::own_rates(cx, &changed.level, changed.rate.as_ref()).await?;
    let unbilled = repricing(&others, &changed.currency);
    Ok(ChangedRate { of: changed.name, rate: changed.rate, applies_to: given.applies_to, unbilled })
}

/// The references that were given; an empty one is absent. Where it is the only one it is a slip: without any, the organization's rate
/// would be set.
fn named(cx: &Call, project: Option<String>, client: Option<String>) -> Result<(Option<String>, Option<String>), Error> {
    let given = [("project", project.is_some()), ("client", client.is_some())].into_iter().find(|(_, given)| *given);
    match (given, (text::said(project), text::said(client))) {
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

/// The same time again, held until the call ends: what was billed or changed since it was looked at is not among it.
async fn held(cx: &mut Call, level: &Level, others: &[Other]) -> Result<Vec<Other>, Error> {
    let ids: Vec<Uuid> = others.iter().map(|other| other.id).collect();
    let held = store::hold(&mut cx.db, &ids).await?;
    store::others(&mut cx.db, level, Some(&held), ENTRIES_MAX).await
}

/// A project that is to be one of this client's.
async fn of_client_project(cx: &mut Call, client: &str, project: &str) -> Result<String, Error> {
    let sight = Sight::of(cx)?;
    let client = reference::client(cx, &sight, client).await?;
    let found = reference::projects_of_client(cx, &sight, client, &[project.to_owned()]).await?;
    found.first().map(ToString::to_string).ok_or_else(|| Error::not_found("project"))
}

async fn of_project(cx: &mut Call, given: &str, rate: Edit<Amount>) -> Result<Changed, Error> {
    let sight = Sight::of(cx)?;
    let id = reference::project(cx, &sight, given).await?;
    projects::store::lock(&mut cx.db, id).await?;
    let row = projects::store::find(&mut cx.db, id, sight.on_projects_of()).await?.ok_or_else(|| Error::not_found("project"))?;
    let currency = Currency::parse(&row.currency)?;
    let rate = rate.try_map(|rate| settings::rate_of("rate", &rate, &currency))?.over(row.rate);
    store::set_of_project(&mut cx.db, id, rate).await?;
    let name = format!("{} / {}", row.client_name, row.name);
    Ok(Changed { name, rate: rate.map(|rate| Money::new(rate, &currency)), currency, level: Level::Project(id) })
}

async fn of_client(cx: &mut Call, given: &str, rate: Edit<Amount>) -> Result<Changed, Error> {
    let client = clients::record::find_locked(cx, given).await?;
    let (id, currency) = (client.id.0, client.currency);
    let rate = rate.try_map(|rate| settings::rate_of("rate", &rate, &currency))?.over(client.rate.map(|rate| rate.amount));
    store::set_of_client(&mut cx.db, id, rate).await?;
    Ok(Changed { name: client.name, rate: rate.map(|rate| Money::new(rate, &currency)), currency, level: Level::Client(id) })
}

/// Whether the caller sets the rate of the organization: settings of it are for a person at the page.
fn sets_organizations(cx: &Call) -> bool {
    cx.may(Permission::ManageOrganization) && cx.caller.token.is_none()
}

async fn of_organization(cx: &mut Call, rate: Edit<Amount>) -> Result<Changed, Error> {
    if !sets_organizations(cx) {
        let refused = match cx.caller.token {
            Some(_) => Error::new(Code::Forbidden, "The organization's rate is set by an owner or admin in Settings; no token can do it."),
            None => Error::forbidden("set the organization's rate"),
        };
        return Err(refused.hint("Name a project or a client to set its rate."));
    }
    let change = settings::Settings { rate, ..settings::Settings::default() };
    let organization = settings::write(cx, change).await?;
    Ok(Changed { name: organization.name, rate: organization.rate, currency: organization.currency, level: Level::Organization })
}

/// Writes the rate that holds to the time that has another, and tells what that does to budgets. A cap stands in the way of no
/// price: the time was worked.
async fn reprice(cx: &mut Call, others: &[Other]) -> Result<(), Error> {
    let (sight, now) = (Sight::of(cx)?, cx.now);
    let mut touched: Vec<(Uuid, Date)> = others.iter().map(|other| (other.project_id, other.day.to_jiff())).collect();
    touched.sort_unstable();
    touched.dedup();
    let watch = Watch::over(cx, &touched).await?;
    store::reprice(&mut cx.db, others, now).await?;
    watch.settle(cx, &sight, Limit::Free).await?;
    Ok(())
}

/// What a change of rate means for unbilled time.
pub(super) fn repricing(others: &[Other], currency: &Currency) -> Repricing {
    let unbilled = || others.iter().filter(|other| other.counts);
    let seconds = |other: &Other| i64::from(other.seconds);
    let worth = |rate: fn(&Other) -> Option<i64>| unbilled().filter_map(|other| Some(amount_of(seconds(other), rate(other)?))).sum::<i64>();
    let (before, after) = (worth(|other| other.rate), worth(|other| other.rate_now));
    Repricing {
        entries: unbilled().count() as i64,
        worked: Worked::of(unbilled().map(seconds).sum()),
        without_rate: Worked::of(unbilled().filter(|other| other.rate.is_none()).map(seconds).sum()),
        before: Money::new(before, currency),
        after: Money::new(after, currency),
        difference: Money::new(after - before, currency),
    }
}
