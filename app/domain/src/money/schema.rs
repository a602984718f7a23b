//! JSON schemas of money, amounts and currencies.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::{Amount, Currency, Money, amount::TEXT_MAX, wire::MoneyJson};

/// The schema format of a text that is an amount.
pub const AMOUNT: &str = "amount";

impl JsonSchema for Currency {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Currency".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "Currency as an ISO 4217 code, such as EUR.",
            "pattern": "^[A-Za-z]{3}$"
        })
    }
}

impl JsonSchema for Money {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Money".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        MoneyJson::json_schema(generator)
    }
}

impl JsonSchema for Amount {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Amount".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "format": AMOUNT,
            "description": "Amount as decimal text in major units of the currency: \"120.50\" is 120.50 EUR, and \"120\" is 120 JPY.",
            "maxLength": TEXT_MAX
        })
    }
}
