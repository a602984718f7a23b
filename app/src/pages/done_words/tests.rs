//! One table for pages with and without scripts.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use super::*;
use crate::testing::World;

/// The words about an answer, for a form with these fields where mails leave.
fn words(call: &str, answer: &Value, fields: &str) -> Option<String> {
    done_words(call, answer, &SentForm { fields: fields.as_bytes(), mail_leaves: true })
}

#[test]
fn each_write_has_one_entry() {
    let paths: Vec<&str> = SAME.iter().map(|(path, _)| *path).chain(OF_ANSWER.iter().map(|(path, _)| *path)).collect();
    assert_eq!(paths.iter().collect::<HashSet<_>>().len(), paths.len(), "{paths:?}");
    assert!(paths.iter().all(|path| is_confirmed(path)) && !is_confirmed("/call/unknown"));
}

#[tokio::test]
async fn words_about_an_answer_say_what_stands_in_it() {
    let studio = World::new("studio").await;
    studio.ok("create_client", json!({"name": "Acme"})).await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Site"})).await;
    let logged = studio.ok("create_time_entry", json!({"project": "Site", "duration": "1h"})).await;
    assert_eq!(words(CreateTimeEntry::PATH, &logged, "").as_deref(), Some("1h logged on Site: 1h that day."));
    let archived = studio.ok("archive_project", json!({"project": "Site"})).await;
    assert_eq!(words(ArchiveProject::PATH, &archived, "").as_deref(), Some("Site is archived. Its time stays."));
    let restored = studio.ok("restore_project", json!({"project": "Site"})).await;
    assert_eq!(words(RestoreProject::PATH, &restored, "").as_deref(), Some("Site is restored."));
    let taken_off = studio.ok("unassign_project_members", json!({"project": "Site", "members": ["me"]})).await;
    assert_eq!(words(UnassignProjectMembers::PATH, &taken_off, "").as_deref(), Some("Nobody is on Acme / Site now."));
    let put_on = studio.ok("assign_project_members", json!({"project": "Site", "members": ["me"]})).await;
    assert_eq!(words(AssignProjectMembers::PATH, &put_on, "").as_deref(), Some("On Acme / Site now: Ada."));
}

#[tokio::test]
async fn a_void_invoice_frees_its_time_if_it_has_some() {
    let studio = World::new("studio").await;
    studio.ok("create_client", json!({"name": "Acme", "tax_rate": "19", "currency": "EUR", "rate": "100.00"})).await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Site"})).await;
    let of_lines = json!({"client": "Acme", "lines": [{"description": "Hosting", "price": "100.00"}]});
    let of_time = json!({"client": "Acme"});
    for (drafted, expected) in [(of_lines, "The invoice is void."), (of_time, "The invoice is void. Its time can be billed again.")] {
        if drafted.get("lines").is_none() {
            studio.ok("create_time_entry", json!({"project": "Site", "duration": "1h", "date": "2026-11-01"})).await;
        }
        let draft = studio.ok("draft_invoice", drafted).await;
        let sent = studio.ok("send_invoice", json!({"invoice": draft["id"], "without_email": true})).await;
        let void = studio.ok("void_invoice", json!({"invoice": sent["id"]})).await;
        assert_eq!(words(VoidInvoice::PATH, &void, "").as_deref(), Some(expected));
    }
}

#[tokio::test]
async fn a_changed_tax_is_said_by_what_the_form_showed() {
    let studio = World::new("studio").await;
    studio.ok("create_client", json!({"name": "Acme", "tax_category": "E"})).await;
    let saved = studio.ok("update_client", json!({"client": "Acme", "tax_rate": "20"})).await;
    let said = words(UpdateClient::PATH, &saved, "tax_rate=20&shown.tax_category=E&tax_category=E");
    assert_eq!(said.as_deref(), Some("Client saved. Tax is now Standard rate (S), 20 %."));
    for fields in ["shown.tax_category=S", "shown.tax_category=none", ""] {
        assert_eq!(words(UpdateClient::PATH, &saved, fields).as_deref(), Some("Client saved."), "{fields}");
    }
}

#[test]
fn an_answer_without_content_is_confirmed_by_whether_mails_leave() {
    let asked = |mail_leaves| done_words(ChangeAddress::PATH, &Value::Null, &SentForm { fields: b"", mail_leaves }).expect("words");
    assert!(asked(true).contains("A link is on its way") && asked(false).contains("counts once it is confirmed"));
}

#[test]
fn an_answer_of_another_form_is_left_to_the_title() {
    assert_eq!(words(SendInvoice::PATH, &json!([1]), ""), None);
    assert_eq!(words("/call/unknown", &json!({}), ""), None);
}

/// The Rust files in a folder and its folders.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let files = entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] });
    files.filter(|path| path.extension().is_some_and(|end| end == "rs")).collect()
}

/// What the pages with scripts say is that of a table, so that the pages without scripts say it too.
#[test]
fn no_page_has_words_of_its_own() {
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/pages");
    let mut said = 0;
    for file in files(&pages).into_iter().filter(|file| !file.ends_with("done_words/tests.rs")) {
        let source = fs::read_to_string(&file).expect("text");
        for call in ["flash.say(", "flash.done("] {
            for words in source.split(call).skip(1).map(|rest| rest.split(';').next().unwrap_or_default()) {
                assert!(words.contains("::DONE") || words.contains("::done_words("), "{}: {call}{words}", file.display());
                said += 1;
            }
        }
    }
    assert!(said > 30, "only {said} found");
}
