//! Redacts secrets of links and tokens from paths and texts that are logged or stored.
//!
//! A secret may be encoded several times, escaped, or broken by a line end or invisible letters: the decoded letters are compared, and the
//! text around a secret stays as written.

use std::{borrow::Cow, ops::Range};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

use super::{
    decoded_text::{DecodedText, hidden, readings},
    link_purpose::LinkPurpose,
    random_secret::{RANDOM_LENGTH, holds_secret, is_of_link, is_secret, secret_in},
};

/// The least length of a secret in a path, in characters: no word in a path is as long.
const SECRET_LENGTH: usize = 32;

/// What precedes link secrets: the paths of their pages, and the name of the query parameter.
const MARKS: [&str; 5] = ["/verify/", "/reset/", "/invitation/", "/document/", "secret="];

/// The least length of a secret in Base64, in characters.
const ENCODED_LENGTH: usize = (RANDOM_LENGTH * 4).div_ceil(3);

impl DecodedText {
    /// Whether a position follows the path of a link's page or the name of its parameter.
    fn is_linked(&self, place: usize) -> bool {
        matches!(self.read[..place].last(), Some(('/' | '=', _)))
            && MARKS.iter().any(|mark| {
                let mut letters = self.read[..place].iter().rev().map(|(c, _)| c.to_ascii_lowercase());
                mark.chars().rev().all(|c| letters.next() == Some(c))
            })
    }

    /// The link secret that begins at a position; none when the run is too short, or is a name such as that of a file or a branch.
    fn secret_from(&self, start: usize) -> Option<Range<usize>> {
        let length = self.read[start..].iter().take_while(|(c, _)| is_of_secrets(*c)).count();
        let run = start..start + length;
        is_of_link(&self.word(run.clone())).then(|| self.bounded(run))
    }

    /// The part of a run that is the secret: all of it, except the word of the next line that is joined to it.
    fn bounded(&self, run: Range<usize>) -> Range<usize> {
        let longest = if self.is_joined { RANDOM_LENGTH } else { usize::MAX };
        run.start..run.end.min(run.start.saturating_add(longest))
    }

    /// The secret in a run that follows no mark: on its own, with letters around it if `around` allows, or across line ends.
    fn alone_in(&self, run: Range<usize>, around: IsAround) -> Option<Range<usize>> {
        let word = self.word(run.clone());
        match secret_in(&word) {
            Some(place) => Some(run.start + place.start..run.start + place.end),
            None if self.is_joined => self.broken_in(run),
            None => around(&word).then_some(run),
        }
    }

    /// The secret in a run that begins and ends at the edges of lines or of the run.
    fn broken_in(&self, run: Range<usize>) -> Option<Range<usize>> {
        let is_edge = |at: usize| at == run.start || at == run.end || self.read[at - 1].1.end < self.read[at].1.start;
        let mut places = (run.start..run.end).map(|start| start..start + RANDOM_LENGTH).take_while(|place| place.end <= run.end);
        places.find(|place| is_edge(place.start) && is_edge(place.end) && is_secret(&self.word(place.clone())))
    }

    /// The ranges of the secrets of links, sign-ins and tokens.
    fn secrets(&self, around: IsAround) -> Vec<Range<usize>> {
        let linked = (1..self.read.len()).filter(|place| self.is_linked(*place)).filter_map(|place| self.secret_from(place));
        let alone = self.runs_of(is_of_secrets).filter_map(|run| self.alone_in(run, around));
        linked.chain(alone).collect()
    }

    /// The Base64 words that hold such a secret. Double Base64 is not decoded.
    fn encoded_secrets(&self, around: IsAround) -> impl Iterator<Item = Range<usize>> {
        self.runs_of(is_of_secrets).filter(move |run| run.len() >= ENCODED_LENGTH && self.is_encoded_secret(run, around))
    }

