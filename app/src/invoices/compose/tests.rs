use domain::{percent::Percent, tax::category::TaxCategory, time_rounding::RoundingMode};
use proptest::prelude::*;

use super::*;

/// Composes the lines of these entries in English, in euros, at 19 %.
fn lines_of(entries: &[UnbilledEntry], group_by: InvoiceGroupBy, rounding: Rounding) -> Vec<ComposedLine> {
    let tax = LineTax { category: TaxCategory::S, rate: Percent(190_000), reason: None };
    time_lines(entries, Grouping { group_by, rounding, locale: Locale::English }, &Currency::default(), &tax)
}

/// The worked and billed seconds of a line of time.
fn seconds(line: &ComposedLine) -> (i64, i64) {
    match line.measure {
        LineQuantity::Time { worked, billed } => (worked, billed),
        LineQuantity::Custom(_) => (0, 0),
    }
}

fn entry(project: u128, day: i8, seconds: i64, rate: i64) -> UnbilledEntry {
    UnbilledEntry {
        id: Uuid::from_u128(project * 1_000_000 + seconds as u128),
        project: Uuid::from_u128(project),
        project_name: format!("Project {project}"),
        member: Uuid::from_u128(1),
        member_name: "Ada".to_owned(),
        day: jiff::civil::date(2026, 10, day),
        description: String::new(),
        seconds,
        rate: Some(rate),
        by_agent: false,
    }
}

#[test]
fn one_line_per_project_and_rate() {
    let entries = [entry(1, 1, 3600, 12000), entry(1, 2, 1800, 12000), entry(1, 2, 60, 9000), entry(2, 1, 7200, 12000)];
    let lines = lines_of(&entries, InvoiceGroupBy::Project, Rounding::default());
    let nets: Vec<_> = lines.iter().map(|line| (line.description.as_str(), line.unit_price / 10_000, line.net)).collect();
    assert_eq!(nets, [("Project 1", 9000, 150), ("Project 1", 12000, 18000), ("Project 2", 12000, 24000)]);
}

#[test]
fn rounding_up_per_entry_bills_more_than_per_line() {
    let entries = [entry(1, 1, 600, 6000), entry(1, 1, 601, 6000)];
    let up = |basis| Rounding { step_minutes: 15, mode: RoundingMode::Up, basis };
    let billed = |basis| seconds(&lines_of(&entries, InvoiceGroupBy::Project, up(basis))[0]);
    assert_eq!(billed(RoundingBasis::Entry), (1201, 1800));
    assert_eq!(billed(RoundingBasis::DayAndProject), (1201, 1800));
    assert_eq!(billed(RoundingBasis::Line), (1201, 1800));
    let entries = [entry(1, 1, 1000, 6000), entry(1, 2, 1000, 6000)];
    let billed = |basis| seconds(&lines_of(&entries, InvoiceGroupBy::Project, up(basis))[0]);
    assert_eq!(billed(RoundingBasis::Entry), (2000, 3600));
    assert_eq!(billed(RoundingBasis::Line), (2000, 2700));
}

#[test]
fn what_is_rounded_by_day_and_project_is_the_same_on_whatever_lines() {
    let entries = [entry(1, 1, 300, 10_000), entry(1, 1, 301, 10_000), entry(1, 1, 299, 10_000), entry(2, 1, 60, 10_000)];
    let rounding = Rounding { step_minutes: 15, mode: RoundingMode::Up, basis: RoundingBasis::DayAndProject };
    for group_by in [InvoiceGroupBy::Project, InvoiceGroupBy::Day, InvoiceGroupBy::Member, InvoiceGroupBy::Entry] {
        let billed: i64 = lines_of(&entries, group_by, rounding).iter().map(|line| seconds(line).1).sum();
        assert_eq!(billed, 1800, "{group_by:?}");
        let net: i64 = lines_of(&entries, group_by, rounding).iter().map(|line| line.net).sum();
        assert_eq!(net, 5_000, "{group_by:?}: money is shared out as the time is");
    }
    let three = lines_of(&entries[..3], InvoiceGroupBy::Entry, rounding);
    assert_eq!(three.iter().map(|line| seconds(line).1).collect::<Vec<_>>(), [300, 301, 299]);
    let thirds = [300, 300, 300].map(|seconds| entry(1, 1, seconds, 10_000));
    let nets: Vec<i64> = lines_of(&thirds, InvoiceGroupBy::Entry, rounding).iter().map(|line| line.net).collect();
    assert_eq!(nets, [833, 834, 833], "a quarter of an hour at 100.00, whatever the lines");
}

