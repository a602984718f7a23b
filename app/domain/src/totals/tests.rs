use proptest::prelude::*;

use super::*;

/// A line at a rate in hundredths of a percent.
fn line(net: i64, category: TaxCategory, rate: i32) -> LineAmount {
    LineAmount { net, category, rate: Percent(rate * 100), laid_out: false }
}

/// A disbursement of this net and category.
fn laid_out(net: i64, category: TaxCategory) -> LineAmount {
    LineAmount { laid_out: true, ..line(net, category, 0) }
}

fn standard(net: i64) -> LineAmount {
    line(net, TaxCategory::S, 1_900)
}

fn message(result: Result<Totals, InvalidValue>) -> String {
    result.unwrap_err().message
}

#[test]
fn a_plain_invoice_adds_up() {
    let totals = Totals::of(&[standard(100_000), standard(8_000)], None).unwrap();
    let row = TaxTotal { category: TaxCategory::S, rate: Percent(190_000), discount: 0, base: 108_000, tax: 20_520 };
    let sums = Totals { subtotal: 108_000, discounted: 108_000, discount: 0, net: 108_000, tax: 20_520, total: 128_520, taxes: vec![row] };
    assert_eq!(totals, sums);
}

#[test]
fn taxes_are_listed_by_category_and_rate() {
    let lines = [line(500, TaxCategory::AE, 0), line(1_000, TaxCategory::S, 700), standard(1_000), line(3, TaxCategory::S, 700)];
    let totals = Totals::of(&lines, None).unwrap();
    let rows: Vec<_> = totals.taxes.iter().map(|row| (row.category, row.rate.ten_thousandths(), row.base, row.tax)).collect();
    assert_eq!(rows, [(TaxCategory::S, 190_000, 1_000, 190), (TaxCategory::S, 70_000, 1_003, 70), (TaxCategory::AE, 0, 500, 0)]);
    assert_eq!((totals.net, totals.tax, totals.total), (2_503, 260, 2_763));
}

#[test]
fn a_discount_is_spread_by_largest_remainder() {
    let lines = [standard(100), line(100, TaxCategory::S, 700), line(100, TaxCategory::Z, 0)];
    let totals = Totals::of(&lines, Some(Discount::Amount(100))).unwrap();
    let shares: Vec<i64> = totals.taxes.iter().map(|row| row.discount).collect();
    assert_eq!(shares, [34, 33, 33]);
    assert_eq!(totals.net, 200);
    let half = Totals::of(&[standard(101)], Some(Discount::Percent(Percent(500_000)))).unwrap();
    assert_eq!((half.discount, half.net), (51, 50));
    let all = Totals::of(&[standard(101)], Some(Discount::Percent(Percent(1_000_000)))).unwrap();
    assert_eq!((all.net, all.tax, all.total), (0, 0, 0));
}

#[test]
fn a_deduction_takes_no_part_in_the_discount() {
    let lines = [standard(1_000), line(-200, TaxCategory::S, 700)];
    let totals = Totals::of(&lines, Some(Discount::Amount(800))).unwrap();
    let rows: Vec<_> = totals.taxes.iter().map(|row| (row.discount, row.base, row.tax)).collect();
    assert_eq!(rows, [(800, 200, 38), (0, -200, -14)]);
    assert_eq!((totals.net, totals.tax, totals.total), (0, 24, 24));
}

#[test]
fn what_was_laid_out_for_the_client_is_repaid_to_the_cent() {
    let lines = [standard(10_000), line(4_000, TaxCategory::E, 0), laid_out(5_000, TaxCategory::E)];
    for discount in [Discount::Percent(Percent(100_000)), Discount::Amount(1_400)] {
        let totals = Totals::of(&lines, Some(discount)).unwrap();
        let rows: Vec<_> = totals.taxes.iter().map(|row| (row.category, row.discount, row.base, row.tax)).collect();
        assert_eq!(rows, [(TaxCategory::S, 1_000, 9_000, 1_710), (TaxCategory::E, 400, 8_600, 0)]);
        assert_eq!((totals.subtotal, totals.discounted, totals.discount, totals.total), (19_000, 14_000, 1_400, 19_310));
    }
    let untaxed = [line(10_000, TaxCategory::O, 0), laid_out(5_000, TaxCategory::O)];
    assert_eq!(Totals::of(&untaxed, Some(Discount::Percent(Percent(1_000_000)))).unwrap().total, 5_000);
    let refused = |lines: &[LineAmount], discount| message(Totals::of(lines, Some(discount)));
    assert!(refused(&untaxed, Discount::Amount(10_001)).contains("the lines that it is taken of"));
    let alone = [laid_out(5_000, TaxCategory::E)];
    for discount in [Discount::Percent(Percent(1)), Discount::Amount(1)] {
        assert!(refused(&alone, discount).contains("Leave the discount out"));
    }
    for none in [Discount::Percent(Percent(0)), Discount::Amount(0)] {
        assert_eq!(Totals::of(&alone, Some(none)).unwrap().total, 5_000);
    }
    let with_deposit = [laid_out(5_000, TaxCategory::E), standard(-100)];
    assert!(refused(&with_deposit, Discount::Percent(Percent(100_000))).contains("Leave the discount out"));
}

