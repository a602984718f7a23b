//! The filters of time entries that lists and sums share.

use domain::{
    day::{DateRange, Day, YEAR_MAX, YEAR_MIN},
    text,
};
use jiff::civil::Date;
use uuid::Uuid;

use super::{EntrySource, EntryState, Labour, TimeFilterInput};
use crate::{
    access::{Permission, Scope},
    error::Error,
    operation::{Call, permission_error, read_scope::ReadScope},
    reference::{self, member::find_member},
};

/// The days that stand for an open end.
const FIRST: Date = Date::constant(YEAR_MIN, 1, 1);
const LAST: Date = Date::constant(YEAR_MAX, 12, 31);

/// The filters of entries, among those the caller may see.
#[derive(Debug, Clone, PartialEq)]
pub struct TimeFilter {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// Of this client.
    pub client: Option<Uuid>,
    /// Of this project.
    pub project: Option<Uuid>,
    /// Of this member.
    pub member: Option<Uuid>,
    /// Billable or not.
    pub billable: Option<bool>,
    /// On an invoice or not.
    pub billed: Option<bool>,
    /// In this state.
    pub state: Option<EntryState>,
    /// Done by a person or by an agent.
    pub labour: Option<Labour>,
    /// From this source.
    pub source: Option<EntrySource>,
    /// With all these patterns in the description, as of [`text::search_patterns`].
    pub patterns: Option<Vec<String>>,
}

fn patterns(query: Option<String>) -> Option<Vec<String>> {
    text::non_empty(query).map(|query| text::search_patterns(&query))
}

impl TimeFilter {
    /// The first and the last day that were requested; `None` for an open end.
    pub fn requested_days(&self) -> (Option<Day>, Option<Day>) {
        (Some(self.from).filter(|day| *day != FIRST).map(Day::from), Some(self.to).filter(|day| *day != LAST).map(Day::from))
    }

    /// Resolves the filters. Names are looked up among what the caller may see.
    pub async fn of(cx: &mut Call, read_scope: &ReadScope, given: TimeFilterInput) -> Result<Self, Error> {
        // Whether time is on an invoice is as much a matter of money as the invoice itself.
        if given.billed.is_some() && !read_scope.money {
            return Err(permission_error(&cx.caller, Permission::ReadMoney, Scope::MoneyRead, Permission::ReadMoney.verb()));
        }
        let (from, to) = days(cx, &given)?;
        let member = match text::non_empty(given.member) {
            Some(member) => Some(find_member(cx, read_scope, &member).await?),
            None => read_scope.only_time_of(),
        };
        let project = match text::non_empty(given.project) {
            Some(project) => Some(reference::existing_project(cx, read_scope, &project).await?),
            None => None,
        };
        let client = match text::non_empty(given.client) {
            Some(client) => Some(reference::client(cx, read_scope, &client).await?),
            None => None,
        };
        let TimeFilterInput { billable, billed, state, labour, source, .. } = given;
        Ok(Self { from, to, client, project, member, billable, billed, state, labour, source, patterns: patterns(given.query) })
    }
}

/// The first and last day of the input; open at both ends if it has no days.
fn days(cx: &Call, given: &TimeFilterInput) -> Result<(Date, Date), Error> {
    let period = given.period.as_deref().filter(|text| !text.trim().is_empty());
    let today = cx.member_today()?;
    let day = |field: &'static str, text: &Option<String>| {
        text.as_deref().filter(|text| !text.trim().is_empty()).map(|text| Day::parse_relative(field, text, today)).transpose()
    };
    let (from, to) = (day("from", &given.from)?, day("to", &given.to)?);
    if let Some(period) = period {
        if from.is_some() || to.is_some() {
            return Err(Error::invalid("period", "Give either a period, or from and to."));
        }
        let span = DateRange::parse("period", period, today, cx.membership()?.week_start)?;
        return Ok((span.from.date(), span.to.date()));
    }
    if let (Some(from), Some(to)) = (&from, &to) {
        // Refuses a range that ends before it begins.
        DateRange::between(from.clone(), to.clone())?;
    }
    Ok((from.map_or(FIRST, |day| day.date()), to.map_or(LAST, |day| day.date())))
}
