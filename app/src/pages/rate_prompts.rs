//! Prompts of pages about rates: for time that has none, and whether a new rate also applies to unbilled time.

use domain::{
    hours::WorkDuration,
    id::{ClientId, ProjectId},
    money::{Money, formatted},
};
use leptos::prelude::*;

use crate::{
    page::{LIMIT_MAX, load_picker_options},
    page_context::{invalidate, use_changes, use_current_organization},
    pages::done_words::DoneWords,
    rates::{AppliesTo, ChangedRate, ProjectRate, RateSource},
    repricing::{SetRate, list_rates},
    ui::{Field, Form, Submit, WriteAction, create_resource, hidden, idempotency_field, on_success, refusal, use_flash, when_loaded},
};

/// The most projects without a rate that are prompted for at once.
const ASKED_MAX: u32 = 3;

/// The write of a rate, after which everything that shows time, work or money is fetched again.
fn setting(action: WriteAction<SetRate>) -> WriteAction<SetRate> {
    let (changes, flash) = (use_changes(), use_flash());
    on_success(action, move |set| {
        invalidate(changes.time);
        invalidate(changes.work);
        invalidate(changes.money);
        flash.done(SetRate::done_words(set, ()), set);
    });
    action
}

/// What is said once a rate is set. Of the unbilled time only where it was repriced: a rate for new time leaves it as it is.
pub(in crate::pages) fn rate_words(set: &ChangedRate) -> String {
    let rate = set.rate.as_ref().map_or_else(|| "gone".to_owned(), |rate| format!("{} an hour", said(rate)));
    let told = format!("The rate of {} is {rate}.", set.of);
    match set.applies_to {
        AppliesTo::NewTime => told,
        AppliesTo::UnbilledTime => format!("{told} Unbilled time: {}.", difference(&set.unbilled.difference)),
    }
}

/// Prompts for a rate where billable time has none: it would be billed at nothing.
#[component]
pub fn MissingRates(
    /// The client of the page, if it shows one.
    #[prop(default = None)]
    client: Option<String>,
) -> impl IntoView {
    let changes = use_changes();
    let asked = move || (changes.time.get(), changes.work.get(), client.clone());
    let missing = create_resource(asked, |(.., client)| list_rates(client, None, Some(true), Some(ASKED_MAX), None));
    when_loaded(missing, |page| page.items.into_iter().map(ask).collect_view().into_any())
}

fn ask(rate: ProjectRate) -> impl IntoView {
    let form = format!("rate-{}", rate.project.id);
    let action = setting(WriteAction::of_form(&form));
    let name = format!("{} / {}", rate.client.name, rate.project.name);
    let words = format!("{} on {name} has no rate, so it is worth nothing yet.", rate.unbilled.without_rate.text);
    let client = use_current_organization().path(&format!("clients/{}", rate.client.id));
    view! {
        <div class="notice asks-rate" role="note">
            <p>{words} " " {whose(&rate)} " " <a href=client>{rate.client.name.clone()}</a> " is set on its page."</p>
            <Form action id=form quiet=true>
                {idempotency_field(action)} {hidden("project", rate.project.id)} {hidden("applies_to", "unbilled_time")}
                {otherwise_refused(action)}
                <Field label=format!("Rate per hour in {}", rate.currency) name="rate" inputmode="decimal" required=true />
                <Submit label="Set the rate, for this time too" class="button" />
            </Form>
        </div>
    }
}

/// The reason of a refusal, unless it is shown at the one field.
fn otherwise_refused(action: WriteAction<SetRate>) -> impl IntoView {
    let refused = refusal(action);
    move || {
        let message = refused.get().filter(|error| error.field("rate").is_none()).map(|error| error.message);
        message.map(|message| view! { <p class="wrong" role="alert">{message}</p> })
    }
}

/// States that the rate is set for this project alone: otherwise a later change of the client's rate would seem to have no effect.
fn whose(rate: &ProjectRate) -> String {
    format!("The rate that is set here is that of {} alone; one for all projects of", rate.project.name)
}

/// The level of the rate that a page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateOf {
    /// A project's.
    Project(ProjectId),
    /// A client's, for its projects without one.
    Client(ClientId),
    /// The organization's, for clients without one.
    Organization,
}

impl RateOf {
    fn source(self) -> RateSource {
        match self {
            Self::Project(_) => RateSource::Project,
            Self::Client(_) => RateSource::Client,
            Self::Organization => RateSource::Organization,
        }
    }
}

/// The name of the form that reprices unbilled time, beside others that set a rate.
const REPRICE: &str = "reprice";

fn repricing() -> WriteAction<SetRate> {
    setting(WriteAction::of_form(REPRICE))
}

/// The unbilled time that was logged at another rate than the current one, with the difference and the button that reprices it:
/// a new rate applies to new time only, unless somebody decides otherwise.
#[component]
pub fn UnbilledAtOtherRate(
    /// The level of the rate.
    of: RateOf,
) -> impl IntoView {
    let changes = use_changes();
    let action = repricing();
    let asked = move || (changes.time.get(), changes.work.get());
    let rates = create_resource(asked, move |_| {
        let (client, project) = match of {
            RateOf::Project(id) => (None, Some(id.to_string())),
            RateOf::Client(id) => (Some(id.to_string()), None),
            RateOf::Organization => (None, None),
        };
        load_picker_options(move |cursor| list_rates(client.clone(), project.clone(), None, Some(LIMIT_MAX), cursor))
    });
    // With more projects than the list fetches, the difference is unknown.
    when_loaded(rates, move |rates| {
        (!rates.cut).then(|| others(of, rates.items)).flatten().map(|others| asked_of(of, others, action)).into_any()
    })
}

