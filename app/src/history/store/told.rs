//! SQL of what was done, for telling it in words.

use serde_json::Value;
use sqlx::{query_as, query_scalar};
use uuid::Uuid;

use crate::{database::Db, error::Error};

/// A record that an action touched, with the names of what it belongs to; an action that touched none stands once, with the invoice that
/// it was called with.
#[derive(Debug, Default)]
#[allow(missing_docs, reason = "the columns of the tables")]
pub struct Seen {
    pub action: Uuid,
    pub operation: String,
    pub arguments: Value,
    pub undoes: Option<Uuid>,
    pub kind: Option<String>,
    /// What of the record is told.
    pub image: Option<Value>,
    /// The currency of its amounts.
    pub currency: String,
    /// The number of its invoice.
    pub invoice: Option<String>,
    pub client: Option<String>,
    pub project: Option<String>,
    pub member: Option<String>,
}

/// The first few records that each of these actions touched, and those that they took back; payments and invoices before what goes along
/// with them.
pub async fn seen(db: &mut Db, actions: &[Uuid]) -> Result<Vec<Seen>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        Seen,
        r#"select a.id as action, a.operation, a.arguments, a.undoes, c.kind as "kind?",
               c.told as "image?", coalesce(c.image ->> 'currency', i.currency, k.currency, o.currency) as "currency!",
               coalesce(c.image ->> 'number', i.number) as "invoice?",
               coalesce(case when c.kind = 'client' then c.image ->> 'name' end, k.name) as "client?",
               coalesce(case when c.kind = 'project' then c.image ->> 'name' end, p.name) as "project?",
               coalesce(case when c.kind = 'member' then c.image ->> 'name' end, m.name) as "member?"
           from action a
           join organization o on o.id = a.organization_id
           left join lateral (
               select f.kind, f.record_id, f.position, f.image, jsonb_build_object('name', f.image -> 'name', 'description', f.image -> 'description',
                   'day', f.image -> 'day', 'seconds', f.image -> 'seconds', 'amount', f.image -> 'amount', 'email', f.image -> 'email',
                   'role', f.image -> 'role') as told
               from (
                   select kind, record_id, position, coalesce(after, before) as image from change
                   where organization_id = $1 and action_id = a.id order by position limit 500
               ) f
               order by array_position(array['payment', 'invoice', 'client', 'project'], f.kind), f.position limit 4
           ) c on true
           left join lateral (
               select n.id from invoice n where c.record_id is null and n.organization_id = $1 and (n.number = a.arguments ->> 'invoice'
                   or n.id = case when a.arguments ->> 'invoice' ~ '^[0-9a-f-]{36}$' then (a.arguments ->> 'invoice')::uuid end)
               limit 1
           ) named on true
           left join invoice i on i.organization_id = $1
               and i.id = coalesce((c.image ->> 'invoice_id')::uuid, case when c.kind = 'invoice' then c.record_id end, named.id)
           left join project p on p.organization_id = $1
               and p.id = coalesce((c.image ->> 'project_id')::uuid, case when c.kind = 'project' then c.record_id end)
           left join client k on k.organization_id = $1
               and k.id = coalesce((c.image ->> 'client_id')::uuid, p.client_id, i.client_id, case when c.kind = 'client' then c.record_id end)
           left join member m on m.organization_id = $1 and m.id = (c.image ->> 'member_id')::uuid
           where a.organization_id = $1 and a.id in (
               select unnest($2::uuid[]) union select u.undoes from action u where u.organization_id = $1 and u.id = any($2)
           )
           order by a.id, array_position(array['payment', 'invoice', 'client', 'project'], c.kind), c.position"#,
        organization,
        actions
    )
    .fetch_all(db.connection())
    .await?)
}

/// What changes an invoice only in where it was mailed to.
const MAILING: [&str; 2] = ["resend_invoice", "stop_invoice_mail"];

/// The newest actions that touched an invoice, or its mails. `number` is how calls may have named it beside its id.
pub async fn of_invoice(db: &mut Db, invoice: Uuid, number: &str, limit: i64) -> Result<Vec<Uuid>, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        r#"select a.id from action a
           where a.organization_id = $1 and a.outcome = 'done' and (
               a.id in (
                   select c.action_id from change c where c.organization_id = $1 and c.kind = 'invoice' and c.record_id = $2
                   order by c.position desc limit 1000
               )
               or a.operation = any($4) and a.arguments ->> 'invoice' in ($2::text, $3)
           )
           order by a.at desc, a.id desc limit $5"#,
        organization,
        invoice,
        number,
        MAILING.as_slice() as &[&str],
        limit
    )
    .fetch_all(db.connection())
    .await?)
}