    fn is_encoded_secret(&self, run: &Range<usize>, around: IsAround) -> bool {
        let decoded = URL_SAFE_NO_PAD.decode(self.word(run.clone())).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        decoded.is_some_and(|text| readings(&text).iter().any(|letters| !letters.secrets(around).is_empty()))
    }
}

/// Whether a word is a secret with letters around it.
type IsAround = fn(&str) -> bool;

fn is_of_secrets(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

/// The path of a request for the log, without the secret of a link, however the path is encoded. Anything behind the page of a link is left
/// out.
pub fn without_secret(path: &str) -> Cow<'_, str> {
    let letters = DecodedText::of(path);
    if letters.is_encoded {
        return Cow::Borrowed("/…");
    }
    let mut segments = letters.runs_of(|c| !matches!(c, '/' | '\\'));
    let page = segments.find(|place| place.end < letters.read.len() && is_page(&letters.word(place.clone())));
    if let Some(page) = page {
        let before = &path[..letters.read[page.end].1.start];
        return Cow::Owned(format!("{}/…", without_secret(before)));
    }
    // The ids of records are not secret.
    let is_secret = |run: &Range<usize>| run.len() >= SECRET_LENGTH && Uuid::try_parse(&letters.word(run.clone())).is_err();
    hidden(path, letters.runs_of(is_of_secrets).filter(is_secret).map(|run| letters.written(&run)).collect())
}

/// Whether a segment of a path names the page of a link, in any form that browsers and mail programs write.
fn is_page(segment: &str) -> bool {
    let name = segment.split(';').next().unwrap_or_default();
    let name: String = name.chars().filter(char::is_ascii_graphic).collect();
    LinkPurpose::ALL.iter().any(|purpose| purpose.page().eq_ignore_ascii_case(&name))
}

/// A text for storage, without the secrets of links, and without those of links, sign-ins and tokens that occur on their own, with letters
/// around them or in Base64.
pub fn text_without_secrets(text: &str) -> Cow<'_, str> {
    without(text, holds_secret)
}

/// The same for text that a person wrote: a secret with letters around it stays, since other systems' ids look like that.
pub fn text_without_whole_secrets(text: &str) -> Cow<'_, str> {
    without(text, |_| false)
}

fn without(text: &str, around: IsAround) -> Cow<'_, str> {
    let mut places = Vec::new();
    for letters in readings(text) {
        let secrets = letters.secrets(around).into_iter().chain(letters.encoded_secrets(around));
        places.extend(secrets.map(|place| letters.written(&place)));
    }
    hidden(text, places)
}

/// Redacts secrets that follow this mark, in any case. A secret is in the run of letters, digits and signs behind it; `stays` returns how
/// much of that run is kept, or none to keep all of it.
pub(crate) fn hidden_behind<'a>(text: &'a str, mark: &str, stays: impl Fn(&str) -> Option<usize>) -> Cow<'a, str> {
    let is_of_run = |c: char| c.is_ascii_alphanumeric() || "_-{}:".contains(c);
    let mut places = Vec::new();
    for letters in readings(text) {
        let secrets = letters.runs_of(is_of_run).filter_map(|run| {
            let word = letters.word(run.clone());
            // Phone keyboards capitalize the first letter. If a run holds several marks, the first that precedes a secret counts.
            let lower = word.to_ascii_lowercase();
            let mut marks = lower.match_indices(mark).map(|(at, _)| at + mark.len());
            let secret = marks.find_map(|at| Some(run.start + at + stays(&word[at..])?..run.end))?;
            // The word on the next line may not belong to it.
            (!letters.is_joined || is_of_link(&letters.word(secret.clone()))).then(|| letters.bounded(secret))
        });
        places.extend(secrets.map(|place| letters.written(&place)));
    }
    hidden(text, places)
}

