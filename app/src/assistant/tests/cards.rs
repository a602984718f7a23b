//! Cards: the exact effect, committed once or not at all.

use domain::id::CardId;
use futures::future::join_all;
use serde_json::{Value, json};

use super::*;
use crate::{
    access::Role,
    assistant::{CardState, EffectLine, Step, card_actions, history},
    error::Code,
};

fn lines(card: &Card) -> Vec<(&str, &str)> {
    card.effect.iter().map(|line| (line.label.as_str(), line.value.as_str())).collect()
}

async fn entry(world: &World) -> Value {
    world.ok("create_time_entry", json!({"project": "Dashboard", "date": "2026-11-20", "duration": "1h"})).await["id"].clone()
}

#[tokio::test]
async fn a_card_shows_the_effect_and_commit_makes_it_true() {
    let (world, _) = studio(vec![]).await;
    let card = card(&world, "create_time_entry", json!({"project": "Dashboard", "duration": "45m", "description": "Call"})).await;
    assert_eq!(
        lines(&card),
        [
            ("Project", "Acme / Dashboard"),
            ("Member", "Ada"),
            ("Day", "Sat 21 Nov 2026"),
            ("Duration", "45m"),
            ("Description", "Call"),
            ("Billable", "yes"),
            ("Rate per hour", "120.00 EUR"),
            ("Amount", "90.00 EUR"),
        ]
    );
    let committed = card_actions::commit(&at_the_drawer(&world), card.id).await.expect("committed");
    assert_eq!((committed.state, committed.link.as_deref()), (CardState::Committed, Some("time")));
    let entries = world.ok("list_time_entries", json!({})).await;
    assert_eq!((entries["items"].as_array().map(Vec::len), &entries["items"][0]["source"]), (Some(1), &json!("assistant")));
    let channel = world.number("select count(*) from action where organization_id = $1 and operation = 'create_time_entry' and channel = 'assistant' and outcome = 'done'").await;
    assert_eq!(channel, 1);
}

#[tokio::test]
async fn several_invoices_are_shown_by_client_with_what_each_comes_to() {
    let (world, _) = studio(vec![]).await;
    world.ok("create_time_entry", json!({"project": "Dashboard", "date": "2026-10-20", "duration": "2h"})).await;
    let drafting = card(&world, "draft_invoices", json!({"clients": ["Acme"], "period": "last_month"})).await;
    assert!(lines(&drafting).contains(&("Acme", "285.60 EUR")), "{:#?}", lines(&drafting));
}

#[tokio::test]
async fn a_rate_for_unbilled_time_is_shown_with_what_the_time_becomes_worth() {
    let (world, _) = studio(vec![]).await;
    world.ok("create_time_entry", json!({"project": "Dashboard", "date": "2026-10-20", "duration": "2h"})).await;
    let setting = |applies_to: &'static str| json!({"project": "Dashboard", "rate": "500", "applies_to": applies_to});
    let repricing = card(&world, "set_rate", setting("unbilled_time")).await;
    assert!(lines(&repricing).contains(&("Unbilled time", "2h: 240.00 EUR → 1,000.00 EUR")), "{:#?}", lines(&repricing));
    for spelled in ["unbilled_time", "Unbilled time"] {
        let repricing = card(&world, "set_rate", setting(spelled)).await;
        let lines = lines(&repricing);
        let told: Vec<_> = lines.iter().filter(|(label, _)| *label == "Applies to").collect();
        assert_eq!(told, [&("Applies to", "unbilled time")], "once, and in words: {lines:#?}");
    }
    let keeping = card(&world, "set_rate", setting("new_time")).await;
    assert!(lines(&keeping).iter().all(|(label, _)| *label != "Unbilled time"), "{:#?}", lines(&keeping));
}

