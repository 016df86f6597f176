//! Making the one `event` envelope out of whatever a sender sends.
//!
//! Nothing here asks whether the sender may be believed: that is [`crate::signature`]'s, and comes first. Nothing
//! here can fail on hostile bytes but with an [`EnvelopeError`].
//!
//! # Adding a shape
//! A file here with a function from the body to a [`Parsed`]; where it is a vendor's, [`crate::inbound`] picks it by
//! the hook's verifier.

pub mod close;
mod key;
pub mod webhook;

use bellhop_workflow::event::EventHead;
use serde_json::Value;

pub(crate) use self::key::{distinct, shortened};

/// A body that was understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// What is stored of the event beside the body.
    pub head: EventHead,
    /// What makes a second delivery of the same event a duplicate; none where the sender gives nothing to tell by.
    /// At most 255 bytes.
    pub dedup_key: Option<String>,
    /// The sender's own id for the event, for the columns that are searched: at most 255 bytes.
    pub event_id: Option<String>,
    /// The body as [`EventHead::attach`] takes it.
    pub raw: Value,
}

/// Why a body is no event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// It is not JSON, or nested deeper or with larger numbers than is read.
    #[error("the body is not JSON that can be read")]
    NotJson,
    /// It is JSON but has no event in it.
    #[error("the body holds no event")]
    NotAnEvent,
    /// The content type is none that is taken.
    #[error("the content type is not JSON, a form or text")]
    UnsupportedContentType,
}
