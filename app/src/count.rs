//! Numbers of things in words, on both sides.

/// So many things in words: `1 project`, `2 projects`.
pub fn pluralize(count: i64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
