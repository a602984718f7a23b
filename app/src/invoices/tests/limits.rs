//! Tests of the limits of invoices and lists, and of the refusals beyond them.

use serde_json::{Value, json};

use super::*;
use crate::{
    database::{AccessMode, RowScope},
    error::Code,
    invoices::{UpdateInvoiceDraft, line_texts, read},
    operation::Call,
    pages::invoices::new_invoice::clients,
    testing::{apart, owner},
};

/// Adds `count` entries of a minute each to Dashboard, unordered, ten a day.
async fn entries(studio: &World, count: i64) {
    let insert = format!(
        "insert into time_entry (organization_id, id, member_id, project_id, description, billable, day, seconds, rate, source, created_by, created_at, updated_at)
         select $1, gen_random_uuid(), '{0}', p.id, 'Step ' || n, true, date '2026-01-01' + n / 10, 60, 12000, 'import', '{0}', now(), now()
         from project p, generate_series(1, {count}) n where p.organization_id = $1 and p.name = 'Dashboard'",
        studio.member()
    );
    studio.sql(&insert).await;
}

fn texts(invoice: &Value) -> Vec<&str> {
    invoice["lines"].as_array().into_iter().flatten().filter_map(|line| line["description"].as_str()).collect()
}

#[tokio::test]
async fn more_lines_than_an_invoice_holds_are_refused_before_anything_is_drafted() {
    let studio = studio().await;
    entries(&studio, 2_001).await;
    for operation in ["preview_invoice", "draft_invoice"] {
        let refused = studio.refused(operation, json!({"client": "Acme", "group_by": "entry"})).await;
        assert_eq!(refused.code, Code::Invalid);
        let words = refused.field("group_by").unwrap_or_default();
        assert!(words.contains("2001 lines") && words.contains("Group the time by day or project"), "{words}");
    }
    let draft = studio.ok("draft_invoice", json!({"client": "Acme", "group_by": "day"})).await;
    assert_eq!(draft["lines"].as_array().map(Vec::len), Some(201));
    assert_eq!(draft["subtotal"]["amount"], euros(2_001 * 200));
}

#[tokio::test]
async fn longer_texts_than_an_invoice_holds_together_are_refused() {
    let studio = studio().await;
    let line = |number: usize| json!({"description": format!("{number} {}", "x".repeat(1_990)), "price": "1.00"});
    let lines = |many: usize| (0..many).map(line).collect::<Vec<_>>();
    let draft = studio.ok("draft_invoice", json!({"client": "Acme", "lines": lines(200)})).await;
    let more = studio.refused("update_invoice_draft", json!({"invoice": draft["id"], "add": lines(60)})).await;
    assert!(more.message.contains("500 kB fit at most. Shorten some"), "{more:?}");
    assert!(more.field("add").is_some(), "the argument that was given: {more:?}");
    let wide = |number: usize| json!({"description": format!("{number} {}", "ş".repeat(1_900)), "price": "1.00"});
    let wide: Vec<_> = (0..140).map(wide).collect();
    let refused = studio.refused("preview_invoice", json!({"client": "Acme", "lines": wide})).await;
    assert!(refused.message.contains("500 kB fit at most. Shorten some"), "no time is on it that could be grouped: {refused:?}");
    assert!(refused.field("lines").is_some(), "the argument that was given: {refused:?}");
    let kept = studio.ok("get_invoice", json!({"invoice": draft["id"]})).await;
    assert_eq!(texts(&kept).len(), 200);
}

/// Thousands of long descriptions are refused by their size, before any of them is loaded.
#[tokio::test]
async fn descriptions_that_fit_in_no_way_are_refused_by_their_size() {
    let studio = studio().await;
    entries(&studio, 600).await;
    studio.sql("update time_entry set description = repeat('x', 2000) where organization_id = $1").await;
    for operation in ["preview_invoice", "draft_invoice"] {
        let refused = studio.refused(operation, json!({"client": "Acme", "group_by": "entry"})).await;
        let words = refused.field("group_by").unwrap_or_default();
        // With its day each line would be a little longer.
        assert!(words.contains("would take 1200 kB together, and 500 kB fit at most. Group the time by day"), "{refused:?}");
        studio.ok(operation, json!({"client": "Acme", "group_by": "project"})).await;
    }
}