/// The effect of a new rate on unbilled time.
struct RepricingPreview {
    rate: Money,
    worked: WorkDuration,
    before: Money,
    after: Money,
    difference: Money,
}

fn others(of: RateOf, rates: Vec<ProjectRate>) -> Option<RepricingPreview> {
    let of_this = |rate: &ProjectRate| rate.source == Some(of.source()) && rate.unbilled.entries > 0;
    rates.into_iter().filter(of_this).fold(None, |sum: Option<RepricingPreview>, next| {
        let plus = |sum: &Money, next: &Money| Money::new(sum.amount + next.amount, &sum.currency);
        let next_of = next.unbilled;
        Some(match sum {
            None => RepricingPreview {
                rate: next.rate?,
                worked: next_of.worked,
                before: next_of.before,
                after: next_of.after,
                difference: next_of.difference,
            },
            Some(sum) => RepricingPreview {
                worked: WorkDuration::of(sum.worked.seconds + next_of.worked.seconds),
                before: plus(&sum.before, &next_of.before),
                after: plus(&sum.after, &next_of.after),
                difference: plus(&sum.difference, &next_of.difference),
                rate: sum.rate,
            },
        })
    })
}

fn asked_of(of: RateOf, others: RepricingPreview, action: WriteAction<SetRate>) -> impl IntoView {
    let words = format!(
        "{} that is not billed yet was logged at another rate: it comes to {}, and to {} at {} an hour.",
        others.worked.text,
        said(&others.before),
        said(&others.after),
        said(&others.rate)
    );
    let whose = match of {
        RateOf::Project(id) => hidden("project", id).into_any(),
        RateOf::Client(id) => hidden("client", id).into_any(),
        RateOf::Organization => ().into_any(),
    };
    view! {
        <div class="notice" role="note">
            <p>{words}</p>
            <Form action id=REPRICE>
                {idempotency_field(action)} {whose} {hidden("applies_to", "unbilled_time")}
                <Submit label=format!("Reprice the unbilled time: {}", difference(&others.difference)) class="button" />
            </Form>
        </div>
    }
}

fn said(amount: &Money) -> String {
    format!("{} {}", formatted(amount.amount, &amount.currency), amount.currency)
}

/// An amount with its sign.
fn difference(amount: &Money) -> String {
    match amount.amount {
        0 => "no difference".to_owned(),
        1.. => format!("+{}", said(amount)),
        _ => said(amount),
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use domain::money::Currency;
    use serde_json::json;

    use super::*;
    use crate::{
        page_context::ChangeCounters,
        rates::Repricing,
        testing::{World, provide_organization},
        ui::provide_flash,
    };

    #[test]
    fn of_the_unbilled_time_is_told_only_where_it_was_repriced() {
        let euros = |cents: i64| Money::new(cents, &Currency::parse("EUR").expect("a currency"));
        let set = |applies_to| ChangedRate {
            of: "Acme".to_owned(),
            rate: None,
            applies_to,
            unbilled: Repricing {
                entries: 1,
                worked: WorkDuration::of(3_600),
                without_rate: WorkDuration::of(0),
                before: euros(12_000),
                after: euros(9_000),
                difference: euros(-3_000),
            },
        };
        assert_eq!(rate_words(&set(AppliesTo::NewTime)), "The rate of Acme is gone.");
        assert_eq!(rate_words(&set(AppliesTo::UnbilledTime)), "The rate of Acme is gone. Unbilled time: -30.00 EUR.");
    }

    #[tokio::test]
    async fn whoever_is_asked_for_a_rate_is_told_for_what_it_is_set() {
        let studio = World::new("studio").await;
        studio.ok("create_client", json!({"name": "Acme", "currency": "EUR"})).await;
        studio.ok("create_project", json!({"client": "Acme", "name": "Dashboard"})).await;
        studio.ok("create_time_entry", json!({"project": "Dashboard", "duration": "3h"})).await;
        let looking = async {
            provide_organization();
            provide_context(ChangeCounters::none());
            provide_flash();
            let rate = list_rates(None, None, Some(true), None, None).await.expect("rates").items.remove(0);
            let own = format!("form=rate-{}", rate.project.id);
            let none = || Money::new(0, &rate.currency);
            let others =
                RepricingPreview { rate: none(), worked: WorkDuration::of(3600), before: none(), after: none(), difference: none() };
            let repriced = asked_of(RateOf::Organization, others, repricing()).to_html();
            (format!("/clients/{}", rate.client.id), own, ask(rate).to_html(), repriced)
        };
        let (path, own, asked, repriced) = studio.caller.clone().run(looking).await;
        assert!(asked.contains("that of Dashboard alone") && asked.contains(&path), "{asked}");
        assert!(asked.contains(&own) && repriced.contains("form=reprice"), "what one was refused for, the other does not say: {repriced}");
    }
}
