//! The list of conversations: search, open, rename, delete.

use domain::day::OffsetDateTime;
use leptos::prelude::*;

use super::chat_state::ChatState;
use crate::{
    assistant::{ConversationSummary, DeleteConversation, RenameConversation, list_conversations},
    page_context::use_current_organization,
    ui::{Disclosure, Field, Form, Icon, Submit, WriteAction, create_resource, hidden, icon, on_success, when_loaded},
};

/// The list in place of the messages; `shown` becomes false when a conversation is chosen.
#[component]
pub(super) fn Conversations(
    /// Whether the list is shown.
    shown: RwSignal<bool>,
) -> impl IntoView {
    let chat = expect_context::<ChatState>();
    let query = RwSignal::new(String::new());
    let found = create_resource(
        move || (query.get(), chat.listed.get()),
        |(query, _)| list_conversations(Some(query).filter(|query| !query.trim().is_empty())),
    );
    view! {
        <div class="conversations">
            <label class="spoken" for="conversation-search">"Search conversations"</label>
            <input
                id="conversation-search"
                class="input"
                type="search"
                placeholder="Search conversations"
                on:input=move |event| query.set(event_target_value(&event))
            />
            {when_loaded(found, move |found| list(found, shown))}
        </div>
    }
}

fn list(found: Vec<ConversationSummary>, shown: RwSignal<bool>) -> AnyView {
    if found.is_empty() {
        return view! { <p class="quiet">"No conversation here. What you say is kept, and found here by you alone."</p> }.into_any();
    }
    let rows = found.into_iter().map(|conversation| view! { <ConversationItem conversation shown /> });
    view! { <ul class="conversation-list">{rows.collect_view()}</ul> }.into_any()
}

#[component]
fn ConversationItem(conversation: ConversationSummary, shown: RwSignal<bool>) -> impl IntoView {
    let (chat, here) = (expect_context::<ChatState>(), use_current_organization());
    let ConversationSummary { id, title, updated_at } = conversation;
    let current = move || (chat.conversation.get() == Some(id)).then_some("true");
    let open = move |_| {
        chat.open(id);
        shown.set(false);
        chat.focus();
    };
    let (rename, delete) = (WriteAction::<RenameConversation>::new(), WriteAction::<DeleteConversation>::new());
    on_success(rename, move |()| chat.listed.update(|count| *count += 1));
    on_success(delete, move |()| {
        if chat.conversation.get_untracked() == Some(id) {
            chat.begin();
        }
        chat.listed.update(|count| *count += 1);
    });
    view! {
        <li>
            <button type="button" class="conversation" aria-current=current on:click=open>
                <span>{title.clone()}</span>
                <small>{when(&updated_at, here.0.today.as_str())}</small>
            </button>
            <Disclosure label="Change" class="button bare" drawing=Icon::Pencil>
                <Form action=rename id=format!("rename-{id}") class="stack">
                    {hidden("conversation", id)} <Field label="Title" name="title" value=title required=true maxlength=200 />
                    <Submit label="Rename" class="button" />
                </Form>
                <Form action=delete id=format!("delete-{id}") class="stack">
                    {hidden("conversation", id)} <p class="hint">"What was done in it stays."</p>
                    <Submit label="Delete conversation" class="button danger" drawing=Icon::Bin />
                </Form>
            </Disclosure>
        </li>
    }
}

fn when(moment: &OffsetDateTime, today: &str) -> String {
    match moment.day() {
        day if day.as_str() == today => moment.clock().to_owned(),
        day => day.label(),
    }
}

/// The buttons that show the list and begin a new conversation.
pub(super) fn buttons(chat: ChatState, shown: RwSignal<bool>) -> AnyView {
    let begin = move |_| {
        chat.begin();
        shown.set(false);
        chat.write("");
    };
    view! {
        <button type="button" class="button bare" aria-pressed=move || shown.get().to_string() on:click=move |_| shown.update(|shown| *shown = !*shown)>
            {icon(Icon::Clock)} <span>"Conversations"</span>
        </button>
        <button type="button" class="button bare" aria-label="New conversation" on:click=begin>{icon(Icon::Plus)}</button>
    }
    .into_any()
}
