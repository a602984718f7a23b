//! Parsing of slash commands, and texts that are none.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::error::Code;

mod readings;

fn commands() -> Vec<Command> {
    let command = |name: &str, usage: &str| Command {
        name: name.to_owned(),
        title: format!("What {name} does"),
        usage: usage.to_owned(),
        writes: true,
        arguments: Vec::new(),
    };
    vec![
        command("start", "Acme / Dashboard design review"),
        command("stop", ""),
        command("log", "45m Acme / Onboarding / first call"),
        command("unbilled", "Acme"),
        command("invoice", "Acme last month"),
        command("create-client", "name=\"Acme\" currency=EUR rate=9000"),
        command("create-project", "client=\"Acme\" name=\"Dashboard\""),
        command("undo-action", "action=…"),
        command("mail-invoice", "invoice=…"),
    ]
}

fn names() -> KnownNames {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    KnownNames {
        projects: owned(&[
            "Acme / Dashboard",
            "Acme / Dashboard redesign",
            "Acme GmbH / Onboarding",
            "Globex / Dashboard",
            "Globex / Today",
        ]),
        clients: owned(&["Acme", "Acme GmbH", "Globex"]),
        today: Day::parse("today", "2026-11-21").expect("a day"),
    }
}

fn means(text: &str) -> (String, Value) {
    let parsed = parse(text, &commands(), &names()).unwrap_or_else(|error| panic!("{text}: {error}"));
    (parsed.operation, parsed.arguments)
}

fn refusal(text: &str) -> (Error, String) {
    let error = parse(text, &commands(), &names()).expect_err(text);
    assert_eq!(error.code, Code::Invalid, "{text}");
    let message = error.message.clone();
    (error, message)
}

fn offered(text: &str) -> Vec<String> {
    complete(text, text.encode_utf16().count(), &commands(), &names()).into_iter().map(|offer| offer.text).collect()
}

#[test]
fn the_longest_name_that_is_known_is_the_project() {
    let start = |project: &str, description: &str| ("start_timer".to_owned(), json!({ "project": project, "description": description }));
    assert_eq!(means("/start Acme / Dashboard design review"), start("Acme / Dashboard", "design review"));
    assert_eq!(means("/start Acme / Dashboard redesign review"), start("Acme / Dashboard redesign", "review"));
    assert_eq!(means("/start acme/dashboard REDESIGNED"), start("Acme / Dashboard", "REDESIGNED"));
    assert_eq!(means("/start  acme   gmbh/ onboarding\tkick-off "), start("Acme GmbH / Onboarding", "kick-off"));
    assert_eq!(means("/start Acme / Dashboard"), ("start_timer".to_owned(), json!({ "project": "Acme / Dashboard" })));
}

#[test]
fn a_slash_separates_the_description_from_the_project() {
    let slashed = KnownNames {
        projects: ["Kunde / Logo", "Kunde / Logo / Brand", "Acme / Dashboard"].map(str::to_owned).to_vec(),
        clients: ["Kunde", "Acme"].map(str::to_owned).to_vec(),
        ..names()
    };
    let logged = |text: &str| parse(text, &commands(), &slashed).expect(text).arguments;
    let entry = |project: &str, words: &str| json!({ "project": project, "duration": "45m", "description": words });
    assert_eq!(logged("/log 45m Kunde / Logo / Brand / Sketching"), entry("Kunde / Logo / Brand", "Sketching"));
    assert_eq!(logged("/log 45m Kunde / Logo / Sketching"), entry("Kunde / Logo", "Sketching"));
    assert_eq!(logged("/log 45m Dashboard / review"), entry("Dashboard", "review"));
    assert_eq!(logged("/log 45m Initech / Printer / on fire"), entry("Initech / Printer", "on fire"), "as the help writes it");
}

