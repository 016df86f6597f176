//! How long a server waits for what others do. None of it is a key of the configuration: the values follow from what
//! proxies and senders do, and whoever has a server in a program of their own may pass in others.

use std::time::Duration;

/// How long is waited, and how often is looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waits {
    /// How long a client may take with TLS, and how long until the headers of its first request are there.
    pub head: Duration,
    /// How long until those of its next one are: longer than proxies keep a connection that nothing comes through, as one
    /// that is closed just when a proxy sends a delivery into it is a delivery lost to senders that do not come again.
    pub idle: Duration,
    /// How often the files of the certificate are looked at. SIGHUP has them looked at at once.
    pub certificate: Duration,
}

impl Default for Waits {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            certificate: Duration::from_mins(1),
        }
    }
}
