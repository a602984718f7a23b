//! Wording by channel: programs know operations by their names, people at a page know buttons.
//!
//! A sentence that names an operation is for programs and is left out at a page, so the other sentences must suffice there.

use super::callable_operations;
use crate::{context::Channel, error::Error};

/// A warning as this channel shows it. Warnings about a proposal of the assistant are shown to a person, on its card.
pub(super) fn warning(channel: Channel, words: String) -> String {
    if shows_warnings_to_person(channel) { for_persons(&words).unwrap_or(words) } else { words }
}

/// Whether a person reads the warnings of this channel.
pub(super) fn shows_warnings_to_person(channel: Channel) -> bool {
    is_read_by_person(channel) || channel == Channel::Assistant
}

/// A refusal as this channel shows it. The assistant reads refusals itself and keeps the hint; so does the author of a program that
/// calls the channel of pages with arguments that no form sends.
pub(super) fn refusal(channel: Channel, error: Error) -> Error {
    match error.hint {
        Some(hint) if is_read_by_person(channel) && !error.fields.contains_key("arguments") => Error { hint: for_persons(&hint), ..error },
        hint => Error { hint, ..error },
    }
}

/// Whether a person reads the messages of this channel as they are.
fn is_read_by_person(channel: Channel) -> bool {
    match channel {
        Channel::Page | Channel::Link => true,
        Channel::Assistant | Channel::Rest | Channel::Mcp | Channel::CommandLine => false,
    }
}

/// The sentences that name no operation; none where each does.
fn for_persons(words: &str) -> Option<String> {
    let kept = callable_operations::retain_sentences(words, 0, |sentence| callable_operations::operation_names(sentence).next().is_none());
    (!kept.is_empty()).then_some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    #[test]
    fn a_person_is_told_all_but_the_names_of_operations() {
        let words = "It has no rate: neither Site v. 2 nor Acme has one. Give one of them a rate. set_rate does that.";
        assert_eq!(
            warning(Channel::Page, words.to_owned()),
            "It has no rate: neither Site v. 2 nor Acme has one. Give one of them a rate."
        );
        assert_eq!(warning(Channel::Mcp, words.to_owned()), words);
        for words in ["Check both.", "The project no_such_operation is archived. Restore it."] {
            assert_eq!(warning(Channel::Page, words.to_owned()), words);
        }
    }

    #[test]
    fn a_hint_for_programs_is_none_for_persons() {
        let refused = || Error::new(Code::Conflict, "It is archived.").hint("restore_client restores it.");
        assert_eq!(refusal(Channel::Page, refused()).hint, None);
        for channel in [Channel::Rest, Channel::Mcp, Channel::Assistant] {
            assert_eq!(refusal(channel, refused()).hint, refused().hint);
        }
        let hint = "Choose other days. list_unbilled shows which have some.";
        let kept = refusal(Channel::Page, Error::new(Code::Invalid, "No time.").hint(hint)).hint;
        assert_eq!(kept.as_deref(), Some("Choose other days."));
    }
}
