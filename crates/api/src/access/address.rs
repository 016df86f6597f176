//! Where a request comes from.

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use http::HeaderName;
use http::request::Parts;
use ipnet::IpNet;

/// Where proxies write down who has called them, the nearest one last.
const FORWARDED: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The address that a request comes from; none where there is no connection to speak of. Of what proxies say, only that
/// of those counts that are trusted: everybody else can write there what they like.
pub(crate) fn address(parts: &Parts, trusted: &[IpNet]) -> Option<IpAddr> {
    let connection = parts.extensions.get::<ConnectInfo<SocketAddr>>()?;
    let mut nearest = connection.0.ip().to_canonical();
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(&address));
    if !is_trusted(nearest) {
        return Some(nearest);
    }
    let values: Vec<&str> =
        parts.headers.get_all(FORWARDED).iter().filter_map(|value| value.to_str().ok()).collect();
    for hop in values.iter().rev().flat_map(|value| value.rsplit(',')) {
        let Some(hop) = read(hop.trim()) else { break };
        nearest = hop;
        if !is_trusted(hop) {
            break;
        }
    }
    Some(nearest)
}

/// Reads an address, with or without its port.
fn read(text: &str) -> Option<IpAddr> {
    let address = text.parse().or_else(|_| text.parse::<SocketAddr>().map(|socket| socket.ip()));
    address.ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use http::Request;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::nobody_between("192.0.2.7", &["198.51.100.9"], "192.0.2.7")]
    #[case::a_proxy("10.0.0.1", &["198.51.100.9"], "198.51.100.9")]
    #[case::two_proxies("10.0.0.1", &["198.51.100.9, 10.0.0.2"], "198.51.100.9")]
    #[case::two_headers("10.0.0.1", &["198.51.100.9", "10.0.0.2"], "198.51.100.9")]
    #[case::what_the_client_made_up("10.0.0.1", &["203.0.113.1, 198.51.100.9"], "198.51.100.9")]
    #[case::a_port("10.0.0.1", &["198.51.100.9:4711"], "198.51.100.9")]
    #[case::no_address("10.0.0.1", &["203.0.113.1, unknown"], "10.0.0.1")]
    #[case::no_header("10.0.0.1", &[], "10.0.0.1")]
    #[case::mapped("::ffff:10.0.0.1", &["::ffff:198.51.100.9"], "198.51.100.9")]
    fn only_trusted_proxies_are_believed(
        #[case] peer: &str,
        #[case] forwarded: &[&str],
        #[case] expected: &str,
    ) {
        let mut request = Request::builder();
        for value in forwarded {
            request = request.header(FORWARDED, *value);
        }
        let (mut parts, _) = request.body(Body::empty()).unwrap().into_parts();
        let peer = SocketAddr::new(peer.parse().unwrap(), 5000);
        parts.extensions.insert(ConnectInfo(peer));
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        assert_eq!(address(&parts, &trusted), Some(expected.parse().unwrap()));
    }
}
