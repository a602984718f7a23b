//! Seeds the demo's studio with three months of work.

use app::error::Error;
use serde_json::{Value, json};

use super::DemoStudio;

/// The number of days of history.
const DAYS: i64 = 92;

/// Project, what is done on it, and the share of days with work on it, in tenths.
const WORK: [(&str, &[&str], u64); 4] = [
    ("Acme / Dashboard", &["Charts for the overview", "Review with the team", "Filters and saved views", "Load tests"], 8),
    ("Acme / Onboarding", &["Workshop", "Onboarding call", "Welcome mails"], 3),
    ("Globex / Mobile app", &["Offline queue", "Sign-in screens", "Release build", "Bug triage"], 7),
    ("Globex / Internal", &["Planning", "Bookkeeping"], 2),
];

/// Makes settings, clients, projects, work and invoices, in the order in which they happened.
pub async fn seed(studio: &DemoStudio) -> Result<(), Error> {
    seed_settings(studio).await?;
    let mut random = Random(7);
    for days_ago in (1..=DAYS).rev() {
        day_of_work(studio, days_ago, &mut random).await?;
        match days_ago {
            61 => first_month(studio).await?,
            27 => second_month(studio).await?,
            10 => budgets(studio).await?,
            5 => third_month(studio).await?,
            _ => {}
        }
    }
    studio.services.clock.set(studio.today);
    studio.call("start_timer", json!({"project": "Acme / Dashboard", "description": "Charts for the overview"})).await?;
    Ok(())
}

async fn seed_settings(studio: &DemoStudio) -> Result<(), Error> {
    studio.travel(DAYS + 1, 9);
    let organization = json!({
        "legal_name": "Ada's DemoStudio Ltd", "address": "12 St James's Square\nLondon SW1Y 4JH", "country": "GB", "vat_id": "GB123456782",
        "email": "hello@adas.example", "phone": "+44 20 7946 0000", "iban": "GB82WEST12345698765432", "bic": "WESTGB22",
        "bank_name": "West Bank", "currency": "EUR", "rate": "110.00", "tax_rate": "20", "payment_terms_days": 14
    });
    studio.call("update_organization", organization).await?;
    // Work for a business abroad is taxed there, and the business owes the tax.
    let acme = json!({
        "name": "Acme", "legal_name": "Acme GmbH", "color": "#4b5fa8", "currency": "EUR", "rate": "120.00", "tax_category": "AE",
        "payment_terms_days": 30, "email": "billing@acme.example", "address": "Torstraße 1\n10119 Berlin", "country": "DE",
        "vat_id": "DE136695976"
    });
    studio.call("create_client", acme).await?;
    let globex = json!({
        "name": "Globex", "legal_name": "Globex Ltd", "color": "#b0702a", "currency": "GBP", "rate": "95.00", "tax_category": "S",
        "tax_rate": "20", "email": "accounts@globex.example", "address": "1 Broad Street\nBristol BS1 2EQ", "country": "GB",
        "vat_id": "GB987654353"
    });
    studio.call("create_client", globex).await?;
    for (client, name, billing) in [
        ("Acme", "Dashboard", "time_and_materials"),
        ("Acme", "Onboarding", "time_and_materials"),
        ("Globex", "Mobile app", "time_and_materials"),
        ("Globex", "Internal", "overhead"),
    ] {
        studio.call("create_project", json!({"client": client, "name": name, "billing": billing})).await?;
    }
    Ok(())
}

/// Working days only, each with a few entries one after the other.
async fn day_of_work(studio: &DemoStudio, days_ago: i64, random: &mut Random) -> Result<(), Error> {
    studio.travel(days_ago, 20);
    let today = studio.call("whoami", json!({})).await?["organization"]["today"].clone();
    let weekday = today.as_str().and_then(|day| day.parse::<jiff::civil::Date>().ok()).map(|day| day.weekday().to_monday_one_offset());
    if weekday.is_none_or(|weekday| weekday > 5) {
        return Ok(());
    }
    for (project, tasks, tenths) in WORK {
        if random.below(10) < tenths {
            let minutes = 30 + 15 * random.below(12);
            let task = tasks.get(random.below(tasks.len() as u64) as usize);
            let entry = json!({"project": project, "date": today, "duration": format!("{minutes}m"), "description": task});
            studio.call("create_time_entry", entry).await?;
        }
    }
    Ok(())
}

/// Acme pays; Globex does not.
async fn first_month(studio: &DemoStudio) -> Result<(), Error> {
    let paid = sent(studio, "Acme", json!({})).await?;
    sent(studio, "Globex", json!({})).await?;
    studio.travel(45, 12);
    pay(studio, &paid, &paid["total"]["amount"]).await?;
    studio.travel(61, 20);
    Ok(())
}

/// Acme pays in part, and its payment is not due yet; Globex's first invoice is voided.
async fn second_month(studio: &DemoStudio) -> Result<(), Error> {
    let partly = sent(studio, "Acme", json!({"discount": "5%"})).await?;
    let wrong = sent(studio, "Globex", json!({"lines": [{"description": "Test phone", "price": "420.00"}]})).await?;
    studio.call("void_invoice", json!({"invoice": wrong["id"]})).await?;
    let right = sent(studio, "Globex", json!({})).await?;
    studio.travel(20, 12);
    pay(studio, &partly, &json!("2000.00")).await?;
    pay(studio, &right, &right["total"]["amount"]).await?;
    studio.travel(27, 20);
    Ok(())
}

/// Acme's invoice has just been sent; Globex's is still a draft.
async fn third_month(studio: &DemoStudio) -> Result<(), Error> {
    sent(studio, "Acme", json!({"group_by": "day", "notes": "Thank you for the good work together."})).await?;
    studio.call("draft_invoice", json!({"client": "Globex", "lines": [{"description": "App store fee", "price": "79.00"}]})).await?;
    Ok(())
}

/// One monthly budget, and one for the whole project that is nearly used up.
async fn budgets(studio: &DemoStudio) -> Result<(), Error> {
    studio.call("set_budget", json!({"project": "Acme / Dashboard", "hours": 40, "amount": "4500.00", "period": "month"})).await?;
    studio.call("set_budget", json!({"project": "Globex / Mobile app", "hours": 100})).await?;
    Ok(())
}

async fn sent(studio: &DemoStudio, client: &str, mut wanted: Value) -> Result<Value, Error> {
    wanted["client"] = json!(client);
    let draft = studio.call("draft_invoice", wanted).await?;
    studio.call("send_invoice", json!({"invoice": draft["id"]})).await
}

async fn pay(studio: &DemoStudio, invoice: &Value, amount: &Value) -> Result<Value, Error> {
    let today = studio.call("whoami", json!({})).await?["organization"]["today"].clone();
    studio.call("record_payment", json!({"invoice": invoice["id"], "amount": amount, "date": today})).await
}

/// The same demo every time: a linear congruential generator is random enough for it, and its sequence changes with no version of a
/// crate.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound.max(1)
    }
}
