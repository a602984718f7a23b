//! Time as the pages show it: the forms of entries, the figures above them, and whose they are.

use reqwest::header;
use serde_json::{Value, json};

use crate::{
    people::{joined, studio},
    world::{Answer, Person, World},
};

async fn page(world: &World, person: &Person, path: &str) -> String {
    let path = format!("/o/{}{path}", person.slug);
    let cookie = format!("stint={}", person.cookie);
    Answer::of(world.get(&path).header(header::COOKIE, cookie).header(header::ACCEPT, "text/html")).await.text
}

/// What stands on a page, without its markup.
fn words(page: &str) -> String {
    let text = page.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| text).collect::<Vec<_>>().join(" ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The form of an entry on the time page.
async fn form(world: &World, person: &Person, entry: &Value) -> String {
    let (id, version) = (entry["id"].as_str().expect("an id"), entry["version"].as_i64().expect("a version"));
    let page = page(world, person, &format!("/time?edit={id}.{version}")).await;
    let start = page.find(&format!("id=\"edit-{id}\"")).unwrap_or_else(|| panic!("no form of {id}: {page}"));
    page[start..].split("</form>").next().unwrap_or_default().to_owned()
}

/// The tag in a form that holds this, up to its end.
fn tag<'a>(form: &'a str, holds: &str) -> &'a str {
    let mut tags = form.split('<').filter_map(|part| part.split('>').next());
    tags.find(|tag| tag.contains(holds)).unwrap_or_else(|| panic!("no {holds} in {form}"))
}

async fn today(world: &World, person: &Person) -> String {
    let known = world.rest(person, "whoami", json!({})).await.ok();
    known["organization"]["today"].as_str().expect("a day").to_owned()
}

/// The id of somebody as a member.
async fn member(world: &World, person: &Person) -> Value {
    world.rest(person, "get_member", json!({ "member": "me" })).await.ok()["id"].clone()
}

#[tokio::test]
async fn the_form_of_an_entry_holds_its_seconds_and_its_project_by_id() {
    let world = World::open().await;
    let (ada, projects) = studio(&world).await;
    let barbara = joined(&world, &ada, "Barbara", &projects[..1]).await;
    let today = today(&world, &ada).await;
    let timed = json!({ "project": projects[0], "started_at": format!("{today}T09:00:37Z"), "ended_at": format!("{today}T10:30:12Z") });
    let timed = world.rest(&barbara, "create_time_entry", timed).await.ok();
    let lasting = json!({ "project": projects[0], "date": today, "duration": "1:30:15" });
    let lasting = world.rest(&barbara, "create_time_entry", lasting).await.ok();
    let gone = json!({ "project": projects[0], "members": [member(&world, &barbara).await] });
    world.rest(&ada, "unassign_project_members", gone).await.ok();

    let fields = form(&world, &barbara, &timed).await;
    let shown = |what: &str| timed[what].as_str().and_then(|moment| moment.get(11..19)).expect("a moment");
    for name in ["started_at", "ended_at"] {
        let shown = shown(name);
        let field = tag(&fields, &format!("name=\"{name}\""));
        assert!(field.contains(&format!("value=\"{shown}\"")) && field.contains("step=\"1\""), "{field}");
    }
    assert!(tag(&fields, &format!("option value=\"{}\"", projects[0])).contains("selected"), "{fields}");
    assert!(!fields.contains(&projects[1]), "a project they are not on is not offered");
    let fields = form(&world, &barbara, &lasting).await;
    assert!(tag(&fields, "name=\"duration\"").contains("value=\"1:30:15\""), "{fields}");

    let (id, version) = (timed["id"].as_str().expect("an id"), timed["version"].to_string());
    let sent = [
        ("time_entry", id),
        ("version", version.as_str()),
        ("description", "Charts"),
        ("project", projects[0].as_str()),
        ("date", today.as_str()),
        ("started_at", shown("started_at")),
        ("ended_at", shown("ended_at")),
        ("billable", "true"),
    ];
    let saved = world.call(&barbara, "update_time_entry", &sent).await.ok();
    assert_eq!((&saved["description"], &saved["worked"]["seconds"]), (&json!("Charts"), &json!(5_375)));
}

