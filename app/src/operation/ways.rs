//! Ways on that a refusal names: none that its reader would be refused, too.

use super::authorize;
use crate::{context::Caller, error::Error, operations};

/// Where one thought of a refusal ends and the next begins.
const ENDS: [&str; 2] = [". ", "; "];

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

/// A text without the thoughts that lead nowhere. The first so many stay: they say what was wrong, with what somebody has written.
fn kept(text: &str, first: usize, leads_on: impl Fn(&str) -> bool) -> String {
    let all = thoughts(text);
    if all.iter().skip(first).all(|thought| leads_on(thought)) {
        return text.to_owned();
    }
    let kept: String =
        all.iter().enumerate().filter(|(at, thought)| *at < first || leads_on(thought)).map(|(_, thought)| *thought).collect();
    let kept = kept.trim_end();
    kept.strip_suffix(';').map_or_else(|| kept.to_owned(), |words| format!("{words}."))
}

/// The thoughts of a text, each with what ends it.
fn thoughts(mut text: &str) -> Vec<&str> {
    let mut thoughts = Vec::new();
    while let Some(end) = ENDS.iter().filter_map(|end| text.find(end).map(|at| at + end.len())).min() {
        let (thought, rest) = text.split_at(end);
        thoughts.push(thought);
        text = rest;
    }
    thoughts.push(text);
    thoughts
}

/// The operations that a text names.
pub(super) fn named(text: &str) -> impl Iterator<Item = &'static str> {
    let words = text.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_').filter(|word| word.contains('_'));
    words.filter_map(operations::named).map(|operation| operation.declaration.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thought_that_leads_nowhere_is_left_out_and_what_was_wrong_stays() {
        let leads_on = |thought: &str| named(thought).all(|name| name == "list_clients");
        let words = "There is no project \"set_rate. x\". Check the id or the name; list_projects shows them.";
        assert_eq!(kept(words, 2, leads_on), "There is no project \"set_rate. x\". Check the id or the name.");
        let ways = "archive_client hides it. list_clients shows them. Ask somebody.";
        assert_eq!(kept(ways, 0, leads_on), "list_clients shows them. Ask somebody.");
        assert_eq!(kept("send_invoice sends it.", 0, leads_on), "");
        assert_eq!(kept("stop_timer stops it.", 1, leads_on), "stop_timer stops it.");
        assert_eq!(kept("Set dry_run to true; list_clients.", 0, leads_on), "Set dry_run to true; list_clients.");
    }
}