#[test]
fn lines_of_entries_come_in_the_order_of_the_work_with_their_days() {
    let described = |id: u128, day: i8, description: &str| UnbilledEntry {
        id: Uuid::from_u128(id),
        description: description.to_owned(),
        ..entry(1, day, 60, 1)
    };
    let lines = lines_of(
        &[described(9, 1, "Morning"), described(3, 1, "Afternoon"), described(1, 2, "")],
        InvoiceGroupBy::Entry,
        Rounding::default(),
    );
    let descriptions: Vec<_> = lines.iter().map(|line| line.description.as_str()).collect();
    assert_eq!(descriptions, ["Morning, 1 October 2026", "Afternoon, 1 October 2026", "Project 1, 2 October 2026"]);
    let days = lines_of(&[entry(1, 1, 60, 1), entry(2, 1, 60, 1), entry(1, 1, 61, 1)], InvoiceGroupBy::Day, Rounding::default());
    assert_eq!(days[0].description, "1 October 2026, Project 1, Project 2");
}

/// A description may be as long as the text of a line.
#[test]
fn a_long_text_leaves_room_for_its_day_in_every_language() {
    let days = [(Locale::English, ", 1 October 2026"), (Locale::German, ", 01.10.2026"), (Locale::Japanese, ", 2026年10月1日")];
    for (locale, day) in days {
        let grouping = Grouping { group_by: InvoiceGroupBy::Entry, rounding: Rounding::default(), locale };
        let described = |length: usize| described(&[&UnbilledEntry { description: "ü".repeat(length), ..entry(1, 1, 60, 1) }], grouping);
        let room = TEXT_MAX - day.chars().count();
        assert_eq!(described(room), format!("{}{day}", "ü".repeat(room)));
        for length in [room + 1, TEXT_MAX] {
            assert_eq!(described(length), format!("{}…{day}", "ü".repeat(room - 1)), "{length}");
        }
    }
}

#[test]
fn two_members_of_one_name_have_a_line_each() {
    let other = UnbilledEntry { member: Uuid::from_u128(2), ..entry(1, 2, 1800, 12000) };
    let lines = lines_of(&[entry(1, 1, 3600, 12000), other], InvoiceGroupBy::Member, Rounding::default());
    let seen: Vec<_> = lines.iter().map(|line| (line.description.as_str(), line.net)).collect();
    assert_eq!(seen, [("Ada, Project 1", 12000), ("Ada, Project 1", 6000)]);
}

#[test]
fn only_a_row_in_which_nothing_was_filled_in_is_left_out() {
    let written = |text: &str| Amount::written(text);
    let empty = CustomLine {
        description: " ".to_owned(),
        quantity: Some(String::new()),
        price: written(""),
        tax_category: None,
        tax_rate: None,
        tax_reason: None,
    };
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
        let entries: Vec<UnbilledEntry> = times.iter().enumerate().map(|(at, (project, day, seconds, rate))| UnbilledEntry {
            id: Uuid::from_u128(at as u128 + 1),
            ..entry(*project, *day, *seconds, *rate)
        }).collect();
        let total: i64 = entries.iter().map(|entry| entry.seconds).sum();
        for group_by in [InvoiceGroupBy::Project, InvoiceGroupBy::Day, InvoiceGroupBy::Member, InvoiceGroupBy::Entry] {
            let lines = lines_of(&entries, group_by, Rounding::default());
            prop_assert_eq!(lines.iter().map(|line| seconds(line).0).sum::<i64>(), total);
            prop_assert_eq!(lines.iter().map(|line| line.entries.len()).sum::<usize>(), entries.len());
        }
    }
}
