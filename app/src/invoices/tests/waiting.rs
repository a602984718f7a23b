//! Tests of time that waits to be confirmed: whoever bills is told of it, and that it need not be logged again.

use serde_json::{Value, json};

use super::{draft, log, studio};
use crate::{access::WriteMode, error::Code, testing::World};

/// What a person at a page is told to do.
const WAY_ON: &str = "Have it confirmed or approved rather than log it again.";

/// Time on a project that an agent of Ada's logs as a draft.
async fn agent_logs(studio: &World, project: &str, date: &str, duration: &str) {
    let entry = json!({"project": project, "date": date, "duration": duration, "description": "Charts"});
    assert_eq!(studio.token(WriteMode::Drafts).await.ok("create_time_entry", entry).await["state"], "draft");
}

/// A second client with a project.
async fn add_beta(studio: &World) {
    studio.ok("create_client", json!({"name": "Beta", "currency": "EUR", "rate": "100.00", "tax_rate": "19"})).await;
    studio.ok("create_project", json!({"client": "Beta", "name": "Portal"})).await;
}

/// The warnings of an answer, as one text.
fn warned(answer: &Value) -> String {
    answer["warnings"].as_array().into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn where_all_time_waits_nobody_is_told_that_there_is_none() {
    let studio = studio().await;
    agent_logs(&studio, "Acme / Dashboard", "2026-11-04", "1h").await;
    agent_logs(&studio, "Acme / Dashboard", "2026-11-03", "2h").await;
    let refused = studio.refused("draft_invoice", json!({"client": "Acme"})).await;
    let begins = refused.message.starts_with("There is nothing to bill to Acme: 3h (360.00 EUR) waits to be confirmed by Ada (http");
    assert!(begins && refused.message.ends_with("/time?from=2026-11-03)."), "{refused:?}");
    assert_eq!((refused.code, refused.hint.as_deref()), (Code::Invalid, Some(WAY_ON)));
    let agent = studio.token(WriteMode::Direct).await.refused("draft_invoice", json!({"client": "Acme"})).await;
    let way = agent.hint.unwrap_or_default();
    assert!(
        way.contains("list_time_entries with state draft or submitted") && !way.contains("confirm_time_entries"),
        "no token confirms: {way}"
    );
    let preview = studio.ok("preview_invoice", json!({"client": "Acme"})).await;
    assert_eq!(preview["warnings"][0], json!(refused.message));
    let named = studio.refused("draft_invoices", json!({"clients": ["Acme"]})).await;
    assert!(named.message.contains("3h (360.00 EUR) waits to be confirmed by Ada"), "{named:?}");
    for wanted in [json!({}), json!({"period": "2026-11"})] {
        let refused = studio.refused("draft_invoices", wanted).await;
        assert!(refused.message.starts_with("No client has unbilled time"), "{refused:?}");
        assert!(refused.message.contains("counts. 3h (360.00 EUR) of Acme waits to be confirmed by Ada ("), "{refused:?}");
        assert_eq!(refused.hint.as_deref(), Some(WAY_ON));
    }
    let unbilled = studio.ok("list_unbilled", json!({})).await;
    assert_eq!(unbilled["items"], json!([]));
    assert!(warned(&unbilled).starts_with("3h (360.00 EUR) of Acme waits to be confirmed by Ada ("), "{unbilled:#}");
    let balance = studio.ok("get_balance", json!({})).await["items"][0].clone();
    assert_eq!((&balance["unbilled"]["amount"], &balance["waiting"]["amount"]["amount"]), (&json!("0.00"), &json!("360.00")));
    assert_eq!(balance["waiting"]["worked"]["seconds"], 10_800);
}

#[tokio::test]
async fn time_that_waits_is_told_of_the_days_and_projects_that_are_asked_for() {
    let studio = studio().await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Site"})).await;
    agent_logs(&studio, "Acme / Dashboard", "2026-11-03", "3h").await;
    let refusal = async |wanted: Value| studio.refused("draft_invoice", wanted).await.message;
    let november = refusal(json!({"client": "Acme", "period": "2026-11"})).await;
    assert!(november.starts_with("There is nothing to bill to Acme in these days: 3h (360.00 EUR) waits"), "{november}");
    for wanted in [json!({"client": "Acme", "period": "2026-10"}), json!({"client": "Acme", "projects": ["Site"]})] {
        let other = refusal(wanted).await;
        assert!(!other.contains("wait"), "{other}");
    }
    assert_eq!(studio.ok("list_unbilled", json!({"period": "2026-10"})).await.get("warnings"), None);
    add_beta(&studio).await;
    assert_eq!(studio.ok("list_unbilled", json!({"client": "Beta"})).await.get("warnings"), None);
}

#[tokio::test]
async fn where_a_part_waits_the_invoice_says_what_it_leaves_out() {
    let studio = studio().await;
    log(&studio, "2026-11-20", "1h").await;
    agent_logs(&studio, "Acme / Dashboard", "2026-11-03", "3h").await;
    let waits = "3h (360.00 EUR) of Acme waits to be confirmed by Ada (";
    let preview = studio.ok("preview_invoice", json!({"client": "Acme"})).await;
    assert_eq!(preview["unbilled"]["amount"], "120.00");
    assert!(warned(&preview).contains(waits) && warned(&preview).contains("and is not on this invoice."), "{preview:#}");
    let of_the_20th = json!({"client": "Acme", "from": "2026-11-20", "to": "2026-11-20"});
    assert!(!warned(&studio.ok("preview_invoice", of_the_20th).await).contains("waits"));
    let unbilled = studio.ok("list_unbilled", json!({})).await;
    assert_eq!(unbilled["items"][0]["worked"]["seconds"], 3_600);
    assert!(warned(&unbilled).contains(waits), "{unbilled:#}");
    let drafted = draft(&studio).await;
    assert!(warned(&drafted).contains(waits), "{drafted:#}");
    let again = studio.refused("draft_invoice", json!({"client": "Acme"})).await.message;
    assert!(again.contains("the time is on a draft already (") && again.contains("), and a further 3h (360.00 EUR) waits"), "{again}");
    studio.ok("confirm_time_entries", json!({"all": true})).await;
    assert!(!warned(&studio.ok("preview_invoice", json!({"client": "Acme"})).await).contains("waits"));
}

#[tokio::test]
async fn several_drafts_tell_of_the_clients_that_get_none_because_their_time_waits() {
    let studio = studio().await;
    add_beta(&studio).await;
    log(&studio, "2026-11-20", "1h").await;
    agent_logs(&studio, "Acme / Dashboard", "2026-11-03", "3h").await;
    agent_logs(&studio, "Beta / Portal", "2026-11-05", "2h").await;
    let drafted = studio.ok("draft_invoices", json!({})).await;
    assert_eq!(drafted["items"].as_array().map(Vec::len), Some(1));
    let told = warned(&drafted);
    assert!(told.contains("3h (360.00 EUR) of Acme waits") && told.contains("2h (200.00 EUR) of Beta waits"), "{told}");
    assert_eq!(told.matches("of Acme waits").count(), 1, "{told}");
    for client in ["Celta", "Delta", "Eta"] {
        studio.ok("create_client", json!({"name": client, "currency": "EUR", "tax_rate": "19"})).await;
        studio.ok("create_project", json!({"client": client, "name": "Work"})).await;
        agent_logs(&studio, &format!("{client} / Work"), "2026-11-05", "1h").await;
    }
    let told = warned(&studio.ok("list_unbilled", json!({})).await);
    assert!(told.contains("1h of Celta waits") && !told.contains("Delta"), "time without a rate is told without an amount: {told}");
    assert!(told.ends_with("Time of 2 more clients waits likewise."), "{told}");
}

#[tokio::test]
async fn time_that_waits_for_an_approver_is_told_apart() {
    let studio = studio().await;
    log(&studio, "2026-11-20", "2h").await;
    studio.sql("update time_entry set state = 'submitted' where organization_id = $1").await;
    let refused = studio.refused("draft_invoice", json!({"client": "Acme"})).await;
    assert_eq!(refused.message, "There is nothing to bill to Acme: 2h (240.00 EUR) waits to be approved.");
    agent_logs(&studio, "Acme / Dashboard", "2026-11-03", "1h").await;
    let both = studio.refused("draft_invoice", json!({"client": "Acme"})).await.message;
    assert!(
        both.contains("1h (120.00 EUR) waits to be confirmed by Ada (") && both.ends_with(", and 2h (240.00 EUR) waits to be approved.")
    );
}

/// What cannot be billed in any case is not told: running timers have no time yet, and nobody pays for time that is not billable.
#[tokio::test]
async fn neither_running_timers_nor_time_that_nobody_pays_for_wait() {
    let studio = studio().await;
    let agent = studio.token(WriteMode::Drafts).await;
    let free = json!({"project": "Acme / Dashboard", "date": "2026-11-20", "duration": "1h", "billable": false});
    agent.ok("create_time_entry", free).await;
    agent.ok("start_timer", json!({"project": "Acme / Dashboard"})).await;
    let refused = studio.refused("draft_invoice", json!({"client": "Acme"})).await;
    assert!(refused.message.ends_with("they have no billable time that is on no invoice or draft."), "{refused:?}");
    assert_eq!(studio.ok("get_balance", json!({})).await["items"], json!([]));
}
