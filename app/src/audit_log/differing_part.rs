//! Shortens the texts of a change to the part in which they differ.

/// The most characters of a part that are shown, without its ellipses.
const PART_MAX: usize = 200;

/// How many characters of what is the same are shown before the first difference and after the last.
const CONTEXT: usize = 40;

/// A text before and after a change, as they are shown. Where one of them is longer than [`PART_MAX`] characters, both are shortened to
/// the part that differs, and an ellipsis stands where something was left out. Texts that differ are never shortened to the same.
pub(super) fn of(before: &str, after: &str) -> (String, String) {
    let (before, after): (Vec<char>, Vec<char>) = (before.chars().collect(), after.chars().collect());
    if before.len().max(after.len()) <= PART_MAX {
        return (before.into_iter().collect(), after.into_iter().collect());
    }
    let same_at_start = before.iter().zip(&after).take_while(|(one, other)| one == other).count();
    let most = before.len().min(after.len()) - same_at_start;
    let same_at_end = before.iter().rev().zip(after.iter().rev()).take(most).take_while(|(one, other)| one == other).count();
    let (left, right) = (same_at_start.saturating_sub(CONTEXT), same_at_end.saturating_sub(CONTEXT));
    (part(&before, left, right), part(&after, left, right))
}

/// A text without so many characters at its start and at its end. A part that is too long still is shown with both of its ends, as both
/// hold a difference.
fn part(text: &[char], left: usize, right: usize) -> String {
    let kept = &text[left..text.len() - right];
    let mut shown = String::new();
    if left > 0 {
        shown.push('…');
    }
    if kept.len() > PART_MAX {
        shown.extend(&kept[..PART_MAX / 2]);
        shown.push('…');
        shown.extend(&kept[kept.len() - PART_MAX / 2..]);
    } else {
        shown.extend(kept);
    }
    if right > 0 {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_texts_stay_as_they_are() {
        assert_eq!(of("Charts", "Charts and tables"), ("Charts".to_owned(), "Charts and tables".to_owned()));
        let longest = "ä".repeat(PART_MAX);
        assert_eq!(of("", &longest), (String::new(), longest.clone()));
    }

    #[test]
    fn of_long_texts_the_part_that_differs_is_shown() {
        let (long, context) = ("ä".repeat(300), "ä".repeat(CONTEXT));
        assert_eq!(of(&format!("{long}a"), &format!("{long}b")), (format!("…{context}a"), format!("…{context}b")));
        assert_eq!(of(&format!("a{long}"), &format!("b{long}")), (format!("a{context}…"), format!("b{context}…")));
        let around = |word: &str| format!("{long}{word}{long}");
        assert_eq!(of(&around("one"), &around("two")), (format!("…{context}one{context}…"), format!("…{context}two{context}…")));
    }

    #[test]
    fn texts_that_differ_are_never_shown_alike() {
        let long = "n".repeat(300);
        for (before, after) in [(long.clone(), format!("{long}n")), (String::new(), long.clone()), (long.clone(), "n".repeat(2_000))] {
            let (before, after) = of(&before, &after);
            assert_ne!(before, after);
        }
    }

    #[test]
    fn a_part_that_is_too_long_shows_its_first_and_its_last_difference() {
        let same = "n".repeat(1_000);
        let (before, after) = of(&format!("a{same}c"), &format!("b{same}d"));
        let half = "n".repeat(PART_MAX / 2 - 1);
        assert_eq!((before, after), (format!("a{half}…{half}c"), format!("b{half}…{half}d")));
    }
}
