//! How one event is delivered where it should not be delivered plainly.

use serde::Deserialize;

/// Which of the two body shapes a delivery has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// `event` is an object, as Close sends it.
    #[default]
    Nested,
    /// `event` is a name, as the trigger node's documentation shows it.
    Flat,
}

/// How one event is delivered.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeliveryOptions {
    /// Signed with another key, and not tried again: what somebody else would send.
    pub forged: bool,
    /// How many times each subscription gets it, at once.
    pub copies: u32,
    /// How long it is held back, in milliseconds.
    pub delay_ms: u64,
    /// How far the signed timestamp is from the clock, in seconds; negative lies in the past.
    pub timestamp_offset_seconds: i64,
    /// The body's shape.
    pub shape: Shape,
}

impl Default for DeliveryOptions {
    fn default() -> Self {
        Self { forged: false, copies: 1, delay_ms: 0, timestamp_offset_seconds: 0, shape: Shape::Nested }
    }
}
