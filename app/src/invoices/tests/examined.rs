//! How much is read of documents, which take up to a megabyte each, and of a log of changes that has become long.

use jiff::civil::date;
use uuid::Uuid;

use super::*;
use crate::{
    database::{AccessMode, Db, RowScope},
    invoices::store::{self, InvoiceFilter, InvoiceRow},
};

/// How many changes the log is searched back for.
const SEARCHED: usize = 1_000;

/// How many chunks of long documents, notes and names this transaction has read.
async fn chunks(db: &mut Db) -> i64 {
    let rows = "select coalesce(sum(s.idx_tup_fetch), 0)::bigint from pg_stat_xact_all_tables s
        join pg_class c on c.reltoastrelid = s.relid where c.relname = 'invoice'";
    sqlx::query_scalar(rows).fetch_one(db.connection()).await.expect("a number")
}

/// A description that is not compressed, another one for each `seed`, which is not 0.
fn long_description(mut seed: u32) -> String {
    let sign = |_| {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        char::from(b'a' + (seed % 26) as u8)
    };
    (0..1_900).map(sign).collect()
}

async fn read(studio: &World) -> Db {
    let scope = RowScope::Organization(studio.organization());
    studio.caller.services.database.begin(scope, AccessMode::Read).await.expect("a transaction")
}

async fn listed(db: &mut Db) -> Vec<InvoiceRow> {
    let filter = InvoiceFilter { client: None, status: None, today: date(2026, 11, 20), after: None, limit: 10 };
    store::list(db, &filter).await.expect("invoices")
}

/// The ids of the one invoice and of its client.
async fn ids(studio: &World) -> (Uuid, Uuid) {
    let rows = listed(&mut read(studio).await).await;
    assert_eq!(rows.len(), 1);
    (rows[0].id, rows[0].client_id)
}

/// A draft of one line over 50.00.
async fn drafted(studio: &World) -> Value {
    let line = json!([{"description": "Hosting", "price": "50.00"}]);
    studio.ok("draft_invoice", json!({"client": "Acme", "lines": line, "notes": "Thank you"})).await
}

#[tokio::test]
async fn invoices_are_listed_by_the_name_on_their_documents_which_are_not_opened() {
    let studio = studio().await;
    for seed in [1, 3, 5] {
        let line = |seed: u32| json!({"description": long_description(seed), "price": "50.00"});
        let draft = studio.ok("draft_invoice", json!({"client": "Acme", "lines": [line(seed), line(seed + 1)]})).await;
        studio.ok("send_invoice", json!({"invoice": draft["id"], "without_email": true})).await;
    }
    studio.ok("update_client", json!({"client": "Acme", "name": "Globex"})).await;
    let mut db = read(&studio).await;
    let before = chunks(&mut db).await;
    let invoices = listed(&mut db).await;
    let numbers = store::numbers(&mut db, None, None, 10).await.expect("numbers");
    assert_eq!(chunks(&mut db).await, before);
    assert_eq!(invoices.iter().map(|row| row.client_name.as_str()).collect::<Vec<_>>(), ["Acme"; 3]);
    assert_eq!(numbers.iter().map(|row| row.client.as_str()).collect::<Vec<_>>(), ["Acme"; 3]);
    let opened = "select count(*) from invoice where document ->> 'client_name' = 'Acme'";
    let opened: i64 = sqlx::query_scalar(opened).fetch_one(db.connection()).await.expect("a number");
    assert!(opened == 3 && chunks(&mut db).await > before, "the documents are long");
}

#[tokio::test]
async fn an_older_invoice_is_listed_by_the_name_of_the_buyer_on_its_document() {
    let studio = studio().await;
    drafted(&studio).await;
    let document = json!({"language": "en", "buyer": {"name": "Acme Limited"}, "lines": [], "taxes": []});
    let sent_before = format!(
        "update invoice set state = 'sent', number = '2025-0007', series = '', sequence = 7, issued_on = '2025-11-20',
             due_on = '2025-12-20', sent_at = created_at, document = '{document}'
         where organization_id = $1"
    );
    studio.sql(&sent_before).await;
    let mut db = read(&studio).await;
    assert_eq!(listed(&mut db).await[0].client_name, "Acme Limited");
    assert_eq!(store::numbers(&mut db, None, None, 10).await.expect("numbers")[0].client, "Acme Limited");
}

#[tokio::test]
async fn the_log_of_changes_holds_no_document() {
    let studio = studio().await;
    let draft = drafted(&studio).await;
    studio.ok("send_invoice", json!({"invoice": draft["id"], "without_email": true})).await;
    studio.ok("record_payment", json!({"invoice": draft["id"], "amount": "10.00", "date": "2026-11-20"})).await;
    let images = "select count(*) from change c cross join lateral (values (c.before), (c.after)) i (image)
        where c.organization_id = $1 and c.kind = 'invoice'";
    assert!(studio.number(&format!("{images} and i.image ->> 'state' = 'sent'")).await >= 3);
    let held = format!("{images} and i.image::jsonb ?| array['document', 'sent_client_name']");
    assert_eq!(studio.number(&held).await, 0);
}

/// Adds changes of the client to the log: 20 with a tax each, then [`SEARCHED`] with 7 %.
async fn taxed_otherwise(studio: &World, client: Uuid) {
    let changes = format!(
        "insert into change (organization_id, action_id, kind, record_id, before)
         select $1, gen_random_uuid(), 'client', '{client}', json_build_object(
             'tax_category', 'S', 'tax_percent', case when n > 20 then 70000 else n * 1000 end)
         from generate_series(1, {SEARCHED} + 20) n order by n"
    );
    assert_eq!(studio.sql(&changes).await, SEARCHED as u64 + 20);
}

#[tokio::test]
async fn former_taxes_are_those_of_the_newest_changes_of_a_client() {
    let studio = studio().await;
    let draft = drafted(&studio).await;
    let (invoice, client) = ids(&studio).await;
    taxed_otherwise(&studio, client).await;
    let since = store::taxes_since(&mut read(&studio).await, invoice, client).await.expect("taxes");
    assert_eq!(since, [("S".to_owned(), 70_000, None::<String>)]);
    studio.ok("send_invoice", json!({"invoice": draft["id"], "without_email": true})).await;
    let mut until = store::taxes_until_sent(&mut read(&studio).await, invoice, client).await.expect("taxes");
    until.sort();
    assert_eq!(until, [("S".to_owned(), 70_000, None::<String>), ("S".to_owned(), 190_000, None)]);
}

#[tokio::test]
async fn when_a_note_was_written_is_looked_for_among_the_newest_changes_of_an_invoice() {
    let studio = studio().await;
    drafted(&studio).await;
    let (invoice, _) = ids(&studio).await;
    assert_eq!(store::tax_at_note(&mut read(&studio).await, invoice).await.expect("a tax"), Some(950));
    let changes = format!(
        "insert into change (organization_id, action_id, kind, record_id, before, after)
         select $1, gen_random_uuid(), 'invoice', '{invoice}', i.image, i.image
         from json_build_object('notes', 'Thank you', 'state', 'draft', 'tax', 950) i (image), generate_series(1, {SEARCHED})"
    );
    assert_eq!(studio.sql(&changes).await, SEARCHED as u64);
    assert_eq!(store::tax_at_note(&mut read(&studio).await, invoice).await.expect("a tax"), None);
}
