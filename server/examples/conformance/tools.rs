//! Tools that answer at once.

use std::{future::Future, time::Duration};

use rmcp::{
    ErrorData,
    model::{CallToolResponse, CallToolResult, ContentBlock, JsonObject, ProgressNotificationParam, ResourceContents, Tool},
};
use serde_json::json;
use server::mcp::{ToolAccess, ToolCall, ToolEntry};
use tokio::time::sleep;

/// A picture of one pixel.
pub const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";

/// A sound of no length.
const WAV: &str = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=";

/// A tool without arguments that everybody may use.
pub fn tool<F, W>(name: &'static str, description: &'static str, run: F) -> ToolEntry
where
    F: Fn(ToolCall) -> W + Send + Sync + 'static,
    W: Future<Output = Result<CallToolResponse, ErrorData>> + Send + 'static,
{
    let nothing = JsonObject::from_iter([("type".to_owned(), json!("object"))]);
    takes(name, description, nothing, run)
}

/// A tool with arguments that everybody may use.
fn takes<F, W>(name: &'static str, description: &'static str, arguments: JsonObject, run: F) -> ToolEntry
where
    F: Fn(ToolCall) -> W + Send + Sync + 'static,
    W: Future<Output = Result<CallToolResponse, ErrorData>> + Send + 'static,
{
    ToolEntry {
        tool: Tool::new(name, description, arguments),
        everyday: true,
        access_of: Box::new(|_| ToolAccess::Offered),
        run: Box::new(move |call| Box::pin(run(call))),
    }
}

/// The answer of these contents.
pub fn answer(contents: Vec<ContentBlock>) -> Result<CallToolResponse, ErrorData> {
    Ok(CallToolResult::success(contents).into())
}

/// The answer of this text.
pub fn text(text: impl Into<String>) -> Result<CallToolResponse, ErrorData> {
    answer(vec![ContentBlock::text(text)])
}

fn embedded(text: &str, uri: &str, kind: &str) -> ContentBlock {
    ContentBlock::resource(ResourceContents::text(text, uri).with_mime_type(kind))
}

/// All of them.
pub fn all() -> Vec<ToolEntry> {
    vec![
        tool("test_simple_text", "Answers with text.", async |_| text("This is a simple text response for testing.")),
        tool("test_image_content", "Answers with a picture.", async |_| answer(vec![ContentBlock::image(PNG, "image/png")])),
        tool("test_audio_content", "Answers with a sound.", async |_| answer(vec![ContentBlock::audio(WAV, "audio/wav")])),
        tool("test_embedded_resource", "Answers with a resource.", async |_| {
            answer(vec![embedded("This is an embedded resource content.", "test://embedded-resource", "text/plain")])
        }),
        tool("test_multiple_content_types", "Answers with several kinds of content.", async |_| {
            answer(vec![
                ContentBlock::text("Multiple content types test:"),
                ContentBlock::image(PNG, "image/png"),
                embedded(r#"{"test":"data","value":123}"#, "test://mixed-content-resource", "application/json"),
            ])
        }),
        tool("test_error_handling", "Always fails.", async |_| {
            Ok(CallToolResult::error(vec![ContentBlock::text("This tool intentionally returns an error for testing")]).into())
        }),
        tool("test_tool_with_progress", "Tells how far it is.", with_progress),
        tool("test_logging_tool", "Logs only for those who ask for it.", async |_| text("done")),
        tool("test_missing_capability", "Needs a client that can sample.", missing_capability),
        tool("test_streaming_elicitation", "Answers on its own stream.", async |_| text("done")),
        takes("test_argument_in_header", "Has an argument that is sent as a header too.", in_header(), async |_| text("done")),
        takes("json_schema_2020_12_tool", "Has a schema with the words of JSON Schema 2020-12.", of_2020_12(), async |_| text("done")),
    ]
}

fn object(schema: serde_json::Value) -> JsonObject {
    schema.as_object().cloned().unwrap_or_default()
}

fn in_header() -> JsonObject {
    object(json!({
        "type": "object",
        "properties": { "region": { "type": "string", "x-mcp-header": "Region" } },
        "required": ["region"],
    }))
}

/// A schema with definitions, anchors, compositions and conditions: it has to arrive as it is.
fn of_2020_12() -> JsonObject {
    object(json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "$defs": { "address": { "$anchor": "address", "type": "object", "properties": { "city": { "type": "string" } } } },
        "properties": {
            "address": { "$ref": "#/$defs/address" },
            "by": { "type": "string", "enum": ["phone", "email"] },
            "phone": { "type": "string" },
            "email": { "type": "string" },
        },
        "allOf": [{ "anyOf": [{ "required": ["phone"] }, { "required": ["email"] }] }],
        "if": { "properties": { "by": { "const": "phone" } }, "required": ["by"] },
        "then": { "required": ["phone"] },
        "else": { "required": ["email"] },
        "additionalProperties": false,
    }))
}

async fn with_progress(call: ToolCall) -> Result<CallToolResponse, ErrorData> {
    let token = call.context.meta.get_progress_token();
    for done in [0.0, 50.0, 100.0] {
        if let Some(token) = token.clone() {
            let progress = ProgressNotificationParam::new(token, done).with_total(100.0);
            call.context.peer.notify_progress(progress).await.map_err(|problem| ErrorData::internal_error(problem.to_string(), None))?;
        }
        sleep(Duration::from_millis(50)).await;
    }
    text("Done with progress.")
}

async fn missing_capability(call: ToolCall) -> Result<CallToolResponse, ErrorData> {
    let declared = call.context.client_capabilities().and_then(|capabilities| serde_json::to_value(capabilities).ok());
    if declared.is_some_and(|declared| declared.get("sampling").is_some()) {
        return text("done");
    }
    let needed =
        serde_json::from_value(json!({ "sampling": {} })).map_err(|problem| ErrorData::internal_error(problem.to_string(), None))?;
    Err(ErrorData::missing_required_client_capability(needed))
}
