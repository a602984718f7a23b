//! Runs reads for the person and shows them as steps.

use serde_json::Value;

use super::{Tool, ToolState, tool_result, user::AssistantUser};
use crate::{
    context::Caller,
    error::Error,
    operation::{Operation, refusal_for_person},
    page::PageBudget,
};

/// The step of a read before it runs.
pub fn begun(id: String, operation: &Operation, arguments: Value) -> Tool {
    Tool {
        id,
        operation: operation.declaration.name.to_owned(),
        title: operation.declaration.title.to_owned(),
        arguments,
        state: ToolState::Running,
        summary: None,
        lines: None,
        result: None,
    }
}

/// Runs the read. A refusal is an answer as well: its message for people, the whole error for a model.
pub async fn run(user: &AssistantUser, operation: &Operation, tool: &mut Tool) -> Result<Value, Error> {
    let caller = Caller { room: Some(PageBudget::of_json(tool_result::ROOM)), ..user.caller.clone() };
    let answer = operation.call(caller, tool.arguments.clone()).await.map(tool_result::without_bytes);
    match &answer {
        Ok(result) => {
            tool.state = ToolState::Done;
            tool.summary = Some(tool_result::summary(operation, result));
            tool.result = Some(tool_result::kept(result.clone()));
        }
        Err(error) => refuse(tool, error),
    }
    answer
}

/// Marks a step as refused.
pub fn refuse(tool: &mut Tool, error: &Error) {
    tool.state = ToolState::Refused;
    tool.summary = Some(refusal_for_person(error.clone()).message);
    tool.result = serde_json::to_value(error).ok();
}
