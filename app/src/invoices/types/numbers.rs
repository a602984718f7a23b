//! Answers of the report on invoice numbers.

use domain::{
    day::{Day, OffsetDateTime},
    id::InvoiceId,
    money::Money,
};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr};

use super::InvoiceStatus;
use crate::page::Page;

/// How invoices are numbered, and that no number is missing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct NumberReport {
    /// Whether every count up to where the counter stands is on an invoice or was left out on record.
    pub complete: bool,
    /// The count of the next invoice; absent when the pattern has no number left that no invoice has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<i64>,
    /// The number of the next invoice, were it sent today; absent likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_number: Option<String>,
    /// The series that invoices were numbered in, the oldest first: one for each time that the counter began anew. 100 at most.
    pub series: Vec<NumberSeries>,
    /// Counts that were left out, the latest first; 100 at most.
    pub skipped: Vec<SkippedNumbers>,
    /// Counts that nothing accounts for; empty when `complete`. 100 at most.
    pub missing: Vec<MissingNumbers>,
    /// The numbers that were given, the latest first.
    #[serde(flatten)]
    pub numbers: Page<NumberedInvoice>,
}

/// Invoices that were counted without beginning anew.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct NumberSeries {
    /// The year in which the counter began anew; empty when it never did.
    pub series: String,
    /// The first count.
    pub first: i64,
    /// The last count.
    pub last: i64,
    /// How many invoices there are in it.
    pub given: i64,
    /// The day of issue of the first.
    pub from: Day,
    /// The day of issue of the last.
    pub to: Day,
}

/// Why no invoice has a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum SkipReason {
    /// Somebody set the next number.
    Set,
    /// The pattern was changed, and an earlier invoice has that number.
    Taken,
}

impl SkipReason {
    /// Its name.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// Counts that were left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct SkippedNumbers {
    /// Their series.
    pub series: String,
    /// The first of them.
    pub first: i64,
    /// The last of them.
    pub last: i64,
    /// Why.
    pub reason: SkipReason,
    /// Who set the number, or sent the invoice that came after them.
    pub by: String,
    /// When.
    pub at: OffsetDateTime,
}

/// Counts that nothing accounts for: rows were lost, or taken out of the database.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct MissingNumbers {
    /// Their series.
    pub series: String,
    /// The first of them.
    pub first: i64,
    /// The last of them.
    pub last: i64,
}

/// A number that was given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct NumberedInvoice {
    /// The invoice that has it.
    pub invoice: InvoiceId,
    /// The number (BT-1).
    pub number: String,
    /// What it was counted in.
    pub series: String,
    /// Its count.
    pub sequence: i64,
    /// Where the invoice stands; a void one keeps its number.
    pub status: InvoiceStatus,
    /// The name of its client.
    pub client: String,
    /// Its day of issue.
    pub issued_on: Day,
    /// Its total.
    pub total: Money,
}
