//! For tests only: databases, clocks, and servers in the test's process or in one of their own.

#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    reason = "what a test needs and does not get ends it, here as in the test itself"
)]

pub mod clock;
pub mod database;
pub mod process;
pub mod server;
