//! Secrets of links, taken out of what is logged or kept: of paths, of texts, and of what a mail server quotes.
//!
//! A secret may stand there percent-encoded, several times over: letters are compared as they are read in the end, and what is
//! around a secret stays as it was written.

use std::{borrow::Cow, ops::Range};

use uuid::Uuid;

use super::Purpose;
use crate::text;

/// How long a secret is at least, in characters: no word that stands in a path is as long.
const SECRET_LENGTH: usize = 32;

/// How long a piece of a known secret is at least that is taken out. Shorter ones are found in any text.
const PIECE_LENGTH: usize = 6;

/// How often a text may be percent-encoded. Programs that pass links on do it once more each.
const ENCODED_MAX: usize = 8;

/// A text, letter by letter, each with the place where it is written.
struct Letters<'a> {
    text: &'a str,
    read: Vec<(char, Range<usize>)>,
    /// Whether it is encoded more often than it is read.
    is_encoded: bool,
}

impl<'a> Letters<'a> {
    fn of(text: &'a str) -> Self {
        let mut read: Vec<_> = text.char_indices().map(|(at, c)| (c, at..at + c.len_utf8())).collect();
        let is_encoded = (0..ENCODED_MAX).all(|_| decode(&mut read)) && decode(&mut read);
        Self { text, read, is_encoded }
    }

    /// The pieces of a path, as places among the letters.
    fn segments(&self) -> impl Iterator<Item = Range<usize>> {
        let mut from = 0;
        self.read.split(|(c, _)| matches!(c, '/' | '\\')).map(move |segment| {
            let place = from..from + segment.len();
            from = place.end + 1;
            place
        })
    }

    fn word(&self, place: Range<usize>) -> String {
        self.read[place].iter().map(|(c, _)| c).collect()
    }

    /// The runs of letters, digits and signs that secrets are made of, as places among the letters.
    fn runs(&self) -> Vec<Range<usize>> {
        let mut runs = Vec::new();
        let mut from = 0;
        for run in self.read.split(|(c, _)| !is_of_secrets(*c)) {
            runs.push(from..from + run.len());
            from += run.len() + 1;
        }
        runs.retain(|run| run.len() >= SECRET_LENGTH);
        runs
    }

    /// Whether a run stands where the secret of a link does: behind the name of its page.
    fn is_linked(&self, run: &Range<usize>) -> bool {
        let before = &self.read[..run.start];
        Purpose::ALL.iter().any(|purpose| {
            let mut page = purpose.path("").chars().rev().collect::<Vec<_>>().into_iter();
            let mut letters = before.iter().rev().map(|(c, _)| c.to_ascii_lowercase());
            page.all(|c| letters.next() == Some(c))
        })
    }

    /// The text with these places of letters left out.
    fn without(&self, hidden: &[bool]) -> Cow<'a, str> {
        if !hidden.contains(&true) {
            return Cow::Borrowed(self.text);
        }
        let mut shown = String::with_capacity(self.text.len());
        for (at, (_, written)) in self.read.iter().enumerate() {
            match (hidden[at], at > 0 && hidden[at - 1]) {
                (false, _) => shown.push_str(&self.text[written.clone()]),
                (true, false) => shown.push('…'),
                (true, true) => {}
            }
        }
        Cow::Owned(shown)
    }

    fn without_runs(&self, is_hidden: impl Fn(&Range<usize>) -> bool) -> Cow<'a, str> {
        let mut hidden = vec![false; self.read.len()];
        for run in self.runs().into_iter().filter(is_hidden) {
            hidden[run].fill(true);
        }
        self.without(&hidden)
    }
}

