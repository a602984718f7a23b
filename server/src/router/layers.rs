//! The layers around all routes: request ids, logs, time and size limits, and headers.

use std::{any::Any, borrow::Cow, time::Duration};

use app::{
    error::{Code, Error},
    limits::LogLimiter,
    secrets::redaction,
};
use axum::{
    body::{Body, Bytes, HttpBody as _, to_bytes},
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures::{StreamExt as _, stream};
use http::{HeaderName, HeaderValue, StatusCode, header};
use http_body_util::{LengthLimitError, Limited};
use tower_http::{
    catch_panic::{CatchPanicLayer, ResponseForPanic},
    classify::{ServerErrorsAsFailures, ServerErrorsFailureClass, SharedClassifier},
    set_header::SetResponseHeaderLayer,
    trace::{DefaultOnBodyChunk, DefaultOnEos, DefaultOnRequest, DefaultOnResponse, MakeSpan, OnFailure, TraceLayer},
};
use tracing::{Level, Span};

use crate::error_response::ErrorResponse;

/// The longest body in bytes.
pub const BODY_LIMIT_BYTES: usize = 1024 * 1024;

/// The longest body of an anonymous caller, in bytes.
const SHORT_BODY_LIMIT_BYTES: usize = 64 * 1024;

/// The longest path in a log line, in characters. Anybody can send one as long as the head of a request may be, and each line about the
/// request has it.
const LOGGED_PATH_MAX: usize = 200;

/// The longest method in a log line, in characters.
const LOGGED_METHOD_MAX: usize = 20;

/// What marks something in a log line that was cut.
const CUT: &str = " (cut)";

/// The log lines about temporary refusals. While the database is away, every request is one.
static REFUSED_FOR_THE_MOMENT: LogLimiter = LogLimiter::new();

/// The log lines about requests that took too long: one whose body comes slowly does.
static TOOK_TOO_LONG: LogLimiter = LogLimiter::new();

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Gives each request an id, for its log lines and its response. An id that the client sent is ignored.
// The layers of tower-http keep an id that the client sent, which would let anybody write into the log.
pub async fn set_request_id(mut request: Request, next: Next) -> Response {
    let name = HeaderValue::from_str(&uuid::Uuid::new_v4().simple().to_string()).ok();
    let Some(name) = name else { return next.run(request).await };
    request.headers_mut().insert(REQUEST_ID, name.clone());
    let mut response = next.run(request).await;
    response.headers_mut().insert(REQUEST_ID, name);
    response
}

/// One tracing span for each request, with the beginning of its method and path, and its id. Queries are left out, since they may hold
/// what people typed, and so is the secret of a link.
#[derive(Clone)]
pub struct RequestSpan;

impl MakeSpan<Body> for RequestSpan {
    fn make_span(&mut self, request: &Request) -> Span {
        let name = request.headers().get(REQUEST_ID).and_then(|name| name.to_str().ok()).unwrap_or_default();
        let (method, path) = (logged_method(request.method().as_str()), logged_path(request.uri().path()));
        tracing::info_span!("request", %method, %path, request.id = name)
    }
}

fn logged_method(method: &str) -> Cow<'_, str> {
    beginning(method, LOGGED_METHOD_MAX).map_or(Cow::Borrowed(method), |beginning| Cow::Owned(format!("{beginning}{CUT}")))
}

/// A path without the secret of a link. A long one is cut before it is decoded, which takes time for each letter. Where the cut falls into
/// a segment, that segment is left out, since it may be the beginning of a secret.
fn logged_path(path: &str) -> Cow<'_, str> {
    let Some(beginning) = beginning(path, LOGGED_PATH_MAX) else { return redaction::without_secret(path) };
    let whole = match path[beginning.len()..].starts_with('/') {
        true => beginning,
        false => &beginning[..beginning.rfind('/').map_or(0, |at| at + 1)],
    };
    Cow::Owned(format!("{}{CUT}", redaction::without_secret(whole)))
}

/// The first characters of a text that is longer.
fn beginning(text: &str, longest: usize) -> Option<&str> {
    text.char_indices().nth(longest).map(|(end, _)| &text[..end])
}

