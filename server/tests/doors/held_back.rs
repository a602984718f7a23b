//! Whoever keeps the last byte of their body until their credential has ended has sent nothing.

use std::time::{Duration, Instant};

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

/// Until each was recognized, and their bodies are slow ones: others are answered meanwhile.
async fn wait(world: &World, who: &Person) {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_millis(200) {
        world.rest(who, "whoami", json!({})).await.ok();
    }
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
    let list = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}).to_string();
    let list_of_tools = (mcp("list_clients", json!({})).0, list);
    let sent = [
        (program("/api/v1/list_clients"), json!({"limit": 5}).to_string()),
        (program("/api/v1/create_client"), json!({"name": "By a program"}).to_string()),
        mcp("list_clients", json!({"limit": 5})),
        mcp("create_client", json!({"name": "By an agent"})),
        page("/call/create_client", "name=By+a+page"),
        page("/call/update_profile", "name=Somebody+else"),
        page("/call/end_other_sign_ins", "dry_run=false"),
        page("/call/forget_address_change", "x=1"),
        page("/call/assistant_say", "text=%2Funbilled"),
        page("/call/assistant_rename", "conversation=0199a000-0000-7000-8000-000000000000&title=Mine"),
        page("/call/assistant_delete", "conversation=0199a000-0000-7000-8000-000000000000"),
        list_of_tools,
    ];
    let mut held = Vec::new();
    for (head, body) in sent {
        held.push((held_back(world, &head, &body).await, body));
    }
    wait(world, who).await;
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

/// What is not a call of an operation is read and written by whoever is let go as little.
#[tokio::test]
async fn whoever_holds_a_body_back_until_they_are_let_go_has_no_conversation_and_no_tools_there() {
    let world = World::open().await;
    let ada = world.person("Ada").await;
    let owner = world.owner().await;
    let say = [("text", "/unbilled")];
    let said = world.call(&ada, "assistant_say", &say).await.ok();
    let conversation = said["conversation"].as_str().expect("a conversation").to_owned();
    let held = {
        let (cookie, slug, token) = (&ada.cookie, &ada.slug, &ada.token);
        let page = |method: &str, path: String| {
            format!(
                "{method} {path} HTTP/1.1\r\nCookie: stint={cookie}\r\nStint-Organization: {slug}\r\nSec-Fetch-Site: same-origin\r\n\
                 Content-Type: application/x-www-form-urlencoded"
            )
        };
        let mcp = format!(
            "POST /mcp HTTP/1.1\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nMcp-Protocol-Version: 2025-11-25"
        );
        let sent = [
            (page("GET", format!("/call/assistant_conversation?conversation={conversation}")), "xx".to_owned()),
            (page("GET", "/call/assistant_conversations".to_owned()), "xx".to_owned()),
            (page("GET", "/call/assistant_standing".to_owned()), "xx".to_owned()),
            (page("GET", "/call/assistant_commands".to_owned()), "xx".to_owned()),
            (page("POST", "/call/assistant_say".to_owned()), "text=%2Funbilled".to_owned()),
            (page("POST", "/call/assistant_rename".to_owned()), format!("conversation={conversation}&title=Mine")),
            (page("POST", "/call/assistant_delete".to_owned()), format!("conversation={conversation}")),
            (mcp, json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}).to_string()),
        ];
        let mut held = Vec::new();
        for (head, body) in sent {
            held.push((held_back(&world, &head, &body).await, body));
        }
        wait(&world, &ada).await;
        held
    };
    let gone = "with revoked as (update access_token t set revoked_at = now() from member m join app_user u on u.id = m.user_id
            where m.organization_id = t.organization_id and m.id = t.member_id and u.email = $1)
        update member m set removed_at = now() from app_user u where u.id = m.user_id and u.email = $1";
    // Whoever stays is of no interest here: the rule that somebody does is left out.
    let mut transaction = owner.begin().await.expect("a transaction");
    sqlx::query("set local session_replication_role = replica").execute(&mut *transaction).await.expect("without triggers");
    sqlx::query(gone).bind(&ada.email).execute(&mut *transaction).await.expect("let go");
    transaction.commit().await.expect("kept");
    for (mut socket, body) in held {
        socket.write_all(&body.as_bytes()[body.len() - 1..]).await.expect("sent");
        let mut answer = String::new();
        socket.read_to_string(&mut answer).await.expect("an answer");
        let status = answer.split(' ').nth(1).expect("a status");
        assert!(["401", "403", "404"].contains(&status), "{body}: {answer}");
        assert!(!answer.contains("unbilled") && !answer.contains("list_clients"), "{answer}");
    }
}
