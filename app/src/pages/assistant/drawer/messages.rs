//! The messages of the conversation.

use leptos::{html, prelude::*};

use super::{
    card::{CardView, refusal_view},
    chat_state::{ChatState, MessageLine},
    completion_source::CompletionSource,
    markdown, message_updates,
    tool::ToolRow,
};
use crate::{
    access::Permission,
    assistant::{Message, Speaker, Step},
    page_context::use_current_organization,
};

/// The distance from the end within which the view follows new text, in pixels.
const NEAR_PIXELS: i32 = 60;

/// The messages of the conversation, or suggestions for the first one.
#[component]
pub(super) fn Messages() -> impl IntoView {
    let chat = expect_context::<ChatState>();
    let node = NodeRef::<html::Div>::new();
    let follows = follow_the_end(chat, node);
    let silent = move || {
        let said_nothing = |message: &Message| message.text.is_empty() && message.steps.is_empty();
        chat.run.get().is_some() && chat.lines.with(|lines| lines.last().is_none_or(|line| line.message.with(said_nothing)))
    };
    let waits = move || match (chat.cut.get(), chat.saying.get() || silent()) {
        (true, _) => Some("The connection was cut. Trying again …"),
        (false, true) => Some("Working …"),
        (false, false) => None,
    };
    view! {
        <div class="drawer-messages" role="log" aria-live="off" aria-label="Conversation" tabindex="0" node_ref=node on:scroll=move |_| follows()>
            {move || chat.lines.with(Vec::is_empty).then(|| view! { <Suggestions /> })}
            <For each=move || chat.lines.get() key=|line| line.key children=|line| view! { <MessageView line /> } />
            {move || waits().map(|words| view! { <p class="drawer-waits"><span class="turning" aria-hidden="true"></span> {words}</p> })}
        </div>
    }
}

/// Keeps the end in view while it grows, unless the person reads further up. The returned function handles scroll events.
fn follow_the_end(chat: ChatState, node: NodeRef<html::Div>) -> impl Fn() + Copy + 'static {
    let near = StoredValue::new(true);
    let to_the_end = move || {
        if let Some(node) = node.try_get_untracked().flatten() {
            node.set_scroll_top(node.scroll_height());
        }
    };
    Effect::new(move |_| {
        chat.lines.with(|lines| lines.iter().for_each(|line| line.message.track()));
        chat.saying.track();
        if node.get().is_some() && near.get_value() {
            request_animation_frame(to_the_end);
        }
    });
    move || {
        if let Some(node) = node.get_untracked() {
            near.set_value(node.scroll_height() - node.scroll_top() - node.client_height() < NEAR_PIXELS);
        }
    }
}

#[component]
fn MessageView(line: MessageLine) -> impl IntoView {
    let message = line.message;
    match message.with_untracked(|message| message.speaker) {
        Speaker::Person => {
            let text = move || message.with(|message| message.text.clone());
            view! { <article class="said-by-person"><h3 class="spoken">"You"</h3><p class="words">{text}</p></article> }.into_any()
        }
        Speaker::Assistant => answer(message),
    }
}

/// An answer: its reads, its text, and its cards.
fn answer(message: ArcRwSignal<Message>) -> AnyView {
    let slug = use_current_organization().0.slug;
    let (tools, cards) = (steps(&message, |step| matches!(step, Step::Tool(_))), steps(&message, |step| matches!(step, Step::Card(_))));
    let text = Memo::new({
        let message = message.clone();
        // The row of a read shows its summary already.
        move |_| message.with(|message| if message.repeats_summary() { String::new() } else { message.text.clone() })
    });
    let refusal = {
        let message = message.clone();
        move || message.with(|message| message.refusal.clone()).map(refusal_view)
    };
    let (of_tools, of_cards) = (message.clone(), message);
    view! {
        <article class="said-by-assistant">
            <h3 class="spoken">"Assistant"</h3>
            <For each=move || tools.get() key=String::clone children=move |id| tool(&of_tools, id) />
            <div class="prose">{move || markdown::shown(&text.get(), &slug)}</div>
            <For each=move || cards.get() key=String::clone children=move |id| card(&of_cards, id) />
            {refusal}
        </article>
    }
    .into_any()
}

/// The ids of the steps of one kind.
fn steps(message: &ArcRwSignal<Message>, of_kind: fn(&Step) -> bool) -> Memo<Vec<String>> {
    let message = message.clone();
    Memo::new(move |_| message.with(|message| message.steps.iter().filter(|step| of_kind(step)).map(message_updates::id).collect()))
}

fn tool(message: &ArcRwSignal<Message>, id: String) -> AnyView {
    let message = message.clone();
    let tool = Memo::new(move |_| {
        let found = |step: &Step| if let Step::Tool(tool) = step { (tool.id == id).then(|| tool.clone()) } else { None };
        message.with(|message| message.steps.iter().find_map(found))
    });
    view! { <ToolRow tool /> }.into_any()
}

fn card(message: &ArcRwSignal<Message>, id: String) -> AnyView {
    let Ok(id) = id.parse() else { return ().into_any() };
    let message = message.clone();
    let card = Memo::new(move |_| {
        let found = |step: &Step| if let Step::Card(card) = step { (card.id == id).then(|| card.clone()) } else { None };
        message.with(|message| message.steps.iter().find_map(found))
    });
    view! { <CardView id card /> }.into_any()
}

/// Suggestions for a first message: questions where there is a model, commands everywhere.
#[component]
fn Suggestions() -> impl IntoView {
    let (chat, known, here) = (expect_context::<ChatState>(), expect_context::<CompletionSource>(), use_current_organization());
    let (tracks, money) = (here.may(Permission::TrackTime), here.may(Permission::WriteMoney));
    // Each can be sent as it is: commands on a project or a client are offered with one that there is.
    let beginnings = move || {
        let (project, client) = known.names.with(|names| (names.projects.first().cloned(), names.clients.first().cloned()));
        let logged = if tracks { "How many hours did I log this week?" } else { "How many hours were logged this week?" };
        let questions = [(true, logged), (money, "Which clients have unbilled time?")];
        let questions = questions.into_iter().filter(move |(fits, _)| *fits && known.answers()).map(|(_, words)| words.to_owned());
        let on_project = project.filter(|_| tracks).map(|project| [format!("/log 45m {project}"), format!("/start {project}")]);
        let unbilled = money.then(|| "/unbilled".to_owned());
        let invoice = client.filter(|_| money).map(|client| format!("/invoice {client} last month"));
        questions.chain(on_project.into_iter().flatten()).chain(unbilled).chain(invoice).chain(["/help".to_owned()])
    };
    view! {
        <div class="beginnings">
            <p class="empty-title">"What shall be done?"</p>
            <p class="quiet">"Nothing is changed before you have seen it and said Commit."</p>
            <ul>
                {move || {
                    beginnings()
                        .map(|words| {
                            let label = words.clone();
                            view! { <li><button type="button" class="beginning" on:click=move |_| chat.write(&words)>{label}</button></li> }
                        })
                        .collect_view()
                }}
            </ul>
        </div>
    }
}
