//! No surprise on sending the first invoice: a number given at sign-up suffices, and a missing one is announced before.

use leptos::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use super::overview;
use crate::{
    access::sign_up_policy::SignUpPolicy,
    account::registration::{Confirmation, Registration},
    context::{Caller, Channel},
    organizations::initial_settings::InitialSettings,
    pages::dashboard::{Overview, missing_tax_number_notice, onboarding::OnboardingSteps},
    people::sign_up::sign_up,
    testing::{World, provide_organization},
};

/// A person in the organization that they have just created.
async fn founded(country: &str, rate: &str, number: &str) -> World {
    let first = World::new("studio").await;
    let given = json!({"name": "Own", "country": country, "tax_rate": rate, "tax_number": number});
    let answer = first.ok("create_organization", given).await;
    first.signed_in(first.person().id, answer["slug"].as_str().expect("a place in addresses")).await
}

/// A draft over 1,000.00 for a domestic client, above the limit for small-amount invoices.
async fn draft(own: &World, country: &str) -> Value {
    own.ok("create_client", json!({"name": "Acme", "country": country})).await;
    own.ok("draft_invoice", json!({"client": "Acme", "lines": [{"description": "Hosting", "price": "1000.00"}]})).await
}

/// What the dashboard shows: the onboarding steps, or a notice in their place.
async fn page(own: &World) -> (bool, String) {
    let Overview { progress, number_wanted, .. } = overview(own).await;
    let looking = async {
        provide_organization();
        match progress {
            Some(progress) => (true, view! { <OnboardingSteps progress /> }.to_html()),
            None => (false, number_wanted.map(|wanted| missing_tax_number_notice(wanted).to_html()).unwrap_or_default()),
        }
    };
    own.caller.clone().run(looking).await
}

#[tokio::test]
async fn a_number_that_is_taken_on_founding_does_for_the_first_invoice() {
    for (country, rate, number) in [
        ("DE", "19", "12/345/67890"),
        ("DE", "", "12/345/67890"),
        ("NO", "25", "923 609 016"),
        ("CH", "8.1", "CHE-116.281.710"),
        ("FR", "20", "FR11123456782"),
        ("FR", "", "SIRET 732 829 320 00074"),
        ("NL", "", "KvK-nummer 12345678"),
        ("AT", "20", "ATU12345675"),
        ("GB", "20", "123456782 VAT"),
        ("PL", "23", "NIP 123-456-78-02"),
        ("IT", "", "Partita IVA 12345670017"),
        ("US", "8", ""),
    ] {
        let own = founded(country, rate, number).await;
        assert_eq!(own.ok("get_organization", json!({})).await.get("number_wanted"), None, "{country} {number}");
        let draft = draft(&own, country).await;
        own.ok("send_invoice", json!({"invoice": draft["id"], "without_email": true})).await;
    }
}

#[tokio::test]
async fn a_number_that_is_missing_is_told_on_the_overview_first_of_all() {
    for (country, rate, wanted) in [
        ("DE", "19", "Steuernummer 12/345/67890"),
        ("DE", "", "Steuernummer 12/345/67890"),
        ("AT", "", "Steuernummer 12 345/6782"),
        ("FR", "", "SIRET 732 829 320 00074"),
        ("BE", "", "0123.456.749"),
        ("IT", "", "Partita IVA 12345670017"),
        ("NL", "", "KvK-nummer 12345678"),
        ("PL", "", "NIP 123-456-78-02"),
        ("NO", "25", "123 456 785 MVA"),
    ] {
        let own = founded(country, rate, "").await;
        let (_, steps) = page(&own).await;
        let first = steps.split("<li").nth(1).unwrap_or_default();
        assert!(first.contains("Add your VAT identifier or tax number") && first.contains(wanted), "{country}: {steps}");
        assert!(first.contains("/settings/organization#letterhead"), "{country}: {first}");
        let draft = draft(&own, country).await;
        let (is_steps, notice) = page(&own).await;
        assert!(!is_steps && notice.contains(wanted), "{country}, with a draft: {notice}");
        let refused = own.refused("send_invoice", json!({"invoice": draft["id"], "without_email": true})).await;
        assert!(refused.field("organization.vat_id").is_some_and(|told| told.contains(wanted)), "{country}: {refused:?}");
    }
}

