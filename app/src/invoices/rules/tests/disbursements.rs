//! Disbursements beside billed lines.

use domain::tax::disbursement;

use super::*;

/// A disbursement of this category.
fn laid_out(category: TaxCategory) -> LineRow {
    LineRow { description: "Domain".to_owned(), tax_reason: Some(disbursement::words(Some("GB")).to_owned()), ..line((category, 0)) }
}

/// The messages about these lines of a seller in Britain.
fn told_of(lines: Vec<LineRow>) -> Vec<String> {
    let problems = told_of_lines(&seller_of(Some("GB"), Some("GB123456782")), &buyer(), lines);
    problems.into_iter().map(|problem| problem.message).collect()
}

/// BR-O-11 allows nothing of another category beside O, and a disbursement beside S is E: each suggested way can be sent.
#[test]
fn what_was_laid_out_is_billed_beside_what_is_taxed_and_beside_what_is_not() {
    use TaxCategory::{E, O, S};
    let told = told_of(vec![line((O, 0)), laid_out(E)]);
    let [message] = told.as_slice() else { panic!("{told:?}") };
    assert!(
        message.contains("\"Domain\"") && message.contains("the category O, too") && message.contains("the reason of its line"),
        "{message}"
    );
    assert!(!message.contains("Bill its lines apart") && !message.contains("in the text"), "{message}");
    assert_eq!(told_of(vec![line((O, 0)), laid_out(O)]), [""; 0], "as it is told");
    let told = told_of(vec![line((S, 200_000)), laid_out(O)]);
    assert!(told.len() == 1 && told[0].contains("beside what is taxed as E"), "{told:?}");
    assert_eq!(told_of(vec![line((S, 200_000)), laid_out(E)]), [""; 0], "as it is told");
    let told = told_of(vec![line((O, 0)), line((E, 0))]);
    assert!(told.len() == 1 && told[0].contains("Bill its lines apart"), "what is exempt is no disbursement: {told:?}");
}
