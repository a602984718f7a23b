use proptest::prelude::*;

use crate::time_rounding::*;

fn rounding(step_minutes: u16, mode: RoundingMode) -> Rounding {
    Rounding { step_minutes, mode, basis: RoundingBasis::Entry }
}

#[test]
fn time_is_moved_to_the_grid() {
    let quarter = |mode, minutes: i64| rounding(15, mode).round(minutes * 60) / 60;
    assert_eq!(quarter(RoundingMode::Up, 16), 30);
    assert_eq!(quarter(RoundingMode::Down, 29), 15);
    assert_eq!(quarter(RoundingMode::Nearest, 22), 15);
    assert_eq!(quarter(RoundingMode::Nearest, 23), 30);
    assert_eq!(rounding(15, RoundingMode::Nearest).round(450), 900);
    assert_eq!(rounding(15, RoundingMode::Nearest).round(449), 0);
    assert_eq!(rounding(15, RoundingMode::Up).round(1), 900);
}

#[test]
fn on_the_grid_nothing_moves() {
    for mode in [RoundingMode::Up, RoundingMode::Nearest, RoundingMode::Down] {
        assert_eq!(rounding(15, mode).round(2_700), 2_700);
        assert_eq!(rounding(15, mode).round(0), 0);
        assert_eq!(rounding(0, mode).round(1_234), 1_234);
    }
    assert_eq!(Rounding::default().round(1_234), 1_234);
}

#[test]
fn the_policy_travels_in_snake_case() {
    let policy = Rounding { step_minutes: 6, mode: RoundingMode::Up, basis: RoundingBasis::DayAndProject };
    let json = serde_json::to_value(policy).unwrap();
    assert_eq!(json, serde_json::json!({ "step_minutes": 6, "mode": "up", "basis": "day_and_project" }));
}

fn any_mode() -> impl Strategy<Value = RoundingMode> {
    prop_oneof![Just(RoundingMode::Up), Just(RoundingMode::Nearest), Just(RoundingMode::Down)]
}

proptest! {
    #[test]
    fn what_is_rounded_is_on_the_grid_and_near(seconds in 0_i64..10_000_000, step in 1_u16..=1_440, mode in any_mode()) {
        let rounded = rounding(step, mode).round(seconds);
        let grid = i64::from(step) * 60;
        prop_assert_eq!(rounded % grid, 0);
        match mode {
            RoundingMode::Up => prop_assert!((0..grid).contains(&(rounded - seconds))),
            RoundingMode::Down => prop_assert!((0..grid).contains(&(seconds - rounded))),
            RoundingMode::Nearest => prop_assert!(-grid < (rounded - seconds) * 2 + 1 && (rounded - seconds) * 2 <= grid),
        }
    }

    #[test]
    fn rounding_twice_is_rounding_once(seconds in 0_i64..10_000_000, step in any::<u16>(), mode in any_mode()) {
        let once = rounding(step, mode).round(seconds);
        prop_assert_eq!(rounding(step, mode).round(once), once);
    }

    #[test]
    fn more_time_is_never_billed_less(a in any::<i64>(), b in any::<i64>(), step in any::<u16>(), mode in any_mode()) {
        let rounding = rounding(step, mode);
        let (less, more) = (a.min(b) / 2, a.max(b) / 2);
        prop_assert!(rounding.round(less) <= rounding.round(more));
    }
}
