//! Currencies: the ISO 4217 codes in use, and the number of decimals of each.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::invalid_value::InvalidValue;

/// The active codes of ISO 4217 (list one, with the amendments up to the euro of Bulgaria in 2026) that have a minor unit: national
/// currencies and fund codes. Metals, `XDR` and the test codes are excluded, as nobody is paid in them. A test compares the list and the
/// decimals with the crate `iso_currency`.
const CODES: &[&str] = &[
    "AED", "AFN", "ALL", "AMD", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BHD", "BIF", "BMD", "BND", "BOB", "BOV", "BRL",
    "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF", "CHE", "CHF", "CHW", "CLF", "CLP", "CNY", "COP", "COU", "CRC", "CUP", "CVE", "CZK",
    "DJF", "DKK", "DOP", "DZD", "EGP", "ERN", "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GHS", "GIP", "GMD", "GNF", "GTQ", "GYD", "HKD",
    "HNL", "HTG", "HUF", "IDR", "ILS", "INR", "IQD", "IRR", "ISK", "JMD", "JOD", "JPY", "KES", "KGS", "KHR", "KMF", "KPW", "KRW", "KWD",
    "KYD", "KZT", "LAK", "LBP", "LKR", "LRD", "LSL", "LYD", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR", "MVR", "MWK",
    "MXN", "MXV", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "OMR", "PAB", "PEN", "PGK", "PHP", "PKR", "PLN", "PYG", "QAR",
    "RON", "RSD", "RUB", "RWF", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP", "SLE", "SOS", "SRD", "SSP", "STN", "SVC", "SYP", "SZL",
    "THB", "TJS", "TMT", "TND", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH", "UGX", "USD", "USN", "UYI", "UYU", "UYW", "UZS", "VED", "VES",
    "VND", "VUV", "WST", "XAD", "XAF", "XCD", "XCG", "XOF", "XPF", "YER", "ZAR", "ZMW", "ZWG",
];

/// A currency, as its ISO 4217 code in capitals; only codes that are in use.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[serde(try_from = "String", into = "String")]
pub struct Currency(String);

impl Currency {
    /// Parses a currency code, in any case: `EUR`, `usd`.
    pub fn parse(text: &str) -> Result<Currency, InvalidValue> {
        let code = text.trim().to_ascii_uppercase();
        if CODES.binary_search(&code.as_str()).is_ok() {
            return Ok(Currency(code));
        }
        let shown = super::shown(text);
        Err(InvalidValue::new("currency", format!("{shown} is not a currency in use; give its ISO 4217 code, such as EUR, USD or JPY.")))
    }

    /// The number of decimals of the currency in ISO 4217: 2 for the euro, 0 for the yen, 3 for the Kuwaiti dinar.
    pub fn minor_digits(&self) -> u32 {
        match self.as_str() {
            "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI" | "VND" | "VUV" | "XAF"
            | "XOF" | "XPF" => 0,
            "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
            "CLF" | "UYW" => 4,
            _ => 2,
        }
    }

    /// An example amount for an empty field, which parses as it stands: `120.00`, and about as much in yen.
    pub fn example(&self, units: u32) -> String {
        match self.minor_digits() {
            0 => (units * 100).to_string(),
            2 => format!("{units}.00"),
            _ => units.to_string(),
        }
    }

    /// The code, in capitals.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Every code that is accepted, in alphabetical order, for a picker.
    pub fn codes() -> &'static [&'static str] {
        CODES
    }
}

impl Default for Currency {
    fn default() -> Self {
        Currency("EUR".to_owned())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Currency {
    type Error = InvalidValue;

    fn try_from(text: String) -> Result<Self, InvalidValue> {
        Currency::parse(&text)
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.0
    }
}