#[test]
fn a_single_required_argument_needs_no_name() {
    assert_eq!(means("/undo-action last"), ("undo_action".to_owned(), json!({ "action": "last" })));
    assert_eq!(means("/undo-action action=last").1, json!({ "action": "last" }));
    assert_eq!(means("/mail-invoice 2026-0001").1, json!({ "invoice": "2026-0001" }));
    assert_eq!(means("/mail-invoice 2026-0001 with-pdf=true").1, json!({ "invoice": "2026-0001", "with_pdf": true }));
    assert_eq!(means("/mail-invoice \"No. 7\" with-pdf=true").1, json!({ "invoice": "No. 7", "with_pdf": true }));
    assert!(refusal("/create-project Acme").1.contains("such as client=\"Acme\""), "the argument is a real one");
}

#[test]
fn the_last_offer_lists_the_commands_that_are_not_offered() {
    let command = |name: String| Command { name, title: String::new(), usage: String::new(), writes: false, arguments: Vec::new() };
    let many: Vec<Command> = (0..20).map(|number| command(format!("list-{number}"))).chain([command(HELP.to_owned())]).collect();
    let offers = complete("/", 1, &many, &names());
    let last = offers.last().expect("an offer");
    assert_eq!((offers.len(), last.label.as_str(), last.hint.as_str()), (8, "/help", "Lists 13 more commands"));
    assert_eq!(complete("/he", 3, &many, &names()).len(), 1);
    assert!(is_help("/help") && is_help(" /HELP log ") && !is_help("/helper") && !is_help("help"));
}

#[test]
fn a_project_without_its_client_is_left_to_the_operation() {
    assert_eq!(means("/start Dashboard call").1, json!({ "project": "Dashboard", "description": "call" }));
}

#[test]
fn an_unknown_project_is_a_client_a_slash_and_a_word() {
    assert_eq!(means("/start Initech / Printer on fire").1, json!({ "project": "Initech / Printer", "description": "on fire" }));
    assert_eq!(means("/start Initech Ltd / Printer on fire").1["project"], "Initech Ltd / Printer");
    assert_eq!(means("/start Initech").1, json!({ "project": "Initech" }));
}

#[test]
fn time_is_logged_today_unless_a_day_follows() {
    let logged = |text: &str| means(text).1;
    let entry = json!({ "project": "Acme / Dashboard", "duration": "45m", "description": "call" });
    assert_eq!(means("/log 45m Acme / Dashboard call"), ("create_time_entry".to_owned(), entry));
    assert_eq!(logged("/log 45m Acme / Dashboard call yesterday")["date"], "2026-11-20");
    assert_eq!(logged("/log 45m Acme / Dashboard call 2026-11-02")["date"], "2026-11-02");
    assert_eq!(logged("/log 45m Globex / Today"), json!({ "project": "Globex / Today", "duration": "45m" }));
    assert_eq!(logged("/log 1h 30m Acme / Dashboard")["duration"], "1h 30m");
    assert_eq!(logged("/log 45 min Acme / Dashboard")["duration"], "45 min");
}

#[test]
fn a_day_at_the_end_is_named_as_in_an_argument() {
    // Today is a Saturday.
    for (end, description, date) in [
        ("standup last friday", "standup", "2026-11-20"),
        ("standup Friday", "standup", "2026-11-20"),
        ("standup on friday", "standup", "2026-11-20"),
        ("standup on last  saturday", "standup", "2026-11-14"),
        ("standup saturday", "standup", "saturday"),
        ("standup tomorrow", "standup", "2026-11-22"),
        ("standup on 9.11.", "standup", "2026-11-09"),
        ("standup on 27.11.", "standup", "2026-11-27"),
        ("standup am 03.01.", "standup", "2027-01-03"),
        ("standup 27.11.2025", "standup", "2025-11-27"),
        ("standup am 27.11.2025", "standup", "2025-11-27"),
    ] {
        let wanted = json!({ "project": "Acme / Dashboard", "duration": "45m", "description": description, "date": date });
        assert_eq!(means(&format!("/log 45m Acme / Dashboard {end}")).1, wanted, "{end}");
    }
    let alone = json!({ "project": "Acme / Dashboard", "duration": "45m", "date": "2026-11-20" });
    assert_eq!(means("/log 45m Acme / Dashboard friday").1, alone);
    let figures = json!({ "project": "Acme / Dashboard", "duration": "45m", "date": "2026-11-09" });
    assert_eq!(means("/log 45m Acme / Dashboard 9.11.").1, figures);
    for words in [
        "prepare demo for friday",
        "plan until tomorrow",
        "prepare next monday",
        "paint the sun",
        "fix 1.2.3",
        "version 31.2.",
        "fix PHP 8.1.",
        "update to 5.11.",
        "work from 9 am",
    ] {
        let wanted = json!({ "project": "Acme / Dashboard", "duration": "45m", "description": words });
        assert_eq!(means(&format!("/log 45m Acme / Dashboard {words}")).1, wanted, "{words}");
    }
}

