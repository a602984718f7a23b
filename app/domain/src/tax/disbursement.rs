//! Disbursements: payments in the name and for the account of the client. A disbursement is no part of the price and no exempt supply
//! (Article 79 (c) of Directive 2006/112/EC, and the laws that follow it or are like it). Beside taxed lines it has category E, as it has
//! no category of its own.

mod legal_phrases;
mod negation;

use std::{cell::RefCell, collections::HashMap, ops::Range, thread::LocalKey};

use super::{category::TaxCategory, territory};

/// The term for a disbursement, with the law of the seller's country if known. The directive is law in the European Union alone.
pub fn words(country: Option<&str>) -> &'static str {
    match country {
        Some("DE") => "Durchlaufender Posten (§ 10 Abs. 1 Satz 5 UStG)",
        Some("AT") => "Durchlaufender Posten (§ 4 Abs. 3 UStG 1994)",
        Some("CH" | "LI") => "Durchlaufposten (Art. 24 Abs. 6 Bst. b MWSTG)",
        Some("FR" | "GP" | "MC" | "MQ" | "RE") => "Débours (art. 267, II-2° du CGI)",
        Some("GB" | "IM") => "Disbursement (VAT Notice 700, section 25.1)",
        Some("NO") => "Utlegg (disbursement)",
        Some(country) if territory::in_eu(country) => "Disbursement (Article 79 (c) of Directive 2006/112/EC)",
        _ => "Disbursement",
    }
}

/// Names of disbursements in the languages of the countries that have some, in lower case, each as whole words.
const NAMES: [&str; 23] = [
    "disbursement",
    "disbursements",
    "durchlaufposten",
    "durchlaufende posten",
    "durchlaufendem posten",
    "durchlaufenden posten",
    "durchlaufender posten",
    "débours",
    "déboursé",
    "déboursés",
    "debours",
    "suplido",
    "suplidos",
    "anticipazione",
    "anticipazioni",
    "onkostenvoorschot",
    "onkostenvoorschotten",
    "doorlopende post",
    "doorlopende posten",
    "utlegg",
    "utlegget",
    "utlägg",
    "udlæg",
];

/// The Japanese name, in a language without spaces between words.
const JAPANESE: &str = "立替";

/// What was found out about reasons.
type Known = RefCell<HashMap<String, bool>>;

/// The most reasons that are remembered by each thread: more than an invoice has.
const KNOWN_MAX: usize = 256;

thread_local! {
    static NAMED: Known = Known::default();
    static MENTIONED: Known = Known::default();
}

/// Whether an exemption reason names a disbursement, also in the words of the law, and does not deny it.
pub fn is_named(reason: Option<&str>) -> bool {
    let names = |reason: &str| is_named_in_japanese(reason) || is_among_words(&reason.to_lowercase());
    reason.is_some_and(|reason| remembered(&NAMED, reason, names))
}

/// The answer for a reason, which is found out once: the lines of an invoice share few reasons, and each is asked about many times.
fn remembered(known: &'static LocalKey<Known>, reason: &str, find_out: impl Fn(&str) -> bool) -> bool {
    known.with_borrow_mut(|known| {
        if let Some(known) = known.get(reason) {
            return *known;
        }
        if known.len() >= KNOWN_MAX {
            known.clear();
        }
        let found = find_out(reason);
        known.insert(reason.to_owned(), found);
        found
    })
}

fn is_named_in_japanese(reason: &str) -> bool {
    let parts = || reason.match_indices(JAPANESE).map(|(at, name)| (&reason[..at], &reason[at + name.len()..]));
    parts().any(|(before, behind)| !negation::is_denied_in_japanese(before, behind))
}

fn is_among_words(reason: &str) -> bool {
    let words = negation::words(reason);
    let words: Vec<&str> = words.split_whitespace().collect();
    let places = places(&words).into_iter().chain(legal_phrases::places(&words));
    places.into_iter().any(|place| !negation::is_denied(&words[..place.start], &words[place.end..]))
}