/// Redacts the secret words of a text; a word is a run of such letters.
pub(crate) fn hidden_words(text: &str, is_of_word: fn(char) -> bool, is_secret: impl Fn(&str) -> bool) -> Cow<'_, str> {
    let mut places = Vec::new();
    for letters in readings(text).into_iter().filter(|letters| !letters.is_joined) {
        let secrets = letters.runs_of(is_of_word).filter(|run| is_secret(&letters.word(run.clone())));
        places.extend(secrets.map(|place| letters.written(&place)));
    }
    hidden(text, places)
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;

    use super::*;
    use crate::secrets::random_secret;

    /// A secret as it is issued.
    const DRAWN: &str = "Q8vN2kXyZr5TfJm1LwHc7DgPb3sEuVq9AoKi4RtYx6U";

    /// The same with a sign in it.
    const SIGNED: &str = "Q8vN2kXy_r5TfJm1LwHc7DgPb3sEuVq9AoKi4RtYx6U";

    #[test]
    fn no_path_of_a_travelling_secret_is_logged_with_it() {
        for purpose in LinkPurpose::ALL.iter().copied() {
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
        let drawn = random_secret::random();
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
        assert!(LinkPurpose::ALL.iter().all(|purpose| MARKS.contains(&purpose.path("").as_str())));
    }

    #[test]
    fn whatever_follows_the_page_of_a_link_is_left_out_of_a_path() {
        let (first, second) = ("sat2UTCO-Zdhosat2UTC", "O-Zdhosat2UTCO-Zdho0123");
        for purpose in LinkPurpose::ALL.iter().copied() {
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
        let drawn = random_secret::random();
        for broken in [format!("{}\n{}", &drawn[..20], &drawn[20..]), format!("{}=\r\n{}", &drawn[..30], &drawn[30..])] {
            let text = format!("See https://x.test/reset/{broken}. Bye");
            let shown = text_without_secrets(&text);
            assert_eq!(shown, "See https://x.test/reset/…. Bye", "{broken}");
        }
        assert_eq!(text_without_secrets(&format!("?secret={drawn}&x=1")), "?secret=…&x=1");
        assert_eq!(text_without_secrets("See /reset/later\nor /reset/now."), "See /reset/later\nor /reset/now.");
        let next = format!("https://x.test/reset/{}\n   {}\nBye, Ada", &DRAWN[..20], &DRAWN[20..]);
        assert_eq!(text_without_secrets(&next), "https://x.test/reset/…\nBye, Ada", "the next line is another word");
        for (before, after) in [("it is ", "\nBye"), ("It is\n", "\nBye"), ("It\nis\n", ""), ("> ", "\n> Bye")] {
            let alone = format!("{before}{}\n{}{after}", &DRAWN[..21], &DRAWN[21..]);
            assert_eq!(text_without_secrets(&alone), format!("{before}…{after}"), "so are the words around one that stands alone");
        }
    }

    #[test]
    fn what_escapes_quotes_or_breaks_a_secret_does_not_keep_it() {
        let (first, second) = DRAWN.split_at(21);
        for between in ["\n> ", "\r\n> > ", " \n   ", "\n\t", "<wbr>", "<wbr/>", "\u{200b}", "\u{ad}", "&#8203;", "&shy;", "%0A", "\0"] {
            for before in ["https://x.test/reset/", "https:\\/\\/x.test\\/invitation\\/", "https://x.test&#47;reset&sol;", "it is "] {
                let shown = text_without_secrets(&format!("{before}{first}{between}{second}, so")).into_owned();
                assert_eq!(shown, format!("{before}…, so"), "{between:?}");
            }
        }
        for between in
            ["\\n", "\\r\\n", "\\t", "\\\\n", "\n// ", "\n# ", "\n+ ", "\n+", "\n- ", "\n * ", " \\\n", "<br>", "<span>", "</b><b>"]
        {
            for (before, after) in [("https://x.test/reset/", ", so"), ("it is ", ", so"), ("", "")] {
                let shown = text_without_secrets(&format!("{before}{first}{between}{second}{after}")).into_owned();
                assert_eq!(shown, format!("{before}…{after}"), "{between:?}");
            }
        }
        let signed = format!("it is {}\n{}.", &SIGNED.replace('_', "-")[..8], &SIGNED.replace('_', "-")[8..]);
        assert_eq!(text_without_secrets(&signed), "it is ….", "a hyphen at the beginning of a line is of the secret");
        let bytes: String = DRAWN.bytes().map(|byte| format!("\\x{byte:02x}")).collect();
        assert_eq!(text_without_secrets(&format!("it is {bytes}.")), "it is ….");
        for sign in ["\\_", "&#95;", "&#x5f;", "&lowbar;", "&amp;#95;", "\\u005f", "%5F"] {
            let written = SIGNED.replace('_', sign);
            assert_eq!(text_without_secrets(&format!("it is {written}.")), "it is ….", "{written}");
        }
    }

    #[test]
    fn a_secret_between_letters_is_left_out_with_them() {
        for around in ["tok-{}", "x{}x", "{}-old", "key_{}_1", "abc{}"] {
            let text = format!("it is {}.", around.replace("{}", DRAWN));
            assert_eq!(text_without_secrets(&text), "it is ….", "{around}");
        }
    }

    #[test]
    fn what_is_a_link_or_a_secret_in_base64_is_left_out() {
        for plain in [DRAWN.to_owned(), format!("https://x.test/reset/{DRAWN}"), format!("Cookie: stint={DRAWN}")] {
            for encoded in [STANDARD.encode(&plain), URL_SAFE_NO_PAD.encode(&plain)] {
                let shown = text_without_secrets(&format!("Basic {encoded}, so")).replace('=', "");
                assert_eq!(shown, "Basic …, so", "{plain}");
            }
        }
        let harmless = STANDARD.encode("four random words, and then as many again, and a few more of them");
        assert_eq!(text_without_secrets(&harmless), harmless);
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
            "InvoiceLineRow_0190163d8694739b8ea1000000000007_Totals",
            "src/document/InvoiceLineRowTotalsCalculatorFactoryBean.java",
            "tests/verify/CheckThatTheInvoiceTotalsAreRoundedHalfUp.spec.ts",
            "fix/reset/Let-The-Links-For-A-New-Password-Run-Out-Sooner",
            "fix/reset/ABC-1234-Show-What-Is-Left-Of-The-Budget-Of-A-Project",
            "CheckThatTheInvoiceTotalsAreRoundedHalfUp2026Q3V2",
            "first_name\nInvoiceLineRowTotalsCalculator\nsecond_name",
            "first_name\\n// InvoiceLineRowTotalsCalculator<br>second_name",
            "C:\\temp\\reports\\InvoiceLineRow\\new_Totals\\2026-Q3.xlsx",
        ] {
            assert_eq!(text_without_secrets(name), name);
        }
    }

    #[test]
    fn of_the_ids_of_others_nothing_is_left_out() {
        let long = format!("{DRAWN}{}", &DRAWN[..21]);
        for id in ["1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms", &long] {
            let text = format!("See https://docs.google.com/spreadsheets/d/{id}/edit, and {id}\n{id}.");
            assert_eq!(text_without_secrets(&text), text);
            assert_eq!(text_without_whole_secrets(&text), text);
        }
        let around = format!("it is x{DRAWN}x and /reset/{DRAWN}, or {DRAWN}.");
        assert_eq!(text_without_secrets(&around), "it is … and /reset/…, or ….");
        assert_eq!(text_without_whole_secrets(&around), format!("it is x{DRAWN}x and /reset/…, or …."));
    }

    #[test]
    fn no_secret_of_a_link_is_kept_with_the_text_around_it() {
        for purpose in LinkPurpose::ALL.iter().copied() {
            let secret = random_secret::random();
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
