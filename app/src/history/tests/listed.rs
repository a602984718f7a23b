//! The list of actions, and the undo of `last`.

use serde_json::{Value, json};

use super::{entry, log, studio, undo};
use crate::{
    access::{Role, WriteMode},
    error::Code,
    testing::World,
};

async fn listed(world: &World) -> Vec<Value> {
    world.ok("list_actions", json!({})).await["items"].as_array().cloned().expect("a list")
}

async fn undo_last(world: &World) -> Value {
    world.ok("undo_action", json!({"action": "last"})).await
}

#[tokio::test]
async fn the_last_thing_that_a_credential_did_is_taken_back_without_its_id_and_twice_goes_two_back() {
    let studio = studio().await;
    let agent = studio.token(WriteMode::Direct).await;
    let first = log(&agent, "2026-11-17").await;
    let second = agent.ok("update_time_entry", json!({"time_entry": first["id"], "description": "Else"})).await;
    // Actions of other credentials, dry runs, reads and refusals are never `last`.
    log(&studio, "2026-11-18").await;
    agent.ok("create_time_entry", json!({"project": "Dashboard", "duration": "1h", "dry_run": true})).await;
    agent.ok("list_time_entries", json!({})).await;
    agent.code("create_time_entry", json!({"project": "Nowhere", "duration": "1h"})).await;

    let undone = undo_last(&agent).await;
    assert_eq!((&undone["undone"], &undone["restored"][0]["name"]), (&second["action"], &json!("Work")));
    assert_eq!(entry(&studio, &first["id"]).await["description"], "Work");
    assert_eq!(undo_last(&agent).await["undone"], first["action"]);
    let nothing = agent.refused("undo_action", json!({"action": "last"})).await;
    assert_eq!(nothing.code, Code::NotFound);
    assert!(nothing.hint.is_some_and(|hint| hint.contains("list_actions")));
    // For the person, `last` is what they did without a token.
    assert_eq!(undo_last(&studio).await["operation"], "create_time_entry");
    let token = studio.refused("undo_action", json!({"action": "last"})).await;
    assert!(token.message.starts_with("create_token cannot be undone"), "what is not put back is not passed over: {}", token.message);
}

#[tokio::test]
async fn two_who_take_the_last_thing_back_at_once_go_two_back() {
    let studio = studio().await;
    let agent = studio.token(WriteMode::Direct).await;
    let done = [log(&agent, "2026-11-17").await, log(&agent, "2026-11-18").await];
    let (one, other) = futures::join!(undo_last(&agent), undo_last(&agent));
    for action in done {
        assert!([&one, &other].iter().any(|undone| undone["undone"] == action["action"]), "{one} {other}");
    }
}

#[tokio::test]
async fn what_was_done_is_listed_with_whether_it_can_be_undone_and_why_not() {
    let studio = studio().await;
    let agent = studio.token(WriteMode::Direct).await;
    let first = log(&agent, "2026-11-17").await;
    let second = log(&agent, "2026-11-18").await;
    undo(&agent, &second).await;
    let changed = studio.ok("update_time_entry", json!({"time_entry": first["id"], "description": "Charts"})).await;

    let own = listed(&agent).await;
    let told: Vec<_> = own.iter().map(|action| (action["operation"].as_str(), action["undoable"].as_bool())).collect();
    let entry = Some("create_time_entry");
    assert_eq!(told, [(Some("undo_action"), Some(true)), (entry, Some(false)), (entry, Some(false))]);
    assert_eq!((&own[0]["undoes"], &own[1]["undone_by"]), (&second["action"], &own[0]["id"]));
    assert_eq!((&own[1]["records"][0]["kind"], &own[1]["records"][0]["name"]), (&json!("time_entry"), &json!("Work")));
    let why_not = own[2]["why_not"].as_str().expect("a reason");
    // The token undoes only its own actions, and this is none.
    assert!(why_not.contains("Ada") && why_not.contains("Ask Ada to undo that first"), "{why_not}");
    let of_person = listed(&studio).await;
    let told = of_person.iter().find(|action| action["id"] == first["action"]).and_then(|action| action["why_not"].as_str());
    assert!(told.is_some_and(|told| told.contains(changed["action"].as_str().expect("an id"))), "{told:?}");
    let refused = agent.refused("undo_action", json!({"action": first["action"]})).await;
    assert_eq!(refused.details.expect("details")["later_action"], changed["action"]);
    // Once the later change is undone, there is no obstacle any more.
    undo(&studio, &changed).await;
    assert_eq!(listed(&agent).await[2]["undoable"], true);
    undo(&agent, &first).await;

    studio.ok("create_token", json!({"name": "other"})).await;
    let all = listed(&studio).await;
    assert_eq!((&all[0]["operation"], &all[0]["undoable"]), (&json!("create_token"), &json!(false)));
    assert!(all[0]["why_not"].as_str().is_some_and(|why| why.contains("Revoke it")), "{}", all[0]);
    assert!(all.iter().any(|action| action["token"].is_string()), "what agents did is among it");
}

