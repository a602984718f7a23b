//! The data that the database holds during the measurements.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, PgConnection, postgres::PgConnectOptions, query_scalar};
use uuid::Uuid;

use crate::{
    http::{Connection, post},
    server_process::{DemoLogin, Stint},
};

/// The SQL that writes the history, as the owner of the tables.
const HISTORY: &str = include_str!("data.sql");

/// The number of tokens of the owner: each has its rate limit, as shipped.
const OWNERS_TOKENS: i64 = 256;

/// The number of tokens of each other member.
const MEMBERS_TOKENS: i64 = 16;

/// The number of drafts of each length. The typesetter caches the last two documents, so none is requested twice before it is evicted.
const DRAFTS: usize = 6;

/// The lines of an invoice with one page, and of one with ten: an invoice has at most 200, so those of the long one are tall.
const LINES: [usize; 2] = [12, 150];

/// The number of lines from which on each has three lines of text.
const TALL: usize = 100;

/// The tokens of the clients, and the ids that they ask for.
pub struct Data {
    /// The organization.
    pub organization: Uuid,
    /// Tokens of its owner.
    pub owner: Vec<String>,
    /// Tokens of its members, each member's in a list of their own.
    pub members: Vec<Vec<String>>,
    /// Tokens of the owners of the other organizations, one each: a person has a rate limit, whatever tokens they use.
    pub neighbour: Vec<String>,
    /// A project that all of them are on.
    pub project: String,
    /// Drafts that fill one page.
    pub short: Vec<String>,
    /// Drafts that fill ten.
    pub long: Vec<String>,
}

impl Data {
    /// Fills the database of a running Stint.
    pub async fn make(stint: &Stint, database: &str, login: &DemoLogin) -> Result<Self> {
        let mut owner = database.parse::<PgConnectOptions>()?.connect().await?;
        let organization = history(&mut owner, &login.organization).await?;
        // A person may have fewer tokens than are needed to stay below the rate limit of one.
        owner.execute("alter table access_token disable trigger access_token_few").await?;
        let by_token = tokens(&mut owner, organization, &login.token).await?;
        let neighbour = neighbours_tokens(&mut owner, &login.token).await?;
        owner.execute("alter table access_token enable trigger access_token_few").await?;
        let project: Uuid = query_scalar("select id from project where organization_id = $1 and name = 'Project 1' limit 1")
            .bind(organization)
            .fetch_one(&mut owner)
            .await?;
        durable(&mut owner).await?;
        owner.close().await?;
        let (owner, members) = by_token;
        let mut connection = Connection::open(stint.address).await?;
        let mut drafts = [Vec::new(), Vec::new()];
        for (drafts, lines) in drafts.iter_mut().zip(LINES) {
            for number in 0..DRAFTS {
                drafts.push(draft(&mut connection, &login.token, number, lines).await?);
            }
        }
        let [short, long] = drafts;
        Ok(Self { organization, owner, members, neighbour, project: project.to_string(), short, long })
    }
}

/// Two years of work, for this organization and for others beside it.
async fn history(owner: &mut PgConnection, slug: &str) -> Result<Uuid> {
    sqlx::query("select set_config('bench.slug', $1, false)").bind(slug).execute(&mut *owner).await?;
    sqlx::raw_sql(HISTORY).execute(&mut *owner).await.context("the history could not be written")?;
    owner.execute("vacuum analyze").await?;
    Ok(query_scalar("select id from organization where slug = $1").bind(slug).fetch_one(owner).await?)
}