#[tokio::test]
async fn an_invoice_is_shown_with_its_lines_and_totals() {
    let (world, _) = studio(vec![]).await;
    world.ok("create_time_entry", json!({"project": "Dashboard", "date": "2026-10-20", "duration": "2h"})).await;
    let drafting = card(&world, "draft_invoice", json!({"client": "Acme", "period": "last_month"})).await;
    let shown = lines(&drafting);
    for line in [("Client", "Acme"), ("Dashboard", "2.00 h × 120.00 EUR = 240.00 EUR"), ("Tax", "45.60 EUR"), ("Total", "285.60 EUR")] {
        assert!(shown.contains(&line), "{line:?} is not in {shown:#?}");
    }
    let made = card_actions::commit(&at_the_drawer(&world), drafting.id).await.expect("committed");
    let draft = world.ok("list_invoices", json!({})).await["items"][0]["id"].as_str().expect("a draft").to_owned();
    assert_eq!(made.link, Some(format!("invoices/{draft}")));
    let sending = card(&world, "send_invoice", json!({"invoice": draft, "message": "Thank you"})).await;
    let shown = lines(&sending);
    for line in [("Number", "2026-0001"), ("Mailed to", "billing@acme.example"), ("Message", "Thank you")] {
        assert!(shown.contains(&line), "{line:?} is not in {shown:#?}");
    }
    card_actions::commit(&at_the_drawer(&world), sending.id).await.expect("sent");
    assert_eq!(world.ok("get_invoice", json!({"invoice": draft})).await["number"], "2026-0001");
    let paying = card(&world, "record_payment", json!({"invoice": draft, "amount": "100.00", "date": "2026-11-21"})).await;
    let paid = paying.effect.iter().find(|line| line.label == "Paid").expect("a line");
    assert_eq!((paid.before.as_deref(), paid.value.as_str()), (Some("0.00 EUR"), "100.00 EUR"));
}

#[tokio::test]
async fn a_change_is_shown_from_before_to_after() {
    let (world, _) = studio(vec![]).await;
    let entry = entry(&world).await;
    world.ok("create_project", json!({"client": "Acme", "name": "Onboarding"})).await;
    let card = card(&world, "update_time_entry", json!({"time_entry": entry, "duration": "2h", "project": "Onboarding"})).await;
    let line = |label: &str| card.effect.iter().find(|line| line.label == label).cloned();
    let changed = |label: &str, before: &str, value: &str| {
        Some(EffectLine { label: label.to_owned(), value: value.to_owned(), before: Some(before.to_owned()) })
    };
    assert_eq!(line("Duration"), changed("Duration", "1h", "2h"));
    assert_eq!(line("Project"), changed("Project", "Acme / Dashboard", "Acme / Onboarding"));
    assert_eq!(line("Billable"), None, "what stays is not told");
}

#[tokio::test]
async fn what_is_deleted_is_told() {
    let (world, _) = studio(vec![]).await;
    let entry = entry(&world).await;
    let card = card(&world, "delete_time_entry", json!({"time_entry": entry})).await;
    for line in [("Deleted", "Time entry"), ("Project", "Acme / Dashboard"), ("Duration", "1h")] {
        assert!(lines(&card).contains(&line), "{line:?} is not in {:#?}", lines(&card));
    }
}

#[tokio::test]
async fn a_card_tells_no_money_to_who_may_not_see_it() {
    let (world, _) = studio(vec![]).await;
    let barbara = world.as_role(Role::Member).await;
    world.sql("insert into project_member (organization_id, project_id, member_id) select organization_id, id, (select id from member where organization_id = $1 and role = 'member') from project where organization_id = $1").await;
    let entry =
        barbara.ok("create_time_entry", json!({"project": "Dashboard", "date": "2026-11-20", "duration": "1h"})).await["id"].clone();
    let logging = card(&barbara, "create_time_entry", json!({"project": "Dashboard", "duration": "45m"})).await;
    let deleting = card(&barbara, "delete_time_entry", json!({"time_entry": entry})).await;
    for shown in [logging, deleting] {
        let text = json!(shown).to_string();
        assert!(!text.contains("EUR") && !text.contains("12000"), "{text}");
    }
}

/// Whichever tab is first: the call runs once, and all tabs show the same.
#[tokio::test]
async fn three_tabs_commit_one_card_and_one_thing_happens() {
    for (operation, arguments) in
        [("create_time_entry", json!({"project": "Dashboard", "duration": "45m"})), ("draft_invoice", json!({"client": "Acme"}))]
    {
        let (world, _) = studio(vec![]).await;
        entry(&world).await;
        let card = card(&world, operation, arguments).await;
        let before = world.number("select count(*) from action where organization_id = $1 and outcome = 'done'").await;
        let ada = at_the_drawer(&world);
        let tabs = join_all((0..3).map(|_| card_actions::commit(&ada, card.id))).await;
        let actions: Vec<_> = tabs.into_iter().map(|tab| tab.expect("committed").action.expect("an action")).collect();
        assert!(actions.iter().all(|action| *action == actions[0]), "{actions:?}");
        let after = world.number("select count(*) from action where organization_id = $1 and outcome = 'done'").await;
        assert_eq!(after - before, 1, "{operation}");
        let again = card_actions::commit(&ada, card.id).await.expect("as it is");
        assert_eq!((again.state, again.action), (CardState::Committed, Some(actions[0])));
    }
}

