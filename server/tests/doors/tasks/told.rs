//! The table of tasks in `docs/agents.md`.

use super::{Comes, Task, all};

/// The tasks as a table: a sentence, its calls and how many they are.
fn table() -> String {
    let mut table = "| As a person says it | Calls | How many |\n|---|---|---|\n".to_owned();
    for task in all() {
        table.push_str(&format!("| {} | {} | {} |\n", task.says, calls(&task), task.calls.len()));
    }
    table
}

/// The calls of a task by the names of their tools, with those that are refused.
fn calls(task: &Task) -> String {
    let told = task.calls.iter().map(|call| match call.comes {
        Comes::Answer(_) => format!("`{}`", call.tool),
        Comes::Refusal(_) => format!("`{}` (refused)", call.tool),
    });
    told.collect::<Vec<_>>().join(", ")
}

#[test]
fn the_page_about_agents_lists_every_task_with_its_calls() {
    let page = include_str!("../../../../docs/agents.md");
    assert!(page.contains(&table()), "the table of tasks in docs/agents.md should be:\n{}", table());
}

#[test]
fn half_of_the_tasks_take_two_calls_at_most() {
    let mut calls: Vec<usize> = all().iter().map(|task| task.calls.len()).collect();
    calls.sort_unstable();
    assert!(calls.len() >= 28, "{} tasks", calls.len());
    assert!(calls[calls.len() / 2] <= 2, "{calls:?}");
}
