//! The dashboard's figures count all records, whatever rows the page shows.

mod first_number;

use domain::day::Day;
use leptos::prelude::*;
use serde_json::{Value, json};

use super::{Overview, has_no_grant, load, load_money, money_lists, onboarding::OnboardingSteps, progress, todays_entries};
use crate::{
    access::{Role, WriteMode},
    delivery,
    delivery::{DeliveryOutcome, DueMail},
    page::Page,
    pages::time::week::Week,
    testing::{World, current_organization, provide_organization},
};

/// An organization with the client Acme (120.00 EUR an hour, 19 % tax) and its project Dashboard. It is Saturday, 21 November 2026.
async fn studio() -> World {
    let studio = World::new("studio").await;
    studio.ok("create_client", json!({"name": "Acme", "tax_rate": "19", "currency": "EUR", "rate": "120.00"})).await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Dashboard"})).await;
    studio
}

/// The data of the dashboard for the caller.
async fn overview(world: &World) -> Overview {
    let looking = async {
        let here = current_organization();
        let week = Week::of(&here.0.today, here.0.week_start);
        load(here, week).await
    };
    world.caller.clone().run(looking).await.expect("an overview")
}

/// A sent invoice over 100.00 and tax, in the client's currency.
async fn sent(studio: &World, client: &str) -> Value {
    let draft = studio.ok("draft_invoice", json!({"client": client, "lines": [{"description": "Hosting", "price": "100.00"}]})).await;
    studio.ok("send_invoice", json!({"invoice": draft["id"], "without_email": true})).await
}

/// Whether each onboarding step of the caller is ticked.
async fn steps(world: &World) -> (Vec<bool>, bool) {
    let looking = async {
        provide_organization();
        let progress = progress(None).await.expect("how far it has come");
        let done = progress.done();
        let page = view! { <OnboardingSteps progress /> }.to_html();
        (page.split("<li").skip(1).map(|step| step.starts_with(" class=\"done\"")).collect(), done)
    };
    world.caller.clone().run(looking).await
}

/// Client, project, time, letterhead, invoice.
#[tokio::test]
async fn the_letterhead_is_put_in_with_the_address_and_by_no_invoice() {
    let studio = studio().await;
    assert_eq!(steps(&studio).await, (vec![true, true, false, false, false], false));
    studio.ok("update_organization", json!({"address": "Way 1\nTown"})).await;
    assert_eq!(steps(&studio).await, (vec![true, true, false, true, false], false));
    studio.ok("update_organization", json!({"address": ""})).await;
    studio.ok("create_time_entry", json!({"project": "Dashboard", "duration": "1h", "date": "2026-10-01"})).await;
    sent(&studio, "Acme").await;
    assert_eq!(steps(&studio).await, (vec![true, true, true, false, true], false), "an invoice without an address");
    studio.ok("update_organization", json!({"address": "Way 1\nTown"})).await;
    assert_eq!(steps(&studio).await, (vec![true; 5], true));
}

#[tokio::test]
async fn the_first_steps_ask_whether_a_zone_is_right_that_nobody_need_have_chosen() {
    let asked = async |zone: &str, country: &str| {
        let studio = World::in_zone("studio", zone).await;
        studio.ok("update_organization", json!({"country": country})).await;
        let looking = async {
            provide_organization();
            let progress = progress(None).await.expect("how far it has come");
            view! { <OnboardingSteps progress /> }.to_html()
        };
        studio.caller.clone().run(looking).await
    };
    let new_york = asked("America/New_York", "US").await;
    assert!(new_york.contains("are those of New York. Is that right?") && new_york.contains("settings/organization#basics"), "{new_york}");
    assert!(asked("UTC", "JP").await.contains("are those of UTC. Is that right?"));
    for (zone, country) in [("America/Chicago", "US"), ("Asia/Tokyo", "JP")] {
        assert!(!asked(zone, country).await.contains("Is that right?"), "{zone}");
    }
}

/// Saving the organization with its guessed time zone confirms the zone.
#[tokio::test]
async fn a_zone_that_somebody_has_saved_is_asked_about_no_more() {
    let studio = World::in_zone("studio", "America/New_York").await;
    let asked = async || {
        let looking = async {
            provide_organization();
            view! { <OnboardingSteps progress=progress(None).await.expect("how far it has come") /> }.to_html()
        };
        studio.caller.clone().run(looking).await.contains("Is that right?")
    };
    studio.ok("update_organization", json!({"country": "US", "address": "Way 1"})).await;
    assert!(asked().await);
    let saved = studio.ok("update_organization", json!({"time_zone": "America/New_York"})).await;
    assert!(saved["time_zone_said"] == true && !asked().await);
    studio.ok("update_organization", json!({"address": "Way 2"})).await;
    assert!(!asked().await, "it stays said");
}

