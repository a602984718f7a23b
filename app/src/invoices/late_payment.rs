//! What the law of the seller wants an invoice to a business to say of late payment, and of a discount for paying early.

use super::{client_tax, rules::place, store::Row};
use crate::{
    clients::{self, Client},
    error::Error,
    operation::Call,
    organizations::{self, Organization},
    text,
};

/// A law that wants something said on the invoice itself. Elsewhere what follows from late payment holds without that, as by Directive
/// 2011/7/EU and the laws that follow it.
struct Law {
    /// Where it is law.
    countries: &'static [&'static str],
    /// What it is called, within a sentence.
    name: &'static str,
    statements: [Statement; 3],
}

/// One thing that is said.
struct Statement {
    /// What it is, within a sentence.
    what: &'static str,
    /// How words begin of which one stands where it is said, by their keys.
    known: &'static [&'static str],
    /// Words of which one stands there, too; none where this is empty.
    figures: &'static [&'static str],
    /// What is said to a client at home.
    words: &'static str,
    /// The same to a client abroad.
    abroad: &'static str,
    /// Whether the payment terms of each document say so, too: then it is nothing to ask for by itself.
    of_terms: bool,
}

/// The rate is the one that holds where the parties have agreed on none (Code de commerce, article L441-10 II).
const LAWS: [Law; 1] = [Law {
    countries: &["FR", "GF", "GP", "MQ", "RE"],
    name: "articles L441-9 and D441-5 of the Code de commerce",
    statements: [
        Statement {
            what: "at which rate late payment is penalized",
            known: &["penal", "interet", "interest", "verzug"],
            figures: &[],
            words: "En cas de retard de paiement, des pénalités sont exigibles au taux de refinancement de la Banque centrale européenne majoré \
                    de 10 points de pourcentage.",
            abroad: "Late payment is penalized at the refinancing rate of the European Central Bank plus 10 percentage points.",
            of_terms: false,
        },
        Statement {
            what: "the fixed compensation of 40 EUR for recovery costs",
            known: &["recouvrement", "recovery", "indemnit", "beitreibung"],
            figures: &["40", "40eur", "40euro", "40euros", "quarante"],
            words: "Indemnité forfaitaire pour frais de recouvrement en cas de retard de paiement : 40 EUR.",
            abroad: "Fixed compensation for recovery costs in case of late payment: 40 EUR.",
            of_terms: false,
        },
        Statement {
            what: "whether paying early is rewarded",
            known: &["escompt", "discount", "skonto"],
            figures: &[],
            words: "Pas d'escompte pour paiement anticipé.",
            abroad: "No discount for early payment.",
            of_terms: true,
        },
    ],
}];

impl Statement {
    fn is_among(&self, words: &[String]) -> bool {
        let is_known = |word: &String| self.known.iter().any(|known| word.starts_with(*known));
        let is_figure = |word: &String| self.figures.contains(&word.as_str());
        words.iter().any(is_known) && (self.figures.is_empty() || words.iter().any(is_figure))
    }
}

/// What an invoice does not say.
pub struct Unsaid {
    /// What has to be said, within a sentence.
    pub what: String,
    /// The law that wants it.
    pub law: &'static str,
    /// What says it.
    pub sentences: String,
}

/// What is not said by this seller to this client: neither in the note nor under the seller's address, the places for words of one's own.
/// A client may be a private person, to whom nothing of it has to be said: nobody says which one is.
pub fn unsaid(seller: &Organization, client: &Client, notes: Option<&str>) -> Option<Unsaid> {
    let country = seller.country.as_deref()?;
    let law = LAWS.iter().find(|law| law.countries.contains(&country))?;
    let said: Vec<String> = [notes, seller.address.as_deref()].into_iter().flatten().flat_map(words_of).collect();
    let missing: Vec<&Statement> = law.statements.iter().filter(|statement| !statement.is_among(&said)).collect();
    let asked = missing.iter().filter(|statement| !statement.of_terms).map(|statement| statement.what.to_owned());
    let (what, _) = client_tax::listed(&asked.collect::<Vec<_>>())?;
    let is_abroad = client.country.as_deref().is_some_and(|there| !place::works_at_home(country, there));
    let sentences: Vec<&str> = missing.iter().map(|statement| if is_abroad { statement.abroad } else { statement.words }).collect();
    Some(Unsaid { what, law: law.name, sentences: sentences.join(" ") })
}

/// The words of a text by their keys.
fn words_of(text: &str) -> Vec<String> {
    text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).map(text::search_key).collect()
}

/// Adds what is not said to the note of a draft.
pub async fn add(cx: &mut Call, row: &mut Row) -> Result<(), Error> {
    let seller = organizations::settings::get(cx).await?;
    let client = clients::record::find(cx, &row.client_id.to_string()).await?;
    match unsaid(&seller, &client, row.notes.as_deref()) {
        Some(unsaid) => {
            let notes = [row.notes.as_deref(), Some(&*unsaid.sentences)].into_iter().flatten().collect::<Vec<_>>().join("\n");
            row.notes = text::optional_lines("notes", Some(&notes), 4000)?;
        }
        None => cx.warn("There is nothing to add of late payment: the invoice says it, or the law of your country does not ask for it."),
    }
    Ok(())
}
