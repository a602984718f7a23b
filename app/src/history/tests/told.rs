//! Descriptions of actions: on the page of an invoice, and in the audit log.

use super::*;

/// An invoice that was sent, mailed again, paid by mistake, and voided after the payment was removed.
async fn voided(studio: &World) -> Value {
    log(studio, "2026-11-18").await;
    let draft = studio.ok("draft_invoice", json!({"client": "Acme"})).await;
    let sent = studio.ok("send_invoice", json!({"invoice": draft["id"], "without_email": true})).await;
    let number = sent["number"].clone();
    studio.ok("resend_invoice", json!({"invoice": number, "to": ["anna@acme.example"]})).await;
    let paid = studio.ok("record_payment", json!({"invoice": number, "amount": "100.00", "date": "2026-11-21"})).await;
    studio.ok("remove_payment", json!({"payment": paid["payments"][0]["id"], "reason": "typed twice"})).await;
    studio.ok("void_invoice", json!({"invoice": number})).await
}

/// The invoice has the first number of the year.
const TOLD: [&str; 6] = [
    "Invoice 2026-0001 for Acme voided",
    "Payment of 100.00 EUR removed from 2026-0001: typed twice",
    "Payment of 100.00 EUR recorded on 2026-0001",
    "Invoice 2026-0001 mailed to anna@acme.example",
    "Invoice 2026-0001 for Acme sent",
    "Invoice for Acme drafted",
];

fn words(events: &Value) -> Vec<&str> {
    events.as_array().into_iter().flatten().filter_map(|event| event["told"].as_str()).collect()
}

#[tokio::test]
async fn the_history_of_an_invoice_says_what_was_done_to_it_by_whom_and_why() {
    let studio = studio().await;
    let invoice = voided(&studio).await;
    let history = studio.ok("get_invoice_history", json!({"invoice": invoice["number"]})).await;
    assert_eq!(words(&history["events"]), TOLD);
    let name = studio.person().name.clone();
    assert!(history["events"].as_array().is_some_and(|events| events.iter().all(|event| event["member"]["name"] == name)), "{history}");
    assert_eq!(studio.code("get_invoice_history", json!({"invoice": "2026-0099"})).await, Code::NotFound);
}

#[tokio::test]
async fn what_was_taken_back_is_said_to_be() {
    let studio = studio().await;
    log(&studio, "2026-11-18").await;
    let draft = studio.ok("draft_invoice", json!({"client": "Acme"})).await;
    let sent = studio.ok("send_invoice", json!({"invoice": draft["id"], "without_email": true})).await;
    let paid = studio.ok("record_payment", json!({"invoice": sent["id"], "amount": "100.00", "date": "2026-11-21"})).await;
    undo(&studio, &paid).await;
    let history = studio.ok("get_invoice_history", json!({"invoice": sent["id"]})).await;
    let events = &history["events"];
    assert_eq!(
        words(events)[..2],
        ["Taken back: Payment of 100.00 EUR recorded on 2026-0001", "Payment of 100.00 EUR recorded on 2026-0001"]
    );
    assert_eq!((&events[0]["undone"], &events[1]["undone"]), (&Value::Null, &json!(true)));
}

#[tokio::test]
async fn whoever_leads_no_work_reads_no_history_of_invoices() {
    let studio = studio().await;
    let invoice = voided(&studio).await;
    for role in [Role::Owner, Role::Admin, Role::Manager] {
        studio.as_role(role).await.ok("get_invoice_history", json!({"invoice": invoice["id"]})).await;
    }
    for role in [Role::Member, Role::Viewer] {
        let refused = studio.as_role(role).await.code("get_invoice_history", json!({"invoice": invoice["id"]})).await;
        assert!(matches!(refused, Code::Forbidden | Code::NotFound), "{role:?}: {refused:?}");
    }
    let stranger = World::new("stranger").await.at(&studio).await;
    let refused = stranger.code("get_invoice_history", json!({"invoice": invoice["id"]})).await;
    assert!(matches!(refused, Code::Forbidden | Code::NotFound), "{refused:?}");
}