/// Logs a failed request: temporary refusals as warnings, one a second at most, and each other failure as an error.
#[derive(Clone)]
pub struct FailedRequest;

impl OnFailure<ServerErrorsFailureClass> for FailedRequest {
    fn on_failure(&mut self, failure: ServerErrorsFailureClass, latency: Duration, _: &Span) {
        let latency_ms = latency.as_millis();
        match failure {
            ServerErrorsFailureClass::StatusCode(StatusCode::SERVICE_UNAVAILABLE) => {
                if let Some(left_out) = REFUSED_FOR_THE_MOMENT.due() {
                    tracing::warn!(latency_ms, left_out, "a request was refused for the moment (503)");
                }
            }
            failure => tracing::error!(%failure, latency_ms, "a request failed"),
        }
    }
}

/// Log lines about requests: quiet ones at the level `debug`, failures as warnings and errors.
pub fn trace() -> TraceLayer<
    SharedClassifier<ServerErrorsAsFailures>,
    RequestSpan,
    DefaultOnRequest,
    DefaultOnResponse,
    DefaultOnBodyChunk,
    DefaultOnEos,
    FailedRequest,
> {
    TraceLayer::new_for_http()
        .on_failure(FailedRequest)
        .make_span_with(RequestSpan)
        .on_request(DefaultOnRequest::new().level(Level::TRACE))
        .on_response(DefaultOnResponse::new().level(Level::DEBUG))
}

/// Turns a panic into a response, so that the connection does not break off.
pub fn catch_panic() -> CatchPanicLayer<PanicResponse> {
    CatchPanicLayer::custom(PanicResponse)
}

/// The response to a panic.
#[derive(Clone)]
pub struct PanicResponse;

impl ResponseForPanic for PanicResponse {
    type ResponseBody = Body;

    fn response_for_panic(&mut self, panic: Box<dyn Any + Send + 'static>) -> Response {
        let words = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        tracing::error!(panic = words.unwrap_or("without words"), "a request panicked");
        ErrorResponse::from(Error::interrupted()).into_response()
    }
}

/// Gives up when the response does not begin in time. A read has changed nothing by then; a write may have been done.
// The layer of tower-http answers without a body; this answer says whether anything may have been changed.
pub async fn limit_time(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    let looks = request.method().is_safe();
    let late = |_| {
        if let Some(left_out) = TOOK_TOO_LONG.due() {
            tracing::warn!(limit_seconds = limit.as_secs(), left_out, "a request took too long");
        }
        let error = match looks {
            true => Error::unavailable("This took too long."),
            false => Error::unknown_outcome("This took too long and was given up."),
        };
        ErrorResponse::from(error).into_response()
    };
    tokio::time::timeout(limit, next.run(request)).await.unwrap_or_else(late)
}

/// Refuses a body that is too long, by its declared length and by the bytes that arrive.
// The layer of tower-http answers with a text of its own; this answer has the form of every error and says how long a body may be.
pub async fn limit_body(request: Request, next: Next) -> Response {
    let declared = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|length| length > BODY_LIMIT_BYTES) {
        return content_too_large().into_response();
    }
    next.run(request.map(|body| Body::new(Limited::new(body, BODY_LIMIT_BYTES)))).await
}

/// Reads the whole body; refuses one that is too long or does not arrive completely.
pub async fn read_body(body: Body) -> Result<Bytes, ErrorResponse> {
    read_within(body, BODY_LIMIT_BYTES).await
}

/// Reads the whole body of an anonymous caller, from whom only short forms are expected.
pub async fn read_short_body(body: Body) -> Result<Bytes, ErrorResponse> {
    read_within(body, SHORT_BODY_LIMIT_BYTES).await
}

async fn read_within(body: Body, limit: usize) -> Result<Bytes, ErrorResponse> {
    // A body whose declared length is too long is not read at all.
    if body.size_hint().lower() > limit as u64 {
        return Err(too_large(limit));
    }
    to_bytes(body, limit).await.map_err(|problem| {
        let causes = std::iter::successors(Some(&problem as &dyn std::error::Error), |cause| cause.source());
        match causes.into_iter().any(|cause| cause.is::<LengthLimitError>()) {
            true => too_large(limit),
            false => ErrorResponse::from(Error::new(Code::Invalid, "The request broke off or came too slowly. Send it again.")),
        }
    })
}

