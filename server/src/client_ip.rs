//! The address of the client of a request, also behind proxies.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, request::Parts};
use ipnet::{IpNet, Ipv4Net};

use crate::router::Site;

/// The number of bits of an IPv6 address before the IPv4 address that it maps.
const MAPPED_BITS: u8 = 96;

/// The networks whose `X-Forwarded-For` is trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedProxies(Arc<[IpNet]>);

impl Default for TrustedProxies {
    /// Trusts a proxy on this machine.
    fn default() -> Self {
        let loopback = [IpNet::from(IpAddr::from(Ipv4Addr::LOCALHOST)), IpNet::from(IpAddr::from(Ipv6Addr::LOCALHOST))];
        Self(Arc::from(loopback))
    }
}

impl TrustedProxies {
    /// Parses addresses and networks, separated by commas.
    pub fn parse(text: &str) -> Result<Self, String> {
        text.split(',').map(|part| network(part.trim())).collect::<Result<_, _>>().map(Self)
    }

    /// Whether this address is a trusted proxy, in whichever form it is written.
    pub fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The client's address: the last one on the way here that is no trusted proxy. What an untrusted proxy forwards is never trusted.
    fn client_ip(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut origin = peer.to_canonical();
        let lines: Vec<_> = headers.get_all("x-forwarded-for").iter().collect();
        for entry in lines.iter().rev().flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b',')) {
            if !self.trusts(origin) {
                break;
            }
            // Nothing before an unreadable address is trusted. A client may write whatever bytes it likes before what a proxy adds.
            let Some(address) = std::str::from_utf8(entry).ok().and_then(|entry| address(entry.trim())) else { break };
            origin = address;
        }
        origin
    }
}

/// A network, or a single address, in its canonical form, in which addresses are compared.
fn network(part: &str) -> Result<IpNet, String> {
    let network = part.parse::<IpNet>().or_else(|_| part.parse::<IpAddr>().map(IpNet::from));
    let network = network.map_err(|_| format!("has {part:?} in it, which is neither an address nor a network"))?;
    let IpNet::V6(written) = network else { return Ok(network) };
    let Some(address) = written.addr().to_ipv4_mapped() else { return Ok(network) };
    let canonical = written.prefix_len().checked_sub(MAPPED_BITS).and_then(|bits| Ipv4Net::new(address, bits).ok());
    canonical
        .map(IpNet::V4)
        .ok_or_else(|| format!("has {part:?} in it, which begins before the IPv4 address in it. Write networks of IPv4 like 10.0.0.0/8"))
}

/// An address as proxies write it: alone, in brackets, or with a port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))?;
    Some(IpAddr::to_canonical(&address))
}

/// The client's address, in the extensions of its request.
#[derive(Debug, Clone, Copy)]
struct ClientIp(IpAddr);

/// Determines the client's address once for each request.
pub async fn set_client_ip(State(site): State<Site>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip());
    let origin = site.limits.proxies().client_ip(peer, request.headers());
    request.extensions_mut().insert(ClientIp(origin));
    next.run(request).await
}

