//! Text that people write: trimmed, bounded, free of invisible control characters. Markup in it is just characters.

pub use crate::count::counted;

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
    let text = given.map(|given| clean(field, given, longest, false)).transpose()?;
    Ok(text.filter(|text| !text.is_empty()))
}

/// Several lines or nothing: empty text is no text.
pub fn optional_lines(field: &str, given: Option<&str>, longest: usize) -> Result<Option<String>, Error> {
    let text = given.map(|given| clean(field, given, longest, true)).transpose()?;
    Ok(text.filter(|text| !text.is_empty()))
}

/// An e-mail address as mail servers take it without quotes: words with dots between them, an @, and the name of a host;
/// whether it exists is found out by sending.
pub fn email(field: &str, given: &str) -> Result<String, Error> {
    let text = clean(field, given, 254, false)?.to_lowercase();
    match text.split_once('@').is_some_and(|(name, host)| is_mailbox_name(name) && is_host_name(host)) {
        true => Ok(text),
        false => Err(Error::invalid(field, format!("\"{}\" is not an e-mail address; write it like ada@example.com.", excerpt(&text)))),
    }
}

/// Words of RFC 5322, section 3.2.3, and whatever is beyond ASCII (RFC 6531), with dots between them.
fn is_mailbox_name(name: &str) -> bool {
    name.len() <= 64
        && name.split('.').all(|word| {
            !word.is_empty() && word.chars().all(|c| is_international(c) || c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c))
        })
}

/// Labels with dots between them, those of other scripts included (RFC 5890, section 2.3.1); no address of a machine. What
/// separates labels beyond ASCII is mapped to a dot (UTS 46).
fn is_host_name(host: &str) -> bool {
    let mut labels = host.split(['.', '\u{3002}', '\u{FF0E}', '\u{FF61}']);
    let is_label = |label: &str| {
        !label.is_empty()
            && label.chars().count() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| is_international(c) || c.is_ascii_alphanumeric() || c == '-')
    };
    let is_number = labels.clone().next_back().is_some_and(|last| last.chars().all(|c| c.is_ascii_digit()));
    !is_number && labels.all(is_label)
}

/// Characters beyond ASCII that are seen.
fn is_international(c: char) -> bool {
    !c.is_ascii() && !c.is_whitespace() && !is_invisible(c)
}

/// Whether somebody can see and type a text again: it shows something, and holds no control character or line break, and nothing
/// that turns the text around it.
pub fn can_be_typed(text: &str) -> bool {
    text.chars().any(|c| !c.is_whitespace() && !is_invisible(c)) && !text.chars().any(|c| breaks_a_line(c) || turns_around(c, false))
}

