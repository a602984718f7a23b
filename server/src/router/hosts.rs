//! Host validation: the host names under which this Stint may be called.
//!
//! A page elsewhere can make its own name point to a Stint in its visitor's network (DNS rebinding): then the browser takes both
//! for one site. So a request that names another host than ours is refused on every route, and later layers may trust the host of
//! a request.

use std::sync::Arc;

use app::{
    error::{Code, Error},
    limits::LogLimiter,
};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header, uri::Authority};
use url::{Host, Url};

use crate::error_response::ErrorResponse;

/// The names of this machine.
const LOOPBACK_NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// The routes that monitors call by address.
const ASKED_BY_ADDRESS: [&str; 2] = ["/healthz", "/readyz"];

/// The log lines about refused hosts: whoever finds this Stint by its address can cause them.
static REFUSED: LogLimiter = LogLimiter::new();

/// The accepted host names; a clone is a pointer.
#[derive(Debug, Clone)]
pub struct AllowedHosts {
    public_url: Arc<str>,
    names: Arc<[String]>,
}

impl AllowedHosts {
    /// Accepts the host of the public address, and this machine.
    pub fn of(public_url: &str) -> Self {
        let public = Url::parse(public_url).ok();
        let public = public.as_ref().and_then(Url::host).map(|host| match host {
            Host::Ipv6(address) => address.to_string(),
            other => other.to_string(),
        });
        Self { public_url: Arc::from(public_url), names: public.into_iter().chain(LOOPBACK_NAMES.map(str::to_owned)).collect() }
    }

    /// The names without a port, IPv6 addresses without brackets.
    pub fn names(&self) -> impl Iterator<Item = String> + '_ {
        self.names.iter().cloned()
    }

    /// Whether a `Host` header or an `:authority` names this Stint, at any port: a proxy may listen at another.
    fn contains(&self, named: &str) -> bool {
        let Ok(authority) = named.parse::<Authority>() else { return false };
        let port = named.get(authority.host().len()..).unwrap_or_default();
        let is_port = port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok());
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').trim_end_matches('.').to_ascii_lowercase();
        !named.contains('@') && is_port && self.names.contains(&host)
    }
}

/// Refuses a request to another host: 421 Misdirected Request.
pub async fn refuse_unknown(State(hosts): State<AllowedHosts>, request: Request, next: Next) -> Response {
    if ASKED_BY_ADDRESS.contains(&request.uri().path()) || is_known(&hosts, &request) {
        return next.run(request).await;
    }
    if let Some(left_out) = REFUSED.due() {
        tracing::warn!(left_out, "a request to a host that is not STINT_PUBLIC_URL was refused");
    }
    let address = &hosts.public_url;
    let error = Error::new(Code::Forbidden, format!("This is not the address of this Stint: it is at {address}. Nothing was changed."))
        .hint("Whoever runs it sets STINT_PUBLIC_URL to the address that people use; a proxy in front passes the Host header on.");
    ErrorResponse::from(error).with_status(StatusCode::MISDIRECTED_REQUEST).into_response()
}

/// Whether every host name of the request is accepted. HTTP/2 gives it as its authority, HTTP/1 in one header.
fn is_known(hosts: &AllowedHosts, request: &Request) -> bool {
    let named = request.headers().get_all(header::HOST).iter().map(|host| host.to_str().unwrap_or_default());
    let mut named = named.chain(request.uri().authority().map(Authority::as_str)).peekable();
    named.peek().is_some() && named.all(|host| hosts.contains(host))
}

#[cfg(test)]
mod tests {
    use std::{
        io::{self, Write},
        sync::atomic::{AtomicUsize, Ordering},
        time::Instant,
    };

    use axum::{Router, body::Body, middleware::from_fn_with_state, routing::get};
    use tower::ServiceExt;

    use super::*;
    use crate::router::layers;

    /// The number of bytes of log lines.
    #[derive(Clone, Default)]
    struct Bytes(Arc<AtomicUsize>);

    impl Write for Bytes {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.fetch_add(bytes.len(), Ordering::Relaxed);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_thousand_requests_to_another_host_write_a_line_a_second() {
        let (bytes, begun) = (Bytes::default(), Instant::now());
        let written = bytes.clone();
        let log = tracing_subscriber::fmt().with_writer(move || bytes.clone()).finish();
        let _log = tracing::subscriber::set_default(log);
        let hosts = from_fn_with_state(AllowedHosts::of("https://stint.example.com"), refuse_unknown);
        let doors: Router = Router::new().route("/", get(async || "a page")).layer(hosts).layer(layers::trace());
        let path = "/x".repeat(15_000);
        for _ in 0..1_000 {
            let request = http::Request::builder().uri(&path).header(header::HOST, "evil.test").body(Body::empty()).expect("a request");
            let answer = doors.clone().oneshot(request).await.expect("an answer");
            assert_eq!(answer.status(), StatusCode::MISDIRECTED_REQUEST);
        }
        let (written, lines) = (written.0.load(Ordering::Relaxed), begun.elapsed().as_secs() as usize + 1);
        assert!(written > 0 && written <= lines * 1_000, "{written} bytes in {lines} seconds");
    }

    #[test]
    fn the_public_host_and_this_machine_are_known_at_any_port_and_nobody_else() {
        let hosts = AllowedHosts::of("https://stint.example.com");
        for known in ["stint.example.com", "STINT.example.com.", "stint.example.com:8443", "localhost:3000", "127.0.0.1", "[::1]:3000"] {
            assert!(hosts.contains(known), "{known}");
        }
        for unknown in [
            "evil.test",
            "stint.example.com.evil.test",
            "localhost@evil.test",
            "localhost:3000.evil.test",
            "127.0.0.1:evil",
            "evil@localhost",
            "",
            "10.0.0.1",
            "a b",
        ] {
            assert!(!hosts.contains(unknown), "{unknown}");
        }
        assert!(AllowedHosts::of("http://[2001:db8::7]:3000").contains("[2001:db8::7]:3000"));
    }
}