#[tokio::test]
async fn the_log_names_in_each_row_what_was_done_to_what() {
    let studio = studio().await;
    voided(&studio).await;
    studio.ok("archive_project", json!({"project": "Dashboard"})).await;
    _ = studio.call("void_invoice", json!({"invoice": "2026-0001"})).await;
    // Refusals are recorded after the answer.
    studio.caller.services.recorder.flush().await;
    let log = studio.ok("list_audit", json!({"reads": false})).await;
    let told = words(&log["items"]);
    let wanted = ["Void an invoice: 2026-0001", "Project Acme / Dashboard archived"].into_iter().chain(TOLD);
    let wanted = wanted.chain(["1h logged on Acme / Dashboard: Work", "Project Acme / Dashboard added", "Client Acme added"]);
    assert_eq!(told[..11], wanted.collect::<Vec<_>>());
    let removed = &log["items"][3];
    let entry = studio.ok("get_audit_entry", json!({"action": removed["id"]})).await;
    assert_eq!(entry["told"], removed["told"]);
    let names: Vec<&Value> = entry["changes"].as_array().into_iter().flatten().map(|change| &change["names"]).collect();
    assert!(names.iter().any(|names| names.to_string().contains("2026-0001")), "{names:?}");
}

/// The descriptions in the audit log, the newest first.
async fn log_of(studio: &World) -> Vec<String> {
    let log = studio.ok("list_audit", json!({"reads": false})).await;
    words(&log["items"]).into_iter().map(str::to_owned).collect()
}

/// The newest description in the history of an invoice.
async fn newest_of(studio: &World, invoice: &Value) -> String {
    let history = studio.ok("get_invoice_history", json!({"invoice": invoice})).await;
    words(&history["events"]).first().map(|told| (*told).to_owned()).unwrap_or_default()
}

#[tokio::test]
async fn of_several_drafts_each_invoice_tells_its_own_and_the_log_how_many_they_were() {
    let studio = studio().await;
    for client in ["Beta", "Gamma"] {
        studio.ok("create_client", json!({"name": client, "rate": "90.00", "tax_rate": "19"})).await;
        studio.ok("create_project", json!({"client": client, "name": "Site"})).await;
        studio.ok("create_time_entry", json!({"project": format!("{client} / Site"), "date": "2026-11-18", "duration": "1h"})).await;
    }
    log(&studio, "2026-11-18").await;
    let drafted = studio.ok("draft_invoices", json!({})).await;
    assert_eq!(log_of(&studio).await[0], "3 invoices drafted: for Acme, Beta and Gamma");
    for (at, client) in ["Acme", "Beta", "Gamma"].into_iter().enumerate() {
        assert_eq!(newest_of(&studio, &drafted["items"][at]["id"]).await, format!("Invoice for {client} drafted"));
    }
    studio.ok("undo_action", json!({"action": drafted["action"]})).await;
    assert_eq!(log_of(&studio).await[0], "Taken back: 3 invoices drafted: for Acme, Beta and Gamma");
    studio.ok("draft_invoices", json!({"clients": ["Beta"]})).await;
    assert_eq!(log_of(&studio).await[0], "Invoice for Beta drafted");
}

#[tokio::test]
async fn a_timer_that_stops_another_is_told_with_its_own_project_and_words() {
    let studio = studio().await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Site"})).await;
    studio.ok("start_timer", json!({"project": "Dashboard", "description": "Charts"})).await;
    studio.advance(600);
    studio.ok("start_timer", json!({"project": "Site", "stop_running": true})).await;
    assert_eq!(log_of(&studio).await[0], "Timer started on Acme / Site");
}

