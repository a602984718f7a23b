//! Tests of clients, through the operations.

use serde_json::{Value, json};

use crate::{
    error::{Code, Error},
    testing::World,
};

/// A studio with the client Acme, billed in euros, and its projects Dashboard and Site.
async fn studio() -> World {
    let studio = World::new("studio").await;
    studio.ok("create_client", json!({"name": "Acme", "tax_rate": "19", "currency": "EUR"})).await;
    for project in ["Dashboard", "Site"] {
        studio.ok("create_project", json!({"client": "Acme", "name": project})).await;
    }
    studio
}

fn to_dollars() -> Value {
    json!({"client": "Acme", "currency": "USD"})
}

#[tokio::test]
async fn an_empty_colour_is_none_that_was_chosen() {
    let studio = World::new("studio").await;
    let client = studio.ok("create_client", json!({"name": "Acme", "color": ""})).await;
    let project = studio.ok("create_project", json!({"client": "Acme", "name": "Dashboard", "color": " "})).await;
    assert_eq!(project["color"], client["color"], "a project has its client's");
    let same = studio.ok("update_client", json!({"client": "Acme", "color": ""})).await;
    assert_eq!(same["color"], client["color"]);
}

#[tokio::test]
async fn the_currency_stays_while_a_rate_or_a_budget_is_an_amount_in_it() {
    let studio = studio().await;
    studio.ok("update_project", json!({"project": "Dashboard", "rate": "90.00"})).await;
    studio.ok("set_budget", json!({"project": "Site", "amount": "4000.00"})).await;
    let refused = studio.refused("update_client", to_dollars()).await;
    assert_eq!(refused.code, Code::InUse);
    assert_eq!(
        refused.message,
        "The currency of Acme stays EUR: the rate of Dashboard and the budget of Site are in it. Take what is an amount away first, or add another client for USD."
    );
    studio.ok("clear_budget", json!({"project": "Site"})).await;
    let refused = studio.refused("update_client", to_dollars()).await;
    assert!(refused.message.contains("stays EUR: the rate of Dashboard is in it."), "{}", refused.message);
    studio.sql("update project set rate = null where organization_id = $1").await;
    assert_eq!(studio.ok("update_client", to_dollars()).await["currency"], "USD");
}

#[tokio::test]
async fn a_budget_of_hours_is_in_no_currency() {
    let studio = studio().await;
    studio.ok("set_budget", json!({"project": "Site", "hours": 40})).await;
    assert_eq!(studio.ok("update_client", to_dollars()).await["currency"], "USD");
}

#[tokio::test]
async fn the_currency_stays_once_there_is_time() {
    let studio = studio().await;
    studio.ok("create_time_entry", json!({"project": "Site", "date": "2026-11-20", "duration": "1h"})).await;
    let refused = studio.refused("update_client", to_dollars()).await;
    assert_eq!(refused.code, Code::InUse);
    assert!(refused.message.contains("there is time or an invoice in it"), "{}", refused.message);
}

#[tokio::test]
async fn many_amounts_are_not_all_named() {
    let studio = studio().await;
    for at in 1..=6 {
        studio.ok("create_project", json!({"client": "Acme", "name": format!("Project {at}"), "rate": "90.00"})).await;
    }
    let refused = studio.refused("update_client", to_dollars()).await;
    assert!(refused.message.contains("the rate of Project 5 and others are in it"), "{}", refused.message);
    assert!(!refused.message.contains("Project 6"), "{}", refused.message);
}

#[tokio::test]
async fn a_bare_number_is_no_amount_and_the_text_to_write_is_said() {
    let studio = World::new("studio").await;
    studio.ok("create_client", json!({"name": "Acme", "tax_rate": "19"})).await;
    let line = json!([{"description": "Hosting", "price": 5000}]);
    for (operation, arguments, field, text) in [
        ("create_client", json!({"name": "Beta", "rate": 120}), "rate", "\"120.00\""),
        ("update_client", json!({"client": "Acme", "rate": 99.5}), "rate", "\"99.50\""),
        ("set_budget", json!({"project": "Dashboard", "amount": -1}), "amount", "\"-1.00\""),
        ("preview_invoice", json!({"client": "Acme", "lines": line}), "lines[0].price", "\"5000.00\""),
    ] {
        let refused = studio.through(crate::context::Channel::Rest).refused(operation, arguments).await;
        let why = refused.field(field).unwrap_or_else(|| panic!("{operation}: {refused:?}"));
        assert!(why.contains(text) && why.contains("major units"), "{operation}: {why}");
    }
}

