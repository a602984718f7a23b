//! The dashboard of an organization: today, this week, unbilled time and open invoices.

mod key_figures;
mod onboarding;
mod receivables;
#[cfg(all(test, feature = "ssr"))]
mod tests;

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use self::{
    key_figures::KeyFigures,
    onboarding::{OnboardingProgress, OnboardingSteps, TAX_NUMBER_PAGE, TAX_NUMBER_STEP},
    receivables::{OpenInvoices, UnbilledByClient},
};
use super::{
    notifications::Notifications,
    organizations::is_zone_asked,
    projects::no_project::{NO_CLIENT_GRANTED, WithoutProject, find_without_project},
    time::{
        entry_view::list_item,
        week::{Week, WeekBars},
    },
};
use crate::{
    access::Permission,
    clients::ListClients,
    error::Error,
    invoices::{
        InvoiceStatus, InvoiceSummary, ListInvoices, ListUnbilled, UnbilledByProject,
        balance::{Balance, get_balance},
    },
    organizations::{Organization, get_organization},
    page::{LIMIT_MAX, Page, PageRequest, PickerOptions, load_picker_options},
    page_context::{CurrentOrganization, use_changes, use_current_organization},
    people::invitations::{ReceivedInvitation, list_invitations},
    projects::ListProjects,
    time::{ListTimeEntries, TimeEntry, TimeFilterInput, TimeSummary},
    ui::{Empty, PageHeader, PageSection, create_resource, when_loaded},
};

/// The data of the page.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Overview {
    week: Week,
    hours: TimeSummary,
    today: Page<TimeEntry>,
    /// What there is in the place of an active project, for users who do not lead the work and have no time today.
    without: Option<WithoutProject>,
    money: Option<MoneyOverview>,
    progress: Option<OnboardingProgress>,
    number_wanted: Option<String>,
    invitations: Vec<ReceivedInvitation>,
}

/// Unbilled and unpaid amounts, for users who may see them: the sums, and the first items.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct MoneyOverview {
    balance: Balance,
    unbilled: PickerOptions<UnbilledByProject>,
    open: Vec<InvoiceSummary>,
    drafts: Vec<InvoiceSummary>,
}

/// The maximum number of today's entries shown.
const TODAY_MAX: u32 = 50;

async fn load(here: CurrentOrganization, week: Week) -> Result<Overview, Error> {
    let (day, whose) = (Some(here.0.today.to_string()), here.own_time());
    let limit = Some(TODAY_MAX);
    let today = ListTimeEntries {
        filter: TimeFilterInput { from: day.clone(), to: day, member: whose.clone(), ..Default::default() },
        page: PageRequest { limit, ..Default::default() },
    }
    .call();
    let money = load_money(&here);
    let managed = managed(&here);
    let (hours, today, money, invitations, managed) = futures::try_join!(week.hours(whose), today, money, list_invitations(), managed)?;
    let idle = hours.totals.entries == 0 && hours.totals.drafts.seconds == 0 && today.items.is_empty();
    let number_wanted = managed.as_ref().and_then(|organization| organization.number_wanted.clone());
    // The onboarding steps are for users who can take them.
    let quiet = here.may(Permission::WriteWork) && idle && money.as_ref().is_none_or(MoneyOverview::is_empty);
    let progress = if quiet { Some(progress(managed).await?) } else { None };
    // Who leads the work has the first steps instead.
    let asks = !here.may(Permission::WriteWork) && today.items.is_empty();
    let without = if asks { find_without_project().await? } else { None };
    Ok(Overview { week, hours, today, without, money, progress, number_wanted, invitations: invitations.items })
}

/// The organization, for users who can complete its details.
async fn managed(here: &CurrentOrganization) -> Result<Option<Organization>, Error> {
    match here.may(Permission::ManageOrganization) {
        true => get_organization().await.map(Some),
        false => Ok(None),
    }
}

async fn load_money(here: &CurrentOrganization) -> Result<Option<MoneyOverview>, Error> {
    if !here.may(Permission::ReadMoney) {
        return Ok(None);
    }
    // Unbilled time is shown to users who write invoices.
    let bills = here.may(Permission::WriteMoney);
    let unbilled = async {
        match bills {
            true => load_picker_options(unbilled_page).await,
            false => Ok(PickerOptions::default()),
        }
    };
    let (balance, unbilled, open, drafts) = futures::try_join!(
        get_balance(),
        unbilled,
        ListInvoices { status: Some(InvoiceStatus::Sent), page: PageRequest::first(50), ..Default::default() }.call(),
        ListInvoices { status: Some(InvoiceStatus::Draft), page: PageRequest::first(20), ..Default::default() }.call(),
    )?;
    Ok(Some(MoneyOverview { balance, unbilled, open: open.items, drafts: drafts.items }))
}

/// The page of unbilled time after a cursor. The balance tells of what waits beside it.
async fn unbilled_page(cursor: Option<String>) -> Result<Page<UnbilledByProject>, Error> {
    let unbilled = ListUnbilled { limit: Some(LIMIT_MAX), cursor, ..Default::default() }.call().await?;
    Ok(Page { next_cursor: unbilled.next_cursor, ..Page::single(unbilled.items) })
}

impl MoneyOverview {
    fn is_empty(&self) -> bool {
        self.unbilled.items.is_empty() && self.open.is_empty() && self.drafts.is_empty()
    }
}