/// The descriptions of thousands of entries take megabytes, and only the line of a single entry shows its own.
#[tokio::test]
async fn descriptions_are_loaded_only_where_a_line_shows_them() {
    let studio = studio().await;
    entries(&studio, 20).await;
    for (group_by, shown) in [("project", false), ("day", false), ("member", false), ("entry", true)] {
        let draft = studio.ok("draft_invoice", json!({"client": "Acme", "group_by": group_by})).await;
        let scope = RowScope::Organization(studio.organization());
        let db = studio.caller.services.database.begin(scope, AccessMode::Write).await.expect("begun");
        let mut cx = Call::resume(db, studio.caller.clone()).await.expect("a call");
        let row = read::find(&mut cx, draft["id"].as_str().expect("an id")).await.expect("the draft");
        let (_, time) = line_texts::lines_and_time(&mut cx, &row).await.expect("its time");
        let bytes: usize = time.iter().map(|time| time.entry.description.len()).sum();
        assert_eq!((time.len(), bytes > 0), (20, shown), "{group_by}");
        drop(cx);
        studio.ok("delete_invoice_draft", json!({"invoice": draft["id"]})).await;
    }
}

/// A reason is printed with its lines, and judged whether it names a disbursement.
#[tokio::test]
async fn reasons_without_tax_count_among_the_texts_of_an_invoice() {
    let studio = studio().await;
    let line = |number: usize, reason: usize| {
        let reason = format!("{reason} {}", "ş".repeat(490));
        json!({"description": format!("{number} {}", "x".repeat(1_990)), "price": "1.00", "tax_category": "E", "tax_reason": reason})
    };
    let lines = |reasons: usize, many: usize| (0..many).map(|number| line(number, number % reasons)).collect::<Vec<_>>();
    let draft = studio.ok("draft_invoice", json!({"client": "Acme", "lines": lines(2, 160)})).await;
    let more = studio.refused("update_invoice_draft", json!({"invoice": draft["id"], "add": lines(2, 20)})).await;
    assert!(more.message.contains("would take 536 kB together, and 500 kB fit at most"), "{more:?}");
    let reason = |number: usize| json!({"description": "Fee", "price": "1.00", "tax_category": "E", "tax_reason": format!("Law {number}")});
    let reasons: Vec<_> = (0..101).map(reason).collect();
    let refused = studio.refused("draft_invoice", json!({"client": "Acme", "lines": reasons})).await;
    assert!(refused.message.contains("101 different reasons") && refused.field("lines").is_some(), "{refused:?}");
    let few = (0..60).map(reason).collect::<Vec<_>>();
    let draft = studio.ok("draft_invoice", json!({"client": "Acme", "lines": few})).await;
    let others = (60..120).map(reason).collect::<Vec<_>>();
    let refused = studio.refused("update_invoice_draft", json!({"invoice": draft["id"], "add": others})).await;
    assert!(refused.message.contains("120 different reasons") && refused.field("add").is_some(), "{refused:?}");
}

/// The rules of EN 16931 compare each tax with all lines.
#[tokio::test]
async fn an_invoice_has_at_most_a_hundred_different_taxes() {
    let studio = studio().await;
    let line = |number: usize| json!({"description": "Fee", "price": "1.00", "tax_category": "S", "tax_rate": format!("{}", 1 + number)});
    let half = |number: usize| json!({"description": "Fee", "price": "1.00", "tax_category": "S", "tax_rate": format!("{number}.5")});
    let taxes = |whole: usize, halves: usize| (0..whole).map(line).chain((0..halves).map(half)).collect::<Vec<_>>();
    for operation in ["preview_invoice", "draft_invoice"] {
        let refused = studio.refused(operation, json!({"client": "Acme", "lines": taxes(60, 41)})).await;
        assert!(refused.message.contains("101 different taxes") && refused.field("lines").is_some(), "{operation}: {refused:?}");
        assert!(refused.message.contains("at most 100 fit on an invoice. Write the lines"), "{operation}: {refused:?}");
    }
    let draft = studio.ok("draft_invoice", json!({"client": "Acme", "lines": taxes(60, 40)})).await;
    let again = json!({"invoice": draft["id"], "add": taxes(60, 0)});
    assert_eq!(studio.ok("update_invoice_draft", again).await["lines"].as_array().map(Vec::len), Some(160));
    let refused = studio.refused("update_invoice_draft", json!({"invoice": draft["id"], "add": taxes(0, 45)})).await;
    assert!(refused.message.contains("105 different taxes") && refused.field("add").is_some(), "{refused:?}");
    let at_77 = |line: usize| json!({"invoice": draft["id"], "lines": [{"line": draft["lines"][line]["id"], "tax_rate": "77.25"}]});
    let refused = studio.refused("update_invoice_draft", at_77(0)).await;
    assert!(
        refused.message.contains("101 different taxes") && refused.field("lines").is_some(),
        "another line has its tax, too: {refused:?}"
    );
    let changed = studio.ok("update_invoice_draft", at_77(60)).await;
    assert_eq!(changed["lines"][60]["tax_rate"], "77.25", "one tax for another");
}