fn is_of_secrets(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

/// Reads what is percent-encoded once; whether anything was.
fn decode(read: &mut Vec<(char, Range<usize>)>) -> bool {
    let mut decoded = Vec::with_capacity(read.len());
    let mut rest = &read[..];
    while let [first, others @ ..] = rest {
        match encoded(rest) {
            Some(c) => {
                decoded.push((c, first.1.start..rest[2].1.end));
                rest = &rest[3..];
            }
            None => {
                decoded.push(first.clone());
                rest = others;
            }
        }
    }
    let was_encoded = decoded.len() < read.len();
    *read = decoded;
    was_encoded
}

/// The ASCII letter that the beginning of a text encodes; no secret has others.
fn encoded(text: &[(char, Range<usize>)]) -> Option<char> {
    let [('%', _), (high, _), (low, _), ..] = text else { return None };
    let code = high.to_digit(16)? * 16 + low.to_digit(16)?;
    u8::try_from(code).ok().filter(u8::is_ascii).map(char::from)
}

/// The path of a request as it may be logged: without the secret of a link, in whichever form the path is written.
pub fn without_secret(path: &str) -> Cow<'_, str> {
    let letters = Letters::of(path);
    if letters.is_encoded {
        return Cow::Borrowed("/…");
    }
    let first = letters.segments().find(|place| !matches!(letters.word(place.clone()).as_str(), "" | "." | ".." | ";"));
    let page = first.map(|place| letters.word(place)).unwrap_or_default();
    if Purpose::ALL.iter().any(|purpose| purpose.page().eq_ignore_ascii_case(&page)) {
        return Cow::Owned(format!("/{page}/…"));
    }
    // Records are known by their ids, and those are no secret.
    letters.without_runs(|run| Uuid::try_parse(&letters.word(run.clone())).is_err())
}

/// A text as it may be kept: with the secrets of links that stand in it left out.
pub fn text_without_secrets(text: &str) -> Cow<'_, str> {
    let letters = Letters::of(text);
    letters.without_runs(|run| letters.is_linked(run))
}

/// The secrets of the links in a text.
fn secrets_in(text: &str) -> Vec<Vec<char>> {
    let letters = Letters::of(text);
    let linked = letters.runs().into_iter().filter(|run| letters.is_linked(run));
    linked.map(|run| letters.word(run).to_ascii_lowercase().chars().collect()).collect()
}

/// What a mail server said of a mail, as it may be logged and kept: without the secrets of the mail, which it may quote in pieces or
/// without the rest of their links, and without whatever looks like another one.
pub fn reply_without_secrets(reply: &str, mail: &str) -> String {
    let reply = text::told(reply, usize::MAX);
    let letters = Letters::of(&reply);
    let mut hidden = vec![false; letters.read.len()];
    for secret in secrets_in(mail) {
        hide_pieces(&letters.read, &secret, &mut hidden);
    }
    for run in letters.runs() {
        if Uuid::try_parse(&letters.word(run.clone())).is_err() {
            hidden[run].fill(true);
        }
    }
    letters.without(&hidden).into_owned()
}

