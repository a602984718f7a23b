//! Resources, prompts and completions.

use app::context::{BoxFuture, Caller};
use rmcp::{
    ErrorData,
    model::{
        CompleteRequestParams, CompleteResult, CompletionInfo, ContentBlock, GetPromptRequestParams, GetPromptResponse, GetPromptResult,
        Prompt, PromptArgument, PromptMessage, ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult, Resource,
        ResourceContents, ResourceTemplate, Role,
    },
};
use serde_json::json;
use server::mcp::Library;

use super::{rounds, tools::PNG};

/// What the suite asks for.
pub struct Fixtures;

impl Library for Fixtures {
    fn resources(&self, _: &Caller) -> Vec<Resource> {
        let resource = |uri: &str, name: &str, kind: &str| Resource::new(uri, name).with_description(name).with_mime_type(kind);
        vec![
            resource("test://static-binary", "A picture", "image/png"),
            resource("test://static-text", "A text", "text/plain"),
            resource("test://watched-resource", "A text that could change", "text/plain"),
        ]
    }

    fn templates(&self, _: &Caller) -> Vec<ResourceTemplate> {
        vec![
            ResourceTemplate::new("test://template/{id}/data", "Data by id")
                .with_description("Data by id")
                .with_mime_type("application/json"),
        ]
    }

    fn read(&self, _: Caller, request: ReadResourceRequestParams) -> BoxFuture<'static, Result<ReadResourceResponse, ErrorData>> {
        Box::pin(async move { read(&request.uri) })
    }

    fn prompts(&self, _: &Caller) -> Vec<Prompt> {
        let argument = |name: &str| PromptArgument::new(name).with_description("An argument").with_required(true);
        let prompt = |name: &str, arguments| Prompt::new(name, Some("A prompt of the suite"), arguments);
        vec![
            prompt("test_input_required_result_prompt", None),
            prompt("test_prompt_with_arguments", Some(vec![argument("arg1"), argument("arg2")])),
            prompt("test_prompt_with_embedded_resource", Some(vec![argument("resourceUri")])),
            prompt("test_prompt_with_image", None),
            prompt("test_simple_prompt", None),
        ]
    }

    fn prompt(&self, _: Caller, request: GetPromptRequestParams) -> BoxFuture<'static, Result<GetPromptResponse, ErrorData>> {
        Box::pin(async move { prompt(&request) })
    }

    fn complete(&self, _: Caller, request: CompleteRequestParams) -> BoxFuture<'static, Result<CompleteResult, ErrorData>> {
        Box::pin(async move {
            let known = ["paris", "park", "party"].map(str::to_owned).into_iter().filter(|word| word.starts_with(&request.argument.value));
            let completion = CompletionInfo::new(known.collect()).map_err(|problem| ErrorData::invalid_params(problem, None))?;
            Ok(CompleteResult::new(completion))
        })
    }
}

fn read(uri: &str) -> Result<ReadResourceResponse, ErrorData> {
    let contents = match uri {
        "test://static-text" => {
            ResourceContents::text("This is the content of the static text resource.", uri).with_mime_type("text/plain")
        }
        "test://watched-resource" => ResourceContents::text("It has not changed.", uri).with_mime_type("text/plain"),
        "test://static-binary" => ResourceContents::blob(PNG, uri).with_mime_type("image/png"),
        other => {
            let id = other.strip_prefix("test://template/").and_then(|rest| rest.strip_suffix("/data"));
            let id = id.ok_or_else(|| ErrorData::resource_not_found("Resource not found", Some(json!({ "uri": uri }))))?;
            let data = json!({ "id": id, "templateTest": true, "data": format!("Data for ID: {id}") });
            ResourceContents::text(data.to_string(), uri).with_mime_type("application/json")
        }
    };
    Ok(ReadResourceResult::new(vec![contents]).into())
}

fn prompt(request: &GetPromptRequestParams) -> Result<GetPromptResponse, ErrorData> {
    let argument = |name: &str| {
        let given = request.arguments.as_ref().and_then(|arguments| arguments.get(name)).and_then(|value| value.as_str());
        given.ok_or_else(|| ErrorData::invalid_params(format!("{name} is missing"), None))
    };
    let says = |content| PromptMessage::new(Role::User, content);
    let text = |words: &str| says(ContentBlock::text(words));
    let messages = match request.name.as_str() {
        "test_simple_prompt" => vec![text("This is a simple prompt for testing.")],
        "test_prompt_with_arguments" => {
            vec![text(&format!("Prompt with arguments: arg1='{}', arg2='{}'", argument("arg1")?, argument("arg2")?))]
        }
        "test_prompt_with_embedded_resource" => {
            let resource =
                ResourceContents::text("Embedded resource content for testing.", argument("resourceUri")?).with_mime_type("text/plain");
            vec![says(ContentBlock::resource(resource)), text("Please process the embedded resource above.")]
        }
        "test_prompt_with_image" => vec![says(ContentBlock::image(PNG, "image/png")), text("Please analyze the image above.")],
        "test_input_required_result_prompt" => match rounds::said(request.input_responses.as_ref(), "user_context", "context") {
            Some(context) => vec![text(&format!("Work in this context: {context}"))],
            None => {
                return Ok(rounds::ask(
                    json!({ "user_context": rounds::question("What context should the prompt use?", "context", "string") }),
                    None,
                )?
                .into());
            }
        },
        other => return Err(ErrorData::invalid_params(format!("Unknown prompt: {other}"), None)),
    };
    Ok(GetPromptResult::new(messages).into())
}
