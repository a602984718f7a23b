//! What whoever sets a rate is warned of: time that keeps another rate, projects with their own, and drafts.

use super::*;
use crate::access::Scope;

#[tokio::test]
async fn whoever_changes_a_rate_with_other_things_is_told_of_the_unbilled_time_that_keeps_the_one_before() {
    let studio = studio().await;
    log(&studio, json!({"duration": "5h"})).await;
    log(&studio, json!({"duration": "3h", "rate": "90.00"})).await;
    let told = |answer: &Value| answer.get("warnings").map(|warnings| warnings[0].as_str().unwrap_or_default().to_owned());
    let project = |change: &str| json!({"project": "Dashboard", "rate": change});
    let kept = |sums: &str| {
        Some(format!(
            "1 unbilled time entry (5h) keeps the rate it was logged at and is worth 600.00 EUR. At the present rate, it would be worth \
             {sums}. Set the rate for the unbilled time, too, to change that."
        ))
    };
    let of_project = kept("750.00 EUR (+150.00 EUR)");
    let mut rehearsed = project("150.00");
    rehearsed["dry_run"] = json!(true);
    assert_eq!(told(&studio.ok("update_project", rehearsed).await), of_project);
    assert_eq!(told(&studio.ok("update_project", project("150.00")).await), of_project);
    assert_eq!(told(&studio.ok("update_project", project("150.00")).await), None, "it is the same rate");
    assert_eq!(told(&studio.ok("update_project", json!({"project": "Dashboard", "code": "D"})).await), None);
    assert_eq!(
        told(&studio.ok("update_client", json!({"client": "Acme", "rate": "80.00"})).await),
        Some("Dashboard (150.00 EUR) keeps its own rate.".to_owned())
    );
    assert_eq!(told(&studio.ok("update_project", project("")).await), kept("400.00 EUR (-200.00 EUR)"));
    let client = studio.ok("update_client", json!({"client": "Acme", "rate": "100.00"})).await;
    assert_eq!(told(&client), kept("500.00 EUR (-100.00 EUR)"));
    assert!(told(&studio.ok("update_client", json!({"client": "Acme", "rate": ""})).await).is_some());
    let organization = studio.ok("update_organization", json!({"rate": "130.00"})).await;
    assert_eq!(told(&organization), kept("650.00 EUR (+50.00 EUR)"));
    assert_eq!(told(&studio.ok("set_rate", json!({"rate": "140.00"})).await), kept("700.00 EUR (+100.00 EUR)"));
    studio.ok("set_rate", json!({"applies_to": "unbilled_time"})).await;
    assert_eq!(told(&studio.ok("update_organization", json!({"rate": "140.00"})).await), None);
}

