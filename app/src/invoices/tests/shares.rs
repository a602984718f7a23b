//! Tests of removing a line that shares time rounded by day and project.

use serde_json::{Value, json};

use super::*;

/// The billed amounts of each line, without its text.
fn billed(lines: &[Value]) -> Vec<Value> {
    let figures = ["worked", "billed", "quantity", "price", "net", "tax_category", "tax_rate", "entries"];
    lines.iter().map(|line| figures.iter().map(|name| line[*name].clone()).collect()).collect()
}

fn lines(invoice: &Value) -> &[Value] {
    invoice["lines"].as_array().expect("lines")
}

#[tokio::test]
async fn what_is_left_of_a_draft_comes_to_what_a_fresh_draft_of_it_would() {
    for (mode, group_by) in [("up", "entry"), ("up", "project"), ("up", "day"), ("up", "member"), ("nearest", "entry"), ("down", "entry")] {
        let studio = studio().await;
        for rate in ["70.00", "120.00", "120.00"] {
            let entry = json!({"project": "Dashboard", "date": "2026-11-20", "duration": "10m", "description": "Charts", "rate": rate});
            studio.ok("create_time_entry", entry).await;
        }
        let rounding = json!({"step_minutes": 15, "mode": mode, "basis": "day_and_project"});
        let wanted = json!({"client": "Acme", "group_by": group_by, "rounding": rounding});
        let draft = studio.ok("draft_invoice", wanted.clone()).await;
        let (first, others) = lines(&draft).split_first().expect("lines");
        let change = json!([{"line": first["id"], "remove": true}, {"line": others[0]["id"], "description": "Charts as agreed"}]);
        let left = studio.ok("update_invoice_draft", json!({"invoice": draft["id"], "lines": change})).await;
        assert_eq!(lines(&left)[0]["description"], "Charts as agreed", "{mode} {group_by}: what was typed stays");
        assert_ne!(billed(lines(&left)), billed(others), "{mode} {group_by}: 20 minutes are rounded otherwise than 30");
        studio.ok("delete_invoice_draft", json!({"invoice": draft["id"]})).await;
        let mut fresh = wanted;
        fresh["defer"] = first["entries"].clone();
        let fresh = studio.ok("draft_invoice", fresh).await;
        assert_eq!(billed(lines(&left)), billed(lines(&fresh)), "{mode} {group_by}");
        assert_eq!(left["total"], fresh["total"], "{mode} {group_by}");
    }
}

#[tokio::test]
async fn time_that_is_rounded_otherwise_and_lines_of_ones_own_stay_as_they_were() {
    let studio = studio().await;
    for minutes in ["10m", "20m"] {
        log(&studio, "2026-11-20", minutes).await;
    }
    for basis in ["entry", "line"] {
        let rounding = json!({"step_minutes": 15, "mode": "up", "basis": basis});
        let custom = json!([{"description": "Hosting", "quantity": "2.5", "price": "10.00"}]);
        let wanted = json!({"client": "Acme", "group_by": "entry", "rounding": rounding, "lines": custom});
        let draft = studio.ok("draft_invoice", wanted).await;
        let (first, others) = lines(&draft).split_first().expect("lines");
        let off = json!([{"line": first["id"], "remove": true}]);
        let left = studio.ok("update_invoice_draft", json!({"invoice": draft["id"], "lines": off})).await;
        assert_eq!(billed(lines(&left)), billed(others), "{basis}");
        studio.ok("delete_invoice_draft", json!({"invoice": draft["id"]})).await;
    }
}
