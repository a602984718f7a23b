//! Networks and sites of IP addresses, as keys of limiters.

use std::net::{IpAddr, Ipv6Addr};

/// The network of an address: the /64 of an IPv6 address, as its holder usually has all 2⁶⁴ addresses of it.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(upper(address, 64)),
        address => address,
    }
}

/// The site of an address: the 65,536 networks (/48) that one customer may be given. None for IPv4, where a customer is given
/// one address.
pub fn site(address: IpAddr) -> Option<IpAddr> {
    match address.to_canonical() {
        IpAddr::V6(address) => Some(IpAddr::V6(upper(address, 48))),
        IpAddr::V4(_) => None,
    }
}

fn upper(address: Ipv6Addr, bits: u32) -> Ipv6Addr {
    Ipv6Addr::from_bits(address.to_bits() & !(u128::MAX >> bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_counted_with_its_neighbours_whatever_its_form() {
        let address = |text: &str| text.parse::<IpAddr>().expect("an address");
        assert_eq!(network(address("2001:db8:1:2:3::4")), address("2001:db8:1:2::"));
        assert_eq!(site(address("2001:db8:1:2:3::4")), Some(address("2001:db8:1::")));
        for written in ["192.0.2.1", "::ffff:192.0.2.1"] {
            assert_eq!((network(address(written)), site(address(written))), (address("192.0.2.1"), None));
        }
    }
}
