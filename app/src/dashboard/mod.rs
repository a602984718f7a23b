//! The first page of an organization: today, this week, and what waits to be billed or paid.

mod figures;
mod steps;
mod waiting;

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use self::{
    figures::Figures,
    steps::{Progress, Steps},
    waiting::{OpenInvoices, Unbilled as UnbilledByClient},
};
use crate::{
    access::Permission,
    clients::list_clients,
    error::Error,
    invoices::{InvoiceStatus, InvoiceSummary, Unbilled, list_invoices, list_unbilled},
    notifications::page::Notifications,
    people::invitations::{ReceivedInvitation, list_invitations},
    projects::list_projects,
    time::{
        TimeEntry,
        entry::brief,
        list_time_entries,
        week::{Week, WeekBars},
    },
    ui::{Head, Part, fetched, loaded},
    visit::{Here, use_changes, use_here},
};

/// What the page shows.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Overview {
    week: Week,
    entries: Vec<TimeEntry>,
    money: Option<Balance>,
    progress: Option<Progress>,
    invitations: Vec<ReceivedInvitation>,
}

/// What is to be billed and to be paid, for those who may see it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Balance {
    unbilled: Vec<Unbilled>,
    open: Vec<InvoiceSummary>,
    drafts: Vec<InvoiceSummary>,
}

async fn load(here: Here, week: Week) -> Result<Overview, Error> {
    let (from, to) = (Some(week.from.to_string()), Some(week.to().to_string()));
    let mine = list_time_entries(None, from, to, None, None, here.own_time(), None, None, None, None, None, None, Some(200), None, None);
    let (entries, money, invitations) = futures::try_join!(mine, balance(here.may(Permission::ReadMoney)), list_invitations())?;
    // The first steps are for those who can take them.
    let quiet = here.may(Permission::WriteWork) && entries.items.is_empty() && money.as_ref().is_none_or(Balance::is_empty);
    let progress = if quiet { Some(progress().await?) } else { None };
    Ok(Overview { week, entries: entries.items, money, progress, invitations: invitations.items })
}

async fn balance(seen: bool) -> Result<Option<Balance>, Error> {
    if !seen {
        return Ok(None);
    }
    let (unbilled, open, drafts) = futures::try_join!(
        list_unbilled(None),
        list_invoices(None, Some(InvoiceStatus::Sent), Some(50), None, None),
        list_invoices(None, Some(InvoiceStatus::Draft), Some(20), None, None),
    )?;
    Ok(Some(Balance { unbilled: unbilled.items, open: open.items, drafts: drafts.items }))
}

impl Balance {
    fn is_empty(&self) -> bool {
        self.unbilled.is_empty() && self.open.is_empty() && self.drafts.is_empty()
    }
}

/// How far a new organization has come; asked for only while there is nothing else to show.
async fn progress() -> Result<Progress, Error> {
    let (clients, projects, entries, invoices) = futures::try_join!(
        list_clients(None, None, Some(1), None, None),
        list_projects(None, None, None, None, Some(1), None, None),
        list_time_entries(None, None, None, None, None, None, None, None, None, None, None, None, Some(1), None, None),
        list_invoices(None, None, Some(1), None, None),
    )?;
    Ok(Progress {
        client: !clients.items.is_empty(),
        project: !projects.items.is_empty(),
        time: !entries.items.is_empty(),
        invoice: !invoices.items.is_empty(),
    })
}

/// The first page of an organization.
pub fn page() -> AnyView {
    let here = use_here();
    let changes = use_changes();
    let week = Week::of(&here.0.today, here.0.week_start);
    let asked = move || (changes.time.get(), changes.work.get(), changes.money.get());
    let overview = fetched(asked, move |_| load(here.clone(), week.clone()));
    view! {
        <Head title="Overview" />
        {loaded(overview, shown)}
    }
    .into_any()
}

fn shown(overview: Overview) -> AnyView {
    let here = use_here();
    let Overview { week, entries, money, progress, invitations } = overview;
    if let Some(progress) = progress.filter(|progress| !progress.done()) {
        return view! { {invited(invitations)} <Steps progress /> }.into_any();
    }
    let today: Vec<_> = entries.iter().filter(|entry| entry.day == here.0.today).cloned().collect();
    let all = view! { <a href=here.path("time")>"The whole week"</a> };
    view! {
        <Notifications />
        {invited(invitations)}
        <Figures today=today.clone() week=entries.clone() balance=money.clone() />
        <div class="columns wide-left">
            <div>
                <Part title="This week" id="week" aside=all.into_any()>
                    <WeekBars week entries />
                </Part>
                <Part title="Today" id="today">
                    {match today.is_empty() {
                        true => view! { <p class="quiet">"Nothing yet today. The timer is above, on every page."</p> }.into_any(),
                        false => view! { <ul class="rows">{today.into_iter().map(brief).collect_view()}</ul> }.into_any(),
                    }}
                </Part>
            </div>
            {money.map(|balance| view! {
                <div>
                    <UnbilledByClient unbilled=balance.unbilled />
                    <OpenInvoices open=balance.open drafts=balance.drafts />
                </div>
            })}
        </div>
    }
    .into_any()
}

/// Where the visitor is invited, and the way to answer.
fn invited(invitations: Vec<ReceivedInvitation>) -> AnyView {
    let path = use_here().path("settings/organizations");
    let notices = invitations.into_iter().map(|invitation| {
        view! {
            <p class="notice">
                <span>{format!("{} invites you to {}.", invitation.invited_by, invitation.organization)}</span>
                <a href=path.clone()>"Answer"</a>
            </p>
        }
    });
    notices.collect_view().into_any()
}
