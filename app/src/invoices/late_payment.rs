//! Statements on late payment and early payment discounts that the seller's law requires on an invoice to a business.

use domain::{tax::territory, text};

use super::{client_tax, store::InvoiceRow};
use crate::{
    clients::{self, Client},
    error::Error,
    operation::Call,
    organizations::{self, Organization},
};

/// A law that requires statements on the invoice itself. Elsewhere the consequences of late payment hold without them, as by Directive
/// 2011/7/EU and the laws that follow it.
struct LatePaymentLaw {
    /// The countries where it is law.
    countries: &'static [&'static str],
    /// Its name, within a sentence.
    name: &'static str,
    statements: [Statement; 3],
}

/// One required statement.
struct Statement {
    /// Its subject, within a sentence.
    what: &'static str,
    /// Kinds of words of which a sentence with the statement has one each, as keys: `*` is any ending, `#` any number.
    known: &'static [&'static [&'static str]],
    /// The statement in French.
    french: &'static str,
    /// The statement in English.
    english: &'static str,
    /// The statement in German.
    german: &'static str,
    /// Whether the payment terms of each document state it, too: then it is not asked for by itself.
    of_terms: bool,
}

/// The rate is the one that applies if the parties have agreed on none (Code de commerce, article L441-10 II).
const LAWS: [LatePaymentLaw; 1] = [LatePaymentLaw {
    countries: &["FR", "GF", "GP", "MQ", "RE", "YT"],
    name: "articles L441-9 and D441-5 of the Code de commerce",
    statements: [
        Statement {
            what: "at which rate late payment is penalized",
            known: &[&["penal*", "interet*", "interest", "verzug*"], &["#", "taux", "rate", "rates", "zinssatz"]],
            french: "En cas de retard de paiement, des pénalités sont exigibles au taux de refinancement de la Banque centrale européenne \
                     majoré de 10 points de pourcentage.",
            english: "Late payment is penalized at the refinancing rate of the European Central Bank plus 10 percentage points.",
            german: "Bei Zahlungsverzug fallen Verzugszinsen zum Refinanzierungssatz der Europäischen Zentralbank zuzüglich 10 \
                     Prozentpunkten an.",
            of_terms: false,
        },
        Statement {
            what: "the fixed compensation of 40 EUR for recovery costs",
            known: &[
                &["recouvrement", "recovery", "indemnit*", "compensation", "beitreibung*", "entschadigung*"],
                &["40", "40eur*", "quarante", "forty", "vierzig"],
                // The unit of the number, so that a house number does not match.
                &["eur", "euro", "euros", "40eur*", "indemnit*", "compensation", "entschadigung*"],
            ],
            french: "Indemnité forfaitaire pour frais de recouvrement en cas de retard de paiement : 40 EUR.",
            english: "Fixed compensation for recovery costs in case of late payment: 40 EUR.",
            german: "Pauschale Entschädigung für Beitreibungskosten bei Zahlungsverzug: 40 EUR.",
            of_terms: false,
        },
        Statement {
            what: "whether paying early is rewarded",
            known: &[&["escompt*", "discount*", "skonto*"], &["escompt*", "skonto*", "early", "payment*", "paying", "paid"]],
            french: "Pas d'escompte pour paiement anticipé.",
            english: "No discount for early payment.",
            german: "Kein Skonto bei vorzeitiger Zahlung.",
            of_terms: true,
        },
    ],
}];

/// The languages of the statements.
const LANGUAGES: [fn(&Statement) -> &'static str; 3] = [|text| text.french, |text| text.english, |text| text.german];

/// The most characters of a note.
pub const NOTE_MAX: usize = 4000;

impl LatePaymentLaw {
    /// Whether the client is outside the countries of this law and outside the tax area of the seller's country.
    fn is_abroad(&self, country: &str, client: &Client) -> bool {
        let is_home = |there: &str| self.countries.contains(&there) || territory::in_same_territory_for_services(country, there);
        client.country.as_deref().is_some_and(|there| !is_home(there))
    }

    /// The statements that a text consists of, all in one language; `None` if it says anything else.
    fn stated(&self, text: &str) -> Option<Vec<&Statement>> {
        LANGUAGES.into_iter().find_map(|words| {
            let stated: Vec<&Statement> = self.statements.iter().filter(|statement| text.contains(words(statement))).collect();
            let is_all = !stated.is_empty() && joined(stated.iter().map(|statement| words(statement))) == text;
            is_all.then_some(stated)
        })
    }
}

impl Statement {
    fn is_among(&self, sentences: &[Vec<String>]) -> bool {
        sentences.iter().any(|words| self.known.iter().all(|kind| words.iter().any(|word| is_of(kind, word))))
    }

    /// The text for a document in this language, which is free between businesses. Without a text in it: French at home, English abroad.
    fn words(&self, language: &str, is_abroad: bool) -> &'static str {
        match language {
            "de" => self.german,
            "en" => self.english,
            "fr" => self.french,
            _ if is_abroad => self.english,
            _ => self.french,
        }
    }
}

/// Whether a word is one of this kind.
fn is_of(kind: &[&str], word: &str) -> bool {
    kind.iter().any(|known| match known.strip_suffix('*') {
        Some(begin) => word.starts_with(begin),
        None if *known == "#" => word.contains(char::is_numeric),
        None => word == *known,
    })
}

/// The required statements that an invoice lacks.
pub struct MissingStatements {
    /// The subjects of the statements, within a sentence.
    pub what: String,
    /// The law that requires them.
    pub law: &'static str,
    /// The sentences that state them.
    pub sentences: String,
}

/// The required statements of this seller to this client that neither the note nor the seller's address makes, which are the places for
/// free text. A client may be a private person, to whom none is required: that is not recorded.
pub fn missing_statements(seller: &Organization, client: &Client, notes: Option<&str>) -> Option<MissingStatements> {
    let country = seller.country.as_deref()?;
    let law = LAWS.iter().find(|law| law.countries.contains(&country))?;
    let written: Vec<Vec<String>> = [notes, seller.address.as_deref()].into_iter().flatten().flat_map(sentences_of).collect();
    let missing: Vec<&Statement> = law.statements.iter().filter(|statement| !statement.is_among(&written)).collect();
    let asked = missing.iter().filter(|statement| !statement.of_terms).map(|statement| statement.what.to_owned());
    let (what, _) = client_tax::listed(&asked.collect::<Vec<_>>())?;
    let is_abroad = law.is_abroad(country, client);
    let sentences = joined(missing.iter().map(|statement| statement.words(&client.language, is_abroad)));
    Some(MissingStatements { what, law: law.name, sentences })
}

/// Joins sentences into one text.
fn joined(sentences: impl Iterator<Item = &'static str>) -> String {
    sentences.collect::<Vec<_>>().join(" ")
}

/// The sentences of a text, each as its words. A point within a number ends no sentence.
fn sentences_of(text: &str) -> Vec<Vec<String>> {
    let text = text.replace('€', " EUR ");
    text.split(['\n', ';', '!', '?']).flat_map(|part| part.split(". ")).map(words_of).collect()
}

/// The words of a text, as keys.
fn words_of(text: &str) -> Vec<String> {
    text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).map(text::search_key).collect()
}

