//! The composer: the text area, its completions, the page that a message is about, and the send button.

use leptos::{ev::KeyboardEvent, prelude::*};
use leptos_router::hooks::use_location;

use super::{
    card::refusal_view,
    chat_state::ChatState,
    completion_list::{CompletionList, CompletionListView, LIST},
    completion_source::CompletionSource,
    input_history::InputHistory,
};
use crate::{
    access::Permission,
    page_context::use_current_organization,
    ui::{Icon, icon},
};

/// The maximum length of a message, for the text area.
const WORDS_MAX: &str = "8000";

/// Handles the keys in the text area.
#[derive(Clone, Copy)]
struct Keys {
    chat: ChatState,
    offers: CompletionList,
    recall: StoredValue<InputHistory>,
    page: Signal<Option<String>>,
}

/// The form below the messages.
#[component]
pub(super) fn Composer() -> impl IntoView {
    let (chat, known) = (expect_context::<ChatState>(), expect_context::<CompletionSource>());
    let offers = CompletionList::new(chat, known);
    let (page, chip) = about();
    let keys = Keys { chat, offers, recall: StoredValue::new(InputHistory::default()), page };
    let type_on = move |_| keys.typed();
    view! {
        <form
            class="composer"
            on:submit=move |event| {
                event.prevent_default();
                keys.send();
            }
        >
            {move || chat.refusal.get().map(refusal_view)}
            <Notice />
            <CompletionListView offers />
            <label class="spoken" for="assistant-words">"Message to the assistant"</label>
            <textarea
                id="assistant-words"
                class="composer-words"
                rows="1"
                maxlength=WORDS_MAX
                placeholder="Ask, or type / for a command"
                autocomplete="off"
                aria-autocomplete="list"
                aria-controls=LIST
                aria-activedescendant=move || offers.active()
                prop:value=chat.typed
                on:input=type_on
                on:keydown=move |event| keys.press(&event)
                on:blur=move |_| offers.close()
                node_ref=chat.words
            ></textarea>
            <div class="composer-end">
                {chip}
                <span class="composer-keys" aria-hidden="true">"Enter sends"</span>
                {move || match chat.run.get().is_some() {
                    true => view! { <button type="button" class="button stop" on:click=move |_| chat.stop()>{icon(Icon::Stop)} <span>"Stop"</span></button> }.into_any(),
                    false => send(chat),
                }}
            </div>
        </form>
    }
}

fn send(chat: ChatState) -> AnyView {
    let busy = move || chat.saying.get().then_some("true");
    view! { <button type="submit" class="button primary" aria-busy=busy aria-disabled=busy>{icon(Icon::Send)} <span>"Send"</span></button> }
        .into_any()
}

impl Keys {
    fn send(self) {
        self.offers.close();
        self.recall.update_value(InputHistory::leave);
        // The focused button may be replaced by another one; the text area keeps the focus.
        self.chat.focus();
        self.chat.say(self.chat.typed.get_untracked(), self.page.get_untracked());
    }

    fn typed(self) {
        let Some(words) = self.chat.words.get_untracked() else { return };
        let caret = words.selection_start().ok().flatten().unwrap_or_default();
        self.chat.typed.set(words.value());
        self.offers.typed(usize::try_from(caret).unwrap_or_default());
    }

    fn press(self, event: &KeyboardEvent) {
        // During input method composition, as in Japanese, the keys belong to the input method.
        if event.is_composing() || event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let done = match (event.key().as_str(), event.shift_key()) {
            ("Enter", false) => self.enter(),
            ("Tab", false) => self.take(),
            ("Escape", _) => self.escape(),
            ("ArrowDown", false) => self.arrow(true),
            ("ArrowUp", false) => self.arrow(false),
            _ => false,
        };
        if done {
            event.prevent_default();
            event.stop_propagation();
        }
    }

