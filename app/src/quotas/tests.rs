//! Tests of used-up quotas. All tests of the process share the counters of the deployment: each uses a limit far above the others' usage.

use std::sync::Arc;

use jiff::{Timestamp, tz::TimeZone};
use serde_json::json;

use super::*;
use crate::{
    access::sign_up_policy::SignUpPolicy,
    context::{Caller, Services},
    database::{AccessMode, RowScope},
    testing::World,
};

/// The same studio with a mail server and these quotas.
fn with(studio: &World, quotas: UsageQuotas) -> World {
    let before = &studio.caller.services;
    let services = Services {
        database: before.database.clone(),
        workers: before.workers.clone(),
        admission: before.admission.clone(),
        clock: Box::new(studio.clock.clone()),
        documents: Box::new(studio.documents.clone()),
        public_url: before.public_url.clone(),
        mail_leaves: true,
        sign_up: SignUpPolicy::Open,
        quotas,
        outbox_wakeup: tokio::sync::Notify::new(),
        verification_wakeup: tokio::sync::Notify::new(),
        access_log_days: before.access_log_days,
        tasks: before.tasks.clone(),
        recorder: before.recorder.clone(),
        extensions: http::Extensions::new(),
    };
    World { caller: Caller { services: Arc::new(services), ..studio.caller.clone() }, ..studio.clone() }
}

async fn draft(studio: &World) -> serde_json::Value {
    studio.ok("draft_invoice", json!({"client": "Acme", "lines": [{"description": "Hosting", "price": "50.00"}]})).await["id"].clone()
}

async fn studio(quotas: UsageQuotas) -> World {
    let studio = with(&World::new("studio").await, quotas);
    studio.ok("create_client", json!({"name": "Acme", "currency": "EUR", "tax_rate": "19", "email": "billing@acme.example"})).await;
    studio
}

#[tokio::test]
async fn each_address_counts_as_a_mail() {
    let studio = studio(UsageQuotas { mails_of_organization: Some(2), ..UsageQuotas::default() }).await;
    let invoice = draft(&studio).await;
    let to = |many: usize| json!({"invoice": invoice, "to": (0..many).map(|at| format!("a{at}@acme.example")).collect::<Vec<_>>()});
    assert_eq!(studio.code("send_invoice", to(3)).await, Code::RateLimited);
    studio.ok("send_invoice", to(2)).await;
}

#[tokio::test]
async fn an_organization_writes_so_many_mails_a_day_and_is_told_when_it_goes_on() {
    let studio = studio(UsageQuotas { mails_of_organization: Some(2), ..UsageQuotas::default() }).await;
    for _ in 0..2 {
        let invoice = draft(&studio).await;
        studio.ok("send_invoice", json!({"invoice": invoice, "dry_run": true})).await;
        studio.ok("send_invoice", json!({"invoice": invoice})).await;
    }
    let third = draft(&studio).await;
    let refused = studio.refused("send_invoice", json!({"invoice": third})).await;
    let free_at: Timestamp = refused.details.as_ref().and_then(|details| details["free_at"].as_str()?.parse().ok()).expect("an instant");
    let midnight = free_at.to_zoned(TimeZone::UTC);
    assert_eq!((refused.code, midnight.hour(), midnight.minute()), (Code::RateLimited, 0, 0), "{refused:?}");
    assert_eq!(studio.ok("get_invoice", json!({"invoice": third})).await["status"], "draft", "nothing was done");
    studio.ok("send_invoice", json!({"invoice": third, "without_email": true})).await;
    studio.sql("update mail_usage set day = day - 1 where organization_id = $1").await;
    let fourth = draft(&studio).await;
    studio.ok("send_invoice", json!({"invoice": fourth})).await;
}

#[tokio::test]
async fn two_calls_at_once_do_not_share_the_last_mail() {
    let studio = studio(UsageQuotas { mails_of_organization: Some(1), ..UsageQuotas::default() }).await;
    let (one, other) = (draft(&studio).await, draft(&studio).await);
    let (one, other) =
        tokio::join!(studio.call("send_invoice", json!({"invoice": one})), studio.call("send_invoice", json!({"invoice": other})));
    assert_eq!(usize::from(one.is_ok()) + usize::from(other.is_ok()), 1, "{one:?} {other:?}");
}

