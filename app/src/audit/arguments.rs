//! Prepares the arguments of a call for the log: secrets redacted, storable in PostgreSQL, and of limited length.

use std::{borrow::Cow, fmt::Write};

use domain::text;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::secrets::{access_token, redaction};

/// The longest arguments of a write, in bytes of JSON.
pub const WRITE_BYTES_MAX: usize = 8_192;

/// The longest arguments of an access, in bytes of JSON.
pub const ACCESS_BYTES_MAX: usize = 2_048;

/// Words in the names of arguments whose content is never recorded.
const SECRET: [&str; 2] = ["password", "secret"];

/// The name of the argument that contains the current password.
const PRESENT: &str = "present";

/// Arguments that contain an id, a secret, or both: an id is recorded, a secret is not.
const ID_OR_SECRET: [&str; 2] = ["invitation", "token"];

/// The replacement for NUL, which PostgreSQL cannot store in text.
const UNWRITABLE: &str = "\u{fffd}";

/// The key under which cut arguments state their original length, in bytes of JSON, and their hash.
const CUT: &str = "cut";

/// The length of [`CUT`] with its value, in bytes of JSON.
const CUT_BYTES: usize = 128;

/// The longest arguments that are searched for secrets as a whole, in bytes of JSON, since the search takes linear time. Of longer ones
/// only the recorded part is searched, and their length is stated but no hash: it could be that of a password with known words
/// around it.
const SEARCHED_BYTES_MAX: usize = 65_536;

/// The most arguments that are kept when they are cut.
const FIELDS_MAX: usize = 100;

/// The longest text that is kept when arguments are cut, in characters.
const TEXT_MAX: usize = 200;

/// The most items of a list or nested object that are kept when arguments are cut.
const ITEMS_MAX: usize = 20;

/// Redacts secrets and makes the arguments storable, in at most `bytes_max` bytes of JSON.
///
/// Longer ones are cut and contain the SHA-256 of their JSON, with which the original can be compared.
pub fn kept(arguments: Value, bytes_max: usize) -> Value {
    match arguments.to_string().len() {
        ..=SEARCHED_BYTES_MAX => bounded(without_secrets(writable(arguments)), bytes_max),
        bytes => {
            let Value::Object(kept) = without_secrets(writable(whole_words(arguments))) else { return json!({ CUT: { "bytes": bytes } }) };
            cut(kept, bytes_max, json!({ "bytes": bytes }))
        }
    }
}

/// The beginning of arguments that are too long to be searched. A text ends before the word that would be cut, since half a secret is
/// not recognized.
fn whole_words(arguments: Value) -> Value {
    let fields = if let Value::Object(fields) = arguments { fields } else { Map::new() };
    let short = |(name, value): (String, Value)| (name.len() <= TEXT_MAX).then(|| (name, shortened(value, &|text| words(text))));
    Value::Object(fields.into_iter().take(FIELDS_MAX).filter_map(short).collect())
}

fn words(text: &str) -> String {
    let Some((end, _)) = text.char_indices().nth(TEXT_MAX) else { return text.to_owned() };
    let whole = text[..end].rfind(char::is_whitespace).unwrap_or(0);
    format!("{}…", &text[..whole])
}

/// Makes a text storable and redacts the secrets of tokens and links in it, whatever is around them.
pub fn redact_text(text: &str) -> Cow<'_, str> {
    without(text, redaction::text_without_secrets)
}

/// The same for messages and names: text that only contains the letters of a secret stays, such as the id of a file.
pub fn redact_message(text: &str) -> Cow<'_, str> {
    without(text, redaction::text_without_whole_secrets)
}

