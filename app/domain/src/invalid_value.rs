//! Why a value cannot be accepted.

/// A value that cannot be accepted, in words for the person or program that gave it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct InvalidValue {
    /// The argument that holds the value, such as `tax_rate`.
    pub field: String,
    /// What was wrong with which value, and what to write instead.
    pub message: String,
    /// A way out, when the message alone does not show one.
    pub hint: Option<String>,
}

impl InvalidValue {
    /// The value of `field` cannot be accepted.
    pub fn new(field: &str, message: impl Into<String>) -> Self {
        Self { field: field.to_owned(), message: message.into(), hint: None }
    }

    /// Adds a hint: what to do when the message alone does not say it.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
