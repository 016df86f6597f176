//! Asks what a name stands for, and leaves out what may not be reached.

use std::error::Error;
use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::Reach;

/// The system's own resolver, behind which only some addresses are left.
#[derive(Debug)]
pub(crate) struct Guarded {
    reach: Reach,
}

/// All addresses of a name are ones that may not be reached.
#[derive(Debug, thiserror::Error)]
#[error("the name stands for private addresses only")]
pub(crate) struct Forbidden;

impl Guarded {
    pub(crate) const fn new(reach: Reach) -> Self {
        Self { reach }
    }

    /// Whether a call was not made because of this.
    pub(crate) fn has_refused(error: &reqwest::Error) -> bool {
        let mut cause: Option<&(dyn Error + 'static)> = Some(error);
        while let Some(error) = cause {
            if error.is::<Forbidden>() {
                return true;
            }
            cause = error.source();
        }
        false
    }
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.reach.clone();
        Box::pin(async move {
            // The port is the connection's own; none is needed to ask.
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let is_known = !found.is_empty();
            let allowed: Vec<_> = found.into_iter().filter(|found| reach.allows(found.ip())).collect();
            if is_known && allowed.is_empty() {
                return Err(Forbidden.into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}