/// The beginning of a text, for messages that repeat it.
pub fn excerpt(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The text as it is kept. What shows nothing at all is empty.
fn clean(field: &str, given: &str, longest: usize, breaks: bool) -> Result<String, Error> {
    let text = given.replace("\r\n", "\n");
    let text = text.trim();
    if text.chars().all(|c| c.is_whitespace() || is_invisible(c)) {
        return Ok(String::new());
    }
    let length = text.chars().count();
    if length > longest {
        return Err(Error::invalid(field, format!("{} has {length} characters; at most {longest} fit. Shorten it.", readable(field))));
    }
    if text.chars().any(|c| breaks_a_line(c) && !(breaks && (c == '\n' || c == '\t'))) {
        return Err(Error::invalid(field, format!("{} holds a control character or a line break; remove it.", readable(field))));
    }
    if text.chars().any(|c| turns_around(c, breaks)) {
        let message = format!("{} holds an invisible character that turns the text around it; write it anew.", readable(field));
        return Err(Error::invalid(field, message));
    }
    Ok(text.to_owned())
}

/// Control characters, and the line and paragraph separators of Unicode.
fn breaks_a_line(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Characters that make what follows them read in another direction than it is written (Unicode's explicit directional
/// formatting): with an override a file name or an amount looks like another one. In several lines embeddings and isolates are
/// what a writer of two scripts may need; in one line nothing is, as its direction is clear.
fn turns_around(c: char, lines: bool) -> bool {
    match c {
        '\u{202D}' | '\u{202E}' => true,
        '\u{202A}'..='\u{202C}' | '\u{2066}'..='\u{2069}' => !lines,
        _ => false,
    }
}

/// Characters that take no room and show nothing (Unicode's default ignorable ones, as far as people meet them), and blanks that
/// are no white space to Unicode.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{E0000}'..='\u{E0FFF}'
    )
}

/// `payment_terms_days` as *Payment terms days*.
pub(crate) fn readable(field: &str) -> String {
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
    fn a_host_is_labels_with_dots_between_them_and_a_name_is_words() {
        for wrong in [
            "a@x..test",
            "a@x:25",
            "a@[127.0.0.1]",
            "a@x.test\\",
            "a@-",
            "a@-x.test",
            "a@x-.test",
            "a@.test",
            "a@x.test.",
            "a@127.0.0.1",
            "a@x_y.test",
            "a@x/y.test",
            "a@x%y.test",
            "a@x。。test",
            "a@\u{2060}.test",
            ".a@x.test",
            "a.@x.test",
            "a..b@x.test",
            "a\\@x.test",
            "a:b@x.test",
            "[a]@x.test",
            "\"a b\"@x.test",
            "<a@x.test>",
        ] {
            assert!(email("email", wrong).is_err(), "{wrong}");
        }
        let long = |name: usize, label: usize| email("email", &format!("{}@{}.test", "a".repeat(name), "x".repeat(label)));
        assert!(long(64, 63).is_ok() && long(65, 1).is_err() && long(1, 64).is_err());
        for right in [
            "ada+stint@example.com",
            "ada@localhost",
            "o'neil@mail-1.example.co",
            "ada@4711.example",
            "jürgen@bücher.example",
            "ada@xn--bcher-kva.example",
            "用户@例子。公司",
            "संपर्क@डाटामेल.भारत",
            "a_b=c@x.test",
        ] {
            assert_eq!(email("email", right).as_deref(), Ok(right));
        }
    }

    #[test]
    fn control_characters_are_refused() {
        assert!(line("name", "a\0b", 10).is_err());
        assert!(line("name", "a\nb", 10).is_err());
        assert!(lines("notes", "a\nb", 10).is_ok());
        for separator in ["\n", "\r", "\t", "\u{85}", "\u{2028}", "\u{2029}", "\u{7}"] {
            assert!(optional("legal_name", Some(&format!("a{separator}b")), 10).is_err(), "{separator:?}");
        }
        assert_eq!(optional_lines("notes", Some("a\r\nb"), 10), Ok(Some("a\nb".to_owned())));
    }

    #[test]
    fn what_shows_nothing_is_empty() {
        for nothing in ["", "  \n ", "\u{200B}", " \u{200B}\u{FEFF} \u{2060}", "\u{3164}", "\u{202E}", "\u{AD}"] {
            assert!(line("name", nothing, 10).is_err(), "{nothing:?}");
            assert_eq!(optional("name", Some(nothing), 10), Ok(None), "{nothing:?}");
            assert_eq!(lines("notes", nothing, 10).as_deref(), Ok(""), "{nothing:?}");
        }
        let family = "\u{1F468}\u{200D}\u{1F469}";
        assert_eq!(line("name", family, 10).as_deref(), Ok(family), "joiners belong to what they join");
    }

    #[test]
    fn text_that_reads_otherwise_than_it_is_written_is_refused() {
        for turned in ["invoice\u{202E}fdp.exe", "a\u{202D}b"] {
            assert!(line("name", turned, 50).is_err() && lines("notes", turned, 50).is_err(), "{turned:?}");
        }
        let isolated = "Hello \u{2067}\u{5E9}\u{5DC}\u{5D5}\u{5DD}\u{2069}";
        assert!(line("name", isolated, 50).is_err() && lines("notes", isolated, 50).is_ok());
        assert!(line("name", "\u{5E9}\u{5DC}\u{5D5}\u{5DD}\u{200F}", 50).is_ok(), "a script of its own direction needs no such character");
    }
}
