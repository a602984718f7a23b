//! Counts of things in words, for server and browser.

/// Writes a count with its noun: `1 project`, `2 projects`.
pub fn pluralize(count: i64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
