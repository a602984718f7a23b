//! What a careful person would want to know before an invoice is sent.

use serde_json::{Value, json};

use super::{draft, log, studio};
use crate::{access::Role, testing::World};

/// The fields that are remarked of a draft of one line.
async fn remarks(studio: &World, client: &str) -> Vec<(String, String)> {
    let line = json!([{"description": "Logo", "price": "100.00"}]);
    let preview = studio.ok("preview_invoice", json!({"client": client, "lines": line})).await;
    let drafted = studio.ok("draft_invoice", json!({"client": client, "lines": line})).await;
    let told = |of: &Value| {
        let remarks = of["remarks"].as_array().into_iter().flatten();
        remarks.map(|remark| (remark["field"].as_str().unwrap_or_default().to_owned(), remark["message"].to_string())).collect::<Vec<_>>()
    };
    assert_eq!(told(&preview), told(&drafted), "a draft says what its preview said");
    studio.ok("delete_invoice_draft", json!({"invoice": drafted["id"]})).await;
    told(&drafted)
}

async fn says(studio: &World, client: &str, field: &str, words: &str) -> bool {
    remarks(studio, client).await.iter().any(|(of, message)| of == field && message.contains(words))
}

/// What every new client inherits is the tax of the organization: for a business abroad that is mostly a slip.
#[tokio::test]
async fn work_for_a_business_abroad_with_the_tax_of_the_sellers_country_is_remarked() {
    let studio = studio().await;
    studio.ok("update_organization", json!({"country": "DE"})).await;
    log(&studio, "2026-11-02", "1h").await;
    let draft = draft(&studio).await;
    let told = async || {
        let invoice = studio.ok("get_invoice", json!({"invoice": draft["id"]})).await;
        invoice["remarks"].to_string().contains("is charged the tax of your own country")
    };
    assert!(!told().await);
    studio.ok("update_client", json!({"client": "Acme", "country": "FR", "vat_id": "FR40303265045"})).await;
    assert!(told().await);
    studio.ok("update_client", json!({"client": "Acme", "country": "US", "vat_id": ""})).await;
    assert!(told().await, "where there is no VAT, nobody has a number of it");
    studio.ok("update_client", json!({"client": "Acme", "country": "DE", "vat_id": "FR40303265045"})).await;
    assert!(!told().await, "a business here with a number from abroad is none abroad");
}

/// Most work for somebody abroad is billed at a fixed price, and not every country has a tax by the VAT directive.
#[tokio::test]
async fn the_tax_of_home_on_a_fixed_price_abroad_is_remarked_wherever_the_seller_is() {
    let studio = studio().await;
    let (french, business) = ("FR40303265045", "IE1234567T");
    let elsewhere = "outside of the European Union is Not subject to tax (O) mostly";
    for (here, there, vat_id, words) in [
        ("DE", "FR", french, Some("is in France and is charged")),
        ("DE", "FR", french, Some("European Union is Reverse charge (AE) mostly. Ask")),
        ("DE", "", french, Some("is in France and is charged")),
        ("DE", "", "XI123456782", Some(elsewhere)),
        ("DE", "US", "", Some("is in the United States and is charged")),
        ("DE", "US", "", Some(elsewhere)),
        ("DE", "FR", "", None),
        ("DE", "DE", french, None),
        ("DE", "", "", None),
        ("DE", "CH", "", Some(elsewhere)),
        ("DE", "GB", "", Some(elsewhere)),
        ("GB", "CH", "", Some("Work for a business in another country is Not subject to tax (O) mostly")),
        ("GB", "FR", "", None),
        ("CH", "IE", business, Some("in another country is Not subject to tax (O) mostly")),
        ("CH", "DE", "", Some("Work for somebody in another country is Not subject to tax (O) mostly")),
        ("LI", "FR", "", Some("Work for somebody in another country is Not subject to tax (O) mostly")),
        ("NO", "DE", "", Some("Work for somebody abroad is Export of goods (G) mostly")),
        ("IS", "NO", "", Some("Work for somebody abroad is Export of goods (G) mostly")),
        ("CH", "LI", "", None),
        ("JP", "DE", "", Some("Work for somebody abroad is Export of goods (G) mostly")),
        ("JP", "JP", "", None),
        ("US", "JP", "", Some("Sales tax is for buyers in your own country")),
        ("US", "US", "", None),
    ] {
        studio.ok("update_organization", json!({"country": here})).await;
        studio.ok("update_client", json!({"client": "Acme", "country": there, "vat_id": vat_id})).await;
        let told = remarks(&studio, "Acme").await;
        let told = told.iter().find(|(_, message)| message.contains("the tax of your own country"));
        let is_as_wanted = match (told, words) {
            (Some((field, message)), Some(words)) => field == "client.tax_category" && message.contains(words),
            (told, words) => told.is_none() && words.is_none(),
        };
        assert!(is_as_wanted, "{here} to {there} {vat_id}: {told:?}");
    }
}

