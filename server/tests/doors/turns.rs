//! Turns and shares come back from clients that go away.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use app::{
    database::{AccessMode, Db, IdentityCheck, RowScope},
    error::Error,
    secrets::random_secret::fingerprint,
};
use domain::id::{OrganizationId, UserId};
use futures::future::join_all;
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

/// How long it may take until all that was cut off has ended.
const ENDED_BY: Duration = Duration::from_secs(60);

/// The status of what is done.
const OK: &str = "HTTP/1.1 200 OK";

/// How many requests of one credential may be under way.
const AT_ONCE: usize = 8;

/// A door, and the credential with which one comes to it.
struct Way {
    head: String,
    body: &'static str,
}

impl Way {
    /// The door of programs, and that of pages.
    fn both(person: &Person) -> [Self; 2] {
        let program =
            format!("POST /api/v1/list_clients HTTP/1.1\r\nAuthorization: Bearer {}\r\nContent-Type: application/json", person.token);
        let page = format!(
            "POST /call/mark_notifications_read HTTP/1.1\r\nCookie: stint={}\r\nStint-Organization: {}\r\nContent-Type: application/x-www-form-urlencoded",
            person.cookie, person.slug
        );
        [Self { head: program, body: "{}" }, Self { head: page, body: "all=true" }]
    }

    /// A request that is under way: its body has not come yet, and it keeps its turn meanwhile.
    async fn begun(&self, world: &World) -> TcpStream {
        let mut socket = TcpStream::connect(world.address.trim_start_matches("http://")).await.expect("connected");
        let head =
            format!("{}\r\nHost: 127.0.0.1\r\nAccept: */*\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", self.head, self.body.len());
        socket.write_all(head.as_bytes()).await.expect("sent");
        socket
    }

    /// Comes with a whole request.
    async fn asks(&self, world: &World) -> String {
        ended(self.begun(world).await, self.body).await
    }
}

/// Sends the rest of a request and reads the status of its answer.
async fn ended(mut socket: TcpStream, body: &str) -> String {
    socket.write_all(body.as_bytes()).await.ok();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.ok();
    answer.lines().next().unwrap_or_default().to_owned()
}

/// Tries until all of it is had at once: what was cut off last is still being ended, and a share that is lost never comes back.
async fn in_the_end<T>(what: &str, attempt: impl AsyncFn() -> Option<T>) -> T {
    let deadline = Instant::now() + ENDED_BY;
    loop {
        match attempt().await {
            Some(had) => return had,
            None => assert!(Instant::now() < deadline, "{what} is lost"),
        }
    }
}

/// All of these connections. None when one of them was refused: whoever is being ended may have had the first of a share meanwhile, and
/// these more than their part of what all share. They are given back then.
async fn all_of(begun: impl IntoIterator<Item = Result<Db, Error>>) -> Option<Vec<Db>> {
    let (had, refused): (Vec<_>, Vec<_>) = begun.into_iter().partition(Result::is_ok);
    if refused.is_empty() {
        return had.into_iter().collect::<Result<_, _>>().ok();
    }
    for db in had.into_iter().flatten() {
        db.roll_back().await;
    }
    None
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_was_cut_off_again_and_again_has_all_their_turns_afterwards() {
    let world = World::alone_as_shipped().await;
    let leaving = Arc::new(world.person("Leaving").await);
    all_cut_off(&world, &leaving, CUTOFFS).await;

    for way in Way::both(&leaving) {
        in_the_end("a turn", async || {
            let under_way = join_all((0..AT_ONCE).map(|_| way.begun(&world))).await;
            // One more finds no turn: all the others hold theirs, or were refused one and say so below.
            while way.asks(&world).await == OK {}
            let answers = join_all(under_way.into_iter().map(|socket| ended(socket, way.body))).await;
            answers.iter().all(|answer| answer == OK).then_some(())
        })
        .await;
        let at_once = join_all((0..AT_ONCE).map(|_| way.asks(&world))).await;
        assert_eq!(at_once, vec![OK; AT_ONCE], "{}", way.head);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_was_cut_off_again_and_again_has_all_their_connections_afterwards() {
    let world = World::alone_as_shipped().await;
    let leaving = Arc::new(world.person("Leaving").await);
    all_cut_off(&world, &leaving, CUTOFFS).await;

    let owner = world.owner().await;
    let belongs = "select organization_id, user_id from member where organization_id = (select id from organization where slug = $1)";
    let (organization, person): (Uuid, Uuid) = sqlx::query_as(belongs).bind(&leaving.slug).fetch_one(&owner).await.expect("a member");
    let (organization, person) = (RowScope::Organization(OrganizationId(organization)), UserId(person));
    let (database, cookie) = (&world.services.database, fingerprint(&leaving.cookie));
    // Two of each at once, and beyond the first of each two of all: as many as there were before.
    let begun = in_the_end("a connection of an organization or of strangers", async || {
        let in_organization = [database.begin(organization, AccessMode::Read).await, database.begin(organization, AccessMode::Read).await];
        let of_strangers = [
            database.begin_anonymous(RowScope::Nobody, AccessMode::Read).await,
            database.begin_anonymous(RowScope::Nobody, AccessMode::Read).await,
        ];
        all_of(in_organization.into_iter().chain(of_strangers)).await
    })
    .await;
    for db in begun {
        db.roll_back().await;
    }
    in_the_end("a connection of a person", async || {
        let of_person = [
            database.begin_for(person, IdentityCheck::default(), RowScope::Person(person.0), AccessMode::Read).await,
            database.begin_for(person, IdentityCheck::default(), RowScope::Person(person.0), AccessMode::Read).await,
        ];
        let of_credentials = [database.begin_authentication(&cookie).await, database.begin_authentication(&cookie).await];
        all_of(of_person.into_iter().chain(of_credentials)).await
    })
    .await;
}