#[tokio::test]
async fn where_no_mail_leaves_none_is_counted() {
    let studio = World::new("studio").await;
    studio.ok("create_client", json!({"name": "Acme", "tax_rate": "19", "email": "billing@acme.example"})).await;
    let invoice = draft(&studio).await;
    studio.ok("send_invoice", json!({"invoice": invoice})).await;
    assert_eq!(studio.number("select count(*) from mail_usage where organization_id = $1").await, 0);
}

/// How many of these mails leave, out of more than the quota.
async fn leave(db: &mut Db, quotas: &UsageQuotas, share: MailShare) -> usize {
    for left in 0..30 {
        if require_mail_left(db, quotas, share).await.is_err() {
            let refused = count_leaving_mail(db, quotas, share).await.expect_err("and none leaves");
            assert!(refused.code == Code::RateLimited && refused.message.contains("There are more from"), "{refused:?}");
            return left;
        }
        count_leaving_mail(db, quotas, share).await.expect("it leaves");
    }
    panic!("{share:?} has no end");
}

#[tokio::test]
async fn strangers_use_up_neither_the_mails_of_organizations_nor_those_of_people() {
    let studio = World::new("studio").await;
    let quotas = UsageQuotas { mails: Some(20), ..UsageQuotas::default() };
    let mut db = studio.caller.services.database.begin(RowScope::Nobody, AccessMode::Write).await.expect("a transaction");
    assert_eq!(leave(&mut db, &quotas, MailShare::Proofs).await, 2, "half of a fifth");
    assert_eq!(leave(&mut db, &quotas, MailShare::People).await, 2, "the other half");
    assert_eq!(leave(&mut db, &quotas, MailShare::Organizations).await, 16, "all the rest");
    db.roll_back().await;
    let mut db = studio.caller.services.database.begin(RowScope::Nobody, AccessMode::Write).await.expect("a transaction");
    assert_eq!(leave(&mut db, &quotas, MailShare::People).await, 4, "a proof has none that people want");
    assert_eq!(leave(&mut db, &quotas, MailShare::Proofs).await, 0);
    db.roll_back().await;
}

/// Another organization founded by this person, with them in it.
async fn another(studio: &World) -> World {
    let founded = studio.ok("create_organization", json!({"name": "Another", "tax_rate": "19", "tax_number": "12/345/67890"})).await;
    let there = studio.signed_in(studio.person().id, founded["slug"].as_str().expect("a slug")).await;
    there.ok("create_client", json!({"name": "Acme", "tax_rate": "19", "email": "billing@acme.example"})).await;
    there
}

#[tokio::test]
async fn organizations_of_one_founder_share_their_mails_of_a_day() {
    let quotas = UsageQuotas { mails_of_organization: Some(2), ..UsageQuotas::default() };
    let studio = studio(quotas).await;
    let (one, other) = (another(&studio).await, another(&studio).await);
    for place in [&one, &other] {
        let invoice = draft(place).await;
        place.ok("send_invoice", json!({"invoice": invoice})).await;
    }
    let invoice = draft(&one).await;
    let refused = one.refused("send_invoice", json!({"invoice": invoice})).await;
    assert!(refused.code == Code::RateLimited && refused.message.contains("together") && refused.hint.is_some(), "{refused:?}");
    assert_eq!(one.ok("get_invoice", json!({"invoice": invoice})).await["status"], "draft", "nothing was done");
    let elsewhere = draft(&studio).await;
    studio.ok("send_invoice", json!({"invoice": elsewhere})).await;
    studio.sql(&format!("update founder_usage set period = period - 1 where founder = '{}' and $1 is not null", studio.person().id)).await;
    one.ok("send_invoice", json!({"invoice": invoice})).await;
}

/// A founder who left an organization shares no quota with it.
#[tokio::test]
async fn an_organization_counts_for_whoever_owns_it_now() {
    let quotas = UsageQuotas { mails_of_organization: Some(1), ..UsageQuotas::default() };
    let founder = studio(quotas).await;
    let left = another(&founder).await;
    let heir = World::new("heir").await.person().id;
    left.sql(&format!(
        "insert into member (organization_id, id, user_id, role, name, created_at) values ($1, '{heir}', '{heir}', 'owner', 'Heir', now())"
    ))
    .await;
    left.sql(&format!("update member set removed_at = now() where organization_id = $1 and user_id = '{}'", founder.person().id)).await;
    let invoice = draft(&founder).await;
    founder.ok("send_invoice", json!({"invoice": invoice})).await;
    let there = left.signed_in(heir, &left.caller.membership().expect("a member").slug).await;
    let invoice = draft(&there).await;
    there.ok("send_invoice", json!({"invoice": invoice})).await;
    let again = draft(&founder).await;
    founder.refused("send_invoice", json!({"invoice": again})).await;
}