/// Marks every stretch that is a piece of a secret, in capitals or not.
fn hide_pieces(read: &[(char, Range<usize>)], secret: &[char], hidden: &mut [bool]) {
    let told: Vec<char> = read.iter().map(|(c, _)| c.to_ascii_lowercase()).collect();
    for (at, stretch) in told.windows(PIECE_LENGTH).enumerate() {
        if secret.windows(PIECE_LENGTH).any(|piece| piece == stretch) {
            hidden[at..at + PIECE_LENGTH].fill(true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::secret;

    #[test]
    fn no_path_of_a_travelling_secret_is_logged_with_it() {
        for purpose in Purpose::ALL {
            for path in [purpose.path("s3cret"), format!("/{}", purpose.path("s3cret")), format!("{}/more", purpose.path("s3cret"))] {
                assert!(!without_secret(&path).contains("s3cret"), "{path}");
            }
        }
        let invoice = format!("/o/ada/invoices/{}", Uuid::from_u128(7));
        for path in ["/o/ada/invoices", "/", "/o/ada/clients/50%25%20off", &invoice] {
            assert!(matches!(without_secret(path), Cow::Borrowed(shown) if shown == path), "{path}");
        }
    }

    #[test]
    fn a_secret_is_left_out_of_a_path_in_whichever_form_it_is_written() {
        let drawn = secret::random();
        let encoded: String = drawn.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let mut often = format!("/reset/{drawn}");
        (0..20).for_each(|_| often = often.replace('%', "%25").replace("/reset", "/%72eset"));
        for path in [
            format!("/%72eset/{drawn}"),
            format!("/%2572eset/{drawn}"),
            format!("/o/x/reset/{drawn}"),
            format!("/;/reset/{drawn}"),
            format!("/reset%2F{drawn}"),
            format!("/reset%252f{drawn}"),
            format!("/./reset/{drawn}"),
            format!("/..%2freset/{drawn}"),
            format!("/RESET;x=1/{drawn}"),
            format!("/o/x/reset/{encoded}"),
            format!("/{drawn}"),
            often,
        ] {
            let shown = without_secret(&path);
            assert!(!shown.contains(&drawn) && !shown.contains(&encoded), "{path} as {shown}");
        }
        for short in ["/./reset/s3cret", "/;/reset/s3cret", "/%72eset/s3cret", "/\\reset\\s3cret"] {
            assert_eq!(without_secret(short), "/reset/…");
        }
    }

    #[test]
    fn no_secret_of_a_link_is_kept_with_the_text_around_it() {
        for purpose in Purpose::ALL {
            let secret = secret::random();
            let text = format!("See https://stint.test{} and /reset/later.", purpose.path(&secret));
            assert_eq!(text_without_secrets(&text), format!("See https://stint.test{} and /reset/later.", purpose.path("…")));
            let encoded = format!("?to=https%3A%2F%2Fstint.test{}&x=1", purpose.path(&secret).replace('/', "%2F"));
            assert_eq!(text_without_secrets(&encoded), encoded.replace(&secret, "…"));
        }
        assert!(matches!(text_without_secrets("/o/ada/invitation/x"), Cow::Borrowed(_)));
        let commit = "See 0123456789abcdef0123456789abcdef01234567.";
        assert_eq!(text_without_secrets(commit), commit);
    }

    #[test]
    fn what_a_mail_server_quotes_of_a_mail_is_left_out_whole_or_in_pieces() {
        let drawn = secret::random();
        let mail = format!("Hello,\n\njoin here:\n\nhttps://stint.test/invitation/{drawn}\n");
        let encoded: String = drawn.bytes().map(|byte| format!("%{byte:02x}")).collect();
        for quoted in [
            format!("https://stint.test/invitation/{drawn}"),
            drawn.clone(),
            drawn.to_lowercase(),
            encoded,
            format!("{}=\r\n550-{}", &drawn[..20], &drawn[20..]),
            drawn.as_bytes().chunks(8).map(|piece| String::from_utf8_lossy(piece).into_owned()).collect::<Vec<_>>().join(" "),
        ] {
            let shown = reply_without_secrets(&format!("550 5.7.1 Message contains a blocked URL: {quoted} (see RFC 5321)"), &mail);
            assert!(shown.starts_with("550 5.7.1 Message contains a blocked URL: "), "{shown}");
            assert!(shown.ends_with(" (see RFC 5321)"), "{shown}");
            let told = shown.to_lowercase();
            assert!(!drawn.to_lowercase().as_bytes().windows(9).any(|piece| told.contains(&*String::from_utf8_lossy(piece))), "{shown}");
        }
        let other = secret::random();
        assert!(!reply_without_secrets(&format!("550 {other}"), "Hello").contains(&other), "of another mail");
        let id = format!("250 queued as <{}@stint.test>", Uuid::from_u128(7));
        assert_eq!(reply_without_secrets(&id, &mail), id);
    }
}
