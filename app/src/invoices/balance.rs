//! The balance of the organization per currency: unbilled time and open invoices.

use domain::{
    hours::WorkDuration,
    money::{Currency, Money},
};
use macros::operation;
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// What there is to bill and to be paid, one item per currency: nothing is ever converted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct Balance {
    /// One item per currency in which something is to be billed or paid, or waits to be confirmed, in the order of their codes.
    pub items: Vec<CurrencyBalance>,
}

/// What there is to bill and to be paid in one currency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct CurrencyBalance {
    /// The currency.
    pub currency: Currency,
    /// What could be invoiced now, before rounding.
    pub unbilled: Money,
    /// The billable time that cannot be invoiced yet because it waits to be confirmed or approved; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<WaitingTime>,
    /// What is on sent invoices and not paid yet, overdue or not.
    pub open: Money,
    /// The part of it whose due date has passed.
    pub overdue: Money,
    /// How many sent invoices are not wholly paid.
    pub open_invoices: i64,
    /// How many of them are overdue.
    pub overdue_invoices: i64,
}

/// Billable time on no invoice that does not count until it is confirmed (drafts of agents) or approved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct WaitingTime {
    /// How much time.
    pub worked: WorkDuration,
    /// What it is worth before rounding; time without a rate counts nothing.
    pub amount: Money,
}

/// Get the balance: what could be invoiced now, what clients owe, and how much of that is overdue, per currency.
///
/// Counts everything, however many invoices there are. list_unbilled and list_invoices tell it client by client.
#[operation(read, idempotent, everyday, needs = ReadMoney, scope = MoneyRead, title = "Get the balance")]
pub async fn get_balance(cx: &mut Call) -> Result<Balance, Error> {
    let today = cx.organization_today()?;
    Ok(Balance { items: super::store::balance(&mut cx.db, today).await? })
}
