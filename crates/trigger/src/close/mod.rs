//! Close's webhook API: <https://developer.close.com/resources/webhooks/>.
//!
//! # Adding a call
//! A method here that names method, path and body, and what an answer means; sending, retrying and reading errors is
//! [`crate::vendor`]'s.

mod event_log;
mod me;

use bellhop_vault::Secret;
use http::HeaderMap;
use reqwest::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub use self::event_log::{LogPage, LogQuery};
pub use self::me::{Me, Organization};
use crate::vendor::{Body, Call, Caller, Proof};
pub use crate::vendor::{
    NewSubscription, Patience, SubscribedEvent, Subscription, SubscriptionChange, SubscriptionStatus,
    VendorError, http_client,
};

/// Close's own address.
pub const DEFAULT_BASE: &str = "https://api.close.com/api/v1";

/// What a reader calls it.
const LABEL: &str = "Close";

/// Subscriptions asked for at once. Close allows 40 of them in all, and 500 to a few.
const PAGE: usize = 100;

/// A client of Close's webhook API. Cheap to clone. The API key is handed in with each call.
#[derive(Debug, Clone)]
pub struct CloseApi {
    base: String,
    caller: Caller,
}

impl CloseApi {
    /// A client for the API at `base` ([`DEFAULT_BASE`]), with or without a slash at its end.
    #[must_use]
    pub fn new(base: &str, http: reqwest::Client) -> Self {
        let caller = Caller { vendor: LABEL, http, patience: Patience::default() };
        Self { base: base.trim_end_matches('/').to_owned(), caller }
    }

    /// The same with another patience.
    #[must_use]
    pub fn with_patience(mut self, patience: Patience) -> Self {
        self.caller.patience = patience;
        self
    }

    /// Creates a subscription. Only a refusal for the rate limit is tried again: after anything else it is not known
    /// whether it was created ([`VendorError::is_answer_lost`]).
    pub async fn create(&self, key: &Secret, new: &NewSubscription) -> Result<Subscription, VendorError> {
        let body = serde_json::to_value(new).unwrap_or_default();
        self.call(key, Method::POST, "/webhook/", Some(&body)).await
    }

    /// All subscriptions that the key may see: an administrator's sees those of the whole organization.
    pub async fn list(&self, key: &Secret) -> Result<Vec<Subscription>, VendorError> {
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
    pub async fn get(&self, key: &Secret, id: &str) -> Result<Option<Subscription>, VendorError> {
        absent_if_404(self.call(key, Method::GET, &path_of(id), None).await)
    }

    /// Changes what `change` names and leaves the rest; none where Close has no such subscription.
    pub async fn update(
        &self,
        key: &Secret,
        id: &str,
        change: &SubscriptionChange,
    ) -> Result<Option<Subscription>, VendorError> {
        let body = serde_json::to_value(change).unwrap_or_default();
        absent_if_404(self.call(key, Method::PUT, &path_of(id), Some(&body)).await)
    }

    /// The custom activity of that id, as it is now; none where Close has none.
    pub async fn custom_activity(&self, key: &Secret, id: &str) -> Result<Option<Value>, VendorError> {
        let id: String = url::form_urlencoded::byte_serialize(id.as_bytes()).collect();
        absent_if_404(self.call(key, Method::GET, &format!("/activity/custom/{id}/"), None).await)
    }

    /// Deletes the subscription; fine where there is none any more.
    pub async fn delete(&self, key: &Secret, id: &str) -> Result<(), VendorError> {
        absent_if_404(self.persist(key, Method::DELETE, &path_of(id), None).await).map(drop)
    }

    /// Calls and reads the answer.
    async fn call<T: DeserializeOwned>(
        &self,
        key: &Secret,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<T, VendorError> {
        let answer = self.persist(key, method, path, body).await?;
        serde_json::from_slice(&answer)
            .map_err(|error| VendorError::Unreadable { vendor: LABEL, source: error.into() })
    }

    async fn persist(
        &self,
        key: &Secret,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Vec<u8>, VendorError> {
        let call = Call {
            method,
            url: format!("{}{path}", self.base),
            proof: Proof::Basic { username: key, password: "" },
            headers: HeaderMap::new(),
            body: body.map_or(Body::Nothing, Body::Json),
        };
        self.caller.persist(&call).await
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

fn absent_if_404<T>(answer: Result<T, VendorError>) -> Result<Option<T>, VendorError> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(VendorError::Refused { status: 404, .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