#[tokio::test]
async fn a_card_whose_record_has_changed_is_refused_and_shows_the_new_effect() {
    let (world, _) = studio(vec![]).await;
    let entry = entry(&world).await;
    let card = card(&world, "update_time_entry", json!({"time_entry": entry, "duration": "2h"})).await;
    world.ok("update_time_entry", json!({"time_entry": entry, "duration": "3h"})).await;
    let ada = at_the_drawer(&world);
    let refused = card_actions::commit(&ada, card.id).await.expect_err("stale");
    assert_eq!(refused.code, Code::Stale);
    let shown: Card = serde_json::from_value(refused.details.expect("the card")).expect("a card");
    let duration = shown.effect.iter().find(|line| line.label == "Duration").expect("a line");
    assert_eq!((duration.before.as_deref(), duration.value.as_str()), (Some("3h"), "2h"));
    assert_eq!(world.ok("get_time_entry", json!({"time_entry": entry})).await["worked"]["text"], "3h", "nothing was done");
    let committed = card_actions::commit(&ada, card.id).await.expect("once it was looked at again");
    assert_eq!(committed.state, CardState::Committed);
    assert_eq!(world.ok("get_time_entry", json!({"time_entry": entry})).await["worked"]["text"], "2h");
}

#[tokio::test]
async fn a_card_whose_record_is_gone_is_refused_with_the_reason() {
    let (world, _) = studio(vec![]).await;
    let entry = entry(&world).await;
    let card = card(&world, "update_time_entry", json!({"time_entry": entry, "duration": "2h"})).await;
    world.ok("delete_time_entry", json!({"time_entry": entry})).await;
    let ada = at_the_drawer(&world);
    assert_eq!(card_actions::commit(&ada, card.id).await.map(|_| ()).map_err(|error| error.code), Err(Code::NotFound));
}

#[tokio::test]
async fn time_that_goes_by_is_no_other_effect() {
    let (world, _) = studio(vec![]).await;
    let starting = card(&world, "start_timer", json!({"project": "Dashboard"})).await;
    world.advance(40);
    let ada = at_the_drawer(&world);
    card_actions::commit(&ada, starting.id).await.expect("started");
    world.advance(600);
    let stopping = card(&world, "stop_timer", json!({})).await;
    world.advance(25);
    card_actions::commit(&ada, stopping.id).await.expect("stopped");
    let entries = world.ok("list_time_entries", json!({})).await;
    assert_eq!(entries["items"][0]["worked"]["seconds"], 625);
}

#[tokio::test]
async fn a_dismissed_card_stays_dismissed_and_a_committed_one_is_not_dismissed() {
    let (world, _) = studio(vec![]).await;
    let ada = at_the_drawer(&world);
    let first = card(&world, "create_client", json!({"name": "Beta", "tax_rate": "19"})).await;
    assert_eq!(card_actions::dismiss(&ada, first.id).await.expect("dismissed").state, CardState::Dismissed);
    assert_eq!(card_actions::commit(&ada, first.id).await.map(|_| ()).map_err(|error| error.code), Err(Code::Conflict));
    assert_eq!(world.code("get_client", json!({"client": "Beta"})).await, Code::NotFound);
    let second = card(&world, "create_client", json!({"name": "Beta", "tax_rate": "19"})).await;
    card_actions::commit(&ada, second.id).await.expect("committed");
    assert_eq!(card_actions::dismiss(&ada, second.id).await.map(|_| ()).map_err(|error| error.code), Err(Code::Conflict));
    assert_eq!(card_actions::commit(&ada, CardId::new()).await.map(|_| ()).map_err(|error| error.code), Err(Code::NotFound));
}

#[tokio::test]
async fn an_ambiguous_name_is_a_choice_without_a_commit() {
    let (world, _) = studio(vec![]).await;
    world.ok("create_client", json!({"name": "Beta", "tax_rate": "19"})).await;
    let other = world.ok("create_project", json!({"client": "Beta", "name": "Dashboard"})).await["id"].as_str().expect("an id").to_owned();
    let card = card(&world, "create_time_entry", json!({"project": "Dashboard", "duration": "45m"})).await;
    let labels: Vec<&str> = card.choices.iter().map(|choice| choice.label.as_str()).collect();
    assert_eq!((labels, card.effect.len()), (vec!["Acme / Dashboard", "Beta / Dashboard"], 0));
    let ada = at_the_drawer(&world);
    assert_eq!(card_actions::commit(&ada, card.id).await.map(|_| ()).map_err(|error| error.code), Err(Code::Conflict));
    let foreign = CardId::new().to_string();
    assert_eq!(card_actions::choose(&ada, card.id, &foreign).await.map(|_| ()).map_err(|error| error.code), Err(Code::Invalid));
    let chosen = card_actions::choose(&ada, card.id, &other).await.expect("chosen");
    assert_eq!((chosen.choices.len(), lines(&chosen)[0]), (0, ("Project", "Beta / Dashboard")));
    card_actions::commit(&ada, card.id).await.expect("committed");
    assert_eq!(world.ok("list_time_entries", json!({})).await["items"][0]["client"]["name"], "Beta");
}

