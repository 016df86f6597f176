//! Addresses and networks: `127.0.0.1, 10.0.0.0/8`.

use std::net::IpAddr;

use ipnet::IpNet;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Some networks; an address alone is one of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Networks(Vec<IpNet>);

impl Networks {
    /// All of them.
    #[must_use]
    pub fn to_vec(&self) -> Vec<IpNet> {
        self.0.clone()
    }

    fn parse(text: &str) -> Option<Self> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let network = |part: &str| match part.parse::<IpAddr>() {
            Ok(address) => Some(IpNet::from(address)),
            Err(_) => part.parse().ok(),
        };
        parts.map(network).collect::<Option<Vec<_>>>().map(Self)
    }
}

impl Serialize for Networks {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let words: Vec<String> = self.0.iter().map(IpNet::to_string).collect();
        serializer.serialize_str(&words.join(","))
    }
}

impl<'de> Deserialize<'de> for Networks {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).ok_or_else(|| {
            serde::de::Error::custom("expected addresses and networks such as `127.0.0.1, 10.0.0.0/8`")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_networks_are_read() {
        let read = |text: &str| {
            Networks::parse(text).map(|it| it.0.iter().map(IpNet::to_string).collect::<Vec<_>>())
        };
        assert_eq!(
            read("127.0.0.1, 10.0.0.0/8,fd00::/8"),
            Some(vec!["127.0.0.1/32".to_owned(), "10.0.0.0/8".to_owned(), "fd00::/8".to_owned()])
        );
        assert_eq!(read(""), Some(Vec::new()));
        for text in ["proxy", "10.0.0.0/33", "10.0.0.1 10.0.0.2", "127.0.0.1:80"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
