//! Tests of what an agent that writes drafts may not do to invoices.

use serde_json::{Value, json};

use super::{draft, log, studio};
use crate::{access::WriteMode, error::Code};

/// An agent must not change the rate of logged time through a draft: the time would keep it when the draft is deleted.
#[tokio::test]
async fn the_rates_of_a_persons_time_are_theirs() {
    let studio = studio().await;
    let entry = log(&studio, "2026-11-20", "1h").await;
    for writes in [WriteMode::Drafts, WriteMode::Ask] {
        let agent = studio.token(writes).await;
        let drafted = agent.ok("draft_invoice", json!({"client": "Acme"})).await;
        let (id, line) = (&drafted["id"], &drafted["lines"][0]["id"]);
        for change in [
            json!({"invoice": id, "time_rate": "3.00"}),
            json!({"invoice": id, "current_rates": true}),
            json!({"invoice": id, "lines": [{"line": line, "rate": "1.00"}]}),
        ] {
            assert_eq!(agent.code("update_invoice_draft", change.clone()).await, Code::NeedsApproval, "{writes:?}: {change}");
        }
        agent.ok("update_invoice_draft", json!({"invoice": id, "current_rates": true, "dry_run": true})).await;
        agent.ok("update_invoice_draft", json!({"invoice": id, "notes": "Thank you"})).await;
        studio.ok("delete_invoice_draft", json!({"invoice": id})).await;
        let kept = studio.ok("get_time_entry", json!({"time_entry": entry["id"]})).await;
        assert_eq!(kept["rate"]["amount"], "120.00");
    }
}

/// A person sends exactly the draft that they composed.
#[tokio::test]
async fn the_draft_of_a_person_is_theirs_and_so_is_one_that_they_changed() {
    let studio = studio().await;
    let agent = studio.token(WriteMode::Drafts).await;
    log(&studio, "2026-11-20", "1h").await;
    let of_person = draft(&studio).await;
    let change = |id: &serde_json::Value| json!({"invoice": id, "discount": "50%", "notes": "Pay elsewhere"});
    assert_eq!(agent.code("update_invoice_draft", change(&of_person["id"])).await, Code::NeedsApproval);
    let own = agent.ok("draft_invoice", json!({"client": "Acme", "lines": [{"description": "Logo", "price": "100.00"}]})).await;
    agent.ok("update_invoice_draft", change(&own["id"])).await;
    studio.ok("update_invoice_draft", json!({"invoice": own["id"], "discount": ""})).await;
    assert_eq!(agent.code("update_invoice_draft", change(&own["id"])).await, Code::NeedsApproval, "a person has looked at it");
    let direct = studio.token(WriteMode::Direct).await;
    direct.ok("update_invoice_draft", json!({"invoice": of_person["id"], "discount": "5%"})).await;
}

/// Clients mostly expect to pay for hours of people.
#[tokio::test]
async fn an_invoice_says_how_much_of_its_time_agents_have_worked() {
    let studio = studio().await;
    log(&studio, "2026-11-02", "2h").await;
    let told = |invoice: &Value| {
        let remarks = invoice["remarks"].as_array().into_iter().flatten();
        let of_agents = |remark: &&Value| remark["message"].as_str().is_some_and(|message| message.contains("worked by agents"));
        remarks.filter(of_agents).map(|remark| (remark["field"].clone(), remark["message"].clone())).collect::<Vec<_>>()
    };
    assert!(told(&studio.ok("preview_invoice", json!({"client": "Acme"})).await).is_empty(), "people have worked all of it");
    for (date, billable) in [("2026-11-02", true), ("2026-11-03", true), ("2026-11-04", false)] {
        let given = json!({"project": "Acme / Dashboard", "date": date, "duration": "2h30m", "labour": "agent", "billable": billable});
        studio.ok("create_time_entry", given).await;
    }
    let wanted = [(json!("lines"), json!("5h of this were worked by agents."))];
    assert_eq!(told(&studio.ok("preview_invoice", json!({"client": "Acme"})).await), wanted);
    let drafted = draft(&studio).await;
    assert!(drafted["lines"].as_array().is_some_and(|lines| lines.len() == 1), "one line has all of it: {drafted:#}");
    assert_eq!(told(&drafted), wanted);
}
