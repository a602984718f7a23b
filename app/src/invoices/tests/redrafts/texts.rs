//! Tests of composed and typed line texts in redrafts.

use super::*;

#[tokio::test]
async fn what_was_composed_is_in_the_clients_present_language_and_what_was_typed_stays() {
    for (group_by, then, now) in
        [("entry", "Charts, 20 November 2026", "Charts, 20.11.2026"), ("day", "20 November 2026, Dashboard", "20.11.2026, Dashboard")]
    {
        let studio = studio().await;
        for day in ["2026-11-19", "2026-11-20"] {
            log(&studio, day, "1h").await;
        }
        let custom = json!([{"description": "Hosting, 20 November 2026", "price": "50.00"}]);
        let wanted = json!({"client": "Acme", "group_by": group_by, "lines": custom, "notes": "Thank you"});
        let draft = studio.ok("draft_invoice", wanted).await;
        let typed = json!([{"line": lines(&draft)[0]["id"], "description": "The charts of 19 November 2026"}]);
        let draft = studio.ok("update_invoice_draft", json!({"invoice": draft["id"], "lines": typed})).await;
        assert_eq!(lines(&draft)[1]["description"], then);
        let void = void_of(&studio, &draft).await;
        studio.ok("update_client", json!({"client": "Acme", "language": "de"})).await;
        let again = redraft(&studio, &void).await;
        let texts: Vec<_> = lines(&again).iter().map(|line| line["description"].as_str().expect("a text")).collect();
        assert_eq!(texts, ["The charts of 19 November 2026", now, "Hosting, 20 November 2026"]);
        assert_eq!((&again["notes"], &again["total"]), (&json!("Thank you"), &void["total"]));
    }
}

/// Names in a composed text may have changed since: a renaming does not make the text a typed one.
#[tokio::test]
async fn what_was_composed_is_so_again_with_the_names_of_now_and_what_was_typed_stays() {
    for (group_by, now) in
        [("day", "20.11.2026, Board"), ("member", "Augusta, Board"), ("project", "Board"), ("entry", "Charts, 20.11.2026")]
    {
        let studio = studio().await;
        let wanted = json!({"client": "Acme", "group_by": group_by});
        log(&studio, "2026-11-20", "1h").await;
        let composed = studio.ok("draft_invoice", wanted.clone()).await;
        log(&studio, "2026-11-20", "2h").await;
        let typed = studio.ok("draft_invoice", wanted).await;
        let words = json!([{"line": lines(&typed)[0]["id"], "description": "Dashboard as agreed"}]);
        let typed = studio.ok("update_invoice_draft", json!({"invoice": typed["id"], "lines": words})).await;
        // A form sends the unchanged text along, which does not count as typed.
        let same = json!([{"line": lines(&composed)[0]["id"], "description": lines(&composed)[0]["description"]}]);
        let composed = studio.ok("update_invoice_draft", json!({"invoice": composed["id"], "lines": same})).await;
        let [composed, typed] = [void_of(&studio, &composed).await, void_of(&studio, &typed).await];
        studio.ok("update_project", json!({"project": "Dashboard", "name": "Board"})).await;
        studio.ok("update_profile", json!({"name": "Augusta"})).await;
        studio.ok("update_client", json!({"client": "Acme", "language": "de"})).await;
        for (void, text) in [(composed, now), (typed, "Dashboard as agreed")] {
            let again = redraft(&studio, &void).await;
            assert_eq!(lines(&again)[0]["description"], text, "{group_by}");
            assert_eq!(again["total"], void["total"], "{group_by}");
        }
    }
}

/// Undoing the change of a text makes it a composed one again.
#[tokio::test]
async fn a_text_is_composed_again_once_what_was_typed_was_undone() {
    let studio = studio().await;
    log(&studio, "2026-11-20", "1h").await;
    let draft = draft(&studio).await;
    let words = json!([{"line": lines(&draft)[0]["id"], "description": "Charts as agreed"}]);
    let typed = studio.ok("update_invoice_draft", json!({"invoice": draft["id"], "lines": words})).await;
    studio.ok("undo_action", json!({"action": typed["action"]})).await;
    let void = void_of(&studio, &draft).await;
    studio.ok("update_project", json!({"project": "Dashboard", "name": "Board"})).await;
    assert_eq!(lines(&redraft(&studio, &void).await)[0]["description"], "Board");
}

/// For older lines it is not stored whether their text was composed.
#[tokio::test]
async fn a_text_from_before_was_composed_if_it_could_be_so_now() {
    for (name, now) in [("Dashboard", "20.11.2026, Dashboard"), ("Board", "20 November 2026, Dashboard")] {
        let studio = studio().await;
        log(&studio, "2026-11-20", "1h").await;
        let draft = studio.ok("draft_invoice", json!({"client": "Acme", "group_by": "day"})).await;
        studio.sql("update invoice_line set composed = null where organization_id = $1").await;
        let void = void_of(&studio, &draft).await;
        studio.ok("update_project", json!({"project": "Dashboard", "name": name})).await;
        studio.ok("update_client", json!({"client": "Acme", "language": "de"})).await;
        assert_eq!(lines(&redraft(&studio, &void).await)[0]["description"], now, "{name}");
    }
}
