//! Narrowed access: earlier answers, and answers in progress.

use serde_json::json;
use tokio::sync::Notify;

use super::*;
use crate::{
    access::Role,
    assistant::{
        AssistantServices, Conversation, Step,
        access_watch::{self, AccessWatch},
        card_actions, history,
        model::ChatMessage,
    },
    database::{AccessMode, IdentityCheck, RowScope},
    error::Code,
};

const DEMOTE: &str = "update member set role = 'member' where organization_id = $1 and role = 'manager'";

/// A model that waits for a signal before it answers.
struct Held {
    model: Prepared,
    gate: Arc<Notify>,
}

impl Model for Held {
    fn name(&self) -> &str {
        "held"
    }

    fn host(&self) -> &str {
        "models.test"
    }

    fn ask(&self, question: ModelRequest) -> ModelStream {
        let (gate, answer) = (self.gate.clone(), self.model.ask(question));
        let opened = async move {
            gate.notified().await;
            answer
        };
        stream::once(opened).flatten().boxed()
    }
}

/// Edsger is a manager, asks what is unbilled, and proposes a card; then he becomes a member. Returned with the demoted user are the
/// earlier answers.
async fn demoted() -> (World, Conversation, Prepared, ConversationId) {
    let look = calls("summarize_time", json!({"period": "this_month"}));
    let log = calls("create_time_entry", json!({"project": "Dashboard", "duration": "45m"}));
    let (world, model) = studio(vec![vec![look, log], vec![Says("That is **180.00 EUR**.")], vec![Says("Well.")]]).await;
    let edsger = world.as_role(Role::Manager).await;
    world.ok("assign_project_members", json!({"project": "Dashboard", "members": [edsger.member()]})).await;
    edsger.ok("create_time_entry", json!({"project": "Dashboard", "date": "2026-11-20", "duration": "1h30m"})).await;
    let said = say(&edsger, "What did I earn?").await;
    let (_, answer) = heard(&edsger, &said).await;
    assert!(json!(answer).to_string().contains("180.00") && json!(answer).to_string().contains("90.00"), "{answer:?}");
    say_in(&edsger, Some(said.conversation), "/unbilled").await.expect("said");
    let before = history::get(&at_the_drawer(&edsger), said.conversation).await.expect("a conversation");
    world.sql(DEMOTE).await;
    (edsger.at(&world).await, before, model, said.conversation)
}

/// Whether an amount of money appears in the page or in the model's messages.
fn is_told(what: &str) -> bool {
    ["180.00", "90.00", "120.00", "EUR"].into_iter().any(|amount| what.contains(amount))
}

#[tokio::test]
async fn what_was_answered_with_sight_of_money_is_not_shown_without_it() {
    let (now, _, _, conversation) = demoted().await;
    let kept = history::get(&at_the_drawer(&now), conversation).await.expect("a conversation");
    assert_eq!((kept.messages.len(), kept.messages[0].text.as_str()), (4, "What did I earn?"));
    assert!(!is_told(&json!(kept).to_string()), "{kept:#?}");
    assert!(kept.messages[1].steps.is_empty() && kept.messages[1].text.contains("not shown any more"), "{kept:#?}");
    let found = history::list(&at_the_drawer(&now), Some("180.00".to_owned())).await.expect("a list");
    assert_eq!(found, [], "nor is it found");
}

#[tokio::test]
async fn a_model_is_not_told_what_the_person_may_no_longer_see() {
    let (now, _, model, conversation) = demoted().await;
    let said = say_in(&now, Some(conversation), "And now?").await.expect("said");
    heard(&now, &said).await;
    let chat_messages = model.asked().pop().expect("a question").chat_messages;
    let told = chat_messages
        .iter()
        .filter(|chat_message| !matches!(chat_message, ChatMessage::System(_)))
        .map(|chat_message| format!("{chat_message:?}"))
        .collect::<String>();
    assert!(told.contains("And now?") && !is_told(&told), "{told}");
}