#[tokio::test]
async fn the_log_and_a_dry_run_show_amounts_in_the_currency_of_their_record() {
    let studio = World::new("studio").await;
    let made = studio.ok("create_client", json!({"name": "Osaka", "currency": "JPY", "rate": "15000", "tax_rate": "10"})).await;
    let entry = studio.ok("get_audit_entry", json!({"action": made["action"]})).await;
    assert_eq!(entry["changes"][0]["after"]["rate"], "15000 JPY", "{entry}");
    studio.ok("create_project", json!({"client": "Osaka", "name": "Robots"})).await;
    let logged = studio.ok("create_time_entry", json!({"project": "Robots", "date": "2026-11-20", "duration": "1h"})).await;
    let entry = studio.ok("get_audit_entry", json!({"action": logged["action"]})).await;
    let image = entry["changes"].as_array().and_then(|changes| changes.iter().find(|change| change["kind"] == "time_entry"));
    assert_eq!(image.expect("the entry")["after"]["rate"], "15000 JPY", "{entry}");
    let line = json!([{"description": "Parts", "quantity": "2", "price": "700"}]);
    let tried = studio.ok("draft_invoice", json!({"client": "Osaka", "lines": line, "dry_run": true})).await;
    let images = tried["changes"].as_array().expect("changes");
    assert!(images.iter().any(|change| change["kind"] == "invoice_line" && change["after"]["price"] == "700"), "{tried}");
    assert!(images.iter().any(|change| change["kind"] == "invoice" && change["after"]["currency"] == "JPY"), "{tried}");
}

#[tokio::test]
async fn the_tax_of_an_organization_goes_together_as_that_of_its_clients_does() {
    let studio = World::new("studio").await;
    studio.ok("update_organization", json!({"tax_category": "S", "tax_rate": "19"})).await;
    let exempt = studio.ok("update_organization", json!({"tax_category": "E"})).await;
    assert_eq!((&exempt["tax_category"], &exempt["tax_rate"]), (&json!("E"), &json!("0")), "{exempt}");
    let client = studio.ok("create_client", json!({"name": "X"})).await;
    assert_eq!((&client["tax_category"], &client["tax_rate"]), (&json!("E"), &json!("0")));
    for wrong in [json!({"tax_category": "E", "tax_rate": "19"}), json!({"tax_category": "S"})] {
        let refused = studio.refused("update_organization", wrong.clone()).await;
        assert!(refused.field("tax_rate").is_some(), "{wrong}: {refused:?}");
    }
    studio.ok("update_organization", json!({"tax_category": "E", "tax_rate": "0", "name": "Studio"})).await;
    let taxed = studio.ok("update_organization", json!({"tax_rate": "7"})).await;
    assert_eq!((&taxed["tax_category"], &taxed["tax_rate"]), (&json!("S"), &json!("7")), "whoever gives a rate charges tax");
}

#[tokio::test]
async fn another_currency_of_the_organization_makes_no_rate_of_one_in_the_currency_before() {
    let studio = World::new("studio").await;
    studio.ok("update_organization", json!({"currency": "EUR", "rate": "120.00"})).await;
    let changed = studio.ok("update_organization", json!({"currency": "USD"})).await;
    assert_eq!(changed.get("rate").filter(|rate| rate["amount"] != "0.00"), None, "{changed}");
    assert!(changed["warnings"][0].as_str().is_some_and(|words| words.contains("120.00 EUR") && words.contains("USD")), "{changed}");
    let both = studio.ok("update_organization", json!({"currency": "GBP", "rate": "95.00"})).await;
    assert_eq!((&both["rate"], both.get("warnings")), (&json!({"amount": "95.00", "currency": "GBP"}), None));
}

#[tokio::test]
async fn another_currency_of_the_organization_says_which_clients_lose_its_rate() {
    for rate in [json!({}), json!({"rate": "95.00"})] {
        let studio = World::new("studio").await;
        studio.ok("update_organization", json!({"currency": "EUR", "rate": "120.00"})).await;
        for client in ["Beta", "Acme", "Old"] {
            studio.ok("create_client", json!({"name": client})).await;
        }
        studio.ok("archive_client", json!({"client": "Old"})).await;
        studio.ok("create_client", json!({"name": "Own", "rate": "80.00"})).await;
        studio.ok("create_client", json!({"name": "Dollars", "currency": "USD"})).await;
        let changed = studio.ok("update_organization", with(&rate, json!({"currency": "USD"}))).await;
        let warnings = changed["warnings"].as_array().expect("warnings");
        let told = "Without a rate of their own, these clients billed at 120.00 EUR an hour and have no rate any more: Acme, Beta. \
                    Give each a rate in EUR.";
        assert_eq!(warnings.last().expect("a warning"), told);
        assert_eq!(warnings.len(), if rate == json!({}) { 2 } else { 1 }, "{changed}");
    }
}

