//! The HTTP client that steps share.

use std::time::Duration;

use reqwest::redirect::Policy;

use crate::reach::{Guarded, Reach};

/// How long a connection may take to come about, within the time that the attempt has.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

const USER_AGENT: &str = concat!("bellhop/", env!("CARGO_PKG_VERSION"));

/// Why there is no HTTP client: most often, that the machine has no root certificates.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client could not be set up")]
pub struct ClientError(#[from] reqwest::Error);

/// A client with connection pooling, TLS by rustls and Bellhop's user agent. It follows no redirects: which headers
/// may go along is decided for each, in `exchange/redirect.rs`.
///
/// Where it may not reach everything it goes through no proxy, whatever the environment says: a proxy asks for itself
/// what a name stands for.
pub(crate) fn http_client(reach: &Reach) -> Result<reqwest::Client, ClientError> {
    // Building a client without a provider panics. There may be one already: then that one serves.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .connect_timeout(CONNECT_TIMEOUT)
        .redirect(Policy::none());
    let builder = match reach {
        Reach::Anything => builder,
        Reach::Public(_) => builder.no_proxy().dns_resolver(Guarded::new(reach.clone())),
    };
    Ok(builder.build()?)
}
