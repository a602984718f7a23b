//! Limits the number of JSON values in a body: a body that is short in bytes can take long to parse and to validate.

use app::error::{Code, Error};
use axum::{
    body::{Body, HttpBody as _},
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::StatusCode;

use super::layers;
use crate::error_response::ErrorResponse;

/// The most structural marks (commas, colons and opening brackets outside of texts). The longest invoice has half as many.
const MARKS_MAX: usize = 100_000;

/// The marks that are accepted in any case, so that a list that is too long is refused with the name of its argument.
const MARKS_FLOOR: usize = 25_000;

/// The same for arguments with few values, which hardly contain a list.
const FEW_MARKS_FLOOR: usize = 6_000;

/// The number of values that counts as few.
const FEW: usize = 500;

/// Refuses JSON with too many values before it is parsed: more than the arguments of the operation can have, where that is known.
pub fn refuse_too_many_values(json: &[u8], values_max: Option<usize>) -> Result<(), ErrorResponse> {
    // Each value has a comma and a colon before it, and opens one bracket at most.
    let least = |values| if values < FEW { FEW_MARKS_FLOOR } else { MARKS_FLOOR };
    let most = values_max.map_or(MARKS_MAX, |values| values.saturating_mul(3).clamp(least(values), MARKS_MAX));
    if count_marks(json) <= most {
        return Ok(());
    }
    let error = Error::new(Code::Invalid, format!("The body holds more than {most} values and names. Send less at once."));
    Err(ErrorResponse::from(error).with_status(StatusCode::PAYLOAD_TOO_LARGE))
}

/// Refuses bodies with too many values, for routes that a library parses.
pub async fn limit_values(request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let read = layers::read_body(body).await.and_then(|bytes| refuse_too_many_values(&bytes, None).map(|()| bytes));
    match read {
        Ok(bytes) => next.run(Request::from_parts(parts, Body::from(bytes))).await,
        Err(refusal) => refusal.into_response(),
    }
}

/// Counts the structural marks of JSON outside of its texts.
fn count_marks(json: &[u8]) -> usize {
    structure(json).filter(|byte| matches!(byte, b',' | b':' | b'[' | b'{')).count()
}

/// The nesting depth of JSON.
pub fn depth(json: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in structure(json) {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// The bytes outside of texts.
fn structure(json: &[u8]) -> impl Iterator<Item = u8> {
    let (mut in_text, mut escaped) = (false, false);
    json.iter().copied().filter(move |byte| {
        let before = in_text;
        match (in_text, escaped, byte) {
            (true, true, _) => escaped = false,
            (true, false, b'\\') => escaped = true,
            (_, false, b'"') => in_text = !in_text,
            _ => {}
        }
        !before && !in_text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_in_texts_are_not_counted() {
        assert_eq!(count_marks(br#"{"a": ["x,y:{[", "\",\\", {}], "b": 1}"#), 8);
        assert_eq!(count_marks(br#""never ends, : ["#), 0);
    }

    #[test]
    fn brackets_in_texts_are_no_depth() {
        assert_eq!(depth(br#"{"a": [[1], "[[[{{", {"b\"[": 1}], "c": {}}"#), 3);
        assert_eq!((depth(b"7"), depth(b"]]]["), depth(&[b'['; 500])), (0, 1, 500));
    }

    #[test]
    fn as_many_values_as_the_longest_invoice_has_are_read() {
        let line = r#"{"description":"Work","quantity":"1","price":"1.00","tax_category":"S","tax_rate":"19","tax_reason":""}"#;
        let longest = format!(r#"{{"client":"Acme","lines":[{}]}}"#, vec![line; 2_000].join(","));
        assert!(refuse_too_many_values(longest.as_bytes(), None).is_ok());
        let few = format!("{{{}}}", (0..4_000).map(|at| format!("\"x{at}\":1")).collect::<Vec<_>>().join(","));
        assert!(refuse_too_many_values(few.as_bytes(), Some(60)).is_err() && refuse_too_many_values(few.as_bytes(), Some(600)).is_ok());
        let unknown = format!("{{{}}}", (0..20_000).map(|at| format!("\"x{at}\":1")).collect::<Vec<_>>().join(","));
        assert!(refuse_too_many_values(unknown.as_bytes(), Some(60)).is_err() && refuse_too_many_values(unknown.as_bytes(), None).is_ok());
        assert!(refuse_too_many_values(format!("[{}]", vec!["{}"; 60_000].join(",")).as_bytes(), None).is_err());
    }
}
