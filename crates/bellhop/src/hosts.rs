//! Where URLs lead.

use url::{Host, Url};

/// Whether the URL leads to this machine: vendors cannot reach it, and steps may only where they are allowed to. What decides
/// whether a token is sent is stricter, see `cli::token`.
pub(crate) fn is_of_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
