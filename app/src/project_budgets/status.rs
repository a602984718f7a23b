//! The status of a project: time worked, pace, and the day on which its budget will be used up.

use domain::{
    day::{Day, YEAR_MIN},
    forecast::{BURN_RATE_DAYS, BurnRate, per_week},
    hours::WorkDuration,
    id::MemberId,
    money::{Currency, Money},
};
use jiff::{ToSpan, civil::Date};

use crate::{
    budgets::{
        BudgetBasis, Burn, BurnPoint, ProjectStatus, TeamMember, record,
        store::{self, DayUsage, UsageQuery, people},
        usage::{Budget, BudgetPart, Usage},
    },
    error::Error,
    operation::{Call, read_scope::ReadScope},
    projects::{self, Project},
};

/// The most points of a burn curve.
const POINTS_MAX: usize = 60;

/// The most members in the team.
const TEAM_MAX: i64 = 50;

/// The status of a project, given by reference.
pub async fn get(cx: &mut Call, project: &str) -> Result<ProjectStatus, Error> {
    let read_scope = ReadScope::of(cx)?;
    let project = projects::record::get(cx, project).await?;
    let budget = store::of_projects(&mut cx.db, &[project.id.0]).await?.pop();
    let burned = burned(cx, &project, budget.as_ref()).await?;
    let (curve, reached_on) = match &budget {
        Some(budget) => burn_down(cx, &read_scope, budget, burned).await?,
        None => (Vec::new(), None),
    };
    let amount_per_week = read_scope.money.then(|| Money::new(per_week(burned.amount), &project.client.currency));
    let burn = Burn { per_week: WorkDuration::of(per_week(burned.seconds)), amount_per_week, reached_on };
    let team = team(cx, &read_scope, &project).await?;
    Ok(ProjectStatus {
        id: project.id,
        name: project.name,
        client: project.client,
        worked: project.worked.unwrap_or_else(|| WorkDuration::of(0)),
        unbilled: project.unbilled,
        budget: project.budget,
        burn,
        curve,
        team,
    })
}

/// The usage of the last four weeks, of the time that the budget counts; of all time without a budget.
async fn burned(cx: &mut Call, project: &Project, budget: Option<&Budget>) -> Result<Usage, Error> {
    let (today, now) = (cx.organization_today()?, cx.now);
    let days = (today.saturating_sub((BURN_RATE_DAYS - 1).days()), today);
    let basis = budget.map_or(BudgetBasis::All, |budget| budget.basis);
    let usage = store::usage(&mut cx.db, &[UsageQuery { project: project.id.0, days, basis }], now).await?;
    Ok(usage.into_iter().next().unwrap_or_default())
}

/// The burn curve so far, and the day on which the first cap will be reached.
async fn burn_down(cx: &mut Call, read_scope: &ReadScope, budget: &Budget, burned: Usage) -> Result<(Vec<BurnPoint>, Option<Day>), Error> {
    let (days, usage) = record::current_usage(cx, budget).await?;
    let (today, now) = (cx.organization_today()?, cx.now);
    let asked = UsageQuery { project: budget.project, days, basis: budget.basis };
    let rows = store::days(&mut cx.db, asked, now).await?;
    let part = BudgetPart::visible(read_scope.money);
    let last = (days.0.year() != YEAR_MIN).then(|| Day::from(days.1));
    let paces = budget.measures(usage, part).zip(budget.measures(burned, part));
    let reached = paces.filter_map(|((used, cap), (burned, _))| BurnRate { cap, used, burned }.reached_on(&today.into(), last.as_ref()));
    Ok((curve(&rows, days, today, read_scope.money.then_some(&budget.currency)), reached.min()))
}

/// The usage up to the end of each day, from the first day of the period (or of the work) to today.
fn curve(rows: &[DayUsage], days: (Date, Date), today: Date, currency: Option<&Currency>) -> Vec<BurnPoint> {
    let (mut seconds, mut amount) = (0, 0);
    let mut points = Vec::with_capacity(rows.len() + 2);
    let mut point = |day: Date, seconds: i64, amount: i64| {
        points.push(BurnPoint { day: day.into(), seconds, amount: currency.map(|currency| Money::new(amount, currency)) });
    };
    if days.0.year() != YEAR_MIN && rows.first().is_none_or(|first| first.day.to_jiff() > days.0) {
        point(days.0, 0, 0);
    }
    for row in rows {
        (seconds, amount) = (seconds + row.seconds, amount + row.amount);
        point(row.day.to_jiff(), seconds, amount);
    }
    let end = today.min(days.1);
    if rows.last().is_none_or(|last| last.day.to_jiff() < end) && end >= days.0 {
        point(end, seconds, amount);
    }
    downsampled(points)
}

/// At most [`POINTS_MAX`] of the points, evenly chosen; the first and the last are among them.
fn downsampled(points: Vec<BurnPoint>) -> Vec<BurnPoint> {
    let last = points.len().saturating_sub(1);
    if last < POINTS_MAX {
        return points;
    }
    (0..POINTS_MAX).filter_map(|at| points.get(at * last / (POINTS_MAX - 1)).cloned()).collect()
}

/// The team of the project, with as much of their time as the caller may see.
async fn team(cx: &mut Call, read_scope: &ReadScope, project: &Project) -> Result<Vec<TeamMember>, Error> {
    let mut team = people::team(&mut cx.db, project.id.0, TEAM_MAX).await?;
    if !read_scope.sees_all_time() {
        // The order by time would reveal who worked most.
        team.sort_by(|one, other| one.name.cmp(&other.name));
    }
    let seen = |mate: &people::TeamMemberRow| read_scope.sees_all_time() || mate.id == read_scope.member;
    Ok(team
        .into_iter()
        .map(|mate| TeamMember { worked: seen(&mate).then(|| WorkDuration::of(mate.worked)), id: MemberId(mate.id), name: mate.name })
        .collect())
}
