//! The totals of an invoice, as EN 16931 defines them (BR-CO-10 to BR-CO-17).
//!
//! ```text
//! subtotal  sum of the line nets                     BT-106
//! discount  on the document, spread over the taxes   BT-107
//!           of all but disbursements
//! net       subtotal − discount                      BT-109
//! tax       sum over category and rate of base×rate  BT-110
//! total     net + tax                                BT-112
//! ```
//!
//! All amounts are whole minor units of the invoice's one currency. Each figure is rounded once,
//! where the standard says, and every sum is a sum of rounded figures: what is printed adds up.

#[cfg(test)]
mod tests;

use crate::{money::rounded_quotient, percent::Percent, tax::category::TaxCategory};

use crate::invalid_value::InvalidValue;

/// The contribution of a line to the totals.
#[derive(Clone, Debug, PartialEq)]
pub struct LineAmount {
    /// Net amount of the line (BT-131), rounded; below zero for a deduction.
    pub net: i64,
    /// Tax category of the line (BT-151).
    pub category: TaxCategory,
    /// Tax rate of the line (BT-152).
    pub rate: Percent,
    /// Whether it repays a disbursement: the client owes exactly that sum, so no discount is taken of it.
    pub laid_out: bool,
}

/// A discount on the whole document. Disbursements bear no part of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Discount {
    /// An amount in minor units.
    Amount(i64),
    /// A percentage of the discounted amount, rounded half up.
    Percent(Percent),
}

/// The tax of one category and rate (BG-23).
#[derive(Clone, Debug, PartialEq)]
pub struct TaxTotal {
    /// Tax category (BT-118).
    pub category: TaxCategory,
    /// Tax rate (BT-119).
    pub rate: Percent,
    /// The part of the document's discount that falls on this category and rate (BT-92).
    pub discount: i64,
    /// Taxable amount (BT-116): the nets of its lines less its part of the discount.
    pub base: i64,
    /// Tax amount (BT-117): base × rate, rounded half up.
    pub tax: i64,
}

/// The totals of an invoice.
#[derive(Clone, Debug, PartialEq)]
pub struct Totals {
    /// Sum of the line nets (BT-106).
    pub subtotal: i64,
    /// The amount that a discount applies to: the subtotal without disbursements.
    pub discounted: i64,
    /// Discount on the whole document (BT-107).
    pub discount: i64,
    /// Sum without tax (BT-109).
    pub net: i64,
    /// Sum of the taxes (BT-110).
    pub tax: i64,
    /// Sum with tax (BT-112).
    pub total: i64,
    /// One row per tax category and rate, in the order of the categories and from the highest rate
    /// down.
    pub taxes: Vec<TaxTotal>,
}

impl Totals {
    /// Calculates the totals of these lines and this discount.
    ///
    /// Refuses a discount below zero or above the discounted amount, a rate where the category has none, a total below zero (that is a
    /// credit note) and sums that no amount can hold.
    pub fn of(lines: &[LineAmount], discount: Option<Discount>) -> Result<Totals, InvalidValue> {
        let groups = groups(lines)?;
        let (subtotal, discounted) = (sum(&groups, |group| group.net)?, sum(&groups, |group| group.discounted)?);
        if subtotal < 0 {
            return Err(below_zero());
        }
        let discount = discount_of(subtotal, discounted, discount)?;
        let taxes =
            groups.iter().zip(spread(discount, &groups)).map(|(group, share)| group.tax_total(share)).collect::<Result<Vec<_>, _>>()?;
        let tax: i128 = taxes.iter().map(|tax| i128::from(tax.tax)).sum();
        let net = subtotal - discount;
        if net + tax < 0 {
            return Err(below_zero());
        }
        Ok(Totals {
            subtotal: fitting(subtotal)?,
            discounted: fitting(discounted)?,
            discount: fitting(discount)?,
            net: fitting(net)?,
            tax: fitting(tax)?,
            total: fitting(net + tax)?,
            taxes,
        })
    }

    /// The totals of an invoice that was sent with this total and the taxes in `printed`: those of the first of these readings of its lines
    /// that match. If none match, those of the first that comes to the total, and else of the last.
    pub fn of_sent<const N: usize>(
        readings: &[Vec<LineAmount>; N],
        discount: Option<Discount>,
        total: i64,
        printed: impl Fn(&[TaxTotal]) -> bool,
    ) -> Result<Totals, InvalidValue> {
        let mut read: Vec<_> = readings.iter().map(|lines| Totals::of(lines, discount.clone())).collect();
        let adds_up = |totals: &Result<Totals, InvalidValue>| totals.as_ref().is_ok_and(|totals| totals.total == total);
        let is_sent = |totals: &Result<Totals, InvalidValue>| adds_up(totals) && totals.as_ref().is_ok_and(|totals| printed(&totals.taxes));
        let chosen = read.iter().position(is_sent).or_else(|| read.iter().position(adds_up));
        match chosen {
            Some(at) => read.swap_remove(at),
            None => read.pop().unwrap_or_else(|| Totals::of(&[], discount)),
        }
    }
}

