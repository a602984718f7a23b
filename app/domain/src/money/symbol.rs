//! Currency symbols, as people write them beside an amount.

use super::Currency;

/// The symbols, each with the currencies that use it.
const SYMBOLS: [(&str, &[&str]); 77] = [
    (
        "$",
        &[
            "ARS", "AUD", "BBD", "BMD", "BND", "BSD", "BZD", "CAD", "CLP", "COP", "FJD", "GYD", "HKD", "JMD", "KYD", "LRD", "MXN", "NAD",
            "NZD", "SBD", "SGD", "SRD", "TTD", "TWD", "USD", "UYU", "XCD",
        ],
    ),
    ("US$", &["USD"]),
    ("A$", &["AUD"]),
    ("AU$", &["AUD"]),
    ("AR$", &["ARS"]),
    ("C$", &["CAD"]),
    ("CA$", &["CAD"]),
    ("CLP$", &["CLP"]),
    ("COL$", &["COP"]),
    ("HK$", &["HKD"]),
    ("J$", &["JMD"]),
    ("MX$", &["MXN"]),
    ("NT$", &["TWD"]),
    ("NZ$", &["NZD"]),
    ("R$", &["BRL"]),
    ("S$", &["SGD"]),
    ("SG$", &["SGD"]),
    ("TT$", &["TTD"]),
    ("€", &["EUR"]),
    ("Euro", &["EUR"]),
    ("£", &["GBP"]),
    ("¥", &["CNY", "JPY"]),
    ("CN¥", &["CNY"]),
    ("JP¥", &["JPY"]),
    ("円", &["JPY"]),
    ("元", &["CNY", "TWD"]),
    ("RMB", &["CNY"]),
    ("₹", &["INR"]),
    ("Rs.", &["INR", "LKR", "MUR", "NPR", "PKR"]),
    ("Rs", &["INR", "LKR", "MUR", "NPR", "PKR"]),
    ("₩", &["KRW"]),
    ("원", &["KRW"]),
    ("₺", &["TRY"]),
    ("TL", &["TRY"]),
    ("₪", &["ILS"]),
    ("₫", &["VND"]),
    ("đ", &["VND"]),
    ("₴", &["UAH"]),
    ("грн", &["UAH"]),
    ("₽", &["RUB"]),
    ("руб.", &["RUB"]),
    ("฿", &["THB"]),
    ("₦", &["NGN"]),
    ("₱", &["PHP"]),
    ("₸", &["KZT"]),
    ("₾", &["GEL"]),
    ("₼", &["AZN"]),
    ("֏", &["AMD"]),
    ("৳", &["BDT"]),
    ("₡", &["CRC"]),
    ("₲", &["PYG"]),
    ("GH₵", &["GHS"]),
    ("₵", &["GHS"]),
    ("S/", &["PEN"]),
    ("Bs.", &["BOB"]),
    ("Bs", &["BOB"]),
    ("zł", &["PLN"]),
    ("Kč", &["CZK"]),
    ("kr", &["DKK", "ISK", "NOK", "SEK"]),
    ("kr.", &["DKK", "ISK", "NOK", "SEK"]),
    ("Ft", &["HUF"]),
    ("Ft.", &["HUF"]),
    ("lei", &["MDL", "RON"]),
    ("din.", &["RSD"]),
    ("Fr", &["CHF"]),
    ("Fr.", &["CHF"]),
    ("SFr.", &["CHF"]),
    ("R", &["ZAR"]),
    ("RM", &["MYR"]),
    ("Rp", &["IDR"]),
    ("Rp.", &["IDR"]),
    ("KSh", &["KES"]),
    ("KSh.", &["KES"]),
    ("S/.", &["PEN"]),
    ("Dhs", &["AED"]),
    ("Dhs.", &["AED"]),
    ("د.إ", &["AED"]),
];

/// Marks after an amount that prevent adding digits, each with the currencies that use it: `1,00,000/-`, `1200:-`.
const CLOSINGS: [(&str, &[&str]); 3] = [
    ("/-", &["BDT", "INR", "KES", "LKR", "MUR", "NPR", "PKR", "TZS", "UGX"]),
    ("/=", &["KES", "TZS", "UGX"]),
    (":-", &["DKK", "ISK", "NOK", "SEK"]),
];

/// Strips a symbol of this currency, before or after the text, and the closing mark of an amount in it. A symbol of another currency stays.
pub(super) fn without_symbol<'a>(text: &'a str, currency: &Currency) -> &'a str {
    let is_own = |currencies: &[&str]| currencies.contains(&currency.as_str());
    let closed = CLOSINGS.iter().filter(|(_, currencies)| is_own(currencies)).find_map(|(closing, _)| text.strip_suffix(closing));
    let text = closed.unwrap_or(text);
    let own = SYMBOLS.iter().filter(|(_, currencies)| is_own(currencies));
    let Some(bare) = own.filter_map(|(symbol, _)| without(text, symbol)).min_by_key(|bare| bare.len()) else { return text.trim_end() };
    // A dash after the digits closes an amount of yen: `¥12,000-`. Without the symbol of the currency it may be a minus.
    if currency.as_str() == "JPY" { bare.strip_suffix('-').unwrap_or(bare) } else { bare }
}

