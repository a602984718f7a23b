//! JSON schema of a number pattern.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::{NumberPattern, TEXT_MAX};

impl JsonSchema for NumberPattern {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "NumberPattern".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "Pattern of invoice numbers such as {YYYY}-{0001}: one counter, and optionally {YYYY}, {YY} and {MM}.",
            "maxLength": TEXT_MAX
        })
    }
}
