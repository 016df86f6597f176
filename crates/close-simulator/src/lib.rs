//! A stand-in for Close's webhook API: for tests, for the demo, and for whoever wants to see Bellhop work without an
//! account at Close.
//!
//! [`Simulator::start`] opens a port and serves, on it,
//! - `/api/v1/…`: Close's API as far as Bellhop uses it (webhook subscriptions, the event log, `/me/`, leads, contacts,
//!   opportunities, tasks, notes and custom activities);
//! - `/control/…`: what a test or a demo turns: emit events, read what was delivered, switch faults on, reset;
//! - `/sink/{name}`: endpoints that record what they are sent and stand in for a chat, a data warehouse, an enricher.
//!
//! Events are delivered as Close delivers them: signed, per subscription, filtered by `extra_filter`, again and again
//! with growing pauses until a 2xx. Where Close's documentation is silent, the comment at that place says what was
//! chosen. The same things that the control API does are methods of [`Simulator`].
//!
//! # Adding an object type
//! 1. Give it a line in `data/close-events.json`.
//! 2. Add its sample to the fitting file in `src/body/`, and its name to the match in `src/body/mod.rs`. The test over
//!    the whole catalogue then covers it.

mod api;
mod body;
mod catalogue;
mod clock;
mod config;
mod connection;
mod control;
mod delivery;
mod dice;
mod event;
mod faults;
mod filter;
mod hub;
mod objects;
mod organization;
mod sign;
mod simulator;
mod sink;
mod subscription;
mod world;

pub use catalogue::{CatalogueEntry, catalogue};
pub use clock::Clock;
pub use config::{ApiKey, RateLimit, SimulatorConfig};
pub use delivery::{DeliveryAttempt, DeliveryOptions, RetryPolicy, Shape};
pub use event::{EmitError, Event, EventDraft, event_body};
pub use faults::{CallFault, DeliveryFaults, Effect};
pub use filter::Filter;
pub use sign::sign;
pub use simulator::{Simulator, StartError};
pub use sink::{SinkAnswer, SinkRequest};
pub use subscription::{SubscribedEvent, Subscription, SubscriptionStatus};