#[tokio::test]
async fn hours_are_those_that_summarize_time_tells() {
    let studio = studio().await;
    let log = |duration: &str, date: &str| json!({"project": "Dashboard", "duration": duration, "date": date});
    studio.ok("create_time_entry", log("1m", "2026-11-21")).await;
    let copies = "insert into time_entry (organization_id, id, member_id, project_id, billable, day, seconds, rate, source, created_by, created_at, updated_at)
        select organization_id, gen_random_uuid(), member_id, project_id, billable, day, seconds, rate, source, created_by, created_at, updated_at
        from time_entry, generate_series(1, 250) where organization_id = $1";
    assert_eq!(studio.sql(copies).await, 250);
    studio.ok("create_time_entry", log("2h", "2026-11-18")).await;
    studio.ok("create_time_entry", log("5h", "2026-11-21")).await;
    studio.sql("update time_entry set state = 'submitted' where organization_id = $1 and seconds = 5 * 3600").await;
    studio.token(WriteMode::Drafts).await.ok("create_time_entry", log("7h", "2026-11-21")).await;
    studio.advance(60);
    studio.ok("start_timer", json!({"project": "Dashboard"})).await;
    studio.advance(600);

    let overview = overview(&studio).await;
    let today = overview.hours.worked_on(&Day::parse("day", "2026-11-21").expect("a day"));
    assert_eq!((today.seconds, overview.hours.totals.worked.seconds), (251 * 60, 251 * 60 + 7200));
    let told = async |period: &str| studio.ok("summarize_time", json!({"period": period})).await["totals"]["worked"].clone();
    assert_eq!((json!(today), json!(overview.hours.totals.worked)), (told("today").await, told("this_week").await));
    assert_eq!(studio.ok("get_timer", json!({})).await["today"], told("today").await);
    assert!(overview.today.items.iter().any(|entry| entry.running), "the timer stands beside what counts");
    assert!(overview.today.next_cursor.is_some(), "there are more entries than rows");
}

#[tokio::test]
async fn money_is_that_of_every_invoice_and_each_currency_stands_alone() {
    let studio = studio().await;
    studio.ok("create_client", json!({"name": "Globex", "tax_rate": "19", "currency": "USD"})).await;
    let invoice = sent(&studio, "Acme").await;
    sent(&studio, "Globex").await;
    studio.ok("draft_invoice", json!({"client": "Globex", "lines": [{"description": "Later", "price": "999.00"}]})).await;
    let copies = "insert into invoice (organization_id, id, client_id, state, number, series, sequence, currency, group_by, rounding_step, rounding_mode,
            rounding_basis, payment_terms_days, subtotal, net, tax, total, paid, issued_on, due_on, document, created_by, created_at, sent_at)
        select organization_id, gen_random_uuid(), client_id, state, number || '-' || n, series, sequence + 100 + n, currency, group_by, rounding_step,
            rounding_mode, rounding_basis, payment_terms_days, subtotal, net, tax, total, paid, issued_on,
            case when n <= 30 then date '2026-11-20' else due_on end, document, created_by, created_at, sent_at
        from invoice, generate_series(1, 80) n where organization_id = $1 and currency = 'EUR'";
    assert_eq!(studio.sql(copies).await, 80);
    studio.ok("record_payment", json!({"invoice": invoice["id"], "amount": "19.00", "date": "2026-11-20"})).await;
    studio.ok("create_time_entry", json!({"project": "Dashboard", "duration": "1h"})).await;

    let money = overview(&studio).await.money.expect("the owner sees money");
    assert_eq!(money.open.len(), 50, "fewer rows than invoices");
    let due: Vec<_> = money.balance.items.iter().map(|due| (due.unbilled.amount, due.open.amount, due.overdue.amount)).collect();
    assert_eq!(due, [(12000, 81 * 11900 - 1900, 30 * 11900), (0, 11900, 0)]);
    let counts: Vec<_> = money.balance.items.iter().map(|due| (due.currency.as_str(), due.open_invoices, due.overdue_invoices)).collect();
    assert_eq!(counts, [("EUR", 81, 30), ("USD", 1, 0)]);
    assert_eq!(json!(money.balance), studio.ok("get_balance", json!({})).await);
}

