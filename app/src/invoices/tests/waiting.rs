//! Tests of time that waits to be confirmed: whoever bills is told of it, and that it need not be logged again.

use serde_json::{Value, json};

use super::{draft, log, studio};
use crate::{access::WriteMode, context::Channel, error::Code, testing::World};

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
    let waits = "3h (360.00 EUR) of Ada's time wait to be confirmed";
    let at_page = format!("There is nothing to bill to Acme: {waits} on the time page (from Tue 3 Nov 2026 on).");
    assert_eq!(refused.message, at_page);
    assert_eq!((refused.code, refused.hint.as_deref()), (Code::Invalid, Some(WAY_ON)));
    let agent = studio.token(WriteMode::Direct).await.refused("draft_invoice", json!({"client": "Acme"})).await;
    let begins = agent.message.starts_with(&format!("There is nothing to bill to Acme: {waits} (http"));
    assert!(begins && agent.message.ends_with("/time?from=2026-11-03)."), "{agent:?}");
    let way = agent.hint.unwrap_or_default();
    assert!(
        way.contains("list_time_entries with state draft or submitted") && !way.contains("confirm_time_entries"),
        "no token confirms: {way}"
    );
    let preview = studio.ok("preview_invoice", json!({"client": "Acme"})).await;
    assert_eq!(preview["warnings"][0], json!(refused.message));
    let named = studio.refused("draft_invoices", json!({"clients": ["Acme"]})).await;
    assert!(named.message.contains(waits), "{named:?}");
    let of_acme = "3h (360.00 EUR) of Ada's time for Acme wait to be confirmed ";
    for wanted in [json!({}), json!({"period": "2026-11"})] {
        let refused = studio.refused("draft_invoices", wanted).await;
        assert!(refused.message.starts_with("No client has unbilled time"), "{refused:?}");
        assert!(refused.message.contains(&format!("counts. {of_acme}on the time page (")), "{refused:?}");
        assert_eq!(refused.hint.as_deref(), Some(WAY_ON));
    }
    let unbilled = studio.through(Channel::Rest).ok("list_unbilled", json!({})).await;
    assert_eq!(unbilled["items"], json!([]));
    assert!(warned(&unbilled).starts_with(&format!("{of_acme}(http")), "{unbilled:#}");
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
    assert!(november.starts_with("There is nothing to bill to Acme in these days: 3h (360.00 EUR) of Ada's time wait"), "{november}");
    let program = studio.through(Channel::Rest);
    for wanted in [json!({"client": "Acme", "period": "2026-10"}), json!({"client": "Acme", "projects": ["Site"]})] {
        let other = refusal(wanted).await;
        assert!(!other.contains("wait"), "{other}");
    }
    assert!(program.ok("list_unbilled", json!({"period": "2026-11"})).await.get("warnings").is_some());
    assert_eq!(program.ok("list_unbilled", json!({"period": "2026-10"})).await.get("warnings"), None);
    add_beta(&studio).await;
    assert_eq!(program.ok("list_unbilled", json!({"client": "Beta"})).await.get("warnings"), None);
}

/// The pages tell of it beside the balance and in the preview of an invoice.
#[tokio::test]
async fn a_page_that_lists_unbilled_time_looks_for_no_time_that_waits() {
    let studio = studio().await;
    agent_logs(&studio, "Acme / Dashboard", "2026-11-03", "3h").await;
    assert_eq!(studio.ok("list_unbilled", json!({})).await.get("warnings"), None);
    for channel in [Channel::Assistant, Channel::Rest, Channel::CommandLine] {
        let told = warned(&studio.through(channel).ok("list_unbilled", json!({})).await);
        assert!(told.contains("wait to be confirmed"), "{channel:?}: {told}");
        assert_eq!(told.contains("http"), channel != Channel::Assistant, "an address is for programs: {told}");
    }
}

#[tokio::test]
async fn where_a_part_waits_the_invoice_says_what_it_leaves_out() {
    let studio = studio().await;
    log(&studio, "2026-11-20", "1h").await;
    agent_logs(&studio, "Acme / Dashboard", "2026-11-03", "3h").await;
    let waits = "3h (360.00 EUR) of Ada's time for Acme wait to be confirmed ";
    let preview = studio.ok("preview_invoice", json!({"client": "Acme"})).await;
    assert_eq!(preview["unbilled"]["amount"], "120.00");
    assert!(warned(&preview).contains(waits) && warned(&preview).contains(". None of this time is on this invoice."), "{preview:#}");
    let of_the_20th = json!({"client": "Acme", "from": "2026-11-20", "to": "2026-11-20"});
    assert!(!warned(&studio.ok("preview_invoice", of_the_20th).await).contains("wait to be"));
    let unbilled = studio.through(Channel::Rest).ok("list_unbilled", json!({})).await;
    assert_eq!(unbilled["items"][0]["worked"]["seconds"], 3_600);
    assert!(warned(&unbilled).contains(waits), "{unbilled:#}");
    let drafted = draft(&studio).await;
    assert!(warned(&drafted).contains(waits), "{drafted:#}");
    let again = studio.refused("draft_invoice", json!({"client": "Acme"})).await.message;
    assert!(again.contains("the time is on a draft already (see the invoices page), and a further 3h (360.00 EUR) of Ada's"), "{again}");
    studio.ok("confirm_time_entries", json!({"all": true})).await;
    assert!(!warned(&studio.ok("preview_invoice", json!({"client": "Acme"})).await).contains("wait to be"));
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
    let waits = ["3h (360.00 EUR) of Ada's time for Acme wait", "2h (200.00 EUR) of Ada's time for Beta wait"];
    assert!(waits.iter().all(|waits| told.contains(waits)), "{told}");
    assert_eq!(told.matches("for Acme wait").count(), 1, "{told}");
    for client in ["Celta", "Delta", "Eta"] {
        studio.ok("create_client", json!({"name": client, "currency": "EUR", "tax_rate": "19"})).await;
        studio.ok("create_project", json!({"client": client, "name": "Work"})).await;
        agent_logs(&studio, &format!("{client} / Work"), "2026-11-05", "1h").await;
    }
    let told = warned(&studio.through(Channel::Rest).ok("list_unbilled", json!({})).await);
    let celta = told.contains("1h of Ada's time for Celta waits to be");
    assert!(celta && !told.contains("Delta"), "time without a rate is told without an amount: {told}");
    assert!(told.ends_with("Time for 2 more clients waits likewise."), "{told}");
}

#[tokio::test]
async fn time_that_waits_for_an_approver_is_told_apart() {
    let studio = studio().await;
    log(&studio, "2026-11-20", "2h").await;
    studio.sql("update time_entry set state = 'submitted' where organization_id = $1").await;
    let refused = studio.refused("draft_invoice", json!({"client": "Acme"})).await;
    let submitted = "2h (240.00 EUR) of submitted time wait for approval.";
    assert_eq!(refused.message, format!("There is nothing to bill to Acme: {submitted}"));
    agent_logs(&studio, "Acme / Dashboard", "2026-11-03", "1h").await;
    let both = studio.refused("draft_invoice", json!({"client": "Acme"})).await.message;
    let drafts = both.contains("1h (120.00 EUR) of Ada's time waits to be confirmed on the time page (from Tue 3 Nov 2026 on), and ");
    assert!(drafts && both.ends_with(submitted), "{both}");
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