/// Copies of a token for its owner and for everybody else: they share its secret and differ in their id.
async fn tokens(owner: &mut PgConnection, organization: Uuid, token: &str) -> Result<(Vec<String>, Vec<Vec<String>>)> {
    let [prefix, kind, id, secret] = token.splitn(4, '_').collect::<Vec<_>>()[..] else { anyhow::bail!("a token has four parts") };
    let id: Uuid = id.parse()?;
    let ids: Vec<(Uuid, Uuid)> = sqlx::query_as(
        "with copy as (
             insert into access_token (organization_id, id, member_id, name, secret_hash, scopes, writes, created_at)
             select t.organization_id, gen_random_uuid(), m.id, t.name, t.secret_hash, t.scopes, t.writes, t.created_at
             from access_token t join member m on m.organization_id = t.organization_id,
                 generate_series(1, case when m.id = t.member_id then $3 else $4 end)
             where t.organization_id = $1 and t.id = $2
             returning member_id, id
         ) select member_id, id from copy order by member_id",
    )
    .bind(organization)
    .bind(id)
    .bind(OWNERS_TOKENS)
    .bind(MEMBERS_TOKENS)
    .fetch_all(owner)
    .await?;
    let (mut owners, mut members) = (Vec::new(), Vec::new());
    for of_one in ids.chunk_by(|one, next| one.0 == next.0) {
        let tokens = of_one.iter().map(|(_, id)| format!("{prefix}_{kind}_{}_{secret}", id.simple())).collect::<Vec<_>>();
        if tokens.len() as i64 == OWNERS_TOKENS { owners = tokens } else { members.push(tokens) }
    }
    ensure!(!owners.is_empty() && !members.is_empty(), "nobody has a token");
    Ok((owners, members))
}

/// A copy of a token for the owner of each other organization.
async fn neighbours_tokens(owner: &mut PgConnection, token: &str) -> Result<Vec<String>> {
    let [prefix, kind, id, secret] = token.splitn(4, '_').collect::<Vec<_>>()[..] else { anyhow::bail!("a token has four parts") };
    let ids: Vec<Uuid> = query_scalar(
        "insert into access_token (organization_id, id, member_id, name, secret_hash, scopes, writes, created_at)
         select m.organization_id, gen_random_uuid(), m.id, t.name, t.secret_hash, t.scopes, t.writes, t.created_at
         from access_token t
         cross join (select m.* from member m join organization o on o.id = m.organization_id
                     where o.slug like 'bench-%' and m.role = 'owner') m
         where t.id = $1
         returning id",
    )
    .bind(id.parse::<Uuid>()?)
    .fetch_all(owner)
    .await?;
    ensure!(!ids.is_empty(), "the neighbour has no token");
    Ok(ids.iter().map(|id| format!("{prefix}_{kind}_{}_{secret}", id.simple())).collect())
}

/// A throwaway cluster does not wait for the disk; the measured one does, as a real one.
pub async fn durable(owner: &mut PgConnection) -> Result<()> {
    owner.execute("checkpoint").await?;
    for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
        owner.execute(sqlx::raw_sql(AssertSqlSafe(format!("alter system set {setting} = on")))).await?;
    }
    owner.execute("select pg_reload_conf()").await?;
    Ok(())
}

/// Makes a draft of custom lines that no other draft has.
async fn draft(connection: &mut Connection, token: &str, number: usize, lines: usize) -> Result<String> {
    let line = |line: usize| {
        json!({
            "description": format!("Piece {line} of order {number}: design, build and review{}", if lines > TALL { "\nas agreed in the plan of the quarter,\nwith tests and notes" } else { "" }),
            "quantity": format!("{}.5", 1 + line % 7),
            "price": format!("{}.{:02}", 40 + line + number / 100, number % 100),
        })
    };
    // Days without any time, so that the invoice has exactly these lines.
    let wanted = json!({
        "client": "Customer 1", "from": "2001-01-01", "to": "2001-01-31", "notes": format!("Order {number}. Thank you."),
        "lines": (1..=lines).map(line).collect::<Vec<Value>>(),
    });
    let answer = connection.send(post("/api/v1/draft_invoice", token, &wanted)?).await?.accepted()?.json()?;
    Ok(answer["id"].as_str().context("a draft has an id")?.to_owned())
}
