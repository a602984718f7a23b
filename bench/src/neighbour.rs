//! Measures what one token's flood of requests costs other organizations, on connections that wait for responses and on pipelined ones.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinSet,
};

use crate::{
    data::Data,
    http::{Ask, Connection, post},
    load::{self, Sample},
    scenarios::{self, names},
};

/// The number of flooding connections, all with one token.
const FLOOD: usize = 64;

/// The number of further connections that send without waiting for responses, and of requests that each writes at once.
const PIPELINES: usize = 16;
const PIPELINED: usize = 64;

/// Measures a neighbour's list of clients, alone and beside the flood.
pub async fn beside_a_flood(address: SocketAddr, data: &Arc<Data>) -> Result<Vec<Sample>> {
    let mut samples = load::run(address, Arc::new(scenarios::neighbour(names::NEIGHBOUR, data)), 1).await?;
    let flood = Flood::start(address, data);
    let beside = load::run(address, Arc::new(scenarios::neighbour(names::FLOODED, data)), 1).await;
    flood.stop().await?;
    samples.extend(beside?);
    Ok(samples)
}

/// Connections that send the next request as soon as the last one was answered, until they are told to end.
struct Flood {
    ending: Arc<AtomicBool>,
    counts: Arc<Counts>,
    connections: JoinSet<Result<()>>,
    pipelines: JoinSet<Result<()>>,
}

/// The responses to the flood.
#[derive(Default)]
struct Counts {
    done: AtomicU64,
    refused: AtomicU64,
    failed: AtomicU64,
    /// The responses on the pipelined connections.
    pipelined: AtomicU64,
}

impl Flood {
    fn start(address: SocketAddr, data: &Arc<Data>) -> Self {
        let (ending, counts) = (Arc::new(AtomicBool::new(false)), Arc::new(Counts::default()));
        let mut connections = JoinSet::new();
        for at in 0..FLOOD {
            connections.spawn(flood(address, Arc::clone(data), at, Arc::clone(&ending), Arc::clone(&counts)));
        }
        let mut pipelines = JoinSet::new();
        for _ in 0..PIPELINES {
            pipelines.spawn(pipeline(address, Arc::clone(data), Arc::clone(&counts)));
        }
        Self { ending, counts, connections, pipelines }
    }

    async fn stop(mut self) -> Result<()> {
        self.ending.store(true, Ordering::SeqCst);
        if let Some(ended) = self.pipelines.try_join_next() {
            ended??;
        }
        self.pipelines.shutdown().await;
        while let Some(ended) = self.connections.join_next().await {
            ended??;
        }
        let [done, refused, failed] =
            [&self.counts.done, &self.counts.refused, &self.counts.failed].map(|count| count.load(Ordering::SeqCst));
        crate::say(&format!("  the flood was answered {done} times, refused {refused} times"));
        ensure!(failed == 0, "{failed} calls of the flood were answered with a failure of the server");
        ensure!(done > 0, "the flood was never answered");
        let pipelined = self.counts.pipelined.load(Ordering::SeqCst);
        ensure!(pipelined == PIPELINES as u64, "of {PIPELINES} pipelines {pipelined} were answered");
        Ok(())
    }
}

async fn flood(address: SocketAddr, data: Arc<Data>, at: usize, ending: Arc<AtomicBool>, counts: Arc<Counts>) -> Result<()> {
    let mut connection = Connection::open(address).await?;
    let mut round = at;
    while !ending.load(Ordering::SeqCst) {
        let answer = connection.send(ask(&data, round)?).await?;
        let count = match answer.status.as_u16() {
            500.. => &counts.failed,
            400.. => &counts.refused,
            _ => &counts.done,
        };
        count.fetch_add(1, Ordering::SeqCst);
        round += 1;
    }
    Ok(())
}

/// Writes requests as fast as the server reads them, and reads the responses, until it is aborted. It counts once it is answered.
async fn pipeline(address: SocketAddr, data: Arc<Data>, counts: Arc<Counts>) -> Result<()> {
    let token = data.owner.first().context("the owner has no token")?;
    let request = format!("GET /api/v1/whoami HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n");
    let requests = request.repeat(PIPELINED);
    let (mut answers, mut stream) = TcpStream::connect(address).await?.into_split();
    let written = async {
        loop {
            stream.write_all(requests.as_bytes()).await?;
        }
    };
    let read = async {
        let mut piece = vec![0; 64 * 1024];
        for at in 0_u64.. {
            ensure!(answers.read(&mut piece).await? > 0, "a pipeline was cut off");
            if at == 0 {
                counts.pipelined.fetch_add(1, Ordering::SeqCst);
            }
        }
        Ok(())
    };
    tokio::select! {
        ended = written => ended,
        ended = read => ended,
    }
}

/// Alternates between large lists, previews of documents and text searches.
fn ask(data: &Data, round: usize) -> Result<Ask> {
    let token = data.owner.first().context("the owner has no token")?;
    let list = |arguments: Value| post("/api/v1/list_time_entries", token, &arguments);
    match round % 3 {
        0 => list(json!({ "limit": 200, "with_total": true })),
        1 => post("/api/v1/get_invoice_document", token, &json!({ "invoice": data.long.get(round % data.long.len().max(1)) })),
        _ => list(json!({ "query": "zz", "with_total": true })),
    }
}
