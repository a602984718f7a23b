//! What to do first, while there is nothing to show yet.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    country::zones::city,
    page_context::use_current_organization,
    platform,
    ui::{Icon, icon},
};

/// How far a new organization has come.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OnboardingProgress {
    /// Which number of the organization is missing and what to write, while no invoice can be sent for want of it.
    pub number_wanted: Option<String>,
    /// What was made of the number that was given on signing up, where somebody has to know it.
    pub number_taken: Option<String>,
    /// There is a client.
    pub client: bool,
    /// There is a project.
    pub project: bool,
    /// Some time was tracked.
    pub time: bool,
    /// The organization has its address, which stands in the head of every invoice.
    pub letterhead: bool,
    /// There is an invoice.
    pub invoice: bool,
    /// The time zone of the organization, where nobody need have chosen it.
    pub guessed_zone: Option<String>,
}

impl OnboardingProgress {
    /// Whether every step was taken once.
    pub fn done(&self) -> bool {
        self.client && self.project && self.time && self.letterhead && self.invoice
    }
}

/// What the step is called that gives the organization the number which its invoices state.
pub const TAX_NUMBER_STEP: &str = "Add your VAT identifier or tax number";

/// Where that is done, as a page of the organization.
pub const TAX_NUMBER_PAGE: &str = "settings/organization#letterhead";

/// From nothing to the first invoice, in order. Most have given the number on signing up: its step is there only while it is missing.
#[component]
pub fn OnboardingSteps(
    /// What is done already.
    progress: OnboardingProgress,
) -> impl IntoView {
    let here = use_current_organization();
    let number = progress.number_wanted.map(|wanted| (false, TAX_NUMBER_STEP, wanted, here.path(TAX_NUMBER_PAGE)));
    let known = [
        (progress.client, "Add a client", "Whom you work for: currency, rate and the terms of the invoices.", here.path("clients")),
        (progress.project, "Add a project", "What you do for them. Time is tracked on it.", here.path("projects")),
        (progress.time, "Track some time", "With the timer above, or write it down by hand.", here.path("time")),
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

/// Asks whether the time zone is the right one. A browser that is on the same clock has answered.
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
