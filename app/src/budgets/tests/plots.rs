//! Tests of the geometry of a burn chart, and of the sentences of gauge and chart for screen readers.

use domain::day::Day;
use serde_json::json;

use super::{log, set, studio};
use crate::{
    budgets::{ProjectStatus, hours_argument},
    pages::budgets::{chart::lasting, chart_geometry::ChartGeometry, gauge::sentence},
    testing::World,
};

async fn status(world: &World) -> ProjectStatus {
    let answer = world.ok("get_project_status", json!({"project": "Dashboard"})).await;
    serde_json::from_value(answer).expect("a status")
}

fn today() -> Day {
    Day::parse("day", "2026-11-21").expect("a day")
}

#[tokio::test]
async fn the_curve_rises_from_nothing_to_today_and_on_to_the_cap() {
    let studio = studio().await;
    set(&studio, json!({"hours": 20, "period": "month", "critical_percent": 90})).await;
    log(&studio, "12h", json!({"date": "2026-11-10"})).await;
    log(&studio, "2h", json!({"date": "2026-11-20"})).await;
    log(&studio, "14h", json!({"date": "2026-10-30"})).await;
    let status = status(&studio).await;
    let plot = ChartGeometry::of(status.budget.as_ref().expect("a budget"), &status.burn, &status.curve, &today()).expect("a chart");
    assert_eq!((plot.from.as_str(), plot.to.as_str()), ("2026-11-01", "2026-11-30"));
    let names: Vec<_> = plot.levels.iter().map(|level| level.name.as_str()).collect();
    assert_eq!(names, ["20h", "90 %", "75 %"]);
    assert!(plot.levels.windows(2).all(|pair| pair[0].at < pair[1].at), "the cap is on top");
    assert!(plot.used.windows(2).all(|pair| pair[0].x <= pair[1].x && pair[0].y >= pair[1].y), "it never falls");
    assert_eq!((plot.used[0].x, plot.used[0].y), (0.0, 1.0));
    assert!(plot.used.windows(2).all(|pair| pair[0].x == pair[1].x || pair[0].y == pair[1].y), "it rises on days of work only");
    // Six hours are left, at one a day.
    let (x, day) = plot.end.clone().expect("an end");
    assert_eq!(day.as_str(), "2026-11-27");
    let (from, to) = plot.forecast.expect("a forecast");
    assert!(from.x == plot.today && (to.x - x).abs() < 0.001 && (to.y - plot.cap).abs() < 0.001, "{plot:?}");
    let all = plot.used.iter().chain([&from, &to]);
    assert!(all.clone().all(|point| (0.0..=1.0).contains(&point.x) && (0.0..=1.0).contains(&point.y)), "{plot:?}");
}

#[tokio::test]
async fn the_words_say_what_the_drawing_shows() {
    let studio = studio().await;
    set(&studio, json!({"hours": 20, "period": "month"})).await;
    assert_eq!(
        lasting(&status(&studio).await.budget.expect("a budget"), &status(&studio).await.burn, &today()),
        "Nothing was worked in the last four weeks, so nobody can say how long it lasts."
    );
    log(&studio, "14h", json!({"date": "2026-11-20"})).await;
    studio.ok("start_timer", json!({"project": "Dashboard"})).await;
    studio.advance(3600);
    let shown = status(&studio).await;
    let budget = shown.budget.as_ref().expect("a budget");
    assert_eq!(sentence(budget), "Budget of Dashboard: 70 % used, 75 % with what is pending");
    assert_eq!(
        lasting(budget, &shown.burn, &today()),
        "At the pace of the last four weeks, 3h 30m a week, it lasts until the period ends."
    );
    log(&studio, "8h", json!({"date": "2026-11-20"})).await;
    let shown = status(&studio).await;
    assert_eq!(lasting(shown.budget.as_ref().expect("a budget"), &shown.burn, &today()), "It is used up.");
}

#[tokio::test]
async fn a_lifetime_is_drawn_from_its_first_day_and_a_long_one_in_sixty_points() {
    let studio = studio().await;
    set(&studio, json!({"hours": 1000})).await;
    assert!(status(&studio).await.curve.len() <= 1);
    let insert = format!(
        "insert into time_entry (organization_id, id, member_id, project_id, billable, day, seconds, rate, source, created_by, created_at, updated_at)
         select $1, gen_random_uuid(), '{0}', p.id, true, d::date, 3600, 12000, 'import', '{0}', now(), now()
         from project p, generate_series('2026-01-01'::timestamp, '2026-08-31', '1 day') d where p.organization_id = $1",
        studio.member()
    );
    studio.sql(&insert).await;
    let shown = status(&studio).await;
    let (first, last) = (shown.curve.first().expect("points"), shown.curve.last().expect("points"));
    assert_eq!((shown.curve.len(), first.day.as_str(), first.seconds), (60, "2026-01-01", 3600));
    assert_eq!((last.day.as_str(), last.seconds), ("2026-11-21", 243 * 3600));
    let plot = ChartGeometry::of(shown.budget.as_ref().expect("a budget"), &shown.burn, &shown.curve, &today()).expect("a chart");
    assert!(plot.to.as_str() > "2026-11-21" && plot.forecast.is_none() && plot.end.is_none());
}

#[test]
fn hours_in_the_form_are_read_back_as_they_were() {
    for seconds in [1, 36, 59, 3599, 3600, 27_000, 144_000, 144_001, 3_600_000_000] {
        assert_eq!(
            hours_argument::Hours::Written(hours_argument::format_hours(seconds)).seconds("hours"),
            Ok(seconds),
            "{}",
            hours_argument::format_hours(seconds)
        );
    }
}
