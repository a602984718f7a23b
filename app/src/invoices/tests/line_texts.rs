//! Tests of draft texts: composed ones follow the client's language and the present names until sending; typed ones stay.

use super::*;
use crate::testing::{apart, owner, until_waiting};

fn texts(invoice: &Value) -> Vec<&str> {
    invoice["lines"].as_array().into_iter().flatten().filter_map(|line| line["description"].as_str()).collect()
}

async fn get(studio: &World, invoice: &Value) -> Value {
    studio.ok("get_invoice", json!({"invoice": invoice["id"]})).await
}

async fn speaks(studio: &World, language: &str) {
    studio.ok("update_client", json!({"client": "Acme", "language": language})).await;
}

/// Counts the lines that are marked as composed and have the text of their invoice's document.
const AS_PRINTED: &str = "select count(*) from invoice i
    join invoice_line l on l.organization_id = i.organization_id and l.invoice_id = i.id
    where i.organization_id = $1 and l.composed and i.document #>> '{lines,0,description}' = l.description";

#[tokio::test]
async fn a_composed_text_follows_language_and_names_until_it_is_sent() {
    for (group_by, now) in
        [("entry", "Charts, 20.11.2026"), ("day", "20.11.2026, Board"), ("member", "Augusta, Board"), ("project", "Board")]
    {
        let studio = studio().await;
        log(&studio, "2026-11-20", "1h").await;
        let custom = json!([{"description": "Hosting, 20 November 2026", "price": "50.00"}]);
        let drafted = studio.ok("draft_invoice", json!({"client": "Acme", "group_by": group_by, "lines": custom})).await;
        speaks(&studio, "de").await;
        studio.ok("update_project", json!({"project": "Dashboard", "name": "Board"})).await;
        studio.ok("update_profile", json!({"name": "Augusta"})).await;
        let wanted = [now, "Hosting, 20 November 2026"];
        let seen = get(&studio, &drafted).await;
        assert_eq!((texts(&seen), &seen["version"]), (wanted.to_vec(), &drafted["version"]), "nobody has changed the draft");
        let sending = json!({"invoice": drafted["id"], "version": drafted["version"], "without_email": true});
        assert_eq!(texts(&studio.ok("send_invoice", sending).await), wanted);
        assert_eq!(studio.number(AS_PRINTED).await, 1, "{group_by}");
        speaks(&studio, "en").await;
        studio.ok("update_project", json!({"project": "Board", "name": "Panel"})).await;
        assert_eq!(texts(&get(&studio, &drafted).await), wanted, "what is sent does not change");
    }
}

#[tokio::test]
async fn a_typed_text_stays_and_a_line_that_is_taxed_otherwise_is_no_typed_text() {
    let studio = studio().await;
    log(&studio, "2026-11-20", "1h").await;
    let drafted = studio.ok("draft_invoice", json!({"client": "Acme", "group_by": "entry"})).await;
    let line = &drafted["lines"][0]["id"];
    let change = async |change: Value| studio.ok("update_invoice_draft", json!({"invoice": drafted["id"], "lines": [change]})).await;
    speaks(&studio, "de").await;
    let taxed = change(json!({"line": line, "description": "Charts, 20.11.2026", "tax_rate": "7"})).await;
    assert_eq!((texts(&taxed), &taxed["lines"][0]["tax_rate"]), (vec!["Charts, 20.11.2026"], &json!("7")));
    speaks(&studio, "en").await;
    assert_eq!(texts(&get(&studio, &drafted).await), ["Charts, 20 November 2026"]);
    let typed = change(json!({"line": line, "description": "Charts of 20 November 2026"})).await;
    speaks(&studio, "de").await;
    assert_eq!(texts(&get(&studio, &drafted).await), ["Charts of 20 November 2026"]);
    studio.ok("undo_action", json!({"action": typed["action"]})).await;
    assert_eq!(texts(&get(&studio, &drafted).await), ["Charts, 20.11.2026"]);
}

#[tokio::test]
async fn a_text_of_which_nobody_knows_whether_it_was_composed_stays() {
    let studio = studio().await;
    log(&studio, "2026-11-20", "1h").await;
    let drafted = studio.ok("draft_invoice", json!({"client": "Acme", "group_by": "day"})).await;
    studio.sql("update invoice_line set composed = null where organization_id = $1").await;
    speaks(&studio, "de").await;
    assert_eq!(texts(&get(&studio, &drafted).await), ["20 November 2026, Dashboard"]);
}

