//! Inbound deliveries.
//!
//! [`receive`] is the way of one request; whether it may be believed is `bellhop_trigger::inbound`'s to say, and what
//! is written of it is in `record.rs`.

mod find;
mod headers;
pub(crate) mod receive;
mod record;