fn without(text: &str, shown: fn(&str) -> Cow<'_, str>) -> Cow<'_, str> {
    let text = if text.contains('\0') { Cow::Owned(text.replace('\0', UNWRITABLE)) } else { Cow::Borrowed(text) };
    each(each(text, access_token::without_secrets), shown)
}

/// Makes text of a program or server a printable line ([`text::printable`]) of at most `longest` characters, without secrets. They are
/// redacted before it is cut, since half a secret is not recognized.
pub fn redact_line(given: &str, longest: usize) -> String {
    let beginning: String = given.chars().take(SEARCHED_BYTES_MAX / 4).filter(|letter| *letter != '\0').collect();
    text::printable(&redact_text(&beginning), longest)
}

fn each<'a>(text: Cow<'a, str>, shown: fn(&str) -> Cow<'_, str>) -> Cow<'a, str> {
    if let Cow::Owned(shown) = shown(&text) {
        return Cow::Owned(shown);
    }
    text
}

fn bounded(arguments: Value, bytes_max: usize) -> Value {
    let whole = arguments.to_string();
    if whole.len() <= bytes_max {
        return arguments;
    }
    let fields = if let Value::Object(fields) = arguments { fields } else { Map::new() };
    let beginning = |text: &str| text.char_indices().nth(TEXT_MAX).map_or_else(|| text.to_owned(), |(end, _)| format!("{}…", &text[..end]));
    let short = fields.into_iter().take(FIELDS_MAX).map(|(name, value)| (name, shortened(value, &beginning))).collect();
    cut(short, bytes_max, json!({"bytes": whole.len(), "sha256": sha256(&whole)}))
}

/// As many of these arguments as fit, with `said` about all of them under [`CUT`].
fn cut(arguments: Map<String, Value>, bytes_max: usize, said: Value) -> Value {
    let mut left = bytes_max.saturating_sub(CUT_BYTES);
    let mut kept = Map::new();
    for (name, value) in arguments {
        // With the quotes, the colon and the comma around them.
        let length = Value::from(name.as_str()).to_string().len() + value.to_string().len() + 2;
        if let Some(less) = left.checked_sub(length) {
            left = less;
            kept.insert(name, value);
        }
    }
    kept.insert(CUT.to_owned(), said);
    Value::Object(kept)
}

/// The value with `shorten` applied to every text, and at most a few items in every list and object.
fn shortened(value: Value, shorten: &impl Fn(&str) -> String) -> Value {
    match value {
        Value::String(text) if text.len() > TEXT_MAX => Value::from(shorten(&text)),
        Value::Array(items) => items.into_iter().take(ITEMS_MAX).map(|item| shortened(item, shorten)).collect(),
        Value::Object(fields) => {
            Value::Object(fields.into_iter().take(ITEMS_MAX).map(|(name, value)| (name, shortened(value, shorten))).collect())
        }
        other => other,
    }
}

/// The SHA-256 of a text in hexadecimal.
fn sha256(text: &str) -> String {
    Sha256::digest(text).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a string does not fail.
        write!(hex, "{byte:02x}").ok();
        hex
    })
}

fn without_secrets(mut arguments: Value) -> Value {
    hide_secrets(&mut arguments);
    arguments
}

/// Hides secrets at any depth: refused calls are recorded too, with arguments that no operation has.
fn hide_secrets(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(hide_secrets),
        Value::Object(fields) => {
            for (name, value) in fields.iter_mut() {
                match is_secret(name, value) {
                    true => *value = Value::from("…"),
                    false => hide_secrets(value),
                }
            }
        }
        _ => {}
    }
}

fn is_secret(name: &str, value: &Value) -> bool {
    let is_id = value.as_str().is_some_and(|text| access_token::id_in(text).is_some());
    let name = name.to_lowercase();
    name == PRESENT || SECRET.iter().any(|secret| name.contains(secret)) || (ID_OR_SECRET.contains(&name.as_str()) && !is_id)
}

/// Makes arguments storable, names included: a call that PostgreSQL cannot store would not be recorded, and a recorded
/// secret would be visible to every reader of the log.
fn writable(mut value: Value) -> Value {
    make_writable(&mut value);
    value
}

