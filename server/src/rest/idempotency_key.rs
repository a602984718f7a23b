//! The idempotency key of a write in the header `Idempotency-Key`.

use app::{
    error::{Code, Error},
    operation::{Effect, Operation},
};
use http::{HeaderMap, HeaderName};
use serde_json::{Map, Value};

/// The header.
pub const HEADER: HeaderName = HeaderName::from_static("idempotency-key");

/// The argument of the same meaning.
const ARGUMENT: &str = "idempotency_key";

/// Merges the key of the header into the arguments of a write. Reads need none.
///
/// # Errors
/// Refuses a key that is no text or empty, several headers, and one beside another key among the arguments: neither replaces the
/// other, and none is ignored, since its sender relies on it.
pub fn merge_header(operation: &Operation, headers: &HeaderMap, arguments: Value) -> Result<Value, Error> {
    let Some(key) = headers.get(HEADER).filter(|_| operation.declaration.effect != Effect::Read) else { return Ok(arguments) };
    if headers.get_all(HEADER).iter().nth(1).is_some() {
        return Err(Error::new(Code::Invalid, "There are several headers Idempotency-Key. Send one."));
    }
    let unreadable = |_| Error::new(Code::Invalid, "The header Idempotency-Key holds letters beyond ASCII; send a UUID, for instance.");
    // The draft of the standard (draft-ietf-httpapi-idempotency-key-header) writes it in quotation marks, most programs without.
    let key = key.to_str().map_err(unreadable)?.trim();
    let key = key.strip_prefix('"').and_then(|key| key.strip_suffix('"')).unwrap_or(key);
    if key.contains('"') {
        let message = "The header Idempotency-Key holds a quotation mark. Send a UUID in it, in a pair of quotation marks or in none.";
        return Err(Error::new(Code::Invalid, message));
    }
    if key.is_empty() {
        return Err(Error::new(Code::Invalid, "The header Idempotency-Key is empty. Send a UUID in it, for instance, or leave it away."));
    }
    let mut arguments = match arguments {
        Value::Null => Map::new(),
        Value::Object(arguments) => arguments,
        other => return Ok(other),
    };
    match arguments.get(ARGUMENT) {
        Some(other) if !other.is_null() && other != "" && other != key => {
            let message = "The header Idempotency-Key and the argument idempotency_key say different keys. Send one of them.";
            return Err(Error::invalid(ARGUMENT, message));
        }
        _ => arguments.insert(ARGUMENT.to_owned(), Value::from(key)),
    };
    Ok(Value::Object(arguments))
}
