//! Tests of rates: no rate is not a rate of 0, and a new rate prompts whether it also applies to unbilled time.

mod warnings;

use serde_json::{Value, json};

use crate::{
    access::{Role, WriteMode},
    database::{AccessMode, RowScope},
    error::Code,
    invoices,
    operation::Call,
    rates::store::{self, RateFilter},
    testing::{World, apart, owner, until_waiting},
    time::tests::{log, studio},
};

/// A studio in which neither client, project nor organization has a rate.
async fn without_rate() -> World {
    let studio = World::new("studio").await;
    studio.ok("create_client", json!({"name": "Acme", "currency": "EUR", "tax_rate": "19"})).await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Dashboard"})).await;
    studio
}

async fn rate(studio: &World, rate: &str, applies_to: &str) -> Value {
    studio.ok("set_rate", json!({"project": "Dashboard", "rate": rate, "applies_to": applies_to})).await
}

async fn read(studio: &World, entry: &Value) -> Value {
    studio.ok("get_time_entry", json!({"time_entry": entry["id"]})).await
}

#[tokio::test]
async fn a_rate_that_can_be_read_in_two_ways_is_asked_about() {
    let studio = studio().await;
    for rate in ["1.234", "50,123", "1.005"] {
        let refused = studio.refused("set_rate", json!({"project": "Dashboard", "rate": rate})).await;
        assert!(refused.field("rate").is_some_and(|why| why.contains("two ways")), "{refused:?}");
        assert!(studio.refused("update_project", json!({"project": "Dashboard", "rate": rate})).await.field("rate").is_some());
    }
    studio.ok("set_rate", json!({"project": "Dashboard", "rate": "1,234.00"})).await;
}

#[tokio::test]
async fn no_rate_is_asked_about_and_a_rate_of_nothing_is_a_rate() {
    let studio = without_rate().await;
    let entry = log(&studio, json!({})).await;
    assert_eq!((entry.get("rate"), entry.get("amount"), &entry["billable"]), (None, None, &json!(true)));
    assert!(entry["warnings"][0].as_str().is_some_and(|warning| warning.contains("has no rate")), "{entry:#}");
    let timer = studio.ok("start_timer", json!({"project": "Dashboard"})).await;
    assert_eq!(timer.get("rate"), None);
    studio.ok("discard_timer", json!({})).await;
    let unbilled = &studio.ok("list_unbilled", json!({})).await["items"][0];
    assert_eq!((&unbilled["amount"]["amount"], &unbilled["without_rate"]["seconds"]), (&json!("0.00"), &json!(5_400)));
    assert_eq!(studio.ok("get_project", json!({"project": "Dashboard"})).await.get("effective_rate"), None);
    assert_eq!(studio.ok("get_organization", json!({})).await.get("rate"), None);

    studio.ok("update_project", json!({"project": "Dashboard", "rate": "0.00"})).await;
    let free = log(&studio, json!({})).await;
    assert_eq!((&free["rate"]["amount"], &free["amount"]["amount"], free.get("warnings")), (&json!("0.00"), &json!("0.00"), None));
    let unbilled = &studio.ok("list_unbilled", json!({})).await["items"][0];
    assert_eq!((&unbilled["worked"]["seconds"], &unbilled["without_rate"]["seconds"]), (&json!(10_800), &json!(5_400)));
}

#[tokio::test]
async fn every_figure_is_there_while_all_time_has_no_rate() {
    let studio = without_rate().await;
    studio.ok("set_budget", json!({"project": "Dashboard", "hours": 10, "amount": "100.00"})).await;
    log(&studio, json!({})).await;
    assert_eq!(studio.ok("get_balance", json!({})).await["items"][0]["unbilled"]["amount"], "0.00");
    assert_eq!(studio.ok("summarize_time", json!({})).await["totals"]["amounts"][0]["amount"], "0.00");
    assert_eq!(studio.ok("get_budget", json!({"project": "Dashboard"})).await["amount"]["used"]["amount"], "0.00");
    let preview = studio.ok("preview_invoice", json!({"client": "Acme"})).await;
    assert_eq!((&preview["unbilled"]["amount"], &preview["lines"][0]["net"]["amount"]), (&json!("0.00"), &json!("0.00")));
    assert!(preview["warnings"][0].as_str().is_some_and(|warning| warning.contains("1h 30m of this time has no rate")), "{preview:#}");
}

