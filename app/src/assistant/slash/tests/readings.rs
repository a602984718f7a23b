//! Texts that can be read in two ways.

use super::*;

#[test]
fn a_number_after_the_duration_may_begin_the_name_of_a_project() {
    let known = |projects: &[&str], clients: &[&str]| KnownNames {
        projects: projects.iter().map(|name| (*name).to_owned()).collect(),
        clients: clients.iter().map(|name| (*name).to_owned()).collect(),
        ..names()
    };
    let logged = |text: &str, names: &KnownNames| {
        let arguments = parse(text, &commands(), names).expect(text).arguments;
        ["duration", "project", "description"].map(|name| arguments[name].as_str().unwrap_or_default().to_owned())
    };
    let of_acme = known(&["Acme / 30 Days", "Acme / Dashboard"], &["Acme"]);
    assert_eq!(logged("/log 1h 30 days plan", &of_acme), ["1h", "30 Days", "plan"]);
    assert_eq!(logged("/log 1h 30 Days / plan", &of_acme), ["1h", "30 Days", "plan"]);
    assert_eq!(logged("/log 1h 30 Acme / 30 Days / plan", &of_acme), ["1h 30", "Acme / 30 Days", "plan"]);
    assert_eq!(logged("/log 1h 30 Dashboard plan", &of_acme), ["1h 30", "Dashboard", "plan"]);
    assert_eq!(logged("/log 1h 30m Acme / Dashboard plan", &of_acme), ["1h 30m", "Acme / Dashboard", "plan"]);
    let both = known(&["Acme / Days", "Acme / 30 Days"], &["Acme"]);
    assert_eq!(logged("/log 1h 30 days plan", &both), ["1h", "30 Days", "plan"], "the longer name");
    let of_client = known(&["Acme / Dashboard"], &["30 Days", "Acme"]);
    assert_eq!(logged("/log 1h 30 Days / Website / plan", &of_client), ["1h", "30 Days / Website", "plan"]);
    assert_eq!(logged("/log 1h 30 Initech / Printer / plan", &of_acme), ["1h 30", "Initech / Printer", "plan"]);
    let offered = |text: &str| complete(text, text.len(), &commands(), &of_acme).into_iter().map(|offer| offer.text).collect::<Vec<_>>();
    assert_eq!(offered("/log 1h 30 d"), ["/log 1h Acme / 30 Days ", "/log 1h 30 Acme / Dashboard "]);
    assert_eq!(offered("/log 1h 30 dash"), ["/log 1h 30 Acme / Dashboard "]);
}

#[test]
fn values_without_names_are_told_with_the_names_in_their_order() {
    let record = Command {
        name: "record-payment".to_owned(),
        usage: "invoice=… amount=… date=…".to_owned(),
        arguments: ["invoice", "amount", "date", "note"].map(str::to_owned).to_vec(),
        ..commands()[0].clone()
    };
    for (given, way) in [
        ("2026-0001 10", "such as invoice=2026-0001 amount=10 date=…."),
        ("2026-0001 10 note=Cash", "such as invoice=2026-0001 amount=10 date=…."),
        ("2026-0001 10 today", "such as invoice=2026-0001 amount=10 date=today."),
        ("\"No. 7\" 10 last monday", "such as invoice=\"No. 7\" amount=10 date=\"last monday\"."),
        ("2026-0001 10 date=today", "such as invoice=2026-0001 amount=10."),
        ("date=today 2026-0001 10", "or put a value of several words in quotes: date=\"today 2026-0001 10\"."),
        ("2026-0001", "such as invoice=\"2026-0001\"."),
    ] {
        let told = parse(&format!("/record-payment {given}"), std::slice::from_ref(&record), &names()).expect_err(given).message;
        assert!(told.ends_with(way), "{given}: {told}");
    }
    let told =
        parse("/record-payment date=today 2026-0001 10", std::slice::from_ref(&record), &names()).expect_err("they stand alone").message;
    assert!(told.contains("give it by name, such as invoice=2026-0001 amount=10, or put"), "{told}");
    let told = parse("/record-payment invoice=2026-0001 10", &[record], &names()).expect_err("10 stands alone").message;
    assert!(told.starts_with("\"10\" stands alone; give it by name, such as amount=\"10\", or put"), "{told}");
}

/// A part of a name would be another name.
#[test]
fn an_offered_command_holds_a_value_whole_or_not_at_all() {
    let told = |text: &str| parse(text, &commands(), &names()).expect_err(text).message;
    let offered = |told: &str, name: &str| told[told.find(&format!("{name}=\"")).expect("an offer")..].trim_end_matches('.').to_owned();
    let name = "Municipal Department of Public Works, Transport and Environmental Planning of the District";
    let way = offered(&told(&format!("/create-client name={name}")), "name");
    assert_eq!(means(&format!("/create-client {way}")).1, json!({ "name": name }));
    let way = offered(&told(&format!("/create-project \"{name}\" New site")), "client");
    assert_eq!(means(&format!("/create-project {way}")).1, json!({ "client": name, "name": "New site" }));
    let long = "word ".repeat(200);
    assert!(told(&format!("/create-client name={long}")).ends_with("name=\"…\"."), "no command offers a part of it");
}