#[tokio::test]
async fn an_open_invoice_whose_mail_failed_is_told() {
    let studio = studio().await;
    let draft = studio.ok("draft_invoice", json!({"client": "Acme", "lines": [{"description": "Hosting", "price": "100.00"}]})).await;
    studio.ok("send_invoice", json!({"invoice": draft["id"], "to": "billing@acme.example"})).await;
    let mail = studio.ok("list_mails", json!({})).await["items"][0]["id"].as_str().and_then(|id| id.parse().ok()).expect("a mail");
    let due = DueMail::of(studio.organization(), mail);
    delivery::record_outcome(&studio.caller.services, due, 1, &DeliveryOutcome::RefusedForGood("no such mailbox".to_owned(), None))
        .await
        .expect("written");
    let open = overview(&studio).await.money.expect("the owner sees money").open;
    let mail = open[0].mail.as_ref().expect("a mail");
    assert!(mail.stays && mail.last_error.as_deref() == Some("no such mailbox"), "{mail:?}");
}

#[tokio::test]
async fn a_viewer_finds_the_figures_of_the_clients_granted_to_them_and_a_member_finds_no_money() {
    let studio = studio().await;
    studio.ok("create_client", json!({"name": "Globex", "tax_rate": "19", "currency": "USD", "rate": "100.00"})).await;
    studio.ok("create_project", json!({"client": "Globex", "name": "Robots"})).await;
    for (client, project) in [("Acme", "Dashboard"), ("Globex", "Robots")] {
        sent(&studio, client).await;
        studio.ok("create_time_entry", json!({"project": project, "duration": "1h"})).await;
    }
    let (alan, barbara) = (studio.as_role(Role::Viewer).await, studio.as_role(Role::Member).await);
    studio.ok("set_client_grants", json!({"member": alan.member(), "clients": ["Globex"]})).await;
    let seen = overview(&alan).await;
    assert_eq!((seen.hours.totals.worked.seconds, seen.today.items.len()), (3600, 1));
    let due = seen.money.expect("a viewer sees the money of their clients").balance.items;
    assert_eq!(due.iter().map(|due| due.open.text()).collect::<Vec<_>>(), ["119.00 USD"]);
    let seen = overview(&barbara).await;
    assert!(seen.money.is_none() && seen.hours.totals.amounts.is_none());
}

#[tokio::test]
async fn a_viewer_to_whom_no_client_was_granted_is_told_that_and_nothing_of_unbilled_time() {
    let studio = studio().await;
    let alan = studio.as_role(Role::Viewer).await;
    let without_grant = async |world: &World| {
        let without = overview(world).await.without;
        let looking = async { has_no_grant(&current_organization(), without) };
        world.caller.clone().run(looking).await
    };
    assert!(without_grant(&alan).await && !without_grant(&studio).await);
    studio.ok("set_client_grants", json!({"member": alan.member(), "clients": ["Acme"]})).await;
    assert!(!without_grant(&alan).await);
    let lists = async |world: &World| {
        let looking = async {
            let here = provide_organization();
            let money = load_money(&here).await.expect("the amounts").expect("whoever sees money");
            money_lists(&here, money).to_html()
        };
        world.caller.clone().run(looking).await
    };
    assert!(lists(&studio).await.contains("Not invoiced yet"));
    let of_viewer = lists(&alan).await;
    assert!(of_viewer.contains("Nothing is waiting to be paid") && !of_viewer.contains("Not invoiced yet"), "{of_viewer}");
}

#[tokio::test]
async fn time_that_waits_to_be_confirmed_stands_below_the_unbilled_time() {
    let studio = studio().await;
    let lists = async || {
        let looking = async {
            let here = provide_organization();
            let money = load_money(&here).await.expect("the amounts").expect("whoever sees money");
            money_lists(&here, money).to_html()
        };
        studio.caller.clone().run(looking).await
    };
    let before = lists().await;
    assert!(before.contains("All billable time is on an invoice or a draft.") && !before.contains("wait to be"), "{before}");
    let entry = json!({"project": "Dashboard", "duration": "3h", "date": "2026-11-20"});
    studio.token(WriteMode::Drafts).await.ok("create_time_entry", entry).await;
    let after = lists().await;
    assert!(after.contains("3h (360.00 EUR) wait to be confirmed or approved") && after.contains("/time\""), "{after}");
    assert!(!after.contains("All billable time is"), "{after}");
}

#[tokio::test]
async fn the_timer_is_pointed_at_only_where_a_project_can_be_chosen() {
    let studio = studio().await;
    let barbara = studio.as_role(Role::Member).await;
    let today = async |world: &World| {
        let without = overview(world).await.without;
        let looking = async {
            provide_organization();
            todays_entries(Page::single(Vec::new()), without).to_html()
        };
        world.caller.clone().run(looking).await
    };
    assert!(!today(&barbara).await.contains("timer"), "on no project");
    studio.ok("assign_project_members", json!({"project": "Dashboard", "members": [barbara.member()]})).await;
    assert!(today(&barbara).await.contains("The timer is above"));
}
