//! Links in answers, for a model to give to its person: to the page of a record, and to the bytes of a file.

use app::{
    account::document_link,
    context::{Caller, Membership},
    error::Error,
    operation::PAGE,
};
use domain::id::InvoiceId;
use serde_json::{Map, Value, json};

/// The field of a link.
const URL: &str = "url";

/// The field with the bytes of a file, which a link replaces here.
const BYTES: &str = "base64";

/// The field with the path of a page, from the root of this Stint.
const PATH: &str = "link";

/// A path for signed-in browsers, which is of no use to others.
const OF_BROWSERS: &str = "pdf_url";

/// The schema of an answer with its links.
pub fn schema(full: Map<String, Value>) -> Map<String, Value> {
    match described(Value::Object(full)) {
        Value::Object(linked) => linked,
        _ => Map::new(),
    }
}

fn described(schema: Value) -> Value {
    let Value::Object(mut schema) = schema else { return schema };
    let is_record = schema.remove(PAGE).is_some();
    if let Some(items) = schema.get_mut("items") {
        *items = described(items.take());
    }
    let Some(Value::Object(fields)) = schema.remove("properties") else { return Value::Object(schema) };
    let mut fields: Map<_, _> = fields.into_iter().map(|(name, field)| (name, described(field))).collect();
    let is_file = fields.remove(BYTES).is_some();
    fields.remove(OF_BROWSERS);
    if let Some(Value::Array(required)) = schema.get_mut("required") {
        required.retain(|field| field != BYTES && field != OF_BROWSERS);
        // The result of a dry run has no page.
        required.extend(is_file.then(|| Value::from(URL)));
        required.extend(is_file.then(|| Value::from("valid_until")));
    }
    if is_record || is_file {
        fields.insert(URL.to_owned(), json!({ "type": "string" }));
    }
    if is_file {
        fields.insert("valid_until".to_owned(), json!({ "type": "string" }));
    }
    schema.insert("properties".to_owned(), Value::Object(fields));
    Value::Object(schema)
}

/// The most characters that a link adds to an item of a list: enough for the addresses of a Stint, of an organization and of a record.
const LINK_MAX: usize = 160;

/// The most characters that links add to an item of this schema.
pub fn most(item: &Value) -> usize {
    if item.get(PAGE).is_some() || item["properties"].get(PATH).is_some() { LINK_MAX } else { 0 }
}

/// An answer with its links, by the schema of the full one.
pub async fn answer(caller: &Caller, schema: &Map<String, Value>, mut answer: Value) -> Result<Value, Error> {
    let tried = answer["dry_run"] == true;
    if let (Some(place), Value::Object(fields)) = (&caller.membership, &mut answer) {
        from_record(&Pages { public_url: &caller.services.public_url, place, tried }, Some(schema), fields);
    }
    if let Value::Object(fields) = &mut answer
        && fields.remove(BYTES).is_some()
    {
        let invoice: InvoiceId =
            fields.get("invoice").and_then(Value::as_str).and_then(|id| id.parse().ok()).ok_or_else(Error::internal)?;
        let link = document_link::issue(caller, invoice).await?;
        fields.insert(URL.to_owned(), Value::from(link.url));
        fields.insert("valid_until".to_owned(), json!(link.valid_until));
    }
    Ok(answer)
}

/// The address of an organization's pages.
struct Pages<'a> {
    public_url: &'a str,
    place: &'a Membership,
    /// Whether the answer is that of a dry run, whose records do not exist.
    tried: bool,
}

fn to_pages(pages: &Pages<'_>, schema: &Value, value: &mut Value) {
    match value {
        Value::Object(fields) => from_record(pages, schema.as_object(), fields),
        Value::Array(items) => items.iter_mut().for_each(|item| to_pages(pages, &schema["items"], item)),
        _ => {}
    }
}

fn from_record(pages: &Pages<'_>, schema: Option<&Map<String, Value>>, fields: &mut Map<String, Value>) {
    let described = schema.and_then(|schema| schema.get("properties")?.as_object());
    for (name, field) in fields.iter_mut() {
        to_pages(pages, described.and_then(|described| described.get(name)).unwrap_or(&Value::Null), field);
    }
    if let Some(Value::String(path)) = fields.get_mut(PATH)
        && path.starts_with('/')
    {
        path.insert_str(0, pages.public_url);
    }
    let page = schema.and_then(|schema| schema.get(PAGE)?.as_str());
    if let (Some(page), Some(id)) = (page, fields.get("id").and_then(Value::as_str)) {
        let url = format!("{}/o/{}/{page}/{id}", pages.public_url, pages.place.slug);
        if !pages.tried {
            fields.insert(URL.to_owned(), Value::from(url));
        }
        fields.remove(OF_BROWSERS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(fields: Value) -> Value {
        let required: Vec<_> = fields.as_object().into_iter().flat_map(Map::keys).cloned().collect();
        json!({ "type": "object", "properties": fields, "required": required })
    }

    #[test]
    fn the_schema_of_a_record_says_that_it_has_a_link_wherever_the_record_stands() {
        let text = json!({ "type": "string" });
        let mut record = object(json!({ "id": text, "pdf_url": text }));
        record[PAGE] = json!("invoices");
        let list = object(json!({ "items": { "type": "array", "items": record }, "first": record, "id": text }));
        let told = Value::Object(schema(list.as_object().expect("an object").clone()));
        let mut linked = object(json!({ "id": text, "url": text }));
        linked["required"] = json!(["id"]);
        assert_eq!(told, object(json!({ "items": { "type": "array", "items": linked }, "first": linked, "id": text })));
    }

    #[test]
    fn a_file_is_a_link_and_says_until_when() {
        let text = json!({ "type": "string" });
        let file = object(json!({ "file_name": text, "base64": text }));
        let told = Value::Object(schema(file.as_object().expect("an object").clone()));
        assert_eq!(told["properties"], json!({ "file_name": text, "url": text, "valid_until": text }));
        assert_eq!(told["required"], json!(["file_name", "url", "valid_until"]));
    }
}
