//! Rate limits: until when the other side wants no more of a credential's requests, by its own word.
//!
//! What one answer says holds for every step of this process that uses the same credential at the same place: once it is
//! said that nothing is left, or that it was too much, nobody else runs into the same refusal. It is kept in memory and
//! begins anew with the process; other nodes learn of it from their own answers.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bellhop_workflow::model::StepKind;
use bellhop_workflow::time::Timestamp;
use http::StatusCode;
use serde_json::Value;
use url::Url;

use super::{Answer, retry_after};
use crate::close;

/// The longest wait that is kept. Beyond it, a mistake is likelier than a wish.
const LONGEST: Duration = Duration::from_hours(1);

/// How many words are kept before those that hold no more are looked for and dropped.
const MANY: usize = 256;

/// What the other side counts by: a credential at an origin; at Close, each method and path on its own.
/// <https://developer.close.com/topics/rate-limits/>
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Place {
    credential: String,
    at: String,
}

impl Place {
    /// Where a step with that input sends its request, and as whom; none where it does so as nobody, or where the input
    /// is wrong.
    fn of(kind: StepKind, input: &Value) -> Option<Self> {
        let text = |key: &str| input.get(key).and_then(Value::as_str);
        match kind {
            StepKind::Http => {
                let credential = input.get("auth")?.get("credential")?.as_str()?.to_owned();
                let at = Url::parse(text("url")?).ok()?.origin().ascii_serialization();
                Some(Self { credential, at })
            }
            StepKind::Close => {
                let credential = text("credential").unwrap_or(close::DEFAULT_CREDENTIAL).to_owned();
                let method = text("method").unwrap_or("GET").to_ascii_uppercase();
                let at = format!("{method} {}", endpoint(text("path")?));
                Some(Self { credential, at })
            }
            _ => None,
        }
    }
}

/// A path of Close's API with a `*` for each id in it, such as `lead_` and many letters and digits.
fn endpoint(path: &str) -> String {
    let path = path.split('?').next().unwrap_or(path);
    let is_id = |segment: &&str| segment.rsplit_once('_').is_some_and(|(_, rest)| rest.len() >= 16);
    let segments = path.split('/').filter(|segment| !segment.is_empty());
    let segments: Vec<&str> = segments.map(|segment| if is_id(&segment) { "*" } else { segment }).collect();
    segments.join("/")
}

/// What was said, of every place. A clone shares it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Limits(Arc<Mutex<HashMap<Place, Timestamp>>>);

impl Limits {
    /// Until when such a step has to hold off.
    pub(crate) fn held_until(&self, kind: StepKind, input: &Value, now: Timestamp) -> Option<Timestamp> {
        let said = self.said();
        // Most often nobody has said anything.
        if said.is_empty() {
            return None;
        }
        said.get(&Place::of(kind, input)?).copied().filter(|until| *until > now)
    }

    /// Keeps what an answer to such a step says that came at `now`.
    pub(crate) fn learn(&self, kind: StepKind, input: &Value, answer: &Answer, now: Timestamp) {
        let wait = if answer.status == StatusCode::TOO_MANY_REQUESTS {
            retry_after::asked_for(answer.status, &answer.headers, now)
        } else {
            retry_after::used_up(&answer.headers)
        };
        let Some(wait) = wait.filter(|wait| !wait.is_zero() && *wait <= LONGEST) else { return };
        let Some(place) = Place::of(kind, input) else { return };
        let until = now.plus(wait);
        let mut said = self.said();
        if said.len() >= MANY {
            said.retain(|_, until| *until > now);
        }
        // What is said last is not what was sent last: the later instant counts.
        said.entry(place).and_modify(|known| *known = until.max(*known)).or_insert(until);
    }

    fn said(&self) -> MutexGuard<'_, HashMap<Place, Timestamp>> {
        // The map is whole after any panic: each change to it is one call.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn close_counts_by_method_and_path_whatever_object_it_is_about() {
        let place = |input: Value| Place::of(StepKind::Close, &input);
        let lead = |id: &str| json!({ "path": format!("/lead/lead_{id}/") });
        let one = lead("bq3hZLrqQJsV7Xd2oU9wKe");
        assert_eq!(place(one.clone()), place(lead("4tQy9Zb2LrW8kHs0VnXc1D")));
        assert_ne!(place(one.clone()), place(json!({ "path": "/lead/" })));
        assert_ne!(place(one.clone()), place(json!({ "path": one["path"], "method": "PUT" })));
        assert_ne!(place(one.clone()), place(json!({ "path": one["path"], "credential": "other" })));
        assert_ne!(
            place(json!({ "path": "/custom_field/lead/" })),
            place(json!({ "path": "/custom_field/contact/" }))
        );
    }

    #[test]
    fn elsewhere_a_credential_counts_at_each_origin() {
        let place = |url: &str, credential: &str| {
            Place::of(StepKind::Http, &json!({ "url": url, "auth": { "credential": credential } }))
        };
        assert_eq!(place("https://a.example/x", "token"), place("https://a.example/y?z=1", "token"));
        assert_ne!(place("https://a.example/x", "token"), place("https://b.example/x", "token"));
        assert_ne!(place("https://a.example/x", "token"), place("https://a.example/x", "other"));
        assert_eq!(Place::of(StepKind::Http, &json!({ "url": "https://a.example/" })), None);
    }
}
