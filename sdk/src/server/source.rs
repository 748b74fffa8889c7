//! Where a caller comes from, as far as limits are concerned.

use std::net::{IpAddr, Ipv6Addr};

/// The network that counts as one caller: an IPv4 address, or the first 64 bits of an
/// IPv6 address, since whoever has one address there has all that share these (RFC 6177).
pub(super) fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) if !address.is_loopback() => {
            let network = address.to_bits() & (u128::MAX << 64);
            Ipv6Addr::from_bits(network).into()
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_one_caller_can_have_are_one() {
        let check = |address: &str, network: &str| {
            let found = network_of(address.parse().unwrap());
            assert_eq!(found, network.parse::<IpAddr>().unwrap());
        };
        check("192.0.2.1", "192.0.2.1");
        check("::ffff:192.0.2.1", "192.0.2.1");
        check("::1", "::1");
        check("2001:db8:1:2:aaaa::1", "2001:db8:1:2::");
        check("2001:db8:1:2:bbbb::2", "2001:db8:1:2::");
    }
}
