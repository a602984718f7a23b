//! Secrets of links and of tokens, taken out of what is logged or kept: of paths and of texts.
//!
//! A secret may stand there percent-encoded, several times over: letters are compared as they are read in the end, and what is
//! around a secret stays as it was written.

use std::{borrow::Cow, ops::Range};

use uuid::Uuid;

use super::Purpose;
use crate::account::secret::{has_both_cases, secret_in};

/// How long a secret is at least, in characters: no word that stands in a path is as long.
const SECRET_LENGTH: usize = 32;

/// What the secrets of links stand behind: the names of their pages, and their own in a query.
const MARKS: [&str; 5] = ["/verify/", "/reset/", "/invitation/", "/document/", "secret="];

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

    fn word(&self, place: Range<usize>) -> String {
        self.read[place].iter().map(|(c, _)| c).collect()
    }

    /// The runs of such letters, as places among all.
    fn runs_of(&self, is_of_run: impl Fn(char) -> bool) -> impl Iterator<Item = Range<usize>> {
        let mut from = 0;
        self.read.split(move |(c, _)| !is_of_run(*c)).map(move |run| {
            let place = from..from + run.len();
            from = place.end + 1;
            place
        })
    }

    /// Whether the secret of a link stands at a place: behind the name of its page, or behind its own.
    fn is_linked(&self, place: usize) -> bool {
        matches!(self.read[..place].last(), Some(('/' | '=', _)))
            && MARKS.iter().any(|mark| {
                let mut letters = self.read[..place].iter().rev().map(|(c, _)| c.to_ascii_lowercase());
                mark.chars().rev().all(|c| letters.next() == Some(c))
            })
    }

    /// The secret that begins at a place, with the line ends that a mail program has put into it; none when too little stands there, or
    /// what somebody has given a name such as that of a branch.
    fn secret_from(&self, start: usize) -> Option<Range<usize>> {
        let (mut length, mut end) = (0, start);
        for (at, (c, _)) in self.read.iter().enumerate().skip(start) {
            match is_of_secrets(*c) {
                true => (length, end) = (length + 1, at + 1),
                false if length < SECRET_LENGTH && self.is_line_end(at) => {}
                false => break,
            }
        }
        (length >= SECRET_LENGTH && has_both_cases(self.word(start..end).as_bytes())).then_some(start..end)
    }

    /// Whether a line ends at a place, the sign before it included that says that the text goes on.
    fn is_line_end(&self, at: usize) -> bool {
        let is_break = |at: usize| matches!(self.read.get(at), Some(('\r' | '\n', _)));
        is_break(at) || self.read[at].0 == '=' && is_break(at + 1)
    }

    /// The text without the letters that are marked.
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

    /// The text without the letters at these places.
    fn without_all(&self, places: impl Iterator<Item = Range<usize>>) -> Cow<'a, str> {
        let mut hidden = vec![false; self.read.len()];
        for place in places {
            hidden[place].fill(true);
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

/// The path of a request as it may be logged: without the secret of a link, in whichever form the path is written. Whatever follows
/// the page of a link is left out.
pub fn without_secret(path: &str) -> Cow<'_, str> {
    let letters = Letters::of(path);
    if letters.is_encoded {
        return Cow::Borrowed("/…");
    }
    let mut segments = letters.runs_of(|c| !matches!(c, '/' | '\\'));
    let page = segments.find(|place| place.end < letters.read.len() && is_page(&letters.word(place.clone())));
    if let Some(page) = page {
        let before = &path[..letters.read[page.end].1.start];
        return Cow::Owned(format!("{}/…", without_secret(before)));
    }
    // Records are known by their ids, and those are no secret.
    let is_secret = |run: &Range<usize>| run.len() >= SECRET_LENGTH && Uuid::try_parse(&letters.word(run.clone())).is_err();
    letters.without_all(letters.runs_of(is_of_secrets).filter(is_secret))
}

/// Whether a segment of a path names the page of a link, as browsers and mail programs may write it.
fn is_page(segment: &str) -> bool {
    let name = segment.split(';').next().unwrap_or_default();
    let name: String = name.chars().filter(char::is_ascii_graphic).collect();
    Purpose::ALL.iter().any(|purpose| purpose.page().eq_ignore_ascii_case(&name))
}

/// A text as it may be kept: with the secrets of links that stand in it left out, and with those of links, sign-ins and tokens that stand
/// there alone.
pub fn text_without_secrets(text: &str) -> Cow<'_, str> {
    let letters = Letters::of(text);
    let linked = (1..letters.read.len()).filter(|place| letters.is_linked(*place));
    let alone = letters.runs_of(is_of_secrets).filter_map(|run| {
        let place = secret_in(&letters.word(run.clone()))?;
        Some(run.start + place.start..run.start + place.end)
    });
    letters.without_all(linked.filter_map(|place| letters.secret_from(place)).chain(alone))
}

