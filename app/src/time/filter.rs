//! Which time is meant: the filters that lists and sums share.

use jiff::civil::Date;
use uuid::Uuid;

use super::{EntryState, Labour, Source};
use crate::{
    access::{Permission, Scope},
    day::{Day, Span, YEAR_MAX, YEAR_MIN},
    error::{Code, Error},
    operation::{Call, lacking},
    projects::sight::Sight,
    reference, text,
};

/// The days that stand for no end.
const FIRST: Date = Date::constant(YEAR_MIN, 1, 1);
const LAST: Date = Date::constant(YEAR_MAX, 12, 31);

/// What the caller gave; the arguments of `list_time_entries` and `summarize_time`.
#[allow(missing_docs, reason = "each is described where it is an argument")]
pub struct Given {
    pub period: Option<String>,
    pub from: Option<String>,
    pub to: Option<String>,
    pub client: Option<String>,
    pub project: Option<String>,
    pub member: Option<String>,
    pub billable: Option<bool>,
    pub billed: Option<bool>,
    pub state: Option<EntryState>,
    pub labour: Option<Labour>,
    pub source: Option<Source>,
    pub query: Option<String>,
}

/// Which entries are meant, among those the caller may see.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// First day.
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
    /// From here.
    pub source: Option<Source>,
    /// With this text in the description.
    pub query: Option<String>,
}

impl Filter {
    /// The first and the last day that were asked for; nothing where no end was said.
    pub fn asked(&self) -> (Option<Day>, Option<Day>) {
        (Some(self.from).filter(|day| *day != FIRST).map(Day::from), Some(self.to).filter(|day| *day != LAST).map(Day::from))
    }

    /// Reads what was given. Names are looked up among what the caller may see.
    pub async fn of(cx: &mut Call, sight: &Sight, given: Given) -> Result<Self, Error> {
        // Whether time is on an invoice is as much a matter of money as the invoice itself.
        if given.billed.is_some() && !sight.money {
            return Err(lacking(&cx.caller, Permission::ReadMoney, Scope::MoneyRead, Permission::ReadMoney.verb()));
        }
        let (from, to) = days(cx, &given)?;
        let member = match text::said(given.member) {
            Some(member) => Some(member_of(cx, sight, &member).await?),
            None => sight.time_of(),
        };
        let project = match text::said(given.project) {
            Some(project) => Some(reference::known_project(cx, sight, &project).await?),
            None => None,
        };
        let client = match text::said(given.client) {
            Some(client) => Some(reference::client(cx, sight, &client).await?),
            None => None,
        };
        let Given { billable, billed, state, labour, source, .. } = given;
        Ok(Self { from, to, client, project, member, billable, billed, state, labour, source, query: text::said(given.query) })
    }
}

/// The member of an id or a name; `me` is the caller. Others are there only for callers who see everybody's time.
pub async fn member_of(cx: &mut Call, sight: &Sight, given: &str) -> Result<Uuid, Error> {
    if !sight.all_time() {
        // Only oneself is there to be found: by any other name there is nobody.
        let own = reference::members(cx, "member", &[sight.member.to_string()], None).await?;
        let is_own = given.trim().eq_ignore_ascii_case("me")
            || reference::id(given) == sight.member
            || own.iter().any(|own| text::search_key(&own.name) == text::search_key(given));
        return if is_own { Ok(sight.member) } else { Err(only_own()) };
    }
    Ok(reference::member_in_time(cx, "member", given, sight.beside()).await?.id)
}

/// Whoever sees no time but their own is not told whether there is anybody of another name.
fn only_own() -> Error {
    Error::new(Code::NotFound, "Of all time you see your own alone. Leave member out, or give \"me\".").about("member")
}

/// First and last day of what was given; everything when nothing was.
fn days(cx: &Call, given: &Given) -> Result<(Date, Date), Error> {
    let period = given.period.as_deref().filter(|text| !text.trim().is_empty());
    let today = cx.member_today()?;
    let day = |field: &'static str, text: &Option<String>| {
        text.as_deref().filter(|text| !text.trim().is_empty()).map(|text| Day::meant(field, text, today)).transpose()
    };
    let (from, to) = (day("from", &given.from)?, day("to", &given.to)?);
    if let Some(period) = period {
        if from.is_some() || to.is_some() {
            return Err(Error::invalid("period", "Give either a period, or from and to."));
        }
        let span = Span::parse("period", period, today, cx.membership()?.week_start)?;
        return Ok((span.from.date(), span.to.date()));
    }
    if let (Some(from), Some(to)) = (&from, &to) {
        // Refuses what is the wrong way round.
        Span::between(from.clone(), to.clone())?;
    }
    Ok((from.map_or(FIRST, |day| day.date()), to.map_or(LAST, |day| day.date())))
}