fn make_writable(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Cow::Owned(kept) = redact_text(text) {
                *text = kept;
            }
        }
        // PostgreSQL writes numbers out, 1e300 in 301 digits.
        Value::Number(number) if number.as_f64().is_some_and(|size| size != 0.0 && !(1e-6..1e20).contains(&size.abs())) => {
            *value = Value::from(number.to_string());
        }
        Value::Array(items) => items.iter_mut().for_each(make_writable),
        Value::Object(fields) => {
            if fields.keys().any(|name| matches!(redact_text(name), Cow::Owned(_))) {
                *fields = std::mem::take(fields).into_iter().map(|(name, value)| (redact_text(&name).into_owned(), value)).collect();
            }
            fields.values_mut().for_each(make_writable);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::link_purpose::LinkPurpose;

    #[test]
    fn arguments_within_the_bound_are_kept_as_they_are() {
        let given = json!({"query": "Acme", "limit": 20, "members": ["me"]});
        assert_eq!(kept(given.clone(), ACCESS_BYTES_MAX), given);
    }

    #[test]
    fn whatever_is_given_is_kept_within_the_bound_and_can_be_compared_with_the_whole() {
        let long = "x".repeat(1_000_000);
        let names: Map<String, Value> = (0..1_000).map(|at| (format!("field {at} {long:.90}"), json!(at))).collect();
        let quotes = "\"\u{1}".repeat(500_000);
        for given in [
            json!({"query": "x".repeat(50_000), "limit": 20}),
            json!({"query": long, "limit": 20}),
            json!({"members": vec!["me"; 75_000], "query": "Acme"}),
            json!({"nested": {"deep": vec![json!({"text": long}); 100]}}),
            json!({ long.clone(): 1, "query": "Acme" }),
            json!({ "query": quotes }),
            Value::Object(names),
            json!([long]),
        ] {
            for bound in [ACCESS_BYTES_MAX, WRITE_BYTES_MAX] {
                let kept = kept(given.clone(), bound);
                assert!(kept.to_string().len() <= bound, "{} bytes", kept.to_string().len());
                assert_eq!(kept[CUT]["bytes"], given.to_string().len());
                let short = given.to_string().len() <= SEARCHED_BYTES_MAX;
                assert_eq!(kept[CUT].get("sha256"), short.then(|| json!(sha256(&given.to_string()))).as_ref());
            }
        }
        assert_eq!(kept(json!({"query": "y".repeat(9_000), "limit": 20}), ACCESS_BYTES_MAX)["limit"], 20, "what is short stays");
    }

    #[test]
    fn a_number_that_the_database_would_write_out_is_kept_as_text() {
        let given = json!({"huge": [1e300, -1e25], "tiny": 1e-300, "plain": [0, 0.5, -7, u64::MAX]});
        let expected = json!({"huge": ["1e+300", "-1e+25"], "tiny": "1e-300", "plain": [0, 0.5, -7, u64::MAX]});
        assert_eq!(kept(given, ACCESS_BYTES_MAX), expected);
    }

    #[test]
    fn of_a_whole_token_nothing_but_its_id_is_kept_wherever_it_stands() {
        let id = "01a1fdd1042b74e484366da41873e862";
        let (whole, shown) = (format!("stint_pat_{id}_s3-cr_et"), format!("stint_pat_{id}_…"));
        let around = |token: &str| {
            json!({
                "token": token, "query": format!("is it {token}, or {token}?"), "lines": [{"description": [token, {token: 1}]}],
                token: null, "name": format!("({token})"),
            })
        };
        assert_eq!(kept(around(&whole), ACCESS_BYTES_MAX), around(&shown));
        assert_eq!(kept(around(&shown), ACCESS_BYTES_MAX), around(&shown), "what was hidden stays as it is");
        let hyphened = format!("stint_pat_{{{}}}_s3cret", uuid::Uuid::parse_str(id).expect("an id"));
        assert!(!kept(json!({"a": hyphened}), ACCESS_BYTES_MAX).to_string().contains("s3cret"));
        assert_eq!(kept(json!({"token": id}), ACCESS_BYTES_MAX)["token"], id);
        assert_eq!(kept(json!({"token": "s3cret alone"}), ACCESS_BYTES_MAX)["token"], "…");
        assert_eq!(kept(json!({"a": "stint_pat_ is how a token begins"}), ACCESS_BYTES_MAX)["a"], "stint_pat_ is how a token begins");
        let long = |token: &str| json!({"note": format!("{}{token}", "z".repeat(9_000))});
        assert_eq!(kept(long(&format!("{whole}1")), WRITE_BYTES_MAX), kept(long(&whole), WRITE_BYTES_MAX), "nor in the hash");
    }

    #[test]
    fn no_secret_of_any_kind_is_kept_wherever_it_stands() {
        let drawn = "sat2UTCO-Zdhosat2UTCO-Zdhosat2UTCO-Zdho0124";
        let id = "01a1fdd1042b74e484366da41873e862";
        let links = LinkPurpose::ALL.iter().map(|purpose| format!("https://stint.test{}", purpose.path(drawn)));
        let others = [
            drawn.to_owned(),
            format!("stint_pat_{id}_{drawn}"),
            format!("Stint_pat_{id}_{drawn}"),
            format!("{id}_{drawn}"),
            format!("Authorization: Bearer stint_pat_{id}_{drawn}"),
            format!("Cookie: __Host-stint={drawn}"),
            format!("?secret={drawn}"),
        ];
        for secret in links.chain(others) {
            let given = json!({
                "query": secret, "description": format!("See {secret}, please"), "unknown": [{ "field": [secret] }],
                secret.clone(): 1, "nested": { secret.clone(): null },
            });
            for bound in [ACCESS_BYTES_MAX, WRITE_BYTES_MAX] {
                let kept = kept(given.clone(), bound).to_string();
                assert!(!kept.contains("Zdho") && kept.contains("please"), "{secret} as {kept}");
            }
        }
    }

    #[test]
    fn no_token_is_kept_that_is_escaped_or_that_the_end_of_a_line_breaks() {
        let drawn = "Q8vN2kXyZr5TfJm1LwHc7DgPb3sEuVq9AoKi4RtYx6U";
        let token = format!("stint_pat_01a1fdd1042b74e484366da41873e862_{drawn}");
        for written in [
            token.replace('_', "\\_"),
            token.replace('_', "&#95;"),
            token.replacen("fdd1", "fd\nd1", 1),
            token.replacen("fdd1", "fd\n> d1", 1),
            token.replacen("pat", "p<wbr>at", 1),
            token.replacen("LwHc", "Lw\r\n   Hc", 1),
            token.replacen("8vN2", "8v\u{200b}N2", 1),
        ] {
            let kept = kept(json!({ "query": format!("is it {written}, or\nnot?") }), ACCESS_BYTES_MAX)["query"].to_string();
            assert!(
                !kept.contains("8v") && !kept.contains("x6U") && kept.contains("…, or") && kept.contains("not?"),
                "{written} as {kept}"
            );
        }
    }

    #[test]
    fn what_a_program_says_is_told_without_secrets_and_none_is_cut_in_two() {
        let drawn = "Q8vN2kXyZr5TfJm1LwHc7DgPb3sEuVq9AoKi4RtYx6U";
        assert_eq!(redact_line("curl/8\n", 100), "curl/8");
        for longest in 5..60 {
            let said = redact_line(&format!("ua {drawn} more"), longest);
            assert!(!said.contains("Q8") && said.chars().count() <= longest, "{said}");
        }
    }

    #[test]
    fn what_is_called_a_secret_is_not_kept_however_deep_and_in_whatever_case_it_stands() {
        let given = json!({
            "login": { "Password": "hunter2", "email": "ada@example.com" }, "new_password": ["hunter2"], "clientSecret": { "a": "hunter2" },
            "lines": [{ "present": "hunter2", "invitation": "hunter2" }],
        });
        let kept = kept(given, ACCESS_BYTES_MAX);
        assert!(!kept.to_string().contains("hunter2"), "{kept}");
        assert_eq!(kept["login"]["email"], "ada@example.com");
    }

    #[test]
    fn of_what_is_too_long_to_be_looked_through_no_secret_and_no_half_of_one_is_kept() {
        let link = format!("http://localhost/reset/{}", "Ab3x".repeat(11));
        let token = format!("stint_pat_01a1fdd1042b74e484366da41873e862_{}", "s3cret".repeat(8));
        for before in 0..TEXT_MAX {
            let text = format!("{}{link} {token} {}", " x".repeat(before / 2), "z ".repeat(50_000));
            let kept = kept(json!({ "note": [text], "password": text }), WRITE_BYTES_MAX).to_string();
            assert!(!kept.contains("Ab3x") && !kept.contains("s3cret") && !kept.contains("sha256"), "{before}: {kept}");
        }
        let name = "株式会社".repeat(20);
        let beside = kept(json!({ "a": "z ".repeat(50_000), "limit": 20, "name": name }), WRITE_BYTES_MAX);
        assert_eq!((&beside["limit"], &beside["name"]), (&json!(20), &json!(name)), "what is short stays whole, in any script");
    }

    #[test]
    fn a_secret_is_not_even_in_the_hash() {
        let given = |password: &str| json!({"password": password, "note": "z".repeat(9_000)});
        assert_eq!(kept(given("one"), WRITE_BYTES_MAX), kept(given("other"), WRITE_BYTES_MAX));
    }
}
