//! Lines of an invoice in answers.

use serde::{Deserialize, Serialize};

use domain::{
    document::LineKind,
    hours::WorkDuration,
    id::{InvoiceLineId, ProjectId, TimeEntryId},
    money::{Money, UnitPrice},
    percent::Percent,
    tax::category::TaxCategory,
};
use macros::answer;

/// One line of an invoice (BG-25).
#[answer]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct InvoiceLine {
    /// Its id.
    #[hidden]
    pub id: InvoiceLineId,
    /// `time` or `custom`.
    #[hidden]
    pub kind: LineKind,
    /// What was done (BT-153).
    #[label("Description")]
    pub description: String,
    /// The project, when the line is of one.
    #[hidden]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<ProjectId>,
    /// The name of that project.
    #[hidden]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_name: Option<String>,
    /// Time as it was worked; absent on a custom line.
    #[hidden]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worked: Option<WorkDuration>,
    /// Time as it is billed, after rounding; absent on a custom line.
    #[hidden]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billed: Option<WorkDuration>,
    /// Quantity as printed (BT-129): of time the hours with as few decimals, but at least two, as their product with the price needs
    /// to be the net.
    #[label("Quantity")]
    pub quantity: String,
    /// Unit as printed: `h` or nothing.
    #[label("Unit")]
    pub unit: String,
    /// Net price of one unit (BT-146), with up to six decimals.
    #[label("Price")]
    pub price: UnitPrice,
    /// What an hour of its time costs, where that was given to the time itself, on a draft too: `update_invoice_draft` can set it again.
    /// Absent where the rate is that of the project or the like, and once the invoice is sent.
    #[hidden]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Money>,
    /// Its time has no rate, and is billed at 0; absent where a rate of 0.00 says that it is free.
    #[hidden]
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub without_rate: bool,
    /// Net amount (BT-131).
    #[label("Net")]
    pub net: Money,
    /// Tax category.
    #[hidden]
    pub tax_category: TaxCategory,
    /// The document claims nothing of why this has no tax: the seller charges none, and has said no more.
    #[hidden]
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tax_untold: bool,
    /// It repays what was laid out in the name of the client: the document says that it has no tax, and not that it is exempt.
    #[hidden]
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub laid_out: bool,
    /// Tax rate in percent (BT-152).
    #[hidden]
    pub tax_rate: Percent,
    /// Why no tax is charged (BT-120), where it is not in the usual words of the category.
    #[hidden]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_reason: Option<String>,
    /// The time entries on the line.
    #[hidden]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<TimeEntryId>,
}