/// The positions of names of disbursements among these words.
fn places(words: &[&str]) -> Vec<Range<usize>> {
    let of_name = |name: &str| {
        let name: Vec<&str> = name.split(' ').collect();
        let there = words.windows(name.len()).enumerate().filter(|(_, there)| **there == *name);
        there.map(|(at, _)| at..at + name.len()).collect::<Vec<_>>()
    };
    NAMES.into_iter().flat_map(of_name).collect()
}

/// Whether a reason mentions a disbursement by name, even to deny it: earlier versions recognized neither denials nor the words of the law.
pub fn is_mentioned(reason: Option<&str>) -> bool {
    let mentions = |reason: &str| {
        let words = negation::words(&reason.to_lowercase());
        let words: Vec<&str> = words.split_whitespace().filter(|word| !negation::SIGNS.contains(word)).collect();
        reason.contains(JAPANESE) || !places(&words).is_empty()
    };
    reason.is_some_and(|reason| remembered(&MENTIONED, reason, mentions))
}

/// Whether a line with this category and reason is a disbursement beside taxed lines.
pub fn is_one(category: TaxCategory, reason: Option<&str>) -> bool {
    category == TaxCategory::E && is_named(reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::country::COUNTRIES;

    #[test]
    fn the_law_of_the_european_union_is_named_within_it_alone() {
        for (code, _) in COUNTRIES {
            let is_of_union = words(Some(code)).contains("2006/112");
            assert!(!is_of_union || territory::in_eu(code), "{code}: {}", words(Some(code)));
        }
        for country in [None, Some("AX"), Some("IS"), Some("JP"), Some("US")] {
            assert_eq!(words(country), "Disbursement", "{country:?}");
        }
        for (country, law) in [
            ("CH", "Art. 24 Abs. 6 Bst. b MWSTG"),
            ("ES", "Article 79 (c)"),
            ("GB", "VAT Notice 700, section 25.1"),
            ("LI", "Art. 24 Abs. 6 Bst. b MWSTG"),
            ("NO", "Utlegg"),
            ("RE", "art. 267"),
            ("SE", "Article 79 (c)"),
        ] {
            assert!(words(Some(country)).contains(law), "{country}: {}", words(Some(country)));
        }
    }

    #[test]
    fn a_disbursement_is_known_by_its_words_and_nothing_else_is_taken_for_one() {
        for country in COUNTRIES.iter().map(|(code, _)| Some(*code)).chain([None]) {
            assert!(is_one(TaxCategory::E, Some(words(country))), "{country:?}");
        }
        for reason in [
            "Disbursements made for you",
            "Disbursement(s): court fee",
            "Durchlaufende Posten",
            "Durchlaufposten",
            "DÉBOURS",
            "Doorlopende post",
            "Suplidos",
            "Anticipazioni (art. 15 DPR 633/72)",
            "立替金（登記費用）",
        ] {
            assert!(is_one(TaxCategory::E, Some(reason)), "{reason}");
            assert!(!is_one(TaxCategory::O, Some(reason)) && is_named(Some(reason)), "{reason}");
        }
        for reason in ["Umsatzsteuerfrei gemäß § 19 UStG", "Exempt from tax", "Durchlauferhitzer", "Testdurchlauf", "Doorlopende opdracht"]
        {
            assert!(!is_one(TaxCategory::E, Some(reason)), "{reason}");
        }
        assert!(!is_one(TaxCategory::E, None));
    }

    /// § 10 (1) sentence 5 UStG, art. 267 CGI, art. 15 DPR 633/1972, Article 79 (c) of Directive 2006/112/EC.
    #[test]
    fn a_disbursement_is_known_by_the_words_of_the_law() {
        for reason in [
            "Auslagen im Namen und für Rechnung des Kunden",
            "In Ihrem Namen und für Ihre Rechnung verauslagt",
            "In fremdem Namen und auf fremde Rechnung",
            "Escluso art. 15 DPR 633/72",
            "Escluso IVA ex art. 15, c. 1, n. 3, D.P.R. 26 ottobre 1972, n. 633",
            "Non soggetto a IVA, articolo 15 DPR n. 633/1972",
            "Spese anticipate in nome e per conto del cliente ex art. 15 DPR 633/72",
            "Frais payés au nom et pour le compte du client",
            "Paid in your name and on your behalf",
            "Incurred in the name and for the account of the client",
            "Spese anticipate in nome e conto del cliente",
            "Anticipato in suo nome e conto",
            "Spese a nome e conto del cliente",
            "Em seu nome e conta",
            "I kundens navn og regning",
            "In dessen Namen und Rechnung",
            "Gerichtskosten im Namen und Rechnung des Mandanten",
            "Frais avancés au nom et compte du client",
            "Betaald in naam en rekening van de klant",
            "Pagado en nombre y cuenta del cliente",
            "En nombre y por cuenta del cliente (art. 78.Tres.3 LIVA)",
            "In naam en voor rekening van de klant",
            "Em nome e por conta do cliente",
            "I navn og for regning",
            "W imieniu i na rzecz klienta",
            "In our client's name and on their behalf",
            "Im Namen unserer Mandantin und für deren Rechnung",
            "Im Namen und für Rechnung mit Beleg",
        ] {
            assert!(is_named(Some(reason)) && !is_mentioned(Some(reason)), "{reason}");
        }
        for reason in [
            "Im eigenen Namen und für fremde Rechnung",
            "In nome proprio e per conto altrui",
            "En son nom propre et pour le compte du client",
            "In our own name and for the account of the client",
            "Nicht im Namen und für Rechnung des Kunden",
            "Non in nome e per conto del cliente",
            "Esente art. 10 DPR 633/72",
            "Exempt under article 15 of the law",
            "Steuerfrei. Rechnung auf Ihren Namen",
            "Im Namen des Kunden. Eine Rechnung folgt",
            "Imponibile art. 13, c. 15 DPR 633/72",
            "Escluso art. 15, c. 1, n. 1, DPR 633/72",
            "Escluso IVA ex art. 15 n. 2 D.P.R. 26 ottobre 1972, n. 633",
            "Art. 15 numero 4 DPR 633/72",
            "Quote your name and account number",
            "Esente art. 10. Indicare nome e conto nel bonifico",
            "Exento. Nombre y cuenta abajo",
            "Nie w imieniu i na rzecz klienta",
            "Não em nome e por conta do cliente",
        ] {
            assert!(!is_named(Some(reason)), "{reason}");
        }
    }

    /// Art. 15 DPR 633/1972 is about interest, discounts, packaging and tax that is passed on, too, and its number stands where it may.
    #[test]
    fn another_number_of_the_italian_article_is_no_disbursement_wherever_it_stands() {
        for reason in [
            "Escluso art. 15 DPR 633/72, comma 1, n. 1",
            "Interessi di mora esclusi art. 15 DPR 633/72 comma 1 n. 1",
            "Art. 15 DPR 633/72, comma 1, n. 1 interessi di mora",
            "Art. 15 D.P.R. 26 ottobre 1972, n. 633, comma 1, n. 2",
            "Escluso art. 15 DPR 633/72 n. 4",
            "Escluso art. 15 c. 1 n.ro 1 DPR 633/72",
            "art. 15 comma 1 punto 1) DPR 633/72",
            "Esclusa ex art. 15, n.ri 1 e 3, DPR 633/72",
            "Esclusa ex art. 15, n.ri 3, 4 e 5, DPR 633/72",
            "Escl. art. 15, 1° comma, n. 1 DPR 633/72",
            "Art. 15 DPR 633/72 e successive modificazioni, comma 1, n. 1 interessi di mora",
            "Escluso art. 15 DPR 633/72, n. 1, interessi di mora",
            "Escluso art. 15 DPR 633/72 n. 1 (interessi di mora)",
        ] {
            assert!(!is_named(Some(reason)), "{reason}");
        }
        for reason in [
            "Escluso art. 15, c. 1, n. 3, DPR 633/72",
            "Escluso art. 15 DPR 633/72 comma 1 n. 3",
            "Escluso art. 15 DPR 633/72 del 1972, comma 1, n.ro 3",
            "Escluso art. 15 DPR 633/72 comma 1 n. 3 - 2 marche da bollo",
            "Escluso art. 15 DPR 633/72, n. 2 marche da bollo",
            "Escluso art. 15 DPR 633/72. Fattura n. 1",
            "Escluso art. 15 DPR 633/72, n. 2, marche da bollo",
            "Escluso art. 15 DPR 633/72 n. 2 (marche da bollo)",
            "Escluso art. 15 n. 3 1º comma DPR 633/72",
        ] {
            assert!(is_named(Some(reason)), "{reason}");
        }
    }

    /// In the name or for the account of the issuer it is the issuer's own supply, in whatever grammatical person they write.
    #[test]
    fn what_is_in_the_name_or_for_the_account_of_the_seller_is_no_disbursement() {
        for reason in [
            "In our name and for your account",
            "Paid in my name and on your behalf",
            "In unserem Namen und für Ihre Rechnung",
            "In meinem Namen und für fremde Rechnung",
            "En notre nom et pour votre compte",
            "In nome nostro e per conto del cliente",
            "En mi nombre y por cuenta del cliente",
            "In onze naam en voor rekening van de klant",
            "I vårt namn och för kundens räkning",
            "I mit navn og for kundens regning",
            "Em nosso nome e por conta do cliente",
            "Em nome e conta próprios",
            "En nombre y cuenta propios",
            "In nome e conto propri",
            "W naszym imieniu i na rzecz klienta",
            "In Ihrem Namen und für eigene Rechnung",
            "In your name and for our account",
            "En votre nom et pour notre compte",
            "En su nombre y por nuestra cuenta",
        ] {
            assert!(!is_named(Some(reason)), "{reason}");
        }
    }

    /// A word before it or an answer after it denies it; one that denies something else does not.
    #[test]
    fn what_is_denied_is_no_disbursement() {
        for reason in [
            "Kein durchlaufender Posten",
            "Steuerfrei (keine durchlaufenden Posten)",
            "Nicht als durchlaufender Posten",
            "Not a disbursement",
            "This isn't a disbursement",
            "Non-disbursement",
            "Pas un débours",
            "Ce n’est pas un débours",
            "Sans débours",
            "No es un suplido",
            "Ningún suplido",
            "Non è un'anticipazione",
            "Non sono anticipazioni",
            "Geen doorlopende post",
            "Ikke utlegg",
            "Inte ett utlägg",
            "Ikke et udlæg",
            "Es handelt sich nicht um einen durchlaufenden Posten",
            "Kein echter durchlaufender Posten",
            "Non si tratta di anticipazioni",
            "No se trata de un suplido",
            "Il ne s’agit pas de débours",
            "Det är inte fråga om ett utlägg",
            "Non\u{2011}disbursement",
            "Durchlaufende Posten: keine",
            "Durchlaufende Posten: keine.",
            "Disbursements: none",
            "Débours : aucun",
            "Suplidos: no hay",
            "立替金：なし",
            "立替金ではない",
            "立替金ではありません",
            "非立替",
        ] {
            assert!(!is_named(Some(reason)) && is_mentioned(Some(reason)), "{reason}");
        }
        for reason in [
            "No VAT: disbursement",
            "Not taxed as a disbursement is",
            "TVA : non. Débours",
            "TVA : non - débours",
            "USt: keine - durchlaufender Posten",
            "BTW: geen - doorlopende post",
            "IVA: no - suplido",
            "VAT: no - disbursement",
            "VAT: no \u{2013} disbursement",
            "VAT: no -disbursement",
            "Disbursements: court fees, not taxed",
            "Disbursements: no VAT",
            "Disbursement. VAT: none",
            "Nicht steuerbar, durchlaufender Posten",
            "Ohne Umsatzsteuer als durchlaufender Posten",
            "Senza IVA (anticipazione)",
            "No fee, a disbursement",
            "Not a fee but a disbursement",
            "Disbursement, not a fee",
            "立替金（手数料ではない）",
        ] {
            assert!(is_named(Some(reason)), "{reason}");
        }
    }
}