/// Within the Union a business has a number, and a private client is taxed where the seller is (Article 45 of Directive 2006/112/EC).
#[tokio::test]
async fn of_a_client_in_the_union_without_a_number_it_is_asked_whether_they_are_a_business() {
    let studio = studio().await;
    for (here, there, vat_id, told) in [
        ("DE", "FR", "", true),
        ("GB", "FR", "", true),
        ("DE", "FR", "FR40303265045", false),
        ("DE", "DE", "", false),
        ("DE", "CH", "", false),
        ("CH", "DE", "", false),
    ] {
        studio.ok("update_organization", json!({"country": here})).await;
        studio.ok("update_client", json!({"client": "Acme", "country": there, "vat_id": vat_id})).await;
        assert_eq!(says(&studio, "Acme", "client.vat_id", "A private client is taxed").await, told, "{here} to {there} {vat_id}");
    }
}

/// By the laws of Japan work is exported as goods are (Consumption Tax Act, Article 7).
#[tokio::test]
async fn time_that_is_exported_is_remarked_where_only_goods_can_be() {
    let studio = studio().await;
    log(&studio, "2026-11-02", "1h").await;
    studio.ok("update_client", json!({"client": "Acme", "country": "US", "tax_category": "G", "tax_rate": "0"})).await;
    let drafted = draft(&studio).await;
    for (here, told) in [("DE", true), ("JP", false)] {
        studio.ok("update_organization", json!({"country": here})).await;
        let invoice = studio.ok("get_invoice", json!({"invoice": drafted["id"]})).await;
        assert_eq!(invoice["remarks"].to_string().contains("which is for goods"), told, "{here}");
    }
}

/// A client that was made before tax was charged, or was taken for one abroad.
#[tokio::test]
async fn work_at_home_without_tax_is_asked_about_unless_somebody_said_why() {
    let studio = studio().await;
    studio.ok("update_organization", json!({"country": "DE", "tax_category": "S", "tax_rate": "19", "vat_id": "DE136695976"})).await;
    let asked = async |client: Value| {
        studio.ok("update_client", client).await;
        let told = remarks(&studio, "Acme").await.into_iter().find(|(_, message)| message.contains("No tax is charged"));
        told.map(|(field, message)| (field, message.contains("you charge 19 %")))
    };
    let told = |field: &str| Some((field.to_owned(), true));
    let taxed = |category: &str, country: &str| json!({"client": "Acme", "country": country, "tax_category": category, "tax_reason": ""});
    studio.ok("update_client", json!({"client": "Acme", "country": "DE", "vat_id": "DE123456788"})).await;
    for category in ["O", "Z", "E", "AE"] {
        assert_eq!(asked(taxed(category, "DE")).await, told("client.tax_category"), "{category}");
    }
    assert_eq!(asked(json!({"client": "Acme", "tax_reason": "§ 13b UStG"})).await, None, "somebody said why");
    assert_eq!(asked(taxed("AE", "FR")).await, None);
    assert_eq!(asked(taxed("O", "")).await, told("client.tax_category"), "their VAT identifier is one of home");
    assert_eq!(asked(json!({"client": "Acme", "vat_id": ""})).await, told("client.country"));
    assert_eq!(asked(json!({"client": "Acme", "tax_category": "S", "tax_rate": "19"})).await, None);
    studio.ok("update_organization", json!({"tax_category": "O"})).await;
    assert_eq!(asked(taxed("O", "DE")).await, None, "nobody is charged tax");
}