#[tokio::test]
async fn an_answer_that_is_over_is_heard_with_the_same_sight_only() {
    let (world, _) = studio(vec![vec![Says("That is **180.00 EUR**.")]]).await;
    let edsger = world.as_role(Role::Manager).await;
    let said = say(&edsger, "What did I earn?").await;
    heard(&edsger, &said).await;
    let (runs, run) = (&world.caller.services.assistant().runs, said.run.expect("a run"));
    assert!(runs.hear(&at_the_drawer(&edsger), run).is_ok());
    world.sql(DEMOTE).await;
    let heard = runs.hear(&at_the_drawer(&edsger.at(&world).await), run);
    assert_eq!(heard.map(|_| ()).map_err(|error| error.code), Err(Code::NotFound));
}

#[tokio::test]
async fn a_card_that_was_drawn_up_with_sight_of_money_is_drawn_up_anew_without_it() {
    let (now, before, _, conversation) = demoted().await;
    let mut cards = before.messages[1].steps.iter().filter_map(|step| if let Step::Card(card) = step { Some(card.id) } else { None });
    let card = cards.next_back().expect("a card");
    let refused = card_actions::commit(&at_the_drawer(&now), card).await.expect_err("stale");
    assert_eq!(refused.code, Code::Stale);
    assert!(!is_told(&json!(refused).to_string()), "{refused:?}");
    let kept = history::get(&at_the_drawer(&now), conversation).await.expect("a conversation");
    assert_eq!(kept.messages[1].steps.len(), 1, "it is there again, with what they see now: {kept:#?}");
}

#[tokio::test]
async fn a_card_that_is_not_theirs_to_commit_any_more_says_who_helps_and_else_where_it_is_done() {
    let (world, _) = studio(vec![]).await;
    let edsger = world.as_role(Role::Manager).await;
    let drawn = card(&edsger, "create_client", json!({"name": "Beta"})).await;
    world.sql(DEMOTE).await;
    let demoted = edsger.at(&world).await;
    let refused = card_actions::commit(&at_the_drawer(&demoted), drawn.id).await.expect_err("not in this role");
    assert!(refused.message.contains("to change clients and projects. An owner or admin"), "{refused:?}");
    let own = card(&world, "create_client", json!({"name": "Gamma"})).await;
    world.sql("update card set operation = 'list_mails' where organization_id = $1").await;
    let refused = card_actions::commit(&at_the_drawer(&world), own.id).await.expect_err("not in any role");
    assert_eq!(refused.code, Code::Forbidden);
    assert!(refused.message.contains("The assistant does not do") && !refused.message.contains("role"), "{refused:?}");
}

/// Access is checked again while an answer is being made.
#[tokio::test]
async fn an_answer_ends_for_who_is_demoted_removed_or_switched_off_meanwhile() {
    for (change, words) in [
        (DEMOTE, "role"),
        ("update member set removed_at = now() where organization_id = $1 and role = 'manager'", "belong"),
        ("update organization set assistant_enabled = false where id = $1", "switched off"),
    ] {
        let (model, gate) = (Prepared::default(), Arc::new(Notify::new()));
        *model.answers.lock().expect("answers") = vec![vec![calls("list_clients", json!({}))], vec![Says("Acme.")]].into();
        let world = studio_with(Box::new(Held { model: model.clone(), gate: gate.clone() }), Duration::from_secs(20)).await;
        let edsger = world.as_role(Role::Manager).await;
        let said = say(&edsger, "Who are my clients?").await;
        let asked = async {
            while model.asked().is_empty() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), asked).await.expect("the model is asked");
        world.sql(change).await;
        gate.notify_one();
        let (_, answer) = heard(&edsger, &said).await;
        let refusal = answer.refusal.expect("a refusal");
        assert_eq!((refusal.code, answer.steps.len(), model.asked().len()), (Code::Forbidden, 0, 1));
        assert!(refusal.message.contains(words), "{change}: {refusal:?}");
    }
}