#[test]
fn a_card_makes_some_arguments_needless() {
    for text in [
        "/mail-invoice 2026-0001 dry-run=true",
        "/create-client name=Acme dry_run=true",
        "/log 45m Acme / Dashboard call dry_run=true",
        "/start Acme / Dashboard call dry-run=true",
        "/invoice Acme last month dry_run=true",
    ] {
        let told = refusal(text).1;
        assert!(told.ends_with("nothing happens until Commit. Leave dry_run out."), "{text}: {told}");
    }
    assert!(refusal("/mail-invoice 2026-0001 idempotency-key=7").1.ends_with("Leave idempotency_key out."));
    assert_eq!(means("/log 45m Acme / Dashboard dry_run=true is ignored").1["description"], "dry_run=true is ignored");
}

#[test]
fn words_that_stand_alone_are_told_with_the_value_in_quotes() {
    for (text, way) in [
        ("/create-client name=Initech Ltd", "name=\"Initech Ltd\"."),
        ("/create-client name=Initech Ltd & Co rate=9000", "name=\"Initech Ltd & Co\"."),
        ("/mail-invoice invoice=No 7", "invoice=\"No 7\"."),
        ("/create-project client=\"Acme\" New site", "such as name=\"New site\"."),
        ("/mail-invoice \"No. 7\" now", "the name, an equals sign and the value."),
    ] {
        let told = refusal(text).1;
        assert!(told.ends_with(way), "{text}: {told}");
    }
}

#[test]
fn around_an_equals_sign_there_may_be_spaces_where_the_argument_is_known() {
    let known = |usage: &str| Command {
        name: "update-time-entry".to_owned(),
        usage: usage.to_owned(),
        arguments: ["time_entry", "duration", "description", "bill_rate"].map(str::to_owned).to_vec(),
        ..commands()[0].clone()
    };
    let read = |text: &str| parse(text, &[known("time_entry=…")], &names()).expect(text).arguments;
    let wanted = json!({ "time_entry": "0199-7", "duration": "2h" });
    for text in ["duration = 2h", "duration= 2h", "duration =2h", "Duration=2h", "duration = “2h”"] {
        assert_eq!(read(&format!("/update-time-entry 0199-7 {text}")), wanted, "{text}");
    }
    let cleared = json!({ "time_entry": "0199-7", "description": "", "bill_rate": 90 });
    assert_eq!(read("/update-time-entry 0199-7 description= bill-rate = 90"), cleared);
    assert_eq!(read("/update-time-entry R&D = fun"), json!({ "time_entry": "R&D = fun" }));
    assert_eq!(read("/update-time-entry fun = work"), json!({ "time_entry": "fun = work" }));
}

#[test]
fn typographic_quotes_are_quotes() {
    for text in ["“Acme GmbH”", "„Acme GmbH“", "‘Acme GmbH’", "”Acme GmbH”"] {
        assert_eq!(means(&format!("/create-client name={text} rate=9000")).1, json!({ "name": "Acme GmbH", "rate": 9000 }), "{text}");
        assert_eq!(means(&format!("/mail-invoice {text}")).1, json!({ "invoice": "Acme GmbH" }), "{text}");
    }
    assert_eq!(means("/create-client name=‘Ada’s work’").1, json!({ "name": "Ada’s work" }));
    assert_eq!(means("/mail-invoice ‘t Hoekje").1, json!({ "invoice": "‘t Hoekje" }), "an apostrophe");
    assert!(refusal("/create-client name=“Acme").1.ends_with("end it with ”."));
}