/// The warnings of an answer, as one text.
fn warned(answer: &Value) -> String {
    answer["warnings"].as_array().into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn of_time_without_a_rate_none_of_before_is_told() {
    let studio = without_rate().await;
    log(&studio, json!({"duration": "3h"})).await;
    let agent = studio.token(WriteMode::Direct).await;
    let given = json!({"client": "Acme", "rate": "99.99", "dry_run": true});
    let told = "1 unbilled time entry (3h) has no rate and stays without one. At the present rate, it would be worth 299.97 EUR.";
    assert_eq!(
        warned(&studio.ok("set_rate", given.clone()).await),
        format!("{told} Set the rate for the unbilled time, too, to change that.")
    );
    let acme = studio.ok("get_client", json!({"client": "Acme"})).await["id"].as_str().expect("an id").to_owned();
    let call = format!("set_rate {{\"client\": \"{acme}\", \"applies_to\": \"unbilled_time\"}} changes that.");
    assert_eq!(warned(&agent.ok("set_rate", given.clone()).await), format!("{told} {call}"));
    let changed = warned(&agent.ok("update_client", json!({"client": "Acme", "rate": "99.99"})).await);
    assert_eq!(changed, format!("{told} {call}"));
    log(&studio, json!({"duration": "2h"})).await;
    let both = warned(&studio.ok("set_rate", json!({"client": "Acme", "rate": "100.00"})).await);
    let kept = "(2h) keeps the rate it was logged at and is worth 199.98 EUR. At the present rate, it would be worth 200.00 EUR \
                (+0.02 EUR).";
    assert!(both.contains(kept), "{both}");
    assert!(both.contains("(3h) has no rate and stays without one. At the present rate, it would be worth 300.00 EUR."), "{both}");
    studio.ok("set_rate", json!({"client": "Acme", "applies_to": "unbilled_time"})).await;
    let taken = warned(&studio.ok("set_rate", json!({"client": "Acme", "rate": ""})).await);
    let kept = "2 unbilled time entries (5h) keep the rates they were logged at and are worth 500.00 EUR. No rate holds for them now.";
    assert!(taken.contains(kept), "{taken}");
}

#[tokio::test]
async fn time_that_waits_to_be_confirmed_is_told_where_its_rate_changes_and_where_it_does_not() {
    let studio = without_rate().await;
    rate(&studio, "120.00", "new_time").await;
    let drafts = studio.token(WriteMode::Drafts).await;
    let entry = log(&drafts, json!({"duration": "3h"})).await;
    let kept = rate(&studio, "150.00", "new_time").await;
    assert_eq!(kept["unbilled"]["entries"], 0);
    let told = "1 time entry that waits to be confirmed or approved (3h) keeps the rate it was logged at and is worth 360.00 EUR. At the \
                present rate, it would be worth 450.00 EUR (+90.00 EUR).";
    assert!(warned(&kept).contains(told), "{kept:#}");
    let set = rate(&studio, "150.00", "unbilled_time").await;
    assert_eq!((&set["unbilled"]["entries"], &set["unbilled"]["difference"]["amount"]), (&json!(0), &json!("0.00")));
    let told = "1 time entry that waits to be confirmed or approved (3h) was repriced as well. It was worth 360.00 EUR and is worth 450.00 \
                EUR now (+90.00 EUR). The figures of the unbilled time leave it out.";
    assert_eq!(warned(&set), told);
    assert_eq!(read(&studio, &entry).await["amount"]["amount"], "450.00");
    assert_eq!(warned(&rate(&studio, "150.00", "unbilled_time").await), "", "nothing has another rate");
}

#[tokio::test]
async fn whoever_raises_the_rate_of_a_client_is_told_which_projects_keep_their_own() {
    let studio = without_rate().await;
    rate(&studio, "95.50", "new_time").await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Without"})).await;
    let told = warned(&studio.ok("update_client", json!({"client": "Acme", "rate": "120.00"})).await);
    assert!(told.contains("Dashboard (95.50 EUR) keeps its own rate.") && !told.contains("Without"), "{told}");
    let set = studio.ok("set_rate", json!({"client": "Acme", "rate": "130.00", "applies_to": "unbilled_time"})).await;
    assert!(warned(&set).contains("Dashboard (95.50 EUR) keeps its own rate."), "{set:#}");
    for name in ["App", "Blog", "Care", "Email", "Forms"] {
        studio.ok("create_project", json!({"client": "Acme", "name": name, "rate": "80.00"})).await;
    }
    let told = warned(&studio.ok("update_client", json!({"client": "Acme", "rate": "140.00"})).await);
    assert!(told.contains("App (80.00 EUR)") && told.contains("Dashboard (95.50 EUR) and 2 more keep their own rates."), "{told}");
    let same = studio.ok("set_rate", json!({"client": "Acme", "rate": "80.00"})).await;
    assert!(warned(&same).contains("Dashboard (95.50 EUR) keeps its own rate."), "the others have the same: {same:#}");
    let none = studio.ok("update_client", json!({"client": "Acme", "rate": ""})).await;
    assert!(!warned(&none).contains("own rate"), "nothing was raised: {none:#}");
    studio.ok("update_client", json!({"client": "Acme", "rate": "140.00"})).await;
    let told = warned(&studio.ok("update_organization", json!({"rate": "150.00"})).await);
    assert!(told.contains("Acme (140.00 EUR) keeps its own rate."), "{told}");
}

#[tokio::test]
async fn whoever_sets_a_rate_is_told_of_the_time_that_lies_on_drafts_at_another() {
    let studio = without_rate().await;
    studio.ok("update_client", json!({"client": "Acme", "rate": "10.00"})).await;
    for date in ["2026-11-02", "2026-11-03"] {
        log(&studio, json!({"duration": "20h", "date": date})).await;
    }
    studio.ok("draft_invoice", json!({"client": "Acme", "from": "2026-11-02", "to": "2026-11-02"})).await;
    let draft = studio.ok("draft_invoice", json!({"client": "Acme"})).await;
    let set = studio.ok("set_rate", json!({"client": "Acme", "rate": "100.00", "applies_to": "unbilled_time"})).await;
    assert_eq!(set["unbilled"]["entries"], 0);
    let told = warned(&set);
    let each = "20h on the draft for Acme of Sat 21 Nov 2026 (+1,800.00 EUR)";
    assert!(told.contains(&format!("Draft invoices bill 40h at another rate than the present one: {each}, {each}.")), "{told}");
    let updated = studio.ok("update_client", json!({"client": "Acme", "rate": "110.00"})).await;
    assert!(warned(&updated).contains("Draft invoices bill 40h"), "{updated:#}");
    studio.ok("update_invoice_draft", json!({"invoice": draft["id"], "current_rates": true})).await;
    let again = studio.ok("set_rate", json!({"client": "Acme", "applies_to": "unbilled_time"})).await;
    assert!(warned(&again).contains("Draft invoices bill 20h"), "one has taken them up: {again:#}");
    let project = studio.ok("set_rate", json!({"project": "Dashboard", "rate": "10.00", "applies_to": "unbilled_time"})).await;
    assert!(warned(&project).contains("20h on the draft for Acme"), "the other is at it: {project:#}");
}

/// A rate of the organization applies neither to time in another currency nor to time with a closer rate.
#[tokio::test]
async fn whoever_sets_a_rate_is_told_of_the_time_without_one_that_it_would_apply_to() {
    let studio = without_rate().await;
    studio.ok("create_client", json!({"name": "Tokyo", "currency": "JPY", "tax_rate": "19"})).await;
    studio.ok("create_project", json!({"client": "Tokyo", "name": "Robots"})).await;
    for (client, project, date) in [("Tokyo", "Robots", "2026-11-02"), ("Acme", "Dashboard", "2026-11-02")] {
        log(&studio, json!({"project": project, "duration": "1h", "date": date})).await;
        studio.ok("draft_invoice", json!({"client": client})).await;
    }
    let is_told = async |given: Value| warned(&studio.ok("set_rate", given).await).contains("1h without a rate is on a draft invoice");
    let of_all = json!({"rate": "50.00", "applies_to": "unbilled_time"});
    assert!(is_told(of_all.clone()).await, "that of the client in the organization's currency");
    rate(&studio, "80.00", "new_time").await;
    assert!(!is_told(of_all).await, "the project has a rate by now");
    assert!(!is_told(json!({"client": "Acme", "rate": "60.00", "applies_to": "unbilled_time"})).await);
    assert!(is_told(json!({"project": "Dashboard", "rate": "80.00", "applies_to": "unbilled_time"})).await);
}

#[tokio::test]
async fn a_warning_names_no_operation_that_its_reader_may_not_call() {
    let studio = without_rate().await;
    studio.ok("update_client", json!({"client": "Acme", "rate": "10.00"})).await;
    log(&studio, json!({"duration": "20h", "date": "2026-11-02"})).await;
    studio.ok("draft_invoice", json!({"client": "Acme"})).await;
    let biller = studio.token(WriteMode::Direct).await;
    let worker = studio.token_of(&[Scope::WorkRead, Scope::WorkWrite, Scope::MoneyRead], WriteMode::Direct).await;
    for (agent, rate, names_it) in [(&biller, "100.00", true), (&worker, "110.00", false)] {
        let told = warned(&agent.ok("update_client", json!({"client": "Acme", "rate": rate})).await);
        assert!(told.contains("Draft invoices bill 20h at another rate"), "{told}");
        assert_eq!(told.contains("update_invoice_draft"), names_it, "{told}");
    }
}

/// Three entries of 15h 45m each at 70.00 an hour, which the client has for now.
async fn at_the_rate_of_the_client() -> World {
    let studio = without_rate().await;
    studio.ok("update_client", json!({"client": "Acme", "rate": "70.00"})).await;
    for date in ["2026-11-17", "2026-11-18", "2026-11-19"] {
        log(&studio, json!({"date": date, "duration": "15h45m"})).await;
    }
    studio
}

async fn unbilled(studio: &World) -> Value {
    studio.ok("list_unbilled", json!({})).await["items"][0]["amount"]["amount"].clone()
}

#[tokio::test]
async fn where_no_rate_holds_any_more_nobody_is_told_to_reprice() {
    let studio = at_the_rate_of_the_client().await;
    let agent = studio.token(WriteMode::Direct).await;
    let kept = "3 unbilled time entries (47h 15m) keep the rates they were logged at and are worth 3,307.50 EUR. No rate holds for them \
                now.";
    for caller in [&studio, &agent] {
        for operation in ["set_rate", "update_client"] {
            assert_eq!(warned(&caller.ok(operation, json!({"client": "Acme", "rate": ""})).await), kept, "{operation}");
            studio.ok("update_client", json!({"client": "Acme", "rate": "70.00"})).await;
        }
    }
    let rehearsed = warned(&agent.ok("set_rate", json!({"client": "Acme", "rate": "", "dry_run": true})).await);
    assert_eq!(rehearsed, kept.replace("No rate holds for them now", "No rate would hold for them"));
    studio.ok("update_client", json!({"client": "Acme", "rate": ""})).await;
    studio.ok("update_project", json!({"project": "Dashboard", "rate": "80.00"})).await;
    assert_eq!(warned(&agent.ok("update_project", json!({"project": "Dashboard", "rate": ""})).await), kept);
    assert_eq!(unbilled(&studio).await, "3307.50");
}

#[tokio::test]
async fn whoever_reprices_time_to_no_rate_is_told_what_it_was_worth_and_how_to_get_it_back() {
    let studio = at_the_rate_of_the_client().await;
    let agent = studio.token(WriteMode::Direct).await;
    let given = json!({"client": "Acme", "rate": "", "applies_to": "unbilled_time"});
    let mut rehearsed = given.clone();
    rehearsed["dry_run"] = json!(true);
    let would = "3 unbilled time entries (47h 15m) that are worth 3,307.50 EUR would have no rate. Give a rate along with it, or leave the \
                 unbilled time as it is.";
    let told = warned(&agent.ok("set_rate", rehearsed).await);
    assert!(told.contains(would), "{told}");

    let acme = studio.ok("get_client", json!({"client": "Acme"})).await["id"].as_str().expect("an id").to_owned();
    let lost = "3 unbilled time entries (47h 15m) that were worth 3,307.50 EUR have no rate now.";
    let call = format!("set_rate {{\"client\": \"{acme}\", \"applies_to\": \"unbilled_time\"}} with a rate gives them one.");
    let set = agent.ok("set_rate", given.clone()).await;
    assert_eq!(warned(&set), format!("{lost} {call} undo_action takes this change back."));
    assert_eq!(unbilled(&studio).await, "0.00");
    agent.ok("undo_action", json!({"action": set["action"]})).await;
    assert_eq!(unbilled(&studio).await, "3307.50");

    let by_person = warned(&studio.ok("set_rate", given).await);
    assert_eq!(by_person, format!("{lost} Set a rate for the unbilled time, too, to give them one. Undo takes this change back."));
    studio.ok("set_rate", json!({"client": "Acme", "rate": "70.00", "applies_to": "unbilled_time"})).await;
    assert_eq!(unbilled(&studio).await, "3307.50");
}

#[tokio::test]
async fn a_dry_run_says_what_would_become_of_time_that_waits_and_a_rate_that_is_gone_is_no_rate() {
    let studio = without_rate().await;
    rate(&studio, "120.00", "new_time").await;
    let drafts = studio.token(WriteMode::Drafts).await;
    log(&drafts, json!({"duration": "3h"})).await;
    let given = |rate: &str| json!({"project": "Dashboard", "rate": rate, "applies_to": "unbilled_time", "dry_run": true});
    for (changed, told) in [
        ("150.00", "It is worth 360.00 EUR and would be worth 450.00 EUR (+90.00 EUR)."),
        ("", "It is worth 360.00 EUR and would have no rate."),
    ] {
        let would = format!("1 time entry that waits to be confirmed or approved (3h) would be repriced as well. {told}");
        let rehearsed = warned(&studio.ok("set_rate", given(changed)).await);
        assert!(rehearsed.contains(&would), "{rehearsed}");
    }
    let told = warned(&rate(&studio, "", "unbilled_time").await);
    assert!(told.contains("was repriced as well. It was worth 360.00 EUR and has no rate now."), "{told}");
}

#[tokio::test]
async fn a_dry_run_says_that_entries_would_have_another_rate() {
    let studio = studio().await;
    let insert = format!(
        "insert into time_entry (organization_id, id, member_id, project_id, description, billable, day, seconds, rate, source, created_by, created_at, updated_at)
         select $1, gen_random_uuid(), '{0}', p.id, 'Step ' || n, true, date '2026-01-01' + n / 10, 60, 5000, 'import', '{0}', now(), now()
         from project p, generate_series(1, 600) n where p.organization_id = $1",
        studio.member()
    );
    studio.sql(&insert).await;
    for (dry_run, told) in [(true, "600 entries would have another rate, too many"), (false, "600 entries have another rate now, too")] {
        let given = json!({"project": "Dashboard", "rate": "90.00", "applies_to": "unbilled_time", "dry_run": dry_run});
        let said = warned(&studio.ok("set_rate", given).await);
        assert!(said.contains(told), "{said}");
    }
}
