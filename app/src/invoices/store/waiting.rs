//! SQL of time that waits: billable and on no invoice, but not counted until it is confirmed or approved.

use domain::day::DateRange;
use sqlx::query_as;
use uuid::Uuid;

use super::{BillableFilter, unbilled::days};
use crate::{database::Db, error::Error};

/// Filter of time that waits.
#[derive(Default)]
pub struct WaitingFilter<'a> {
    /// The client; all when absent.
    pub client: Option<Uuid>,
    /// The clients to leave out.
    pub except: &'a [Uuid],
    /// The days; all when absent.
    pub period: Option<&'a DateRange>,
    /// The projects; all when empty.
    pub projects: &'a [Uuid],
    /// The entries to leave out.
    pub defer: &'a [Uuid],
}

impl<'a> From<&BillableFilter<'a>> for WaitingFilter<'a> {
    fn from(wanted: &BillableFilter<'a>) -> Self {
        let BillableFilter { client, period, projects, defer } = *wanted;
        Self { client: Some(client), except: &[], period, projects, defer }
    }
}

/// The time of one client that waits. Amounts are in minor units; time without a rate counts nothing in them.
pub struct WaitingRow {
    pub client_name: String,
    pub currency: String,
    /// The seconds that agents wrote and nobody has confirmed.
    pub drafts: i64,
    pub drafts_amount: i64,
    /// The oldest day among them.
    pub oldest_draft: Option<jiff_sqlx::Date>,
    /// One of the members whose time they are, and the number of these members.
    pub member_name: Option<String>,
    pub members: i64,
    /// The seconds that wait for an approver.
    pub submitted: i64,
    pub submitted_amount: i64,
    /// The number of all clients with time that waits.
    pub clients: i64,
}

/// The time that waits, by client; running timers are left out, as their time is not known yet.
pub async fn waiting_time(db: &mut Db, wanted: &WaitingFilter<'_>, limit: i64) -> Result<Vec<WaitingRow>, Error> {
    let (organization, (from, to)) = (db.organization(), days(wanted.period));
    Ok(query_as!(
        WaitingRow,
        r#"select c.name as client_name, c.currency,
               coalesce(sum(t.seconds) filter (where t.state = 'draft'), 0)::bigint as "drafts!",
               coalesce(sum(entry_amount(t.seconds, t.rate)) filter (where t.state = 'draft'), 0)::bigint as "drafts_amount!",
               min(t.day) filter (where t.state = 'draft') as oldest_draft,
               min(m.name) filter (where t.state = 'draft') as member_name,
               count(distinct t.member_id) filter (where t.state = 'draft') as "members!",
               coalesce(sum(t.seconds) filter (where t.state <> 'draft'), 0)::bigint as "submitted!",
               coalesce(sum(entry_amount(t.seconds, t.rate)) filter (where t.state <> 'draft'), 0)::bigint as "submitted_amount!",
               count(*) over () as "clients!"
           from time_entry t
           join project p on p.organization_id = $1 and p.id = t.project_id
           join client c on c.organization_id = $1 and c.id = p.client_id
           join member m on m.organization_id = $1 and m.id = t.member_id
           where t.organization_id = $1 and t.invoice_line_id is null and t.billable and not t.running and not is_counted(t)
               and ($2::uuid is null or c.id = $2) and c.id <> all($3::uuid[])
               and ($4::date is null or t.day >= $4) and ($5::date is null or t.day <= $5)
               and (cardinality($6::uuid[]) = 0 or t.project_id = any($6)) and t.id <> all($7::uuid[])
           group by c.id, c.name, c.currency, c.search_key
           order by c.search_key, c.id limit $8"#,
        organization,
        wanted.client,
        wanted.except,
        from as _,
        to as _,
        wanted.projects,
        wanted.defer,
        limit
    )
    .fetch_all(db.connection())
    .await?)
}
