//! The HTTP face of Bellhop: REST under `/api/v1`, inbound deliveries under `/webhook`, health.
//!
//! Deliveries and runs are written to the database; the executor meets them there. Nothing here runs a workflow.
//!
//! [`router`] lists every route and says how to add one.

mod access;
mod audit;
mod catalog;
mod credentials;
mod deliveries;
mod executions;
mod extract;
mod health;
mod ingress;
mod metrics;
mod openapi;
mod outermost;
mod page;
mod problem;
mod registrations;
mod resume;
mod router;
mod session;
mod state;
mod state_keys;
mod token;
mod tokens;
mod workflows;

pub use self::ingress::limit::{IngressRates, Rate};
pub use self::router::{router, router_of_worker};
pub use self::state::{ApiParts, ApiState, DEFAULT_RESPONSE_TIMEOUT};
pub use self::token::ApiToken;
