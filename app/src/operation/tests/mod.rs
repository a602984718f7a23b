//! Tests of rules for every operation in the registry and every table in the catalogue.

mod bounds;
mod columns;
mod credentials;
mod currencies;
mod dropped;
mod dry_run;
mod hints;
mod late;
mod lists;
mod mails;
mod money_visibility;
mod reauthorization;
mod replays;
mod stored_answers;
mod tables;
mod tenants;
mod unchanged;
mod updates;
mod validate;

use serde_json::{Map, Value, json};

use crate::{
    access::{Role, WriteMode},
    operation::Operation,
    testing::World,
};

/// A studio with one record of each kind that an argument can refer to.
pub struct Fixture {
    /// The owner of the studio.
    pub world: World,
    /// Ids by the noun of the argument that refers to them.
    pub ids: Map<String, Value>,
    /// The sent invoice.
    pub sent: Value,
}

impl Fixture {
    /// Arguments with which the operation succeeds; creates the further records that it needs.
    pub async fn right(&self, operation: &Operation) -> Map<String, Value> {
        let mut call = arguments(operation, &self.ids);
        let world = &self.world;
        let (argument, value) = match operation.declaration.name {
            "resend_invoice" => {
                world.sql("update outgoing_mail set state = 'failed' where organization_id = $1 and invoice_id is not null").await;
                ("invoice", self.sent.clone())
            }
            "stop_invoice_mail" => {
                world.sql("update outgoing_mail set state = 'waiting' where organization_id = $1 and invoice_id is not null").await;
                ("invoice", self.sent.clone())
            }
            "void_invoice" | "record_payment" => ("invoice", self.sent.clone()),
            "redraft_invoice" => ("invoice", self.void().await),
            "set_next_invoice_number" => ("next", json!(1_000)),
            "delete_client" => ("client", world.ok("create_client", json!({"name": "Spare"})).await["id"].clone()),
            "delete_project" => ("project", world.ok("create_project", json!({"client": "Acme", "name": "Spare"})).await["id"].clone()),
            "start_timer" => ("stop_running", json!(true)),
            "confirm_time_entries" => {
                let draft = json!({"project": self.ids["project"], "date": "2026-11-20", "duration": "5m"});
                let draft = world.token(WriteMode::Drafts).await.ok("create_time_entry", draft).await;
                ("time_entries", json!([draft["id"]]))
            }
            "answer_invitation" => ("invitation", invited_elsewhere(world).await),
            "set_client_grants" => ("member", json!(world.as_role(Role::Viewer).await.member())),
            "set_time_zone" => ("time_zone", json!("America/New_York")),
            "set_assistant" => ("enabled", json!(false)),
            "leave_organization" => {
                world.as_role(Role::Owner).await;
                return call;
            }
            _ => return call,
        };
        call.insert(argument.to_owned(), value);
        call
    }

    /// A further invoice, voided.
    async fn void(&self) -> Value {
        let lines = json!([{"description": "Deposit", "price": "100.00"}]);
        let draft = self.world.ok("draft_invoice", json!({"client": "Acme", "lines": lines, "period": "2020-01"})).await;
        self.world.ok("send_invoice", json!({"invoice": draft["id"], "without_email": true})).await;
        self.world.ok("void_invoice", json!({"invoice": draft["id"]})).await["id"].clone()
    }
}

/// The warning of a repeated answer, for a person and for a program, that it tells what stood then.
pub const OF_THEN: [&str; 2] = [
    "This was done before. Load the page anew to see what stands there now.",
    "This was done before. The answer tells what stood then; read it anew.",
];

/// A repeated answer as it was given first: without its flag, and without the warning that it tells what stood then.
pub fn as_given_first(answer: Value) -> Value {
    let mut answer = crate::testing::without_repeated_flag(answer);
    if let Some(warnings) = answer.get_mut("warnings").and_then(Value::as_array_mut) {
        warnings.retain(|told| !OF_THEN.iter().any(|of_then| told == of_then));
    }
    if answer["warnings"].as_array().is_some_and(Vec::is_empty) {
        answer.as_object_mut().and_then(|fields| fields.remove("warnings"));
    }
    answer
}

/// The secret of an invitation into another organization.
async fn invited_elsewhere(world: &World) -> Value {
    let elsewhere = World::new("elsewhere").await;
    let sent = elsewhere.ok("invite_member", json!({"email": world.person().email, "role": "member"})).await;
    json!(sent["link"].as_str().and_then(|link| link.rsplit('/').next()).expect("a link"))
}

