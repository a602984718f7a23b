//! The JSON form of money: decimal text in major units, in every channel.

use std::fmt;

use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use super::{Amount, Currency, Money, separator::of_json_number, written};

/// The largest integer that a JSON number holds exactly.
const EXACT_MAX: f64 = 9_007_199_254_740_991.0;

/// Money as it stands in an answer.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schemars", schemars(inline))]
pub(super) struct MoneyJson {
    /// The amount as decimal text in major units, which every argument that is an amount takes: "1080.00" of EUR, "1080" of JPY. It has
    /// the decimals of its currency, and one zero more where a point before three digits could be taken for thousands: "1.5000" of KWD.
    #[cfg_attr(feature = "schemars", schemars(regex(pattern = r"^-?[0-9]+(\.[0-9]+)?$")))]
    pub amount: String,
    /// Its currency, as an ISO 4217 code.
    pub currency: Currency,
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        MoneyJson { amount: written(self.amount, &self.currency), currency: self.currency.clone() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let MoneyJson { amount, currency } = MoneyJson::deserialize(deserializer)?;
        super::amount::minor_of(&amount, &currency).map(|amount| Money { amount, currency }).ok_or_else(|| de::Error::custom("no amount"))
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AmountVisitor)
    }
}

struct AmountVisitor;

impl Visitor<'_> for AmountVisitor {
    type Value = Amount;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an amount as decimal text in major units, such as \"120.50\"")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Amount, E> {
        Ok(Amount::written(text))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Amount, E> {
        Err(E::custom(bare_number(number as f64)))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Amount, E> {
        Err(E::custom(bare_number(number as f64)))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Amount, E> {
        Err(E::custom(bare_number(number)))
    }
}

/// The error message for a bare number as an amount, with the text to write instead.
pub fn bare_number(number: f64) -> String {
    let why = "an amount is decimal text in major units, so that nobody is off by a hundred";
    if number.abs() > EXACT_MAX {
        return format!("{why}. Write one such as \"120.50\".");
    }
    let (short, cents) = (format!("{number:.2}"), number / 100.0);
    match (number.fract() == 0.0, short.parse() == Ok(number)) {
        (true, _) => format!("{why}. Write \"{short}\", or \"{cents:.2}\" if {number} counts cents."),
        (false, true) => format!("{why}. Write \"{short}\"."),
        (false, false) => format!("{why}. Write \"{}\".", of_json_number(&number.to_string())),
    }
}
