//! The geometry of a burn chart. Pure: arithmetic without rendering.

use domain::{day::Day, hours::WorkDuration};

use crate::budgets::{BudgetStatus, Burn, BurnPoint};

/// The fewest days that a chart without a period looks ahead.
const AHEAD_DAYS: i64 = 28;

/// The height of the drawing relative to its highest line, which leaves room for labels.
const HEADROOM: f64 = 1.12;

/// A position in the drawing: from 0 at the left and top to 1 at the right and bottom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
}

/// A line across the chart: the cap or a threshold.
#[derive(Debug, Clone, PartialEq)]
pub struct ReferenceLine {
    /// Its distance from the top.
    pub at: f64,
    /// Its label.
    pub name: String,
    /// Its CSS class.
    pub class: &'static str,
}

/// A burn chart.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartGeometry {
    /// The chart as a sentence.
    pub told: String,
    /// Its first day.
    pub from: Day,
    /// Its last day.
    pub to: Day,
    /// The usage so far.
    pub used: Vec<Point>,
    /// The cap and the thresholds.
    pub levels: Vec<ReferenceLine>,
    /// The cap, from the top.
    pub cap: f64,
    /// Today, from the left.
    pub today: f64,
    /// The forecast from today, at the current pace.
    pub forecast: Option<(Point, Point)>,
    /// The position and the day at which the cap is reached, if that is ahead and within the chart.
    pub end: Option<(f64, Day)>,
}

/// The cap that is drawn: hours or amount.
struct ChartedCap {
    cap: i64,
    used: i64,
    per_week: i64,
    money: bool,
    told: String,
    name: String,
}

impl ChartedCap {
    /// The cap of which the larger share is used: it is reached first.
    fn of(status: &BudgetStatus, burn: &Burn) -> Option<Self> {
        let hours = status.hours.cap.as_ref().zip(status.hours.percent.as_ref()).map(|(cap, share)| {
            let told = format!("{} of {} used.", status.hours.used.text, cap.text);
            let measure = Self {
                cap: cap.seconds,
                used: status.hours.used.seconds,
                per_week: burn.per_week.seconds,
                money: false,
                told,
                name: WorkDuration::of(cap.seconds).text,
            };
            (share.hundredths, measure)
        });
        let amount = status.amount.as_ref().and_then(|amount| {
            let (cap, share) = amount.cap.as_ref().zip(amount.percent.as_ref())?;
            let told = format!("{} of {} used.", amount.used.text(), cap.text());
            let per_week = burn.amount_per_week.as_ref().map_or(0, |amount| amount.amount);
            let measure = Self { cap: cap.amount, used: amount.used.amount, per_week, money: true, told, name: cap.text() };
            Some((share.hundredths, measure))
        });
        // Of equal shares `max_by_key` returns the last: the hours.
        [amount, hours].into_iter().flatten().max_by_key(|(share, _)| *share).map(|(_, measure)| measure)
    }

    fn value(&self, point: &BurnPoint) -> i64 {
        if self.money { point.amount.as_ref().map_or(0, |amount| amount.amount) } else { point.seconds }
    }

    /// The expected usage so many days from today.
    fn ahead(&self, days: i64) -> f64 {
        self.used as f64 + self.per_week as f64 * days as f64 / 7.0
    }
}

impl ChartGeometry {
    /// The chart of a budget; `None` if the viewer sees no cap, or before anything was used.
    pub fn of(status: &BudgetStatus, burn: &Burn, curve: &[BurnPoint], today: &Day) -> Option<Self> {
        let measure = ChartedCap::of(status, burn)?;
        let from = curve.first()?.day.clone();
        let end = burn.reached_on.clone().filter(|day| day > today);
        let to = status.to.clone().unwrap_or_else(|| horizon(&from, today, end.as_ref()));
        let end = end.filter(|day| *day <= to);
        let last = end.clone().unwrap_or_else(|| to.clone());
        let ahead = measure.ahead(today.days_until(&last).max(0));
        let top = ahead.max(measure.used as f64).max(measure.cap as f64) * HEADROOM;
        let scale = ChartScale { days: from.days_until(&to).max(1), from, top };
        let forecast = (measure.per_week > 0 && last > *today).then(|| (scale.of(today, measure.used as f64), scale.of(&last, ahead)));
        Some(Self {
            used: steps(curve.iter().map(|at| scale.of(&at.day, measure.value(at) as f64))),
            levels: levels(status, &measure, &scale),
            cap: scale.y(measure.cap as f64),
            today: scale.x(today),
            end: end.map(|day| (scale.x(&day), day)),
            told: measure.told,
            from: scale.from,
            forecast,
            to,
        })
    }
}

/// Maps days and values to positions in the drawing.
struct ChartScale {
    from: Day,
    days: i64,
    top: f64,
}

impl ChartScale {
    fn x(&self, day: &Day) -> f64 {
        (self.from.days_until(day) as f64 / self.days as f64).clamp(0.0, 1.0)
    }

    fn y(&self, value: f64) -> f64 {
        1.0 - value / self.top
    }

    fn of(&self, day: &Day, value: f64) -> Point {
        Point { x: self.x(day), y: self.y(value) }
    }
}

/// Points of a step line: usage rises on the day of the work itself, not between two days.
fn steps(points: impl Iterator<Item = Point>) -> Vec<Point> {
    let mut steps: Vec<Point> = Vec::new();
    for point in points {
        if let Some(last) = steps.last() {
            steps.push(Point { x: point.x, y: last.y });
        }
        steps.push(point);
    }
    steps
}

/// The last day of a chart without a period: the forecast end, unless that would press the past into a corner.
fn horizon(from: &Day, today: &Day, end: Option<&Day>) -> Day {
    let furthest = today.plus(from.days_until(today).max(AHEAD_DAYS) * 2);
    end.cloned().unwrap_or_else(|| today.plus(AHEAD_DAYS)).min(furthest)
}

fn levels(status: &BudgetStatus, measure: &ChartedCap, scale: &ChartScale) -> Vec<ReferenceLine> {
    let y = |value: f64| scale.y(value);
    let threshold = |percent: i32, class: &'static str| {
        let value = measure.cap as f64 * f64::from(percent) / 100.0;
        (percent < 100).then(|| ReferenceLine { at: y(value), name: format!("{percent} %"), class })
    };
    let cap = ReferenceLine { at: y(measure.cap as f64), name: measure.name.clone(), class: "burn-cap" };
    let warning = threshold(status.warning_percent, "burn-warning");
    let critical = threshold(status.critical_percent, "burn-critical").filter(|_| status.critical_percent != status.warning_percent);
    [Some(cap), critical, warning].into_iter().flatten().collect()
}