/// The symbol in a text that belongs to other currencies than this one, and the code of the first of them.
pub(super) fn other_symbol(text: &str, currency: &Currency) -> Option<(&'static str, &'static str)> {
    let text = text.trim_start_matches(['-', '+', '\u{2212}']);
    let is_number = |rest: &str| rest.contains(|letter: char| letter.is_ascii_digit()) && !rest.contains(char::is_alphabetic);
    let of_text = SYMBOLS.iter().filter(|(symbol, _)| without(text, symbol).is_some_and(is_number));
    let (symbol, currencies) = of_text.max_by_key(|(symbol, _)| symbol.len())?;
    let code = currencies.iter().find(|code| **code == "USD").or(currencies.first())?;
    (!currencies.contains(&currency.as_str())).then_some((symbol, code))
}

/// Whether the text after a symbol of letters begins with a point, as in `USD.500`: the point either abbreviates the letters or begins
/// decimals.
pub(super) fn is_shortened(symbol: &str, rest: &str) -> bool {
    symbol.ends_with(|last: char| last.is_alphabetic() || last == '.' || last == '/') && rest.starts_with(['.', ','])
}

/// Strips this symbol before or after the text; `None` if it is absent. Letters match in any case.
fn without<'a>(text: &'a str, symbol: &str) -> Option<&'a str> {
    let is = |part: &str| part == symbol || symbol.len() > 1 && part.eq_ignore_ascii_case(symbol);
    let is_before = |(part, rest): &(&str, &str)| is(part) && !is_shortened(part, rest);
    let before = || text.split_at_checked(symbol.len()).filter(is_before).map(|(_, rest)| rest.trim());
    let behind = || text.split_at_checked(text.len().checked_sub(symbol.len())?).filter(|(_, part)| is(part)).map(|(rest, _)| rest.trim());
    before().or_else(behind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_symbol_stands_for_currencies_in_use() {
        for code in SYMBOLS.iter().chain(&CLOSINGS).flat_map(|(_, currencies)| *currencies) {
            assert!(Currency::codes().contains(code), "{code}");
        }
    }

    #[test]
    fn only_a_symbol_of_the_very_currency_is_left_away() {
        let left = |text: &'static str, code: &str| without_symbol(text, &Currency::parse(code).expect("a currency"));
        assert_eq!((left("$150", "USD"), left("150 €", "EUR"), left("1200円", "JPY")), ("150", "150", "1200"));
        assert_eq!((left("€150", "USD"), left("$150", "EUR")), ("€150", "$150"));
        assert_eq!((left("US$150", "AUD"), left("A$150", "AUD"), left("R$150", "ZAR")), ("US$150", "150", "$150"));
        assert_eq!(
            (left("kr. 150", "DKK"), left("KR 150", "SEK"), left("150:-", "SEK"), left("150:-", "EUR")),
            ("150", "150", "150", "150:-")
        );
        assert_eq!((left("¥150-", "JPY"), left("150-", "JPY"), left("¥150-", "CNY")), ("150", "150-", "150-"));
    }

    #[test]
    fn a_point_behind_letters_shortens_them_or_is_not_read() {
        let left = |text: &'static str, code: &str| without_symbol(text, &Currency::parse(code).expect("a currency"));
        assert_eq!((left("Dhs.500", "AED"), left("KSh.500", "KES"), left("S/.150", "PEN")), ("500", "500", "150"));
        for (text, code) in
            [("RM.500", "MYR"), ("R.500", "ZAR"), ("TL.500", "TRY"), ("Rs..500", "INR"), ("kr..500", "SEK"), ("USD.500", "USD")]
        {
            let read = crate::money::Amount::written(text).minor("price", &Currency::parse(code).expect("a currency"));
            assert!(read.is_err(), "{text} is read as {read:?}");
        }
        assert_eq!(left("$.50", "USD"), ".50", "a sign is no letter");
    }

    #[test]
    fn a_symbol_of_another_currency_is_named() {
        let other = |text: &str, code: &str| other_symbol(text, &Currency::parse(code).expect("a currency"));
        assert_eq!((other("US$150", "AUD"), other("$150", "EUR")), (Some(("US$", "USD")), Some(("$", "USD"))));
        assert_eq!((other("-1.200 kr", "EUR"), other("R$ 150", "ZAR")), (Some(("kr", "DKK")), Some(("R$", "BRL"))));
        assert_eq!((other("$150", "CAD"), other("kr", "EUR"), other("abc", "EUR"), other("NaN", "EUR")), (None, None, None, None));
    }
}