#[tokio::test]
async fn a_rate_is_told_with_whose_it_is_what_it_became_and_which_time_it_was_for() {
    let studio = studio().await;
    log(&studio, "2026-11-18").await;
    for (given, told) in [
        (json!({"client": "Acme", "rate": "130.00"}), "Rate of Acme set to 130.00 EUR"),
        (json!({"client": "Acme", "applies_to": "unbilled_time"}), "Unbilled time of Acme priced anew"),
        (
            json!({"client": "Acme", "rate": "1080", "applies_to": "unbilled_time"}),
            "Rate of Acme set to 1,080.00 EUR and for its unbilled time",
        ),
        (json!({"project": "Dashboard", "rate": "70.00"}), "Rate of Acme / Dashboard set to 70.00 EUR"),
        (json!({"project": "Dashboard", "rate": ""}), "Rate of Acme / Dashboard taken away"),
        (json!({"rate": "50.00", "applies_to": "unbilled_time"}), "Rate of the organization set to 50.00 EUR"),
        (json!({"client": "Acme", "rate": "", "applies_to": "unbilled_time"}), "Rate of Acme taken away, also for its unbilled time"),
    ] {
        studio.ok("set_rate", given.clone()).await;
        assert_eq!(log_of(&studio).await[0], told, "{given}");
    }
}

/// Amounts are never converted: what was set in one currency was never an amount in another.
#[tokio::test]
async fn a_rate_is_told_in_the_currency_that_the_client_had_then() {
    let studio = studio().await;
    let set = studio.ok("set_rate", json!({"project": "Dashboard", "rate": "70.00"})).await;
    studio.ok("set_rate", json!({"project": "Dashboard", "rate": ""})).await;
    for currency in ["JPY", "USD"] {
        studio.ok("update_client", json!({"client": "Acme", "currency": currency})).await;
        let log = log_of(&studio).await;
        assert!(log.iter().any(|told| told == "Rate of Acme / Dashboard set to 70.00 EUR"), "{currency}: {log:?}");
        let entry = studio.ok("get_audit_entry", json!({"action": set["action"]})).await;
        assert_eq!(entry["changes"][0]["after"]["rate"], "70.00 EUR", "{currency}: {entry}");
    }
    studio.ok("set_rate", json!({"project": "Dashboard", "rate": "80.00"})).await;
    assert_eq!(log_of(&studio).await[0], "Rate of Acme / Dashboard set to 80.00 USD");
}

#[tokio::test]
async fn of_several_who_are_put_on_a_project_some_are_named_and_the_others_counted() {
    let studio = studio().await;
    let mut members = Vec::new();
    for role in [Role::Admin, Role::Manager, Role::Member, Role::Member, Role::Member] {
        members.push(json!(studio.as_role(role).await.member()));
    }
    let named = |told: &str, named: usize, rest: &str| {
        let names = told.strip_suffix(rest).unwrap_or_default();
        assert_eq!(names.split(", ").count(), named, "{told}");
    };
    studio.ok("assign_project_members", json!({"project": "Dashboard", "members": members[..1]})).await;
    named(&log_of(&studio).await[0], 1, " put on Acme / Dashboard");
    studio.ok("unassign_project_members", json!({"project": "Dashboard", "members": members[..1]})).await;
    studio.ok("assign_project_members", json!({"project": "Dashboard", "members": members})).await;
    named(&log_of(&studio).await[0], 2, " and 3 others put on Acme / Dashboard");
    studio.ok("unassign_project_members", json!({"project": "Dashboard", "members": members})).await;
    named(&log_of(&studio).await[0], 2, " and 3 others taken off Acme / Dashboard");
    let viewer = studio.as_role(Role::Viewer).await;
    studio.ok("set_client_grants", json!({"member": viewer.member(), "clients": ["Acme"]})).await;
    assert_eq!(log_of(&studio).await[0], format!("Clients granted to {} changed", viewer.person().name));
}

