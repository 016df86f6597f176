//! Endpoints that record what they are sent. They answer 200 `{"ok": true}`, or what a test wrote for them.

use std::collections::{BTreeMap, HashMap, VecDeque};

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How many requests each sink remembers; the oldest go first.
const KEPT: usize = 10_000;

/// A request that a sink got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SinkRequest {
    /// When it came.
    pub at: Timestamp,
    /// Its method.
    pub method: String,
    /// Its path, from `/sink/` on.
    pub path: String,
    /// Its query, without the question mark.
    pub query: Option<String>,
    /// Its headers by lower-case name. Of a header that came twice, the last; bytes that are not text are replaced.
    pub headers: BTreeMap<String, String>,
    /// Its body as it came.
    pub body: Bytes,
}

impl SinkRequest {
    /// The body as JSON, where it is.
    #[must_use]
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

/// One answer that a sink gives instead of its usual one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SinkAnswer {
    /// The status.
    #[serde(default = "ok")]
    pub status: u16,
    /// The body: JSON, or a text that is sent as it is. Null sends none.
    #[serde(default)]
    pub body: Value,
    /// More headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Milliseconds before it answers.
    #[serde(default)]
    pub delay_ms: u64,
}

const fn ok() -> u16 {
    200
}

impl SinkAnswer {
    /// An answer with this status and no body.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self { status, body: Value::Null, headers: BTreeMap::new(), delay_ms: 0 }
    }
}

/// One endpoint.
#[derive(Debug, Default)]
struct Sink {
    requests: VecDeque<SinkRequest>,
    script: VecDeque<SinkAnswer>,
}

/// All endpoints, by name.
#[derive(Debug, Default)]
pub(crate) struct Sinks(HashMap<String, Sink>);

impl Sinks {
    /// Records a request and says what was written to be answered to it, if anything was.
    pub(crate) fn take(&mut self, name: &str, request: SinkRequest) -> Option<SinkAnswer> {
        let sink = self.0.entry(name.to_owned()).or_default();
        if sink.requests.len() == KEPT {
            sink.requests.pop_front();
        }
        sink.requests.push_back(request);
        sink.script.pop_front()
    }

    /// Adds answers for the requests to come, one each.
    pub(crate) fn script(&mut self, name: &str, answers: Vec<SinkAnswer>) {
        self.0.entry(name.to_owned()).or_default().script.extend(answers);
    }

    /// What a sink got, the oldest first.
    pub(crate) fn requests(&self, name: &str) -> Vec<SinkRequest> {
        self.0.get(name).map(|sink| sink.requests.iter().cloned().collect()).unwrap_or_default()
    }
}
