//! Turns and shares come back from clients that go away.

use std::sync::Arc;

use app::{
    account::secret::fingerprint,
    database::{Access, Reach},
    id::{OrganizationId, UserId},
};
use futures::future::join_all;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use uuid::Uuid;

use crate::{
    cutoff::all_cut_off,
    world::{Person, World},
};

/// How many requests are cut off before it is counted what has come back.
const CUTOFFS: usize = 300;

/// How many requests of one credential may be under way.
const AT_ONCE: usize = 8;

/// A request that is under way: its body has not come yet, and it keeps its turn meanwhile.
async fn begun(world: &World, person: &Person) -> TcpStream {
    let mut socket = TcpStream::connect(world.address.trim_start_matches("http://")).await.expect("connected");
    let head = format!(
        "POST /api/v1/list_clients HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n",
        person.token
    );
    socket.write_all(head.as_bytes()).await.expect("sent");
    socket
}

/// Sends the rest of it and reads the status of the answer.
async fn ended(mut socket: TcpStream) -> String {
    socket.write_all(b"{}").await.ok();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.ok();
    answer.lines().next().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_was_cut_off_again_and_again_has_all_their_turns_afterwards() {
    let world = World::alone_as_shipped().await;
    let leaving = Arc::new(world.person("Leaving").await);
    world.rest(&leaving, "list_clients", json!({})).await.ok();
    all_cut_off(&world, &leaving, CUTOFFS).await;

    let under_way = join_all((0..AT_ONCE).map(|_| begun(&world, &leaving))).await;
    // One more finds no turn: all the others hold theirs, or were refused one and say so below.
    while world.rest(&leaving, "list_clients", json!({})).await.status.as_u16() != 429 {}
    let answers = join_all(under_way.into_iter().map(ended)).await;
    assert_eq!(answers, vec!["HTTP/1.1 200 OK"; AT_ONCE]);
    let at_once = join_all((0..AT_ONCE).map(|_| world.rest(&leaving, "list_clients", json!({})))).await;
    at_once.iter().for_each(|answer| _ = answer.ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_was_cut_off_again_and_again_has_all_their_connections_afterwards() {
    let world = World::alone_as_shipped().await;
    let leaving = Arc::new(world.person("Leaving").await);
    all_cut_off(&world, &leaving, CUTOFFS).await;

    let owner = world.owner().await;
    let belongs = "select organization_id, user_id from member where organization_id = (select id from organization where slug = $1)";
    let (organization, person): (Uuid, Uuid) = sqlx::query_as(belongs).bind(&leaving.slug).fetch_one(&owner).await.expect("a member");
    let (organization, person) = (Reach::Organization(OrganizationId(organization)), UserId(person));
    let (database, cookie) = (&world.services.database, fingerprint(&leaving.cookie));
    // Two of each at once, and beyond the first of each two of all: as many as there were before.
    let in_organization = [database.begin(organization, Access::Read).await, database.begin(organization, Access::Read).await];
    let of_strangers =
        [database.begin_for_stranger(Reach::Nobody, Access::Read).await, database.begin_for_stranger(Reach::Nobody, Access::Read).await];
    assert!(in_organization.iter().chain(&of_strangers).all(Result::is_ok), "a connection of an organization or of strangers is lost");
    for db in in_organization.into_iter().chain(of_strangers).flatten() {
        db.roll_back().await;
    }
    let of_person = [
        database.begin_for(person, Reach::Person(person.0), Access::Read).await,
        database.begin_for(person, Reach::Person(person.0), Access::Read).await,
    ];
    let of_credentials = [database.begin_recognition(&cookie).await, database.begin_recognition(&cookie).await];
    assert!(of_person.iter().chain(&of_credentials).all(Result::is_ok), "a connection of a person is lost");
}
