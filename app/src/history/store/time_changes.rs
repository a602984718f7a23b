//! SQL of what actions changed about time: one scan of their changes, from which several obstacles to an undo are found. The images are
//! JSON texts, and a description may make them long: each is parsed once, for the few fields that are needed.

use jiff::civil::Date;
use sqlx::{query, query_as};
use uuid::Uuid;

use crate::{database::Db, error::Error};

/// Changes of the time entries of an action that are alike in what an undo would restore.
pub struct TimeChange {
    /// The action.
    pub action: Uuid,
    /// The position of the first of them.
    pub position: i64,
    /// The project of the time before; nothing where the action created it.
    pub project: Option<Uuid>,
    /// Whether an undo would put it onto that project again: it was deleted or moved.
    pub moved: bool,
    /// The invoice line to which it would belong again.
    pub line: Option<Uuid>,
    /// The member whose timer would run again.
    pub timer_of: Option<Uuid>,
    /// Whether it had a rate other than zero.
    pub rated: bool,
    /// Whether an undo would set, change or clear its own rate.
    pub priced: bool,
    /// The first day of time that does not run, before or after.
    pub first_day: Option<jiff_sqlx::Date>,
}

impl TimeChange {
    /// The project onto which an undo would put time again, including that of a timer that would run again.
    pub fn project_back(&self) -> Option<Uuid> {
        self.project.filter(|_| self.moved || self.timer_of.is_some())
    }

    /// The records to which the time would refer again, with their kinds.
    pub fn references_back(&self) -> impl Iterator<Item = (&'static str, Uuid)> {
        let project = self.project.filter(|_| self.moved).map(|project| ("project", project));
        project.into_iter().chain(self.line.map(|line| ("invoice_line", line)))
    }

    /// Whether it is about time on a day up to `last`.
    pub fn is_up_to(&self, last: Date) -> bool {
        self.first_day.is_some_and(|day| day.to_jiff() <= last)
    }
}

/// What these actions changed about time, in the first `most` changes of time of each.
pub async fn of(db: &mut Db, actions: &[Uuid], most: i64) -> Result<Vec<TimeChange>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        TimeChange,
        r#"select a.id as "action!", min(ch.position) as "position!", b.project_id as "project?",
               b.project_id is not null and b.project_id is distinct from f.project_id as "moved!",
               case when b.invoice_line_id is distinct from f.invoice_line_id then b.invoice_line_id end as "line?",
               case when b.running and f.running is not true then b.member_id end as "timer_of?",
               coalesce(b.rate <> 0, false) as "rated!",
               bool_or(ch.before is not null and ch.after is not null and case when b.rate_overridden then b.rate end
                   is distinct from case when f.rate_overridden then f.rate end) as "priced!",
               min(least(case when b.running is not true then b.day end, case when f.running is not true then f.day end))
                   as "first_day?: jiff_sqlx::Date"
           from unnest($2::uuid[]) a (id)
           cross join lateral (
               select position, before, after from change
               where organization_id = $1 and action_id = a.id and kind = 'time_entry' order by position limit $3
           ) ch
           cross join lateral json_to_record(ch.before) as b (
               project_id uuid, invoice_line_id uuid, member_id uuid, day date, running boolean, rate bigint, rate_overridden boolean
           )
           cross join lateral json_to_record(ch.after) as f (
               project_id uuid, invoice_line_id uuid, day date, running boolean, rate bigint, rate_overridden boolean
           )
           group by 1, 3, 4, 5, 6, 7"#,
        organization,
        actions,
        most
    )
    .fetch_all(db.connection())
    .await?)
}

/// How many changes each of these actions consists of, counted up to `most`.
pub async fn sizes(db: &mut Db, actions: &[Uuid], most: i64) -> Result<Vec<i64>, Error> {
    let organization = db.organization();
    let rows = query!(
        r#"select c.changes as "changes!"
           from unnest($2::uuid[]) a (id)
           cross join lateral (
               select count(*) as changes from (select from change where organization_id = $1 and action_id = a.id limit $3) counted
           ) c"#,
        organization,
        actions,
        most
    )
    .fetch_all(db.connection())
    .await?;
    Ok(rows.into_iter().map(|row| row.changes).collect())
}
