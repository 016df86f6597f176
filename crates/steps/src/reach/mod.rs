//! Which addresses `http` steps may reach: a workflow must not be a way into the network that its server stands in.
//!
//! What a name stands for is asked as each connection is made, and only addresses that may be reached are connected to:
//! a name that changes its address between the check and the call, and a redirect, gain nothing. `close`, `email` and
//! `sql` steps go where the configuration or a credential says, and are not asked.

mod range;
mod resolver;

use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;
use url::{Host, Url};

use self::range::is_public;
pub(crate) use self::resolver::Guarded;
use crate::StepFailure;

/// Which addresses may be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// All, this machine's own among them.
    Anything,
    /// Those of the internet, and these networks besides.
    Public(Arc<[IpNet]>),
}

impl Default for Reach {
    fn default() -> Self {
        Self::Public(Arc::default())
    }
}

impl Reach {
    /// The internet, and these networks.
    #[must_use]
    pub fn public_and(networks: Vec<IpNet>) -> Self {
        Self::Public(networks.into())
    }

    pub(crate) fn allows(&self, address: IpAddr) -> bool {
        match self {
            Self::Anything => true,
            Self::Public(besides) => {
                let address = address.to_canonical();
                is_public(address) || besides.iter().any(|network| network.contains(&address))
            }
        }
    }

    /// Refuses an address that is written out: nobody is asked what that stands for. Names are the resolver's.
    pub(crate) fn check(&self, title: &str, url: &Url) -> Result<(), StepFailure> {
        let address = match url.host() {
            Some(Host::Ipv4(address)) => IpAddr::V4(address),
            Some(Host::Ipv6(address)) => IpAddr::V6(address),
            Some(Host::Domain(_)) | None => return Ok(()),
        };
        if self.allows(address) { Ok(()) } else { Err(StepFailure::not_allowed(refusal(title))) }
    }
}

/// Does not repeat the address: what a private name stands for is nobody's business either.
pub(crate) fn refusal(title: &str) -> String {
    format!(
        "{title}: the address is private to this machine or its network; `http_allow_private` can allow it"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_allowed_besides_is_reached_in_any_spelling() {
        let networks = ["10.1.0.0/16", "192.168.7.9/32", "fd00:1::/32"];
        let reach = Reach::public_and(networks.map(|network| network.parse().unwrap()).to_vec());
        for (address, allowed) in [
            ("10.1.200.3", true),
            ("10.2.0.1", false),
            ("::ffff:10.1.0.1", true),
            ("192.168.7.9", true),
            ("192.168.7.8", false),
            ("fd00:1::5", true),
            ("fd00:2::5", false),
            ("8.8.8.8", true),
        ] {
            assert_eq!(reach.allows(address.parse().unwrap()), allowed, "{address}");
        }
    }
}
