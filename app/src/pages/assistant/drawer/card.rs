//! A card: a write that waits for a person, with its effect line by line, and the buttons that commit, dismiss or undo it.

use domain::id::CardId;
use leptos::{html, prelude::*};

use super::chat_state::ChatState;
use crate::{
    assistant::{Card, CardChoice, CardState, ChooseCard, CommitCard, DismissCard, EffectLine, UndoCard},
    error::Error,
    page_context::use_current_organization,
    ui::{Form, Icon, Submit, Tone, WriteAction, badge, hidden, icon, on_success, refusal},
};

/// The actions of a card.
#[derive(Clone, Copy)]
struct CardActions {
    commit: WriteAction<CommitCard>,
    dismiss: WriteAction<DismissCard>,
    choose: WriteAction<ChooseCard>,
    undo: WriteAction<UndoCard>,
}

/// A card in its present state.
#[component]
pub(super) fn CardView(
    /// Its id.
    id: CardId,
    /// The card.
    card: Memo<Option<Card>>,
) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    let deeds = deeds(node);
    let title = move || card.with(|card| card.as_ref().map(|card| card.title.clone()).unwrap_or_default());
    let (commit, undo) = (refusal(deeds.commit), refusal(deeds.undo));
    // The form of the refused button shows the reason itself.
    let shown_at_button = move || commit.with(Option::is_some) || undo.with(Option::is_some);
    let refused = move || card.with(|card| card.as_ref().and_then(|card| card.refusal.clone())).filter(|_| !shown_at_button());
    let state = Memo::new(move |_| card.with(|card| card.as_ref().map(|card| card.state)));
    let choices = Memo::new(move |_| card.with(|card| card.as_ref().map(|card| card.choices.clone()).unwrap_or_default()));
    let link = Memo::new(move |_| card.with(|card| card.as_ref().and_then(|card| card.link.clone())));
    let undoable = Memo::new(move |_| card.with(|card| card.as_ref().is_some_and(|card| card.undoable)));
    view! {
        <div class="card" role="group" tabindex="-1" aria-labelledby=format!("card-{id}") data-state=move || word(state.get()) node_ref=node>
            <p class="card-head">
                <b id=format!("card-{id}")>{title}</b>
                {move || state.get().and_then(mark)}
            </p>
            {move || card.with(|card| card.as_ref().map(|card| effect(&card.effect)))}
            {move || card.with(|card| card.as_ref().map(|card| warnings(&card.warnings)))}
            {move || refused().map(refusal_view)}
            <div class="card-end">
                {move || match state.get() {
                    Some(CardState::Waiting) if !choices.with(Vec::is_empty) => choose(id, deeds, choices.get()),
                    Some(CardState::Waiting) => decide(id, deeds),
                    Some(CardState::Committed) => done(id, deeds, link.get(), undoable.get()),
                    _ => ().into_any(),
                }}
            </div>
        </div>
    }
}

/// The actions of a card. Each replaces the card by its new state and focuses it, because the pressed button is gone.
fn deeds(node: NodeRef<html::Div>) -> CardActions {
    let chat = expect_context::<ChatState>();
    let deeds =
        CardActions { commit: WriteAction::new(), dismiss: WriteAction::new(), choose: WriteAction::new(), undo: WriteAction::new() };
    let after = move |card: &Card| {
        chat.put(card);
        chat.spoken.set(format!("{}: {}.", card.title, word(Some(card.state))));
        if let Some(node) = node.get_untracked() {
            _ = node.focus();
        }
    };
    on_success(deeds.commit, after);
    on_success(deeds.dismiss, after);
    on_success(deeds.choose, after);
    on_success(deeds.undo, after);
    // After a refused commit or undo the card may be outdated, so it is reloaded.
    let (commit, undo) = (refusal(deeds.commit), refusal(deeds.undo));
    Effect::new(move |_| {
        if commit.with(Option::is_some) || undo.with(Option::is_some) {
            chat.reload();
        }
    });
    deeds
}

fn effect(lines: &[EffectLine]) -> AnyView {
    let line = |line: &EffectLine| {
        let before = line
            .before
            .clone()
            .map(|before| view! { <del><span class="spoken">"was "</span>{before}</del> <span aria-hidden="true">" → "</span> });
        view! { <div><dt>{line.label.clone()}</dt><dd>{before}{line.value.clone()}</dd></div> }
    };
    view! { <dl class="effect">{lines.iter().map(line).collect_view()}</dl> }.into_any()
}

fn warnings(warnings: &[String]) -> AnyView {
    let warning = |warning: &String| view! { <li>{icon(Icon::Warning)} <span>{warning.clone()}</span></li> };
    let lines = (!warnings.is_empty()).then(|| view! { <ul class="card-warnings">{warnings.iter().map(warning).collect_view()}</ul> });
    lines.into_any()
}

/// A refusal with its hint.
pub(super) fn refusal_view(error: Error) -> AnyView {
    let hint = error.hint.map(|hint| view! { <p class="quiet">{hint}</p> });
    view! { <div class="refusal" role="alert">{icon(Icon::Warning)}<div><p>{error.message}</p>{hint}</div></div> }.into_any()
}

fn decide(id: CardId, deeds: CardActions) -> AnyView {
    view! {
        <Form action=deeds.commit id=format!("commit-{id}")>{hidden("card", id)} <Submit label="Commit" drawing=Icon::Check /></Form>
        <Form action=deeds.dismiss id=format!("dismiss-{id}")>{hidden("card", id)} <Submit label="Dismiss" class="button bare" /></Form>
    }
    .into_any()
}

/// The choices of a card; until one is chosen there is nothing to commit.
fn choose(id: CardId, deeds: CardActions, choices: Vec<CardChoice>) -> AnyView {
    let choice = move |(at, choice): (usize, CardChoice)| {
        view! {
            <Form action=deeds.choose id=format!("choose-{at}-{id}") quiet=at.gt(&0)>
                {hidden("card", id)} {hidden("choice", choice.value)} <Submit label=choice.label class="button" />
            </Form>
        }
    };
    view! {
        <p class="card-question">"Which one is meant?"</p>
        <div class="card-choices">{choices.into_iter().enumerate().map(choice).collect_view()}</div>
        <Form action=deeds.dismiss id=format!("dismiss-{id}")>{hidden("card", id)} <Submit label="Dismiss" class="button bare" /></Form>
    }
    .into_any()
}

fn done(id: CardId, deeds: CardActions, link: Option<String>, undoable: bool) -> AnyView {
    let here = use_current_organization();
    let undo = undoable.then(
        || view! { <Form action=deeds.undo id=format!("undo-{id}")>{hidden("card", id)} <Submit label="Undo" class="button" /></Form> },
    );
    view! { {link.map(|link| view! { <a class="button bare" href=here.path(&link)>"Open"</a> })} {undo} }.into_any()
}

fn mark(state: CardState) -> Option<AnyView> {
    match state {
        CardState::Waiting => None,
        CardState::Committed => Some(badge(Tone::Good, "Done").into_any()),
        CardState::Dismissed => Some(badge(Tone::Quiet, "Dismissed").into_any()),
        CardState::Undone => Some(badge(Tone::Quiet, "Undone").into_any()),
    }
}

fn word(state: Option<CardState>) -> &'static str {
    match state {
        Some(CardState::Committed) => "done",
        Some(CardState::Dismissed) => "dismissed",
        Some(CardState::Undone) => "undone",
        _ => "waiting",
    }
}
