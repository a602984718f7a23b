//! Instants in texts for people, as pages write them.

use domain::day::OffsetDateTime;

use super::callable_operations::chars_with_quoting;

/// A text with its instants as pages write them: `Sat 21 Nov 2026 09:00`. What is quoted is input, and stays.
pub(super) fn with_readable_times(text: &str) -> String {
    if !text.contains('T') {
        return text.to_owned();
    }
    let mut words = Vec::new();
    let mut begin = 0;
    for word in text.split(' ') {
        words.push((begin, word));
        begin += word.len() + 1;
    }
    let mut quoting = chars_with_quoting(text).peekable();
    let mut is_quoted = |at: usize| {
        while quoting.next_if(|(place, _)| *place < at).is_some() {}
        quoting.peek().is_some_and(|(_, quoted)| *quoted)
    };
    words.into_iter().map(|(at, word)| if is_quoted(at) { word.to_owned() } else { with_readable_time(word) }).collect::<Vec<_>>().join(" ")
}

fn with_readable_time(word: &str) -> String {
    let begin = word.len() - word.trim_start_matches('(').len();
    let end = word.trim_end_matches(['.', ',', ';', ':', ')', '?']).len().max(begin);
    let at = Some(&word[begin..end]).filter(|written| written.contains('T')).and_then(|written| OffsetDateTime::parse("at", written).ok());
    at.map_or_else(|| word.to_owned(), |at| format!("{}{} {}{}", &word[..begin], at.day().label(), at.clock(), &word[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_in_a_text_is_written_as_everywhere_on_a_page() {
        let told = with_readable_times("2026-11-30T22:00:00+01:00 is in the future; it is 2026-11-21T10:00:00+00:00 now.");
        assert_eq!(told, "Mon 30 Nov 2026 22:00 is in the future; it is Sat 21 Nov 2026 10:00 now.");
        assert_eq!(with_readable_times("A timer runs (2026-11-21T10:00:00Z)."), "A timer runs (Sat 21 Nov 2026 10:00).");
        assert_eq!(with_readable_times("It begins at 2026-11-21T10:00:00Z."), "It begins at Sat 21 Nov 2026 10:00.");
        for text in [
            "\"2026-11-30T22:00:00Z\" is no day.",
            "A timer runs (\"call 2026-11-30T22:00:00Z notes\").",
            "It is closed up to 2026-11-30.",
            "Nothing  here\nThe end",
        ] {
            assert_eq!(with_readable_times(text), text);
        }
    }
}
