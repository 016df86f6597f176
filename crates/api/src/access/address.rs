//! Where a request comes from.

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use http::request::Parts;

/// The address that the connection comes from; none where there is no connection to speak of.
pub(crate) fn address(parts: &Parts) -> Option<IpAddr> {
    let connection = parts.extensions.get::<ConnectInfo<SocketAddr>>()?;
    Some(connection.0.ip().to_canonical())
}