/// Only the line is untaxed, so the line is what is looked at.
#[tokio::test]
async fn a_line_without_tax_is_named_where_the_others_are_taxed() {
    let studio = studio().await;
    let lines = |reason: &str| json!([{"description": "Logo", "price": "1.00"}, {"description": "Stamp", "price": "1.00", "tax_category": "E", "tax_reason": reason}]);
    let preview = async |reason| studio.ok("preview_invoice", json!({"client": "Acme", "lines": lines(reason)})).await["remarks"].clone();
    let told = preview("").await;
    let of_line =
        |remark: &&Value| remark["field"] == "lines" && remark["message"].to_string().contains(r#"No tax is charged on \"Stamp\""#);
    assert!(told.as_array().into_iter().flatten().any(|remark| of_line(&remark)), "{told:#}");
    assert!(!preview("Passed on").await.to_string().contains("No tax is charged"));
}

/// Whoever receives an invoice without the number deducts less (Consumption Tax Act, Article 57-4).
#[tokio::test]
async fn a_seller_in_japan_who_charges_tax_is_asked_for_a_registration_number_that_is_right() {
    let studio = studio().await;
    let told = async |number: &str| {
        let saved = studio.ok("update_organization", json!({"country": "JP", "tax_number": number})).await;
        let told = remarks(&studio, "Acme").await.into_iter().find(|(field, _)| field == "organization.tax_number");
        (saved["tax_number"].clone(), saved["warnings"].to_string(), told.map(|(_, message)| message).unwrap_or_default())
    };
    let (kept, _, remark) = told("Ｔ７０００ー０１２０５ー０００２").await;
    assert_eq!((kept, remark), (json!("T7000012050002"), String::new()));
    let (kept, warnings, remark) = told("t7000012050003").await;
    assert_eq!(kept, "T7000012050003");
    assert!([warnings, remark].iter().all(|told| told.contains("check digit of your registration number T7000012050003 does not fit")));
    for (number, words) in [("T12345", "T12345 is no registration number"), ("", "has no registration number")] {
        let (_, _, remark) = told(number).await;
        assert!(remark.contains(words) && remark.contains("Acme cannot deduct the whole tax"), "{remark}");
    }
    studio.ok("update_organization", json!({"vat_id": "T 7000 0120 50002"})).await;
    assert_eq!(told("").await.2, "", "it stands as the VAT identifier");
    studio.ok("update_organization", json!({"vat_id": ""})).await;
    studio.ok("update_client", json!({"client": "Acme", "country": "DE"})).await;
    assert_eq!(told("").await.2, "", "nobody abroad deducts it");
}

/// § 14c UStG, Article 203 of Directive 2006/112/EC: tax that is charged is owed, whether it had to be charged or not.
#[tokio::test]
async fn a_client_who_is_taxed_otherwise_than_the_organization_is_remarked() {
    let studio = studio().await;
    studio.ok("update_organization", json!({"country": "DE", "tax_rate": "19", "tax_category": "S"})).await;
    assert!(!says(&studio, "Acme", "client.tax_category", "settings").await);
    studio.ok("update_organization", json!({"tax_category": "E"})).await;
    assert!(says(&studio, "Acme", "client.tax_category", "you charge none").await);
    studio.ok("create_client", json!({"name": "Kunde", "currency": "EUR"})).await;
    assert!(!says(&studio, "Kunde", "client.tax_category", "settings").await, "both are a small business's");
    studio.ok("update_organization", json!({"tax_category": "S", "tax_rate": "19"})).await;
    assert!(says(&studio, "Kunde", "client.tax_category", "you charge 19 %").await);
}

/// Article 230 of Directive 2006/112/EC: the tax is stated in the seller's own currency, too; by other laws in that of the country.
#[tokio::test]
async fn tax_in_a_foreign_currency_alone_is_remarked() {
    let studio = studio().await;
    studio.ok("create_client", json!({"name": "Globex", "currency": "USD", "tax_rate": "19"})).await;
    for (country, in_dollars, in_euros) in [
        ("DE", Some("states it in EUR, too: write the amount and the exchange rate"), false),
        ("JP", Some("states it in JPY, too: write the amount and the exchange rate"), true),
        ("AE", Some("states it in AED, too: write the amount and the exchange rate"), true),
        ("AU", Some("states it in AUD, too: write the amount or the exchange rate"), true),
        ("SA", Some("states it in SAR, too: write the amount and the exchange rate"), true),
        ("SG", Some("states it in SGD, too: write the amount and the exchange rate"), true),
        ("ZA", Some("states it in ZAR, too: write the amount and the exchange rate"), true),
        ("US", None, false),
    ] {
        studio.ok("update_organization", json!({"country": country})).await;
        assert_eq!(says(&studio, "Globex", "notes", "stated in USD alone").await, in_dollars.is_some(), "{country}");
        assert!(says(&studio, "Globex", "notes", in_dollars.unwrap_or_default()).await == in_dollars.is_some(), "{country}");
        assert_eq!(says(&studio, "Acme", "notes", "stated in EUR alone").await, in_euros, "{country}");
    }
    studio.ok("update_organization", json!({"country": "AE"})).await;
    studio.ok("create_client", json!({"name": "Gulf", "currency": "AED", "tax_rate": "5"})).await;
    assert!(!says(&studio, "Gulf", "notes", "alone").await);
}

/// In which currency somebody bills mostly is no matter of the law, which is that of a country. In Switzerland it wants none (Article 26
/// MWSTG).
#[tokio::test]
async fn the_currency_of_new_clients_says_nothing_of_the_one_that_tax_is_stated_in() {
    for mostly in ["EUR", "USD"] {
        let studio = World::new("studio").await;
        studio.ok("update_organization", json!({"currency": mostly})).await;
        for currency in ["DKK", "EUR", "GBP", "PLN", "USD"] {
            studio.ok("create_client", json!({"name": currency, "currency": currency, "tax_category": "S", "tax_rate": "20"})).await;
        }
        for (country, home) in [("DE", "EUR"), ("DK", "DKK"), ("GB", "GBP"), ("PL", "PLN"), ("CH", ""), ("LI", "")] {
            studio.ok("update_organization", json!({"country": country})).await;
            for currency in ["DKK", "EUR", "GBP", "PLN", "USD"] {
                let lines = json!([{"description": "Logo", "price": "100.00"}]);
                let preview = studio.ok("preview_invoice", json!({"client": currency, "lines": lines})).await;
                let remarks = preview["remarks"].to_string();
                let wanted = !home.is_empty() && currency != home;
                assert_eq!(remarks.contains(&format!("stated in {currency} alone")), wanted, "{mostly} {country} {currency}: {remarks}");
                assert_eq!(remarks.contains(&format!("states it in {home}, too")), wanted, "{mostly} {country} {currency}: {remarks}");
            }
        }
    }
}

/// Work that is billed before it is done is a payment in advance, and has to be called so (§ 14 (5) UStG).
#[tokio::test]
async fn a_service_period_that_is_still_to_come_is_remarked() {
    let studio = studio().await;
    log(&studio, "2026-11-02", "1h").await;
    let drafted = draft(&studio).await;
    let told = |invoice: &Value| invoice["remarks"].to_string().contains("still to come");
    assert!(!told(&drafted));
    let moved = studio.ok("update_invoice_draft", json!({"invoice": drafted["id"], "period_to": "2027-01-31"})).await;
    assert!(told(&moved), "{moved:#}");
}

/// EN 16931 BT-73 and BT-74: the days that stand on the invoice are those of the work on it.
#[tokio::test]
async fn a_service_period_without_days_of_the_time_is_remarked_with_both_spans() {
    let studio = studio().await;
    for day in ["2026-11-02", "2026-11-20"] {
        log(&studio, day, "1h").await;
    }
    let drafted = draft(&studio).await;
    let told = async |from: &str, to: &str| {
        let change = json!({"invoice": drafted["id"], "period_from": from, "period_to": to});
        let invoice = studio.ok("update_invoice_draft", change).await;
        let remark = invoice["remarks"].as_array().into_iter().flatten().find(|remark| remark["field"] == "period_from").cloned();
        remark.map(|remark| remark["message"].to_string())
    };
    for (from, to, period, words) in [
        ("2026-11-03", "2026-11-20", "Tue 3 Nov 2026 to Fri 20 Nov 2026", "not all of it"),
        ("2026-11-10", "2026-11-12", "Tue 10 Nov 2026 to Thu 12 Nov 2026", "not all of it"),
        ("2026-10-01", "2026-10-31", "Thu 1 Oct 2026 to Sat 31 Oct 2026", "none of it"),
    ] {
        let remark = told(from, to).await.expect(from);
        for told in [period, "Mon 2 Nov 2026 to Fri 20 Nov 2026", words, "Leave both days of the period empty"] {
            assert!(remark.contains(told), "{told}: {remark}");
        }
    }
    for (from, to) in [("2026-11-01", "2026-11-28"), ("2026-11-02", "2026-11-20"), ("", "")] {
        assert_eq!(told(from, to).await, None, "{from}");
    }
}

/// Articles L441-9 and D441-5 of the Code de commerce.
#[tokio::test]
async fn a_french_invoice_that_says_nothing_of_late_payment_is_remarked_and_says_it_with_one_step() {
    let studio = studio().await;
    for (country, is_told) in [("DE", false), ("FR", true), ("GP", true), ("YT", true), ("US", false)] {
        studio.ok("update_organization", json!({"country": country})).await;
        assert_eq!(says(&studio, "Acme", "late_payment_terms", "articles L441-9 and D441-5").await, is_told, "{country}");
    }
    for (there, language, words) in [
        ("FR", "ja", "Pas d'escompte pour paiement anticipé."),
        ("YT", "ja", "Pas d'escompte pour paiement anticipé."),
        ("FR", "en", "No discount for early payment."),
        ("DE", "ja", "No discount for early payment."),
        ("DE", "de", "Kein Skonto bei vorzeitiger Zahlung."),
    ] {
        studio.ok("update_organization", json!({"country": "FR"})).await;
        studio.ok("update_client", json!({"client": "Acme", "country": there, "language": language})).await;
        let line = json!([{"description": "Logo", "price": "100.00"}]);
        let drafted = studio.ok("draft_invoice", json!({"client": "Acme", "lines": line})).await;
        let told = |invoice: &Value| invoice["remarks"].to_string().contains("late_payment_terms");
        assert!(told(&drafted) && drafted["remarks"].to_string().contains(words), "{drafted:#}");
        assert!(drafted["remarks"].to_string().contains("Or write it once under your address in Settings, then every invoice says it."));
        let take = json!({"invoice": drafted["id"], "notes": "Merci", "late_payment_terms": true});
        let taken = studio.ok("update_invoice_draft", take).await;
        let note = taken["notes"].as_str().unwrap_or_default();
        assert!(!told(&taken) && note.starts_with("Merci\n") && note.contains("40 EUR") && note.ends_with(words), "{note}");
        let again = studio.ok("update_invoice_draft", json!({"invoice": drafted["id"], "late_payment_terms": true})).await;
        assert!(again["notes"] == note && again["warnings"].to_string().contains("nothing to add"), "{again:#}");
    }
}

/// What somebody has written is theirs: only what is missing is asked for.
#[tokio::test]
async fn only_what_a_french_invoice_does_not_say_of_late_payment_is_asked_for() {
    let studio = studio().await;
    studio.ok("update_organization", json!({"country": "FR"})).await;
    let told = async |notes: &str| {
        let wanted = json!({"client": "Acme", "lines": [{"description": "Logo", "price": "100.00"}], "notes": notes});
        let preview = studio.ok("preview_invoice", wanted).await;
        let remark = preview["remarks"].as_array().into_iter().flatten().find(|remark| remark["field"] == "late_payment_terms").cloned();
        remark.map(|remark| remark["message"].to_string()).unwrap_or_default()
    };
    let (rate, compensation) = ("at which rate late payment is penalized", "fixed compensation of 40 EUR");
    for (notes, missing, said) in [
        ("Pénalités de retard : trois fois le taux d'intérêt légal.", compensation, rate),
        ("Indemnité forfaitaire pour frais de recouvrement : 40 €", rate, compensation),
    ] {
        let remark = told(notes).await;
        assert!(remark.contains(missing) && !remark.contains(said), "{notes}: {remark}");
    }
    let whole = "Intérêts de retard au taux de la BCE + 10 points ; indemnité pour frais de recouvrement : 40 euros.";
    assert_eq!(told(whole).await, "", "the payment terms say that nothing is deducted");
    studio.ok("update_organization", json!({"address": format!("1 rue de la Paix\n75002 Paris\n{whole}")})).await;
    assert_eq!(told("Merci").await, "", "it stands below the address");
}

/// Auckland is at Sunday while the organization is at Saturday: what is over there is no payment in advance.
#[tokio::test]
async fn work_of_a_day_that_has_begun_for_whoever_did_it_is_not_still_to_come() {
    let studio = studio().await;
    studio.set_clock("2026-11-28T15:00:00Z");
    let told = |invoice: &Value| invoice.to_string().contains("still to come");
    let ahead = studio.as_role(Role::Manager).await;
    ahead.ok("set_time_zone", json!({"time_zone": "Pacific/Auckland"})).await;
    let ahead = ahead.at(&ahead).await;
    assert_eq!(log(&ahead, "today", "2h").await["day"], "2026-11-29");
    assert!(!told(&studio.ok("preview_invoice", json!({"client": "Acme"})).await));
    let drafted = draft(&studio).await;
    assert!(drafted["period"]["to"] == "2026-11-29" && !told(&drafted), "{drafted:#}");
    let moved = studio.ok("update_invoice_draft", json!({"invoice": drafted["id"], "period_to": "2026-11-30"})).await;
    assert!(told(&moved), "it has begun nowhere: {moved:#}");
}

/// A flat fee for October is not one of the day on which it is billed.
#[tokio::test]
async fn an_invoice_of_lines_alone_has_the_days_that_were_asked_for() {
    let studio = studio().await;
    let lines = json!([{"description": "Retainer", "price": "1500.00"}]);
    let asked = json!({"client": "Acme", "from": "2026-10-01", "to": "2026-10-31", "lines": lines});
    let days = json!({"from": "2026-10-01", "to": "2026-10-31"});
    assert_eq!(studio.ok("preview_invoice", asked.clone()).await["period"], days);
    assert_eq!(studio.ok("draft_invoice", asked).await["period"], days);
}

/// Not every account has an IBAN (EN 16931 BT-84).
#[tokio::test]
async fn an_account_without_an_iban_says_where_to_pay() {
    let studio = studio().await;
    assert!(says(&studio, "Acme", "organization.iban", "bank details").await);
    studio.ok("update_organization", json!({"bank_name": "Chase", "account_number": "021000021 / 123456789"})).await;
    assert!(!says(&studio, "Acme", "organization.iban", "bank details").await);
}

/// What was set to exempt by mistake is taxed again by its category alone.
#[tokio::test]
async fn a_line_is_taxed_again_at_the_usual_rate() {
    let studio = studio().await;
    log(&studio, "2026-11-02", "1h").await;
    let draft = draft(&studio).await;
    let line = draft["lines"][0]["id"].clone();
    let set = async |change: Value| studio.ok("update_invoice_draft", json!({"invoice": draft["id"], "lines": [change]})).await;
    let exempt = set(json!({"line": line, "tax_category": "E"})).await;
    assert_eq!(exempt["lines"][0]["tax_rate"], "0");
    let taxed = set(json!({"line": line, "tax_category": "S"})).await;
    assert_eq!((&taxed["lines"][0]["tax_rate"], &taxed["total"]["amount"]), (&json!("19"), &json!("142.80")));
}
