//! Applies the events of a run to a message that is being made.

use domain::id::MessageId;
use uuid::Uuid;

use crate::assistant::{CardState, Message, RunEvent, Speaker, Step};

/// An empty answer. It has no id until it is stored.
pub(super) fn begun() -> Message {
    Message { id: MessageId(Uuid::nil()), speaker: Speaker::Assistant, text: String::new(), steps: Vec::new(), refusal: None }
}

/// A message that a person has just sent. It has no id until it is stored.
pub(super) fn said(text: &str) -> Message {
    Message { speaker: Speaker::Person, text: text.to_owned(), ..begun() }
}

/// Applies an event. A run does not know which cards a person has decided in the meantime: those stay decided.
pub(super) fn heard(message: &mut Message, event: RunEvent) {
    match event {
        RunEvent::Text { delta } => message.text.push_str(&delta),
        RunEvent::Step { step } => put(&mut message.steps, step),
        RunEvent::End { message: kept } => {
            let before = std::mem::replace(message, kept);
            before.steps.into_iter().filter(is_decided).for_each(|step| put(&mut message.steps, step));
        }
    }
}

/// Replaces the step with the same id, or appends the step.
pub(super) fn put(steps: &mut Vec<Step>, step: Step) {
    match steps.iter_mut().find(|known| id(known) == id(&step)) {
        Some(known) if is_decided(known) && !is_decided(&step) => {}
        Some(known) => *known = step,
        None => steps.push(step),
    }
}

fn is_decided(step: &Step) -> bool {
    matches!(step, Step::Card(card) if card.state != CardState::Waiting)
}

/// The id of a step, unique in its message.
pub(super) fn id(step: &Step) -> String {
    match step {
        Step::Tool(tool) => tool.id.clone(),
        Step::Card(card) => card.id.to_string(),
    }
}

/// The messages without the answer in progress, which comes complete from its run.
pub(super) fn without_answer(mut messages: Vec<Message>) -> Vec<Message> {
    while messages.last().is_some_and(|message| message.speaker == Speaker::Assistant) {
        messages.pop();
    }
    messages
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::assistant::{Card, Tool, ToolState};
    use domain::id::CardId;

    fn text(delta: &str) -> RunEvent {
        RunEvent::Text { delta: delta.to_owned() }
    }

    fn tool(id: &str, state: ToolState) -> RunEvent {
        let (operation, title) = ("get_timer".to_owned(), "Get the timer".to_owned());
        RunEvent::Step {
            step: Step::Tool(Tool {
                id: id.to_owned(),
                operation,
                title,
                arguments: json!({}),
                state,
                summary: None,
                lines: None,
                result: None,
            }),
        }
    }

    fn message(events: Vec<RunEvent>) -> Message {
        events.into_iter().fold(begun(), |mut message, event| {
            heard(&mut message, event);
            message
        })
    }

    #[test]
    fn text_grows_and_a_step_replaces_the_one_with_its_id() {
        let made = message(vec![
            text("Let me "),
            tool("a", ToolState::Running),
            text("see."),
            tool("b", ToolState::Running),
            tool("a", ToolState::Done),
        ]);
        let states: Vec<_> =
            made.steps.iter().map(|step| (id(step), matches!(step, Step::Tool(tool) if tool.state == ToolState::Done))).collect();
        assert_eq!((made.text.as_str(), states), ("Let me see.", vec![("a".to_owned(), true), ("b".to_owned(), false)]));
    }

    #[test]
    fn the_end_is_the_message_as_it_is_kept() {
        let kept = Message { text: "Twelve hours.".to_owned(), id: MessageId(Uuid::from_u128(7)), ..begun() };
        assert_eq!(message(vec![text("Twel"), RunEvent::End { message: kept.clone() }]), kept);
    }

    #[test]
    fn what_a_person_has_decided_is_not_undecided_by_the_run() {
        let card = |state| {
            let (operation, title) = ("stop_timer".to_owned(), "Stop the timer".to_owned());
            let (effect, warnings, choices) = (Vec::new(), Vec::new(), Vec::new());
            let id = CardId(Uuid::from_u128(9));
            Step::Card(Card {
                id,
                operation,
                title,
                arguments: json!({}),
                effect,
                warnings,
                choices,
                state,
                action: None,
                undoable: false,
                refusal: None,
                link: None,
            })
        };
        let kept = Message { steps: vec![card(CardState::Waiting)], ..begun() };
        let step = |state| RunEvent::Step { step: card(state) };
        let made =
            message(vec![step(CardState::Waiting), step(CardState::Committed), step(CardState::Waiting), RunEvent::End { message: kept }]);
        assert_eq!(made.steps, [card(CardState::Committed)]);
    }

    #[test]
    fn what_was_asked_stays_while_it_is_answered() {
        let asked = said("How many hours?");
        assert_eq!(without_answer(vec![begun(), asked.clone(), begun(), begun()]), [begun(), asked]);
    }
}