/// Makes a studio with client, project, entries, a running timer, a draft, a sent invoice, a token, a member and an invitation.
pub async fn fixture(name: &str) -> Fixture {
    let world = World::new(name).await;
    let client =
        world.ok("create_client", json!({"name": "Acme", "rate": "120.00", "tax_rate": "19", "email": "billing@acme.example"})).await;
    let project = world.ok("create_project", json!({"client": "Acme", "name": "Dashboard"})).await;
    let deposit = json!([{"description": "Deposit", "quantity": "1", "price": "100.00"}]);
    let paid = world.ok("draft_invoice", json!({"client": "Acme", "lines": deposit})).await;
    world.ok("send_invoice", json!({"invoice": paid["id"], "without_email": true})).await;
    let paid = world.ok("record_payment", json!({"invoice": paid["id"], "amount": "1.00", "date": "2026-11-21"})).await;
    let log = |date: &str| json!({"project": project["id"], "date": date, "duration": "1h"});
    world.ok("create_time_entry", log("2026-11-18")).await;
    let sent = world.ok("draft_invoice", json!({"client": "Acme"})).await;
    world.ok("send_invoice", json!({"invoice": sent["id"]})).await;
    world.ok("create_time_entry", log("2026-11-19")).await;
    let draft = world.ok("draft_invoice", json!({"client": "Acme"})).await;
    let entry = world.ok("create_time_entry", log("2026-11-20")).await;
    world.ok("start_timer", json!({"project": project["id"]})).await;
    // The fourth hour of four notifies the leads of the project.
    world.ok("set_budget", json!({"project": project["id"], "hours": 4})).await;
    world.ok("create_time_entry", log("2026-11-17")).await;
    let told = world.ok("list_notifications", json!({})).await;
    let token = world.ok("create_token", json!({"name": "agent", "writes": "direct"})).await;
    let barbara = world.as_role(Role::Member).await;
    world.ok("assign_project_members", json!({"project": project["id"], "members": [barbara.member()]})).await;
    let invitation = world.ok("invite_member", json!({"email": "grace@example.com", "role": "manager"})).await;
    world.at(&world).await;
    let sign_ins = world.ok("list_sign_ins", json!({})).await;
    let another =
        sign_ins["items"].as_array().and_then(|items| items.iter().find(|sign_in| sign_in["this_one"] == false)).expect("another");
    let mut ids = Map::new();
    for (noun, id) in [
        ("client", &client["id"]),
        ("project", &project["id"]),
        ("time_entry", &entry["id"]),
        ("invoice", &draft["id"]),
        ("payment", &paid["payments"][0]["id"]),
        ("token", &token["id"]),
        ("sign_in", &another["id"]),
        ("invitation", &invitation["id"]),
        ("line", &draft["lines"][0]["id"]),
        ("action", &entry["action"]),
    ] {
        ids.insert(noun.to_owned(), id.clone());
    }
    ids.insert("member".to_owned(), json!(barbara.member()));
    ids.insert("members".to_owned(), json!([barbara.member()]));
    ids.insert("clients".to_owned(), json!([client["id"]]));
    ids.insert("projects".to_owned(), json!([project["id"]]));
    ids.insert("time_entries".to_owned(), json!([entry["id"]]));
    ids.insert("notifications".to_owned(), json!([told["items"][0]["id"]]));
    Fixture { world, ids, sent: sent["id"].clone() }
}

/// Arguments that are valid apart from the ids: every reference that the operation takes, and its other required arguments.
pub fn arguments(operation: &Operation, ids: &Map<String, Value>) -> Map<String, Value> {
    let mut arguments = filled(&operation.input, ids);
    if operation.declaration.name == "invite_member" {
        // The sample role is not viewer, and only viewers have client grants.
        arguments.remove("clients");
    }
    if operation.declaration.name == "create_time_entries" {
        let entry = json!({"project": ids.get("project"), "date": "2026-11-20", "duration": "30m"});
        arguments.insert("entries".to_owned(), json!([entry]));
    }
    if operation.declaration.name == "create_time_entry" {
        arguments.insert("date".to_owned(), json!("2026-11-20"));
        arguments.insert("duration".to_owned(), json!("30m"));
    }
    arguments
}

/// The fields of an object: every reference, and the other required ones.
pub fn filled(schema: &Map<String, Value>, ids: &Map<String, Value>) -> Map<String, Value> {
    let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    let required: Vec<&str> = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let mut fields = Map::new();
    for (name, schema) in properties {
        if let Some(id) = ids.get(name) {
            fields.insert(name.clone(), id.clone());
        } else if required.contains(&name.as_str()) {
            fields.insert(name.clone(), sample(name, schema));
        }
    }
    fields
}

/// A valid value for an argument of this name.
fn sample(name: &str, schema: &Value) -> Value {
    match (name, schema["type"].as_str()) {
        ("date" | "from" | "to", _) => json!("2026-11-20"),
        ("duration", _) => json!("30m"),
        ("email", _) => json!("edsger@example.com"),
        _ if schema["format"] == domain::money::AMOUNT => json!("1.00"),
        ("role", _) => json!("member"),
        (_, Some("integer")) => json!(100),
        (_, Some("boolean")) => json!(true),
        (_, Some("array")) => json!([]),
        _ => json!("Something"),
    }
}
