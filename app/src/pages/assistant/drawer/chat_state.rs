//! The state of the conversation in the drawer, and its actions.

use domain::id::{ConversationId, RunId};
use leptos::{html, prelude::*, task::spawn_local};

use super::{message_updates, run_subscription::RunSubscription, session_storage, told::announcement};
use crate::{
    assistant::{Card, CardState, Message, SendMessageResponse, Speaker, Step, get_conversation, say, stop_run},
    error::{Code, Error},
    page_context::{ChangeCounters, invalidate, use_changes, use_current_organization},
};

/// A message in the list. Its line stays the same while the message grows and gets its id.
#[derive(Clone)]
pub(super) struct MessageLine {
    /// The key of the line, unique in this tab.
    pub key: u32,
    /// The message.
    pub message: ArcRwSignal<Message>,
}

/// The conversation that is shown.
#[derive(Clone, Copy)]
pub(super) struct ChatState {
    /// Its id; `None` before the first message.
    pub conversation: RwSignal<Option<ConversationId>>,
    /// Its messages.
    pub lines: RwSignal<Vec<MessageLine>>,
    /// The run that is answering.
    pub run: RwSignal<Option<RunId>>,
    /// Whether a message is being sent.
    pub saying: RwSignal<bool>,
    /// Whether the connection to the run is interrupted.
    pub cut: RwSignal<bool>,
    /// Why a message could not be sent or shown.
    pub refusal: RwSignal<Option<Error>>,
    /// The text in the composer.
    pub typed: RwSignal<String>,
    /// The composer's text area.
    pub words: NodeRef<html::Textarea>,
    /// The text for screen readers, in a live region.
    pub spoken: RwSignal<String>,
    /// Counts changes to the list of conversations.
    pub listed: RwSignal<u32>,
    /// The subscription to the run.
    pub(super) following: RunSubscription,
    /// The slug of the organization.
    pub(super) slug: StoredValue<String>,
    keys: StoredValue<u32>,
    changes: ChangeCounters,
}

impl ChatState {
    /// The state with the conversation that this tab showed last, or a new one.
    pub(super) fn new() -> Self {
        let slug = use_current_organization().0.slug;
        let conversation = session_storage::conversation(&slug);
        let chat = Self {
            conversation: RwSignal::new(None),
            lines: RwSignal::new(Vec::new()),
            run: RwSignal::new(None),
            saying: RwSignal::new(false),
            cut: RwSignal::new(false),
            refusal: RwSignal::new(None),
            typed: RwSignal::new(String::new()),
            words: NodeRef::new(),
            spoken: RwSignal::new(String::new()),
            listed: RwSignal::new(0),
            following: RunSubscription::nothing(),
            slug: StoredValue::new(slug),
            keys: StoredValue::new(0),
            changes: use_changes(),
        };
        if let Some(conversation) = conversation {
            chat.open(conversation);
        }
        chat
    }

    /// Begins a new conversation. The previous one stays in the list, and a run in it goes on.
    pub(super) fn begin(self) {
        self.leave();
        self.lines.set(Vec::new());
        self.conversation.set(None);
        self.refusal.set(None);
        self.slug.with_value(|slug| session_storage::keep_conversation(slug, None));
    }

    /// Opens a conversation of the list.
    pub(super) fn open(self, conversation: ConversationId) {
        self.begin();
        self.is(conversation);
        self.reload();
    }

    /// Reloads the conversation, which another tab may have continued.
    pub(super) fn reload(self) {
        let Some(id) = self.conversation.get_untracked() else { return };
        if self.saying.get_untracked() {
            return;
        }
        let keys = self.keys.get_value();
        spawn_local(async move {
            let answer = get_conversation(id).await;
            // Messages sent in the meantime are not in this answer; showing it would remove them.
            let outdated = || self.keys.get_value() != keys || self.conversation.get_untracked() != Some(id);
            if self.lines.is_disposed() || outdated() {
                return;
            }
            match answer {
                Ok(conversation) => self.show(conversation),
                Err(error) if error.code == Code::NotFound => self.begin(),
                // Messages that are loaded stay readable while the server is out of reach.
                Err(error) if self.lines.with_untracked(Vec::is_empty) => self.refusal.set(Some(error)),
                Err(_) => {}
            }
        });
    }