/// Adds the missing statements to the note of a draft, together with those that were added before.
pub async fn add(cx: &mut Call, row: &mut InvoiceRow) -> Result<(), Error> {
    let (seller, client) = parties(cx, row).await?;
    let note = row.notes.as_deref().unwrap_or_default();
    if missing_statements(&seller, &client, Some(note)).is_none() {
        cx.warn("There is nothing to add of late payment: the invoice says it, or the law of your country does not ask for it.");
        return Ok(());
    }
    let written = row.composed_terms.as_deref().and_then(|terms| before(note, terms)).unwrap_or(note);
    if let Some(missing_statements) = missing_statements(&seller, &client, Some(written)) {
        row.notes = text::optional_lines("notes", Some(&with_terms(written, &missing_statements.sentences)), NOTE_MAX)?;
        row.composed_terms = Some(missing_statements.sentences);
    }
    Ok(())
}

/// A draft whose added statements are in the current language of its document. Statements that somebody has written stay unchanged, and so
/// does the note of an invoice that was sent.
pub async fn worded_anew(cx: &mut Call, row: InvoiceRow) -> Result<InvoiceRow, Error> {
    if row.state != "draft" || row.composed_terms.is_none() {
        return Ok(row);
    }
    let (seller, client) = parties(cx, &row).await?;
    Ok(worded_for(row, &seller, &client))
}

