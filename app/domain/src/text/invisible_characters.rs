//! Distinguishes visible from invisible characters.

/// The black flag, which becomes the flag of a region by the tags after it.
const FLAG: char = '\u{1F3F4}';

/// The enclosing keycap, which makes a key of a digit.
const KEYCAP: char = '\u{20E3}';

/// Whether a text shows nothing.
pub(super) fn shows_nothing(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || is_invisible(c))
}

/// Control characters, and the line and paragraph separators of Unicode.
pub(super) fn breaks_a_line(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Bidirectional overrides: with one, a file name or an amount looks like another one. Removing them would change what the writer saw, so
/// the text is refused.
pub(super) fn overrides(c: char) -> bool {
    matches!(c, '\u{202D}' | '\u{202E}')
}

/// Unicode's explicit directional formatting: overrides, embeddings and isolates.
pub(super) fn turns_around(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Characters without width or shape (Unicode's default ignorable ones, as far as they occur in practice), and blanks that are no white
/// space to Unicode.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{E0000}'..='\u{E0FFF}'
    )
}

/// All default ignorable characters of Unicode, including those that do not occur in practice.
pub(super) fn is_ignorable(c: char) -> bool {
    is_invisible(c) || matches!(c, '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}' | '\u{2065}' | '\u{FFF0}'..='\u{FFF8}')
}

/// Strips invisible characters, except those that affect visible ones: joiners within a word of a script that has them or within an emoji,
/// variation selectors, and flags of regions. Text of several `lines` also keeps those that set the direction for a writer of two scripts.
pub(super) fn seen(text: &str, lines: bool) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        if !is_invisible(c) || overrides(c) || makes_seen(c, kept.chars().next_back(), rest.peek().copied()) || lines && directs(c) {
            kept.push(c);
        }
    }
    kept
}

/// Whether an invisible character affects its neighbours.
fn makes_seen(c: char, before: Option<char>, after: Option<char>) -> bool {
    let Some(before) = before.filter(|c| !c.is_whitespace()) else { return false };
    match c {
        '\u{200C}' | '\u{200D}' => !before.is_ascii() && after.is_some_and(|c| !c.is_ascii() && !c.is_whitespace() && !is_invisible(c)),
        '\u{180B}'..='\u{180D}' | '\u{180F}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' => {
            !is_invisible(before) && (!before.is_ascii() || after == Some(KEYCAP))
        }
        '\u{E0020}'..='\u{E007F}' => before == FLAG || is_invisible(before) && matches!(before, '\u{E0020}'..='\u{E007E}'),
        _ => false,
    }
}

/// Directional marks, embeddings and isolates.
fn directs(c: char) -> bool {
    matches!(c, '\u{61C}' | '\u{200E}' | '\u{200F}') || turns_around(c) && !overrides(c)
}
