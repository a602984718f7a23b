//! Instants and days in texts for people, as pages write them.

use domain::day::{Day, OffsetDateTime};

use super::callable_operations::chars_with_quoting;

/// A text with its instants and days as pages write them: `Sat 21 Nov 2026 09:00`, `Sat 21 Nov 2026`. What is quoted is input, and stays;
/// so does an example of what to write.
pub(super) fn with_readable_times(text: &str) -> String {
    if !text.contains('-') {
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
    let (mut before, mut is_example) = ("", false);
    let worded = words.into_iter().map(|(at, word)| {
        is_example |= matches!((before, word), ("such", "as") | (_, "write" | "Write"));
        let stays = is_quoted(at) || (is_example && !word.contains('T'));
        let shown = if stays { word.to_owned() } else { with_readable_time(word) };
        is_example &= !word.ends_with(['.', ';', '?']);
        before = word;
        shown
    });
    worded.collect::<Vec<_>>().join(" ")
}

fn with_readable_time(word: &str) -> String {
    let begin = word.len() - word.trim_start_matches('(').len();
    let end = word.trim_end_matches(['.', ',', ';', ':', ')', '?']).len().max(begin);
    let written = &word[begin..end];
    let shown = match written.contains('T') {
        true => OffsetDateTime::parse("at", written).ok().map(|at| format!("{} {}", at.day().label(), at.clock())),
        false => Day::parse("day", written).ok().map(|day| day.label()),
    };
    shown.map_or_else(|| word.to_owned(), |shown| format!("{}{shown}{}", &word[..begin], &word[end..]))
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
        let told = with_readable_times(
            "2020-01-01 is before the day of issue, 2026-11-30; write one such as 2026-12-01. It is closed up to 2026-11-30.",
        );
        let expected =
            "Wed 1 Jan 2020 is before the day of issue, Mon 30 Nov 2026; write one such as 2026-12-01. It is closed up to Mon 30 Nov 2026.";
        assert_eq!(told, expected);
        for text in [
            "\"2026-11-30T22:00:00Z\" is no day.",
            "A timer runs (\"call 2026-11-30T22:00:00Z notes\").",
            "\"2026-11-31\" is not a day; write it as YYYY-MM-DD, such as 2026-03-05.",
            "Look at /time?from=2026-11-16, or at 2026-03-01..2026-03-15.",
            "Nothing  here\nThe end",
        ] {
            assert_eq!(with_readable_times(text), text);
        }
    }
}
