//! Reading an answer, and what it says.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bellhop_vault::Redactor;
use bellhop_workflow::time::Timestamp;
use encoding_rs::{Encoding, UTF_8};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use serde_json::Value;

use super::{broken, retry_after};
use crate::StepFailure;

/// The most that is read of an answer, after decompression.
const LARGEST_BODY: usize = 10 * 1024 * 1024;

/// How much of an answer a message quotes, in characters.
const LONGEST_QUOTE: usize = 500;

/// An answer.
pub(crate) struct Answer {
    /// What the request is called in messages.
    pub(crate) title: String,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    body: Vec<u8>,
    /// Whether there was more than [`LARGEST_BODY`].
    cut: bool,
}

/// Reads the answer, and stops where it is too large: what comes after is not even received.
pub(super) async fn read(title: String, mut response: reqwest::Response) -> Result<Answer, StepFailure> {
    let mut body = Vec::new();
    let mut cut = false;
    while let Some(chunk) = response.chunk().await.map_err(|error| broken(&title, error))? {
        let room = LARGEST_BODY - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if chunk.len() > room {
            cut = true;
            break;
        }
    }
    Ok(Answer { title, status: response.status(), headers: response.headers().clone(), body, cut })
}

impl Answer {
    /// An error where the answer was too large.
    pub(crate) fn complete(self) -> Result<Self, StepFailure> {
        if self.cut {
            let message = format!("{} answered with more than {LARGEST_BODY} bytes", self.title);
            return Err(StepFailure::output_too_large(self.status, message));
        }
        Ok(self)
    }

    /// How many bytes the body has.
    pub(crate) fn size(&self) -> usize {
        self.body.len()
    }

    /// The body: JSON where the content type says so, else text, else base64; an empty one is `null`.
    pub(crate) fn body(&self) -> Value {
        if self.body.is_empty() {
            return Value::Null;
        }
        let content_type = ContentType::of(&self.headers);
        let Some(text) = self.text(&content_type) else {
            return Value::String(STANDARD.encode(&self.body));
        };
        let json = if content_type.json { serde_json::from_str(&text).ok() } else { None };
        json.unwrap_or_else(|| Value::String(text.into_owned()))
    }

    /// The failure that this answer is. `words` is what it says, where the caller can read it; else it is quoted.
    pub(crate) fn failure(self, words: Option<String>, redactor: &Redactor, now: Timestamp) -> StepFailure {
        let text = words.map(Cow::Owned).or_else(|| self.text(&ContentType::of(&self.headers)));
        let text = text.unwrap_or_default();
        // First redacted, then cut: the beginning of a secret must not be left standing at the end.
        let words = redactor.redact(text.trim());
        let quote: String = words.chars().take(LONGEST_QUOTE).collect();
        let ellipsis = if quote.len() < words.len() { "…" } else { "" };
        let colon = if quote.is_empty() { "" } else { ": " };
        let message = format!("{} answered {}{colon}{quote}{ellipsis}", self.title, self.status);
        StepFailure::status(self.status, message, retry_after::asked_for(self.status, &self.headers, now))
    }

    /// The body as text; `None` where it has bytes that are none in its encoding.
    fn text(&self, content_type: &ContentType) -> Option<Cow<'_, str>> {
        let (text, malformed) = content_type.encoding.decode_with_bom_removal(&self.body);
        (!malformed).then_some(text)
    }
}

/// What the `Content-Type` header says of the body.
struct ContentType {
    json: bool,
    encoding: &'static Encoding,
}

impl ContentType {
    fn of(headers: &HeaderMap) -> Self {
        let text = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let text = text.to_ascii_lowercase();
        let mut parts = text.split(';').map(str::trim);
        let media_type = parts.next().unwrap_or_default();
        let charset = parts.find_map(|part| part.strip_prefix("charset="));
        Self {
            json: media_type == "application/json" || media_type.ends_with("+json"),
            encoding: charset
                .and_then(|label| Encoding::for_label(label.trim_matches('"').as_bytes()))
                .unwrap_or(UTF_8),
        }
    }
}