/// These lines as they are, and with disbursements treated as any other line, as earlier versions did.
fn readings(lines: &[LineAmount]) -> [Vec<LineAmount>; 2] {
    [lines.to_vec(), lines.iter().map(|line| LineAmount { laid_out: false, ..line.clone() }).collect()]
}

/// An earlier version spread a discount over all lines.
#[test]
fn what_was_sent_keeps_its_sums() {
    let (lines, tenth) = (readings(&[standard(10_000), laid_out(5_000, TaxCategory::E)]), Discount::Percent(Percent(100_000)));
    let (now, then) = (15_710, 15_210);
    let shares = |total| {
        let totals = Totals::of_sent(&lines, Some(tenth.clone()), total, |_| true).unwrap();
        assert_eq!(totals.total, total);
        totals.taxes.iter().map(|row| row.discount).collect::<Vec<_>>()
    };
    assert_eq!((shares(now), shares(then)), (vec![1_000, 0], vec![1_000, 500]));
    let alone = readings(&[laid_out(5_000, TaxCategory::E)]);
    assert_eq!(Totals::of_sent(&alone, Some(tenth.clone()), 4_500, |_| true).unwrap().total, 4_500);
}

/// Without tax both readings have the same total, and only the taxable amounts of the document tell them apart.
#[test]
fn what_was_sent_keeps_the_taxable_amounts_that_its_document_has() {
    let lines = readings(&[line(10_000, TaxCategory::AE, 0), laid_out(5_000, TaxCategory::E)]);
    let bases = |bases: &[i64]| {
        let printed = |taxes: &[TaxTotal]| taxes.iter().map(|tax| tax.base).eq(bases.iter().copied());
        let totals = Totals::of_sent(&lines, Some(Discount::Amount(1_000)), 14_000, printed).unwrap();
        totals.taxes.iter().map(|tax| tax.base).collect::<Vec<_>>()
    };
    let (now, then) = ([5_000, 9_000], [4_667, 9_333]);
    assert_eq!((bases(&now), bases(&then)), (now.to_vec(), then.to_vec()));
    assert_eq!(bases(&[1, 2]), now, "where neither was printed, the total decides");
}

#[test]
fn an_invoice_without_lines_comes_to_nothing() {
    let totals = Totals::of(&[], None).unwrap();
    assert_eq!((totals.subtotal, totals.total, totals.taxes), (0, 0, vec![]));
}

#[test]
fn what_cannot_be_billed_is_refused() {
    assert_eq!(
        message(Totals::of(&[standard(-1)], None)),
        "The total is below zero, which no invoice has. Take off less than there is to bill, or void the invoice that was too high and write it again."
    );
    let lines = [line(1_000, TaxCategory::Z, 0), standard(-1_000)];
    assert!(message(Totals::of(&lines, None)).contains("below zero"));
    assert_eq!(
        message(Totals::of(&[standard(100)], Some(Discount::Amount(101)))),
        "The discount is higher than the sum of the lines; lower it."
    );
    assert!(message(Totals::of(&[standard(100)], Some(Discount::Amount(-1)))).contains("below zero"));
    assert!(message(Totals::of(&[standard(i64::MAX)], None)).contains("larger than any amount"));
    let lines = [line(i64::MAX, TaxCategory::Z, 0), standard(i64::MAX)];
    let discount = Some(Discount::Amount(i64::MAX));
    assert!(message(Totals::of(&lines, discount)).contains("larger than any amount"));
    assert!(message(Totals::of(&[standard(i64::MAX), standard(i64::MAX)], None)).contains("larger than any amount"));
    assert_eq!(
        message(Totals::of(&[line(100, TaxCategory::AE, 1_900)], None)),
        "19 % does not go with Reverse charge (AE), which has no tax; give 0."
    );
}

#[test]
fn a_rate_counts_to_its_fourth_decimal() {
    let tax = |net, rate: &str| {
        let rate = Percent::parse("tax_rate", rate).unwrap();
        let totals = Totals::of(&[LineAmount { net, category: TaxCategory::S, rate, laid_out: false }], None).unwrap();
        (totals.tax, totals.total)
    };
    assert_eq!(tax(765_000, "8.425"), (64_451, 829_451));
    assert_eq!(tax(30_000, "9.975"), (2_993, 32_993));
}

#[test]
fn a_category_is_its_code() {
    for category in TaxCategory::ALL {
        assert_eq!(serde_json::to_value(category).unwrap(), category.code());
        assert_eq!(TaxCategory::parse(&category.code().to_lowercase()), Ok(category));
        assert_eq!(category.reason().is_none(), matches!(category, TaxCategory::S | TaxCategory::Z));
        assert_eq!(category.check(Percent(190_000)).is_ok(), category == TaxCategory::S);
        assert_eq!(category.check(Percent(0)).is_ok(), category != TaxCategory::S);
    }
    assert!(TaxCategory::parse("X").is_err());
}

