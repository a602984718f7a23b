//! How an amount travels: a number from programs, text from forms.

use std::fmt;

use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use super::{AMOUNT_MAX, Amount};

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Amount::Minor(minor) => serializer.serialize_i64(*minor),
            Amount::Written(text) => serializer.serialize_str(text),
        }
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
        f.write_str("a whole number of minor units, such as 12050 for 120.50 EUR")
    }

    fn visit_i64<E: de::Error>(self, minor: i64) -> Result<Amount, E> {
        Ok(Amount::Minor(minor))
    }

    fn visit_u64<E: de::Error>(self, minor: u64) -> Result<Amount, E> {
        i64::try_from(minor).map(Amount::Minor).map_err(|_| E::invalid_value(de::Unexpected::Unsigned(minor), &self))
    }

    /// JSON Schema calls `120.0` an integer, so it is one here; `120.5` is not.
    fn visit_f64<E: de::Error>(self, minor: f64) -> Result<Amount, E> {
        if minor.fract() == 0.0 && minor.abs() <= AMOUNT_MAX as f64 {
            return Ok(Amount::Minor(minor as i64));
        }
        Err(E::invalid_value(de::Unexpected::Float(minor), &self))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Amount, E> {
        Ok(Amount::Written(text.to_owned()))
    }
}
