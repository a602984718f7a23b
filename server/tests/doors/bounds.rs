//! What only a browser calls holds every text to its bounds: whatever a form says is refused in words or done, and never kept
//! as it is.

use app::operations::BROWSER_ONLY;
use reqwest::header;
use sqlx::AssertSqlSafe;

use crate::world::{Answer, Person, World};

/// By this the texts of this test are known again.
const SIGN: &str = "out-of-bounds";

/// No conversation, card or run.
const NONE: &str = "00000000-0000-4000-8000-000000000000";

/// What becomes of a text that is out of its bounds.
#[derive(Clone, Copy, PartialEq)]
enum Held {
    /// The call is refused.
    Refused,
    /// It is left out, as if it had not been sent.
    LeftOut,
}
use Held::{LeftOut, Refused};

/// A field of a server function: what is sent when it is in order, and what becomes of it when it is not.
type Field = (&'static str, &'static str, Held);

/// Every server function that only a browser calls and that takes something. `{new}` is an address that nobody has, `{own}`
/// that of the person.
const CALLS: [(&str, &[Field]); 25] = [
    (
        "sign_up",
        &[
            ("email", "{new}", Refused),
            ("name", "Grace", Refused),
            ("password", "correct horse battery", Refused),
            ("time_zone", "UTC", LeftOut),
            ("invitation", "", LeftOut),
        ],
    ),
    ("sign_in", &[("email", "{own}", Refused), ("password", "correct horse battery", Refused), ("next", "/", LeftOut)]),
    ("sign_out", &[("next", "/", LeftOut)]),
    ("change_password", &[("present", "correct horse battery", Refused), ("password", "another horse battery", Refused)]),
    ("request_password_reset", &[("email", "{own}", Refused)]),
    ("reset_password", &[("secret", "none", Refused), ("password", "another horse battery", Refused)]),
    ("change_address", &[("email", "{new}", Refused), ("present", "correct horse battery", Refused)]),
    ("confirm_address", &[("secret", "none", Refused)]),
    ("send_verification", &[]),
    ("show_waiting_address", &[]),
    ("show_link_mail", &[]),
    ("send_address_change", &[]),
    ("forget_address_change", &[]),
    ("show_link", &[("secret", "none", Refused)]),
    ("show_invitation", &[("secret", "none", Refused)]),
    ("assistant_say", &[("conversation", "", Refused), ("text", "/help", Refused), ("page", "/", LeftOut)]),
    ("assistant_commit", &[("card", NONE, Refused)]),
    ("assistant_dismiss", &[("card", NONE, Refused)]),
    ("assistant_choose", &[("card", NONE, Refused), ("choice", "one", Refused)]),
    ("assistant_undo", &[("card", NONE, Refused)]),
    ("assistant_stop", &[("run", NONE, Refused)]),
    ("assistant_conversations", &[("query", "", LeftOut)]),
    ("assistant_conversation", &[("conversation", NONE, Refused)]),
    ("assistant_rename", &[("conversation", NONE, Refused), ("title", "A title", Refused)]),
    ("show_audit_entry", &[("action", NONE, Refused)]),
];

/// Those that a page asks with GET.
const ASKED: [&str; 7] = [
    "show_link",
    "show_link_mail",
    "show_waiting_address",
    "show_invitation",
    "assistant_conversations",
    "assistant_conversation",
    "show_audit_entry",
];

/// Texts that no field takes. An address is never as long as a form, so what is asked for with it is shorter.
fn out_of_bounds(call: &str) -> [String; 4] {
    let long = if ASKED.contains(&call) { 60_000 } else { 1_000_000 };
    [format!("{SIGN}{}", "x".repeat(long)), format!("{SIGN}\0{SIGN}"), format!("{SIGN}\u{202e}{SIGN}"), "\u{200b}".repeat(12)]
}

/// Sends a form to a server function, as a page does or as a browser without scripts.
async fn sent(world: &World, person: &Person, call: &str, form: &[(&str, String)], accept: &str) -> Answer {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let request = match ASKED.contains(&call) {
        true => world.get(&format!("/call/{call}?{body}")),
        false => world.post(&format!("/call/{call}")).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(body),
    };
    let request = request.header(header::COOKIE, format!("stint={}", person.cookie)).header("stint-organization", &person.slug);
    Answer::of(request.header(header::ACCEPT, accept).header(header::REFERER, format!("{}/sign-in", world.address))).await
}

/// The fields of a call in order, but for one, which says this.
fn form(person: &Person, fields: &[Field], wrong: &str, says: &str) -> Vec<(&'static str, String)> {
    let new = format!("{:032x}@example.com", rand::random::<u128>());
    let filled = |name, sound: &str| match (name == wrong, name) {
        (true, "email") => format!("{says}@example.com"),
        (true, _) => says.to_owned(),
        (false, _) => sound.replace("{new}", &new).replace("{own}", &person.email),
    };
    let fields = fields.iter().map(|(name, sound, _)| (*name, filled(*name, sound)));
    fields.filter(|(name, text)| *name == wrong || !text.is_empty()).collect()
}

#[test]
fn every_server_function_that_only_a_browser_calls_is_tried() {
    let tried: Vec<_> = CALLS.iter().map(|(call, _)| format!("/call/{call}")).collect();
    // These take nothing, or the id of a conversation as another one does.
    let others = ["/call/assistant_delete", "/call/assistant_standing", "/call/assistant_commands", "/call/operation_titles"];
    for path in BROWSER_ONLY {
        assert!(tried.iter().any(|tried| tried == path) || others.contains(&path), "{path}");
    }
}

#[tokio::test]
async fn no_text_out_of_bounds_breaks_a_call_of_a_browser_or_is_kept() {
    let world = World::alone().await;
    for (call, fields) in CALLS {
        for (field, _, held) in fields {
            let person = world.person("Ada").await;
            for text in out_of_bounds(call) {
                let shown: String = text.escape_debug().take(40).collect();
                let answer = sent(&world, &person, call, &form(&person, fields, field, &text), "*/*").await;
                let status = answer.status.as_u16();
                assert!(status < 500, "{call}: {field} {shown}: {status} {}", answer.text);
                assert!(*held == LeftOut || status >= 400, "{call}: {field} {shown}: {status} {}", answer.text);
            }
            let text = &out_of_bounds(call)[2];
            let plain = sent(&world, &person, call, &form(&person, fields, field, text), "text/html").await;
            assert!(plain.status.as_u16() < 500, "{call}: {field} without scripts: {plain:?}");
        }
    }
    assert_eq!(tables_that_keep(&world).await, Vec::<String>::new());
}

/// The tables in which a text of this test stands, in whatever column.
async fn tables_that_keep(world: &World) -> Vec<String> {
    world.services.tasks.close();
    world.services.tasks.wait().await;
    let owner = world.owner().await;
    let tables = "select relname::text from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')";
    let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(&owner).await.expect("tables");
    let mut keep = Vec::new();
    for table in tables {
        let rows = format!("select count(*) from {table} t where strpos(t::text, $1) > 0 or strpos(t::text, $2) > 0");
        let rows: i64 = sqlx::query_scalar(AssertSqlSafe(rows)).bind(SIGN).bind("\u{200b}").fetch_one(&owner).await.expect("a count");
        if rows > 0 {
            keep.push(table);
        }
    }
    owner.close().await;
    keep
}
