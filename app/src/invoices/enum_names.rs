//! Conversion between enumerations and their stored names.

use super::{InvoiceGroupBy, InvoiceStatus, PaymentMethod};

impl InvoiceGroupBy {
    /// The name as stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Day => "day",
            Self::Member => "member",
            Self::Entry => "entry",
        }
    }

    /// Parses a stored name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Project, Self::Day, Self::Member, Self::Entry].into_iter().find(|by| by.name() == name)
    }
}

impl InvoiceStatus {
    /// Every status, in the order of an invoice's life.
    pub const ALL: [Self; 6] = [Self::Draft, Self::Sent, Self::Overdue, Self::PartlyPaid, Self::Paid, Self::Void];

    /// The name in every channel.
    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Sent => "sent",
            Self::Overdue => "overdue",
            Self::PartlyPaid => "partly_paid",
            Self::Paid => "paid",
            Self::Void => "void",
        }
    }

    /// Parses a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
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

impl PaymentMethod {
    /// The name as stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::BankTransfer => "bank_transfer",
            Self::Card => "card",
            Self::Cash => "cash",
            Self::Other => "other",
        }
    }

    /// Parses a stored name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::BankTransfer, Self::Card, Self::Cash, Self::Other].into_iter().find(|method| method.name() == name)
    }
}
