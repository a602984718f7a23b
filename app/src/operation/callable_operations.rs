//! Operations that messages and descriptions suggest: sentences that name one are removed for callers who may not call it.

use std::{collections::HashSet, sync::LazyLock};

use super::{authorize, registry};
use crate::{context::Caller, error::Error};

/// Where one sentence of a text ends and the next begins.
const SENTENCE_ENDS: [&str; 3] = [". ", "; ", ".\n"];

/// Whether this caller may call the operation of this name without being refused for approval.
pub fn is_callable(caller: &Caller, operation: &str) -> bool {
    registry::find(operation).is_some_and(|operation| authorize(caller, operation.declaration, false).is_ok())
}

/// A refusal of a call of `operation` without the sentences that name another operation which this caller may not call.
pub fn without_uncallable(caller: &Caller, operation: &str, error: Error) -> Error {
    let leads_on = |sentence: &str| operation_names(sentence).all(|name| name == operation || is_callable(caller, name));
    let message = retain_sentences(&error.message, 1, leads_on);
    let fields = error.fields.into_iter().map(|(place, words)| (place, retain_sentences(&words, 1, leads_on))).collect();
    let hint = error.hint.map(|hint| retain_sentences(&hint, 0, leads_on)).filter(|hint| !hint.is_empty());
    Error { message, fields, hint, ..error }
}

/// A warning without the further sentences that name an operation which this caller may not call.
pub(super) fn warning_without_uncallable(caller: &Caller, words: &str) -> String {
    without_sentences_naming(words, |name| is_callable(caller, name))
}

/// The operations that a text names anywhere, sentence by sentence.
pub fn operations_named_in(text: &str) -> Vec<&'static str> {
    sentences(text).into_iter().flat_map(operation_names).collect()
}

/// A text without the sentences that name an operation which is not callable. The first one stays: it says what the text is about.
pub fn without_sentences_naming(text: &str, is_callable: impl Fn(&str) -> bool) -> String {
    retain_sentences(text, 1, |sentence| operation_names(sentence).all(&is_callable))
}

/// A text with only the sentences that `leads_on` accepts. The `first` ones stay: they say what was wrong, and quote the input.
pub(super) fn retain_sentences(text: &str, first: usize, leads_on: impl Fn(&str) -> bool) -> String {
    let all = sentences(text);
    if all.iter().skip(first).all(|sentence| leads_on(sentence)) {
        return text.to_owned();
    }
    let kept: String =
        all.iter().enumerate().filter(|(at, sentence)| *at < first || leads_on(sentence)).map(|(_, sentence)| *sentence).collect();
    let kept = kept.trim_end();
    kept.strip_suffix(';').map_or_else(|| kept.to_owned(), |words| format!("{words}."))
}

/// The sentences of a text, each with its end. Quoted text is user input, and ends no sentence.
fn sentences(text: &str) -> Vec<&str> {
    let (mut sentences, mut begin) = (Vec::new(), 0);
    for (at, is_quoted) in chars_with_quoting(text) {
        let ended = SENTENCE_ENDS.iter().find(|end| !is_quoted && at >= begin && text[at..].starts_with(**end));
        if let Some(end) = ended {
            sentences.push(&text[begin..at + end.len()]);
            begin = at + end.len();
        }
    }
    sentences.push(&text[begin..]);
    sentences
}

/// The byte offset of each character of a text, and whether it is quoted. A quote opens before a word and closes after one; a name
/// may contain quotes itself, and an unclosed quote takes the rest.
pub(super) fn chars_with_quoting(text: &str) -> impl Iterator<Item = (usize, bool)> {
    let (mut depth, mut before) = (0_usize, ' ');
    text.char_indices().map(move |(at, sign)| {
        let after = text[at + sign.len_utf8()..].chars().next().unwrap_or(' ');
        let ends = |sign: char| sign.is_whitespace() || ".,;:?!)]}\"".contains(sign);
        let opens = sign == '"' && (before.is_whitespace() || "([{".contains(before)) && !ends(after);
        let closes = sign == '"' && !opens && depth > 0 && ends(after);
        depth = if opens { depth + 1 } else { depth - usize::from(closes) };
        before = sign;
        (at, depth > 0)
    })
}

