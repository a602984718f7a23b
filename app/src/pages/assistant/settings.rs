//! The assistant's section of the settings: which data is sent where, the switch, and the usage.

use leptos::prelude::*;

use crate::{
    access::Permission,
    assistant::{AssistantSettings, SetAssistant, get_assistant},
    page_context::use_current_organization,
    pages::done_words::DoneWords,
    ui::{Form, PageSection, Submit, WriteAction, create_resource, hidden, on_success, use_flash, when_loaded},
};

/// The section with the switch and the usage.
#[component]
pub fn AssistantSection() -> impl IntoView {
    let action = WriteAction::<SetAssistant>::new();
    let flash = use_flash();
    on_success(action, move |now| flash.say(SetAssistant::done_words(now, ())));
    let settings = create_resource(move || action.version().get(), |_| get_assistant());
    when_loaded(settings, move |settings| view! { <Settings settings action /> }.into_any())
}

#[component]
fn Settings(settings: AssistantSettings, action: WriteAction<SetAssistant>) -> impl IntoView {
    let changeable = use_current_organization().may(Permission::ManageOrganization);
    let (enabled, has_model, words, low) = (settings.enabled, settings.model.is_some(), consent(&settings), low(&settings));
    let (read, written) = (tokens(settings.input_tokens, settings.input_cap), tokens(settings.output_tokens, settings.output_cap));
    let switched = settings.switched_by.zip(settings.switched_at);
    let since = switched.map(|(by, at)| format!("Switched {} by {by} on {}.", if enabled { "on" } else { "off" }, at.day().label()));
    let label = if enabled { "Switch it off" } else { "Accept and switch it on" };
    view! {
        <div class="columns">
            <PageSection title="The assistant" id="assistant">
                <p>{words}</p>
                <p class="quiet">
                    "It has your own rights and no others. What it reads it reads at once; what it would write is shown to you first, and only your Commit does it. Slash commands such as /log work without a model, switched on or off."
                </p>
                <p>{if enabled { "It is switched on." } else { "It is switched off." }} " " {since}</p>
                {(changeable && (enabled || has_model))
                    .then(|| view! { <Form action id="switch" class="stack">{hidden("enabled", !enabled)} <Submit label /></Form> })}
                {(!changeable).then(|| view! { <p class="quiet">"An owner or admin can change this."</p> })}
            </PageSection>
            <PageSection title="Used this month" id="usage">
                <dl class="facts">
                    <div><dt>"Read"</dt><dd>{read}</dd></div>
                    <div><dt>"Written"</dt><dd>{written}</dd></div>
                </dl>
                {low.then(|| view! { <p role="status">"More than 80 % of this month's tokens are used. When they are used up, the assistant waits for the next month."</p> })}
            </PageSection>
        </div>
    }
}

/// States which data is sent where, for the person who switches the assistant on.
fn consent(settings: &AssistantSettings) -> AnyView {
    match (&settings.model, &settings.host) {
        (Some(model), Some(host)) => format!(
            "What members say to the assistant is sent to the model {model} at {host}, together with the names of the member and the organization, the page they are on, and the records that it looks up for them: clients, projects, time, invoices. Nothing is sent before somebody asks it."
        )
        .into_any(),
        _ => view! {
            "No model is set up. Whoever runs this Stint sets " <code>"STINT_MODEL_URL"</code> " and " <code>"STINT_MODEL"</code>
            "; slash commands work without."
        }
        .into_any(),
    }
}

fn tokens(used: i64, cap: i64) -> String {
    format!("{} of {} tokens", grouped(used), grouped(cap))
}

fn grouped(number: i64) -> String {
    match number {
        0..1_000 => number.to_string(),
        _ => format!("{},{:03}", grouped(number / 1_000), number % 1_000),
    }
}

fn low(settings: &AssistantSettings) -> bool {
    settings.input_tokens * 5 >= settings.input_cap * 4 || settings.output_tokens * 5 >= settings.output_cap * 4
}