/// Reserved tokens are returned even without a sign-in; otherwise signing out ten times would use up the quota of the month.
#[tokio::test]
async fn an_answer_of_who_signs_out_meanwhile_is_settled_and_kept_as_far_as_it_came() {
    let (model, gate) = (Prepared::default(), Arc::new(Notify::new()));
    *model.answers.lock().expect("answers") = vec![vec![calls("list_clients", json!({}))], vec![Says("Acme.")]].into();
    let world = studio_with(Box::new(Held { model: model.clone(), gate: gate.clone() }), Duration::from_secs(20)).await;
    let edsger = world.as_role(Role::Manager).await;
    let said = say(&edsger, "Who are my clients?").await;
    let asked = async {
        while model.asked().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), asked).await.expect("the model is asked");
    let taken = "select coalesce(sum(output_tokens), 0)::bigint from model_usage where organization_id = $1";
    assert!(world.number(taken).await > 1_000, "so much is taken before the model answers");
    world.sql("delete from sign_in s using member m where m.organization_id = $1 and m.role = 'manager' and m.user_id = s.user_id").await;
    gate.notify_one();
    let (_, answer) = heard(&edsger, &said).await;
    assert_eq!(answer.refusal.map(|error| error.code), Some(Code::Unauthenticated));
    assert!(world.number(taken).await < 200, "{}", world.number(taken).await);
    let open = "select count(*) from message where organization_id = $1 and ended_at is null";
    assert_eq!(world.number(open).await, 0, "no answer is left open");
}

/// Answers about a client are hidden from a viewer, and not found, once the client grant is revoked.
#[tokio::test]
async fn what_was_answered_of_a_client_that_was_taken_away_is_not_shown() {
    let (world, _) = studio(vec![]).await;
    let alan = world.as_role(Role::Viewer).await;
    world.ok("set_client_grants", json!({"member": alan.member(), "clients": ["Acme"]})).await;
    let said = say(&alan, "/get-client client=Acme").await;
    let user = at_the_drawer(&alan);
    let shown = json!(history::get(&user, said.conversation).await.expect("a conversation")).to_string();
    assert!(shown.contains("\"name\":\"Acme\""), "{shown}");
    world.ok("set_client_grants", json!({"member": alan.member(), "clients": []})).await;
    let kept = history::get(&user, said.conversation).await.expect("a conversation");
    assert!(kept.messages[1].steps.is_empty() && kept.messages[1].text.contains("not shown any more"), "{kept:#?}");
    world.ok("set_client_grants", json!({"member": alan.member(), "clients": ["Acme"]})).await;
    let again = say_in(&alan, Some(said.conversation), "/get-client client=Acme").await.expect("said");
    assert!(!again.messages[1].steps.is_empty(), "{again:?}");
}

/// A user whose own connections are all busy is notified of their removal as soon as anybody.
#[tokio::test]
async fn whoever_is_busy_is_looked_at_all_the_same() {
    let (world, _) = studio(vec![]).await;
    let world = world.as_role(Role::Manager).await.with_fair_shares(1);
    let (user, reach) = (at_the_drawer(&world), RowScope::Organization(world.organization()));
    let database = &world.caller.services.database;
    let _busy = database.begin_for(world.person().id, IdentityCheck::default(), reach, AccessMode::Read).await.expect("begun");
    assert!(user.db(AccessMode::Read).await.is_err(), "they are busy");
    assert_eq!(access_watch::check_access(&user).await, Ok(()));
    world.sql("update member set removed_at = now() where organization_id = $1 and role = 'manager'").await;
    assert_eq!(access_watch::check_access(&user).await.map_err(|error| error.code), Err(Code::Forbidden));
}

#[tokio::test]
async fn one_look_is_taken_for_all_that_somebody_hears() {
    let (world, _) = studio(vec![]).await;
    let (listeners, user) = (AccessWatch::default(), at_the_drawer(&world));
    let first = listeners.access_lost(user.clone());
    assert!(first.ptr_eq(&listeners.access_lost(user.clone())), "the same sign-in");
    let mut other = user.clone();
    other.caller.sign_in = Some(b"another sign-in".to_vec());
    assert!(!first.ptr_eq(&listeners.access_lost(other)), "another sign-in may end before this one");
    drop(first);
    assert!(listeners.access_lost(user).peek().is_none(), "who comes after everybody has left is looked at anew");
}
