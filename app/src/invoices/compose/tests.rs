use proptest::prelude::*;

use super::*;
use crate::invoices::rounding::RoundingMode;

const TAX: Tax = Tax { category: TaxCategory::S, rate: Percent(1900) };

fn entry(project: u128, day: i8, seconds: i64, rate: i64) -> Entry {
    Entry {
        id: Uuid::from_u128(project * 1_000_000 + seconds as u128),
        project: Uuid::from_u128(project),
        project_name: format!("Project {project}"),
        member: Uuid::from_u128(1),
        member_name: "Ada".to_owned(),
        day: jiff::civil::date(2026, 10, day),
        description: String::new(),
        seconds,
        rate,
    }
}

#[test]
fn one_line_per_project_and_rate() {
    let entries = [entry(1, 1, 3600, 12000), entry(1, 2, 1800, 12000), entry(1, 2, 60, 9000), entry(2, 1, 7200, 12000)];
    let lines = time_lines(&entries, GroupBy::Project, Rounding::default(), TAX);
    let nets: Vec<_> = lines.iter().map(|line| (line.description.as_str(), line.price, line.net)).collect();
    assert_eq!(nets, [("Project 1", 9000, 150), ("Project 1", 12000, 18000), ("Project 2", 12000, 24000)]);
}

#[test]
fn rounding_up_per_entry_bills_more_than_per_line() {
    let entries = [entry(1, 1, 600, 6000), entry(1, 1, 601, 6000)];
    let up = |basis| Rounding { step_minutes: 15, mode: RoundingMode::Up, basis };
    let billed = |basis| time_lines(&entries, GroupBy::Project, up(basis), TAX)[0].seconds;
    assert_eq!(billed(RoundingBasis::Entry), Some((1201, 1800)));
    assert_eq!(billed(RoundingBasis::DayAndProject), Some((1201, 1800)));
    assert_eq!(billed(RoundingBasis::Line), Some((1201, 1800)));
    let entries = [entry(1, 1, 1000, 6000), entry(1, 2, 1000, 6000)];
    let billed = |basis| time_lines(&entries, GroupBy::Project, up(basis), TAX)[0].seconds;
    assert_eq!(billed(RoundingBasis::Entry), Some((2000, 3600)));
    assert_eq!(billed(RoundingBasis::Line), Some((2000, 2700)));
}

#[test]
fn a_quantity_is_printed_exactly_enough_to_be_checked() {
    assert_eq!(quantity_text(LineKind::Time, Some(5400), 0), "1.50");
    assert_eq!(quantity_text(LineKind::Time, Some(1200), 0), "0.3333");
    assert_eq!(quantity_text(LineKind::Custom, None, 2500), "2.5");
    assert_eq!(quantity_text(LineKind::Custom, None, 1000), "1");
}

#[test]
fn a_quantity_is_above_zero_and_not_absurd() {
    assert_eq!(thousandths("2,5"), Ok(2500));
    assert_eq!((thousandths("-1"), thousandths(" \u{2212}2.5 ")), (Ok(-1_000), Ok(-2_500)), "what is taken off");
    assert_eq!(quantity_text(LineKind::Custom, None, -2_500), "-2.5");
    for wrong in ["0", "-0", "--1", "1-", "1.2345", "1e3", "", ".", "99999999", "NaN"] {
        assert!(thousandths(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_thousand_is_never_taken_for_one() {
    let refused = thousandths("1,000").unwrap_err();
    assert_eq!(refused.field("quantity"), Some("\"1,000\" holds a number that can be read in two ways; write 1000 or 1.0 instead."));
    for ambiguous in ["1.000", "12.500", " 2,125 "] {
        assert!(thousandths(ambiguous).is_err(), "{ambiguous}");
    }
    for (plain, expected) in [("1000", 1_000_000), ("1.0", 1000), ("0.125", 125), ("2.1250", 2125), ("1234.567", 1_234_567)] {
        assert_eq!(thousandths(plain), Ok(expected), "{plain}");
    }
}

#[test]
fn two_members_of_one_name_have_a_line_each() {
    let other = Entry { member: Uuid::from_u128(2), ..entry(1, 2, 1800, 12000) };
    let lines = time_lines(&[entry(1, 1, 3600, 12000), other], GroupBy::Member, Rounding::default(), TAX);
    let seen: Vec<_> = lines.iter().map(|line| (line.description.as_str(), line.net)).collect();
    assert_eq!(seen, [("Ada, Project 1", 12000), ("Ada, Project 1", 6000)]);
}

#[test]
fn only_a_row_in_which_nothing_was_filled_in_is_left_out() {
    let written = |text: &str| money::Amount::written(text);
    let empty = CustomLine { description: " ".to_owned(), quantity: Some(String::new()), price: written(""), tax_rate: None };
    assert!(is_blank(&empty));
    assert!(!is_blank(&CustomLine { price: written("50.00"), ..empty.clone() }));
    assert!(!is_blank(&CustomLine { price: written("0"), ..empty.clone() }));
    assert!(!is_blank(&CustomLine { quantity: Some("2".to_owned()), ..empty.clone() }));
    assert!(!is_blank(&CustomLine { tax_rate: Some("7".to_owned()), ..empty.clone() }));
    assert!(!is_blank(&CustomLine { description: "Hosting".to_owned(), ..empty }));
}

proptest! {
    /// However time is grouped, no second is lost and none is billed twice.
    #[test]
    fn every_second_is_on_exactly_one_line(times in prop::collection::vec((1u128..4, 1i8..28, 1i64..86_400, 0i64..20_000), 1..40)) {
        let entries: Vec<Entry> = times.iter().enumerate().map(|(at, (project, day, seconds, rate))| Entry {
            id: Uuid::from_u128(at as u128 + 1),
            ..entry(*project, *day, *seconds, *rate)
        }).collect();
        let total: i64 = entries.iter().map(|entry| entry.seconds).sum();
        for group_by in [GroupBy::Project, GroupBy::Day, GroupBy::Member, GroupBy::Entry] {
            let lines = time_lines(&entries, group_by, Rounding::default(), TAX);
            prop_assert_eq!(lines.iter().filter_map(|line| line.seconds).map(|(worked, _)| worked).sum::<i64>(), total);
            prop_assert_eq!(lines.iter().map(|line| line.entries.len()).sum::<usize>(), entries.len());
        }
    }
}
