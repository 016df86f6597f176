//! Liveness and readiness, open to everybody: they say nothing but whether the server is well.

pub(crate) mod live;
pub(crate) mod ready;
