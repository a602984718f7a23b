//! Knows amounts beside the tax in a line that names it: totals with and without tax, net amounts, and other taxes.

use domain::text::search_key;
use std::ops::Range;

use super::{
    rates::without_digits,
    words::{is_other_tax_in_japanese, is_tax, is_total_in_japanese},
};

/// Words that the tax is not in an amount.
const WITHOUT: [&str; 9] = ["before", "excl", "excluding", "exclusive", "exkl", "exklusive", "hors", "ohne", "without"];

/// Words that the tax is in an amount, or is added to it. The amount behind them is the tax, unless they belong to a sum before them.
const WITH: [&str; 8] = ["incl", "including", "inclusive", "inkl", "inklusive", "plus", "zuzuglich", "zzgl"];

/// Words for an amount of which the tax is a part, or that it comes on top of.
const NET_OR_GROSS: [&str; 8] = ["brutto", "bruttobetrag", "gross", "ht", "net", "netto", "nettobetrag", "ttc"];

/// Words for the sum of an invoice.
const TOTAL: [&str; 12] =
    ["amount", "betrag", "gesamt", "gesamtbetrag", "invoice", "montant", "preis", "price", "sum", "summe", "total", "totaal"];

/// Words between a label and its amount.
const LINKS: [&str; 8] = ["av", "de", "di", "of", "pa", "van", "von", "="];

/// How many words before a label are looked at for the sum that it belongs to.
const TOTAL_WITHIN: usize = 4;

/// Whether the words beside an amount say that it is something else than the tax.
pub fn is_of_other(words: &[String], place: &Range<usize>) -> bool {
    let (before, behind) = (without_digits(&words[..place.start]), &words[place.end..]);
    is_other_tax_in_japanese(before)
        || is_net_or_gross(before)
        || is_total_with_tax(before)
        || is_labelled_behind(behind) && !is_labelled(before)
}

/// Whether a word for the tax stands directly before an amount, with nothing but a percentage between them.
pub fn is_labelled(before: &[String]) -> bool {
    without_links(before).last().is_some_and(|label| is_tax(label))
}

fn is_one_of(known: &[&str], word: &str) -> bool {
    known.contains(&search_key(word).as_str())
}

/// The words without percentages, numbers and links at their end.
fn without_links(words: &[String]) -> &[String] {
    let is_number = |word: &String| word.starts_with(|letter: char| letter.is_ascii_digit()) && !word.contains(char::is_alphabetic);
    let is_link = |word: &String| word.contains('%') || is_number(word) || is_one_of(&LINKS, word);
    let kept = words.iter().rposition(|word| !is_link(word)).map_or(0, |last| last + 1);
    &words[..kept]
}

fn is_net_or_gross(before: &[String]) -> bool {
    before.last().is_some_and(|label| is_one_of(&NET_OR_GROSS, label))
}

/// Whether the words before an amount end as `Total incl. VAT` or `excl. VAT` do. In `incl. VAT of 52.10` the amount is the tax.
fn is_total_with_tax(before: &[String]) -> bool {
    if before.last().is_some_and(|word| is_one_of(&LINKS, word)) {
        return false;
    }
    let Some((_, rest)) = without_links(before).split_last().filter(|(label, _)| is_tax(label)) else { return false };
    let Some((with, rest)) = without_links(rest).split_last() else { return false };
    // In `Total 312.60 incl. VAT 52.10` they belong to the amount before them.
    let is_of_amount = || rest.iter().rev().take(2).any(|word| has_digit(word));
    let mut near = rest.iter().rev().take(TOTAL_WITHIN).take_while(|word| !has_digit(word));
    let is_of_total = near.any(|word| is_one_of(&TOTAL, word) || is_one_of(&NET_OR_GROSS, word));
    is_one_of(&WITH, with) && is_of_total || is_one_of(&WITHOUT, with) && !is_of_amount()
}

fn has_digit(word: &str) -> bool {
    word.contains(|letter: char| letter.is_ascii_digit())
}

/// Whether the words behind an amount go on as `incl. VAT` or `netto` do.
fn is_labelled_behind(behind: &[String]) -> bool {
    let Some((label, rest)) = behind.split_first() else { return false };
    let begins_next = || rest.first().is_some_and(|word| has_digit(word));
    is_one_of(&WITH, label)
        || is_one_of(&WITHOUT, label)
        || is_one_of(&NET_OR_GROSS, label) && !begins_next()
        || is_total_in_japanese(label) && !begins_next()
}
