//! The remarks on tax in a foreign currency, which many laws require in the currency of the seller's country, too.

use domain::{
    country::defaults,
    locale::Locale,
    money::{Currency, Money},
    tax::{category::TaxCategory, territory},
};

use super::{
    RemarkInput,
    exchange_rate::{self, ExchangeRate},
    remark,
    tax_note::{self, StatedTax},
};
use crate::{
    error::Error,
    invoices::{
        InvoiceProblem,
        store::{self, InvoiceRow},
    },
    operation::Call,
};

/// What is stated beside the foreign tax.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Beside {
    /// The amount, with the exchange rate by which it was converted.
    Amount,
    /// The amount or the exchange rate, from which the tax follows.
    AmountOrRate,
}

/// Laws other than those of value added tax that require the tax in the currency of the country, and what they accept.
const LAWS: [(&str, Beside); 6] = [
    // Article 59 of Cabinet Decision 52 of 2017.
    ("AE", Beside::Amount),
    // Section 9-85 of the GST Act 1999.
    ("AU", Beside::AmountOrRate),
    // Article 57-4 of the Consumption Tax Act: a qualified invoice states it in yen.
    ("JP", Beside::Amount),
    // Article 53 of the VAT Implementing Regulations.
    ("SA", Beside::Amount),
    // Regulation 11 of the GST (General) Regulations.
    ("SG", Beside::Amount),
    // Section 20 (4) of the VAT Act 1991.
    ("ZA", Beside::Amount),
];

impl Beside {
    fn words(self) -> &'static str {
        match self {
            Self::Amount => "the amount and the exchange rate",
            Self::AmountOrRate => "the amount or the exchange rate",
        }
    }

    /// Whether a note states it.
    fn is_in(self, note: &str, home: &Currency, foreign: &Currency, taxes: &[i64]) -> bool {
        let is_rate_enough = self == Self::AmountOrRate;
        tax_note::names_amount(note, home, foreign, taxes) || is_rate_enough && tax_note::names_rate(note, home, foreign)
    }
}

/// The remark on tax that is stated in another currency than that of the seller's country, whatever they mostly bill in, until the note
/// states it (Article 230 of Directive 2006/112/EC, EN 16931 BT-111), and on an amount there that is not what its exchange rate makes.
pub fn of(content: &RemarkInput<'_>) -> Option<InvoiceProblem> {
    let country = content.organization.country.as_deref()?;
    let (home, beside) = wanted_on(content)?;
    let foreign = content.currency;
    let taxes = content.taxes.as_deref().unwrap_or_default();
    if beside.is_in(content.notes.unwrap_or_default(), &home, foreign, taxes) {
        return contradiction(content, &home).map(|message| remark("notes", message));
    }
    let message = format!(
        "The tax is stated in {foreign} alone. An invoice from {} states it in {home}, too: write {} into the note, such as \"{}: … {home} \
         (1 {foreign} = … {home})\".",
        territory::name(country),
        beside.words(),
        Locale::English.tax_called(Some(country))
    );
    Some(remark("notes", message))
}

/// The remark that the tax has changed since the note on a draft was written, where no exchange rate in the note shows whether its amount
/// still fits.
pub async fn of_changed_tax(cx: &mut Call, row: &InvoiceRow, content: &RemarkInput<'_>) -> Result<Option<InvoiceProblem>, Error> {
    let (Some((home, _)), Some(taxes)) = (wanted_on(content), &content.taxes) else { return Ok(None) };
    let (note, foreign) = (content.notes.unwrap_or_default(), content.currency);
    let stated = tax_note::amounts(note, &home, foreign, taxes);
    if stated.is_empty() || !exchange_rate::all(note, &home, foreign).is_empty() {
        return Ok(None);
    }
    let (now, then) = (taxes.iter().sum::<i64>(), store::tax_at_note(&mut cx.db, row.id).await?);
    let Some(then) = then.filter(|then| *then != now) else { return Ok(None) };
    let message = format!(
        "The note states the tax as {}. The tax was {} when that was written, and is {} by now. Correct the amount, or write the exchange rate \
         beside it, such as \"(1 {foreign} = … {home})\".",
        listed(&stated),
        Money::new(then, foreign).text(),
        Money::new(now, foreign).text()
    );
    Ok(Some(remark("notes", message)))
}

