//! Whoever keeps the last byte of their body until their credential has ended has sent nothing.

use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::world::{Person, World};

/// A request of which all but the last byte was sent, once its head was read and its sender recognized.
async fn held_back(world: &World, head: &str, body: &str) -> TcpStream {
    let mut socket = TcpStream::connect(world.address.strip_prefix("http://").expect("an address")).await.expect("a connection");
    let length = body.len();
    let head = format!("{head}\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{}", &body[..length - 1]);
    socket.write_all(head.as_bytes()).await.expect("sent");
    socket
}

/// Whether the answer to the last byte is that nobody is known who sent it: by its status, or as the result of a tool.
async fn is_refused(mut socket: TcpStream, body: &str) -> bool {
    socket.write_all(&body.as_bytes()[body.len() - 1..]).await.expect("sent");
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.expect("an answer");
    answer.starts_with("HTTP/1.1 401") || (answer.contains("\"isError\":true") && answer.contains("unauthenticated"))
}

/// A read and a write at each door, each without its last byte.
async fn at_every_door(world: &World, who: &Person) -> Vec<(TcpStream, String)> {
    let program = |path: &str| format!("POST {path} HTTP/1.1\r\nAuthorization: Bearer {}\r\nContent-Type: application/json", who.token);
    let mcp = |tool: &str, arguments: serde_json::Value| {
        let head = format!("{}\r\nAccept: application/json, text/event-stream\r\nMcp-Protocol-Version: 2025-11-25", program("/mcp"));
        let call = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": arguments}});
        (head, call.to_string())
    };
    let page = |path: &str, body: &str| {
        let (cookie, slug) = (&who.cookie, &who.slug);
        let head = format!(
            "POST {path} HTTP/1.1\r\nCookie: stint={cookie}\r\nStint-Organization: {slug}\r\nSec-Fetch-Site: same-origin\r\n\
             Content-Type: application/x-www-form-urlencoded"
        );
        (head, body.to_owned())
    };
    let sent = [
        (program("/api/v1/list_clients"), json!({"limit": 5}).to_string()),
        (program("/api/v1/create_client"), json!({"name": "By a program"}).to_string()),
        mcp("list_clients", json!({"limit": 5})),
        mcp("create_client", json!({"name": "By an agent"})),
        page("/call/create_client", "name=By+a+page"),
        page("/call/update_profile", "name=Somebody+else"),
        page("/call/end_other_sign_ins", "dry_run=false"),
    ];
    let mut held = Vec::new();
    for (head, body) in sent {
        held.push((held_back(world, &head, &body).await, body));
    }
    // Each was recognized: what is known is answered from here on while they wait.
    world.rest(who, "whoami", json!({})).await.ok();
    held
}

#[tokio::test]
async fn whoever_holds_a_body_back_until_they_are_signed_out_does_and_sees_nothing() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let held = at_every_door(&world, &ada).await;
    tokio::task::yield_now().await;
    let owner = world.owner().await;
    let ended = "with gone as (delete from sign_in where user_id = (select id from app_user where email = $1))
        update access_token t set revoked_at = now() from member m join app_user u on u.id = m.user_id
        where m.organization_id = t.organization_id and m.id = t.member_id and u.email = $1";
    sqlx::query(ended).bind(&ada.email).execute(&owner).await.expect("ended");
    for (socket, body) in held {
        assert!(is_refused(socket, &body).await, "{body}");
    }
    let made: i64 = sqlx::query_scalar("select count(*) from client c join organization o on o.id = c.organization_id where o.slug = $1")
        .bind(&ada.slug)
        .fetch_one(&owner)
        .await
        .expect("a number");
    assert_eq!(made, 0);
}
