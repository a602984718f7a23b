//! A read of the assistant: a row that unfolds to its arguments and its result.

use leptos::prelude::*;
use serde_json::Value;

use super::markdown;
use crate::{
    assistant::{Tool, ToolState},
    page_context::use_current_organization,
    ui::{Icon, icon},
};

/// The row of a read, while it runs and afterwards. What a command found stands below it in lines.
#[component]
pub(super) fn ToolRow(
    /// The read as it is now.
    tool: Memo<Option<Tool>>,
) -> impl IntoView {
    let part = move |of: fn(&Tool) -> String| move || tool.with(|tool| tool.as_ref().map(of).unwrap_or_default());
    let slug = use_current_organization().0.slug;
    let found = move || tool.with(|tool| tool.as_ref().and_then(|tool| tool.lines.as_deref()).map(|lines| markdown::shown(lines, &slug)));
    let state = move || tool.with(|tool| tool.as_ref().map_or(ToolState::Running, |tool| tool.state));
    view! {
        <details class="tool" data-state=move || word(state())>
            <summary>
                {move || sign(state())}
                <span class="tool-title">{part(|tool| tool.title.clone())}</span>
                <span class="tool-summary figure">{part(|tool| tool.summary.clone().unwrap_or_default())}</span>
                <span class="spoken">{move || word(state())}</span>
            </summary>
            <div class="tool-body">
                <p class="tool-label">"Asked with"</p>
                <pre tabindex="0" aria-label="Arguments"><code>{part(|tool| format!("{} {}", tool.operation, written(&tool.arguments)))}</code></pre>
                {move || tool.with(|tool| tool.as_ref().and_then(|tool| tool.result.as_ref()).map(result))}
            </div>
        </details>
        <div class="prose">{found}</div>
    }
}

fn result(result: &Value) -> AnyView {
    view! {
        <p class="tool-label">"Answer"</p>
        <pre tabindex="0" aria-label="Answer"><code>{written(result)}</code></pre>
    }
    .into_any()
}

fn written(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

fn sign(state: ToolState) -> AnyView {
    match state {
        ToolState::Running => view! { <span class="turning" aria-hidden="true"></span> }.into_any(),
        ToolState::Done => icon(Icon::Check).into_any(),
        ToolState::Refused => icon(Icon::Warning).into_any(),
    }
}

fn word(state: ToolState) -> &'static str {
    match state {
        ToolState::Running => "running",
        ToolState::Done => "done",
        ToolState::Refused => "refused",
    }
}