#[tokio::test]
async fn whoever_does_not_lead_the_work_is_shown_what_they_did_and_nothing_else() {
    let studio = studio().await;
    let (edsger, barbara) = (studio.as_role(Role::Manager).await, studio.as_role(Role::Member).await);
    studio.ok("assign_project_members", json!({"project": "Dashboard", "members": [barbara.member()]})).await;
    let own = log(&barbara, "2026-11-18").await;
    log(&studio, "2026-11-18").await;
    let told = listed(&barbara).await;
    assert_eq!((told.len(), &told[0]["id"]), (1, &own["action"]));
    assert_eq!(barbara.code("list_actions", json!({"member": studio.member()})).await, Code::NotFound);
    assert!(listed(&edsger).await.len() > 3, "who leads the work sees everybody's");
    let of_barbara = edsger.ok("list_actions", json!({"member": barbara.member()})).await;
    assert_eq!(of_barbara["items"].as_array().map(Vec::len), Some(1));
    let agent = studio.token(WriteMode::Direct).await;
    assert!(listed(&agent).await.is_empty(), "an agent has done nothing yet");
    assert_eq!(agent.code("list_actions", json!({"member": barbara.member()})).await, Code::NotFound);
}

#[tokio::test]
async fn actions_are_counted_as_far_as_they_are_the_callers() {
    let studio = studio().await;
    let agent = studio.token(WriteMode::Direct).await;
    for day in ["2026-11-16", "2026-11-17", "2026-11-18"] {
        log(&agent, day).await;
    }
    let counted = async |world: &World| world.ok("list_actions", json!({"limit": 1, "with_total": true})).await["total"].clone();
    assert_eq!(counted(&agent).await, 3, "a token is told of its own");
    assert_eq!(counted(&studio).await, 6, "a client, a project, a token and its three entries");
    assert_eq!(studio.ok("list_actions", json!({"limit": 1})).await.get("total"), None);
}

