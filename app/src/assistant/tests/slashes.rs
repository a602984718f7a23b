//! Slash commands: the same operations, without a model.

use serde_json::json;

use super::*;
use crate::{
    access::{Role, WriteMode},
    assistant::{Step, ToolState, commands},
    error::Code,
};

#[tokio::test]
async fn a_read_runs_at_once_and_a_write_waits() {
    let (world, model) = studio(vec![]).await;
    world.ok("create_time_entry", json!({"project": "Dashboard", "date": "2026-11-20", "duration": "1h30m"})).await;
    let said = say(&world, "/unbilled").await;
    let Some(Step::Tool(tool)) = said.messages[1].steps.first() else { panic!("no tool: {said:?}") };
    assert_eq!((tool.state, said.messages[1].text.as_str()), (ToolState::Done, "1 found · 1h 30m"));
    let said = say(&world, "/create-client name=Beta tax_rate=\"19\"").await;
    assert!(matches!(said.messages[1].steps.first(), Some(Step::Card(_))), "{said:?}");
    assert_eq!(world.code("get_client", json!({"client": "Beta"})).await, Code::NotFound);
    assert_eq!(model.asked().len(), 0);
}

#[tokio::test]
async fn time_that_waits_to_be_confirmed_is_told_in_the_drawer() {
    let (world, _) = studio(vec![]).await;
    let entry = json!({"project": "Dashboard", "date": "2026-11-20", "duration": "3h"});
    world.token(WriteMode::Drafts).await.ok("create_time_entry", entry).await;
    let unbilled = say(&world, "/unbilled").await.messages[1].text.clone();
    let of_acme = "3h (360.00 EUR) of Ada's time for Acme wait to be confirmed on the time page (from Fri 20 Nov 2026 on).";
    assert_eq!(unbilled, format!("Nothing found · {of_acme}"));
    let refused = say(&world, "/invoice Acme").await.messages[1].refusal.clone().expect("a refusal").message;
    assert_eq!(refused, format!("There is nothing to bill to Acme: {}", of_acme.replace(" for Acme", "")));
}

#[tokio::test]
async fn a_command_knows_the_names_that_the_person_sees_and_the_day_it_is() {
    let (world, _) = studio(vec![]).await;
    world.ok("create_project", json!({"client": "Acme", "name": "Dashboard redesign"})).await;
    let said = say(&world, "/log 45m Acme / Dashboard redesign first call yesterday").await;
    let Some(Step::Card(card)) = said.messages[1].steps.first() else { panic!("no card: {said:?}") };
    let expected = json!({"project": "Acme / Dashboard redesign", "duration": "45m", "description": "first call", "date": "2026-11-20"});
    assert_eq!(card.arguments, expected);
    let said = say(&world, "/create-client name=\"Acme Ltd\" rate=90.50 tax_rate=19").await;
    let Some(Step::Card(card)) = said.messages[1].steps.first() else { panic!("no card: {said:?}") };
    assert_eq!(
        card.arguments,
        json!({"name": "Acme Ltd", "rate": "90.50", "tax_rate": "19"}),
        "values are of the kinds that the operation takes"
    );
}

#[tokio::test]
async fn a_refusal_is_kept_as_the_answer() {
    let (world, _) = studio(vec![]).await;
    for (text, code) in [("/stop", Code::NoTimer), ("/nonsense", Code::Invalid), ("/get-client client=Nobody", Code::NotFound)] {
        let said = say(&world, text).await;
        assert_eq!(said.messages[1].refusal.as_ref().map(|error| error.code), Some(code), "{text}: {said:?}");
        let told = format!("{:?}", said.messages[1].refusal);
        assert!(!told.contains("start_timer") && !told.contains("list_clients"), "it is read by a person: {told}");
    }
}

#[tokio::test]
async fn all_commands_are_listed_on_request() {
    let (world, model) = studio(vec![]).await;
    let said = say(&world, "/help").await;
    let answer = &said.messages[1];
    assert_eq!(answer.refusal, None);
    for command in ["`/log 45m Acme / Onboarding / first call`", "`/undo-action action=…`", "`/list-clients`"] {
        assert!(answer.text.contains(command), "{command}: {}", answer.text);
    }
    assert_eq!(model.asked().len(), 0);
}

#[tokio::test]
async fn commands_are_those_of_the_role() {
    let (world, _) = studio(vec![]).await;
    let names = |world: &World| commands::available(&at_the_drawer(world)).into_iter().map(|command| command.name).collect::<Vec<_>>();
    let of_ada = names(&world);
    assert_eq!(of_ada[..5], ["start", "stop", "log", "unbilled", "invoice"]);
    assert!(of_ada.contains(&"create-client".to_owned()) && !of_ada.contains(&"create-token".to_owned()));
    let of_barbara = names(&world.as_role(Role::Member).await);
    assert_eq!(of_barbara[..3], ["start", "stop", "log"]);
    assert!(!of_barbara.contains(&"invoice".to_owned()) && !of_barbara.contains(&"unbilled".to_owned()));
}

#[tokio::test]
async fn what_is_no_secret_is_kept_as_it_was_said() {
    let (world, _) = studio(vec![]).await;
    for name in [
        "src_components_InvoiceEditor_InvoiceLineRow_useInvoiceTotals",
        "feature/reset/let-the-links-for-a-new-password-run-out",
        "https://docs.google.com/spreadsheets/d/1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms/edit",
    ] {
        let text = format!("/nonsense {name}");
        assert_eq!(say(&world, &text).await.messages[0].text, text);
    }
}