#[tokio::test]
async fn a_change_that_writes_no_text_makes_none_a_typed_one() {
    let studio = studio().await;
    log(&studio, "2026-11-20", "1h").await;
    let drafted = studio.ok("draft_invoice", json!({"client": "Acme", "group_by": "entry"})).await;
    speaks(&studio, "de").await;
    let taxed = json!([{"line": drafted["lines"][0]["id"], "tax_rate": "7"}]);
    let changed = studio.ok("update_invoice_draft", json!({"invoice": drafted["id"], "lines": taxed})).await;
    assert_eq!((texts(&changed), &changed["lines"][0]["tax_rate"]), (vec!["Charts, 20.11.2026"], &json!("7")));
    speaks(&studio, "en").await;
    assert_eq!(texts(&get(&studio, &drafted).await), ["Charts, 20 November 2026"]);
}

#[tokio::test]
async fn an_entry_with_the_longest_text_is_drafted_and_sent_with_its_day() {
    let studio = studio().await;
    let entry = json!({"project": "Acme / Dashboard", "date": "2026-11-20", "duration": "1h", "description": "x".repeat(2_000)});
    studio.ok("create_time_entry", entry).await;
    let drafted = studio.ok("draft_invoice", json!({"client": "Acme", "group_by": "entry"})).await;
    let ends_with = |invoice: &Value, end: &str| {
        let text = texts(invoice)[0];
        assert!(text.ends_with(end) && text.chars().count() == 2_000, "{text}");
    };
    ends_with(&drafted, "x…, 20 November 2026");
    speaks(&studio, "de").await;
    ends_with(&studio.ok("send_invoice", json!({"invoice": drafted["id"], "without_email": true})).await, "x…, 20.11.2026");
}

async fn in_france(studio: &World) {
    studio.ok("update_organization", json!({"country": "FR", "vat_id": "FR40303265045"})).await;
    studio.ok("update_client", json!({"client": "Acme", "country": "FR", "language": "en"})).await;
}

/// A draft of a French seller with the note "Merci" and the late payment terms, in English.
async fn with_terms(studio: &World) -> Value {
    in_france(studio).await;
    let drafted = studio.ok("draft_invoice", json!({"client": "Acme", "lines": [{"description": "Logo", "price": "100.00"}]})).await;
    studio.ok("update_invoice_draft", json!({"invoice": drafted["id"], "notes": "Merci", "late_payment_terms": true})).await
}

fn note(invoice: &Value) -> &str {
    invoice["notes"].as_str().unwrap_or_default()
}

/// Whether a note starts with `begin`, ends with `last`, and has the terms in one language only.
fn ends(invoice: &Value, begin: &str, last: &str) -> bool {
    let all = ["No discount for early payment.", "Kein Skonto bei vorzeitiger Zahlung.", "Pas d'escompte pour paiement anticipé."];
    let note = note(invoice);
    note.starts_with(begin) && note.ends_with(last) && all.into_iter().filter(|words| note.contains(*words)).count() == 1
}

#[tokio::test]
async fn late_payment_terms_that_were_added_follow_the_language_until_they_are_sent() {
    let studio = studio().await;
    let drafted = with_terms(&studio).await;
    assert!(ends(&drafted, "Merci\nLate payment", "No discount for early payment."), "{drafted:#}");
    speaks(&studio, "de").await;
    let seen = get(&studio, &drafted).await;
    assert!(ends(&seen, "Merci\nBei Zahlungsverzug", "Kein Skonto bei vorzeitiger Zahlung."), "{seen:#}");
    assert!(!seen["remarks"].to_string().contains("late_payment_terms"), "{seen:#}");
    assert_eq!(seen["version"], drafted["version"], "nobody has changed the draft");
    // A typed text before the terms leaves the terms composed.
    let thanks = note(&seen).replace("Merci", "Danke");
    studio.ok("update_invoice_draft", json!({"invoice": drafted["id"], "notes": thanks})).await;
    speaks(&studio, "ja").await;
    let seen = get(&studio, &drafted).await;
    assert!(ends(&seen, "Danke\nEn cas de retard", "Pas d'escompte pour paiement anticipé."), "{seen:#}");
    speaks(&studio, "de").await;
    let sent = studio.ok("send_invoice", json!({"invoice": drafted["id"], "without_email": true})).await;
    assert!(ends(&sent, "Danke\nBei Zahlungsverzug", "Kein Skonto bei vorzeitiger Zahlung."), "{sent:#}");
    let as_printed = "select count(*) from invoice where organization_id = $1 and document ->> 'notes' = notes";
    assert_eq!(studio.number(as_printed).await, 1);
    speaks(&studio, "en").await;
    assert_eq!(note(&get(&studio, &drafted).await), note(&sent), "what is sent does not change");
    studio.ok("void_invoice", json!({"invoice": drafted["id"]})).await;
    let again = studio.ok("redraft_invoice", json!({"invoice": drafted["id"]})).await;
    assert!(ends(&again, "Danke\nLate payment", "No discount for early payment."), "{again:#}");
}

