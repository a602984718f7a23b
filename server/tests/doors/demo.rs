//! The studio of the demonstration.

use serde_json::{Value, json};

use crate::world::{Person, World};

/// The owner of a new demonstration.
async fn studio(world: &World) -> Person {
    let (made, token) = server::command::demo::make(&world.services, "ada@example.com").await.expect("a demo");
    Person { slug: made.slug, email: made.email, cookie: String::new(), token }
}

/// The tax of each invoice of a client, each once: category, rate, and whether anything is charged.
async fn taxes(world: &World, ada: &Person, client: &str) -> Vec<Value> {
    let invoices = world.rest(ada, "list_invoices", json!({"client": client})).await.ok()["items"].clone();
    let mut taxes = Vec::new();
    for invoice in invoices.as_array().expect("invoices") {
        let invoice = world.rest(ada, "get_invoice", json!({"invoice": invoice["id"]})).await.ok();
        assert_eq!(invoice.get("problems"), None, "{invoice:#}");
        for tax in invoice["taxes"].as_array().expect("taxes") {
            let told = json!([invoice["currency"], tax["category"], tax["rate"], tax["tax"]["amount"] != "0.00"]);
            if !taxes.contains(&told) {
                taxes.push(told);
            }
        }
    }
    taxes
}

/// A studio in London charges a client there the tax of there, and none to a business elsewhere, which owes it itself. Both sides have
/// the numbers that this takes.
#[tokio::test]
async fn the_tax_of_a_demo_is_that_of_a_studio_in_london() {
    let world = World::alone().await;
    let ada = studio(&world).await;
    let own = world.rest(&ada, "get_organization", json!({})).await.ok();
    assert_eq!(json!([own["country"], own["vat_id"], own["tax_category"], own["tax_rate"]]), json!(["GB", "GB123456782", "S", "20"]));
    let acme = world.rest(&ada, "get_client", json!({"client": "Acme"})).await.ok();
    assert_eq!(json!([acme["country"], acme["vat_id"], acme["tax_category"], acme["tax_rate"]]), json!(["DE", "DE136695976", "AE", "0"]));
    let globex = world.rest(&ada, "get_client", json!({"client": "Globex"})).await.ok();
    assert_eq!(json!([globex["country"], globex["tax_category"], globex["tax_rate"]]), json!(["GB", "S", "20"]));
    assert_eq!(taxes(&world, &ada, "Acme").await, [json!(["EUR", "AE", "0", false])]);
    assert_eq!(taxes(&world, &ada, "Globex").await, [json!(["GBP", "S", "20", true])]);
}