#[tokio::test]
async fn a_rate_for_the_time_that_had_none_makes_it_worth_something() {
    let studio = without_rate().await;
    let entry = log(&studio, json!({})).await;
    let missing = studio.ok("list_rates", json!({"missing": true})).await;
    assert_eq!((&missing["items"][0]["project"]["name"], missing["items"][0].get("rate")), (&json!("Dashboard"), None));
    let set = rate(&studio, "100.00", "unbilled_time").await;
    assert_eq!(
        (&set["of"], &set["unbilled"]["without_rate"]["seconds"], &set["unbilled"]["difference"]["amount"]),
        (&json!("Acme / Dashboard"), &json!(5_400), &json!("150.00"))
    );
    assert_eq!(read(&studio, &entry).await["amount"]["amount"], "150.00");
    assert_eq!(studio.ok("list_rates", json!({"missing": true})).await["items"], json!([]));
}

#[tokio::test]
async fn time_without_a_rate_is_listed_as_such_where_no_rate_holds() {
    let studio = without_rate().await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Archived"})).await;
    for project in ["Archived", "Dashboard"] {
        log(&studio, json!({"project": project, "duration": "3h"})).await;
    }
    studio.ok("archive_project", json!({"project": "Archived"})).await;
    for (given, projects) in [(json!({}), 2), (json!({"project": "Dashboard"}), 1), (json!({"missing": true}), 2)] {
        let listed = studio.ok("list_rates", given.clone()).await["items"].as_array().expect("items").clone();
        assert_eq!(listed.len(), projects, "{given}");
        for item in listed {
            let unbilled = &item["unbilled"];
            assert_eq!((&unbilled["entries"], &unbilled["without_rate"]["seconds"]), (&json!(1), &json!(10_800)), "{given}: {item:#}");
            assert_eq!((&unbilled["after"]["amount"], &unbilled["difference"]["amount"]), (&json!("0.00"), &json!("0.00")));
        }
    }
}

#[tokio::test]
async fn a_new_rate_is_for_new_time_unless_the_unbilled_time_is_meant_too() {
    let studio = studio().await;
    let mut entries = Vec::new();
    for day in 1..=8 {
        entries.push(log(&studio, json!({"date": format!("2026-10-0{day}"), "duration": "5h"})).await);
    }
    let set = rate(&studio, "150.00", "new_time").await;
    let unbilled = json!({
        "entries": 8, "worked": set["unbilled"]["worked"], "without_rate": set["unbilled"]["without_rate"],
        "before": {"amount": "4800.00", "currency": "EUR"}, "after": {"amount": "6000.00", "currency": "EUR"},
        "difference": {"amount": "1200.00", "currency": "EUR"},
    });
    assert_eq!((&set["unbilled"], &set["rate"]["amount"]), (&unbilled, &json!("150.00")));
    assert_eq!(read(&studio, &entries[0]).await["amount"]["amount"], "600.00", "what was logged stays");
    let listed = studio.ok("list_rates", json!({"project": "Dashboard"})).await;
    assert_eq!((&listed["items"][0]["unbilled"], &listed["items"][0]["source"]), (&unbilled, &json!("project")));

    let told = studio.ok("set_rate", json!({"project": "Dashboard", "applies_to": "unbilled_time", "dry_run": true})).await;
    assert_eq!(told["unbilled"], unbilled);
    assert_eq!(read(&studio, &entries[0]).await["amount"]["amount"], "600.00");
    studio.ok("set_rate", json!({"project": "Dashboard", "applies_to": "unbilled_time"})).await;
    for entry in &entries {
        assert_eq!(read(&studio, entry).await["amount"]["amount"], "750.00");
    }
    assert_eq!(studio.ok("list_rates", json!({"project": "Dashboard"})).await["items"][0]["unbilled"]["entries"], 0);
}

#[tokio::test]
async fn repricing_can_be_taken_back() {
    let studio = studio().await;
    let entry = log(&studio, json!({})).await;
    let set = rate(&studio, "40.00", "unbilled_time").await;
    assert_eq!(read(&studio, &entry).await["amount"]["amount"], "60.00");
    studio.ok("undo_action", json!({"action": set["action"]})).await;
    assert_eq!(read(&studio, &entry).await["amount"]["amount"], "180.00");
    assert_eq!(studio.ok("get_project", json!({"project": "Dashboard"})).await.get("rate"), None);
}

