//! What is told to programs alone. They know operations by their names; whoever sits at a page knows buttons.
//!
//! A thought that names an operation is for programs: at a page it is left out, so what is told there is said in the others.

use super::ways;
use crate::{context::Door, error::Error};

/// A warning as it is told at this door. Those of what the assistant proposes stand on a card before a person.
pub(super) fn warning(door: Door, words: String) -> String {
    if warns_persons(door) { for_persons(&words).unwrap_or(words) } else { words }
}

/// Whether a person reads the warnings of this door.
pub(super) fn warns_persons(door: Door) -> bool {
    is_of_persons(door) || door == Door::Assistant
}

/// A refusal as it is told at this door. The assistant reads one itself, and needs to know the way; and so does whoever wrote a program
/// for the door of pages, of arguments that no form sends.
pub(super) fn refusal(door: Door, error: Error) -> Error {
    match error.hint {
        Some(hint) if is_of_persons(door) && !error.fields.contains_key("arguments") => Error { hint: for_persons(&hint), ..error },
        hint => Error { hint, ..error },
    }
}

/// Whether a person reads what is told at this door, as it stands.
fn is_of_persons(door: Door) -> bool {
    match door {
        Door::Page | Door::Link => true,
        Door::Assistant | Door::Rest | Door::Mcp | Door::CommandLine => false,
    }
}

/// The thoughts that name no operation; nothing where each does.
fn for_persons(words: &str) -> Option<String> {
    let kept = ways::kept(words, 0, |thought| ways::named(thought).next().is_none());
    (!kept.is_empty()).then_some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    #[test]
    fn a_person_is_told_all_but_the_names_of_operations() {
        let words = "It has no rate: neither Site v. 2 nor Acme has one. Give one of them a rate. set_rate does that.";
        assert_eq!(warning(Door::Page, words.to_owned()), "It has no rate: neither Site v. 2 nor Acme has one. Give one of them a rate.");
        assert_eq!(warning(Door::Mcp, words.to_owned()), words);
        for words in ["Check both.", "The project no_such_operation is archived. Restore it."] {
            assert_eq!(warning(Door::Page, words.to_owned()), words);
        }
    }

    #[test]
    fn a_hint_for_programs_is_none_for_persons() {
        let refused = || Error::new(Code::Conflict, "It is archived.").hint("restore_client restores it.");
        assert_eq!(refusal(Door::Page, refused()).hint, None);
        for door in [Door::Rest, Door::Mcp, Door::Assistant] {
            assert_eq!(refusal(door, refused()).hint, refused().hint);
        }
        let hint = "Choose other days. list_unbilled shows which have some.";
        let kept = refusal(Door::Page, Error::new(Code::Invalid, "No time.").hint(hint)).hint;
        assert_eq!(kept.as_deref(), Some("Choose other days."));
    }
}