#[tokio::test]
async fn a_refusal_makes_no_card() {
    let (world, _) = studio(vec![]).await;
    let refused = propose(&world, "create_time_entry", json!({"project": "Nothing", "duration": "45m"})).await;
    assert_eq!(refused.map(|_| ()).map_err(|error| error.code), Err(Code::NotFound));
    assert_eq!(world.number("select count(*) from card where organization_id = $1").await, 0);
}

#[tokio::test]
async fn a_card_is_committed_with_the_rights_of_that_moment() {
    let (world, _) = studio(vec![]).await;
    entry(&world).await;
    let card = card(&world, "draft_invoice", json!({"client": "Acme"})).await;
    let mut demoted = at_the_drawer(&world);
    demoted.membership.role = Role::Member;
    if let Some(membership) = &mut demoted.caller.membership {
        membership.role = Role::Member;
    }
    assert_eq!(card_actions::commit(&demoted, card.id).await.map(|_| ()).map_err(|error| error.code), Err(Code::Forbidden));
    assert_eq!(world.ok("list_invoices", json!({})).await["items"], json!([]));
}

/// As in the log: sent mails and memberships are never restored, so no button offers to undo them.
#[tokio::test]
async fn undo_is_offered_for_what_can_be_taken_back_and_for_nothing_else() {
    let (world, _) = studio(vec![]).await;
    entry(&world).await;
    let draft = world.ok("draft_invoice", json!({"client": "Acme"})).await["id"].as_str().expect("an id").to_owned();
    let (ada, conversation) = (at_the_drawer(&world), say(&world, "/nonsense").await.conversation);
    let mut offered = Vec::new();
    for command in [
        "/log 45m Acme / Dashboard call".to_owned(),
        format!("/send-invoice invoice={draft}"),
        format!("/resend-invoice invoice={draft}"),
        format!("/remove-member member={}", world.as_role(Role::Member).await.member()),
    ] {
        // A mail in the outbox is not written again.
        world.sql("update outgoing_mail set state = 'sent', sent_at = created_at where organization_id = $1").await;
        let said = say_in(&world, Some(conversation), &command).await.expect("said");
        let [Step::Card(card)] = &said.messages[1].steps[..] else { panic!("{command}: {said:?}") };
        let done = card_actions::commit(&ada, card.id).await.expect("committed");
        assert_eq!((done.state, card.undoable), (CardState::Committed, false), "{command}");
        assert_eq!(card_actions::commit(&ada, card.id).await.map(|card| card.undoable), Ok(done.undoable), "in another tab, {command}");
        offered.push(done.undoable);
    }
    assert_eq!(offered, [true, false, false, false]);
    assert_eq!(undoable(&ada, conversation).await, offered, "when it is read again");
    let logged = world.ok("list_audit", json!({"operation": "create_time_entry", "channel": "assistant"})).await["items"][0]["id"].clone();
    world.ok("undo_action", json!({"action": logged})).await;
    assert_eq!(undoable(&ada, conversation).await, [false; 4], "it was taken back in the log");
}

/// For each card of a conversation, whether Undo is offered.
async fn undoable(user: &AssistantUser, conversation: ConversationId) -> Vec<bool> {
    let kept = history::get(user, conversation).await.expect("a conversation");
    let steps = kept.messages.iter().flat_map(|message| &message.steps);
    steps.filter_map(|step| if let Step::Card(card) = step { Some(card.undoable) } else { None }).collect()
}

#[tokio::test]
async fn undo_needs_something_that_was_done() {
    let (world, _) = studio(vec![]).await;
    let card = card(&world, "create_client", json!({"name": "Beta", "tax_rate": "19"})).await;
    let ada = at_the_drawer(&world);
    assert_eq!(card_actions::undo(&ada, card.id).await.map(|_| ()).map_err(|error| error.code), Err(Code::Conflict));
    card_actions::commit(&ada, card.id).await.expect("committed");
    let undone = card_actions::undo(&ada, card.id).await;
    match operations::find("undo_action") {
        None => assert_eq!(undone.map(|_| ()).map_err(|error| error.code), Err(Code::Unavailable)),
        Some(_) => {
            assert_eq!(undone.expect("undone").state, CardState::Undone);
            assert_eq!(world.code("get_client", json!({"client": "Beta"})).await, Code::NotFound);
        }
    }
}