#[tokio::test]
async fn of_many_clients_that_lose_the_rate_of_the_organization_the_first_are_named() {
    let studio = World::new("studio").await;
    studio.ok("update_organization", json!({"currency": "EUR", "rate": "120.00"})).await;
    for at in 1..=6 {
        studio.ok("create_client", json!({"name": format!("Client {at}")})).await;
    }
    let changed = studio.ok("update_organization", json!({"currency": "GBP", "rate": "95.00"})).await;
    let told = changed["warnings"][0].as_str().expect("a warning");
    assert!(told.contains(": Client 1, Client 2, Client 3, Client 4, Client 5 and others. Give"), "{told}");
}

#[tokio::test]
async fn a_text_has_one_rule_for_what_is_made_and_for_what_is_changed() {
    let studio = World::new("studio").await;
    for (at, nothing) in ["", "  ", "\u{200B}", "\n"].into_iter().enumerate() {
        let texts = json!({"email": nothing, "address": nothing, "vat_id": nothing, "color": nothing, "language": nothing,
            "currency": nothing, "tax_rate": nothing, "legal_name": nothing, "country": nothing});
        let name = format!("Client {at}");
        let made = studio.ok("create_client", with(&texts, json!({"name": name}))).await;
        let filled = json!({"client": name, "email": "a@x.test", "address": "Way 1", "vat_id": "DE136695976", "legal_name": "One Ltd",
            "country": "DE"});
        studio.ok("update_client", filled).await;
        let changed = studio.ok("update_client", with(&texts, json!({"client": name}))).await;
        for field in ["email", "address", "vat_id", "color", "language", "currency", "tax_rate", "legal_name", "country"] {
            assert_eq!(made.get(field), changed.get(field), "{field} as {nothing:?}");
        }
        studio.ok("update_organization", json!({"country": "DE"})).await;
        assert_eq!(studio.ok("update_organization", json!({"country": nothing})).await.get("country"), None, "{nothing:?}");
        let texts = json!({"code": nothing, "color": nothing});
        let made = studio.ok("create_project", with(&texts, json!({"client": name, "name": "One"}))).await;
        studio.ok("update_project", json!({"project": made["id"], "code": "A-1"})).await;
        let changed = studio.ok("update_project", with(&texts, json!({"project": made["id"]}))).await;
        assert_eq!((made.get("code"), &made["color"]), (changed.get("code"), &changed["color"]), "{nothing:?}");
    }
    for (field, wrong) in [
        ("vat_id", "DE1\nDE2"),
        ("vat_id", "DE12345678"),
        ("vat_id", "ATU00000000"),
        ("email", "a..b@acme.example"),
        ("email", "a@-acme.example"),
        ("email", "a[1]@acme.example"),
        ("email", "a@b"),
        ("color", "green"),
        ("language", "tlh"),
        ("name", "A\nB"),
        ("legal_name", "A\nB"),
        ("country", "Atlantis"),
    ] {
        for (operation, call) in [("create_client", json!({"name": "New"})), ("update_client", json!({"client": "Client 0"}))] {
            let refused = studio.refused(operation, with(&call, json!({field: wrong}))).await;
            assert!(refused.code == Code::Invalid && refused.field(field).is_some(), "{operation} {field} {wrong:?}: {refused:?}");
        }
    }
    let told = studio.ok("update_client", json!({"client": "Client 0", "vat_id": "de 123 456 789"})).await;
    assert_eq!(told["vat_id"], "DE123456789");
    assert!(told["warnings"][0].as_str().is_some_and(|words| words.contains("check digits")), "{told}");
}

#[tokio::test]
async fn a_letterhead_is_of_lines_and_its_numbers_are_those_of_banks_and_authorities() {
    let studio = World::new("studio").await;
    for field in ["name", "legal_name", "vat_id", "phone", "bank_holder", "bank_name", "bic", "iban", "email"] {
        let refused = studio.refused("update_organization", json!({field: "one\ntwo"})).await;
        assert!(refused.field(field).is_some(), "{field}: {refused:?}");
    }
    for (field, wrong) in [
        ("iban", "GB83WEST12345698765432"),
        ("iban", "DE893704004405320130"),
        ("bic", "WEST"),
        ("vat_id", "FR1"),
        ("vat_id", "GB12"),
        ("vat_id", "ATU00000000"),
    ] {
        assert!(studio.refused("update_organization", json!({field: wrong})).await.field(field).is_some(), "{field}");
    }
    let given = json!({"legal_name": "Mu\u{308}ller\u{200B}", "phone": "\u{202A}+49 30 1\u{202C}", "iban": "de89 3704 0044 0532 0130 00",
        "bic": "cobadeff xxx", "email": "Ada@Bücher.example", "address": "Way 1\r\nTown"});
    let letterhead = studio.ok("update_organization", given).await;
    let kept = json!({"legal_name": "M\u{FC}ller", "phone": "+49 30 1", "iban": "DE89370400440532013000", "bic": "COBADEFFXXX",
        "email": "ada@bücher.example", "address": "Way 1\nTown"});
    for (field, value) in kept.as_object().expect("fields") {
        assert_eq!(&letterhead[field], value, "{field}");
    }
    let empty = json!({"legal_name": " ", "phone": "\u{200B}", "iban": "", "bic": " ", "email": "\u{FEFF}", "address": "\n"});
    let cleared = studio.ok("update_organization", empty).await;
    assert!(kept.as_object().expect("fields").keys().all(|field| cleared.get(field).is_none()), "{cleared}");
}

