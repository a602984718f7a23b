//! Glyph coverage: an invoice with characters that no font has is not sent, as its permanent document would show boxes instead.

#[cfg(test)]
mod tests;

use domain::locale::Locale;

use super::{InvoiceProblem, einvoice::InvoiceSource};
use crate::context::DocumentRenderer;

/// How many characters and lines are named before the rest is counted.
const NAMED: usize = 12;

/// The advice for a text that somebody has written.
const REWRITE: &str = "write it in other letters";

/// The problems that prevent an invoice from being printed in full, one per field.
pub fn problems(source: &InvoiceSource<'_>, documents: &dyn DocumentRenderer) -> Vec<InvoiceProblem> {
    let texts = of_seller(source).into_iter().chain(of_buyer(source)).chain([("notes", "The notes", source.notes)]);
    let texts = texts.filter_map(|(field, place, text)| {
        let missing = documents.missing_glyphs(text?);
        problem(field, place, missing, REWRITE)
    });
    let of_lines = source.lines.iter().map(|line| Some(line.description.as_str()));
    let of_reasons = source.lines.iter().map(|line| line.tax_reason.as_deref());
    let lines = [
        in_lines(("lines.description", "The text"), of_lines, documents),
        in_lines(("lines.tax_reason", "The tax reason"), of_reasons, documents),
    ];
    of_language(source, documents).into_iter().chain(texts).chain(lines.into_iter().flatten()).collect()
}

/// Checks the words that come with the language of the document: its labels and composed texts.
fn of_language(source: &InvoiceSource<'_>, documents: &dyn DocumentRenderer) -> Option<InvoiceProblem> {
    let (seller, buyer) = (source.seller.country.as_deref(), source.buyer.country.as_deref());
    let locale = Locale::of(&source.buyer.language);
    let countries = [seller, buyer].into_iter().flatten().filter_map(|country| locale.country(country));
    let words = countries.fold(locale.on_documents(seller), |words, country| words + country);
    let mut missing = documents.missing_label_glyphs(locale);
    let others = documents.missing_glyphs(&words).into_iter().filter(|letter| !missing.contains(letter)).collect::<Vec<_>>();
    missing.extend(others);
    let (place, otherwise) = (format!("A document in {}", locale.name()), "choose another language of documents for the client");
    problem("client.language", &place, missing, otherwise)
}

/// A text as printed: its field, the name of that in words, and its content.
type PrintedText<'a> = (&'static str, &'static str, Option<&'a str>);

fn of_seller<'a>(source: &InvoiceSource<'a>) -> Vec<PrintedText<'a>> {
    let seller = source.seller;
    let (field, name) = name(("organization.legal_name", &seller.legal_name), ("organization.name", &seller.name));
    let bank = |text: &'a Option<String>| text.as_deref().filter(|_| seller.says_where_to_pay());
    vec![
        (field, "The name of your organization", Some(name)),
        ("organization.address", "The address of your organization", seller.address.as_deref()),
        ("organization.vat_id", "The VAT identifier of your organization", seller.vat_id.as_deref()),
        ("organization.tax_number", "The tax number of your organization", seller.tax_number.as_deref()),
        ("organization.email", "The e-mail address of your organization", seller.email.as_deref()),
        ("organization.phone", "The telephone of your organization", seller.phone.as_deref()),
        ("organization.bank_holder", "The holder of your bank account", bank(&seller.bank_holder)),
        ("organization.account_number", "The number of your bank account", bank(&seller.account_number)),
        ("organization.bank_name", "The name of your bank", bank(&seller.bank_name)),
        ("organization.number_pattern", "The pattern of the invoice numbers", Some(&seller.number_pattern)),
    ]
}