#[test]
fn what_is_for_work_is_offered_first_and_what_is_for_goods_says_so() {
    let (work, goods) = TaxCategory::ALL.split_at(5);
    assert_eq!(work[..2], [TaxCategory::S, TaxCategory::AE]);
    assert_eq!(goods, [TaxCategory::G, TaxCategory::K]);
    for category in TaxCategory::ALL {
        assert_eq!(category.choice().contains("goods"), goods.contains(&category), "{category:?}");
    }
    assert_eq!((TaxCategory::S.at(Percent(84_250)), TaxCategory::AE.at(Percent(0)).as_str()), ("8.425 %".to_owned(), "Reverse charge"));
}

fn any_line() -> impl Strategy<Value = LineAmount> {
    let nets = prop_oneof![9 => 0_i64..1_000_000_000, 1 => -1_000_i64..0];
    (nets, proptest::sample::select(&TaxCategory::ALL[..]), 0..3_000, any::<bool>()).prop_map(|(net, category, rate, is_laid_out)| {
        let rate = if category == TaxCategory::S { rate / 500 * 500 } else { 0 };
        let laid_out = is_laid_out && matches!(category, TaxCategory::E | TaxCategory::O);
        LineAmount { laid_out, ..line(net, category, rate) }
    })
}

fn any_discount() -> impl Strategy<Value = Option<Discount>> {
    prop_oneof![
        Just(None),
        (0_i64..1_000_000).prop_map(|amount| Some(Discount::Amount(amount))),
        (0..=1_000_000).prop_map(|share| Some(Discount::Percent(Percent(share)))),
    ]
}

proptest! {
    #[test]
    fn what_is_printed_adds_up(lines in prop::collection::vec(any_line(), 0..20), discount in any_discount()) {
        let Ok(totals) = Totals::of(&lines, discount) else { return Ok(()) };
        let sum = |value: fn(&TaxTotal) -> i64| totals.taxes.iter().map(value).sum::<i64>();
        prop_assert_eq!(totals.subtotal, lines.iter().map(|line| line.net).sum::<i64>());
        prop_assert_eq!(sum(|row| row.discount), totals.discount);
        prop_assert_eq!(sum(|row| row.base), totals.net);
        prop_assert_eq!(sum(|row| row.tax), totals.tax);
        prop_assert_eq!(totals.net, totals.subtotal - totals.discount);
        prop_assert_eq!(totals.total, totals.net + totals.tax);
        prop_assert!(totals.total >= 0 && totals.discount <= totals.subtotal);
        let discounted = lines.iter().filter(|line| !line.laid_out).map(|line| line.net).sum::<i64>();
        prop_assert!(totals.discounted == discounted && totals.discount <= discounted.max(0));
    }

    #[test]
    fn each_row_is_its_lines_without_its_discount(lines in prop::collection::vec(any_line(), 0..20), discount in any_discount()) {
        let Ok(totals) = Totals::of(&lines, discount) else { return Ok(()) };
        for row in &totals.taxes {
            let own = lines.iter().filter(|line| (line.category, line.rate) == (row.category, row.rate));
            let (nets, discounted) = own.fold((0, 0), |(nets, discounted), line| {
                (nets + line.net, discounted + if line.laid_out { 0 } else { line.net })
            });
            prop_assert_eq!(row.base, nets - row.discount);
            prop_assert!((0..=discounted.max(0)).contains(&row.discount));
            let off = (i128::from(row.tax) * Percent::WHOLE - i128::from(row.base) * i128::from(row.rate.ten_thousandths())) * 2;
            prop_assert!(off.abs() <= Percent::WHOLE);
        }
    }

    #[test]
    fn a_discount_is_the_same_with_and_without_what_was_laid_out(
        lines in prop::collection::vec(any_line(), 0..20),
        discount in any_discount(),
    ) {
        let own: Vec<_> = lines.iter().filter(|line| !line.laid_out).cloned().collect();
        let (Ok(with), Ok(without)) = (Totals::of(&lines, discount.clone()), Totals::of(&own, discount)) else { return Ok(()) };
        prop_assert_eq!(with.discount, without.discount);
        for row in &with.taxes {
            let same = without.taxes.iter().find(|other| (other.category, other.rate) == (row.category, row.rate));
            prop_assert_eq!(row.discount, same.map_or(0, |same| same.discount));
        }
    }

    #[test]
    fn the_order_of_the_lines_does_not_matter(lines in prop::collection::vec(any_line(), 0..12), discount in any_discount()) {
        let reversed: Vec<_> = lines.iter().rev().cloned().collect();
        prop_assert_eq!(Totals::of(&lines, discount.clone()), Totals::of(&reversed, discount));
    }

    #[test]
    fn no_amounts_make_it_panic(
        nets in prop::collection::vec(any::<i64>(), 0..6),
        discount in any::<i64>(),
    ) {
        let lines: Vec<_> = nets.iter().map(|net| standard(*net)).collect();
        let _ = Totals::of(&lines, Some(Discount::Amount(discount)));
    }
}
