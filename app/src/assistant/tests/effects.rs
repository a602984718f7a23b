//! Effects of cards: people can read everything that they commit.

use serde_json::{Value, json};

use super::{commits::writes, *};
use crate::{access::Role, assistant::EffectLine, operation::tests::fixture};

fn text(card: &Card) -> String {
    let lines = card.effect.iter().map(|line| format!("{}: {} ({})", line.label, line.value, line.before.as_deref().unwrap_or_default()));
    format!("{}\n{}\n{}", card.title, lines.collect::<Vec<_>>().join("\n"), card.warnings.join("\n"))
}

/// The line with this label: its value, and the value before.
fn line(card: &Card, label: &str) -> Option<(String, Option<String>)> {
    let found = card.effect.iter().find(|line| line.label == label);
    found.map(|EffectLine { value, before, .. }| (value.clone(), before.clone()))
}

fn becomes(value: &str, before: Option<&str>) -> Option<(String, Option<String>)> {
    Some((value.to_owned(), before.map(str::to_owned)))
}

/// The text of an argument on a card: the name of the record that it refers to, or its formatted value.
async fn words(world: &World, argument: &str, value: &Value) -> String {
    let noun = argument.trim_end_matches('s');
    match (noun, value) {
        ("client" | "project" | "member", id) => {
            world.ok(&format!("get_{noun}"), json!({ noun: id })).await["name"].as_str().expect("a name").to_owned()
        }
        ("invoice" | "payment" | "time_entry" | "time_entrie", _) => "Acme".to_owned(),
        ("invitation", _) => "grace@example.com".to_owned(),
        ("action", _) => "Log time".to_owned(),
        ("notification", _) => world.ok("list_notifications", json!({})).await["items"][0]["text"].as_str().expect("a text").to_owned(),
        ("date", _) => "Fri 20 Nov 2026".to_owned(),
        ("amount", _) => "1.00 EUR".to_owned(),
        (_, Value::Bool(true)) => "yes".to_owned(),
        (_, Value::String(text)) => text.clone(),
        (_, other) => other.to_string(),
    }
}