/// The currency in which the tax of this invoice is required beside its own, and what to state; `None` if none is.
fn wanted_on(content: &RemarkInput<'_>) -> Option<(Currency, Beside)> {
    let (home, beside) = wanted(content.organization.country.as_deref()?)?;
    let taxed = content.lines.iter().any(|line| line.tax_category == TaxCategory::S.code());
    (home != *content.currency && taxed).then_some((home, beside))
}

/// The message that the amount in the note is not the tax at the exchange rate beside it, in neither of its directions.
fn contradiction(content: &RemarkInput<'_>, home: &Currency) -> Option<String> {
    let (note, foreign, taxes) = (content.notes.unwrap_or_default(), content.currency, content.taxes.as_deref()?);
    let stated = tax_note::amounts(note, home, foreign, taxes);
    let first = stated.first()?.readings.first()?;
    let rates = exchange_rate::all(note, home, foreign);
    let mut wanted = Vec::new();
    for rate in &rates {
        let converted = ConvertedTax::of(rate, taxes, home, foreign)?;
        if converted.is_stated(&stated) {
            return None;
        }
        wanted.push((converted.total, rate));
    }
    let (total, rate) = wanted.into_iter().min_by_key(|(total, _)| total.abs_diff(*first))?;
    let right = Money::new(total, home).text();
    Some(format!(
        "The note states the tax as {}. The tax of {} is {right} at the rate in the note ({}): write {right}, or correct the rate.",
        listed(&stated),
        Money::new(taxes.iter().sum(), foreign).text(),
        rate.text
    ))
}

/// The tax of an invoice, converted at a rate.
struct ConvertedTax {
    total: i64,
    /// The tax of each rate.
    parts: Vec<i64>,
}

impl ConvertedTax {
    fn of(rate: &ExchangeRate, taxes: &[i64], home: &Currency, foreign: &Currency) -> Option<Self> {
        let parts = taxes.iter().map(|tax| rate.converted(*tax, home, foreign)).collect::<Option<Vec<_>>>()?;
        Some(Self { total: rate.converted(taxes.iter().sum(), home, foreign)?, parts })
    }

    /// Whether these amounts state it: as one of them, in several of them, or one for each tax rate. Each tax may be rounded by itself, and
    /// either way, so a minor unit for each of them is no difference.
    fn is_stated(&self, stated: &[StatedTax]) -> bool {
        let allowed = self.parts.len().max(1) as u64;
        let has = |wanted: i64, allowed: u64| {
            stated.iter().flat_map(|amount| &amount.readings).any(|reading| reading.abs_diff(wanted) <= allowed)
        };
        let sum = |of: fn(&StatedTax) -> Option<&i64>| stated.iter().filter_map(of).sum::<i64>();
        let sums = [sum(|amount| amount.readings.iter().max()), sum(|amount| amount.readings.iter().min())];
        let each = !self.parts.is_empty() && self.parts.iter().all(|part| has(*part, 1));
        has(self.total, allowed) || each || sums.iter().any(|sum| sum.abs_diff(self.total) <= allowed)
    }
}

/// The amounts as they are written.
fn listed(stated: &[StatedTax]) -> String {
    stated.iter().map(|amount| amount.text.as_str()).collect::<Vec<_>>().join(" and ")
}