#[tokio::test]
async fn time_with_a_rate_of_its_own_or_on_an_invoice_or_before_the_lock_date_keeps_its_rate() {
    let studio = studio().await;
    let own = log(&studio, json!({"rate": "90.00"})).await;
    let billed = log(&studio, json!({"date": "2026-10-02"})).await;
    studio.ok("draft_invoice", json!({"client": "Acme", "from": "2026-10-01", "to": "2026-10-31"})).await;
    let closed = log(&studio, json!({"date": "2026-09-02"})).await;
    studio.ok("update_organization", json!({"lock_date": "2026-09-30"})).await;
    let open = log(&studio, json!({})).await;
    let set = rate(&studio, "200.00", "unbilled_time").await;
    assert_eq!((&set["unbilled"]["entries"], &set["unbilled"]["difference"]["amount"]), (&json!(1), &json!("120.00")));
    for (entry, amount) in [(own, "135.00"), (billed, "180.00"), (closed, "180.00"), (open, "300.00")] {
        assert_eq!(read(&studio, &entry).await["amount"]["amount"], amount);
    }
}

#[tokio::test]
async fn time_without_a_rate_on_a_closed_day_is_told_as_unbilled_and_no_rate_is_asked_for() {
    let studio = without_rate().await;
    log(&studio, json!({"date": "2026-09-02", "duration": "1h"})).await;
    log(&studio, json!({"date": "2026-10-02", "duration": "2h"})).await;
    studio.ok("update_organization", json!({"lock_date": "2026-09-30"})).await;
    let missing = async || studio.ok("list_rates", json!({"missing": true})).await["items"].clone();
    let unbilled = async || studio.ok("list_unbilled", json!({})).await["items"][0]["without_rate"]["seconds"].clone();
    assert_eq!((unbilled().await, missing().await[0]["unbilled"]["without_rate"]["seconds"].clone()), (json!(10_800), json!(7_200)));
    let set = rate(&studio, "100.00", "unbilled_time").await;
    assert!(set["warnings"][0].as_str().is_some_and(|warning| warning.contains("1h without a rate is before the lock date")), "{set:#}");
    assert_eq!((unbilled().await, missing().await), (json!(3_600), json!([])));
}