#[tokio::test]
async fn pages_of_actions_end_and_none_comes_twice() {
    let studio = studio().await;
    for day in ["2026-11-16", "2026-11-17", "2026-11-18"] {
        log(&studio, day).await;
    }
    let (mut ids, mut cursor) = (Vec::new(), None);
    loop {
        let page = studio.ok("list_actions", json!({"limit": 2, "cursor": cursor})).await;
        ids.extend(page["items"].as_array().expect("a list").iter().map(|action| action["id"].to_string()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => break,
        }
    }
    assert_eq!(ids.len(), 5, "a client, a project and three entries");
    ids.dedup();
    assert_eq!(ids.len(), 5);
}

/// The own history does not disclose what only a former role may see.
#[tokio::test]
async fn who_sees_less_by_now_is_told_no_names_of_others_work() {
    let studio = studio().await;
    let carol = studio.as_role(Role::Admin).await;
    carol.ok("create_client", json!({"name": "TopSecret"})).await;
    let own = log(&carol, "2026-11-17").await;
    let others = carol
        .ok(
            "create_time_entry",
            json!({"project": "Dashboard", "date": "2026-11-18", "duration": "1h", "description": "Merger", "member": "Ada"}),
        )
        .await;
    studio.ok("update_time_entry", json!({"time_entry": others["id"], "duration": "2h"})).await;
    let unchanged = json!({"project": "Dashboard", "date": "2026-11-19", "duration": "1h", "description": "Dinner", "member": "Ada"});
    carol.ok("create_time_entry", unchanged).await;
    assert!(json!(listed(&carol).await).to_string().contains("TopSecret"));
    assert_eq!(listed(&carol).await[0]["undoable"], true);
    studio.ok("change_member_role", json!({"member": carol.caller.membership.as_ref().expect("a member").member, "role": "member"})).await;
    let as_member = listed(&carol.at(&studio).await).await;
    assert_eq!(as_member[0]["undoable"], false, "time of others is not there for a member: {}", as_member[0]);
    let told = json!(as_member).to_string();
    for hidden in ["TopSecret", "Merger", "Dinner", "changed since by Ada"] {
        assert!(!told.contains(hidden), "{hidden} in {told}");
    }
    assert!(told.contains(own["description"].as_str().expect("words")), "what is theirs is theirs: {told}");
}

/// A change that was undone does not count: the record is as it was.
#[tokio::test]
async fn what_was_changed_and_taken_back_since_keeps_nothing_from_being_undone() {
    let studio = studio().await;
    let logged = log(&studio, "2026-11-17").await;
    let change = async |words: String| studio.ok("update_time_entry", json!({"time_entry": logged["id"], "description": words})).await;
    for round in 0..30 {
        let changed = change(format!("Round {round}")).await;
        studio.ok("undo_action", json!({"action": changed["action"]})).await;
    }
    let undoable = async || {
        let done = studio.ok("list_actions", json!({"limit": 200})).await["items"].as_array().cloned().expect("a list");
        done.into_iter().find(|action| action["id"] == logged["action"]).expect("listed")
    };
    assert_eq!(undoable().await["undoable"], true, "{}", undoable().await);
    let kept = change("Kept".to_owned()).await;
    let passing = change("Passing".to_owned()).await;
    studio.ok("undo_action", json!({"action": passing["action"]})).await;
    let told = undoable().await;
    assert!(told["why_not"].as_str().is_some_and(|why| why.contains(kept["action"].as_str().expect("an id"))), "{told}");
}

#[tokio::test]
async fn of_many_changes_of_a_record_the_newest_alone_is_taken_back() {
    let studio = studio().await;
    let entry = log(&studio, "2026-11-17").await["id"].clone();
    for minutes in 1..=60 {
        studio.ok("update_time_entry", json!({"time_entry": entry, "duration": format!("{minutes}m")})).await;
    }
    let stale = listed(&studio).await.iter().filter(|action| action["undoable"] == false).count();
    assert_eq!(stale, 50 - 1, "all but the newest");
}

/// An action is `last` even if it cannot be undone: no older one is undone instead.
#[tokio::test]
async fn the_last_thing_is_not_passed_over_because_it_cannot_be_taken_back() {
    let studio = studio().await;
    let agent = studio.token(WriteMode::Direct).await;
    let logged = log(&agent, "2026-11-17").await;
    agent.ok("invite_member", json!({"email": "grace@example.com", "role": "member"})).await;
    let refused = agent.refused("undo_action", json!({"action": "last"})).await;
    assert!(refused.message.starts_with("invite_member cannot be undone"), "{}", refused.message);
    assert_eq!(entry(&studio, &logged["id"]).await["description"], "Work", "it is there still");
    let listed = listed(&agent).await;
    assert_eq!((&listed[0]["operation"], &listed[0]["undoable"]), (&json!("invite_member"), &json!(false)));
    assert_eq!((&listed[1]["id"], &listed[1]["undoable"]), (&logged["action"], &json!(true)));
}

#[tokio::test]
async fn what_changed_nothing_is_no_last_thing() {
    let studio = studio().await;
    let agent = studio.token(WriteMode::Direct).await;
    let logged = log(&agent, "2026-11-17").await;
    agent.ok("mark_notifications_read", json!({"all": true})).await;
    agent.ok("update_time_entry", json!({"time_entry": logged["id"], "rate": null})).await;
    let undone = undo_last(&agent).await;
    assert_eq!((&undone["undone"], &undone["told"]), (&logged["action"], &json!("1h logged on Acme / Dashboard: Work")));
}

/// Nor if it can never be undone: an idempotent call that changed nothing had no effect.
#[tokio::test]
async fn what_found_nothing_to_change_stands_before_nothing_and_a_mail_that_was_stopped_does() {
    let studio = studio().await;
    let (barbara, alan) = (studio.as_role(Role::Member).await, studio.as_role(Role::Viewer).await);
    studio.ok("set_client_grants", json!({"member": alan.member(), "clients": ["Acme"]})).await;
    log(&studio, "2026-11-16").await;
    let draft = studio.ok("draft_invoice", json!({"client": "Acme"})).await;
    studio.ok("send_invoice", json!({"invoice": draft["id"], "without_email": true})).await;
    let agent = studio.token(WriteMode::Direct).await;
    let (first, second) = (log(&agent, "2026-11-17").await, log(&agent, "2026-11-18").await);
    agent.ok("unassign_project_members", json!({"project": "Dashboard", "members": [barbara.member()]})).await;
    agent.ok("set_client_grants", json!({"member": alan.member(), "clients": ["Acme"]})).await;
    agent.ok("change_member_role", json!({"member": barbara.member(), "role": "member"})).await;
    assert_eq!(undo_last(&agent).await["undone"], second["action"]);
    agent.ok("resend_invoice", json!({"invoice": "2026-0001", "to": ["anna@acme.example"]})).await;
    for operation in ["resend_invoice", "stop_invoice_mail"] {
        let refused = agent.refused("undo_action", json!({"action": "last"})).await;
        assert!(refused.message.starts_with(&format!("{operation} cannot be undone")), "{}", refused.message);
        let again = refused.hint.is_some_and(|hint| hint.contains("resend_invoice mails the invoice again."));
        assert_eq!(again, operation == "stop_invoice_mail", "{operation}");
        if operation == "resend_invoice" {
            agent.ok("stop_invoice_mail", json!({"invoice": "2026-0001"})).await;
        }
    }
    assert_eq!(entry(&studio, &first["id"]).await["description"], "Work", "it is there still");
}

/// The first words of the descriptions, the newest first.
async fn told(world: &World, count: usize) -> Vec<Value> {
    listed(world).await.into_iter().take(count).map(|action| action["told"].clone()).collect()
}

#[tokio::test]
async fn actions_are_told_apart_by_client_project_number_and_member() {
    let studio = studio().await;
    let barbara = studio.as_role(Role::Member).await;
    studio.ok("assign_project_members", json!({"project": "Dashboard", "members": [barbara.member()]})).await;
    studio.ok("set_budget", json!({"project": "Dashboard", "hours": "20"})).await;
    let logged = log(&studio, "2026-11-18").await;
    studio.ok("update_time_entry", json!({"time_entry": logged["id"], "description": "Else"})).await;
    undo_last(&studio).await;
    let draft = studio.ok("draft_invoice", json!({"client": "Acme"})).await;
    studio.ok("send_invoice", json!({"invoice": draft["id"], "without_email": true})).await;
    let words = [
        "Invoice 2026-0001 for Acme sent",
        "Invoice for Acme drafted",
        "Taken back: 1h on Acme / Dashboard changed: Else",
        "1h on Acme / Dashboard changed: Else",
        "1h logged on Acme / Dashboard: Work",
        "Budget of Acme / Dashboard set",
        "Barbara put on Acme / Dashboard",
    ];
    assert_eq!(told(&studio, words.len()).await, words);
    log(&barbara, "2026-11-19").await;
    assert_eq!(told(&barbara, 2).await, ["1h logged on Acme / Dashboard: Work"], "what is theirs is theirs");
}

/// Invitations are visible only to members who may invite.
#[tokio::test]
async fn who_was_invited_is_told_to_nobody_who_may_not_see_it() {
    let studio = studio().await;
    let edsger = studio.as_role(Role::Manager).await;
    studio.ok("invite_member", json!({"email": "grace@example.com", "name": "Grace Hopper", "role": "member"})).await;
    assert_eq!(told(&studio, 1).await, ["grace@example.com invited"]);
    let of_manager = json!(listed(&edsger).await).to_string();
    assert!(of_manager.contains("invite_member") && of_manager.contains("Client Acme added"), "{of_manager}");
    assert!(!of_manager.contains("grace@") && !of_manager.contains("Grace Hopper"), "{of_manager}");
}

/// The invoice is changed once before its entries and once after them.
#[tokio::test]
async fn an_action_of_many_changes_is_not_overtaken_by_its_own() {
    let studio = studio().await;
    let entry = |at: usize| json!({"project": "Dashboard", "date": format!("2026-11-{:02}", at % 20 + 1), "duration": "1h"});
    let logged = studio.ok("create_time_entries", json!({"entries": (0..100).map(entry).collect::<Vec<_>>()})).await;
    assert_eq!(listed(&studio).await[0]["undoable"], true);
    let drafted = studio.ok("draft_invoice", json!({"client": "Acme"})).await;
    let newest = listed(&studio).await[0].clone();
    assert_eq!((&newest["id"], &newest["undoable"]), (&drafted["action"], &json!(true)), "{newest}");
    assert!(newest["more_records"].as_i64().is_some_and(|more| more > 20), "{newest}");
    assert_eq!(undo_last(&studio).await["undone"], drafted["action"]);
    assert_eq!(undo_last(&studio).await["undone"], logged["action"]);
    assert_eq!(studio.number("select count(*) from time_entry where organization_id = $1").await, 0);
}

/// Its totals are written last, after the first changes, which alone are examined.
#[tokio::test]
async fn an_action_of_many_changes_is_not_overtaken_by_what_was_taken_back_since() {
    let studio = studio().await;
    let entry = |at: usize| json!({"project": "Dashboard", "date": format!("2026-11-{:02}", at % 20 + 1), "duration": "1h"});
    studio.ok("create_time_entries", json!({"entries": (0..100).map(entry).collect::<Vec<_>>()})).await;
    let drafted = studio.ok("draft_invoice", json!({"client": "Acme"})).await;
    let noted = studio.ok("update_invoice_draft", json!({"invoice": drafted["id"], "notes": "Thank you"})).await;
    let undoable = async || {
        let listed = listed(&studio).await;
        listed.into_iter().find(|action| action["id"] == drafted["action"]).expect("listed")["undoable"].clone()
    };
    assert_eq!(undoable().await, false, "its notes are others by now");
    undo(&studio, &noted).await;
    assert_eq!(undoable().await, true);
    undo(&studio, &drafted).await;
    assert_eq!(studio.code("get_invoice", json!({"invoice": drafted["id"]})).await, Code::NotFound);
}

/// The refusal then names neither a member nor an action.
#[tokio::test]
async fn where_nobody_is_known_to_have_changed_it_nobody_is_named() {
    let studio = studio().await;
    let barbara = studio.as_role(Role::Member).await;
    studio.ok("assign_project_members", json!({"project": "Dashboard", "members": [barbara.member()]})).await;
    let logged = log(&barbara, "2026-11-17").await;
    let change = async |words: String| studio.ok("update_time_entry", json!({"time_entry": logged["id"], "description": words})).await;
    change("Kept".to_owned()).await;
    // The change that still counts is no longer among the newest ones.
    for round in 0..11 {
        let passing = change(format!("Round {round}")).await;
        undo(&studio, &passing).await;
    }
    for world in [&barbara, &studio] {
        let refused = world.refused("undo_action", json!({"action": logged["action"]})).await;
        assert_eq!(refused.code, Code::Stale);
        assert_eq!(refused.message, "The time entry was changed since, so create_time_entry cannot be undone.");
        assert!(refused.hint.is_some_and(|hint| hint.starts_with("Undo what has changed it since first")));
    }
}
