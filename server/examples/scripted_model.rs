//! The scripted model as a program, for stories and demonstrations: `cargo run -p server --example scripted_model -- [ADDRESS]`.
//!
//! Start Stint beside it with `STINT_MODEL_URL=http://127.0.0.1:4010/studio STINT_MODEL=scripted`.

use std::io::Write;

use anyhow::Context;
use server::model::scripted::{RecordedRequests, SCRIPTS, serve};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let wanted = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:4010".to_owned());
    let listener = TcpListener::bind(&wanted).await.with_context(|| format!("the address {wanted} cannot be used"))?;
    let address = listener.local_addr()?;
    for (script, manner) in SCRIPTS {
        writeln!(std::io::stdout(), "http://{address}/{script}  {manner}")?;
    }
    serve(listener, RecordedRequests::default()).await.context("it broke down")
}