#[tokio::test]
async fn organizations_of_one_founder_share_their_tokens_of_a_month() {
    let studio = World::new("studio").await;
    let (one, other) = (another(&studio).await, another(&studio).await);
    let database = &studio.caller.services.database;
    let begin = async |place: &World| database.begin(RowScope::Organization(place.organization()), AccessMode::Write).await.expect("begun");
    let quotas = UsageQuotas::default();
    let mut db = begin(&one).await;
    reserve_tokens(&mut db, &quotas, TOKENS_OF_FOUNDER - 1).await.expect("taken");
    db.commit().await.expect("kept");
    let mut db = begin(&other).await;
    assert!(check_tokens(&mut db, &quotas).await.is_ok(), "there is something left");
    assert_eq!(reserve_tokens(&mut db, &quotas, 2).await.map_err(|refused| refused.code), Err(Code::RateLimited));
    reserve_tokens(&mut db, &quotas, 1).await.expect("the last");
    check_tokens(&mut db, &quotas).await.expect_err("nothing is left");
    adjust_tokens(&mut db, &quotas, -1).await.expect("given back");
    reserve_tokens(&mut db, &quotas, 1).await.expect("there is again");
    db.roll_back().await;
    let mut db = begin(&World::new("elsewhere").await).await;
    reserve_tokens(&mut db, &quotas, TOKENS_OF_FOUNDER).await.expect("others have their own");
    db.roll_back().await;
}

#[tokio::test]
async fn what_all_use_together_has_a_bound_that_nobody_passes() {
    let studio = World::new("studio").await;
    let services = studio.caller.services.clone();
    let begin = || services.database.begin(RowScope::Nobody, AccessMode::Write);
    // Far above the usage of other tests in the same database.
    let most = 1_i64 << 50;
    let mut db = begin().await.expect("a transaction");
    assert!(store::count(&mut db, MODEL_TOKENS, most - 5, None).await.expect("counted").0);
    let quotas = UsageQuotas { model_tokens: Some(most), ..UsageQuotas::default() };
    reserve_tokens(&mut db, &quotas, 6 + most).await.expect_err("more than there is at all");
    assert!(check_tokens(&mut db, &quotas).await.is_ok(), "there is something left");
    adjust_tokens(&mut db, &quotas, 5).await.expect("what was used is counted whatever the bound");
    let refused = check_tokens(&mut db, &quotas).await.expect_err("nothing is left");
    assert!(refused.code == Code::RateLimited && refused.message.contains("There are more from"), "{refused:?}");
    reserve_tokens(&mut db, &quotas, 1).await.expect_err("nothing is left");
    adjust_tokens(&mut db, &quotas, -1 - most).await.expect("given back");
    reserve_tokens(&mut db, &quotas, 1).await.expect("there is again");
    db.roll_back().await;
}

#[tokio::test]
async fn no_organization_sees_what_all_use() {
    let studio = World::new("studio").await;
    let mut db =
        studio.caller.services.database.begin(RowScope::Organization(studio.organization()), AccessMode::Read).await.expect("begun");
    let seen = sqlx::query("select * from deployment_usage").fetch_all(db.connection()).await;
    assert!(seen.is_err_and(|refused| refused.to_string().contains("permission denied")));
}

#[test]
fn one_network_asks_for_half_of_the_mails_to_unproved_addresses_at_most() {
    let of_network = |mails| mails_of_network(&UsageQuotas { mails, ..UsageQuotas::default() });
    assert_eq!([None, Some(10_000), Some(100), Some(5), Some(0)].map(of_network), [50, 50, 5, 1, 1]);
}

#[test]
fn an_operator_reads_what_is_counted_without_a_setting() {
    let told = include_str!("../../../docs/limits.md").replace(',', "");
    for row in [
        format!("| {MAILS_OF_NETWORK} a day or a twentieth of `STINT_ALL_MAILS_PER_DAY`"),
        format!("| {RESETS_OF_NETWORK} a day |"),
        format!("| {INPUT_CAP} and {OUTPUT_CAP} tokens for one organization; {TOKENS_OF_FOUNDER} of both for all"),
    ] {
        assert!(told.contains(&row), "{row}");
    }
}
