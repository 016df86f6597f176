//! Close's webhook API: <https://developer.close.com/resources/webhooks/>.
//!
//! # Adding a call
//! A method here that names method, path and body, and what an answer means; sending, retrying and reading errors is
//! `call`'s.

mod call;
mod error;
mod event_log;
mod me;
mod message;
mod rate_limit;
mod subscription;

use std::time::Duration;

use bellhop_vault::Secret;
use reqwest::Method;
use serde::Deserialize;
use serde_json::Value;

pub use self::error::CloseError;
pub use self::event_log::{LogPage, LogQuery};
pub use self::me::{Me, Organization};
pub use self::subscription::{
    NewSubscription, SubscribedEvent, Subscription, SubscriptionChange, SubscriptionStatus,
};

/// Close's own address.
pub const DEFAULT_BASE: &str = "https://api.close.com/api/v1";

/// How long is waited for a connection; for [`http_client`].
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Subscriptions asked for at once. Close allows 40 of them in all, and 500 to a few.
const PAGE: usize = 100;

/// How patient a [`CloseApi`] is.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// How long one attempt may take, from connecting to the last byte of the answer.
    pub attempt: Duration,
    /// How long is waited between attempts, all pauses together.
    pub pauses: Duration,
    /// The first pause where Close does not say how long to wait; each one after is twice as long.
    pub first_pause: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            attempt: Duration::from_secs(20),
            pauses: Duration::from_secs(10),
            first_pause: Duration::from_millis(500),
        }
    }
}

/// A client of Close's webhook API. Cheap to clone. The API key is handed in with each call.
#[derive(Debug, Clone)]
pub struct CloseApi {
    base: String,
    http: reqwest::Client,
    patience: Patience,
}

/// An HTTP client as [`CloseApi`] wants it: it gives up connecting after 10 s, and follows no redirect, which would
/// carry the API key to another address. A TLS provider must be installed before.
pub fn http_client() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("bellhop/", env!("CARGO_PKG_VERSION")))
        .build()
}

impl CloseApi {
    /// A client for the API at `base` ([`DEFAULT_BASE`]), with or without a slash at its end.
    #[must_use]
    pub fn new(base: &str, http: reqwest::Client) -> Self {
        Self { base: base.trim_end_matches('/').to_owned(), http, patience: Patience::default() }
    }

    /// The same with another patience.
    #[must_use]
    pub fn with_patience(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    /// Creates a subscription. Only a refusal for the rate limit is tried again: after anything else it is not known
    /// whether it was created ([`CloseError::is_answer_lost`]).
    pub async fn create(&self, key: &Secret, new: &NewSubscription) -> Result<Subscription, CloseError> {
        let body = serde_json::to_value(new).unwrap_or_default();
        self.call(key, Method::POST, "/webhook/", Some(&body)).await
    }

    /// All subscriptions that the key may see: an administrator's sees those of the whole organization.
    pub async fn list(&self, key: &Secret) -> Result<Vec<Subscription>, CloseError> {
        let mut all: Vec<Subscription> = Vec::new();
        loop {
            let path = format!("/webhook/?_limit={PAGE}&_skip={}", all.len());
            let page: Page = self.call(key, Method::GET, &path, None).await?;
            let empty = page.data.is_empty();
            all.extend(page.data);
            if empty || !page.has_more {
                return Ok(all);
            }
        }
    }

    /// The subscription of that id; none where Close has none.
    pub async fn get(&self, key: &Secret, id: &str) -> Result<Option<Subscription>, CloseError> {
        absent_if_404(self.call(key, Method::GET, &path_of(id), None).await)
    }

    /// Changes what `change` names and leaves the rest; none where Close has no such subscription.
    pub async fn update(
        &self,
        key: &Secret,
        id: &str,
        change: &SubscriptionChange,
    ) -> Result<Option<Subscription>, CloseError> {
        let body = serde_json::to_value(change).unwrap_or_default();
        absent_if_404(self.call(key, Method::PUT, &path_of(id), Some(&body)).await)
    }

    /// The custom activity of that id, as it is now; none where Close has none.
    pub async fn custom_activity(&self, key: &Secret, id: &str) -> Result<Option<Value>, CloseError> {
        let id: String = url::form_urlencoded::byte_serialize(id.as_bytes()).collect();
        absent_if_404(self.call(key, Method::GET, &format!("/activity/custom/{id}/"), None).await)
    }

    /// Deletes the subscription; fine where there is none any more.
    pub async fn delete(&self, key: &Secret, id: &str) -> Result<(), CloseError> {
        absent_if_404(self.call_ignoring_answer(key, Method::DELETE, &path_of(id)).await).map(|_| ())
    }
}

#[derive(Deserialize)]
struct Page {
    data: Vec<Subscription>,
    #[serde(default)]
    has_more: bool,
}

/// An id of Close's has letters, digits and `_`; anything else must not reach another path.
fn path_of(id: &str) -> String {
    let id: String = url::form_urlencoded::byte_serialize(id.as_bytes()).collect();
    format!("/webhook/{id}/")
}

fn absent_if_404<T>(answer: Result<T, CloseError>) -> Result<Option<T>, CloseError> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(CloseError::Refused { status: 404, .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