/// Whoever changes time waits for no draft that is refused anyway.
#[tokio::test]
async fn more_entries_than_an_invoice_bills_are_refused_before_any_is_locked() {
    apart("locks_of_refused_drafts", async {
        let studio = studio().await;
        studio.ok("create_client", json!({"name": "Abacus", "rate": "50.00", "tax_rate": "19"})).await;
        studio.ok("create_project", json!({"client": "Abacus", "name": "Portal"})).await;
        studio.ok("create_time_entry", json!({"project": "Portal", "date": "2026-10-29", "duration": "2h"})).await;
        entries(&studio, 5_001).await;
        let owner = owner().await;
        let mut holder = owner.begin().await.expect("a transaction");
        sqlx::query("select from time_entry for update").execute(&mut *holder).await.expect("held");
        for (operation, arguments, begins) in [
            ("draft_invoice", json!({"client": "Acme"}), "More than 5000 time entries"),
            ("draft_invoices", json!({}), "Acme: More than 5000 time entries"),
            ("draft_invoices", json!({"clients": ["Acme", "Abacus"]}), "More than 5000 time entries"),
        ] {
            let refused = studio.refused(operation, arguments).await;
            assert!(refused.message.starts_with(begins) && refused.field("period").is_some(), "{operation}: {refused:?}");
        }
        holder.rollback().await.expect("let go");
        owner.close().await;
        let drafted = studio.ok("draft_invoices", json!({"from": "2026-10-01", "to": "2026-10-31"})).await;
        assert_eq!(drafted["items"].as_array().map(Vec::len), Some(2), "of fewer days it fits");
    })
    .await;
}

/// After a failed statement the transaction takes no other, also none that finds out whose draft it was.
#[tokio::test]
async fn a_draft_that_the_database_refuses_is_told_with_its_client() {
    apart("refused_drafts", async {
        let studio = studio().await;
        studio.ok("create_client", json!({"name": "Globex", "rate": "50.00", "tax_rate": "19"})).await;
        studio.ok("create_project", json!({"client": "Globex", "name": "Portal"})).await;
        log(&studio, "2026-10-30", "1h").await;
        studio.ok("create_time_entry", json!({"project": "Portal", "date": "2026-10-29", "duration": "2h"})).await;
        let owner = owner().await;
        let refuse = "create function refuse() returns trigger language plpgsql as $$
                      begin
                          if exists (select from client c where c.id = new.client_id and c.name = 'Globex') then
                              raise exception 'an action changes too much at once' using errcode = 'ST413';
                          end if;
                          return new;
                      end $$;
                      create trigger refuse before insert on invoice for each row execute function refuse()";
        sqlx::raw_sql(refuse).execute(&owner).await.expect("a trigger");
        owner.close().await;
        let refused = studio.refused("draft_invoices", json!({})).await;
        assert!(refused.code == Code::Invalid && refused.message.starts_with("Globex: This changes too much at once"), "{refused:?}");
        let named = studio.refused("draft_invoices", json!({"clients": ["Acme", "Globex"]})).await;
        assert!(named.code == Code::Invalid && named.field("clients[1]").is_some(), "{named:?}");
    })
    .await;
}

/// Each further rate of the time on a line takes a line with the same text.
#[tokio::test]
async fn a_new_rate_makes_no_longer_texts_than_an_invoice_holds() {
    let studio = studio().await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Shop"})).await;
    entries(&studio, 1_300).await;
    studio
        .sql(
            "update time_entry t set project_id = p.id from project p
             where t.organization_id = $1 and p.organization_id = $1 and p.name = 'Shop' and t.description like '%5'",
        )
        .await;
    let draft = studio.ok("draft_invoice", json!({"client": "Acme", "group_by": "day"})).await;
    let mut lines = draft["lines"].as_array().expect("lines").iter();
    for _ in 0..2 {
        let long = |line: &Value| json!({"line": line["id"], "description": "x".repeat(1_990)});
        let long: Vec<_> = lines.by_ref().take(66).map(long).collect();
        studio.ok("update_invoice_draft", json!({"invoice": draft["id"], "lines": long})).await;
    }
    studio.ok("update_project", json!({"project": "Shop", "rate": "70"})).await;
    let more = json!({"invoice": draft["id"], "current_rates": true});
    assert!(studio.refused("update_invoice_draft", more).await.message.contains("500 kB fit at most"));
}

