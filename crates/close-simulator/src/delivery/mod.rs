//! The delivery engine: signed attempts, tried again until a receiver answers 2xx.

mod attempt;
mod courier;
mod options;
mod retry;

pub(crate) use attempt::Attempts;
pub use attempt::DeliveryAttempt;
pub(crate) use courier::{Courier, Job, deliver};
pub use options::{DeliveryOptions, Shape};
pub use retry::RetryPolicy;
