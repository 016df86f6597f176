//! What the server counts, for Prometheus. What each part counts is made in that part; here is how it is shown.

mod meters;
pub(crate) mod show;

pub(crate) use self::meters::{ApiMeters, route};
pub(crate) use self::show::show;
