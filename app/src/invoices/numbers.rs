//! Operations on invoice numbers: the report that none is missing, and setting the next one.

use macros::operation;

use super::NumberReport;
#[cfg(feature = "ssr")]
use super::number_counter;
use crate::error::Error;

/// Prove that no invoice number is missing: the next number, the series of numbers, counts that were left out and why, counts that
/// nothing accounts for, and every number that was given with its invoice, the latest first.
///
/// A void invoice keeps its number. `complete` is true when every count is on an invoice or was left out on record.
#[operation(read, idempotent, needs = WriteMoney, scope = MoneyRead, title = "Report invoice numbers")]
pub async fn report_invoice_numbers(
    cx: &mut Call,
    /// Only those given in this year.
    #[server(default)]
    year: Option<i16>,
    /// 50 when absent.
    #[server(default)]
    limit: Option<u32>,
    /// next_cursor of the last answer.
    #[server(default)]
    #[max_length(4_096)]
    cursor: Option<String>,
    /// Also count all.
    #[server(default)]
    with_total: bool,
) -> Result<NumberReport, Error> {
    number_counter::report(cx, number_counter::NumberReportQuery { year, limit, cursor, with_total }).await
}

/// Set the count of the next invoice, forward only: for whoever comes from another product with invoices sent, or begins a block of
/// numbers. What is left out stays on record, and the report of invoice numbers names it.
///
/// With 30 invoices sent elsewhere this year: {"next": 31}. Refused when that count, or a higher one, was given already. It cannot be
/// set back.
#[operation(write, needs = ManageOrganization, audience = Person, title = "Set the next invoice number")]
pub async fn set_next_invoice_number(
    cx: &mut Call,
    /// The count of the next invoice, up to 999,999,999: 31, where the number is to be 2026-0031.
    next: i64,
    /// Whether more than 10,000 counts may be left out; without it that is refused.
    #[server(default)]
    leave_out_many: bool,
) -> Result<NumberReport, Error> {
    number_counter::set_next(cx, next, leave_out_many).await
}
