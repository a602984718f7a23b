//! The log of a server.

use std::{fs, time::Instant};

use reqwest::{Client, header};

use crate::ending::{Process, folder};

/// How many requests of each kind are refused.
const REFUSED: usize = 300;

/// Requests to another host, and writes from another site.
#[tokio::test]
async fn whatever_a_stranger_is_refused_the_log_grows_by_few_lines() {
    let folder = folder();
    let mut process = Process::start(folder.path(), 1024).await;
    let address = process.address.trim_end_matches("/readyz").to_owned();
    let log = || fs::read_to_string(folder.path().join("log")).expect("a log");
    let (client, path, before, begun) = (Client::new(), "/x".repeat(15_000), log().len(), Instant::now());
    for _ in 0..REFUSED {
        let foreign = client.get(format!("{address}{path}")).header(header::HOST, "evil.test").send().await.expect("an answer");
        assert_eq!(foreign.status().as_u16(), 421);
        let foreign = client.post(format!("{address}/call/sign_in")).header("sec-fetch-site", "cross-site").send().await;
        assert_eq!(foreign.expect("an answer").status().as_u16(), 403);
    }
    let (log, seconds) = (log(), begun.elapsed().as_secs() as usize + 1);
    let written = &log[before..];
    for line in ["a request to a host that is not STINT_PUBLIC_URL was refused", "a write that another site sent was refused"] {
        let lines = written.matches(line).count();
        assert!((1..=seconds).contains(&lines), "{lines} times in {seconds} seconds: {line}");
    }
    assert!(written.len() < seconds * 2_048 + 8_192, "{} bytes in {seconds} seconds", written.len());
    assert!(process.told_to_end().await.success());
}
