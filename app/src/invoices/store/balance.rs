//! SQL of the balance: unbilled time and open invoices per currency.

use domain::{
    hours::WorkDuration,
    money::{Currency, Money},
};
use jiff::civil::Date;
use sqlx::query;

use crate::{
    database::{Db, date},
    error::Error,
    invoices::balance::{CurrencyBalance, WaitingTime},
};

/// Unbilled and open amounts per currency, and the time that waits. The entries counted as unbilled are those that
/// [`lock_unbilled`](super::lock_unbilled) locks.
pub async fn balance(db: &mut Db, today: Date) -> Result<Vec<CurrencyBalance>, Error> {
    let organization = db.organization();
    let rows = query!(
        r#"with not_billed as materialized (
               select t.project_id, coalesce(sum(entry_amount(t.seconds, t.rate)) filter (where is_counted(t)), 0) as unbilled,
                   coalesce(sum(t.seconds) filter (where not is_counted(t)), 0) as waiting,
                   coalesce(sum(entry_amount(t.seconds, t.rate)) filter (where not is_counted(t)), 0) as waiting_amount
               from time_entry t
               where t.organization_id = $1 and t.invoice_line_id is null and t.billable and not t.running
               group by t.project_id
           ), due as (
               select c.currency, n.unbilled, n.waiting, n.waiting_amount, 0 as open, 0 as overdue,
                   0 as open_invoices, 0 as overdue_invoices
               from not_billed n
               join project p on p.organization_id = $1 and p.id = n.project_id
               join client c on c.organization_id = $1 and c.id = p.client_id
               union all
               select i.currency, 0, 0, 0, i.total - i.paid, case when i.due_on < $2 then i.total - i.paid else 0 end,
                   1, case when i.due_on < $2 then 1 else 0 end
               from invoice i where i.organization_id = $1 and i.state = 'sent'
           )
           select currency as "currency!", sum(unbilled)::bigint as "unbilled!", sum(waiting)::bigint as "waiting!",
               sum(waiting_amount)::bigint as "waiting_amount!", sum(open)::bigint as "open!",
               sum(overdue)::bigint as "overdue!", sum(open_invoices)::bigint as "open_invoices!",
               sum(overdue_invoices)::bigint as "overdue_invoices!"
           from due group by currency order by currency"#,
        organization,
        date(today) as _
    )
    .fetch_all(db.connection())
    .await?;
    let due = rows.into_iter().map(|row| {
        let currency = Currency::parse(&row.currency)?;
        let money = |amount: i64| Money::new(amount, &currency);
        Ok(CurrencyBalance {
            unbilled: money(row.unbilled),
            waiting: (row.waiting > 0).then(|| WaitingTime { worked: WorkDuration::of(row.waiting), amount: money(row.waiting_amount) }),
            open: money(row.open),
            overdue: money(row.overdue),
            open_invoices: row.open_invoices,
            overdue_invoices: row.overdue_invoices,
            currency,
        })
    });
    due.collect()
}