/// The response to a body that is too long.
pub fn content_too_large() -> ErrorResponse {
    too_large(BODY_LIMIT_BYTES)
}

fn too_large(limit: usize) -> ErrorResponse {
    let limit = limit / 1024;
    ErrorResponse::from(Error::new(Code::Invalid, format!("The request is longer than {limit} KiB. Send less at once.")))
        .with_status(StatusCode::PAYLOAD_TOO_LARGE)
}

/// The byte order mark of UTF-8, which some programs put before their JSON.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Removes the byte order mark before a body: RFC 8259 lets a parser ignore it.
pub async fn strip_byte_order_mark(request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let mut pieces = body.into_data_stream();
    let mut first = Vec::new();
    // It may arrive in several chunks: more is awaited while the bytes so far could be its beginning.
    let broken = loop {
        if !BYTE_ORDER_MARK.starts_with(&first) || first.len() == BYTE_ORDER_MARK.len() {
            break None;
        }
        match pieces.next().await {
            Some(Ok(piece)) => first.extend_from_slice(&piece),
            Some(Err(error)) => break Some(Err(error)),
            None => break None,
        }
    };
    let mut first = Bytes::from(first);
    if first.starts_with(BYTE_ORDER_MARK) {
        parts.headers.remove(header::CONTENT_LENGTH);
        first = first.slice(BYTE_ORDER_MARK.len()..);
    }
    let begun = stream::iter([Ok(first)].into_iter().chain(broken));
    next.run(Request::from_parts(parts, Body::from_stream(begun.chain(pieces)))).await
}

/// The response to `OPTIONS`, with the methods of an address.
pub fn allowed_methods(allowed: &'static str) -> Response {
    (StatusCode::NO_CONTENT, [(header::ALLOW, allowed)]).into_response()
}

/// A header of responses that lack it; without a value none is set.
type DefaultHeader = SetResponseHeaderLayer<Option<HeaderValue>>;

