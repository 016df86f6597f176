//! For tests only: databases, clocks, and servers in the test's process or in one of their own.

#![expect(clippy::expect_used, reason = "what a test needs and does not get ends it")]

pub mod clock;
pub mod database;
pub mod process;
pub mod server;