fn of_buyer<'a>(source: &InvoiceSource<'a>) -> Vec<PrintedText<'a>> {
    let buyer = source.buyer;
    let (field, name) = name(("client.legal_name", &buyer.legal_name), ("client.name", &buyer.name));
    vec![
        (field, "The name of the client", Some(name)),
        ("client.address", "The address of the client", buyer.address.as_deref()),
        ("client.vat_id", "The VAT identifier of the client", buyer.vat_id.as_deref()),
    ]
}

/// The name as printed: the legal one if there is one.
fn name<'a>(legal: (&'static str, &'a Option<String>), usual: (&'static str, &'a str)) -> (&'static str, &'a str) {
    legal.1.as_deref().map_or(usual, |name| (legal.0, name))
}

/// The same for a field that every line has.
fn in_lines<'a>(
    (field, place): (&'static str, &str),
    texts: impl Iterator<Item = Option<&'a str>>,
    documents: &dyn DocumentRenderer,
) -> Option<InvoiceProblem> {
    let (mut numbers, mut letters): (Vec<String>, Vec<char>) = (Vec::new(), Vec::new());
    for (at, text) in texts.enumerate() {
        let missing = text.map(|text| documents.missing_glyphs(text)).unwrap_or_default();
        if !missing.is_empty() {
            numbers.push((at + 1).to_string());
        }
        for letter in missing {
            if letters.len() <= NAMED && !letters.contains(&letter) {
                letters.push(letter);
            }
        }
    }
    let lines = if numbers.len() == 1 { "line" } else { "lines" };
    problem(field, &format!("{place} of {lines} {}", named(&numbers, ", ")), letters, REWRITE)
}

fn problem(field: &str, place: &str, missing: Vec<char>, otherwise: &str) -> Option<InvoiceProblem> {
    if missing.is_empty() {
        return None;
    }
    let shown: Vec<String> = missing.iter().map(|letter| shown(*letter)).collect();
    let shown = named(&shown, " ");
    let message = match packages(&missing) {
        Some(packages) => format!(
            "{place} cannot be printed: no font on this machine has {shown}. Install one that has them (on Debian: apt install {packages}) \
             and start Stint again, or {otherwise}."
        ),
        None => format!("{place} cannot be printed: {shown} mean something by private agreement only. Write it in other letters."),
    };
    Some(InvoiceProblem { rule: None, field: field.to_owned(), message })
}

/// The first of the items, and the number of further ones.
fn named(items: &[String], between: &str) -> String {
    match items.len().saturating_sub(NAMED) {
        0 => items.join(between),
        _ => format!("{} …", items[..NAMED].join(between)),
    }
}

/// A character in a sentence, with its code point if its shape may not be recognized.
fn shown(letter: char) -> String {
    let code = format!("U+{:04X}", u32::from(letter));
    match letter {
        _ if is_private(letter) => code,
        _ if letter.is_alphabetic() => letter.to_string(),
        _ => format!("{letter} ({code})"),
    }
}

/// The Debian packages with fonts for these characters; `None` if no font can exist for any of them.
fn packages(missing: &[char]) -> Option<String> {
    let mut open = missing.iter().filter(|letter| !is_private(**letter)).peekable();
    open.peek()?;
    let (east_asian, other): (Vec<char>, Vec<char>) = open.partition(|letter| is_east_asian(**letter));
    let packages = [("fonts-noto-cjk", !east_asian.is_empty()), ("fonts-noto-core", !other.is_empty())];
    let needed: Vec<&str> = packages.into_iter().filter(|(_, needed)| *needed).map(|(package, _)| package).collect();
    Some(needed.join(" "))
}

/// Whether a character is Chinese, Japanese or Korean, or a mark that is used with them.
fn is_east_asian(letter: char) -> bool {
    matches!(letter, '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{9fff}' | '\u{a960}'..='\u{a97f}' | '\u{ac00}'..='\u{d7ff}'
        | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe4f}' | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}')
}

/// Whether a character is for private use; an accessible document may not contain any, whatever font has it.
pub fn is_private(letter: char) -> bool {
    matches!(letter, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}')
}
