//! Fits descriptions to the tools of their reader: they mention no tool that the reader does not have, since models call what they read of.

use std::{borrow::Cow, sync::Arc};

use app::operation::{operations_named_in, without_sentences_naming};
use rmcp::model::Tool;
use serde_json::{Map, Value};

/// The operations that the descriptions of a tool and its arguments mention, each once.
pub fn mentioned_operations(tool: &Tool) -> Vec<&'static str> {
    let mut texts: Vec<&str> = tool.description.as_deref().into_iter().collect();
    texts_of(&tool.input_schema, &mut texts);
    let mut names: Vec<_> = texts.into_iter().flat_map(operations_named_in).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// The descriptions of arguments, at every depth.
fn texts_of<'a>(schema: &'a Map<String, Value>, texts: &mut Vec<&'a str>) {
    for (keyword, value) in schema {
        match (keyword.as_str(), value) {
            ("description", Value::String(words)) => texts.push(words),
            ("items", Value::Object(items)) => texts_of(items, texts),
            ("properties", Value::Object(fields)) => {
                fields.values().filter_map(Value::as_object).for_each(|field| texts_of(field, texts));
            }
            _ => {}
        }
    }
}

/// A tool as described to a caller who has these tools. The first sentence of a description stays, and mentions none.
pub fn for_tools(tool: &Tool, has_got: &impl Fn(&str) -> bool) -> Tool {
    let mut told = tool.clone();
    told.description = told.description.map(|words| Cow::Owned(without_sentences_naming(&words, has_got)));
    let mut input = (*told.input_schema).clone();
    shorten(&mut input, has_got);
    told.input_schema = Arc::new(input);
    told
}

/// Shortens the descriptions of arguments, at every depth.
fn shorten(schema: &mut Map<String, Value>, has_got: &impl Fn(&str) -> bool) {
    for (keyword, value) in schema {
        match (keyword.as_str(), value) {
            ("description", Value::String(words)) => *words = without_sentences_naming(words, has_got),
            ("items", Value::Object(items)) => shorten(items, has_got),
            ("properties", Value::Object(fields)) => {
                fields.values_mut().filter_map(Value::as_object_mut).for_each(|field| shorten(field, has_got));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use app::operations;
    use serde_json::json;

    use super::*;

    fn tool() -> Tool {
        let invoice = json!({ "type": "string", "description": "Id; get_invoice shows it." });
        let lines = json!({ "type": "array", "items": { "type": "object", "properties": { "invoice": invoice } } });
        let input = json!({ "type": "object", "properties": { "invoice": invoice, "lines": lines } });
        let words = operations::find("draft_invoice").expect("an operation").declaration.doc;
        Tool::new("draft_invoice", words, Arc::new(input.as_object().expect("an object").clone()))
    }

    #[test]
    fn what_leads_to_a_tool_that_one_has_not_got_is_left_out_at_every_depth() {
        let tool = tool();
        let told = for_tools(&tool, &|name: &str| name != "get_invoice");
        let whole = tool.description.clone().expect("a description");
        let check = " Check it with get_invoice before it is sent.";
        assert!(whole.contains(check) && whole.contains("Example: {"), "{whole}");
        assert_eq!(told.description.as_deref(), Some(whole.replace(check, "").trim_end()));
        let input = Value::Object((*told.input_schema).clone());
        assert_eq!(input["properties"]["invoice"]["description"], "Id.");
        assert_eq!(input["properties"]["lines"]["items"]["properties"]["invoice"]["description"], "Id.");
    }

    #[test]
    fn whoever_has_got_them_all_is_told_all() {
        assert_eq!(for_tools(&tool(), &|_: &str| true), tool());
    }

    #[test]
    fn what_a_tool_names_is_found_at_every_depth_and_once() {
        assert_eq!(mentioned_operations(&tool()), ["get_invoice"]);
        let silent = Tool::new("draft_invoice", "Draft an invoice.", tool().input_schema.clone());
        assert_eq!(mentioned_operations(&silent), ["get_invoice"], "its arguments lead there, too");
    }
}
