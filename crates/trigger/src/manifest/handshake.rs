//! How a sender finds out, before it sends events to an address, whether that is really ours: it sends a text and wants
//! it back.

use serde::Deserialize;
use serde_json::Value;

/// More than any sender's text; longer ones are not given back.
const LONGEST: usize = 1_024;

/// What tells such a request from an event, and what it wants.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Handshake {
    /// The place of the body (RFC 6901) that tells it from an event.
    pub at: String,
    /// What stands there.
    pub is: String,
    /// The place of the text that it wants back.
    pub answer: String,
}

impl Handshake {
    /// The text that is wanted back, where the body asks for one. It is for those who have proved who they are.
    pub(crate) fn answer(&self, body: &[u8]) -> Option<String> {
        let body: Value = serde_json::from_slice(body).ok()?;
        if body.pointer(&self.at)?.as_str()? != self.is {
            return None;
        }
        let answer = body.pointer(&self.answer)?.as_str()?;
        (answer.len() <= LONGEST).then(|| answer.to_owned())
    }
}
