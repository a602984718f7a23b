//! What the page for a new invoice asks for and offers.

use domain::hours::WorkDuration;
use leptos::server_fn::ServerFn;
use serde_json::json;

use super::*;
use crate::{
    access::Role,
    page_context::{PageContext, ReturnedForm},
    testing::{World, current_organization},
};

#[test]
fn between_two_days_asks_for_both() {
    let asked = |from: &str, to: &str| {
        DraftChoices { period: "days".to_owned(), from: from.to_owned(), to: to.to_owned(), ..DraftChoices::default() }.missing_days()
    };
    assert!(asked("", "").is_some_and(|words| words.contains("first and the last day")));
    assert!(asked("2026-11-01", "").is_some_and(|words| words.contains("last day")));
    assert!(asked("", "2026-11-30").is_some_and(|words| words.contains("first day")));
    assert_eq!((asked("2026-11-01", "2026-11-30"), DraftChoices::default().missing_days()), (None, None));
}

#[tokio::test]
async fn a_period_that_there_is_not_is_told_without_the_words_of_programs() {
    let studio = World::new("studio").await;
    let client = studio.ok("create_client", json!({"name": "Acme"})).await;
    let chosen =
        DraftChoices { client: client["id"].as_str().expect("an id").to_owned(), period: "foo".to_owned(), ..DraftChoices::default() };
    let error = loaded(&studio, chosen.clone()).await.expect("the page").preview.expect("a preview").expect_err("no period");
    assert!(error.message.contains("this_week"), "{error:?}");
    assert_eq!(chosen.refusal_text(error), NOT_OFFERED);
    let other = Error::invalid("period", "There is no time in these days.");
    assert_eq!(DraftChoices::default().refusal_text(other), "There is no time in these days.");
}

#[tokio::test]
async fn nothing_is_previewed_while_the_days_are_missing() {
    let studio = World::new("studio").await;
    let client = studio.ok("create_client", json!({"name": "Acme"})).await;
    let chosen =
        DraftChoices { client: client["id"].as_str().expect("an id").to_owned(), period: "days".to_owned(), ..DraftChoices::default() };
    let loaded = loaded(&studio, chosen).await.expect("the page");
    assert!(loaded.preview.is_none());
}

#[tokio::test]
async fn the_page_is_not_there_for_whoever_writes_no_invoices() {
    let studio = World::new("studio").await;
    for role in [Role::Member, Role::Viewer] {
        let code = loaded(&studio.as_role(role).await, DraftChoices::default()).await.err().map(|error| error.code);
        assert_eq!(code, Some(Code::NotFound), "{role:?}");
    }
    assert!(loaded(&studio.as_role(Role::Manager).await, DraftChoices::default()).await.is_ok());
}

/// The data of the page for the caller.
async fn loaded(world: &World, chosen: DraftChoices) -> Result<NewInvoiceData, Error> {
    let looking = async { load(current_organization(), chosen).await };
    world.caller.clone().run(looking).await
}

#[tokio::test]
async fn the_time_of_an_archived_client_is_found() {
    let studio = World::new("studio").await;
    studio.ok("create_client", json!({"name": "Acme", "rate": "100.00"})).await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Site"})).await;
    studio.ok("create_time_entry", json!({"project": "Site", "duration": "1h"})).await;
    let shown = async || {
        let looking = async {
            let here = current_organization();
            let loaded = load(here.clone(), DraftChoices::default()).await.expect("the page");
            nobody(&here, &loaded.archived).to_html()
        };
        studio.caller.clone().run(looking).await
    };
    assert!(!shown().await.contains("Acme"), "it is offered while it is active");
    studio.ok("archive_client", json!({"client": "Acme"})).await;
    let archived = shown().await;
    assert!(archived.contains("No active client") && archived.contains("invoices/new?client="), "{archived}");
}

#[test]
fn time_without_a_rate_is_said_once_beside_its_field() {
    let money = |amount: &str| serde_json::json!({"amount": amount, "currency": "EUR"});
    let without_rate = WorkDuration::of(10_800);
    let said = [unpriced_time_warning(&without_rate, "Acme"), "There are no bank details.".to_owned()];
    let id = "01980000-0000-7000-8000-000000000001";
    let preview: InvoicePreview = serde_json::from_value(serde_json::json!({
        "client": {"id": id, "name": "Acme"}, "currency": "EUR", "period": {"from": "2026-11-20", "to": "2026-11-20"}, "lines": [],
        "subtotal": money("0.00"), "net": money("0.00"), "taxes": [], "tax": money("0.00"), "total": money("0.00"), "entries": 1,
        "unbilled": money("0.00"), "rounding_difference": money("0.00"), "without_rate": without_rate, "warnings": said
    }))
    .expect("a preview");
    let shown = Owner::new().with(|| warnings(&preview).expect("a list").to_html());
    assert!(!shown.contains("no rate") && shown.contains("no bank details"), "{shown}");
    assert!(shown.contains("Worth a look before it is sent:"), "what keeps it from being sent has another heading: {shown}");
}

#[test]
fn a_refused_first_line_of_ones_own_keeps_what_was_typed_without_scripts() {
    let texts = [("description", "Pauschale Oktober"), ("quantity", "1/2"), ("price", "1,200"), ("tax_rate", "7")];
    let fields = texts.map(|(field, text)| (format!("lines[0][{field}]"), text.to_owned()));
    let refusal = Some(Error::invalid("lines[0].quantity", "\"1/2\" is not a number."));
    let returned = ReturnedForm { call: DraftInvoice::url().to_owned(), refusal, fields: fields.into(), ..ReturnedForm::default() };
    let shown = Owner::new().with(|| {
        provide_context(PageContext { returned: Some(returned), ..PageContext::default() });
        let (action, chosen) = (WriteAction::<DraftInvoice>::new(), DraftChoices::default());
        view! { <DraftInvoiceForm action chosen by_hand=Some(Currency::default()) /> }.to_html()
    });
    for (field, text) in texts {
        let input = shown.split("<input").find(|input| input.contains(&format!("name=\"lines[0][{field}]\""))).expect("a field");
        assert!(input.split('>').next().is_some_and(|input| input.contains(&format!("value=\"{text}\""))), "{field}: {input}");
        assert_eq!(input.contains("aria-invalid=\"true\""), field == "quantity", "{field}: {input}");
    }
}