#[tokio::test]
async fn the_lines_of_a_long_draft_stand_as_in_its_preview() {
    let studio = studio().await;
    entries(&studio, 300).await;
    let wanted = json!({"client": "Acme", "group_by": "entry", "lines": [{"description": "Hosting", "price": "50.00"}]});
    let preview = studio.ok("preview_invoice", wanted.clone()).await;
    let draft = studio.ok("draft_invoice", wanted).await;
    assert_eq!((texts(&draft).len(), texts(&draft)), (301, texts(&preview)));
    let added =
        json!({"invoice": draft["id"], "add": [{"description": "Domain", "price": "10.00"}, {"description": "Post", "price": "5.00"}]});
    assert_eq!(&texts(&studio.ok("update_invoice_draft", added).await)[300..], ["Hosting", "Domain", "Post"]);
    assert_eq!(studio.ok("delete_invoice_draft", json!({"invoice": draft["id"]})).await["id"], draft["id"]);
}

#[tokio::test]
async fn a_line_is_worth_no_more_than_the_largest_amount() {
    let studio = studio().await;
    let line = json!({"description": "Everything", "price": "1000000000000", "quantity": "1000000"});
    let refused = studio.refused("draft_invoice", json!({"client": "Acme", "lines": [line]})).await;
    assert!(refused.message.contains("larger than any amount"), "{refused:?}");
    let line = json!({"description": "Much", "price": "1000000000000", "quantity": "9"});
    let draft = studio.ok("draft_invoice", json!({"client": "Acme", "lines": [line]})).await;
    let more = json!({"invoice": draft["id"], "lines": [{"line": draft["lines"][0]["id"], "quantity": "1000000"}]});
    assert!(studio.refused("update_invoice_draft", more).await.message.contains("larger than any amount"));
}

