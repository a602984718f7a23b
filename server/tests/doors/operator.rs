//! The commands beside a server: where the links that they print lead to.

use std::{env, path::Path, process::Output};

use tokio::process::Command;

use crate::ending::{Process, folder};

/// What a command says that has to guess.
const GUESSED: &str = "STINT_PUBLIC_URL is not set here, and no server has run on this database: the link says http://127.0.0.1:3000";

/// Runs a command on the database in a folder, with nothing else set than what is given.
pub async fn run(folder: &Path, arguments: &[&str], set: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stint"));
    for (name, _) in env::vars().filter(|(name, _)| name.starts_with("STINT_")) {
        command.env_remove(name);
    }
    command.args(arguments).env("STINT_DATA_DIR", folder).env("STINT_PASSWORD", "correct horse battery").envs(set.iter().copied());
    let output = command.output().await.expect("a process");
    assert!(output.status.success(), "{output:?}");
    output
}

/// The first words that it prints, and what it warns of.
pub fn told(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    (text(&output.stdout), text(&output.stderr))
}

#[tokio::test]
async fn a_link_of_a_command_leads_to_the_server_that_has_run_on_the_database() {
    let folder = folder();
    let folder = folder.path();
    let link = ["admin", "reset-password", "--email", "ada@example.com"];
    run(folder, &["migrate"], &[]).await;

    let (made, warned) = told(&run(folder, &["admin", "create-user", "--email", "ada@example.com", "--name", "Ada"], &[]).await);
    assert!(made.contains("http://127.0.0.1:3000/o/") && warned.contains(GUESSED), "{made} {warned}");
    let (guessed, warned) = told(&run(folder, &link, &[]).await);
    assert!(guessed.starts_with("http://127.0.0.1:3000/") && warned.contains(GUESSED), "{guessed} {warned}");

    let mut server = Process::start(folder, 1024).await;
    let address = server.address.trim_end_matches("readyz").to_owned();
    let (beside, warned) = told(&run(folder, &link, &[]).await);
    assert!(beside.starts_with(&address) && !warned.contains("STINT_PUBLIC_URL"), "{beside} {warned}");
    assert!(server.told_to_end().await.success());

    let (afterwards, _) = told(&run(folder, &link, &[]).await);
    assert!(afterwards.starts_with(&address), "{afterwards}");
    let (given, _) = told(&run(folder, &link, &[("STINT_PUBLIC_URL", "https://stint.example.com")]).await);
    assert!(given.starts_with("https://stint.example.com/"), "what is set here comes first: {given}");
}