    /// Sends a message. It is shown at once, and returns to the composer when it is refused.
    pub(super) fn say(self, text: String, page: Option<String>) {
        if self.saying.get_untracked() || self.run.get_untracked().is_some() || text.trim().is_empty() {
            return;
        }
        let (line, conversation) = (self.line(message_updates::said(&text)), self.conversation.get_untracked());
        self.lines.update(|lines| lines.push(line.clone()));
        self.saying.set(true);
        self.spoken.set("Working …".to_owned());
        self.refusal.set(None);
        self.typed.set(String::new());
        spawn_local(async move {
            let answer = say(conversation, text.clone(), page).await;
            if self.lines.is_disposed() {
                return;
            }
            self.saying.set(false);
            self.listed.update(|count| *count += 1);
            // If another conversation is shown by now, the answer is found on returning to this one.
            if self.lines.with_untracked(|lines| lines.iter().all(|known| known.key != line.key)) {
                return;
            }
            match answer {
                Ok(said) => self.said(said, line),
                Err(error) => self.unsaid(line.key, text, error),
            }
        });
    }

    /// Puts a text into the composer.
    pub(super) fn write(self, text: &str) {
        self.typed.set(text.to_owned());
        if let Some(words) = self.words.get_untracked() {
            words.set_value(text);
        }
        self.focus();
    }

    /// Focuses the composer as soon as it is visible.
    pub(super) fn focus(self) {
        request_animation_frame(move || {
            if let Some(words) = self.words.try_get_untracked().flatten() {
                _ = words.focus();
            }
        });
    }

    /// Stops the run at once. The text so far comes with its last event.
    pub(super) fn stop(self) {
        let Some(run) = self.run.get_untracked() else { return };
        self.focus();
        spawn_local(async move {
            if let Err(error) = stop_run(run).await {
                self.refusal.try_set(Some(error));
            }
        });
    }

    /// Replaces a card by its present state, and reloads the data that it changed on the page.
    pub(super) fn put(self, card: &Card) {
        let holds = |message: &Message| message.steps.iter().any(|step| matches!(step, Step::Card(known) if known.id == card.id));
        let line = self.lines.with_untracked(|lines| lines.iter().find(|line| line.message.with_untracked(holds)).cloned());
        if let Some(line) = line {
            line.message.update(|message| message_updates::put(&mut message.steps, Step::Card(card.clone())));
        }
        if matches!(card.state, CardState::Committed | CardState::Undone) {
            [self.changes.work, self.changes.time, self.changes.money].into_iter().for_each(invalidate);
        }
    }

    /// The texts of the person's messages, the oldest first.
    pub(super) fn said_before(self) -> Vec<String> {
        let words =
            |line: &MessageLine| line.message.with_untracked(|message| (message.speaker == Speaker::Person).then(|| message.text.clone()));
        self.lines.with_untracked(|lines| lines.iter().filter_map(words).collect())
    }

    fn is(self, conversation: ConversationId) {
        self.conversation.set(Some(conversation));
        self.slug.with_value(|slug| session_storage::keep_conversation(slug, Some(conversation)));
    }

    fn said(self, said: SendMessageResponse, line: MessageLine) {
        self.is(said.conversation);
        let mut messages = said.messages.into_iter();
        if let Some(message) = messages.next() {
            line.message.set(message);
        }
        for message in messages {
            self.spoken.set(announcement(&message));
            let line = self.line(message);
            self.lines.update(|lines| lines.push(line));
        }
        if let Some(run) = said.run {
            self.follow(run);
        }
    }

    fn unsaid(self, key: u32, text: String, error: Error) {
        self.lines.update(|lines| lines.retain(|line| line.key != key));
        if self.typed.with_untracked(String::is_empty) {
            self.typed.set(text);
        }
        self.refusal.set(Some(error));
    }

    /// Creates a line for a message.
    pub(super) fn line(self, message: Message) -> MessageLine {
        self.keys.update_value(|key| *key += 1);
        MessageLine { key: self.keys.get_value(), message: ArcRwSignal::new(message) }
    }
}
