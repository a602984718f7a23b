//! The list of actions states why an action cannot be undone, and what to do instead, before the undo is tried.

use serde_json::{Value, json};

use super::{log, studio};
use crate::{
    access::{Role, Scope, WriteMode},
    context::Channel,
    error::Code,
    testing::World,
};

/// The `why_not` of an action in the list.
pub(super) async fn why_not(world: &World, done: &Value) -> String {
    let listed = world.ok("list_actions", json!({"limit": 200})).await["items"].as_array().cloned().expect("a list");
    let action = listed.into_iter().find(|action| action["id"] == done["action"]).expect("listed");
    assert_eq!(action["undoable"], action.get("why_not").is_none(), "{action}");
    action["why_not"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn what_is_needed_by_later_records_is_not_called_undoable() {
    let studio = studio().await;
    let agent = studio.token(WriteMode::Direct).await;
    let client = agent.ok("create_client", json!({"name": "Globex", "tax_rate": "19"})).await;
    assert_eq!(why_not(&agent, &client).await, "", "nothing needs it yet");
    let project = agent.ok("create_project", json!({"client": "Globex", "name": "Site"})).await;
    let with_budget = agent.ok("create_project", json!({"client": "Acme", "name": "Lab"})).await;
    assert_eq!(why_not(&agent, &project).await, "");
    let time = agent.ok("create_time_entry", json!({"project": "Site", "date": "2026-11-18", "duration": "1h"})).await;
    let budget = agent.ok("set_budget", json!({"project": "Lab", "hours": "2"})).await;
    for (made, by) in [(&client, "Globex has the project Site"), (&project, "a time entry"), (&with_budget, "a budget")] {
        let told = why_not(&agent, made).await;
        assert!(told.contains(by) && told.contains("cannot be undone"), "{by}: {told}");
        let refused = agent.refused("undo_action", json!({"action": made["action"]})).await;
        assert!(refused.code == Code::InUse && refused.message.contains(by) && refused.hint.is_some(), "{refused:?}");
    }
    for later in [&time, &budget, &project, &with_budget, &client] {
        assert_eq!(why_not(&agent, later).await, "");
        agent.ok("undo_action", json!({"action": later["action"]})).await;
    }
}

/// Records that one action created together are deleted together.
#[tokio::test]
async fn what_was_made_in_the_same_action_keeps_nothing_from_being_undone() {
    let studio = studio().await;
    log(&studio, "2026-11-18").await;
    let draft = studio.ok("draft_invoice", json!({"client": "Acme"})).await;
    assert_eq!(why_not(&studio, &draft).await, "", "its lines are its own");
    studio.ok("undo_action", json!({"action": draft["action"]})).await;
}

#[tokio::test]
async fn nobody_is_sent_to_a_later_change_that_cannot_be_undone_either() {
    let studio = studio().await;
    let agent = studio.token(WriteMode::Direct).await;
    log(&agent, "2026-11-18").await;
    let draft = agent.ok("draft_invoice", json!({"client": "Acme"})).await;
    for by in [&agent, &studio] {
        let draft = match by.caller.token.is_some() {
            true => draft.clone(),
            false => {
                log(&agent, "2026-11-19").await;
                agent.ok("draft_invoice", json!({"client": "Acme"})).await
            }
        };
        let sent = by.ok("send_invoice", json!({"invoice": draft["id"], "without_email": true})).await;
        let told = why_not(&agent, &draft).await;
        assert!(told.contains("send_invoice") && told.contains("cannot be undone") && told.contains("void"), "{told}");
        assert!(!told.contains(sent["action"].as_str().expect("an id")) && !told.contains("to undo that first"), "{told}");
        let refused = agent.refused("undo_action", json!({"action": draft["action"]})).await;
        let hint = refused.hint.expect("a hint");
        assert!(hint.contains("cannot be undone either") && !hint.contains("Undo the later") && !hint.contains("ask whoever"), "{hint}");
    }
}

#[tokio::test]
async fn where_the_last_thing_stays_the_way_by_hand_and_the_newest_that_can_be_undone_are_told() {
    let studio = studio().await;
    let grace = studio.as_role(Role::Member).await;
    let agent = studio.token(WriteMode::Direct).await;
    let logged = log(&agent, "2026-11-17").await;
    let refused = async |by_hand: &str| {
        let refused = agent.refused("undo_action", json!({"action": "last"})).await;
        assert_eq!(refused.code, Code::Invalid);
        let hint = refused.hint.unwrap_or_default();
        assert!(hint.contains(by_hand), "{by_hand}: {hint}");
        assert!(hint.contains(logged["action"].as_str().expect("an id")) && hint.contains("create_time_entry"), "{by_hand}: {hint}");
    };
    agent.ok("invite_member", json!({"email": "grace@example.com", "role": "member"})).await;
    refused("revoke_invitation").await;
    agent.ok("change_member_role", json!({"member": grace.member(), "role": "manager"})).await;
    refused("change_member_role").await;
    // Given an id, the hint names only the way by hand, since exactly that action is meant.
    let listed = agent.ok("list_actions", json!({"limit": 1})).await["items"][0].clone();
    assert!(listed["why_not"].as_str().is_some_and(|why| why.contains("change_member_role gives")), "{listed}");
    let named = agent.refused("undo_action", json!({"action": listed["id"]})).await;
    assert!(named.hint.is_some_and(|hint| hint.contains("change_member_role") && !hint.contains("newest")));
    // The named action can be undone.
    agent.ok("undo_action", json!({"action": logged["action"]})).await;
    let nothing = agent.refused("undo_action", json!({"action": "last"})).await;
    assert!(!nothing.hint.unwrap_or_default().contains("newest"), "nothing is left that can be");
}

#[tokio::test]
async fn what_takes_long_to_put_back_is_not_tried_for_a_hint_nor_passed_over() {
    let studio = studio().await;
    let agent = studio.token(WriteMode::Direct).await;
    let told = async |records: usize| {
        log(&agent, "2026-11-16").await;
        let entry = |at: usize| json!({"project": "Dashboard", "date": "2026-11-17", "duration": "5m", "description": format!("{at}")});
        let many = agent.ok("create_time_entries", json!({"entries": (0..records).map(entry).collect::<Vec<_>>()})).await;
        agent.ok("invite_member", json!({"email": format!("grace{records}@example.com"), "role": "member"})).await;
        let hint = agent.refused("undo_action", json!({"action": "last"})).await.hint.expect("the way by hand");
        (hint.contains(many["action"].as_str().expect("an id")), hint.contains("newest"))
    };
    assert_eq!(told(50).await, (true, true));
    assert_eq!(told(51).await, (false, false));
}

/// The refusal of `last` does not name the same action, and the list does not call it undoable.
#[tokio::test]
async fn the_last_thing_that_was_refused_is_not_named_as_one_that_can_be_undone() {
    let studio = studio().await;
    let agent = studio.token(WriteMode::Direct).await;
    let earlier = log(&agent, "2026-11-19").await;
    let closed = log(&agent, "2026-11-17").await;
    studio.ok("update_organization", json!({"lock_date": "2026-11-18"})).await;
    let refused = agent.refused("undo_action", json!({"action": "last"})).await;
    assert_eq!(refused.code, Code::Locked);
    let id = |done: &Value| done["action"].as_str().expect("an id").to_owned();
    let hint = refused.hint.unwrap_or_default();
    assert!(hint.contains(&id(&earlier)) && !hint.contains(&id(&closed)), "{hint}");
    assert!(why_not(&agent, &closed).await.contains("closed"));
    assert_eq!(why_not(&agent, &earlier).await, "");
}

#[tokio::test]
async fn a_stopped_timer_is_not_called_undoable_while_another_runs() {
    let studio = studio().await;
    let agent = studio.token(WriteMode::Direct).await;
    agent.ok("start_timer", json!({"project": "Dashboard"})).await;
    let changed = agent.ok("update_timer", json!({"description": "charts"})).await;
    studio.advance(600);
    let stopped = agent.ok("stop_timer", json!({})).await;
    assert_eq!(why_not(&agent, &stopped).await, "");
    let other = studio.ok("start_timer", json!({"project": "Dashboard"})).await;
    alike(&agent, &stopped, Code::TimerRunning, "A timer is running on Acme / Dashboard, and nobody has two. Stop it first; then this")
        .await;
    assert!(why_not(&agent, &changed).await.contains("changed since"), "it brings back no timer: that was stopped by another action");
    assert_eq!(agent.refused("undo_action", json!({"action": "last"})).await.code, Code::TimerRunning);
    studio.ok("undo_action", json!({"action": other["action"]})).await;
    assert_eq!(why_not(&agent, &stopped).await, "");
    // A timer that replaced another ends with the undo, and the other runs again.
    studio.ok("start_timer", json!({"project": "Dashboard"})).await;
    studio.advance(60);
    let taken_over = studio.ok("start_timer", json!({"project": "Dashboard", "description": "other", "stop_running": true})).await;
    assert_eq!(why_not(&studio, &taken_over).await, "");
    studio.ok("undo_action", json!({"action": taken_over["action"]})).await;
}

/// Time on a project from which the caller was removed is not visible any more, and does not block older actions either.
#[tokio::test]
async fn the_newest_that_can_be_undone_is_named_whatever_the_last_is_refused_for() {
    let studio = studio().await;
    let barbara = studio.as_role(Role::Member).await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Lab"})).await;
    for project in ["Dashboard", "Lab"] {
        studio.ok("assign_project_members", json!({"project": project, "members": [barbara.member()]})).await;
    }
    let agent = barbara.token(WriteMode::Direct).await;
    let kept = log(&agent, "2026-11-17").await;
    let gone = agent.ok("create_time_entry", json!({"project": "Lab", "date": "2026-11-17", "duration": "1h"})).await;
    agent.ok("delete_time_entry", json!({"time_entry": gone["id"]})).await;
    studio.ok("unassign_project_members", json!({"project": "Lab", "members": [barbara.member()]})).await;
    let refused = agent.refused("undo_action", json!({"action": "last"})).await;
    assert_eq!(refused.code, Code::NotFound);
    assert!(refused.hint.is_some_and(|hint| hint.contains(kept["action"].as_str().expect("an id"))));
}

/// An action with more records than an undo restores.
#[tokio::test]
async fn too_many_records_at_once_have_a_way_by_hand_too() {
    let studio = studio().await;
    let agent = studio.token(WriteMode::Direct).await;
    log(&studio, "2026-11-17").await;
    studio
        .sql(
            "insert into time_entry (organization_id, id, member_id, project_id, description, billable, day, seconds, rate, state, source,
                 created_by, created_through, created_at, updated_at)
             select organization_id, gen_random_uuid(), member_id, project_id, description, billable, day, seconds, rate, state, source,
                 created_by, created_through, created_at, updated_at
             from time_entry, generate_series(1, 600) where organization_id = $1",
        )
        .await;
    let draft = agent.ok("draft_invoice", json!({"client": "Acme"})).await;
    let refused = agent.refused("undo_action", json!({"action": "last"})).await;
    assert!(refused.message.contains("too many records") && refused.hint.is_some_and(|hint| hint.contains("delete_invoice_draft")));
    assert!(why_not(&agent, &draft).await.contains("delete_invoice_draft"));
    let asks = studio.token(WriteMode::Ask).await;
    log(&studio, "2026-11-18").await;
    let own = asks.ok("draft_invoice", json!({"client": "Acme"})).await;
    assert_eq!(why_not(&asks, &own).await, "");
}

#[tokio::test]
async fn whose_actions_are_not_told_is_said_in_words_about_actions() {
    let studio = studio().await;
    let (barbara, agent) = (studio.as_role(Role::Member).await, studio.token(WriteMode::Direct).await);
    for (world, other, words) in [
        (&agent, json!(barbara.member()), "did itself"),
        (&agent, json!("Barbara"), "did itself"),
        (&barbara, json!(studio.member()), "did yourself"),
        (&barbara, json!("Ada"), "did yourself"),
        (&barbara, json!("Nobody"), "did yourself"),
    ] {
        let refused = world.refused("list_actions", json!({"member": other})).await;
        assert_eq!(refused.code, Code::NotFound);
        assert!(!refused.message.contains("time") && refused.message.contains(words), "{other}: {refused:?}");
        world.ok("list_actions", json!({"member": "me"})).await;
    }
    let by_name = studio.ok("list_actions", json!({"member": "Ada"})).await;
    assert_eq!(by_name["items"].as_array().map(Vec::len), Some(3), "who leads the work asks for anybody by name: {by_name}");
    assert_eq!(studio.ok("list_actions", json!({"member": "Barbara"})).await["items"], json!([]));
}

/// Three of many records are named, and the others counted.
#[tokio::test]
async fn records_that_are_not_named_are_counted() {
    let studio = studio().await;
    let entry = |day: u32| json!({"project": "Dashboard", "date": format!("2026-11-{day}"), "duration": "15m"});
    let done = studio.ok("create_time_entries", json!({"entries": (1..=9).map(|day| entry(day + 10)).collect::<Vec<_>>()})).await;
    let listed = studio.ok("list_actions", json!({"limit": 2})).await["items"].clone();
    assert_eq!((&listed[0]["id"], listed[0]["records"].as_array().map(Vec::len)), (&done["action"], Some(3)));
    assert_eq!(listed[0]["more_records"], 6);
    assert!(listed[1].get("more_records").is_none(), "one record is all: {}", listed[1]);
    let tried = studio.ok("undo_action", json!({"action": done["action"], "dry_run": true})).await;
    assert_eq!(tried["removed"].as_array().map(Vec::len), Some(9), "there all are named");
}

/// Asserts that the list and the undo give the same reason, with this code and these words.
pub(super) async fn alike(world: &World, done: &Value, code: Code, words: &str) {
    let refused = world.refused("undo_action", json!({"action": done["action"]})).await;
    let told = std::iter::once(refused.message).chain(refused.hint).collect::<Vec<_>>().join(" ");
    assert_eq!((refused.code, told.as_str()), (code, why_not(world, done).await.as_str()));
    assert!(told.contains(words), "{words}: {told}");
}

#[tokio::test]
async fn the_list_and_the_refusal_give_one_reason() {
    let studio = studio().await;
    let agent = studio.token(WriteMode::Direct).await;
    let billed = log(&agent, "2026-11-18").await;
    let draft = agent.ok("draft_invoice", json!({"client": "Acme"})).await;
    for world in [&agent, &studio] {
        alike(world, &billed, Code::Locked, "The time is on a draft invoice by now").await;
        alike(world, &billed, Code::Locked, draft["action"].as_str().expect("an id")).await;
    }
    let sent = agent.ok("send_invoice", json!({"invoice": draft["id"], "without_email": true})).await;
    alike(&agent, &billed, Code::Locked, sent["number"].as_str().expect("a number")).await;
    alike(&agent, &draft, Code::Stale, "send_invoice cannot be undone either").await;
    alike(&agent, &sent, Code::Invalid, "stays as it is").await;
    let changed = log(&agent, "2026-11-19").await;
    studio.ok("update_time_entry", json!({"time_entry": changed["id"], "description": "Else"})).await;
    alike(&agent, &changed, Code::Stale, "Ask Ada to undo that first").await;
    let client = agent.ok("create_client", json!({"name": "Globex"})).await;
    agent.ok("create_project", json!({"client": "Globex", "name": "Site"})).await;
    alike(&agent, &client, Code::InUse, "Globex has the project Site since then").await;
    let gone = log(&agent, "2026-11-19").await;
    studio.ok("undo_action", json!({"action": gone["action"]})).await;
    alike(&agent, &gone, Code::Stale, "took this back already").await;
    alike(&studio, &gone, Code::Stale, "To have it again").await;
    let invited = agent.ok("invite_member", json!({"email": "grace@example.com", "role": "member"})).await;
    alike(&agent, &invited, Code::Invalid, "revoke_invitation").await;
    let closed = log(&agent, "2026-11-16").await;
    studio.ok("update_organization", json!({"lock_date": "2026-11-17"})).await;
    alike(&agent, &closed, Code::Locked, "An owner or admin can move the lock date").await;
}

/// A caller who may not undo an invoice gets no hint to a member or an action: the refusal is that of a change to invoiced time.
#[tokio::test]
async fn of_time_on_an_invoice_one_is_told_what_one_can_do_about_it() {
    const ON_DRAFT: &str =
        "The time is on an invoice by now, so create_time_entry cannot be undone. An owner or admin can take it off there.";
    const ON_SENT: &str = "The time is on an invoice by now, so create_time_entry cannot be undone. An owner or admin knows more of it.";
    const LACKS: &str = "The token lacks the scope money:read, which shows that invoice. Use one that has it.";
    let studio = studio().await;
    let barbara = studio.as_role(Role::Member).await;
    studio.ok("assign_project_members", json!({"project": "Dashboard", "members": [barbara.member()]})).await;
    let scopes = [Scope::TimeRead, Scope::TimeWrite, Scope::WorkRead, Scope::MoneyWrite];
    let (timekeeper, biller) = (studio.token_of(&scopes[..3], WriteMode::Direct).await, studio.token_of(&scopes, WriteMode::Direct).await);
    let reader = studio.token_of(&[Scope::TimeRead, Scope::TimeWrite, Scope::MoneyRead], WriteMode::Direct).await;
    let (of_agent, of_member, of_biller) =
        (log(&timekeeper, "2026-11-16").await, log(&barbara, "2026-11-17").await, log(&biller, "2026-11-18").await);
    let of_reader = log(&reader, "2026-11-19").await;

    // A member who drafted it without seeing money can undo it all the same.
    let own = biller.ok("draft_invoice", json!({"client": "Acme"})).await;
    let undo_first = format!("Undo {} first.", own["action"].as_str().expect("an id"));
    alike(&biller, &of_biller, Code::Locked, &undo_first).await;
    biller.ok("undo_action", json!({"action": own["action"]})).await;

    let draft = studio.ok("draft_invoice", json!({"client": "Acme"})).await;
    for (world, done, told) in [(&timekeeper, &of_agent, LACKS), (&barbara, &of_member, ON_DRAFT), (&biller, &of_biller, LACKS)] {
        alike(world, done, Code::Locked, told).await;
    }
    alike(&reader, &of_reader, Code::Locked, "Ada put it there. A person who writes invoices can take its line off the draft.").await;
    let sent = studio.ok("send_invoice", json!({"invoice": draft["id"], "without_email": true})).await;
    for (world, done, told) in [(&timekeeper, &of_agent, LACKS), (&barbara, &of_member, ON_SENT), (&biller, &of_biller, LACKS)] {
        alike(world, done, Code::Locked, told).await;
        let refused = world.refused("undo_action", json!({"action": done["action"]})).await;
        assert_eq!(refused.details, None, "who sees no money is not told what made an invoice");
    }
    alike(&reader, &of_reader, Code::Locked, sent["number"].as_str().expect("a number")).await;
    alike(&reader, &of_reader, Code::Locked, "can void the invoice").await;
}

/// The hint for a later change that cannot be undone is one sentence, with the remedy.
#[tokio::test]
async fn a_later_change_that_stays_since_its_project_is_archived_says_how_it_would_not() {
    let studio = studio().await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Lab"})).await;
    let logged = studio.ok("create_time_entry", json!({"project": "Lab", "date": "2026-11-17", "duration": "1h"})).await;
    let moved = studio.ok("update_time_entry", json!({"time_entry": logged["id"], "project": "Dashboard"})).await;
    studio.ok("archive_project", json!({"project": "Lab"})).await;
    let through_rest = studio.through(Channel::Rest);
    let either = "update_time_entry cannot be undone either: Lab or its client is archived. restore_project and restore_client restore it.";
    alike(&through_rest, &logged, Code::Stale, either).await;
    studio.ok("restore_project", json!({"project": "Lab"})).await;
    studio.ok("undo_action", json!({"action": moved["action"]})).await;
}
