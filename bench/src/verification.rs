//! Measures how long the audit log of an organization with a million writes takes to verify.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, postgres::PgConnectOptions, query_scalar};
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use crate::{
    assistant_page::AssistantPage,
    data::Data,
    http::{Ask, Connection},
};

/// The number of writes in the log, beside those that made the data.
const WRITES: i32 = 1_000_000;

/// The number of writes in one transaction.
const CHUNK: i32 = 20_000;

/// How often running transactions are sampled.
const BETWEEN: Duration = Duration::from_millis(20);

/// A check that takes longer has failed in any case.
const PATIENCE: Duration = Duration::from_secs(300);

/// The measured times, in seconds.
pub struct VerificationTimes {
    /// The whole log, from its first row.
    pub whole: f64,
    /// The longest transaction of the verification.
    pub longest: f64,
    /// The part after the last checkpoint.
    pub since: f64,
}

/// Writes the log, verifies it, alters an old row, and verifies it again.
pub async fn measure(page: &AssistantPage<'_>, database: &str, data: &Data) -> Result<VerificationTimes> {
    let mut owner = database.parse::<PgConnectOptions>()?.connect().await?;
    write(&mut owner, data.organization).await?;
    let since = Instant::now();
    let proof = ask(page, page.look("verify_audit")?).await?;
    let since = since.elapsed().as_secs_f64();
    ensure!(proof["sound"] == true, "what follows the last checkpoint does not hold: {proof}");
    let mut watcher = database.parse::<PgConnectOptions>()?.connect().await?;
    let mut longest = 0.0;
    let (whole, ended) = tokio::select! {
        ended = verify(page) => ended?,
        failed = watch(&mut watcher, &mut longest) => bail!("nobody saw how long it held a connection: {:?}", failed.err()),
    };
    ensure!(ended["state"] == "sound", "the log does not hold: {ended}");
    let place = alter(&mut owner, data.organization).await?;
    let (_, ended) = verify(page).await?;
    ensure!(ended["broken"]["position"] == place, "the altered row {place} was not found: {ended}");
    owner.close().await?;
    Ok(VerificationTimes { whole, longest, since })
}

/// Inserts updates of entries with their records before and after, each in the chain.
async fn write(owner: &mut PgConnection, organization: Uuid) -> Result<()> {
    sqlx::query("select set_config('app.organization_id', $1, false)").bind(organization.to_string()).execute(&mut *owner).await?;
    sqlx::raw_sql("set synchronous_commit = off").execute(&mut *owner).await?;
    for first in (0..WRITES).step_by(CHUNK as usize) {
        let mut transaction = owner.begin().await?;
        for statement in [CHANGES, ACTIONS] {
            let written = sqlx::query(statement).bind(first).bind(CHUNK).execute(&mut *transaction).await;
            written.context("the log could not be written")?;
        }
        transaction.commit().await?;
    }
    for table in ["change", "action"] {
        sqlx::query(AssertSqlSafe(format!("vacuum analyze {table}"))).execute(&mut *owner).await?;
    }
    Ok(())
}

/// An update of an entry's description, as the table's trigger records it.
const CHANGES: &str = "
    insert into change (organization_id, action_id, kind, record_id, before, after)
    select e.organization_id, lpad(to_hex($1 + n), 32, '0')::uuid, 'time_entry', e.id, to_jsonb(e) - 'place',
        to_jsonb(e) - 'place' || jsonb_build_object('description', 'Part ' || n, 'version', 2)
    from generate_series(1, $2) n
    join (select row_number() over (order by t.id) as place, t.* from time_entry t
          where t.organization_id = current_setting('app.organization_id')::uuid limit 1000) e on e.place = 1 + n % 1000";

/// The actions of these changes, by the function that every write uses.
const ACTIONS: &str = "
    select append_actions(jsonb_agg(jsonb_build_object(
        'id', lpad(to_hex($1 + n), 32, '0')::uuid, 'at', now(), 'member_id', m.id, 'channel', 'page', 'operation', 'update_time_entry',
        'arguments', jsonb_build_object('time_entry', m.id, 'description', 'Part ' || n), 'outcome', 'done', 'withheld', '{}'::text[],
        'duration_ms', 3) order by n), true)
    from generate_series(1, $2) n,
        (select id from member where organization_id = current_setting('app.organization_id')::uuid limit 1) m";

/// Alters the change of one of the first writes, as somebody with the owner's rights could; returns its position in the chain.
async fn alter(owner: &mut PgConnection, organization: Uuid) -> Result<i64> {
    let altered = "with first as (
            select organization_id, id, position from action
            where organization_id = $1 and changes_hash is not null and operation = 'update_time_entry' order by position limit 1
        ) update change c set after = c.after::jsonb || '{\"billable\": null}' from first f
        where c.organization_id = f.organization_id and c.action_id = f.id returning f.position";
    Ok(query_scalar(altered).bind(organization).fetch_one(owner).await?)
}

/// Verifies the whole log and waits for the result; returns the seconds that it took, and the result.
async fn verify(page: &AssistantPage<'_>) -> Result<(f64, Value)> {
    let began = Instant::now();
    ask(page, page.call("start_audit_verification", "")?).await?;
    let ended = timeout(PATIENCE, async {
        loop {
            let now = ask(page, page.look("get_audit_verification")?).await?;
            if now["state"] != "running" {
                return Ok::<_, anyhow::Error>(now);
            }
            sleep(BETWEEN * 10).await;
        }
    });
    let ended = ended.await.context("the check did not end")??;
    Ok((began.elapsed().as_secs_f64(), ended))
}

async fn ask(page: &AssistantPage<'_>, ask: Ask) -> Result<Value> {
    Connection::open(page.address).await?.send(ask).await?.accepted()?.json()
}

/// Updates the longest transaction of the verification, in seconds.
async fn watch(database: &mut PgConnection, longest: &mut f64) -> Result<()> {
    let open = "select max(extract(epoch from clock_timestamp() - xact_start))::float8 from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and query like '%step_verification%' and state <> 'idle'";
    loop {
        let held: Option<f64> = query_scalar(open).fetch_one(&mut *database).await?;
        *longest = longest.max(held.unwrap_or_default());
        sleep(BETWEEN).await;
    }
}