/// The same for a known seller and client.
pub fn worded_for(row: InvoiceRow, seller: &Organization, client: &Client) -> InvoiceRow {
    match worded(&row, seller, client) {
        Some((note, terms)) => InvoiceRow { notes: Some(note), composed_terms: Some(terms), ..row },
        None => row,
    }
}

/// The note with the translated statements, and those alone; `None` if they were not added here, or would not fit.
fn worded(row: &InvoiceRow, seller: &Organization, client: &Client) -> Option<(String, String)> {
    let (note, added) = (row.notes.as_deref()?, row.composed_terms.as_deref()?);
    let (written, country) = (before(note, added)?, seller.country.as_deref()?);
    let (law, stated) = LAWS.iter().find_map(|law| Some((law, law.stated(added)?)))?;
    let is_abroad = law.is_abroad(country, client);
    let terms = joined(stated.into_iter().map(|statement| statement.words(&client.language, is_abroad)));
    let note = with_terms(written, &terms);
    (note.chars().count() <= NOTE_MAX).then_some((note, terms))
}

/// The statements that were added to a note, if the edited note still ends with them: in the language that they had when the edit began.
pub fn kept(terms: Option<String>, note: Option<&str>) -> Option<String> {
    let (terms, note) = terms.zip(note)?;
    let ends = |terms: &String| before(note, terms).is_some();
    if ends(&terms) {
        return Some(terms);
    }
    let stated = LAWS.iter().find_map(|law| law.stated(&terms))?;
    LANGUAGES.into_iter().map(|words| joined(stated.iter().map(|statement| words(statement)))).find(ends)
}

/// The part of a note before the lines that end it; `None` if it does not end with them.
fn before<'a>(note: &'a str, terms: &str) -> Option<&'a str> {
    let written = note.strip_suffix(terms)?;
    if written.is_empty() { Some(written) } else { written.strip_suffix('\n') }
}

fn with_terms(written: &str, terms: &str) -> String {
    if written.is_empty() { terms.to_owned() } else { format!("{written}\n{terms}") }
}

/// The seller and the client of an invoice.
pub async fn parties(cx: &mut Call, row: &InvoiceRow) -> Result<(Organization, Client), Error> {
    let seller = organizations::settings::get(cx).await?;
    Ok((seller, clients::record::find(cx, &row.client_id.to_string()).await?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_says_one_thing_in_each_language() {
        for (at, statement) in LAWS.iter().flat_map(|law| law.statements.iter().enumerate()) {
            for said in [statement.french, statement.english, statement.german] {
                let known: Vec<bool> = LAWS[0].statements.iter().map(|other| other.is_among(&sentences_of(said))).collect();
                assert_eq!(known, [at == 0, at == 1, at == 2], "{said}");
            }
        }
    }

    #[test]
    fn words_that_are_alike_and_figures_that_count_something_else_say_nothing() {
        let [rate, compensation, discount] = &LAWS[0].statements;
        let is_said = |statement: &Statement, text: &str| statement.is_among(&sentences_of(text));
        for other in ["We are interested in 2 projects.", "Pénalités : voir nos conditions", "Interest is due.\nAt a rate of 3 %."] {
            assert!(!is_said(rate, other), "{other}");
        }
        for other in ["Cabinet de recouvrement, 40 rue de l'Europe", "Indemnité de repas. 40 heures", "Recovery of 3 servers: 40 h"] {
            assert!(!is_said(compensation, other), "{other}");
        }
        assert!(!is_said(discount, "10 % volume discount"));
        for said in ["Indemnité de recouvrement 40€", "Recovery costs: €40.00", "Beitreibungspauschale 40 Euro", "compensation of 40EUR"]
        {
            assert!(is_said(compensation, said), "{said}");
        }
        for said in ["Verzugszinsen: 9 %", "Late payment interest at the legal rate", "Intérêts de retard : taux légal x 3"] {
            assert!(is_said(rate, said), "{said}");
        }
    }
}
