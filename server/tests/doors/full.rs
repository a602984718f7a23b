//! The database's own log cannot grow: a limit on the size of files stands for a disk that is full.

use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use reqwest::Response;
use serde_json::{Value, json};

use crate::{
    ending::{Process, folder},
    operator::{run, told},
};

/// How long anything that is waited for may take on a busy machine.
const LIMIT: Duration = Duration::from_secs(120);

/// Less than one piece of PostgreSQL's log has, and less than it has written in it before anybody is there.
const BYTES: u32 = 1 << 20;

/// Sets how long the files may be that a process makes longer, and those that it starts from now on.
fn limit_files(process: i32) {
    let Ok(whose) = fs::metadata(format!("/proc/{process}")) else { return };
    let mut set = Command::new("prlimit");
    set.arg(format!("--pid={process}")).arg(format!("--fsize={BYTES}:"));
    // Only its own user may always set it, and only the root may become that user.
    if fs::metadata("/proc/self").expect("this process").uid() != whose.uid() {
        std::os::unix::process::CommandExt::uid(&mut set, whose.uid());
        std::os::unix::process::CommandExt::gid(&mut set, whose.gid());
    }
    set.status().expect("prlimit");
}

/// Somebody with a token, made by the operator beside the server.
async fn token(folder: &Path) -> String {
    let email = ["--email", "ada@example.com"];
    let made = run(folder, &[&["admin", "create-user", "--name", "Ada", "--json"], &email[..]].concat(), &[]).await;
    let made: Value = serde_json::from_str(&told(&made).0).expect("JSON");
    let slug = made["organization"]["slug"].as_str().expect("a slug");
    let issue = ["admin", "create-token", "--organization", slug, "--name", "a test", "--writes", "direct"];
    told(&run(folder, &[&issue[..], &email[..]].concat(), &[]).await).0
}

/// A running server and somebody who may call it.
struct Called<'a> {
    process: &'a Process,
    token: &'a str,
}

impl Called<'_> {
    async fn call(&self, operation: &str, arguments: Value) -> Response {
        let path = format!("{}api/v1/{operation}", self.process.address.trim_end_matches("readyz"));
        let call = reqwest::Client::new().post(path).bearer_auth(self.token).json(&arguments);
        call.send().await.expect("an answer")
    }

    /// Creates a client of this name; the status, and the code of the refusal if there is one.
    async fn creates(&self, name: &str) -> (u16, Value) {
        let answer = self.call("create_client", json!({ "name": name })).await;
        let status = answer.status().as_u16();
        (status, answer.json::<Value>().await.expect("JSON")["error"]["code"].clone())
    }

    async fn is_ready(&self) -> bool {
        reqwest::get(&self.process.address).await.expect("an answer").status().is_success()
    }
}

#[tokio::test]
async fn while_the_log_of_the_database_is_full_nothing_is_acknowledged_and_afterwards_all_that_was_is_there() {
    let folder = folder();
    let mut process = Process::start(folder.path(), 1024).await;
    let token = token(folder.path()).await;
    let called = Called { process: &process, token: &token };
    let mut kept = Vec::new();
    for at in 0..5 {
        kept.push(format!("Client {at}"));
        assert_eq!(called.creates(&kept[at]).await.0, 200);
    }
    // The server too, whose child the database is whenever it is started again.
    process.database().into_iter().chain([process.id()]).for_each(limit_files);
    let begun = Instant::now();
    let refused = loop {
        let name = format!("Client {}", kept.len());
        match called.creates(&name).await {
            (200, _) => kept.push(name),
            refused => break refused,
        }
        assert!(begun.elapsed() < LIMIT, "{} clients found room", kept.len());
    };
    assert_eq!(refused, (503, json!("unavailable")));
    while called.is_ready().await {
        assert!(begun.elapsed() < LIMIT, "it says that it is ready");
    }
    for _ in 0..3 {
        assert_eq!(called.creates("Nobody").await, (503, json!("unavailable")));
        assert!(!called.is_ready().await);
    }
    process.told_to_end().await;

    let mut process = Process::start(folder.path(), 1024).await;
    let called = Called { process: &process, token: &token };
    let listed: Value = called.call("list_clients", json!({"limit": 200})).await.json().await.expect("JSON");
    let names: Vec<&str> = listed["items"].as_array().into_iter().flatten().filter_map(|client| client["name"].as_str()).collect();
    assert!(kept.iter().all(|name| names.contains(&name.as_str())), "{kept:?} in {names:?}");
    assert_eq!(called.creates("Afterwards").await.0, 200);
    assert!(called.is_ready().await && process.told_to_end().await.success());
}
