//! What a model or a program is told about the values of this module.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::{AMOUNT_MAX, Amount, Currency};
use crate::operation::WRITTEN;

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

impl JsonSchema for Amount {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Amount".into()
    }

    /// Only the number for programs: text is what browser forms send, and a program has no reason to.
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let mut schema = json_schema!({
            "type": "integer",
            "description": "Amount in whole minor units of the currency: 12050 is 120.50 EUR, and 120 JPY is 120.",
            "minimum": -AMOUNT_MAX,
            "maximum": AMOUNT_MAX
        });
        schema.insert(WRITTEN.to_owned(), true.into());
        schema
    }
}