/// The client's address, in its canonical form.
pub fn client_ip(request: &Parts) -> IpAddr {
    request.extensions.get::<ClientIp>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |origin| origin.0)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    /// The client's address of a request that `peer` forwards with these headers.
    fn found(proxies: &TrustedProxies, peer: &str, told: &[&'static str]) -> String {
        let mut headers = HeaderMap::new();
        told.iter().for_each(|line| _ = headers.append("x-forwarded-for", HeaderValue::from_static(line)));
        proxies.client_ip(peer.parse().expect("an address"), &headers).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        let here = TrustedProxies::default();
        assert_eq!(found(&here, "127.0.0.1", &["203.0.113.7"]), "203.0.113.7");
        assert_eq!(found(&here, "10.0.0.9", &["203.0.113.7"]), "10.0.0.9", "a proxy that is not on this machine");
        let cluster = TrustedProxies::parse("10.0.0.0/8, 2001:db8::7").expect("networks");
        assert_eq!(found(&cluster, "10.0.0.9", &["203.0.113.7"]), "203.0.113.7");
        assert_eq!(found(&cluster, "2001:db8::7", &["203.0.113.7"]), "203.0.113.7");
        assert_eq!(found(&cluster, "127.0.0.1", &["203.0.113.7"]), "127.0.0.1", "what is named replaces the default");
    }

    #[test]
    fn the_last_entry_that_is_no_trusted_proxy_counts_and_what_stands_before_it_is_hearsay() {
        let cluster = TrustedProxies::parse("10.0.0.0/8").expect("networks");
        assert_eq!(found(&cluster, "10.0.0.1", &["1.1.1.1, 203.0.113.7, 10.0.0.2"]), "203.0.113.7");
        assert_eq!(found(&cluster, "10.0.0.1", &["1.1.1.1", "203.0.113.7", "10.0.0.2"]), "203.0.113.7", "one header or several");
        assert_eq!(found(&cluster, "10.0.0.1", &["10.0.0.3, 10.0.0.2"]), "10.0.0.3", "nothing but proxies");
        assert_eq!(found(&cluster, "10.0.0.1", &["203.0.113.7, nonsense"]), "10.0.0.1", "beyond nonsense nothing is known");
        assert_eq!(found(&cluster, "10.0.0.1", &["203.0.113.7:4711"]), "203.0.113.7");
        assert_eq!(found(&cluster, "10.0.0.1", &["[2001:db8::1]:4711"]), "2001:db8::1");
        assert_eq!(found(&cluster, "10.0.0.1", &["[2001:db8::1]"]), "2001:db8::1");
    }

    #[test]
    fn an_address_in_the_form_of_the_other_family_is_the_same_address() {
        let here = TrustedProxies::default();
        assert_eq!(found(&here, "::ffff:127.0.0.1", &["::ffff:203.0.113.7"]), "203.0.113.7", "a listener on [::]");
        assert_eq!(found(&here, "::ffff:203.0.113.9", &[]), "203.0.113.9");
    }

    #[test]
    fn what_a_client_writes_before_it_hides_nobody_behind_the_proxy() {
        let here = TrustedProxies::default();
        for (told, origin) in [
            (&b"\xff, 203.0.113.7"[..], "203.0.113.7"),
            (b"caf\xc3\xa9, 203.0.113.7", "203.0.113.7"),
            (b"203.0.113.7, \xff", "127.0.0.1"),
            (b"1.1.1.1, \xff, 127.0.0.1", "127.0.0.1"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("x-forwarded-for", HeaderValue::from_bytes(told).expect("a header"));
            assert_eq!(here.client_ip("127.0.0.1".parse().expect("an address"), &headers).to_string(), origin, "{told:?}");
        }
    }

    #[test]
    fn a_network_in_the_form_of_the_other_family_is_the_same_network() {
        for written in ["::ffff:10.0.0.0/104", "::ffff:a00:0/104", "10.0.0.0/8"] {
            let cluster = TrustedProxies::parse(written).expect("a network");
            assert_eq!(found(&cluster, "10.0.0.9", &["203.0.113.7"]), "203.0.113.7", "{written}");
            assert_eq!(found(&cluster, "11.0.0.9", &["203.0.113.7"]), "11.0.0.9", "{written}");
        }
        let one = TrustedProxies::parse("::ffff:10.0.0.9").expect("an address");
        assert_eq!(found(&one, "10.0.0.9", &["203.0.113.7"]), "203.0.113.7");
        assert!(TrustedProxies::parse("::ffff:10.0.0.0/90").expect_err("refused").contains("like 10.0.0.0/8"));
        assert_eq!(found(&TrustedProxies::parse("2001:db8::/32").expect("a network"), "2001:db8::1", &["203.0.113.7"]), "203.0.113.7");
    }

    #[test]
    fn what_is_no_network_is_refused_with_its_text() {
        assert!(TrustedProxies::parse("10.0.0.0/8,proxy").expect_err("no network").contains("\"proxy\""));
    }
}
