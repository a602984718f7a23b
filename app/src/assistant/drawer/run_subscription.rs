//! The run that answers: listening to it, showing what it makes, and finding it again when the connection is lost.

use std::time::Duration;

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
    id::{MessageId, RunId},
};

/// After so many connections in a row that ended without an answer, the run is given up.
const LOSSES_MAX: u8 = 3;

/// How long to wait before looking again for a run that was lost.
const PAUSE: Duration = Duration::from_secs(1);

/// A connection to a run, and the line that its answer grows in.
#[derive(Clone, Copy)]
pub(super) struct RunSubscription {
    answer: StoredValue<Option<MessageLine>>,
    again: StoredValue<bool>,
    losses: StoredValue<u8>,
    stream: StoredValue<Option<RunEventStream>, LocalStorage>,
}

impl RunSubscription {
    /// No run is listened to.
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
    /// Shows a conversation as the server has it; lines that are there already stay as they are.
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

    /// Listens to a run; its answer has a line of its own from now on.
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

    /// A connection tells everything from the beginning: what was heard before is forgotten with its first event.
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

    /// The run is gone. What it said is in the conversation by now, or it goes on and is found there.
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

    /// Listens no longer. An answer that is not whole is taken away with its line.
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