/// The progress of a new organization; loaded only while there is nothing else to show.
async fn progress(managed: Option<Organization>) -> Result<OnboardingProgress, Error> {
    let numbers = managed.as_ref().map(|organization| (organization.number_wanted.clone(), organization.number_taken.clone()));
    let (number_wanted, number_taken) = numbers.unwrap_or_default();
    let organization = async {
        match managed {
            Some(organization) => Ok(organization),
            None => get_organization().await,
        }
    };
    let (clients, projects, entries, organization, invoices) = futures::try_join!(
        ListClients { page: PageRequest::first(1), ..Default::default() }.call(),
        ListProjects { page: PageRequest::first(1), ..Default::default() }.call(),
        ListTimeEntries { page: PageRequest::first(1), ..Default::default() }.call(),
        organization,
        ListInvoices { page: PageRequest::first(1), ..Default::default() }.call(),
    )?;
    Ok(OnboardingProgress {
        number_wanted,
        number_taken,
        client: !clients.items.is_empty(),
        project: !projects.items.is_empty(),
        time: !entries.items.is_empty(),
        letterhead: organization.address.is_some(),
        invoice: !invoices.items.is_empty(),
        guessed_zone: is_zone_asked(&organization).then_some(organization.time_zone),
    })
}

/// The dashboard.
pub fn page() -> AnyView {
    let here = use_current_organization();
    let changes = use_changes();
    let week = Week::of(&here.0.today, here.0.week_start);
    let asked = move || (changes.time.get(), changes.work.get(), changes.money.get());
    let overview = create_resource(asked, move |_| load(here.clone(), week.clone()));
    view! {
        <PageHeader title="Overview" />
        {when_loaded(overview, shown)}
    }
    .into_any()
}

fn shown(overview: Overview) -> AnyView {
    let here = use_current_organization();
    let Overview { week, hours, today, without, money, progress, number_wanted, invitations } = overview;
    if let Some(progress) = progress.filter(|progress| !progress.done()) {
        return view! { {invitation_notices(invitations)} <OnboardingSteps progress /> }.into_any();
    }
    if has_no_grant(&here, without) {
        let empty = view! { <Empty title="No client yet" text=NO_CLIENT_GRANTED /> };
        return view! { <Notifications /> {invitation_notices(invitations)} {empty} }.into_any();
    }
    let running = today.items.iter().find(|entry| entry.running).map(|entry| entry.worked.seconds);
    let balance = money.as_ref().map(|waiting| waiting.balance.clone());
    let all = view! { <a href=here.path("time")>"The whole week"</a> };
    view! {
        <Notifications />
        {number_wanted.map(missing_tax_number_notice)}
        {invitation_notices(invitations)}
        <KeyFigures today=here.0.today.clone() week=hours.clone() running balance />
        <div class="columns wide-left">
            <div>
                <PageSection title="This week" id="week" aside=all.into_any()>
                    <WeekBars week hours />
                </PageSection>
                <PageSection title="Today" id="today">{todays_entries(today, without)}</PageSection>
            </div>
            {money.map(|money| money_lists(&here, money))}
        </div>
    }
    .into_any()
}

/// Whether the user is a viewer to whom no client was granted, so that nothing on the page would be true.
fn has_no_grant(here: &CurrentOrganization, without: Option<WithoutProject>) -> bool {
    !here.may(Permission::TrackTime) && without.is_some_and(|without| !without.any_client)
}

/// The unbilled time, for users who write invoices, and the open invoices.
fn money_lists(here: &CurrentOrganization, money: MoneyOverview) -> AnyView {
    let MoneyOverview { balance, unbilled, open, drafts } = money;
    let waiting: Vec<_> = balance.items.into_iter().filter_map(|due| due.waiting).collect();
    let unbilled = here.may(Permission::WriteMoney).then(|| view! { <UnbilledByClient unbilled waiting /> });
    view! { <div>{unbilled} <OpenInvoices open drafts /></div> }.into_any()
}

/// Today's entries, the latest first.
fn todays_entries(today: Page<TimeEntry>, without: Option<WithoutProject>) -> AnyView {
    let here = use_current_organization();
    if today.items.is_empty() {
        let text = match here.may(Permission::TrackTime) && without.is_none() {
            true => "Nothing yet today. The timer is above, on every page.",
            false => "Nothing yet today.",
        };
        return view! { <p class="quiet">{text}</p> }.into_any();
    }
    let rest = today.next_cursor.map(|_| view! { <p class="below"><a href=here.path("time")>"The rest of today"</a></p> });
    view! {
        <ul class="rows">{today.items.into_iter().map(list_item).collect_view()}</ul>
        {rest}
    }
    .into_any()
}

/// A notice that no invoice can be sent yet, with a link to the missing number.
fn missing_tax_number_notice(wanted: String) -> AnyView {
    let path = use_current_organization().path(TAX_NUMBER_PAGE);
    view! {
        <p class="notice">
            <span>{wanted}</span>
            <a href=path>{TAX_NUMBER_STEP}</a>
        </p>
    }
    .into_any()
}

/// The user's invitations, with links to answer them.
fn invitation_notices(invitations: Vec<ReceivedInvitation>) -> AnyView {
    let path = use_current_organization().path("settings/organizations");
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