#[tokio::test]
async fn of_several_entries_it_is_told_how_many_and_where() {
    let studio = studio().await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Site"})).await;
    let entry = |project: &str, day: &str| json!({"project": project, "date": day, "duration": "1h", "description": "Standup"});
    let one = json!({"entries": [entry("Site", "2026-11-16")]});
    studio.ok("create_time_entries", one).await;
    assert_eq!(log_of(&studio).await[0], "1h logged on Acme / Site: Standup");
    let both = json!({"entries": [entry("Dashboard", "2026-11-17"), entry("Site", "2026-11-17")]});
    let logged = studio.ok("create_time_entries", both).await;
    assert_eq!(log_of(&studio).await[0], "2 entries logged on Acme / Dashboard and Acme / Site");
    let ids: Vec<&Value> = logged["items"].as_array().into_iter().flatten().map(|item| &item["id"]).collect();
    studio.ok("update_time_entries", json!({"time_entries": ids, "project": "Dashboard"})).await;
    let told = log_of(&studio).await;
    assert!(told[0].ends_with("on Acme / Dashboard changed: Standup") || told[0] == "2 entries on Acme / Dashboard changed", "{told:?}");
    let many: Vec<Value> = (1..=9).map(|day| entry("Dashboard", &format!("2026-11-0{day}"))).collect();
    studio.ok("create_time_entries", json!({"entries": many})).await;
    assert_eq!(log_of(&studio).await[0], "9 entries logged on Acme / Dashboard");
    let but_one = (10..=17).map(|day| entry(if day == 17 { "Site" } else { "Dashboard" }, &format!("2026-11-{day}")));
    studio.ok("create_time_entries", json!({"entries": but_one.collect::<Vec<_>>()})).await;
    assert_eq!(log_of(&studio).await[0], "8 entries logged on Acme / Dashboard, …");
    let agent = studio.token(WriteMode::Drafts).await;
    let drafts =
        agent.ok("create_time_entries", json!({"entries": [entry("Dashboard", "2026-11-19"), entry("Dashboard", "2026-11-20")]})).await;
    assert_eq!(log_of(&studio).await[0], "2 entries drafted on Acme / Dashboard, to be confirmed");
    let ids: Vec<&Value> = drafts["items"].as_array().into_iter().flatten().map(|item| &item["id"]).collect();
    studio.ok("confirm_time_entries", json!({"time_entries": ids})).await;
    assert_eq!(log_of(&studio).await[0], "2 entries on Acme / Dashboard confirmed");
}

/// Arguments are recorded as they were given: with white space around a number, or with an id in upper case.
#[tokio::test]
async fn a_mail_is_in_the_history_of_its_invoice_however_the_call_has_written_it() {
    let studio = studio().await;
    log(&studio, "2026-11-18").await;
    let draft = studio.ok("draft_invoice", json!({"client": "Acme"})).await;
    studio.ok("send_invoice", json!({"invoice": draft["id"], "without_email": true})).await;
    let id = draft["id"].as_str().expect("an id");
    for (at, named) in
        ["2026-0001", " 2026-0001\t", "\u{a0}2026-0001\u{3000}", &id.to_uppercase(), &id.replace('-', ""), &format!(" {id} ")]
            .into_iter()
            .enumerate()
    {
        let to = format!("anna{at}@acme.example");
        studio.ok("resend_invoice", json!({"invoice": named, "to": [to]})).await;
        assert_eq!(newest_of(&studio, &draft["id"]).await, format!("Invoice 2026-0001 mailed to {to}"), "{named:?}");
        assert_eq!(log_of(&studio).await[0], format!("Invoice 2026-0001 mailed to {to}"), "{named:?}");
        studio.ok("stop_invoice_mail", json!({"invoice": named})).await;
        assert_eq!(newest_of(&studio, &draft["id"]).await, "Mail of invoice 2026-0001 stopped");
    }
    let history = studio.ok("get_invoice_history", json!({"invoice": draft["id"]})).await;
    assert_eq!(words(&history["events"]).len(), 14, "{history:#}");
}