/// The currency in which the tax is required, and what to state if the invoice has another one; `None` if no law requires it. Switzerland
/// and Liechtenstein have a conversion rule (Article 45 MWSTV) and require the result on no invoice (Article 26 MWSTG).
fn wanted(country: &str) -> Option<(Currency, Beside)> {
    let of_vat = territory::has_vat(country) && !territory::in_same_territory_for_services(country, "CH");
    let of_law = || LAWS.iter().find(|(of, _)| *of == country).map(|(_, beside)| *beside);
    let beside = of_vat.then_some(Beside::Amount).or_else(of_law)?;
    Some((Currency::parse(defaults::currency(country)?).ok()?, beside))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::country::COUNTRIES;

    #[test]
    fn the_tax_is_wanted_in_the_currency_of_the_country() {
        let currency = |country| wanted(country).map(|(currency, _)| currency.to_string());
        for (country, code) in [
            ("AE", "AED"),
            ("AU", "AUD"),
            ("JP", "JPY"),
            ("SA", "SAR"),
            ("SG", "SGD"),
            ("ZA", "ZAR"),
            ("BG", "EUR"),
            ("DE", "EUR"),
            ("DK", "DKK"),
            ("GB", "GBP"),
            ("IM", "GBP"),
            ("IS", "ISK"),
            ("MC", "EUR"),
            ("NO", "NOK"),
            ("PL", "PLN"),
            ("RE", "EUR"),
        ] {
            assert_eq!(currency(country).as_deref(), Some(code), "{country}");
        }
        for country in ["CH", "LI", "US", "NZ", "IN", "CA"] {
            assert_eq!(currency(country), None, "{country}");
        }
    }

    #[test]
    fn an_amount_fits_its_rate_to_a_minor_unit_of_each_tax() {
        let [home, foreign] = ["EUR", "USD"].map(|code| Currency::parse(code).expect("a currency"));
        let fits = |note: &str, taxes: &[i64]| {
            let rates = exchange_rate::all(note, &home, &foreign);
            let stated = tax_note::amounts(note, &home, &foreign, taxes);
            rates.iter().any(|rate| ConvertedTax::of(rate, taxes, &home, &foreign).is_some_and(|tax| tax.is_stated(&stated)))
        };
        for (note, taxes) in [
            ("VAT: 176.55 EUR (1 USD = 0.92 EUR)", &[19_190][..]),
            ("VAT: 176.54 EUR (1 USD = 0.92 EUR)", &[19_190]),
            ("USt.: 1.765,48 EUR (1 EUR = 1,08696 USD)", &[191_900]),
            ("VAT 19 %: 17.48 EUR, VAT 7 %: 9.20 EUR (1 USD = 0.92 EUR)", &[1_900, 1_000]),
            ("VAT 26.68 EUR (1 USD = 0.92 EUR)", &[1_900, 1_000]),
            ("Total 109.48 EUR with VAT 17.48 EUR (1 USD = 0.92 EUR)", &[1_900]),
            ("USt.: 1.900,00 USD = 1 748,00 EUR (1 USD = 0,92 EUR)", &[190_000]),
            ("TVA 1.748,00 EUR = 1 900,00 USD (1 USD = 0,92 EUR)", &[190_000]),
        ] {
            assert!(fits(note, taxes), "{note}");
        }
        for (note, taxes) in [
            ("VAT: 1.75 EUR (1 USD = 0.92 EUR)", &[19_190][..]),
            ("VAT: 176.57 EUR (1 USD = 0.92 EUR)", &[19_190]),
            ("VAT: 99.75 EUR (1 USD = 0.92 EUR)", &[190]),
            ("VAT 19 %: 17.48 EUR, VAT 7 %: 8.20 EUR (1 USD = 0.92 EUR)", &[1_900, 1_000]),
        ] {
            assert!(!fits(note, taxes), "{note}");
        }
    }

    /// A note that follows the remark ends it.
    #[test]
    fn a_note_in_the_words_of_the_remark_states_the_tax() {
        let foreign = Currency::parse("USD").expect("a currency");
        for (country, _) in COUNTRIES {
            let Some((home, beside)) = wanted(country) else { continue };
            let tax = Locale::English.tax_called(Some(country));
            let note = format!("{tax}: {} {home} (1 {foreign} = 0.8684 {home})", home.example(52));
            assert!(beside.is_in(&note, &home, &foreign, &[]), "{country}: {note}");
            let rate = format!("1 {foreign} = 0.8684 {home}");
            assert_eq!(beside.is_in(&rate, &home, &foreign, &[]), beside == Beside::AmountOrRate, "{country}: {rate}");
        }
    }
}
