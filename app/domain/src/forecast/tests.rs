use proptest::prelude::*;

use super::*;

fn day(text: &str) -> Day {
    Day::parse("day", text).expect("a day")
}

fn pace(cap: i64, used: i64, burned: i64) -> BurnRate {
    BurnRate { cap, used, burned }
}

#[test]
fn at_seven_hours_a_week_seven_hours_last_a_week() {
    let today = day("2026-11-21");
    assert_eq!(pace(40, 33, 28).reached_on(&today, None), Some(day("2026-11-28")));
    assert_eq!(pace(40, 33, 29).reached_on(&today, None), Some(day("2026-11-28")), "a day is begun before it is over");
    assert_eq!(pace(40, 33, 33).reached_on(&today, None), Some(day("2026-11-27")));
    assert_eq!(per_week(28), 7);
}

#[test]
fn what_is_used_up_is_used_up_today() {
    let today = day("2026-11-21");
    for (used, burned) in [(40, 0), (41, 0), (40, 100)] {
        assert_eq!(pace(40, used, burned).reached_on(&today, Some(&today)), Some(today.clone()));
    }
}

#[test]
fn without_a_pace_or_beyond_the_period_or_ten_years_there_is_no_day() {
    let today = day("2026-11-21");
    assert_eq!(pace(40, 0, 0).reached_on(&today, None), None);
    assert_eq!(pace(40, 33, 28).reached_on(&today, Some(&day("2026-11-27"))), None);
    assert_eq!(pace(40, 33, 28).reached_on(&today, Some(&day("2026-11-28"))), Some(day("2026-11-28")));
    assert_eq!(pace(3_652, 0, 28).reached_on(&today, None), Some(today.plus(3_652)));
    assert_eq!(pace(3_653, 0, 28).reached_on(&today, None), None);
    assert_eq!(pace(i64::MAX, 0, 1).reached_on(&today, None), None);
    assert_eq!(pace(28, 0, 28).reached_on(&day("2200-12-30"), None), None, "the calendar ends before");
}

proptest! {
    #[test]
    fn on_the_day_the_cap_is_reached_and_not_a_day_before(cap in 1..1_000_000_i64, used in 0..1_000_000_i64, burned in 1..10_000_i64) {
        let today = day("2026-11-21");
        if let Some(reached) = pace(cap, used, burned).reached_on(&today, None) {
            let days = today.days_until(&reached);
            let used_after = |days: i64| i128::from(used) * i128::from(BURN_RATE_DAYS) + i128::from(burned) * i128::from(days);
            let whole = i128::from(cap) * i128::from(BURN_RATE_DAYS);
            prop_assert!(days >= 0);
            prop_assert!(used_after(days) >= whole);
            prop_assert!(days == 0 || used_after(days - 1) < whole);
        } else {
            prop_assert!(i128::from(cap - used) * i128::from(BURN_RATE_DAYS) > i128::from(burned) * 3_652);
        }
    }

    #[test]
    fn who_works_faster_is_never_done_later(cap in 1..100_000_i64, used in 0..100_000_i64, burned in 0..10_000_i64, more in 1..10_000_i64) {
        let today = day("2026-11-21");
        let (slow, fast) = (pace(cap, used, burned).reached_on(&today, None), pace(cap, used, burned + more).reached_on(&today, None));
        prop_assert!(slow.is_none() || fast <= slow, "{fast:?} is after {slow:?}");
    }
}
