//! Arguments of the operations on invoices.

use domain::{money::Amount, tax::category::TaxCategory};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr};

/// How time becomes lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum InvoiceGroupBy {
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

impl InvoiceGroupBy {
    /// The name as stored.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Whether its lines show the descriptions of the time entries.
    pub fn shows_descriptions(self) -> bool {
        self == Self::Entry
    }
}

/// Where an invoice stands. *Overdue* and *partly paid* are derived from dates and payments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
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

impl InvoiceStatus {
    /// The name in every channel.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The label that people see.
    pub fn label(self) -> &'static str {
        match self {
            Self::Draft => "Draft",
            Self::Sent => "Sent",
            Self::Overdue => "Overdue",
            Self::PartlyPaid => "Partly paid",
            Self::Paid => "Paid",
            Self::Void => "Void",
        }
    }
}

/// A line of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(deny_unknown_fields))]
pub struct CustomLine {
    /// What it is.
    #[cfg_attr(feature = "ssr", schemars(length(max = 2_000)))]
    pub description: String,
    /// "1" when absent; below zero takes off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<String>,
    /// Net price of one, such as "79.00" or "0.1651".
    pub price: Amount,
    /// S taxed, Z zero rate, E exempt, AE reverse charge, K goods within the EU, G export, O outside the scope; the client's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_category: Option<TaxCategory>,
    /// Percent, such as "19"; the client's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_rate: Option<String>,
    /// Why no tax is charged; the usual words when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(length(max = 500)))]
    pub tax_reason: Option<String>,
}

/// A change of one line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(deny_unknown_fields))]
pub struct LineChange {
    /// Id of the line.
    pub line: String,
    /// Its new text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(length(max = 2_000)))]
    pub description: Option<String>,
    /// Custom lines only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<String>,
    /// Custom lines only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Amount>,
    /// Per hour of its time, such as "80.00", where that has a rate of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Amount>,
    /// S, Z, E, AE, K, G or O, as of new lines; one without tax brings the rate 0 along.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_category: Option<TaxCategory>,
    /// In percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_rate: Option<String>,
    /// Why no tax is charged; empty for the usual words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(length(max = 500), extend("x-clears" = true)))]
    pub tax_reason: Option<String>,
    /// Remove it and release its time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remove: Option<bool>,
}

/// How a payment was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
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

impl PaymentMethod {
    /// The name as stored.
    pub fn name(self) -> &'static str {
        self.into()
    }
}