#[test]
fn an_invoice_is_for_a_client_and_a_period() {
    let draft = |client: &str, period: &str| ("draft_invoice".to_owned(), json!({ "client": client, "period": period }));
    assert_eq!(means("/invoice Acme last month"), draft("Acme", "last_month"));
    assert_eq!(means("/invoice acme gmbh for 2026-Q1"), draft("Acme GmbH", "2026-q1"));
    assert_eq!(means("/invoice Initech Ltd last month"), draft("Initech Ltd", "last_month"));
    assert_eq!(means("/invoice Acme lats month"), draft("Acme", "lats_month"), "the operation says what is wrong with it");
    assert_eq!(means("/invoice Acme").1, json!({ "client": "Acme" }));
}

#[test]
fn what_needs_no_more_takes_no_more() {
    assert_eq!(means("/stop"), ("stop_timer".to_owned(), json!({})));
    assert_eq!(means("/unbilled"), ("list_unbilled".to_owned(), json!({})));
    assert_eq!(means("/unbilled Acme GmbH").1, json!({ "client": "Acme GmbH" }));
    assert_eq!(means("/unbilled Acme Partners").1, json!({ "client": "Acme Partners" }));
    assert_eq!(means("/unbilled last month").1, json!({ "period": "last_month" }));
    assert_eq!(means("/unbilled acme gmbh for last  month").1, json!({ "client": "Acme GmbH", "period": "last_month" }));
    assert_eq!(means("/unbilled Initech Ltd 2026-Q1").1, json!({ "client": "Initech Ltd", "period": "2026-q1" }));
    assert!(refusal("/stop it").1.contains("takes nothing more"));
}