fn with(one: &Value, other: Value) -> Value {
    let mut both = one.clone();
    both.as_object_mut().expect("an object").extend(other.as_object().expect("an object").clone());
    both
}

#[tokio::test]
async fn a_name_that_is_taken_is_told_as_it_stands_there() {
    let studio = World::new("studio").await;
    studio.ok("create_client", json!({"name": "Café é"})).await;
    let why = |refusal: Error| refusal.field("name").unwrap_or_default().to_owned();
    let told = why(studio.refused("create_client", json!({"name": "CAFE E"})).await);
    assert_eq!(told, "There is already a client called \"Café é\", and case and accents make no other name of it. Choose another name.");
    studio.ok("archive_client", json!({"client": "Café é"})).await;
    let told = why(studio.refused("create_client", json!({"name": "Café é"})).await);
    assert_eq!(told, "There is already a client called \"Café é\". It is archived: restore it, or choose another name.");
    studio.ok("create_client", json!({"name": "Beta"})).await;
    for name in ["Site", "Shop"] {
        studio.ok("create_project", json!({"client": "Beta", "name": name})).await;
    }
    studio.ok("archive_project", json!({"project": "Site"})).await;
    let told = why(studio.refused("update_project", json!({"project": "Shop", "name": "síte"})).await);
    let expected = "Beta already has a project called \"Site\", and case and accents make no other name of it. It is archived: restore it, or choose another name.";
    assert_eq!(told, expected);
}

#[tokio::test]
async fn a_vat_identifier_that_was_kept_before_its_form_was_asked_for_keeps_nothing_else_from_being_saved() {
    let studio = World::new("studio").await;
    studio.ok("create_client", json!({"name": "Acme", "vat_id": "DE123456788"})).await;
    let kept = "DE12345678";
    studio.sql(&format!("update client set vat_id = '{kept}' where organization_id = $1")).await;
    studio.sql(&format!("update organization set vat_id = '{kept}' where id = $1")).await;
    let client = studio.ok("update_client", json!({"client": "Acme", "vat_id": kept, "email": "a@acme.example"})).await;
    assert_eq!((&client["vat_id"], &client["email"]), (&json!(kept), &json!("a@acme.example")));
    assert_eq!(studio.ok("update_organization", json!({"vat_id": kept, "phone": "1"})).await["phone"], "1");
    for (operation, call) in [("update_client", json!({"client": "Acme"})), ("update_organization", json!({}))] {
        let refused = studio.refused(operation, with(&call, json!({"vat_id": "DE1234567"}))).await;
        assert!(refused.field("vat_id").is_some(), "{operation}: {refused:?}");
    }
}

/// A correction of the tax under *New invoices* is meant for the existing clients, too.
#[tokio::test]
async fn clients_follow_the_settings_where_that_is_wanted() {
    let studio = World::new("studio").await;
    studio.ok("create_client", json!({"name": "Kunde"})).await;
    studio.ok("create_client", json!({"name": "Own", "tax_rate": "7", "payment_terms_days": 60, "language": "de"})).await;
    let of = async |name: &str| {
        let client = studio.ok("get_client", json!({"client": name})).await;
        ["tax_rate", "payment_terms_days", "language"].map(|field| client[field].clone())
    };
    let before = of("Kunde").await;
    let change = json!({"tax_category": "S", "tax_rate": "19", "payment_terms_days": 21, "language": "ja"});
    let kept = studio.ok("update_organization", change).await;
    assert_eq!(of("Kunde").await, before);
    for words in ["1 client keeps the tax of before", "1 client keeps the days to pay", "1 client keeps the language"] {
        assert!(kept["warnings"].to_string().contains(words), "{words}: {kept:#}");
    }
    studio.ok("update_client", json!({"client": "Kunde", "tax_rate": "19", "payment_terms_days": 21, "language": "ja"})).await;
    let change = json!({"tax_rate": "20", "payment_terms_days": 10, "language": "en", "also_clients": true});
    let taken = studio.ok("update_organization", change).await;
    assert!(taken["warnings"].to_string().contains("1 client took over the tax."), "{taken:#}");
    assert_eq!(of("Kunde").await, [json!("20"), json!(10), json!("en")]);
    assert_eq!(of("Own").await, [json!("7"), json!(60), json!("de")], "what somebody chose for a client stays");
}
