//! Starts that cannot work, and their error messages.

use super::*;
use std::path::PathBuf;

async fn refusal(data_dir: &Path) -> String {
    match Cluster::start(data_dir).await {
        Ok(cluster) => {
            cluster.stop().await;
            panic!("it should be refused");
        }
        Err(error) => error.to_string(),
    }
}

#[test]
fn without_postgresql_the_command_to_install_it_is_told() {
    let folder = folder();
    // A folder without programs, and one with a client only.
    fs::write(folder.path().join("psql"), "").expect("a file");
    let told = Installation::find_among([PathBuf::from("/nowhere"), folder.path().to_owned()], Path::new("/nowhere"));
    let told = told.expect_err("nothing is there").to_string();
    assert!(told.starts_with("PostgreSQL 14 or newer was not found on this machine. Install it with `"), "{told}");
    assert!(told.contains("postgresql") && told.contains("STINT_DATABASE_URL"), "{told}");
}

#[test]
fn the_version_that_wrote_the_data_is_chosen_else_the_newest() {
    let folder = folder();
    let (data, mut places) = (folder.path().join("data"), vec![]);
    for (name, version) in [("a", "15.14 (Debian 15.14-0)"), ("b", "18beta1"), ("c", "13.2"), ("d", "15.2")] {
        let place = folder.path().join(name);
        fs::create_dir(&place).expect("a folder");
        for program in ["initdb", "postgres"] {
            let script = format!("#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n");
            fs::write(place.join(program), script).expect("a program");
            fs::set_permissions(place.join(program), fs::Permissions::from_mode(0o755)).expect("it can be run");
        }
        places.push(place);
    }
    let find = || Installation::find_among(places.clone(), &data);
    assert_eq!(find().expect("one").version, 18);
    fs::create_dir(&data).expect("a folder");
    fs::write(data.join("PG_VERSION"), "15\n").expect("a version");
    assert_eq!(find().expect("one").programs, places[0]);
    fs::write(data.join("PG_VERSION"), "13\n").expect("a version");
    let told = find().expect_err("too old").to_string();
    assert!(told.contains("was made by PostgreSQL 13, but found on this machine: 15, 18. Install version 13"), "{told}");
}

#[tokio::test]
async fn as_root_a_closed_folder_is_named() {
    if !nix::unistd::geteuid().is_root() {
        return;
    }
    let folder = folder();
    let closed = folder.path().join("home");
    fs::create_dir(&closed).expect("a folder");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).expect("closed");
    let told = refusal(&closed.join("stint/data")).await;
    let closed = closed.display();
    assert!(told.contains(&format!("who may not enter {closed}. Choose another")), "{told}");
    assert!(told.ends_with(&format!("`chmod o+x {closed}`")), "{told}");
}

#[tokio::test]
async fn data_that_root_put_back_is_given_to_the_database() {
    if !nix::unistd::geteuid().is_root() {
        return;
    }
    let folder = folder();
    let cluster = start(&folder).await;
    remember(&pool(&cluster).await).await;
    cluster.stop().await;
    let copy = tempfile::Builder::new().permissions(fs::Permissions::from_mode(0o711)).tempdir().expect("a folder");
    let copied = std::process::Command::new("cp").arg("-r").arg(folder.path().join("postgres")).arg(copy.path()).status();
    assert!(copied.is_ok_and(|status| status.success()));
    let cluster = start(&copy).await;
    assert_eq!(recalls(&pool(&cluster).await).await.expect("a word"), "GRÜßE");
    cluster.stop().await;
}

#[tokio::test]
async fn a_database_that_does_not_start_says_why() {
    let folder = folder();
    start(&folder).await.stop().await;
    fs::write(folder.path().join("postgres/data/postgresql.conf"), "no_such_setting = 1\n").expect("nonsense");
    let told = refusal(folder.path()).await;
    assert!(told.contains("unrecognized configuration parameter \"no_such_setting\""), "{told}");
    assert!(told.contains("postgres.log"), "{told}");
}

#[tokio::test]
async fn a_lost_password_is_not_made_up() {
    let folder = folder();
    start(&folder).await.stop().await;
    fs::remove_file(folder.path().join("postgres/password")).expect("it was there");
    let told = refusal(folder.path()).await;
    assert!(told.starts_with("the password of the database is missing"), "{told}");
}