#[tokio::test]
async fn of_a_token_that_is_said_in_the_drawer_the_secret_is_not_kept() {
    let (world, _) = studio(vec![]).await;
    let made = world.ok("create_token", json!({"name": "agent"})).await;
    let token = made["token"].as_str().expect("a token");
    let secret = token.splitn(4, '_').last().expect("a secret");
    for text in [format!("/list-members query={token}"), format!("/create-client name={token}"), format!("/{token}")] {
        let said = say(&world, &text).await;
        assert!(said.messages[0].text.contains("stint_pat_") && !format!("{said:?}").contains(secret), "{said:?}");
    }
    world.caller.services.recorder.flush_within(std::time::Duration::from_secs(10)).await;
    assert_eq!(world.tables_with(secret).await, Vec::<String>::new());
}

#[tokio::test]
async fn an_argument_that_a_command_does_not_take_is_told_with_those_that_it_takes() {
    let (world, _) = studio(vec![]).await;
    for (text, told) in [
        ("/create-client name=Beta notes=Loud", "/create-client takes no \"notes\". It takes name, "),
        ("/list-clients notes=Loud", "/list-clients takes no \"notes\". It takes "),
    ] {
        let said = say(&world, text).await;
        let refusal = said.messages[1].refusal.as_ref().expect("refused");
        assert!(refusal.message.starts_with(told) && !refusal.message.contains("dry_run"), "{text}: {refusal:?}");
    }
    let said = say(&world, "/create-client name=Beta dry_run=true").await;
    let refusal = said.messages[1].refusal.as_ref().expect("refused");
    assert!(refusal.message.starts_with("The card itself shows what would be done"), "{refusal:?}");
}

#[tokio::test]
async fn the_card_of_a_payment_names_the_day_that_a_word_means() {
    let (world, _) = studio(vec![]).await;
    world.ok("create_time_entry", json!({"project": "Dashboard", "date": "2026-11-20", "duration": "1h"})).await;
    let draft = world.ok("draft_invoice", json!({"client": "Acme"})).await;
    world.ok("send_invoice", json!({"invoice": draft["id"]})).await;
    // A Friday.
    world.set_clock("2026-11-27T12:00:00Z");
    let said = say(&world, "/record-payment invoice=2026-0001 amount=10,50 date=friday").await;
    let Some(Step::Card(card)) = said.messages[1].steps.first() else { panic!("no card: {said:?}") };
    assert!(card.effect.iter().any(|line| line.label == "Day" && line.value == "Fri 27 Nov 2026"), "{card:#?}");
    assert!(card.warnings.iter().any(|told| told.contains("friday was taken as today, 2026-11-27")), "{card:#?}");
}

#[tokio::test]
async fn unbilled_time_is_told_by_client_with_its_worth_and_the_next_step() {
    let (world, _) = studio(vec![]).await;
    world.ok("create_client", json!({"name": "Globex", "currency": "GBP", "rate": "95.00", "tax_rate": "20"})).await;
    for (client, name) in [("Globex", "Site"), ("Acme", "Shop")] {
        world.ok("create_project", json!({"client": client, "name": name})).await;
    }
    for (project, duration) in [("Dashboard", "1h"), ("Shop", "1h45m"), ("Site", "3h")] {
        world.ok("create_time_entry", json!({"project": project, "date": "2026-11-20", "duration": duration})).await;
    }
    let said = say(&world, "/unbilled").await;
    let Some(Step::Tool(tool)) = said.messages[1].steps.first() else { panic!("no tool: {said:?}") };
    let lines: Vec<&str> = tool.lines.as_deref().expect("lines").lines().collect();
    assert!(lines[0].starts_with("- Acme: 330.00 EUR · ") && lines[1].starts_with("- Globex: 285.00 GBP · "), "{lines:?}");
    let next = lines.last().expect("a line");
    assert!(next.contains("/invoices/new)") && next.contains("`/invoice Acme`"), "{next}");
    assert!(said.messages[1].repeats_summary(), "the row shows it, and the page does not say it twice");
    let said = say(&world, "/unbilled this month").await;
    let Some(Step::Tool(tool)) = said.messages[1].steps.first() else { panic!("no tool: {said:?}") };
    let lines = tool.lines.as_deref().expect("lines");
    assert!(lines.contains("`/invoice Acme 2026-11-01..2026-11-30`"), "the next step bills the same days: {lines}");
    let billing = say(&world, "/invoice Acme 2026-11-01..2026-11-30").await;
    assert!(matches!(billing.messages[1].steps.first(), Some(Step::Card(_))), "{billing:?}");
}

#[tokio::test]
async fn a_command_that_the_role_does_not_allow_is_refused_with_who_can_change_that() {
    let (world, _) = studio(vec![]).await;
    let alan = world.as_role(Role::Viewer).await;
    for text in ["/log 1h Acme / Dashboard", "/start Acme / Dashboard", "/unbilled", "/invoice Acme", "/CREATE_CLIENT name=Beta"] {
        let said = say(&alan, text).await;
        let refusal = said.messages[1].refusal.as_ref().expect("refused");
        assert_eq!(refusal.code, Code::Forbidden, "{text}");
        assert!(
            refusal.message.contains("your role (viewer) does not allow that. An owner or admin can give you one"),
            "{text}: {refusal}"
        );
    }
    for text in ["/nonsense", "/create-token name=agent"] {
        let said = say(&alan, text).await;
        let refusal = said.messages[1].refusal.as_ref().expect("refused");
        assert!(refusal.message.starts_with("There is no command"), "{text}: {refusal}");
    }
    world.ok("set_assistant", json!({"enabled": false})).await;
    let told = say(&alan, "Hello").await;
    let text = &told.messages[1].text;
    assert!(text.contains("such as /list-clients") && !text.contains("/log"), "no example is a command that is refused: {text}");
}
