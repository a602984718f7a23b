//! Wording by channel: programs know operations by their names, people at a page know buttons.
//!
//! A sentence that names an operation, and a hint that names an argument of one, is for programs and is left out at a page, so the other
//! sentences must suffice there. Instants and names of arguments are put into words.

use super::{callable_operations, readable_times::with_readable_times, wire};
use crate::{context::Channel, error::Error, page::is_cursor_refusal};

/// What a person is told in place of a page of a list that a link does not lead to any more.
const STALE_LINK: &str = "This link to a page of the list is out of date. Go back to the first page of the list.";

/// A warning as this channel shows it. Warnings about a proposal of the assistant are shown to a person, on its card.
pub(super) fn warning(channel: Channel, words: String) -> String {
    match shows_warnings_to_person(channel) {
        true => with_readable_times(&for_persons(&words).unwrap_or(words)),
        false => words,
    }
}

/// Whether a person reads the warnings of this channel.
pub(super) fn shows_warnings_to_person(channel: Channel) -> bool {
    is_read_by_person(channel) || channel == Channel::Assistant
}

/// A refusal as this channel shows it. The assistant reads refusals itself and keeps all of it; so does the author of a program that
/// calls the channel of pages with arguments that no form sends.
pub(super) fn refusal(channel: Channel, error: Error) -> Error {
    match is_read_by_person(channel) && !error.fields.contains_key("arguments") {
        true => refusal_for_person(error),
        false => error,
    }
}

/// A refusal for a person, whatever the channel of the call: a command in the assistant's drawer is answered to whoever typed it. What was
/// wrong stays.
pub fn refusal_for_person(error: Error) -> Error {
    if is_cursor_refusal(&error) {
        return Error { message: STALE_LINK.to_owned(), hint: None, ..error };
    }
    let worded = |words: &str| with_readable_times(&without_operations(words, 1));
    let mut message = error.message;
    let mut fields = error.fields;
    for (place, words) in &mut fields {
        if let Some((name, rest)) = readable_name(words, place) {
            message = message.replacen(words.as_str(), &format!("{name}: {rest}"), 1);
            *words = rest;
        }
        *words = worded(words);
    }
    let message = worded(&message);
    let names_argument = |sentence: &str| callable_operations::argument_names(sentence).next().is_some();
    let hint = error.hint.and_then(|hint| for_persons(&hint));
    let hint = hint.map(|hint| callable_operations::retain_sentences(&hint, 0, |sentence| !names_argument(sentence)));
    let hint = hint.filter(|hint| !hint.is_empty()).map(|hint| with_readable_times(&hint));
    Error { message, fields, hint, ..error }
}

/// Where the message about an argument begins with the place of that: the place in words, *Lines 1 price* for `lines[0].price`, and the
/// rest, which stands below the label of the argument's field.
fn readable_name(words: &str, place: &str) -> Option<(String, String)> {
    let rest = words.strip_prefix(place)?.strip_prefix(": ")?;
    Some((wire::in_words(place), rest.to_owned()))
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
    let kept = without_operations(words, 0);
    (!kept.is_empty()).then_some(kept)
}

/// A text without the sentences that name an operation; the `first` ones stay.
fn without_operations(words: &str, first: usize) -> String {
    callable_operations::retain_sentences(words, first, |sentence| callable_operations::operation_names(sentence).next().is_none())
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
        let to_overlap =
            || Error::new(Code::Invalid, "It overlaps.").hint("Start later. To let the two overlap, set allow_overlap to true.");
        assert_eq!(refusal(Channel::Page, to_overlap()).hint.as_deref(), Some("Start later."));
        assert_eq!(refusal(Channel::Mcp, to_overlap()).hint, to_overlap().hint);
        let hint = "Choose other days. list_unbilled shows which have some.";
        let kept = refusal(Channel::Page, Error::new(Code::Invalid, "No time.").hint(hint)).hint;
        assert_eq!(kept.as_deref(), Some("Choose other days."));
    }

    #[test]
    fn a_refusal_speaks_of_an_argument_in_words() {
        let told = |place: &str, rest: &str| {
            let told = refusal(Channel::Page, Error::invalid(place, format!("{place}: {rest}")));
            assert_eq!(told.field(place), Some(rest), "below the label of the field");
            told.message
        };
        assert_eq!(
            told("payment_terms_days", "-3 is less than the minimum of 0."),
            "Payment terms days: -3 is less than the minimum of 0."
        );
        assert_eq!(told("lines[0].price", "\"x\" is no amount."), "Lines 1 price: \"x\" is no amount.");
        let own = Error::invalid("payment_terms_days", "Give a number of days.");
        assert_eq!(refusal(Channel::Page, own.clone()), own);
        let program = Error::invalid("payment_terms_days", "payment_terms_days: -3 is less than the minimum of 0.");
        assert_eq!(refusal(Channel::Mcp, program.clone()), program);
    }

    #[test]
    fn a_message_for_a_person_says_what_was_wrong_and_names_no_operation() {
        let refused = || Error::invalid("client", "There is no client \"Acne\". Check the name; list_clients shows them.");
        let told = refusal(Channel::Page, refused());
        assert_eq!(
            (told.message.as_str(), told.field("client")),
            ("There is no client \"Acne\". Check the name.", Some(told.message.as_str()))
        );
        assert_eq!(refusal(Channel::Assistant, refused()), refused());
        assert_eq!(refusal_for_person(refused()), told, "a command in the drawer is answered to a person");
        let only = Error::new(Code::Conflict, "create_client was refused.");
        assert_eq!(refusal(Channel::Page, only.clone()), only);
    }
}