#[tokio::test]
async fn a_rate_is_for_the_time_that_it_holds_for() {
    let studio = studio().await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Shop", "rate": "70.00"})).await;
    studio.ok("create_client", json!({"name": "Beta", "currency": "EUR", "tax_rate": "19"})).await;
    studio.ok("create_project", json!({"client": "Beta", "name": "Site"})).await;
    studio.ok("create_client", json!({"name": "Tokyo", "currency": "JPY", "tax_rate": "19"})).await;
    studio.ok("create_project", json!({"client": "Tokyo", "name": "Robots"})).await;
    let mut entries = Vec::new();
    for project in ["Dashboard", "Shop", "Site", "Robots"] {
        entries.push(log(&studio, json!({"project": project, "duration": "1h"})).await);
    }
    let amounts = async || {
        let mut amounts = Vec::new();
        for entry in &entries {
            amounts.push(read(&studio, entry).await.get("amount").map(|amount| amount["amount"].clone()));
        }
        amounts
    };
    studio.ok("set_rate", json!({"client": "Acme", "rate": "130.00", "applies_to": "unbilled_time"})).await;
    assert_eq!(amounts().await, [Some(json!("130.00")), Some(json!("70.00")), None, None]);
    let set = studio.ok("set_rate", json!({"rate": "50.00", "applies_to": "unbilled_time"})).await;
    assert_eq!((&set["of"], &set["unbilled"]["entries"]), (&json!("studio"), &json!(1)));
    assert_eq!(amounts().await, [Some(json!("130.00")), Some(json!("70.00")), Some(json!("50.00")), None]);
    let sources: Vec<Value> = studio.ok("list_rates", json!({})).await["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|item| item.get("source").cloned().unwrap_or_default())
        .collect();
    assert_eq!(sources, [json!("client"), json!("project"), json!("organization"), Value::Null]);
}

#[tokio::test]
async fn repricing_tells_of_the_budget_that_it_uses_up() {
    let studio = studio().await;
    studio.ok("set_budget", json!({"project": "Dashboard", "amount": "200.00", "hard_stop": true})).await;
    log(&studio, json!({})).await;
    let set = rate(&studio, "200.00", "unbilled_time").await;
    assert_eq!(set["unbilled"]["after"]["amount"], "300.00", "time that was worked has its price, whatever the cap");
    assert!(set["warnings"][0].as_str().is_some_and(|warning| warning.contains("budget")), "{set:#}");
}

#[tokio::test]
async fn rates_are_set_by_those_who_write_money() {
    let studio = studio().await;
    let given = json!({"project": "Dashboard", "rate": "1.00"});
    assert_eq!(studio.as_role(Role::Member).await.code("set_rate", given.clone()).await, Code::Forbidden);
    assert_eq!(studio.as_role(Role::Manager).await.code("set_rate", json!({"rate": "1.00"})).await, Code::Forbidden);
    studio.as_role(Role::Manager).await.ok("set_rate", given.clone()).await;
    assert_eq!(studio.token(WriteMode::Drafts).await.code("set_rate", given).await, Code::NeedsApproval);
    studio.ok("create_client", json!({"name": "Beta", "tax_rate": "19"})).await;
    for blank in [json!({"project": " ", "rate": "1.00"}), json!({"client": "", "rate": "1.00"})] {
        assert_eq!(studio.code("set_rate", blank).await, Code::Invalid);
    }
    assert_eq!(studio.token(WriteMode::Direct).await.code("set_rate", json!({"rate": "1.00"})).await, Code::Forbidden);
    for (beside, of) in
        [(json!({"project": "", "client": "Acme"}), "Acme"), (json!({"project": "Dashboard", "client": " "}), "Acme / Dashboard")]
    {
        let mut named = beside;
        named["rate"] = json!("3.00");
        assert_eq!(studio.ok("set_rate", named).await["of"], of, "an empty reference beside another is none");
    }
    let both = |client: &str| json!({"project": "Dashboard", "client": client, "rate": "2.00"});
    assert_eq!(studio.ok("set_rate", both("Acme")).await["of"], "Acme / Dashboard");
    assert_eq!(studio.code("set_rate", both("Beta")).await, Code::NotFound);
}

#[tokio::test]
async fn time_that_is_logged_while_its_rate_changes_has_the_new_one() {
    apart("repriced", async {
        let studio = without_rate().await;
        rate(&studio, "100.00", "new_time").await;
        let pool = owner().await;
        let mut holder = pool.begin().await.expect("a transaction");
        // The lock that a call holds while it logs time.
        sqlx::query("select from organization for share").execute(&mut *holder).await.expect("held");
        let all = {
            let studio = studio.clone();
            tokio::spawn(async move { rate(&studio, "120.00", "unbilled_time").await })
        };
        until_waiting(&mut holder, 1).await;
        let logged = {
            let studio = studio.clone();
            tokio::spawn(async move { log(&studio, json!({"duration": "1h"})).await })
        };
        until_waiting(&mut holder, 2).await;
        holder.rollback().await.expect("let go");
        all.await.expect("an answer");
        let entry = logged.await.expect("an entry");
        pool.close().await;
        assert_eq!(read(&studio, &entry).await["amount"]["amount"], "120.00");
    })
    .await;
}

/// The organization's rate is set by a person: the hints for a token name neither that way nor a right that its owner has.
#[tokio::test]
async fn a_token_is_told_that_no_token_sets_the_rate_of_the_organization() {
    let studio = studio().await;
    let agent = studio.token(WriteMode::Direct).await;
    let empty = agent.refused("set_rate", json!({"project": "", "rate": "50.00"})).await;
    assert!(empty.field("project").is_some_and(|why| !why.contains("organization")), "{empty:?}");
    let neither = agent.refused("set_rate", json!({"rate": "50.00"})).await;
    assert_eq!(neither.code, Code::Forbidden);
    assert!(neither.message.contains("no token can") && !neither.message.contains("Ask"), "{neither:?}");
    assert!(neither.hint.is_some_and(|hint| hint.contains("project or a client")));
    let at_the_page = studio.refused("set_rate", json!({"project": "", "rate": "50.00"})).await;
    assert!(at_the_page.field("project").is_some_and(|why| why.contains("leave it out")), "{at_the_page:?}");
    studio.ok("set_rate", json!({"rate": "50.00"})).await;
}

#[tokio::test]
async fn of_more_entries_than_one_change_reprices_a_way_is_told_that_there_is() {
    let studio = studio().await;
    let insert = format!(
        "insert into time_entry (organization_id, id, member_id, project_id, description, billable, day, seconds, rate, source, created_by, created_at, updated_at)
         select $1, gen_random_uuid(), '{0}', p.id, '', true, date '2026-01-01' + n / 100, 60, 5000, 'import', '{0}', now(), now()
         from project p, generate_series(1, 10001) n where p.organization_id = $1",
        studio.member()
    );
    studio.sql(&insert).await;
    for (of, way) in [("client", "for one project at a time"), ("project", "for new time alone")] {
        let named = if of == "client" { "Acme" } else { "Dashboard" };
        let refused = studio.refused("set_rate", json!({of: named, "rate": "90.00", "applies_to": "unbilled_time"})).await;
        assert!(refused.field("applies_to").is_some_and(|why| why.contains(way) && !why.contains("update_time_entries")), "{refused:?}");
    }
}

/// A page sums up the time of its own projects alone, so what is on the others decides nothing there.
#[tokio::test]
async fn each_page_of_rates_and_of_unbilled_time_has_the_sums_of_its_projects() {
    let studio = studio().await;
    for name in ["Archived", "Empty", "Gone", "Zoo"] {
        studio.ok("create_project", json!({"client": "Acme", "name": name})).await;
    }
    for (project, duration) in [("Archived", "1h"), ("Dashboard", "2h"), ("Zoo", "3h")] {
        log(&studio, json!({"project": project, "duration": duration})).await;
    }
    studio.ok("set_rate", json!({"client": "Acme", "rate": "130.00"})).await;
    for project in ["Archived", "Gone"] {
        studio.ok("archive_project", json!({"project": project})).await;
    }
    let pages = async |operation: &str, sums: fn(&Value) -> Value| {
        let (mut seen, mut cursor) = (Vec::new(), Value::Null);
        for _ in 0..10 {
            let page = studio.ok(operation, json!({"limit": 1, "cursor": cursor})).await;
            seen.extend(page["items"].as_array().into_iter().flatten().map(|item| (item["project"]["name"].clone(), sums(item))));
            cursor = page["next_cursor"].clone();
            if cursor.is_null() {
                break;
            }
        }
        Value::from_iter(seen.into_iter().map(|(name, sum)| json!([name, sum])))
    };
    let rates = pages("list_rates", |item| item["unbilled"]["difference"]["amount"].clone()).await;
    assert_eq!(rates, json!([["Archived", "10.00"], ["Dashboard", "20.00"], ["Empty", "0.00"], ["Zoo", "30.00"]]));
    let unbilled = pages("list_unbilled", |item| item["amount"]["amount"].clone()).await;
    assert_eq!(unbilled, json!([["Archived", "120.00"], ["Dashboard", "240.00"], ["Zoo", "360.00"]]));
    assert_eq!(studio.ok("list_rates", json!({"missing": true})).await["items"], json!([]));
}

/// How many rows of time the transaction of a call has read.
async fn rows_read(cx: &mut Call) -> i64 {
    let read = "select (coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::bigint from pg_stat_xact_user_tables
        where relname = 'time_entry'";
    sqlx::query_scalar(read).fetch_one(cx.db.connection()).await.expect("a count")
}

/// Whoever pages through the rates of hundreds of projects would otherwise have all unbilled time priced for each page.
#[tokio::test]
async fn a_page_of_rates_or_of_unbilled_time_reads_no_time_of_other_projects() {
    let studio = studio().await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Zoo"})).await;
    log(&studio, json!({})).await;
    let insert = format!(
        "insert into time_entry (organization_id, id, member_id, project_id, description, billable, day, seconds, rate, source, created_by, created_at, updated_at)
         select $1, gen_random_uuid(), '{0}', p.id, 'Step ' || n, true, date '2026-01-01' + n / 10, 60, 5000, 'import', '{0}', now(), now()
         from project p, generate_series(1, 2000) n where p.organization_id = $1 and p.name = 'Zoo'",
        studio.member()
    );
    studio.sql(&insert).await;
    let scope = RowScope::Organization(studio.organization());
    let db = studio.caller.services.database.begin(scope, AccessMode::Write).await.expect("begun");
    let mut cx = Call::resume(db, studio.caller.clone()).await.expect("a call");
    // A table of few rows is otherwise read from its beginning to its end.
    sqlx::query("set local enable_seqscan = off").execute(cx.db.connection()).await.expect("set");
    let filter = RateFilter { client: None, project: None, missing: false };
    let rates = store::list(&mut cx.db, &filter, None, 1).await.expect("a page");
    let unbilled = invoices::store::unbilled_by_project(&mut cx.db, None, None, None, 1).await.expect("a page");
    assert_eq!((rates[0].project_name.as_str(), unbilled[0].project_name.as_str()), ("Dashboard", "Dashboard"));
    let read = rows_read(&mut cx).await;
    assert!(read < 1_000, "{read} rows of the time of two projects");
}
