//! JSON schemas of days and instants.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::{Day, OffsetDateTime};

impl JsonSchema for Day {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Day".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "Day as YYYY-MM-DD, such as 2026-03-05.",
            "format": "date"
        })
    }
}

impl JsonSchema for OffsetDateTime {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "OffsetDateTime".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "Instant as RFC 3339 with an offset, such as 2026-11-20T09:00:00+01:00.",
            "format": "date-time"
        })
    }
}
