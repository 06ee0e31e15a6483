//! Where a request comes from. Behind a proxy that is in its headers, which anybody can write: they are believed of those proxies
//! alone that somebody has named.

use std::{
    net::{IpAddr, Ipv6Addr, SocketAddr},
    str::FromStr,
};

/// The proxies that are believed: addresses and networks (`10.0.0.0/8`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proxies(Vec<Network>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    bits: u8,
}

/// The part of a list that is no address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoNetwork(pub String);

impl FromStr for Proxies {
    type Err = NoNetwork;

    /// Separated by commas.
    fn from_str(text: &str) -> Result<Self, NoNetwork> {
        text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::parse).collect::<Result<_, _>>().map(Self)
    }
}

impl FromStr for Network {
    type Err = NoNetwork;

    fn from_str(text: &str) -> Result<Self, NoNetwork> {
        let no_network = || NoNetwork(text.to_owned());
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.parse().map_err(|_| no_network())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(most), str::parse).map_err(|_| no_network())?;
        if bits <= most { Ok(Self { address, bits }) } else { Err(no_network()) }
    }
}

impl Network {
    fn contains(self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                (network.to_bits() ^ address.to_bits()).checked_shr(32 - u32::from(self.bits)).unwrap_or(0) == 0
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                (network.to_bits() ^ address.to_bits()).checked_shr(128 - u32::from(self.bits)).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

impl Proxies {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(address))
    }

    /// Who asks: the last address of `X-Forwarded-For` that is no proxy of ours. What stands before it was written by that client.
    /// The lines are bytes, as that client may have written anything: what a proxy has added behind it counts all the same.
    pub fn client<'a>(&self, peer: IpAddr, forwarded: impl DoubleEndedIterator<Item = &'a [u8]>) -> IpAddr {
        let mut client = peer.to_canonical();
        if !self.contains(client) {
            return client;
        }
        for part in forwarded.rev().flat_map(|line| line.rsplit(|byte| *byte == b',')) {
            let Some(address) = str::from_utf8(part.trim_ascii()).ok().and_then(address) else { break };
            client = address;
            if !self.contains(client) {
                break;
            }
        }
        client
    }
}

/// An address as proxies write it, with a port or without.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()))?;
    Some(IpAddr::to_canonical(&address))
}

/// The bytes by which requests of one place are counted: of IPv6 the network, as every customer has 2^64 addresses.
pub fn place(address: IpAddr) -> [u8; 16] {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)).octets(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(proxies: &str, peer: &str, forwarded: &[&str]) -> String {
        proxies.parse::<Proxies>().unwrap().client(peer.parse().unwrap(), forwarded.iter().map(|line| line.as_bytes())).to_string()
    }

    #[test]
    fn nobody_is_believed_who_is_not_named() {
        assert_eq!(client("", "192.0.2.1", &["198.51.100.7"]), "192.0.2.1");
        assert_eq!(client("10.0.0.0/8", "192.0.2.1", &["198.51.100.7"]), "192.0.2.1");
    }

    #[test]
    fn the_last_address_that_is_no_proxy_asks() {
        assert_eq!(client("10.0.0.0/8", "10.1.2.3", &["198.51.100.7"]), "198.51.100.7");
        assert_eq!(client("10.0.0.0/8", "10.1.2.3", &["203.0.113.9, 198.51.100.7, 10.9.9.9"]), "198.51.100.7");
        assert_eq!(client("10.0.0.0/8", "10.1.2.3", &["203.0.113.9", "198.51.100.7"]), "198.51.100.7");
        assert_eq!(client("127.0.0.1,::1", "::ffff:127.0.0.1", &["[2001:db8::7]:4711"]), "2001:db8::7");
        assert_eq!(client("127.0.0.1", "127.0.0.1", &["198.51.100.7:80"]), "198.51.100.7");
    }

    #[test]
    fn behind_nonsense_nothing_is_read() {
        assert_eq!(client("10.0.0.0/8", "10.1.2.3", &["198.51.100.7, unknown"]), "10.1.2.3");
        assert_eq!(client("10.0.0.0/8", "10.1.2.3", &["198.51.100.7, , 10.0.0.9"]), "10.0.0.9");
        assert_eq!(client("10.0.0.0/8", "10.1.2.3", &[]), "10.1.2.3");
    }

    #[test]
    fn what_is_no_text_hides_nobody() {
        let proxies: Proxies = "10.0.0.0/8".parse().unwrap();
        let lines: [&[u8]; 2] = [b"203.0.113.9", b"\xff\xfe, 198.51.100.7"];

        assert_eq!(proxies.client("10.1.2.3".parse().unwrap(), lines.into_iter()).to_string(), "198.51.100.7");
        assert_eq!(proxies.client("10.1.2.3".parse().unwrap(), [&b"\xff"[..]].into_iter()).to_string(), "10.1.2.3");
    }

    #[test]
    fn a_network_is_its_first_bits() {
        let proxies: Proxies = "10.0.0.0/8, 2001:db8::/32 ,0.0.0.0/0".parse().unwrap();
        assert!(proxies.contains("2001:db8:1::1".parse().unwrap()) && !proxies.contains("2001:db9::1".parse().unwrap()));
        assert!(proxies.contains("203.0.113.1".parse().unwrap()));
        for bad in ["10.0.0.0/33", "localhost", "10.0.0.0/", "::1/129", "10.0.0.1/-1"] {
            assert_eq!(bad.parse::<Proxies>(), Err(NoNetwork(bad.into())));
        }
    }

    #[test]
    fn of_ipv6_the_network_is_the_place() {
        let place = |text: &str| place(text.parse().unwrap());
        assert_eq!(place("2001:db8::1"), place("2001:db8::ffff:1"));
        assert_ne!(place("2001:db8:0:1::1"), place("2001:db8::1"));
        assert_ne!(place("192.0.2.1"), place("192.0.2.2"));
        assert_eq!(place("192.0.2.1"), place("::ffff:192.0.2.1"));
    }
}
