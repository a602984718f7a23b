//! Ways on that a refusal or a description names: none that its reader would be refused, too.

use super::authorize;
use crate::{context::Caller, error::Error, operations};

/// Where one thought of a text ends and the next begins.
const ENDS: [&str; 3] = [". ", "; ", ".\n"];

/// Whether this caller may call the operation of this name, and have done what it does.
pub fn is_open(caller: &Caller, operation: &str) -> bool {
    operations::named(operation).is_some_and(|operation| authorize(caller, operation.declaration, false).is_ok())
}

/// The same refusal of a call of `operation` without the thoughts that lead to another one which this caller may not call.
pub fn open_ones(caller: &Caller, operation: &str, error: Error) -> Error {
    let leads_on = |thought: &str| named(thought).all(|name| name == operation || is_open(caller, name));
    let message = kept(&error.message, 1, leads_on);
    let fields = error.fields.into_iter().map(|(place, words)| (place, kept(&words, 1, leads_on))).collect();
    let hint = error.hint.map(|hint| kept(&hint, 0, leads_on)).filter(|hint| !hint.is_empty());
    Error { message, fields, hint, ..error }
}

/// A warning without the further thoughts that lead to an operation which this caller may not call.
pub(super) fn open_words(caller: &Caller, words: &str) -> String {
    open_thoughts(words, |name| is_open(caller, name))
}

/// The operations that a text names anywhere, thought by thought.
pub fn named_in(text: &str) -> Vec<&'static str> {
    thoughts(text).into_iter().flat_map(named).collect()
}

/// A text without the further thoughts that name an operation which is not open. The first one stays, which says what it is about.
pub fn open_thoughts(text: &str, is_open: impl Fn(&str) -> bool) -> String {
    kept(text, 1, |thought| named(thought).all(&is_open))
}

/// A text without the thoughts that lead nowhere. The first so many stay: they say what was wrong, with what somebody has written.
pub(super) fn kept(text: &str, first: usize, leads_on: impl Fn(&str) -> bool) -> String {
    let all = thoughts(text);
    if all.iter().skip(first).all(|thought| leads_on(thought)) {
        return text.to_owned();
    }
    let kept: String =
        all.iter().enumerate().filter(|(at, thought)| *at < first || leads_on(thought)).map(|(_, thought)| *thought).collect();
    let kept = kept.trim_end();
    kept.strip_suffix(';').map_or_else(|| kept.to_owned(), |words| format!("{words}."))
}

/// The thoughts of a text, each with what ends it. What stands in quotes is somebody's own, and ends none.
fn thoughts(text: &str) -> Vec<&str> {
    let (mut thoughts, mut begin) = (Vec::new(), 0);
    for (at, is_quoted) in signs(text) {
        let ended = ENDS.iter().find(|end| !is_quoted && at >= begin && text[at..].starts_with(**end));
        if let Some(end) = ended {
            thoughts.push(&text[begin..at + end.len()]);
            begin = at + end.len();
        }
    }
    thoughts.push(&text[begin..]);
    thoughts
}

/// The places of the signs of a text, and whether each stands in quotes. A quote begins before a word and ends behind one; a name may
/// hold some itself, and one that does not end takes the rest.
fn signs(text: &str) -> impl Iterator<Item = (usize, bool)> {
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

/// The operations that a text names: none of those that stand in quotes, nor one alone in parentheses, which says what was called and is
/// no way on.
pub(super) fn named(text: &str) -> impl Iterator<Item = &'static str> {
    let unquoted: String = signs(text).filter(|(_, is_quoted)| !is_quoted).filter_map(|(at, _)| text[at..].chars().next()).collect();
    let words = unquoted.split(|sign: char| !sign.is_ascii_alphanumeric() && !"_()".contains(sign)).filter(|word| word.contains('_'));
    let words = words.filter(|word| !(word.starts_with('(') && word.ends_with(')'))).map(|word| word.trim_matches(['(', ')']));
    words.filter_map(operations::named).map(|operation| operation.declaration.name).collect::<Vec<_>>().into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thought_that_leads_nowhere_is_left_out_and_what_was_wrong_stays() {
        let leads_on = |thought: &str| named(thought).all(|name| name == "list_clients");
        let words = "There is no project \"A; b\". Check the id or the name; list_projects shows them.";
        assert_eq!(kept(words, 1, leads_on), "There is no project \"A; b\". Check the id or the name.");
        let ways = "archive_client hides it. list_clients shows them. Ask somebody.";
        assert_eq!(kept(ways, 0, leads_on), "list_clients shows them. Ask somebody.");
        assert_eq!(kept("send_invoice sends it.", 0, leads_on), "");
        assert_eq!(kept("stop_timer stops it.", 1, leads_on), "stop_timer stops it.");
        assert_eq!(kept("Set dry_run to true; list_clients.", 0, leads_on), "Set dry_run to true; list_clients.");
        assert_eq!(kept("It is sent.\n\nstop_timer stops it. Once.", 1, leads_on), "It is sent.\nOnce.");
    }

    #[test]
    fn what_was_called_stands_in_parentheses_and_is_no_way_on() {
        assert_eq!(named("Undo 01a2 (clear_budget) first; changed since by Ada (set_rate).").next(), None);
        let ways = named("Look (list_clients shows them), or at list_projects (or with set_budget).").collect::<Vec<_>>();
        assert_eq!(ways, ["list_clients", "list_projects", "set_budget"]);
    }

    #[test]
    fn an_example_ends_with_its_brace_and_names_nothing() {
        let nowhere = |thought: &str| named(thought).next().is_none();
        let words = "It is sent. Example: {\"operation\": \"send_invoice\", \"only\": [{\"client\": \"A. set_rate. x\"}]}.";
        assert_eq!(kept(words, 1, nowhere), words);
        assert_eq!(kept(&format!("{words} get_invoice shows it. Once."), 1, nowhere), format!("{words} Once."));
    }

    #[test]
    fn a_name_in_quotes_is_one_piece_whatever_it_holds() {
        let nowhere = |thought: &str| named(thought).next().is_none();
        for name in ["set_rate. x", "A. B; C", "A \"b. c\" d", "5\" pipes. Ltd", "Ends. \"so\""] {
            let words = format!("There is no client \"{name}\". list_clients shows them.");
            assert_eq!(kept(&words, 1, nowhere), format!("There is no client \"{name}\"."));
            let words = format!("Check \"{name}\" first. Ask somebody.");
            assert_eq!(kept(&words, 0, nowhere), words, "an operation in it is only a name");
        }
        let unended = "There is no client \"A. set_rate. x. list_clients";
        assert_eq!(kept(unended, 1, nowhere), unended);
    }
}
