//! The labels of a form's fields, by which a refusal that the form shows names them.

use leptos::prelude::*;

use crate::{error::Error, operation::wire::in_words};

/// What follows the name of an argument where a sentence begins with it.
const CONTINUATIONS: [&str; 4] = [": ", " is ", " has ", " holds "];

/// The labels of the surrounding form by the path of their argument. Fields add theirs as they are made.
#[derive(Clone, Copy)]
pub struct FieldLabels(StoredValue<Vec<(String, String)>>);

impl FieldLabels {
    /// No labels yet.
    pub fn none() -> Self {
        Self(StoredValue::new(Vec::new()))
    }

    /// Adds the label of the field that fills the argument at this path.
    pub fn add(self, place: &str, label: &str) {
        self.0.try_update_value(|labels| labels.push((place.to_owned(), label.to_owned())));
    }

    /// The refusal with the labels of the fields in place of the names of their arguments.
    pub fn worded(self, mut error: Error) -> Error {
        for (place, words) in &mut error.fields {
            error.message = self.worded_at(place, &error.message);
            *words = self.worded_at(place, words);
        }
        error
    }

    /// The same for a text on the argument at this path.
    pub fn worded_at(self, place: &str, words: &str) -> String {
        match self.0.try_with_value(|labels| labels.iter().rev().find(|(of, _)| of == place).map(|(_, label)| label.clone())).flatten() {
            Some(label) => renamed(words, &in_words(place), &label),
            None => words.to_owned(),
        }
    }
}

/// A text whose sentences begin with the label instead of the name.
fn renamed(words: &str, name: &str, label: &str) -> String {
    let sentences = words.split(". ").map(|sentence| match sentence.strip_prefix(name) {
        Some(rest) if CONTINUATIONS.iter().any(|next| rest.starts_with(next)) => format!("{label}{rest}"),
        _ => sentence.to_owned(),
    });
    sentences.collect::<Vec<_>>().join(". ")
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_a_field_by_its_label() {
        let told = Owner::new().with(|| {
            let labels = FieldLabels::none();
            labels.add("payment_terms_days", "Payment terms in days");
            labels.add("lines[0].price", "Price in EUR");
            let mut error = Error::invalid("payment_terms_days", "-5 is less than the minimum of 0.");
            error.message = "Payment terms days: -5 is less than the minimum of 0. Lines 1 price is a number; write it as text.".to_owned();
            error.fields.insert("lines[0].price".to_owned(), "Lines 1 price is a number; write it as text.".to_owned());
            error.fields.insert("rate".to_owned(), "Rate is no amount.".to_owned());
            labels.worded(error)
        });
        assert_eq!(told.message, "Payment terms in days: -5 is less than the minimum of 0. Price in EUR is a number; write it as text.");
        assert_eq!(told.field("lines[0].price"), Some("Price in EUR is a number; write it as text."));
        assert_eq!(
            (told.field("payment_terms_days"), told.field("rate")),
            (Some("-5 is less than the minimum of 0."), Some("Rate is no amount."))
        );
    }

    #[test]
    fn a_name_in_the_middle_of_a_sentence_is_a_word() {
        assert_eq!(renamed("Date and day differ. Date: no day.", "Date", "Day"), "Date and day differ. Day: no day.");
    }
}
