//! JSON schema of a percentage.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::Percent;

impl JsonSchema for Percent {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Percent".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "Percentage from 0 to 100 with at most four decimals, such as \"19\", \"7.7\" or \"8.425\".",
            "maxLength": 12
        })
    }
}