#[test]
fn other_operations_take_their_arguments_by_name() {
    let (operation, arguments) =
        means(r#"/create-client name="Acme \"GmbH\"" rate=9000 billable=false tax-rate=7.50 code=007 lines=[{"a": 1}]"#);
    assert_eq!(operation, "create_client");
    let wanted =
        json!({ "name": "Acme \"GmbH\"", "rate": 9000, "billable": false, "tax_rate": "7.50", "code": "007", "lines": [{"a": 1}] });
    assert_eq!(arguments, wanted);
    assert_eq!(means("/Create_Client name=Acme").0, "create_client");
}

#[test]
fn values_become_what_the_schema_asks_for() {
    let schema = json!({ "properties": { "code": { "type": "string" }, "limit": { "type": "integer" }, "projects": { "type": "array" } } });
    let parsed = parse(r#"/create-client code=42 limit="5" projects=Dashboard name=1"#, &commands(), &names()).expect("a command");
    let coerced = parsed.coerced(schema.as_object().expect("an object"));
    assert_eq!(coerced.arguments, json!({ "code": "42", "limit": 5, "projects": ["Dashboard"], "name": 1 }));
}

#[test]
fn a_refusal_names_the_argument_and_the_way_on() {
    assert!(refusal("/strat Acme").1.contains("Did you mean /start"));
    assert!(refusal("/zzzzzzzzzzzz").1.contains("Type / to see them all"));
    assert!(refusal("/").1.contains("There is no command /."));
    assert!(refusal("log").1.contains("begins with a slash"));
    assert!(refusal("/log soon Acme").0.field("duration").is_some());
    assert!(refusal("/log 45m").0.field("project").is_some());
    assert!(refusal("/create-client Acme").1.contains("by name"));
    assert!(refusal("/create-client name=\"Acme").0.field("name").is_some());
    assert!(refusal("/create-client name=A name=B").1.contains("twice"));
}

#[test]
fn a_command_one_may_not_use_is_unknown() {
    let few = &commands()[..2];
    assert!(parse("/invoice Acme", few, &names()).is_err());
}

#[test]
fn commands_are_offered_by_what_they_begin_with_and_then_by_what_they_hold() {
    assert_eq!(offered("/st"), ["/start ", "/stop "]);
    assert_eq!(offered("/client"), ["/create-client "]);
    assert_eq!(offered("/stop"), Vec::<String>::new(), "what is there in full is sent, not offered");
    assert_eq!(offered("stop"), Vec::<String>::new());
    let longer = Command { name: "stop-all".to_owned(), ..commands()[1].clone() };
    let offers = complete("/stop", 5, &[commands(), vec![longer]].concat(), &names());
    assert!(offers.iter().all(|offer| !offer.needed), "/stop is a command already: {offers:?}");
}

#[test]
fn names_are_offered_where_they_belong() {
    assert_eq!(offered("/start acme/d"), ["/start Acme / Dashboard ", "/start Acme / Dashboard redesign "]);
    assert_eq!(offered("/log 45m glob"), ["/log 45m Globex / Dashboard ", "/log 45m Globex / Today "]);
    assert_eq!(offered("/log 45m Acme / Dashboard "), ["/log 45m Acme / Dashboard redesign "]);
    assert_eq!(offered("/log 45m Acme / Dashboard call"), Vec::<String>::new());
    assert_eq!(offered("/unbilled glo"), ["/unbilled Globex"]);
    assert_eq!(offered("/unbilled Globex last m"), ["/unbilled Globex last month"]);
    assert_eq!(offered("/unbilled Acme g"), ["/unbilled Acme GmbH"]);
    assert_eq!(offered("/invoice Globex l")[..2], ["/invoice Globex last month", "/invoice Globex last week"]);
    assert_eq!(offered("/create-project client=acm"), [r#"/create-project client="Acme" "#, r#"/create-project client="Acme GmbH" "#]);
    assert_eq!(offered("/create-project "), ["/create-project client=", "/create-project name="]);
}

#[test]
fn a_caret_counts_as_browsers_count() {
    let offers = complete("/start 𝒜 glob", "/start 𝒜 glob".encode_utf16().count(), &commands(), &names());
    assert_eq!(offers, Vec::new());
    let [offer] = &complete("/sto", 4, &commands(), &names())[..] else { panic!("one") };
    assert_eq!((offer.text.as_str(), offer.caret, offer.needed), ("/stop ", 6, true));
}

/// Random texts, of which more look like commands than by chance.
fn texts() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("/log".to_owned()),
        Just("/start".to_owned()),
        Just("/invoice".to_owned()),
        Just("/create-client".to_owned()),
        Just("45m".to_owned()),
        Just("Acme".to_owned()),
        Just("/".to_owned()),
        Just("Dashboard".to_owned()),
        Just("last".to_owned()),
        Just("yesterday".to_owned()),
        Just("name=\"".to_owned()),
        Just("client=".to_owned()),
        Just("ẞİ𝒜".to_owned()),
        "\\PC{0,6}",
    ];
    (proptest::collection::vec(word, 0..8), "[ \t\u{a0}\n]{0,2}")
        .prop_map(|(words, space)| words.join(if space.is_empty() { " " } else { &space }))
}

proptest! {
    #[test]
    fn no_text_makes_it_stumble(text in texts(), caret in 0usize..80, odd in "\\PC{0,10}", known in proptest::collection::vec("\\PC{0,8}", 0..4)) {
        let names = KnownNames { projects: known.clone(), clients: known, ..names() };
        for text in [text, odd] {
            _ = parse(&text, &commands(), &names);
            for offer in complete(&text, caret, &commands(), &names) {
                prop_assert!(offer.caret <= offer.text.encode_utf16().count());
            }
        }
    }

    #[test]
    fn what_is_offered_is_understood(name in "[A-Za-zäß]{1,5}( [A-Za-z]{1,4})?", project in "[A-Za-zäß]{1,5}( [a-z]{1,4})?", typed in 0usize..4) {
        let full = format!("{name} / {project}");
        let known = KnownNames { projects: vec![full.clone()], clients: vec![name.clone()], ..names() };
        for (begin, argument, wanted) in [("/start ", "project", &full), ("/log 45m ", "project", &full), ("/invoice ", "client", &name)] {
            let text = format!("{begin}{}", wanted.chars().take(typed).collect::<String>());
            for offer in complete(&text, text.encode_utf16().count(), &commands(), &known).iter().filter(|offer| offer.label == *wanted) {
                let parsed = parse(&offer.text, &commands(), &known).expect("understood");
                prop_assert_eq!(&parsed.arguments[argument], &json!(wanted));
            }
        }
    }
}
