//! Inbound deliveries.
//!
//! [`receive`] is the way of one request; whether it may be believed is `bellhop_trigger::inbound`'s to say, and what
//! is written of it is in `record.rs`. Most senders are answered then; some wait for what their execution says, in
//! `respond.rs`. What comes through a subscription that several triggers share is given to each of them in `share.rs`.

mod find;
mod headers;
pub(crate) mod limit;
pub(crate) mod receive;
mod record;
pub(crate) mod refusals;
mod respond;
mod share;
mod take;
pub(crate) mod trace;
