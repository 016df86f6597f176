//! Keeping known secrets out of what is written down.
//!
//! A secret comes back in more forms than the one it was sent in: an echo service answers with the `Authorization`
//! header (base64), a redirect with a URL (percent-encoded), an error with a JSON body inside a JSON string. The
//! search therefore goes over the text as it is and over what it says once its escapes are undone.
//!
//! # Adding a form
//! - One that replaces characters one by one (an escape): a decoder in `view.rs`, and its turn in `Known::spans`.
//! - One that turns the secret into other text (an encoding): its patterns in `pattern.rs`.

mod known;
mod pattern;
mod span;
mod value;
mod view;

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use serde_json::Value;

use self::known::Known;
use crate::{Credential, Secret};

/// What stands where a secret was.
const REPLACEMENT: &str = "[redacted]";

/// Shorter ones would be found in innocent text all over.
const SHORTEST_SECRET: usize = 6;

/// The secrets in use, shared: a clone learns what the others learn. Its `Debug` shows how many there are.
///
/// A secret is hidden as it is, in base64 (standard and URL-safe, also as a part of longer text, as in HTTP Basic),
/// percent-encoded, form-encoded, JSON-escaped, and in these within one another. One shorter than 6 bytes is not
/// hidden: it would be found in innocent text.
#[derive(Clone)]
pub struct Redactor {
    known: Arc<RwLock<Arc<Known>>>,
}

impl Default for Redactor {
    fn default() -> Self {
        Self::with_replacement(REPLACEMENT)
    }
}

impl Redactor {
    /// One that knows nothing yet, and puts `replacement` where a secret was instead of `[redacted]`.
    #[must_use]
    pub fn with_replacement(replacement: &'static str) -> Self {
        Self { known: Arc::new(RwLock::new(Arc::new(Known::nothing(replacement)))) }
    }

    /// Hides `secret` from now on.
    pub fn learn(&self, secret: &Secret) {
        self.learn_all(std::iter::once(secret.clone()));
    }

    /// Hides all of these from now on; cheaper than one by one.
    pub fn learn_all(&self, secrets: impl IntoIterator<Item = Secret>) {
        let before = self.known();
        let mut new: Vec<Secret> = secrets.into_iter().filter(|secret| before.lacks(secret)).collect();
        if new.is_empty() {
            return;
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        // Another thread may have learned some of them in between: asking again costs less than holding the lock.
        new.retain(|secret| known.lacks(secret));
        *known = Arc::new(known.with(new));
    }

    /// Hides what is secret of a credential from now on.
    pub fn learn_credential(&self, credential: &Credential) {
        self.learn_all(credential.secrets());
    }

    /// The text with `[redacted]` in place of every known secret.
    #[must_use]
    pub fn redact<'text>(&self, text: &'text str) -> Cow<'text, str> {
        self.known().redact(text)
    }

    /// Replaces every known secret in texts, in keys, and in numbers, at any depth.
    pub fn redact_value(&self, value: &mut Value) {
        let known = self.known();
        if !known.is_empty() {
            value::redact(&known, value);
        }
    }

    fn known(&self) -> Arc<Known> {
        Arc::clone(&self.known.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redactor({} secrets)", self.known().len())
    }
}