#[tokio::test]
async fn a_price_without_words_is_refused_and_an_empty_row_is_none() {
    let studio = studio().await;
    log(&studio, "2026-11-20", "1h").await;
    let wordless = json!([{"description": " ", "price": "50.00"}]);
    for operation in ["preview_invoice", "draft_invoice"] {
        let refused = studio.refused(operation, json!({"client": "Acme", "lines": wordless})).await;
        assert!(refused.field("lines[0].description").is_some(), "{refused:?}");
    }
    let draft = draft(&studio).await;
    let add = |row: Value| studio.form::<UpdateInvoiceDraft>(json!({"invoice": draft["id"], "add": [row]}));
    let refused = add(json!({"description": "", "quantity": "", "price": "50.00"})).await.unwrap_err();
    assert!(refused.field("add[0].description").is_some(), "{refused:?}");
    let same = add(json!({"description": "", "quantity": "", "price": ""})).await.expect("the empty row of a form");
    assert_eq!(same["lines"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_line_that_the_draft_has_not_is_named_by_its_place() {
    let studio = studio().await;
    log(&studio, "2026-11-20", "1h").await;
    let draft = draft(&studio).await;
    for line in ["none", "01a22486-0000-7000-8000-000000000001"] {
        let lines = json!([{"line": draft["lines"][0]["id"], "description": "Charts"}, {"line": line, "description": "x"}]);
        let refused = studio.refused("update_invoice_draft", json!({"invoice": draft["id"], "lines": lines})).await;
        assert!(refused.code == Code::NotFound && refused.field("lines[1].line").is_some(), "{line}: {refused:?}");
    }
}

#[tokio::test]
async fn a_thousand_pieces_are_never_billed_as_one() {
    let studio = studio().await;
    let line = |quantity: &str| json!({"client": "Acme", "lines": [{"description": "Card", "price": "0.10", "quantity": quantity}]});
    let refused = studio.refused("preview_invoice", line("1,000")).await;
    assert!(refused.field("lines[0].quantity").is_some_and(|words| words.contains("write 1000 or 1.0 instead")), "{refused:?}");
    assert_eq!(studio.ok("preview_invoice", line("1000")).await["subtotal"]["amount"], "100.00");
}

#[tokio::test]
async fn unbilled_time_comes_in_pages_and_none_is_left_out() {
    let studio = studio().await;
    for project in ["Dashboard", "analytics", "Zoo", "Border"] {
        if project != "Dashboard" {
            studio.ok("create_project", json!({"client": "Acme", "name": project})).await;
        }
        studio.ok("create_time_entry", json!({"project": project, "date": "2026-11-20", "duration": "1h"})).await;
    }
    let (mut seen, mut asked) = (Vec::new(), json!({"client": "Acme", "limit": 1}));
    for _ in 0..4 {
        let page = studio.ok("list_unbilled", asked.clone()).await;
        seen.extend(page["items"].as_array().into_iter().flatten().map(|item| item["project"]["name"].clone()));
        asked["cursor"] = page["next_cursor"].clone();
    }
    assert_eq!((seen, &asked["cursor"]), (vec![json!("analytics"), json!("Border"), json!("Dashboard"), json!("Zoo")], &Value::Null));
    let all = studio.ok("list_unbilled", json!({})).await;
    assert_eq!((all["items"].as_array().map(Vec::len), all.get("next_cursor")), (Some(4), None));
    assert!(studio.refused("list_unbilled", json!({"limit": 501})).await.field("limit").is_some());
    assert!(studio.refused("list_unbilled", json!({"cursor": "elsewhere"})).await.field("cursor").is_some());
}

#[tokio::test]
async fn the_picker_offers_a_thousand_clients_and_says_that_there_are_more() {
    let studio = studio().await;
    let add = |from: i64, to: i64| {
        format!(
            "insert into client (organization_id, id, name, color, currency, payment_terms_days, tax_category, tax_rate, language, created_at)
             select $1, gen_random_uuid(), 'Client ' || n, '#000000', 'EUR', 30, 'S', 1900, 'en', now() from generate_series({from}, {to}) n"
        )
    };
    studio.sql(&add(1, 250)).await;
    let offered = studio.caller.clone().run(clients()).await.expect("clients");
    assert_eq!((offered.items.len(), offered.words("clients")), (251, None));
    studio.sql(&add(251, 1000)).await;
    let offered = studio.caller.clone().run(clients()).await.expect("clients");
    assert_eq!(offered.items.len(), 1000);
    assert!(offered.words("clients").is_some_and(|words| words.contains("first 1000 clients")));
}

#[tokio::test]
async fn what_could_be_invoiced_of_a_period_is_what_a_draft_of_it_takes() {
    let studio = studio().await;
    log(&studio, "2026-10-31", "1h").await;
    log(&studio, "2026-11-02", "2h").await;
    let of_october = studio.ok("list_unbilled", json!({"period": "last_month"})).await;
    assert_eq!((&of_october["from"], &of_october["to"]), (&json!("2026-10-01"), &json!("2026-10-31")));
    let drafted = studio.ok("draft_invoice", json!({"client": "Acme", "period": "last_month"})).await;
    assert_eq!((&of_october["items"][0]["amount"]["amount"], &drafted["subtotal"]["amount"]), (&json!("120.00"), &json!("120.00")));
    let open = studio.ok("list_unbilled", json!({"from": "2026-11-01", "to": "2026-11-30"})).await;
    assert_eq!(open["items"][0]["worked"]["seconds"], 7_200);
    assert!(studio.refused("list_unbilled", json!({"from": "2026-11-01"})).await.field("to").is_some());
}

#[tokio::test]
async fn the_warnings_of_several_drafts_say_whose_they_are() {
    let studio = studio().await;
    studio.ok("create_client", json!({"name": "Globex", "rate": "50.00", "tax_rate": "19"})).await;
    studio.ok("create_project", json!({"client": "Globex", "name": "Portal"})).await;
    log(&studio, "2026-10-30", "1h").await;
    studio.ok("create_time_entry", json!({"project": "Portal", "date": "2026-10-29", "duration": "2h"})).await;
    let drafted = studio.ok("draft_invoices", json!({})).await;
    let warnings: Vec<&str> = drafted["warnings"].as_array().into_iter().flatten().filter_map(|warning| warning.as_str()).collect();
    assert!(!warnings.is_empty() && warnings.iter().all(|told| told.contains("Acme") || told.contains("Globex")), "{warnings:#?}");
}