/// The description names as many addresses as there were mails.
#[tokio::test]
async fn an_address_that_was_written_twice_is_told_once() {
    let studio = studio().await;
    log(&studio, "2026-11-18").await;
    let draft = studio.ok("draft_invoice", json!({"client": "Acme"})).await;
    studio.ok("send_invoice", json!({"invoice": draft["id"], "without_email": true})).await;
    studio.ok("resend_invoice", json!({"invoice": "2026-0001", "to": ["b@acme.example", "B@acme.example", "c@acme.example"]})).await;
    assert_eq!(newest_of(&studio, &draft["id"]).await, "Invoice 2026-0001 mailed to b@acme.example, c@acme.example");
}

#[tokio::test]
async fn a_number_that_looks_like_an_id_is_none() {
    let studio = studio().await;
    let number = format!("{}0001", "a".repeat(32));
    studio.ok("update_organization", json!({"number_pattern": format!("{}{{0001}}", "a".repeat(32))})).await;
    log(&studio, "2026-11-18").await;
    let draft = studio.ok("draft_invoice", json!({"client": "Acme"})).await;
    studio.ok("send_invoice", json!({"invoice": draft["id"], "without_email": true})).await;
    studio.ok("resend_invoice", json!({"invoice": number, "to": ["anna@acme.example"]})).await;
    let told = format!("Invoice {number} mailed to anna@acme.example");
    assert_eq!((&newest_of(&studio, &json!(number)).await, &log_of(&studio).await[0]), (&told, &told));
}

/// Nor does it name the project of records that changed along with it.
#[tokio::test]
async fn what_was_done_keeps_its_words_when_what_it_was_on_is_gone() {
    let studio = studio().await;
    studio.ok("start_timer", json!({"project": "Dashboard"})).await;
    studio.advance(600);
    studio.ok("create_client", json!({"name": "Globex"})).await;
    studio.ok("create_project", json!({"client": "Globex", "name": "Site"})).await;
    studio.ok("set_budget", json!({"project": "Site", "hours": "2"})).await;
    let logged =
        studio.ok("create_time_entry", json!({"project": "Site", "date": "2026-11-17", "duration": "1h", "description": "Work"})).await;
    studio.ok("delete_time_entry", json!({"time_entry": logged["id"]})).await;
    studio.ok("start_timer", json!({"project": "Site", "description": "Plans", "stop_running": true})).await;
    studio.ok("discard_timer", json!({})).await;
    studio.ok("delete_project", json!({"project": "Site"})).await;
    studio.ok("delete_client", json!({"client": "Globex"})).await;
    let told = log_of(&studio).await;
    let wanted = [
        "Client Globex deleted",
        "Project Globex / Site deleted",
        "Timer on Globex / Site discarded: Plans",
        "Timer started on Globex / Site: Plans",
        "1h on Globex / Site deleted: Work",
        "1h logged on Globex / Site: Work",
        "Budget of Globex / Site set",
    ];
    assert_eq!(told[..wanted.len()], wanted);
}

#[tokio::test]
async fn what_was_taken_back_and_then_not_is_told_to_be_done_again() {
    let studio = studio().await;
    let logged = log(&studio, "2026-11-18").await;
    let undone = undo(&studio, &logged).await;
    let again = undo(&studio, &undone).await;
    assert_eq!(log_of(&studio).await[0], "Done again: 1h logged on Acme / Dashboard: Work");
    undo(&studio, &again).await;
    assert_eq!(log_of(&studio).await[0], "Taken back: 1h logged on Acme / Dashboard: Work");
}

#[tokio::test]
async fn a_change_to_what_it_was_already_is_said_to_have_changed_nothing() {
    let studio = studio().await;
    let logged = log(&studio, "2026-11-18").await;
    studio.ok("update_time_entry", json!({"time_entry": logged["id"], "description": "Work"})).await;
    let newest = studio.ok("list_actions", json!({"limit": 1})).await["items"][0].clone();
    assert_eq!((&newest["told"], &newest["records"]), (&json!("Change time; nothing was changed"), &json!([])));
}