/// A text in which secrets may stand, each behind this mark in small letters or capitals, without them. A secret is in the run of
/// letters, digits and signs of secrets that follows; how much of that run stays is asked, and nothing when all of it does.
pub(crate) fn hidden_behind<'a>(text: &'a str, mark: &str, stays: impl Fn(&str) -> Option<usize>) -> Cow<'a, str> {
    let letters = Letters::of(text);
    let is_of_run = |c: char| c.is_ascii_alphanumeric() || "_-{}:".contains(c);
    let runs: Vec<_> = letters.runs_of(is_of_run).collect();
    letters.without_all(runs.into_iter().filter_map(|run| {
        let word = letters.word(run.clone());
        // A telephone begins what is typed with a capital. Where a run holds several marks, the first that is followed by a secret says
        // what stays.
        word.to_ascii_lowercase()
            .match_indices(mark)
            .map(|(at, _)| at + mark.len())
            .find_map(|at| Some(run.start + at + stays(&word[at..])?..run.end))
    }))
}

/// A text without the words, runs of such letters, that are secret.
pub(crate) fn hidden_words(text: &str, is_of_word: fn(char) -> bool, is_secret: impl Fn(&str) -> bool) -> Cow<'_, str> {
    let letters = Letters::of(text);
    letters.without_all(letters.runs_of(is_of_word).filter(|run| is_secret(&letters.word(run.clone()))))
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
            assert_eq!(without_secret(short), format!("{}/…", &short[..short.len() - "/s3cret".len()]));
        }
        assert!(Purpose::ALL.iter().all(|purpose| MARKS.contains(&purpose.path("").as_str())));
    }

    #[test]
    fn whatever_follows_the_page_of_a_link_is_left_out_of_a_path() {
        let (first, second) = ("sat2UTCO-Zdhosat2UTC", "O-Zdhosat2UTCO-Zdho0123");
        for purpose in Purpose::ALL {
            for before in ["/o/dave/", "/pkg", "/call", "/api/v1", "/o/dave;x", "/%6f/dave//."] {
                for broken in
                    [format!("{first}%0A{second}"), format!("{first}%250D%250A{second}"), format!("{first}/{second}"), "s3cret".to_owned()]
                {
                    let page = purpose.path("");
                    for page in [page.clone(), page.to_uppercase(), page.replace('e', "%65"), page.replacen('i', "i%0A", 1)] {
                        let path = format!("{before}{page}{broken}");
                        let shown = without_secret(&path);
                        assert!(
                            shown.ends_with("/…") && !shown.contains(first) && !shown.contains(second) && !shown.contains("s3cret"),
                            "{path} as {shown}"
                        );
                        assert!(shown.starts_with(before.trim_end_matches('/')), "{path} as {shown}");
                    }
                }
            }
        }
        let both = format!("/{first}{second}/reset/{first}");
        assert_eq!(without_secret(&both), "/…/reset/…");
        assert_eq!(without_secret("/o/ada/resets/7"), "/o/ada/resets/7");
        assert_eq!(without_secret("/o/ada/reset"), "/o/ada/reset", "nothing follows");
    }

    #[test]
    fn a_link_that_a_line_end_breaks_is_one_and_a_named_secret_too() {
        let drawn = secret::random();
        for broken in [format!("{}\n{}", &drawn[..20], &drawn[20..]), format!("{}=\r\n{}", &drawn[..30], &drawn[30..])] {
            let text = format!("See https://x.test/reset/{broken}. Bye");
            let shown = text_without_secrets(&text);
            assert_eq!(shown, "See https://x.test/reset/…. Bye", "{broken}");
        }
        assert_eq!(text_without_secrets(&format!("?secret={drawn}&x=1")), "?secret=…&x=1");
        assert_eq!(text_without_secrets("See /reset/later\nor /reset/now."), "See /reset/later\nor /reset/now.");
    }

    #[test]
    fn a_secret_that_stands_alone_is_left_out_too() {
        let drawn = "sat2UTCO-Zdhosat2UTCO-Zdhosat2UTCO-Zdho0124";
        for around in ["{}", "Cookie: stint={}; a=b", "is it {}, or \"{}\"?", "Bearer {}", "%22{}%22"] {
            assert_eq!(text_without_secrets(&around.replace("{}", drawn)), around.replace("{}", "…"), "{around}");
        }
        assert_eq!(text_without_secrets(&format!("the secret is _{drawn}_.")), "the secret is _…_.");
        let encoded: String = drawn.bytes().map(|byte| format!("%{byte:02X}")).collect();
        assert_eq!(text_without_secrets(&format!("it is {encoded}.")), "it is ….");
    }

    #[test]
    fn of_the_names_of_code_files_and_branches_nothing_is_left_out() {
        for name in [
            "src_components_InvoiceEditor_InvoiceLineRow_useInvoiceTotals",
            "src/components/InvoiceEditor/InvoiceLineRow/useInvoiceTotals.test.tsx",
            "useInvoiceEditorInvoiceLineRowInvoiceTotals",
            "feature/reset/let-the-links-for-a-new-password-run-out",
            "feature/ABC-1234-Show-What-Is-Left-Of-The-Budget-Of-A-Project",
            "com.example.billing.internal.InvoiceLineRowTotalsCalculatorFactoryBean",
            "0190163d-8694-739b-8ea1-000000000007_invoice_line_row",
        ] {
            assert_eq!(text_without_secrets(name), name);
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
}