/// The security headers of any response. The content security policy of a page is set with the page, because of its nonce.
pub fn security_headers(public_url: &str) -> (DefaultHeader, DefaultHeader, DefaultHeader, DefaultHeader, DefaultHeader, DefaultHeader) {
    let default = |name: HeaderName, value: &'static str| DefaultHeader::if_not_present(name, Some(HeaderValue::from_static(value)));
    let only_https = public_url.starts_with("https://").then(|| HeaderValue::from_static("max-age=31536000"));
    (
        default(header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        default(header::REFERRER_POLICY, "same-origin"),
        default(HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
        default(HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        default(HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        DefaultHeader::if_not_present(header::STRICT_TRANSPORT_SECURITY, only_https),
    )
}

#[cfg(test)]
mod tests {
    use std::{
        io::{self, Write},
        sync::{Arc, Mutex},
    };

    use app::secrets::link_purpose::LinkPurpose;
    use axum::{Router, middleware::from_fn_with_state, routing::get};
    use http::Method;
    use tower::ServiceExt;

    use super::*;

    /// Captured log lines.
    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("the lines").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn no_line_of_the_log_holds_the_secret_of_a_link() {
        let lines = Lines::default();
        let kept = lines.clone();
        let log = tracing_subscriber::fmt().with_max_level(Level::TRACE).with_writer(move || kept.clone()).finish();
        tracing::subscriber::with_default(log, || {
            for purpose in LinkPurpose::ALL.iter().copied() {
                let (plain, drawn) = (purpose.path("s3cret"), purpose.path(&format!("s3cret{}", "x".repeat(37))));
                let encoded = drawn.replacen('/', "%2F", 2).replacen("%2F", "/", 1);
                for path in [plain.clone(), format!("/.{plain}"), format!("/;{plain}"), format!("/o/x{drawn}"), encoded] {
                    let request = http::Request::builder().uri(format!("{path}?query=s3cret")).body(Body::empty()).expect("a request");
                    RequestSpan.make_span(&request).in_scope(|| tracing::info!("answered"));
                }
            }
        });
        let told = String::from_utf8(lines.0.lock().expect("the lines").clone()).expect("text");
        assert!(told.contains("/invitation/…") && told.contains("/reset/…") && !told.contains("s3cret"), "{told}");
    }

    #[test]
    fn a_long_path_is_cut_in_the_log_and_no_part_of_a_secret_is_shown() {
        let secret = "Q8vN2kXyZr5TfJm1LwHc7DgPb3sEuVq9AoKi4RtYx6U";
        let encoded: String = secret.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let rest = "/y".repeat(15_000);
        for before in (0..=LOGGED_PATH_MAX / 2).map(|many| "/x".repeat(many)) {
            let secrets = [format!("/{secret}"), format!("/{encoded}"), format!("%2Freset/{secret}")];
            for path in secrets.map(|secret| format!("{before}{secret}{rest}")) {
                let shown = logged_path(&path);
                assert!(!shown.contains(&secret[..4]) && !shown.contains(&encoded[..12]), "{shown}");
                assert!(shown.ends_with(CUT) && shown.chars().count() <= LOGGED_PATH_MAX + CUT.len() + 2, "{shown}");
            }
        }
        assert_eq!(logged_path("/o/ada/invoices"), "/o/ada/invoices");
        assert_eq!(logged_path(&"ä".repeat(30_000)), CUT);
        let whole = "/x".repeat(LOGGED_PATH_MAX / 2);
        assert_eq!(logged_path(&whole), whole);
        assert_eq!(logged_path(&format!("{whole}/y")), format!("{whole}{CUT}"), "the last segment is whole");
        assert_eq!((logged_method("GET"), logged_method(&"M".repeat(30_000)).len()), (Cow::Borrowed("GET"), 26));
    }

    /// The message when a request of this method takes too long.
    async fn told(method: Method) -> String {
        let slow = || std::future::pending::<&'static str>();
        let doors: Router = Router::new().route("/", get(slow).post(slow)).layer(from_fn_with_state(Duration::from_millis(20), limit_time));
        let request = http::Request::builder().method(method).uri("/").body(Body::empty()).expect("a request");
        let response = doors.oneshot(request).await.expect("an answer");
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        String::from_utf8_lossy(&to_bytes(response.into_body(), BODY_LIMIT_BYTES).await.expect("a body")).into_owned()
    }

    #[tokio::test]
    async fn what_took_too_long_is_only_said_to_have_changed_nothing_when_it_was_a_look() {
        assert!(told(Method::GET).await.contains("Nothing was changed"));
        let told = told(Method::POST).await;
        assert!(told.contains("not known") && told.contains("idempotency_key") && !told.contains("Nothing was changed"), "{told}");
    }

    /// The security headers of a response that has one of them already.
    async fn headers_at(public_url: &str) -> http::HeaderMap {
        let page = async || [(header::REFERRER_POLICY, "no-referrer")];
        let doors: Router = Router::new().route("/", get(page)).layer(security_headers(public_url));
        let request = http::Request::builder().uri("/").body(Body::empty()).expect("a request");
        doors.oneshot(request).await.expect("an answer").headers().clone()
    }

    #[tokio::test]
    async fn a_response_has_the_security_headers_that_it_lacks() {
        let headers = headers_at("http://localhost:3000").await;
        assert_eq!(headers[header::REFERRER_POLICY], "no-referrer");
        assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        for name in ["permissions-policy", "cross-origin-opener-policy", "cross-origin-resource-policy"] {
            assert!(headers.contains_key(name), "{name}");
        }
        assert!(!headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
        assert_eq!(headers_at("https://stint.example.com").await[header::STRICT_TRANSPORT_SECURITY], "max-age=31536000");
    }

    #[test]
    fn an_operator_reads_how_long_a_request_may_be() {
        let row =
            format!("| {} KiB; {} KiB of forms of whoever is not signed in (413).", BODY_LIMIT_BYTES / 1024, SHORT_BODY_LIMIT_BYTES / 1024);
        let logged = format!("the first {LOGGED_PATH_MAX} characters of a path");
        for row in [row, logged] {
            assert!(include_str!("../../../docs/limits.md").contains(&row), "{row}");
        }
    }
}
