//! Shows the newer state of an entry that somebody else has changed while its form was open.

use domain::id::TimeEntryId;
use leptos::{prelude::*, task::spawn_local};

use super::entry_view::edit_token;
use crate::{
    error::Code,
    platform,
    time::{TimeEntry, UpdateTimeEntry, get_time_entry},
    ui::{WriteAction, hours, refusal},
};

/// The current state of the entry after a refusal as `stale`: typed values stay, and are saved over it or discarded.
#[component]
pub fn EditConflict(
    /// The entry.
    entry: TimeEntryId,
    /// The action that changes it.
    action: WriteAction<UpdateTimeEntry>,
    /// The version that the form sends, set to the newer one.
    version: RwSignal<i32>,
    /// The id of the form.
    form: String,
    /// The list that the entry is in.
    list: String,
) -> impl IntoView {
    let (newer, why, answers) = (RwSignal::new(None::<TimeEntry>), refusal(action), action.version());
    let look = move || async move {
        if let Ok(found) = get_time_entry(entry.to_string()).await {
            version.try_set(found.version);
            newer.try_set(Some(found));
        }
    };
    Effect::new(move |seen: Option<usize>| {
        let count = answers.get();
        let stale = why.with_untracked(|why| why.as_ref().is_some_and(|why| why.code == Code::Stale));
        if stale && seen.is_some_and(|seen| seen != count) {
            spawn_local(look());
        }
        count
    });
    move || newer.get().map(|newer| shown(newer, form.clone(), &list))
}

fn shown(newer: TimeEntry, form: String, list: &str) -> impl IntoView + use<> {
    let joint = if list.contains('?') { '&' } else { '?' };
    let again = format!("{list}{joint}edit={}", edit_token(&newer));
    let day = newer.started_at.as_ref().map_or_else(|| newer.day.clone(), domain::day::OffsetDateTime::day).label();
    let billable = if newer.billable { "billable" } else { "not billable" };
    let project = format!("{} / {}", newer.client.name, newer.project.name);
    view! {
        <div class="notice" role="status">
            <p>
                "It says now: " <b>{newer.description}</b> " on " {project} ", " {day} ", " {hours(&newer.worked)} ", " {billable}
                ". What you typed still stands in the fields: save it over that, or take what stands now."
            </p>
            <a class="button" href=again rel="external" on:click=move |_| platform::reset_form(&form)>"Take what stands now"</a>
        </div>
    }
}