#[tokio::test]
async fn late_payment_terms_that_somebody_has_written_stay() {
    let studio = studio().await;
    let drafted = with_terms(&studio).await;
    let written = note(&drafted).replace("10 percentage points", "12 percentage points");
    let typed = studio.ok("update_invoice_draft", json!({"invoice": drafted["id"], "notes": written})).await;
    speaks(&studio, "de").await;
    assert_eq!(note(&get(&studio, &drafted).await), written);
    studio.ok("undo_action", json!({"action": typed["action"]})).await;
    let undone = get(&studio, &drafted).await;
    assert!(ends(&undone, "Merci\nBei Zahlungsverzug", "Kein Skonto bei vorzeitiger Zahlung."), "{undone:#}");
    let bare = json!({"client": "Acme", "lines": [{"description": "Logo", "price": "100.00"}], "notes": note(&drafted)});
    let copied = studio.ok("draft_invoice", bare).await;
    assert_eq!((note(&copied), note(&get(&studio, &copied).await)), (note(&drafted), note(&drafted)), "it was copied by hand");
}

/// A page that was opened in another language sends the terms in that language.
#[tokio::test]
async fn late_payment_terms_follow_the_language_whichever_one_the_note_was_written_in() {
    let studio = studio().await;
    let drafted = with_terms(&studio).await;
    let written = note(&drafted).replace("Merci", "Danke");
    speaks(&studio, "de").await;
    let saved = studio.ok("update_invoice_draft", json!({"invoice": drafted["id"], "notes": written})).await;
    assert!(ends(&saved, "Danke\nBei Zahlungsverzug", "Kein Skonto bei vorzeitiger Zahlung."), "{saved:#}");
    speaks(&studio, "ja").await;
    let seen = get(&studio, &drafted).await;
    assert!(ends(&seen, "Danke\nEn cas de retard", "Pas d'escompte pour paiement anticipé."), "{seen:#}");
}

#[tokio::test]
async fn what_is_sent_is_of_one_language_whatever_changes_while_it_waits_for_its_number() {
    apart("one_language", async {
        let studio = studio().await;
        sent(&studio).await;
        in_france(&studio).await;
        log(&studio, "2026-11-19", "1h").await;
        let drafted = studio.ok("draft_invoice", json!({"client": "Acme", "group_by": "entry"})).await;
        let terms = json!({"invoice": drafted["id"], "notes": "Merci", "late_payment_terms": true});
        studio.ok("update_invoice_draft", terms).await;
        let pool = owner().await;
        let mut holder = pool.begin().await.expect("a transaction");
        sqlx::query("select from invoice_counter for update").execute(&mut *holder).await.expect("held");
        let (world, sending) = (studio.clone(), json!({"invoice": drafted["id"]}));
        let sending = tokio::spawn(async move { world.call("send_invoice", sending).await });
        until_waiting(&mut holder, 1).await;
        speaks(&studio, "de").await;
        holder.rollback().await.expect("let go");
        let sent = sending.await.expect("an answer").expect("an invoice");
        pool.close().await;
        assert_eq!(texts(&sent), ["Charts, 19 November 2026"]);
        assert!(ends(&sent, "Merci\nLate payment", "No discount for early payment."), "{sent:#}");
        assert_eq!(studio.number(AS_PRINTED).await, 2, "the one before, and this one");
        let mail = studio.ok("list_mails", json!({})).await["items"][0]["body"].clone();
        assert!(mail.to_string().contains("2026-0002") && mail.to_string().contains("Kind regards"), "{mail}");
    })
    .await;
}
