//! Tests of locks on entries, and of the reasons that refusals state.

use std::time::Duration;

use serde_json::{Value, json};

use super::{log, on_project, studio};
use crate::{
    access::{Scope, WriteMode},
    error::Code,
    testing::World,
};

/// Asserts that every change of an entry is refused with these words.
async fn assert_locked(world: &World, entry: &Value, words: &str) {
    let before = world.ok("get_time_entry", json!({"time_entry": entry["id"]})).await;
    assert_eq!(before["locked"], true);
    for (operation, arguments) in [
        ("update_time_entry", json!({"time_entry": entry["id"], "description": "else"})),
        ("update_time_entry", json!({"time_entry": entry["id"], "duration": "1m"})),
        ("update_time_entry", json!({"time_entry": entry["id"], "date": "2026-11-21"})),
        ("update_time_entry", json!({"time_entry": entry["id"], "billable": false})),
        ("delete_time_entry", json!({"time_entry": entry["id"]})),
    ] {
        let refused = world.refused(operation, arguments).await;
        assert_eq!(refused.code, Code::Locked, "{operation}");
        assert!(refused.message.contains(words) && refused.hint.is_some(), "{operation}: {refused:?}");
    }
    assert_eq!(world.ok("get_time_entry", json!({"time_entry": entry["id"]})).await, before);
}

#[tokio::test]
async fn an_entry_on_a_draft_invoice_is_held_until_it_is_taken_off() {
    let studio = studio().await;
    let entry = log(&studio, json!({})).await;
    let draft = studio.ok("draft_invoice", json!({"client": "Acme"})).await;
    assert_locked(&studio, &entry, "a draft invoice").await;
    let shown = studio.ok("get_time_entry", json!({"time_entry": entry["id"]})).await;
    assert_eq!((&shown["invoiced"], &shown["on_draft"]), (&draft["id"], &json!(true)), "nobody was billed yet");
    studio.ok("delete_invoice_draft", json!({"invoice": draft["id"]})).await;
    studio.ok("update_time_entry", json!({"time_entry": entry["id"], "duration": "1h"})).await;
}

#[tokio::test]
async fn an_entry_on_a_sent_invoice_names_its_number_to_who_may_see_money() {
    let studio = studio().await;
    let barbara = on_project(&studio, "Dashboard").await;
    let entry = log(&barbara, json!({})).await;
    let draft = studio.ok("draft_invoice", json!({"client": "Acme"})).await;
    let sent = studio.ok("send_invoice", json!({"invoice": draft["id"], "without_email": true})).await;
    let number = sent["number"].as_str().expect("a number");
    assert_locked(&studio, &entry, number).await;
    assert!(studio.ok("get_time_entry", json!({"time_entry": entry["id"]})).await.get("on_draft").is_none());
    let refused = barbara.refused("delete_time_entry", json!({"time_entry": entry["id"]})).await;
    assert_eq!(refused.code, Code::Locked);
    assert!(!refused.message.contains(number) && refused.details.is_none(), "{refused:?}");
    assert!(barbara.ok("get_time_entry", json!({"time_entry": entry["id"]})).await.get("invoiced").is_none());
}

/// Callers who may not write invoices, or who leave logged time to a person, are not referred to the draft invoice.
#[tokio::test]
async fn only_who_may_take_time_off_a_draft_is_told_to() {
    let studio = studio().await;
    let barbara = on_project(&studio, "Dashboard").await;
    let entry = log(&barbara, json!({})).await;
    studio.ok("draft_invoice", json!({"client": "Acme"})).await;
    let way = async |world: &World| {
        let refused = world.refused("update_time_entry", json!({"time_entry": entry["id"], "description": "else"})).await;
        (refused.code, format!("{} {}", refused.message, refused.hint.unwrap_or_default()))
    };
    let (code, told) = way(&studio.token(WriteMode::Direct).await).await;
    assert!(code == Code::Locked && told.contains("first") && told.contains("update_invoice_draft"), "{told}");
    let (_, told) = way(&barbara).await;
    assert!(!told.contains("draft") && !told.contains("sent") && told.contains("An owner or admin can take it off"), "{told}");
    for writes in [WriteMode::Ask, WriteMode::Drafts] {
        let (_, told) = way(&studio.token(writes).await).await;
        assert!(!told.contains("first") && !told.contains("update_invoice_draft") && told.contains("A person"), "{writes:?}: {told}");
    }
}

/// Owners, who close days, read the same refusal.
#[tokio::test]
async fn of_a_closed_day_an_owner_is_told_what_an_owner_can_do_and_not_to_ask_one() {
    let studio = studio().await;
    studio.ok("update_organization", json!({"lock_date": "2026-11-20"})).await;
    let refused = studio.refused("create_time_entry", json!({"project": "Dashboard", "date": "2026-11-20", "duration": "1h"})).await;
    assert_eq!(refused.code, Code::Locked);
    let hint = refused.hint.unwrap_or_default();
    assert!(
        hint.contains("An owner or admin can move the lock date in Settings, under Closed up to and including") && !hint.contains("ask"),
        "{hint}"
    );
}

