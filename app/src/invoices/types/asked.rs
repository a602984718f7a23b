//! What callers say about invoices.

use serde::{Deserialize, Serialize};

use crate::{invoices::totals::TaxCategory, money::Amount};

/// How time becomes lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum GroupBy {
    /// One line per project.
    #[default]
    Project,
    /// One line per day.
    Day,
    /// One line per member.
    Member,
    /// One line per time entry.
    Entry,
}

/// Where an invoice stands. *Overdue* and *partly paid* are derived from dates and payments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum InvoiceStatus {
    /// Still being written; reserves the time on it.
    Draft,
    /// Sent and not due yet.
    Sent,
    /// Sent, due, and not wholly paid.
    Overdue,
    /// Sent, not due yet, and paid in part.
    PartlyPaid,
    /// Wholly paid.
    Paid,
    /// Withdrawn; keeps its number.
    Void,
}

/// A line that is not made from time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(deny_unknown_fields))]
pub struct CustomLine {
    /// What it is, at most 2,000 characters.
    #[cfg_attr(feature = "ssr", schemars(length(max = 2_000)))]
    pub description: String,
    /// How many, as text with up to eight decimals and no mark for thousands, such as "2.5"; "1" when absent. Below zero for what is
    /// taken off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<String>,
    /// Net price of one, in the currency of the invoice, with up to six decimals, such as "79.00" or "0.1651".
    pub price: Amount,
    /// Tax category, such as E for a disbursement without tax; the client's when absent, S when only a rate is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_category: Option<TaxCategory>,
    /// Tax rate in percent as text, with up to four decimals; the client's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_rate: Option<String>,
    /// Why no tax is charged, at most 500 characters; the usual words of the category when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(length(max = 500)))]
    pub tax_reason: Option<String>,
}

/// A change of one line of a draft.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(deny_unknown_fields))]
pub struct LineChange {
    /// The line's id.
    pub line: String,
    /// Its new text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(length(max = 2_000)))]
    pub description: Option<String>,
    /// Its new quantity, custom lines only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<String>,
    /// Its new price, custom lines only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Amount>,
    /// What an hour of its time costs, such as "80.00", where the time has a rate of its own, for instance by `time_rate`: it becomes the rate
    /// of all time on the line, which is priced anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Amount>,
    /// Its new tax category, such as AE; a category without tax brings the rate 0 along.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_category: Option<TaxCategory>,
    /// Its new tax rate in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_rate: Option<String>,
    /// Why no tax is charged; empty for the usual words of the category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(length(max = 500)))]
    pub tax_reason: Option<String>,
    /// True to remove the line and release its time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remove: Option<bool>,
}

/// How a payment was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PaymentMethod {
    /// A transfer to the bank account on the invoice.
    #[default]
    BankTransfer,
    /// A card.
    Card,
    /// Cash.
    Cash,
    /// Something else.
    Other,
}