    fn enter(self) -> bool {
        match untrack(|| self.offers.at().filter(|_| self.offers.any())) {
            Some(at) => self.offers.take(at),
            None => self.send(),
        }
        true
    }

    fn take(self) -> bool {
        let any = untrack(|| self.offers.any());
        if any {
            self.offers.take(untrack(|| self.offers.at()).unwrap_or_default());
        }
        any
    }

    fn escape(self) -> bool {
        let any = untrack(|| self.offers.any());
        self.offers.close();
        any
    }

    /// Moves through the completions, or through the earlier messages when there are none.
    fn arrow(self, down: bool) -> bool {
        if untrack(|| self.offers.any()) {
            untrack(|| self.offers.step(down));
            return true;
        }
        let (said, typed) = (self.chat.said_before(), self.chat.typed.get_untracked());
        let mut recall = self.recall.get_value();
        if !recall.shows(&typed, &said) {
            if down || !typed.is_empty() {
                return false;
            }
            recall.leave();
        }
        let words = if down { recall.later(&said) } else { recall.earlier(&said) };
        if let Some(words) = words {
            self.chat.write(words);
        }
        self.recall.set_value(recall);
        words.is_some()
    }
}

/// The page that a message is about, unless the person removes it; on another page it is included again.
fn about() -> (Signal<Option<String>>, AnyView) {
    let (path, slug) = (use_location().pathname, use_current_organization().0.slug);
    let left_out = RwSignal::new(None::<String>);
    let included = move || left_out.with(|left_out| path.with(|path| left_out.as_deref() != Some(path.as_str())));
    let page = Signal::derive(move || included().then(|| path.get()));
    let name = move || path.with(|path| name_of(path, &slug));
    let toggle = move |_| left_out.set(included().then(|| path.get_untracked()));
    let chip = view! {
        <button type="button" class="about" aria-pressed=move || included().to_string() on:click=toggle>
            <span class="spoken">"About this page: "</span>
            <span>{name}</span>
            {move || icon(if included() { Icon::Cross } else { Icon::Plus })}
        </button>
    };
    (page, chip.into_any())
}

/// The name of a page, for the person on it.
fn name_of(path: &str, slug: &str) -> &'static str {
    let page = path.strip_prefix("/o/").and_then(|path| path.strip_prefix(slug)).unwrap_or_default();
    let mut parts = page.trim_matches('/').split('/');
    match (parts.next().unwrap_or_default(), parts.next()) {
        ("clients", Some(_)) => "This client",
        ("projects", Some(_)) => "This project",
        ("invoices", Some("new")) => "This new invoice",
        ("invoices", Some(_)) => "This invoice",
        ("", _) => "The overview",
        _ => "This page",
    }
}

/// States what is missing for questions to be answered. Commands work regardless.
#[component]
fn Notice() -> impl IntoView {
    let (known, here) = (expect_context::<CompletionSource>(), use_current_organization());
    let may = here.may(Permission::ManageOrganization);
    let settings = here.path("settings/assistant");
    let words = move || {
        known.standing.with(|standing| match standing.as_ref()? {
            standing if standing.model.is_none() => Some("No model is set up here. Commands work: type /."),
            standing if standing.enabled => None,
            _ if may => Some("The assistant is off. You can switch it on. Commands work: type /."),
            _ => Some("The assistant is off; an owner can switch it on. Commands work: type /."),
        })
    };
    view! {
        {move || words().map(|words| view! { <p class="composer-notice">{words} " " <a href=settings.clone()>"Settings → Assistant"</a></p> })}
    }
}

#[cfg(test)]
mod tests {
    use super::name_of;

    #[test]
    fn a_page_is_called_what_it_is() {
        assert_eq!(name_of("/o/ada/invoices/0198", "ada"), "This invoice");
        assert_eq!(name_of("/o/ada/invoices", "ada"), "This page");
        assert_eq!(name_of("/o/ada", "ada"), "The overview");
        assert_eq!(name_of("/elsewhere", "ada"), "The overview");
    }
}