/// A doctor or a teacher who leaves an optional field empty is no small business (§ 4 and § 19 UStG).
#[tokio::test]
async fn words_that_follow_from_an_empty_rate_are_asked_about_until_somebody_has_said_or_sent_them() {
    let words = "Steuerbefreiung für Kleinunternehmer gemäß § 19 UStG";
    let is_asked = |invoice: &Value| {
        let mut remarks = invoice["remarks"].as_array().into_iter().flatten();
        remarks.any(|remark| remark["field"] == "organization.tax_reason" && remark["message"].to_string().contains(words))
    };
    for said in [
        json!({"tax_reason_said": true}),
        json!({"tax_reason": words}),
        json!({"tax_reason": "Steuerfrei nach § 4 Nr. 14 UStG"}),
        json!({"tax_category": "S", "tax_rate": "19"}),
    ] {
        let own = founded("DE", "", "12/345/67890").await;
        let drafted = draft(&own, "DE").await;
        assert!(is_asked(&drafted), "{drafted:#}");
        own.ok("update_organization", json!({"address": "Way 1", "language": "de", "tax_reason_said": false})).await;
        assert!(is_asked(&own.ok("get_invoice", json!({"invoice": drafted["id"]})).await), "of the reason nothing was said");
        own.ok("update_organization", said.clone()).await;
        assert!(!is_asked(&own.ok("get_invoice", json!({"invoice": drafted["id"]})).await), "{said}");
    }
    let own = founded("DE", "", "12/345/67890").await;
    let first = draft(&own, "DE").await;
    let sent = own.ok("send_invoice", json!({"invoice": first["id"], "without_email": true})).await;
    assert!(sent["warnings"].to_string().contains(words), "{sent:#}");
    let second = json!({"client": "Acme", "lines": [{"description": "Hosting", "price": "10.00"}]});
    assert!(!is_asked(&own.ok("draft_invoice", second).await));
}

#[tokio::test]
async fn what_was_made_of_the_answers_is_told_on_founding() {
    let first = World::new("studio").await;
    let told = async |country: &str, rate: &str, number: &str| {
        let given = json!({"name": "Own", "country": country, "tax_rate": rate, "tax_number": number});
        first.ok("create_organization", given).await["warnings"].to_string()
    };
    assert!(told("IT", "22", "00743110157").await.contains("it was taken as IT00743110157"));
    assert!(told("DE", "", "12/345/67890").await.contains("Steuerbefreiung für Kleinunternehmer gemäß § 19 UStG"));
    assert!(told("ES", "", "").await.contains("say nothing of tax, which is right only where a law exempts you"));
    assert!(!told("US", "", "").await.contains("nothing of tax"), "there the law wants no reason");
    let plain = told("DE", "19", "DE136695976").await;
    assert!(!plain.contains("was taken as") && !plain.contains("§ 19 UStG"), "{plain}");
}

#[tokio::test]
async fn a_number_that_is_given_later_is_asked_for_no_more() {
    let own = founded("DE", "19", "").await;
    assert!(page(&own).await.1.contains("Your VAT identifier or tax number is missing."));
    own.ok("update_organization", json!({"tax_number": "12/345/67890"})).await;
    let (is_steps, steps) = page(&own).await;
    assert!(is_steps && !steps.contains("VAT identifier or tax number"), "{steps}");
}

/// A person who has just signed up, in their new organization.
async fn signed_up(studio: &World, country: &str, number: &str) -> World {
    let given = |text: &str| Some(text.to_owned());
    let registration = Registration {
        email: format!("{}@example.com", Uuid::now_v7().simple()),
        name: "Barbara".to_owned(),
        password: "correct horse battery".to_owned(),
        organization: None,
        time_zone: None,
        basics: InitialSettings { country: given(country), tax_rate: given("10"), tax_number: given(number), ..InitialSettings::default() },
        confirmation: Confirmation::ByLink,
    };
    let visitor = Caller::nobody(studio.caller.services.clone(), Channel::Page);
    let (verified, path) = sign_up(&visitor, registration, None).await.expect("signed up");
    studio.signed_in(verified.user, path.trim_start_matches("/o/")).await
}

/// A VAT identifier that nobody has written, and a registration number that nobody has, are a matter of law.
#[tokio::test]
async fn what_was_made_of_a_number_on_signing_up_is_told_on_the_first_page_until_one_is_set() {
    let studio = World::new("studio").await.with_sign_up_policy(SignUpPolicy::Open);
    for (country, number, kept, told) in [
        ("GB", "980 7806 84", json!({"vat_id": "GB980780684"}), "it was taken as GB980780684"),
        ("ES", "B12345674", json!({"vat_id": "ESB12345674"}), "it was taken as ESB12345674"),
        ("JP", "7000012050002", json!({"tax_number": "7000012050002"}), "write T7000012050002 as your tax number"),
    ] {
        let own = signed_up(&studio, country, number).await;
        let organization = own.ok("get_organization", json!({})).await;
        for (field, number) in kept.as_object().expect("a field") {
            assert_eq!(organization[field], *number, "{organization:#}");
        }
        let (is_steps, steps) = page(&own).await;
        assert!(is_steps && steps.contains(told) && steps.contains("/settings/organization#letterhead"), "{country}: {steps}");
        own.ok("update_organization", json!({"phone": "555"})).await;
        assert!(page(&own).await.1.contains(told), "{country}: of the number nothing was said");
        let set = if country == "JP" { json!({"tax_number": "T7000012050002"}) } else { kept };
        own.ok("update_organization", set).await;
        assert!(!page(&own).await.1.contains(told), "{country}: it was set");
    }
    let plain = signed_up(&studio, "DE", "DE136695976").await;
    assert!(!page(&plain).await.1.contains("taken as"));
}
