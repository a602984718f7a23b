//! Reduces a password by its repetitions and sequences, which add nothing to its strength.

/// The least length of a sequence, in characters.
const SEQUENCE_LEAST: usize = 3;

/// The most rounds of reduction; an attacker goes no further either.
const ROUNDS_MAX: usize = 3;

/// The stages of reducing a lower-case text: a repetition to one copy, then each sequence to its first character. The first stage is the
/// text itself.
pub(super) fn collapsed(text: &str) -> Vec<String> {
    let mut forms = vec![text.to_owned()];
    let mut left: Vec<char> = text.chars().collect();
    for _ in 0..ROUNDS_MAX {
        let unit = unit(&left);
        let short = without_sequences(unit);
        if short.len() == left.len() {
            break;
        }
        forms.extend([unit, &short].map(|form| form.iter().collect::<String>()));
        left = short;
    }
    forms
}

/// The repeated unit of a text, without a separator; the whole text when it repeats nothing.
fn unit(text: &[char]) -> &[char] {
    let Some(length) = (1..text.len()).find(|length| repeats(text, *length)) else { return text };
    match &text[..length] {
        [unit @ .., sign] if !unit.is_empty() && !sign.is_alphanumeric() => unit,
        unit => unit,
    }
}

/// Whether a text repeats its first `length` characters; the separator after the last copy may be missing.
fn repeats(text: &[char], length: usize) -> bool {
    let ends = text.len().is_multiple_of(length) || (text.len() + 1).is_multiple_of(length) && !text[length - 1].is_alphanumeric();
    ends && text[length..].iter().zip(text).all(|(after, before)| after == before)
}

/// Reduces each sequence, such as `aaa`, `abcd` or `987`, to its first character.
fn without_sequences(text: &[char]) -> Vec<char> {
    let mut short = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.first() {
        short.push(*first);
        let length = sequence(rest);
        rest = &rest[if length < SEQUENCE_LEAST { 1 } else { length }..];
    }
    short
}

/// The length of the sequence at the beginning of a text.
fn sequence(text: &[char]) -> usize {
    let steps = || text.windows(2).map(|pair| step(pair[0], pair[1]));
    match steps().next().flatten() {
        Some(first) => 1 + steps().take_while(|step| *step == Some(first)).count(),
        None => 1,
    }
}

/// The step from a character to the next one in a sequence, if it is one. Nine is followed by zero.
fn step(before: char, after: char) -> Option<i8> {
    if before == after {
        return Some(0);
    }
    match (before.to_digit(36)?, after.to_digit(36)?) {
        (9, 0) => Some(1),
        (0, 9) => Some(-1),
        (before, after) if after == before + 1 => Some(1),
        (before, after) if before == after + 1 => Some(-1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_what_goes_on_by_itself_the_beginning_is_left() {
        for (text, left) in [
            ("11111111111111", "1"),
            ("123456789012", "1"),
            ("0987654321", "0"),
            ("abcabcabcabc", "a"),
            ("aaaabbbbcccc", "a"),
            ("passwordpassword", "password"),
            ("password1!password1", "password1"),
            ("pass word pass word", "pass word"),
            ("password12345678", "password1"),
        ] {
            assert_eq!(collapsed(text).last().map(String::as_str), Some(left), "{text}");
        }
    }

    #[test]
    fn every_step_is_told_and_what_goes_on_otherwise_stays() {
        assert_eq!(collapsed("studentstudent"), ["studentstudent", "student", "sdent"]);
        for text in ["0172 4459 3815", "correct horse", "liverpool-8364", "ab", "a", ""] {
            assert_eq!(collapsed(text), [text]);
        }
    }
}