#[tokio::test]
async fn every_argument_of_every_write_is_on_its_card() {
    let studio = fixture("effects").await;
    for operation in writes().await {
        let (name, call) = (operation.declaration.name, studio.right(operation).await);
        let shown = text(&card(&studio.world, name, Value::Object(call.clone())).await);
        // Of an argument with several records, every element counts as an argument.
        let parts = call.values().filter_map(Value::as_array).flatten().filter_map(Value::as_object).flatten();
        for (argument, value) in call.iter().filter(|(_, value)| !value[0].is_object()).chain(parts) {
            let values = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
            for value in values {
                let words = words(&studio.world, argument, &value).await;
                assert!(shown.contains(&words), "{name}({argument}) does not say {words:?}:\n{shown}");
                assert!(
                    value.as_str().is_none_or(|id| id.parse::<uuid::Uuid>().is_err() || !shown.contains(id)),
                    "{name} shows an id:\n{shown}"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_budget_is_shown_with_its_caps() {
    let (world, _) = studio(vec![]).await;
    let setting =
        json!({"project": "Dashboard", "hours": 40, "amount": "4000.00", "period": "month", "hard_stop": true, "warning_percent": 60});
    let new = card(&world, "set_budget", setting.clone()).await;
    for (label, value) in [
        ("Project", "Acme / Dashboard"),
        ("Hours", "40h"),
        ("Amount", "4,000.00 EUR"),
        ("Period", "month"),
        ("Hard stop", "yes"),
        ("Warning percent", "60"),
        ("Used", "0 %"),
    ] {
        assert_eq!(line(&new, label), becomes(value, None), "{label} of {new:#?}");
    }
    world.ok("set_budget", setting).await;
    let changed = card(&world, "set_budget", json!({"project": "Dashboard", "hours": "", "amount": "5000.00", "hard_stop": false})).await;
    assert_eq!(line(&changed, "Hours"), becomes("nothing", Some("40h")), "{changed:#?}");
    assert_eq!(line(&changed, "Amount"), becomes("5,000.00 EUR", Some("4,000.00 EUR")), "{changed:#?}");
    assert_eq!(line(&changed, "Hard stop"), becomes("no", Some("yes")), "{changed:#?}");
    let cleared = card(&world, "clear_budget", json!({"project": "Dashboard"})).await;
    for (label, value) in [("Deleted", "Budget"), ("Project", "Acme / Dashboard"), ("Hours", "40h"), ("Amount", "4,000.00 EUR")] {
        assert_eq!(line(&cleared, label), becomes(value, None), "{label} of {cleared:#?}");
    }
}

#[tokio::test]
async fn terms_of_a_client_are_shown_from_before_to_after() {
    let (world, _) = studio(vec![]).await;
    world.ok("create_client", json!({"name": "Beta", "tax_rate": "19", "email": "beta@example.com", "color": "#112233"})).await;
    let terms = json!({"client": "Beta", "currency": "USD", "tax_category": "AE", "tax_rate": "0", "language": "de", "email": "", "color": "#445566"});
    let changing = card(&world, "update_client", terms).await;
    for (label, value, before) in [
        ("Name", "Beta", None),
        ("Currency", "USD", Some("EUR")),
        ("Tax category", "AE", Some("S")),
        ("Tax rate", "0", Some("19")),
        ("Language", "de", Some("en")),
        ("E-mail", "nothing", Some("beta@example.com")),
        ("Color", "#445566", None),
    ] {
        assert_eq!(line(&changing, label), becomes(value, before), "{label} of {changing:#?}");
    }
}

#[tokio::test]
async fn people_are_named_who_come_onto_a_project_leave_it_or_are_granted_clients() {
    let (world, _) = studio(vec![]).await;
    let (barbara, alan) = (world.as_role(Role::Member).await, world.as_role(Role::Viewer).await);
    let on = json!({"project": "Dashboard", "members": [barbara.member()]});
    assert_eq!(line(&card(&world, "assign_project_members", on.clone()).await, "Put on the project"), becomes("Barbara", None));
    world.ok("assign_project_members", on.clone()).await;
    assert_eq!(line(&card(&world, "unassign_project_members", on).await, "Taken off the project"), becomes("Barbara", None));
    let removing = card(&world, "remove_member", json!({"member": barbara.member()})).await;
    assert_eq!(
        (line(&removing, "Name"), line(&removing, "Taken off the project")),
        (becomes("Barbara", None), becomes("Acme / Dashboard", None))
    );
    let granting = card(&world, "set_client_grants", json!({"member": alan.member(), "clients": ["Acme"]})).await;
    assert_eq!((line(&granting, "Name"), line(&granting, "Granted")), (becomes("Alan", None), becomes("Acme", None)));
    world.ok("set_client_grants", json!({"member": alan.member(), "clients": ["Acme"]})).await;
    let revoking = card(&world, "set_client_grants", json!({"member": alan.member(), "clients": []})).await;
    assert_eq!((line(&revoking, "No longer granted"), line(&revoking, "Clients")), (becomes("Acme", None), becomes("nothing", None)));
}

#[tokio::test]
async fn an_invitation_is_shown_with_what_comes_with_it_and_without_its_link() {
    let (world, _) = studio(vec![]).await;
    let member = json!({"email": "edsger@example.com", "role": "member", "projects": ["Dashboard"]});
    let viewer = json!({"email": "alan@example.com", "role": "viewer", "clients": ["Acme"]});
    for (call, label, value) in [(member, "Projects", "Acme / Dashboard"), (viewer, "Clients", "Acme")] {
        let inviting = card(&world, "invite_member", call).await;
        assert_eq!(line(&inviting, label), becomes(value, None), "{inviting:#?}");
        assert_eq!(line(&inviting, "Open until"), becomes("Sat 5 Dec 2026", None), "{inviting:#?}");
        assert!(!text(&inviting).contains("https://"), "{}", text(&inviting));
    }
    let open = world.ok("invite_member", json!({"email": "edsger@example.com", "role": "member"})).await;
    let again = card(&world, "resend_invitation", json!({"invitation": open["id"]})).await;
    assert_eq!(
        (line(&again, "E-mail"), line(&again, "Sent")),
        (becomes("edsger@example.com", None), becomes("2", Some("1"))),
        "{again:#?}"
    );
}

#[tokio::test]
async fn an_undo_is_shown_by_what_it_takes_back() {
    let (world, _) = studio(vec![]).await;
    let entry = world.ok("create_time_entry", json!({"project": "Dashboard", "date": "2026-11-20", "duration": "1h"})).await;
    let changed = world.ok("update_time_entry", json!({"time_entry": entry["id"], "duration": "2h", "description": "Charts"})).await;
    let undoing = card(&world, "undo_action", json!({"action": changed["action"]})).await;
    for (label, value, before) in [
        ("Undoes", "Change time", None),
        ("Changed", "Time entry", None),
        ("Project", "Acme / Dashboard", None),
        ("Duration", "1h", Some("2h")),
        ("Description", "nothing", Some("Charts")),
    ] {
        assert_eq!(line(&undoing, label), becomes(value, before), "{label} of {undoing:#?}");
    }
    let gone = world.ok("delete_time_entry", json!({"time_entry": entry["id"]})).await;
    let undoing = card(&world, "undo_action", json!({"action": gone["action"]})).await;
    for (label, value) in [("Undoes", "Delete time"), ("Comes back", "Time entry"), ("Project", "Acme / Dashboard"), ("Duration", "2h")] {
        assert_eq!(line(&undoing, label), becomes(value, None), "{label} of {undoing:#?}");
    }
}