/// The operations that a text names, without those in quotes, and without one alone in parentheses, which says what was called and
/// suggests nothing.
pub(super) fn operation_names(text: &str) -> impl Iterator<Item = &'static str> {
    let unquoted = unquoted(text);
    let words = unquoted.split(|sign: char| !sign.is_ascii_alphanumeric() && !"_()".contains(sign)).filter(|word| word.contains('_'));
    let words = words.filter(|word| !(word.starts_with('(') && word.ends_with(')'))).map(|word| word.trim_matches(['(', ')']));
    words.filter_map(registry::find).map(|operation| operation.declaration.name).collect::<Vec<_>>().into_iter()
}

/// The arguments of operations that a text names, without those in quotes. A name of one word is a word of the language as well, and does
/// not count.
pub(super) fn argument_names(text: &str) -> impl Iterator<Item = &'static str> {
    let unquoted = unquoted(text);
    let words = unquoted.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_').filter(|word| word.contains('_'));
    words.filter_map(|word| ARGUMENTS.get(word).copied()).collect::<Vec<_>>().into_iter()
}

/// The names of several words of all arguments.
static ARGUMENTS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let inputs = registry::all().iter().filter_map(|operation| operation.input.get("properties")?.as_object());
    inputs.flat_map(|arguments| arguments.keys().map(String::as_str)).filter(|name| name.contains('_')).collect()
});

/// The text without what is quoted in it.
fn unquoted(text: &str) -> String {
    chars_with_quoting(text).filter(|(_, is_quoted)| !is_quoted).filter_map(|(at, _)| text[at..].chars().next()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thought_that_leads_nowhere_is_left_out_and_what_was_wrong_stays() {
        let leads_on = |sentence: &str| operation_names(sentence).all(|name| name == "list_clients");
        let words = "There is no project \"A; b\". Check the id or the name; list_projects shows them.";
        assert_eq!(retain_sentences(words, 1, leads_on), "There is no project \"A; b\". Check the id or the name.");
        let ways = "archive_client hides it. list_clients shows them. Ask somebody.";
        assert_eq!(retain_sentences(ways, 0, leads_on), "list_clients shows them. Ask somebody.");
        assert_eq!(retain_sentences("send_invoice sends it.", 0, leads_on), "");
        assert_eq!(retain_sentences("stop_timer stops it.", 1, leads_on), "stop_timer stops it.");
        assert_eq!(retain_sentences("Set dry_run to true; list_clients.", 0, leads_on), "Set dry_run to true; list_clients.");
        assert_eq!(retain_sentences("It is sent.\n\nstop_timer stops it. Once.", 1, leads_on), "It is sent.\nOnce.");
    }

    #[test]
    fn what_was_called_stands_in_parentheses_and_is_no_way_on() {
        assert_eq!(operation_names("Undo 01a2 (clear_budget) first; changed since by Ada (set_rate).").next(), None);
        let ways = operation_names("Look (list_clients shows them), or at list_projects (or with set_budget).").collect::<Vec<_>>();
        assert_eq!(ways, ["list_clients", "list_projects", "set_budget"]);
    }

    #[test]
    fn an_example_ends_with_its_brace_and_names_nothing() {
        let nowhere = |sentence: &str| operation_names(sentence).next().is_none();
        let words = "It is sent. Example: {\"operation\": \"send_invoice\", \"only\": [{\"client\": \"A. set_rate. x\"}]}.";
        assert_eq!(retain_sentences(words, 1, nowhere), words);
        assert_eq!(retain_sentences(&format!("{words} get_invoice shows it. Once."), 1, nowhere), format!("{words} Once."));
    }

    #[test]
    fn a_name_in_quotes_is_one_piece_whatever_it_holds() {
        let nowhere = |sentence: &str| operation_names(sentence).next().is_none();
        for name in ["set_rate. x", "A. B; C", "A \"b. c\" d", "5\" pipes. Ltd", "Ends. \"so\""] {
            let words = format!("There is no client \"{name}\". list_clients shows them.");
            assert_eq!(retain_sentences(&words, 1, nowhere), format!("There is no client \"{name}\"."));
            let words = format!("Check \"{name}\" first. Ask somebody.");
            assert_eq!(retain_sentences(&words, 0, nowhere), words, "an operation in it is only a name");
        }
        let unended = "There is no client \"A. set_rate. x. list_clients";
        assert_eq!(retain_sentences(unended, 1, nowhere), unended);
    }
}
