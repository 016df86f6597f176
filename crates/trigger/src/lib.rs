//! Providers, the registration life cycle, signature checks and the event catalogue.
//!
//! - [`catalogue`]: which events a workflow can name.
//! - [`signature`], [`envelope`], [`inbound`]: a delivery's bytes to a verdict. Pure.
//! - [`hooks`]: the inbound URLs that are known, in memory.
//! - [`vendor`]: how vendors are spoken to at which webhooks are registered; [`close`]: Close's API.
//! - [`lifecycle`]: switching workflows on and off, here and at the vendor.
//! - [`recovery`]: fetching what a vendor has not delivered.
//! - [`publication`]: looking at drafts of custom activities until they are published.
//! - [`schedule`]: starting workflows by the clock.

pub mod catalogue;
pub mod close;
mod door;
pub mod envelope;
pub mod hooks;
pub mod inbound;
pub mod lifecycle;
pub mod manifest;
pub mod publication;
pub mod recovery;
pub mod schedule;
pub mod signature;
mod subscriber;
pub mod vendor;
