//! Row security protects the assistant's tables, too, whatever a statement says.

use domain::id::{OrganizationId, RunId};
use serde_json::json;
use sqlx::raw_sql;

use super::*;
use crate::{
    access::Role,
    assistant::{CardState, access_watch, card_actions, history, run_lease, store, usage},
    context::Caller,
    database::{AccessMode, IdentityCheck, RowScope},
    error::Code,
    testing::{apart, owner},
};

/// A waiting card of this caller, in a conversation of its own.
async fn waiting(world: &World) -> (ConversationId, Card) {
    let conversation = say(world, "/nonsense").await.conversation;
    let operation = operations::find("create_client").expect("an operation");
    let arguments = json!({"name": "Globex", "tax_rate": "19"});
    (conversation, proposal::propose(&at_the_drawer(world), conversation, operation, arguments).await.expect("a card"))
}

/// Statements without a condition on the member find and change only the viewer's own rows.
#[tokio::test]
async fn a_viewer_at_the_drawer_reaches_their_own_conversations_and_no_others() {
    let (world, _) = studio(vec![]).await;
    let alan = world.as_role(Role::Viewer).await;
    let (conversation, card) = waiting(&world).await;
    let user = at_the_drawer(&alan);
    let found = store::card::list(&mut user.db(AccessMode::Read).await.expect("begun"), conversation, &[card.id]).await.expect("cards");
    assert!(found.is_empty(), "a card of Ada's");
    let mut db = user.db(AccessMode::Write).await.expect("begun");
    store::card::dismiss(&mut db, card.id).await.expect("asked");
    store::conversation::touch(&mut db, conversation, world.now()).await.expect("asked");
    db.commit().await.expect("committed");
    let committed = card_actions::commit(&at_the_drawer(&world), card.id).await;
    assert_eq!(committed.map(|card| card.state), Ok(CardState::Committed), "it still waited");
}

#[tokio::test]
async fn a_viewer_asks_goes_on_renames_and_deletes_at_the_drawer_as_everybody_does() {
    let look = calls("list_clients", json!({}));
    let (world, _) = studio(vec![vec![look], vec![Says("Acme."), Used(TokenUsage { input: 10, output: 5 })]]).await;
    let alan = world.as_role(Role::Viewer).await;
    world.ok("set_client_grants", json!({"member": alan.member(), "clients": ["Acme"]})).await;
    let user = at_the_drawer(&alan);
    let said = say(&alan, "/list-clients").await;
    assert!(said.messages[1].refusal.is_none(), "{said:?}");
    let asked = say_in(&alan, Some(said.conversation), "Who is there?").await.expect("said");
    let (_, answer) = heard(&alan, &asked).await;
    assert_eq!((answer.text.as_str(), &answer.refusal), ("Acme.", &None));
    history::rename(&user, said.conversation, "Clients").await.expect("renamed");
    let kept = history::get(&user, said.conversation).await.expect("a conversation");
    assert_eq!((kept.title.as_str(), kept.messages.len()), ("Clients", 4));
    let card = proposal::propose(
        &user,
        said.conversation,
        user.offered_operations().find(|operation| operation.declaration.name == "mark_notifications_read").expect("offered"),
        json!({"all": true}),
    );
    let card = card.await.expect("a card");
    assert_eq!(card_actions::commit(&user, card.id).await.map(|card| card.state), Ok(CardState::Committed));
    history::delete(&user, said.conversation).await.expect("deleted");
    assert_eq!(history::list(&user, None).await, Ok(Vec::new()));
}

#[tokio::test]
async fn whoever_works_in_many_organizations_takes_turns_with_themselves_at_the_drawer_too() {
    let (world, _) = studio(vec![]).await;
    let narrow = World::on(world.caller.services.database.clone().with_fair_shares(1, Duration::ZERO), Engine::default());
    let user = AssistantUser::of(Caller { services: narrow.caller.services.clone(), ..world.caller.clone() }).expect("at the drawer");
    let (database, elsewhere) = (&narrow.caller.services.database, RowScope::Organization(OrganizationId::new()));
    let busy = database.begin_for(world.person().id, IdentityCheck::default(), elsewhere, AccessMode::Read).await.expect("begun");
    let refused = history::list(&user, None).await.map_err(|error| error.code);
    assert_eq!(refused, Err(Code::RateLimited), "the person is at work in another organization");
    busy.roll_back().await;
    assert_eq!(history::list(&user, None).await, Ok(Vec::new()));
}

/// Makes the assistant's tables readable in read-only transactions, and in no others.
async fn for_looks_only() {
    let owner = owner().await;
    for table in ["organization", "member", "conversation", "message", "card", "model_usage"] {
        let policy = format!(
            "create policy looks on {table} as restrictive for select to stint_app using (current_setting('transaction_read_only') = 'on')"
        );
        raw_sql(sqlx::AssertSqlSafe(policy)).execute(&owner).await.expect("a policy");
    }
    owner.close().await;
}

#[tokio::test]
async fn what_the_drawer_only_looks_at_is_looked_at_in_a_transaction_that_cannot_write() {
    apart("looks", async {
        let (world, _) = studio(vec![vec![Says("Well."), Used(TokenUsage { input: 1, output: 1 })]]).await;
        let user = at_the_drawer(&world);
        let said = say(&world, "Hello").await;
        heard(&world, &said).await;
        let (_, card) = waiting(&world).await;
        card_actions::dismiss(&user, card.id).await.expect("dismissed");
        let made =
            "update message set ended_at = null, run_id = '00000000-0000-0000-0000-000000000007', alive_until = now() + interval '1 hour'
            where organization_id = $1 and speaker = 'assistant' and run_id is not null";
        assert_eq!(world.sql(made).await, 1);
        world.sql("update model_usage set output_tokens = 100000 where organization_id = $1").await;
        for_looks_only().await;

        assert_eq!(send_message::model_availability(&user).await.map(|standing| standing.enabled), Ok(true));
        assert_eq!(history::list(&user, None).await.map(|list| list.len()), Ok(2));
        assert_eq!(history::get(&user, said.conversation).await.map(|kept| kept.messages.len()), Ok(2));
        assert_eq!(access_watch::check_access(&user).await, Ok(()));
        assert_eq!(usage::check(&user).await.map_err(|error| error.code), Err(Code::RateLimited), "the tokens are used up");
        let run = RunId(uuid::Uuid::from_u128(7));
        assert_eq!(run_lease::find(&user, run).await.map(|_| ()).map_err(|error| error.code), Err(Code::Unavailable));
        assert_eq!(
            card_actions::commit(&user, card.id).await.map(|_| ()).map_err(|error| error.code),
            Err(Code::Conflict),
            "it was dismissed"
        );
    })
    .await;
}