/// The lines of one tax category and rate.
struct TaxGroup {
    category: TaxCategory,
    rate: Percent,
    net: i128,
    /// The net of its lines other than disbursements.
    discounted: i128,
}

impl TaxGroup {
    fn tax_total(&self, discount: i128) -> Result<TaxTotal, InvalidValue> {
        let base = self.net - discount;
        let tax = rounded_quotient(base * i128::from(self.rate.ten_thousandths()), Percent::WHOLE);
        Ok(TaxTotal { category: self.category, rate: self.rate, discount: fitting(discount)?, base: fitting(base)?, tax: fitting(tax)? })
    }

    /// The weight of the group when a discount is spread: a negative net takes no part.
    fn weight(&self) -> i128 {
        self.discounted.max(0)
    }
}

fn groups(lines: &[LineAmount]) -> Result<Vec<TaxGroup>, InvalidValue> {
    let mut groups: Vec<TaxGroup> = Vec::new();
    for line in lines {
        line.category.check_rate_absent(line.rate)?;
        let net = i128::from(line.net);
        let discounted = if line.laid_out { 0 } else { net };
        let same = groups.iter_mut().find(|group| (group.category, group.rate) == (line.category, line.rate));
        match same {
            Some(group) => (group.net, group.discounted) = (group.net + net, group.discounted + discounted),
            None => groups.push(TaxGroup { category: line.category, rate: line.rate, net, discounted }),
        }
    }
    groups.sort_by_key(|group| (group.category, std::cmp::Reverse(group.rate)));
    Ok(groups)
}

/// Sums an amount over the groups. Refuses a sum beyond an `i64`, so that no later product overflows an `i128`.
fn sum(groups: &[TaxGroup], amount: fn(&TaxGroup) -> i128) -> Result<i128, InvalidValue> {
    for group in groups {
        fitting(amount(group))?;
    }
    fitting(groups.iter().map(amount).sum()).map(i128::from)
}

/// The discount in minor units: taken of `discounted`, and at most the subtotal.
fn discount_of(subtotal: i128, discounted: i128, discount: Option<Discount>) -> Result<i128, InvalidValue> {
    let (is_one, amount) = match discount {
        None => (false, 0),
        Some(Discount::Amount(amount)) => (amount > 0, i128::from(amount)),
        Some(Discount::Percent(percent)) => {
            let share = i128::from(percent.ten_thousandths());
            (share > 0, rounded_quotient(discounted.max(0) * share, Percent::WHOLE))
        }
    };
    let refused = |message: &str| Err(InvalidValue::new("discount", message));
    match amount {
        ..0 => refused("The discount is below zero; add a line to charge more."),
        _ if is_one && discounted <= 0 && discounted != subtotal => refused(
            "There is nothing that a discount could be taken of: the client repays exactly what was laid out in their name. Leave the \
             discount out, or add a line of your own work.",
        ),
        _ if amount > subtotal && amount <= discounted => Err(below_zero()),
        _ if discounted == subtotal && amount > subtotal => refused("The discount is higher than the sum of the lines; lower it."),
        _ if amount > discounted.min(subtotal).max(0) => refused(
            "The discount is higher than the sum of the lines that it is taken of: the client repays exactly what was laid out in their \
             name. Lower it.",
        ),
        amount => Ok(amount),
    }
}

/// Spreads the discount over the groups in proportion to their nets, by largest remainder: every share is rounded down, and the remaining
/// units go one each to the groups that lost most, the earlier one on a tie.
fn spread(discount: i128, groups: &[TaxGroup]) -> Vec<i128> {
    // At least one, so that an empty spread does not divide by zero.
    let whole = groups.iter().map(TaxGroup::weight).sum::<i128>().max(1);
    let mut shares: Vec<i128> = groups.iter().map(|group| discount * group.weight() / whole).collect();
    let left = discount - shares.iter().sum::<i128>();
    let mut order: Vec<usize> = (0..groups.len()).collect();
    order.sort_by_key(|index| std::cmp::Reverse(discount * groups[*index].weight() % whole));
    for index in order.into_iter().take(usize::try_from(left).unwrap_or(0)) {
        shares[index] += 1;
    }
    shares
}

/// The error for lines with a negative total.
pub fn below_zero() -> InvalidValue {
    InvalidValue::new(
        "lines",
        "The total is below zero, which no invoice has. Take off less than there is to bill, or void the invoice that was too high and write it again.",
    )
}

fn fitting(amount: i128) -> Result<i64, InvalidValue> {
    i64::try_from(amount).map_err(|_| InvalidValue::new("lines", "The sum of the lines is larger than any amount; check their prices."))
}