#[tokio::test]
async fn pages_show_and_take_times_on_the_clock_of_whoever_looks() {
    let world = World::open().await;
    let (ada, projects) = studio(&world).await;
    // Days there are always ahead of those of the organization, or always behind.
    for (zone, offset) in [("Pacific/Kiritimati", "+14:00"), ("Pacific/Pago_Pago", "-11:00")] {
        let set = world.call(&ada, "set_time_zone", &[("time_zone", zone)]).await.ok();
        assert_eq!((&set["time_zone"], &set["own_time_zone"]), (&json!(zone), &json!(true)));
        let today = today(&world, &ada).await;
        let (from, to) = (format!("{today}T09:00"), format!("{today}T10:00"));
        let typed =
            [("project", projects[0].as_str()), ("started_at", from.as_str()), ("ended_at", to.as_str()), ("description", "Charts")];
        let entry = world.call(&ada, "create_time_entry", &typed).await.ok();
        assert_eq!((&entry["day"], &entry["started_at"]), (&json!(today), &json!(format!("{from}:00{offset}"))));
        let fields = form(&world, &ada, &entry).await;
        assert!(tag(&fields, "name=\"started_at\"").contains("value=\"09:00\""), "{fields}");
        assert!(tag(&fields, "name=\"date\"").contains(&format!("value=\"{today}\"")), "{fields}");
        let week = page(&world, &ada, "/time").await;
        assert!(tag(&week, "name=\"date\"").contains(&format!("value=\"{today}\"")), "the day of the form is that of {zone}");
        assert!(words(&week).contains("Today, "), "{zone}");
        let settings = page(&world, &ada, "/settings").await;
        assert!(tag(&settings, "name=\"time_zone\"").contains(&format!("value=\"{zone}\"")), "{settings}");
    }
    world.call(&ada, "set_time_zone", &[("time_zone", "")]).await.ok();
    let settings = words(&page(&world, &ada, "/settings").await);
    assert!(settings.contains("as the organization's do"), "{settings}");
}

#[tokio::test]
async fn the_overview_and_the_week_show_the_hours_that_count() {
    let world = World::open().await;
    let (ada, projects) = studio(&world).await;
    let today = today(&world, &ada).await;
    for (duration, description) in [("1h30m", "counts"), ("45m", "waits")] {
        let entry = json!({ "project": projects[0], "date": today, "duration": duration, "description": description });
        world.rest(&ada, "create_time_entry", entry).await.ok();
    }
    let owner = world.owner().await;
    let waits = "update time_entry set state = 'submitted' where description = 'waits' and project_id = $1::uuid";
    sqlx::query(waits).bind(projects[0].as_str()).execute(&owner).await.expect("submitted");
    owner.close().await;
    world.rest(&ada, "start_timer", json!({ "project": projects[0], "description": "runs" })).await.ok();
    let overview = words(&page(&world, &ada, "").await);
    for figure in ["Today 1h 30m and 0:00:", "This week 1h 30m 1h 30m billable"] {
        assert!(overview.contains(figure), "{figure} is not on the overview: {overview}");
    }
    let week = words(&page(&world, &ada, "/time").await);
    let head = week.split("Today, ").nth(1).unwrap_or_default();
    let figure = head.split_whitespace().skip(4).take(2).collect::<Vec<_>>().join(" ");
    assert_eq!(figure, "1h 30m", "{week}");
    for row in ["counts", "waits", "runs"] {
        assert!(head.contains(row), "{row} is not in the week: {week}");
    }
}

#[tokio::test]
async fn a_viewer_reads_whose_time_it_is_and_changes_none() {
    let world = World::open().await;
    let (ada, projects) = studio(&world).await;
    let barbara = joined(&world, &ada, "Barbara Liskov", &projects[..1]).await;
    let entry = json!({ "project": projects[0], "duration": "1h", "description": "Charts" });
    world.rest(&barbara, "create_time_entry", entry).await.ok();
    let alan = joined(&world, &ada, "Alan Turing", &[]).await;
    let member = member(&world, &alan).await;
    world.rest(&ada, "change_member_role", json!({ "member": member, "role": "viewer" })).await.ok();
    world.rest(&ada, "set_client_grants", json!({ "member": member, "clients": ["Acme"] })).await.ok();

    let shown = page(&world, &alan, "/time").await;
    assert!(words(&shown).contains("Charts Barbara Liskov"), "{shown}");
    for offered in ["id=\"continue-", "Change Charts", "id=\"log\""] {
        assert!(!shown.contains(offered), "a viewer is offered {offered}");
    }
    let overview = words(&page(&world, &alan, "").await);
    assert!(overview.contains("Today 1h") && overview.contains("Barbara Liskov"), "{overview}");
    assert!(words(&page(&world, &barbara, "/time").await).contains("Charts Acme / Dashboard"), "one's own name is not repeated");
}
