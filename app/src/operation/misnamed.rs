//! Names and choices that callers often write in place of those of an operation.

/// Fields that callers write, each with the fields that it may mean, of which the first that the object takes is meant.
const FIELDS: [(&str, &[&str]); 15] = [
    ("amount", &["price"]),
    ("comment", &["description", "note", "notes"]),
    ("day", &["date"]),
    ("end", &["ended_at"]),
    ("hours", &["duration", "quantity"]),
    ("minutes", &["duration"]),
    ("note", &["notes", "description"]),
    ("notes", &["note", "description"]),
    ("qty", &["quantity"]),
    ("rate", &["price"]),
    ("start", &["started_at"]),
    ("task", &["description"]),
    ("text", &["description"]),
    ("time", &["duration"]),
    ("unit_price", &["price"]),
];

/// A choice by which only lists of invoices are narrowed down: their choices are those of the status of an invoice.
const OF_INVOICES: &str = "partly_paid";

/// Words for a status of invoices that is no choice, with the choice that is meant and what it selects.
const STATUSES: [(&[&str], &str, &str); 3] = [
    (&["open", "unpaid", "outstanding", "owed", "pending"], "sent", "all that is owed, overdue and partly paid ones too"),
    (&["late", "past due"], "overdue", "what is late"),
    (&["cancelled", "canceled", "voided"], "void", "what was withdrawn"),
];

/// The field that is meant by one that the object does not take; `taken` are those that it takes.
pub(super) fn field(given: &str, taken: &[&str]) -> Option<&'static str> {
    let (_, meant) = FIELDS.iter().find(|(known, _)| *known == given)?;
    meant.iter().copied().find(|meant| taken.contains(meant))
}

/// The sentence with the choice that is meant by a word that is none of the choices.
pub(super) fn choice(given: &str, choices: &[&str]) -> Option<String> {
    let given = given.trim().to_ascii_lowercase().replace(['_', '-'], " ");
    let is_meant = |(words, choice, _): &&(&[&str], &str, &str)| words.contains(&given.as_str()) && choices.contains(choice);
    let (_, choice, selects) = STATUSES.iter().find(is_meant).filter(|_| choices.contains(&OF_INVOICES))?;
    Some(format!("Give {choice} for {selects}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_means_one_that_the_object_takes() {
        assert_eq!(field("hours", &["project", "duration"]), Some("duration"));
        assert_eq!(field("hours", &["price", "quantity"]), Some("quantity"));
        assert_eq!(field("hours", &["client"]), None);
        assert_eq!(field("colour", &["color"]), None, "what is spelled alike is found by its spelling");
    }

    #[test]
    fn a_word_means_a_choice_among_those_of_invoices_alone() {
        let statuses = ["draft", "sent", "overdue", "partly_paid", "paid", "void"];
        assert_eq!(choice("Unpaid", &statuses).as_deref(), Some("Give sent for all that is owed, overdue and partly paid ones too."));
        assert_eq!(choice("past_due", &statuses).as_deref(), Some("Give overdue for what is late."));
        assert_eq!(choice("lost", &statuses), None);
        assert_eq!(choice("open", &["waiting", "sent", "failed"]), None);
    }
}
