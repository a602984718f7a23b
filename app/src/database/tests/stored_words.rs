//! The words of enumerations: the code reads and writes those that the constraints of the columns let in.

use std::str::FromStr;

use domain::{
    budget_period::BudgetPeriod,
    document::LineKind,
    locale::Locale,
    tax::category::TaxCategory,
    time_rounding::{RoundingBasis, RoundingMode},
};

use crate::{
    access::{Role, WriteMode},
    assistant::Speaker,
    budgets::types::BudgetBasis,
    invoices::{InvoiceGroupBy, PaymentMethod, SkipReason},
    projects::Billing,
    secrets::link_purpose::LinkPurpose,
    testing::owner,
    time::{EntrySource, EntryState, Labour},
};

/// Reads a word and writes it again; `None` for one that the code does not know.
fn again<T: FromStr + Into<&'static str>>(word: &str) -> Option<&'static str> {
    word.parse::<T>().ok().map(Into::into)
}

/// Reads a stored word, and writes it again.
type ReadWord = fn(&str) -> Option<&'static str>;

/// Constraints that list the words of a column, and the enumeration that the column is read as.
const CONSTRAINTS: [(&str, ReadWord); 18] = [
    ("access_token_writes_known", again::<WriteMode>),
    ("budget_basis_known", again::<BudgetBasis>),
    ("budget_period_known", again::<BudgetPeriod>),
    ("client_language_known", again::<Locale>),
    ("client_tax_category_known", again::<TaxCategory>),
    ("invitation_role_known", again::<Role>),
    ("invoice_group_by_known", again::<InvoiceGroupBy>),
    ("invoice_line_kind_known", again::<LineKind>),
    ("invoice_number_skip_reason_known", again::<SkipReason>),
    ("message_speaker_known", again::<Speaker>),
    ("organization_rounding_basis_known", again::<RoundingBasis>),
    ("organization_rounding_mode_known", again::<RoundingMode>),
    ("payment_method_known", again::<PaymentMethod>),
    ("project_billing_known", again::<Billing>),
    ("time_entry_labour_known", again::<Labour>),
    ("time_entry_source_known", again::<EntrySource>),
    ("time_entry_state_known", again::<EntryState>),
    ("travelling_secret_purpose_known", again::<LinkPurpose>),
];

#[tokio::test]
async fn stored_words_are_read_and_written_as_their_columns_have_them() {
    let owner = owner().await;
    for (constraint, again) in CONSTRAINTS {
        let definition = "select pg_get_constraintdef(oid) from pg_constraint where conname = $1";
        let definition: String = sqlx::query_scalar(definition).bind(constraint).fetch_one(&owner).await.expect(constraint);
        // CHECK ((basis = ANY (ARRAY['billable'::text, 'all'::text])))
        let words: Vec<&str> = definition.split('\'').skip(1).step_by(2).collect();
        assert!(words.len() > 1, "{definition}");
        for word in words {
            assert_eq!(again(word), Some(word), "{constraint}");
        }
    }
    owner.close().await;
}
