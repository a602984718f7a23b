//! The conversation that the drawer shows, and what can be done in it.

use leptos::{html, prelude::*, task::spawn_local};

use super::{message_updates, run_subscription::RunSubscription, session_storage, told::announcement};
use crate::{
    assistant::{Card, CardState, Message, SendMessageResponse, Speaker, Step, get_conversation, say, stop_run},
    error::{Code, Error},
    id::{ConversationId, RunId},
    page_context::{ChangeCounters, invalidate, use_changes, use_current_organization},
};

/// A message in its place. It stays the same line while its message grows and gets its id.
#[derive(Clone)]
pub(super) struct MessageLine {
    /// Tells it from the other lines of this tab.
    pub key: u32,
    /// What was said.
    pub message: ArcRwSignal<Message>,
}

/// The conversation that is shown.
#[derive(Clone, Copy)]
pub(super) struct ChatState {
    /// Which one; none before the first word.
    pub conversation: RwSignal<Option<ConversationId>>,
    /// What was said.
    pub lines: RwSignal<Vec<MessageLine>>,
    /// The run that answers.
    pub run: RwSignal<Option<RunId>>,
    /// Whether something that was said is on its way.
    pub saying: RwSignal<bool>,
    /// Whether the connection to the run is cut.
    pub cut: RwSignal<bool>,
    /// Why something could not be said or shown.
    pub refusal: RwSignal<Option<Error>>,
    /// What is being written.
    pub typed: RwSignal<String>,
    /// Where it is written.
    pub words: NodeRef<html::Textarea>,
    /// What those who listen are told.
    pub spoken: RwSignal<String>,
    /// Counts what may change the list of conversations.
    pub listed: RwSignal<u32>,
    /// The connection to the run.
    pub(super) following: RunSubscription,
    /// The organization's place in addresses.
    pub(super) slug: StoredValue<String>,
    keys: StoredValue<u32>,
    changes: ChangeCounters,
}

impl ChatState {
    /// The conversation that this tab showed last, or a new one.
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

    /// Begins a new conversation. The one that was shown stays in the list, and a run in it goes on.
    pub(super) fn begin(self) {
        self.leave();
        self.lines.set(Vec::new());
        self.conversation.set(None);
        self.refusal.set(None);
        self.slug.with_value(|slug| session_storage::keep_conversation(slug, None));
    }

    /// Shows a conversation of the list.
    pub(super) fn open(self, conversation: ConversationId) {
        self.begin();
        self.is(conversation);
        self.reload();
    }

    /// Loads the conversation again: another tab may have gone on with it.
    pub(super) fn reload(self) {
        let Some(id) = self.conversation.get_untracked() else { return };
        if self.saying.get_untracked() {
            return;
        }
        let keys = self.keys.get_value();
        spawn_local(async move {
            let answer = get_conversation(id).await;
            // What was said meanwhile is not in this answer; it would be taken away with it.
            let outdated = || self.keys.get_value() != keys || self.conversation.get_untracked() != Some(id);
            if self.lines.is_disposed() || outdated() {
                return;
            }
            match answer {
                Ok(conversation) => self.show(conversation),
                Err(error) if error.code == Code::NotFound => self.begin(),
                // What is there stays readable while the server is out of reach.
                Err(error) if self.lines.with_untracked(Vec::is_empty) => self.refusal.set(Some(error)),
                Err(_) => {}
            }
        });
    }

    /// Says something. It stands there at once, and goes back to where it was written when it is refused.
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
            // Whoever has gone to another conversation meanwhile finds the answer when they come back.
            if self.lines.with_untracked(|lines| lines.iter().all(|known| known.key != line.key)) {
                return;
            }
            match answer {
                Ok(said) => self.said(said, line),
                Err(error) => self.unsaid(line.key, text, error),
            }
        });
    }

    /// Writes something down for the person to go on with.
    pub(super) fn write(self, text: &str) {
        self.typed.set(text.to_owned());
        if let Some(words) = self.words.get_untracked() {
            words.set_value(text);
        }
        self.focus();
    }

    /// Puts the focus where the next words are written: as soon as that can be seen.
    pub(super) fn focus(self) {
        request_animation_frame(move || {
            if let Some(words) = self.words.try_get_untracked().flatten() {
                _ = words.focus();
            }
        });
    }

    /// Ends the run at once. What was said so far comes with its last event.
    pub(super) fn stop(self) {
        let Some(run) = self.run.get_untracked() else { return };
        self.focus();
        spawn_local(async move {
            if let Err(error) = stop_run(run).await {
                self.refusal.try_set(Some(error));
            }
        });
    }

    /// Puts a card into its place as it is now, and lets the page behind load what it changed.
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

    /// What the person has said so far, the oldest first.
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

    /// A line for a message.
    pub(super) fn line(self, message: Message) -> MessageLine {
        self.keys.update_value(|key| *key += 1);
        MessageLine { key: self.keys.get_value(), message: ArcRwSignal::new(message) }
    }
}
