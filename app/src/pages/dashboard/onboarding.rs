//! Onboarding: the first steps, while there is nothing else to show.

use domain::country::zones::city;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    page_context::use_current_organization,
    platform,
    ui::{Icon, icon},
};

/// The progress of a new organization.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OnboardingProgress {
    /// The kind of number that is missing and what to fill in, while no invoice can be sent without it.
    pub number_wanted: Option<String>,
    /// How the number given at sign-up was interpreted, where somebody has to know it.
    pub number_taken: Option<String>,
    /// Whether there is a client.
    pub client: bool,
    /// Whether there is a project.
    pub project: bool,
    /// Whether time was tracked.
    pub time: bool,
    /// Whether the organization has its address, which is printed on every invoice.
    pub letterhead: bool,
    /// Whether there is an invoice.
    pub invoice: bool,
    /// The time zone of the organization, if nobody is known to have chosen it.
    pub guessed_zone: Option<String>,
}

impl OnboardingProgress {
    /// Whether every step was taken.
    pub fn done(&self) -> bool {
        self.client && self.project && self.time && self.letterhead && self.invoice
    }
}

/// The title of the step with the number that the organization's invoices state.
pub const TAX_NUMBER_STEP: &str = "Add your VAT identifier or tax number";

/// The page of that step, below the organization's address.
pub const TAX_NUMBER_PAGE: &str = "settings/organization#letterhead";

/// The steps to the first invoice, in order. Most organizations give the number at sign-up: its step is shown only while it is missing.
#[component]
pub fn OnboardingSteps(
    /// The progress.
    progress: OnboardingProgress,
) -> impl IntoView {
    let here = use_current_organization();
    let number = progress.number_wanted.map(|wanted| (false, TAX_NUMBER_STEP, wanted, here.path(TAX_NUMBER_PAGE)));
    let known = [
        (progress.client, "Add a client", "Whom you work for: currency, rate and the terms of the invoices.", here.path("clients")),
        (progress.project, "Add a project", "What you do for them. Time is tracked on it.", here.path("projects")),
        (progress.time, "Track some time", "With the timer, or write it down by hand.", here.path("time")),
        (
            progress.letterhead,
            "Put your letterhead in",
            "Name, address, tax and bank details stand on every invoice.",
            here.path("settings/organization"),
        ),
        (progress.invoice, "Send the first invoice", "Choose client and period, look at the preview, send it.", here.path("invoices/new")),
    ];
    let known = known.into_iter().map(|(done, title, text, path)| (done, title, text.to_owned(), path));
    let steps: Vec<_> = number.into_iter().chain(known).collect();
    let next = steps.iter().position(|(done, ..)| !done);
    let rows = steps.into_iter().enumerate().map(|(at, (done, title, text, path))| {
        let class = if done {
            "done"
        } else if Some(at) == next {
            "next"
        } else {
            ""
        };
        let sign = if done { icon(Icon::Check).into_any() } else { view! { {at + 1} }.into_any() };
        view! {
            <li class=class>
                <span class="step-sign">{sign}</span>
                <span>
                    <a class="row-link" href=path>{title}</a>
                    {done.then(|| view! { <span class="spoken">", done"</span> })}
                    <small>{text}</small>
                </span>
            </li>
        }
    });
    view! {
        <section class="steps" aria-labelledby="steps">
            <h2 id="steps">"From nothing to the first invoice"</h2>
            <ol>{rows.collect_view()}</ol>
            {progress.number_taken.map(|told| view! { <p class="notice">{told} " " <a href=here.path(TAX_NUMBER_PAGE)>"Settings, Tax number"</a></p> })}
            {progress.guessed_zone.map(|zone| view! { <GuessedZone zone /> })}
        </section>
    }
}

/// Asks whether the guessed time zone is right, unless the browser's clock agrees with it.
#[component]
fn GuessedZone(zone: String) -> impl IntoView {
    let settings = use_current_organization().path("settings/organization#basics");
    let words = format!("Your days, and so the dates of invoices, are those of {}. Is that right? If not: ", city(&zone));
    let right = RwSignal::new(false);
    Effect::new(move |_| right.set(platform::time_zone().is_some_and(|browser| platform::is_same_clock(&browser, &zone))));
    move || {
        let settings = settings.clone();
        (!right.get()).then(|| view! { <p class="notice">{words.clone()} <a href=settings>"Settings, Time zone"</a></p> })
    }
}
