//! Subscribes to the run that answers, applies its events, and finds it again when the connection is lost.

use std::time::Duration;

use domain::id::{MessageId, RunId};
use leptos::prelude::*;

use super::{
    chat_state::{ChatState, MessageLine},
    message_updates,
    run_event_stream::{RunEventStream, StreamMessage},
    told::announcement,
};
use crate::{
    assistant::{Conversation, Message, RunEvent},
    error::{Code, Error},
};

/// The number of consecutive lost connections after which the run is given up.
const LOSSES_MAX: u8 = 3;

/// The pause before the conversation is reloaded after a lost run.
const PAUSE: Duration = Duration::from_secs(1);

/// A subscription to a run, and the line of its answer.
#[derive(Clone, Copy)]
pub(super) struct RunSubscription {
    answer: StoredValue<Option<MessageLine>>,
    again: StoredValue<bool>,
    losses: StoredValue<u8>,
    stream: StoredValue<Option<RunEventStream>, LocalStorage>,
}

impl RunSubscription {
    /// No subscription.
    pub(super) fn nothing() -> Self {
        Self {
            answer: StoredValue::new(None),
            again: StoredValue::new(false),
            losses: StoredValue::new(0),
            stream: StoredValue::new_local(None),
        }
    }
}

impl ChatState {
    /// Shows a conversation as loaded; lines with known messages stay.
    pub(super) fn show(self, conversation: Conversation) {
        let (run, following) = (conversation.run, self.run.get_untracked());
        let messages = if run.is_some() { message_updates::without_answer(conversation.messages) } else { conversation.messages };
        let before = self.lines.get_untracked();
        let mut lines: Vec<MessageLine> = messages.into_iter().map(|message| self.placed(&before, message)).collect();
        if run.is_some() && run == following {
            lines.extend(self.following.answer.get_value());
        }
        self.lines.set(lines);
        if run != following {
            self.leave();
            if let Some(run) = run {
                self.follow(run);
            }
        }
    }

    fn placed(self, before: &[MessageLine], message: Message) -> MessageLine {
        let known = |id: MessageId| before.iter().find(|line| line.message.with_untracked(|message| message.id == id));
        match known(message.id) {
            Some(line) => {
                if line.message.with_untracked(|known| *known != message) {
                    line.message.set(message);
                }
                line.clone()
            }
            None => self.line(message),
        }
    }

    /// Subscribes to a run; its answer gets a line of its own.
    pub(super) fn follow(self, run: RunId) {
        let line = self.line(message_updates::begun());
        self.following.answer.set_value(Some(line.clone()));
        self.lines.update(|lines| lines.push(line));
        self.run.set(Some(run));
        self.cut.set(false);
        let address = self.slug.with_value(|slug| format!("/o/{slug}/assistant/runs/{run}"));
        match RunEventStream::open(&address, move |heard| self.hear(run, heard)) {
            Some(stream) => self.following.stream.set_value(Some(stream)),
            None => self.lost(),
        }
    }

    fn hear(self, run: RunId, heard: StreamMessage) {
        if self.lines.is_disposed() || self.run.get_untracked() != Some(run) {
            return;
        }
        self.cut.set(matches!(heard, StreamMessage::Interrupted));
        match heard {
            StreamMessage::Connected => self.following.again.set_value(true),
            StreamMessage::Event(event) => self.event(*event),
            StreamMessage::Interrupted => {}
            StreamMessage::Lost => self.lost(),
        }
    }

    /// Applies an event. A connection sends all events from the first one on, so its first event resets the message.
    fn event(self, event: RunEvent) {
        let Some(line) = self.following.answer.get_value() else { return };
        let (again, ended) = (self.following.again.get_value(), matches!(event, RunEvent::End { .. }));
        self.following.again.set_value(false);
        line.message.update(|message| {
            if again {
                *message = message_updates::begun();
            }
            message_updates::heard(message, event);
        });
        if ended {
            self.spoken.set(line.message.with_untracked(announcement));
            self.following.answer.set_value(None);
            self.following.losses.set_value(0);
            self.listed.update(|count| *count += 1);
            self.leave();
            // A card may have been decided in another tab while the run went on.
            self.reload();
        }
    }

    /// Handles a lost run: its answer is stored by now, or it goes on, and reloading the conversation finds either.
    fn lost(self) {
        self.leave();
        self.following.losses.update_value(|losses| *losses += 1);
        if self.following.losses.get_value() > LOSSES_MAX {
            self.following.losses.set_value(0);
            self.refusal.set(Some(Error::new(Code::Unavailable, "The answer was cut off. Ask again in a moment.")));
            return;
        }
        set_timeout(
            move || {
                if !self.lines.is_disposed() {
                    self.reload();
                }
            },
            PAUSE,
        );
    }

    /// Unsubscribes. An incomplete answer is removed with its line.
    pub(super) fn leave(self) {
        self.run.set(None);
        self.cut.set(false);
        self.following.stream.with_value(|stream| stream.as_ref().map_or((), RunEventStream::close));
        if let Some(answer) = self.following.answer.get_value() {
            self.following.answer.set_value(None);
            self.lines.update(|lines| lines.retain(|line| line.key != answer.key));
        }
    }
}
