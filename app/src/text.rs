//! Text that people write: trimmed, bounded, free of invisible control characters. Markup in it is just characters.

use crate::error::Error;

/// One line that must say something.
pub fn line(field: &str, given: &str, longest: usize) -> Result<String, Error> {
    let text = clean(field, given, longest, false)?;
    if text.is_empty() {
        return Err(Error::invalid(field, format!("{} is empty; write at least one character.", readable(field))));
    }
    Ok(text)
}

/// Several lines, or nothing.
pub fn lines(field: &str, given: &str, longest: usize) -> Result<String, Error> {
    clean(field, given, longest, true)
}

/// One line or nothing: empty text is no text.
pub fn optional(field: &str, given: Option<&str>, longest: usize) -> Result<Option<String>, Error> {
    let Some(given) = given else { return Ok(None) };
    Ok(Some(clean(field, given, longest, true)?).filter(|text| !text.is_empty()))
}

/// An e-mail address: something, an @, and a host; whether it exists is found out by sending.
pub fn email(field: &str, given: &str) -> Result<String, Error> {
    let text = clean(field, given, 254, false)?.to_lowercase();
    let sound = text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && !host.is_empty() && !host.contains('@') && !host.starts_with('.') && !host.ends_with('.')
    });
    if !sound || text.chars().any(|c| c.is_whitespace() || ",;<>\"()".contains(c)) {
        return Err(Error::invalid(field, format!("\"{}\" is not an e-mail address; write it like ada@example.com.", excerpt(&text))));
    }
    Ok(text)
}

/// The beginning of a text, for messages that repeat it.
pub fn excerpt(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn clean(field: &str, given: &str, longest: usize, breaks: bool) -> Result<String, Error> {
    let text = given.replace("\r\n", "\n");
    let text = text.trim();
    let length = text.chars().count();
    if length > longest {
        return Err(Error::invalid(field, format!("{} has {length} characters; at most {longest} fit. Shorten it.", readable(field))));
    }
    if text.chars().any(|c| c.is_control() && !(breaks && (c == '\n' || c == '\t'))) {
        return Err(Error::invalid(field, format!("{} holds a control character or a line break; remove it.", readable(field))));
    }
    Ok(text.to_owned())
}

/// `payment_terms_days` as *Payment terms days*.
fn readable(field: &str) -> String {
    let words = field.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_ten_thousand_characters_is_refused_with_its_length() {
        let refused = line("name", &"x".repeat(10_000), 200).expect_err("too long");
        assert_eq!(refused.message, "Name has 10000 characters; at most 200 fit. Shorten it.");
    }

    #[test]
    fn markup_is_just_characters() {
        assert_eq!(line("name", " <b>#panic()</b> ", 200).as_deref(), Ok("<b>#panic()</b>"));
    }

    #[test]
    fn an_address_needs_a_name_and_a_host() {
        assert!(email("email", "Ada@Example.com").is_ok_and(|address| address == "ada@example.com"));
        for wrong in ["", "ada", "@host", "ada@", "a b@c.d", "a@b@c", "a@b,c@d"] {
            assert!(email("email", wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn control_characters_are_refused() {
        assert!(line("name", "a\0b", 10).is_err());
        assert!(line("name", "a\nb", 10).is_err());
        assert!(lines("notes", "a\nb", 10).is_ok());
    }
}
