//! One call to a vendor: sending it, reading its answer, and trying again where that can do no harm.

use std::time::Duration;

use bellhop_vault::Secret;
use http::HeaderMap;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::Value;

use super::{VendorError, message, rate_limit};

/// Attempts in all, the first included.
const ATTEMPTS: u32 = 4;

/// How long is waited for a connection; for [`http_client`].
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How patient a [`Caller`] is.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// How long one attempt may take, from connecting to the last byte of the answer.
    pub attempt: Duration,
    /// How long is waited between attempts, all pauses together.
    pub pauses: Duration,
    /// The first pause where the vendor does not say how long to wait; each one after is twice as long.
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

/// An HTTP client as vendors are called with: it gives up connecting after 10 s, and follows no redirect, which would
/// carry the credential to another address. A TLS provider must be installed before.
pub fn http_client() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("bellhop/", env!("CARGO_PKG_VERSION")))
        .build()
}

/// What is to be called.
pub(crate) struct Call<'a> {
    pub(crate) method: Method,
    pub(crate) url: String,
    pub(crate) proof: Proof<'a>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body<'a>,
}

/// How the call shows whose it is.
#[derive(Clone, Copy)]
pub(crate) enum Proof<'a> {
    /// HTTP Basic.
    Basic { username: &'a Secret, password: &'a str },
    /// `Authorization: Bearer`.
    Bearer(&'a Secret),
    /// A header of the vendor's own.
    Header { name: &'a str, value: &'a Secret },
}

/// What is sent along.
pub(crate) enum Body<'a> {
    Nothing,
    Json(&'a Value),
    Form(String),
}

/// Who calls one vendor. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// What a reader calls the vendor.
    pub(crate) vendor: &'static str,
    pub(crate) http: reqwest::Client,
    pub(crate) patience: Patience,
}

impl Caller {
    /// Attempts until one ends well, or for good, or the patience does.
    pub(crate) async fn persist(&self, call: &Call<'_>) -> Result<Vec<u8>, VendorError> {
        let mut left = self.patience.pauses;
        let mut pause = self.patience.first_pause;
        let mut attempt = 1;
        loop {
            let error = match self.attempt(call).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let wait = wait_after(&error, &call.method, pause);
            match wait.and_then(|wait| Some((wait, left.checked_sub(wait)?))) {
                Some((wait, rest)) if attempt < ATTEMPTS => {
                    let (vendor, method) = (self.vendor, &call.method);
                    tracing::debug!(vendor, %method, url = call.url, attempt, ?wait, %error, "calling a vendor again");
                    tokio::time::sleep(wait).await;
                    left = rest;
                }
                _ => return Err(error),
            }
            pause *= 2;
            attempt += 1;
        }
    }

    async fn attempt(&self, call: &Call<'_>) -> Result<Vec<u8>, VendorError> {
        let request = self.http.request(call.method.clone(), call.url.as_str());
        let request = proved(request, call.proof).headers(call.headers.clone());
        let request = match &call.body {
            Body::Nothing => request,
            Body::Json(body) => request.json(body),
            Body::Form(body) => request
                .header(http::header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(body.clone()),
        };
        let response = request.timeout(self.patience.attempt).send().await.map_err(|error| {
            let (vendor, source) = (self.vendor, error.without_url());
            if source.is_connect() || source.is_builder() {
                VendorError::Unreachable { vendor, source }
            } else {
                VendorError::AnswerLost { vendor, source }
            }
        })?;
        self.read(response).await
    }

    async fn read(&self, response: Response) -> Result<Vec<u8>, VendorError> {
        let (vendor, status) = (self.vendor, response.status());
        let wait = rate_limit::wait(response.headers());
        let is_limit = rate_limit::is_limit(status.as_u16(), response.headers());
        let body = response.bytes().await;
        if status.is_success() {
            let lost =
                |error: reqwest::Error| VendorError::AnswerLost { vendor, source: error.without_url() };
            return body.map(Into::into).map_err(lost);
        }
        // The status says enough where the rest of the answer was lost.
        let message = message::from_body(status.as_u16(), &body.unwrap_or_default());
        Err(match status.as_u16() {
            status if is_limit => VendorError::RateLimited { vendor, status, retry_after: wait, message },
            status @ 500.. => VendorError::Failed { vendor, status, message },
            status => VendorError::Refused { vendor, status, message },
        })
    }
}

fn proved(request: RequestBuilder, proof: Proof<'_>) -> RequestBuilder {
    match proof {
        Proof::Basic { username, password } => request.basic_auth(username.expose(), Some(password)),
        Proof::Bearer(token) => request.bearer_auth(token.expose()),
        Proof::Header { name, value } => request.header(name, value.expose()),
    }
}

/// How long to wait before the next attempt; none where there is to be none. What may have been done already is only
/// done again where twice is the same as once.
fn wait_after(error: &VendorError, method: &Method, pause: Duration) -> Option<Duration> {
    let harmless = method.is_idempotent() || matches!(error, VendorError::RateLimited { .. });
    match error {
        VendorError::RateLimited { retry_after: Some(wait), .. } if harmless => Some(*wait),
        error if harmless && error.is_passing() => Some(pause),
        _ => None,
    }
}
