//! Symbols of currencies, as people write them beside an amount.

use super::Currency;

/// The symbols, each with the currencies that it stands for.
const SYMBOLS: [(&str, &[&str]); 17] = [
    ("$", &["ARS", "AUD", "CAD", "CLP", "COP", "HKD", "MXN", "NZD", "SGD", "TWD", "USD"]),
    ("€", &["EUR"]),
    ("£", &["GBP"]),
    ("¥", &["CNY", "JPY"]),
    ("円", &["JPY"]),
    ("元", &["CNY"]),
    ("₹", &["INR"]),
    ("₩", &["KRW"]),
    ("₺", &["TRY"]),
    ("₪", &["ILS"]),
    ("₫", &["VND"]),
    ("₴", &["UAH"]),
    ("฿", &["THB"]),
    ("zł", &["PLN"]),
    ("Kč", &["CZK"]),
    ("kr", &["DKK", "ISK", "NOK", "SEK"]),
    ("Fr.", &["CHF"]),
];

/// The text without a symbol of this currency, before or after it. One of another currency stays.
pub(super) fn without_symbol<'a>(text: &'a str, currency: &Currency) -> &'a str {
    let own = SYMBOLS.iter().filter(|(_, currencies)| currencies.contains(&currency.as_str()));
    let rest = own.filter_map(|(symbol, _)| text.strip_prefix(symbol).or_else(|| text.strip_suffix(symbol)));
    rest.map(str::trim).next().unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_symbol_stands_for_currencies_in_use() {
        for code in SYMBOLS.iter().flat_map(|(_, currencies)| *currencies) {
            assert!(Currency::codes().contains(code), "{code}");
        }
    }

    #[test]
    fn only_a_symbol_of_the_very_currency_is_left_away() {
        let left = |text: &'static str, code: &str| without_symbol(text, &Currency::parse(code).expect("a currency"));
        assert_eq!((left("$150", "USD"), left("150 €", "EUR"), left("1200円", "JPY")), ("150", "150", "1200"));
        assert_eq!((left("€150", "USD"), left("$150", "EUR")), ("€150", "$150"));
    }
}
