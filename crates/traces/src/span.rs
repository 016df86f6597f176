//! A span, in our terms.

use bellhop_workflow::time::Timestamp;
use bellhop_workflow::trace::{SpanId, TraceContext};

/// Something that has ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// Its trace and its own id.
    pub context: TraceContext,
    /// What it is a part of.
    pub parent: Option<SpanId>,
    /// What it is to those beside it.
    pub kind: SpanKind,
    /// What it is called: few different ones.
    pub name: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// What else is known of it.
    pub attributes: Vec<(&'static str, Value)>,
    /// The kind of its error, where it has failed.
    pub error: Option<String>,
}

/// What a span is to those beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpanKind {
    /// It is somebody's request.
    Server,
    /// It asks somebody else.
    Client,
    /// Neither.
    Internal,
}

/// What an attribute says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A text.
    Text(String),
    /// A number.
    Number(i64),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}