/// The hint to restore a project goes to those who lead the work, and to no agent that leaves this to a person.
#[tokio::test]
async fn only_who_may_restore_a_project_is_told_to() {
    let studio = studio().await;
    let barbara = on_project(&studio, "Dashboard").await;
    studio.ok("archive_project", json!({"project": "Dashboard"})).await;
    for (world, may) in [
        (studio.token(WriteMode::Direct).await, true),
        (studio.token(WriteMode::Ask).await, false),
        (studio.token(WriteMode::Drafts).await, false),
        (barbara, false),
    ] {
        for call in ["create_time_entry", "start_timer"] {
            let when = if call == "create_time_entry" {
                json!({"project": "Dashboard", "duration": "1h"})
            } else {
                json!({"project": "Dashboard"})
            };
            let refused = world.refused(call, when).await;
            let told = format!("{} {}", refused.message, refused.hint.unwrap_or_default());
            assert_eq!(told.contains("restore_project"), may, "{call}: {told}");
            assert!(!told.contains("Restore it first"), "{call}: {told}");
        }
    }
}

#[tokio::test]
async fn an_approved_entry_is_held() {
    let studio = studio().await;
    let entry = log(&studio, json!({})).await;
    studio.sql("update time_entry set state = 'approved' where organization_id = $1").await;
    assert_locked(&studio, &entry, "approved").await;
}

#[tokio::test]
async fn a_closed_day_takes_no_time_and_gives_none_away() {
    let studio = studio().await;
    let (closed, open) = (log(&studio, json!({})).await, log(&studio, json!({"date": "2026-11-21"})).await);
    studio.ok("update_organization", json!({"lock_date": "2026-11-20"})).await;
    assert_locked(&studio, &closed, "2026-11-20").await;
    for (operation, arguments) in [
        ("create_time_entry", json!({"project": "Dashboard", "date": "2026-11-20", "duration": "1h"})),
        ("create_time_entry", json!({"project": "Dashboard", "started_at": "2026-11-20T23:59:59Z", "ended_at": "2026-11-21T01:00:00Z"})),
        ("update_time_entry", json!({"time_entry": open["id"], "date": "2026-11-19"})),
        ("start_timer", json!({"project": "Dashboard", "started_at": "2026-11-20T22:00:00Z"})),
    ] {
        assert_eq!(studio.code(operation, arguments.clone()).await, Code::Locked, "{operation} {arguments}");
    }
    studio.ok("update_time_entry", json!({"time_entry": open["id"], "duration": "2h"})).await;
    studio.ok("create_time_entry", json!({"project": "Dashboard", "date": "2026-11-21", "duration": "1h"})).await;
    studio.ok("start_timer", json!({"project": "Dashboard"})).await;
    assert_eq!(studio.code("update_timer", json!({"started_at": "2026-11-20T22:00:00Z"})).await, Code::Locked);
}

#[tokio::test]
async fn the_running_timer_is_not_an_entry_to_change_or_delete() {
    let studio = studio().await;
    let timer = studio.ok("start_timer", json!({"project": "Dashboard"})).await;
    for operation in ["update_time_entry", "delete_time_entry"] {
        let refused = studio.refused(operation, json!({"time_entry": timer["id"]})).await;
        assert_eq!(refused.code, Code::Conflict);
        assert!(refused.hint.is_some_and(|hint| hint.contains("timer")));
    }
}

/// Time is repeatedly billed and changed or deleted at the same moment: the second write sees the effect of the first.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn time_that_is_being_billed_neither_changes_nor_goes_away() {
    // Lines whose entry is gone, or has another duration than the line.
    let astray = "select count(*) from invoice_line l
        left join time_entry t on t.organization_id = l.organization_id and t.invoice_line_id = l.id
        where l.organization_id = $1 and t.seconds is distinct from l.seconds";
    let studio = studio().await;
    for round in 0..60_u64 {
        let entry = log(&studio, json!({"duration": "1h"})).await;
        let (operation, change) = match round % 2 {
            0 => ("update_time_entry", json!({"time_entry": entry["id"], "duration": "2h"})),
            _ => ("delete_time_entry", json!({"time_entry": entry["id"]})),
        };
        let drafting = studio.call("draft_invoice", json!({"client": "Acme"}));
        let changing = async {
            tokio::time::sleep(Duration::from_millis(round / 2 % 10)).await;
            studio.call(operation, change).await
        };
        let (drafted, changed) = tokio::join!(drafting, changing);
        let billed = drafted.map(|draft| draft["lines"][0]["worked"]["seconds"].clone()).map_err(|refused| refused.code);
        let wanted = match (changed, operation) {
            (Err(refused), _) => {
                assert_eq!(refused.code, Code::Locked, "round {round}: {refused:?}");
                Ok(json!(3_600))
            }
            (Ok(_), "update_time_entry") => Ok(json!(7_200)),
            // A deleted entry leaves nothing to bill.
            (Ok(_), _) => Err(Code::Invalid),
        };
        assert_eq!(billed, wanted, "{operation} in round {round}");
        assert_eq!(studio.number(astray).await, 0, "{operation} in round {round}");
    }
}

#[tokio::test]
async fn a_token_of_the_owner_that_shows_no_money_is_said_to_lack_that_scope() {
    let studio = studio().await;
    let entry = log(&studio, json!({})).await;
    let token = studio.token_of(&[Scope::TimeRead, Scope::TimeWrite], WriteMode::Direct).await;
    let change = json!({"time_entry": entry["id"], "description": "else"});
    let told = async || token.refused("update_time_entry", change.clone()).await.hint.unwrap_or_default();
    let draft = studio.ok("draft_invoice", json!({"client": "Acme"})).await;
    let words = "The token lacks the scope money:read, which shows that invoice. Use one that has it.";
    assert_eq!(told().await, words);
    studio.ok("send_invoice", json!({"invoice": draft["id"], "without_email": true})).await;
    assert_eq!(told().await, words);
}
