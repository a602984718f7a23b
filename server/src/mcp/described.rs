//! What descriptions say of other tools: nothing of one that their reader has not got, since models call what they read of.

use std::{borrow::Cow, sync::Arc};

use app::operation::open_thoughts;
use rmcp::model::Tool;
use serde_json::{Map, Value};

/// A tool as it is described to whoever has got these tools. The first thought of a description stays, and names none.
pub fn to(tool: &Tool, has_got: &impl Fn(&str) -> bool) -> Tool {
    let mut told = tool.clone();
    if let Some(words) = told.description.as_deref().and_then(|words| shortened(words, has_got)) {
        told.description = Some(Cow::Owned(words));
    }
    let mut input = (*told.input_schema).clone();
    if shorten(&mut input, has_got) {
        told.input_schema = Arc::new(input);
    }
    told
}

/// A text without what leads elsewhere; nothing where all of it stays.
fn shortened(words: &str, has_got: &impl Fn(&str) -> bool) -> Option<String> {
    let kept = open_thoughts(words, has_got);
    (kept != words).then_some(kept)
}

/// Shortens the descriptions of arguments, at every depth; whether there was anything to shorten.
fn shorten(schema: &mut Map<String, Value>, has_got: &impl Fn(&str) -> bool) -> bool {
    let mut is_other = false;
    for (keyword, value) in schema {
        is_other |= match (keyword.as_str(), value) {
            ("description", Value::String(words)) => match shortened(words, has_got) {
                Some(kept) => {
                    *words = kept;
                    true
                }
                None => false,
            },
            ("items", Value::Object(items)) => shorten(items, has_got),
            ("properties", Value::Object(fields)) => {
                let shorter = fields.values_mut().filter_map(Value::as_object_mut).filter_map(|field| shorten(field, has_got).then_some(()));
                shorter.count() > 0
            }
            _ => false,
        };
    }
    is_other
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn tool() -> Tool {
        let invoice = json!({ "type": "string", "description": "Id; get_invoice shows it." });
        let lines = json!({ "type": "array", "items": { "type": "object", "properties": { "invoice": invoice } } });
        let input = json!({ "type": "object", "properties": { "invoice": invoice, "lines": lines } });
        let words = "Draft an invoice.\n\nRefused twice. Check it with get_invoice before it is sent. Example: {}.";
        Tool::new("draft_invoice", words, Arc::new(input.as_object().expect("an object").clone()))
    }

    #[test]
    fn what_leads_to_a_tool_that_one_has_not_got_is_left_out_at_every_depth() {
        let told = to(&tool(), &|name: &str| name != "get_invoice");
        assert_eq!(told.description.as_deref(), Some("Draft an invoice.\n\nRefused twice. Example: {}."));
        let input = Value::Object((*told.input_schema).clone());
        assert_eq!(input["properties"]["invoice"]["description"], "Id.");
        assert_eq!(input["properties"]["lines"]["items"]["properties"]["invoice"]["description"], "Id.");
    }

    #[test]
    fn whoever_has_got_them_all_is_told_all() {
        assert_eq!(to(&tool(), &|_: &str| true), tool());
    }
}
