//! One call to Close: sending it, reading its answer, and trying again where that can do no harm.

use std::time::Duration;

use bellhop_vault::Secret;
use reqwest::{Method, Response};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{CloseApi, CloseError, message, rate_limit};

/// Attempts in all, the first included.
const ATTEMPTS: u32 = 4;

impl CloseApi {
    /// Calls and reads the answer.
    pub(super) async fn call<T: DeserializeOwned>(
        &self,
        key: &Secret,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<T, CloseError> {
        let answer = self.persist(key, &method, path, body).await?;
        serde_json::from_slice(&answer).map_err(CloseError::Unreadable)
    }

    /// Calls, and looks at the status alone.
    pub(super) async fn call_ignoring_answer(
        &self,
        key: &Secret,
        method: Method,
        path: &str,
    ) -> Result<(), CloseError> {
        self.persist(key, &method, path, None).await.map(|_| ())
    }

    /// Attempts until one ends well, or for good, or the patience does.
    async fn persist(
        &self,
        key: &Secret,
        method: &Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Vec<u8>, CloseError> {
        let mut left = self.patience.pauses;
        let mut pause = self.patience.first_pause;
        let mut attempt = 1;
        loop {
            let error = match self.attempt(key, method, path, body).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let wait = wait_after(&error, method, pause);
            match wait.and_then(|wait| Some((wait, left.checked_sub(wait)?))) {
                Some((wait, rest)) if attempt < ATTEMPTS => {
                    tracing::debug!(%method, path, attempt, ?wait, %error, "calling Close again");
                    tokio::time::sleep(wait).await;
                    left = rest;
                }
                _ => return Err(error),
            }
            pause *= 2;
            attempt += 1;
        }
    }

    async fn attempt(
        &self,
        key: &Secret,
        method: &Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Vec<u8>, CloseError> {
        let mut request = self
            .http
            .request(method.clone(), format!("{}{path}", self.base))
            .basic_auth(key.expose(), Some(""))
            .timeout(self.patience.attempt);
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.map_err(|error| {
            let error = error.without_url();
            if error.is_connect() || error.is_builder() {
                CloseError::Unreachable(error)
            } else {
                CloseError::AnswerLost(error)
            }
        })?;
        read(response).await
    }
}

async fn read(response: Response) -> Result<Vec<u8>, CloseError> {
    let status = response.status();
    let wait = rate_limit::wait(response.headers());
    let body = response.bytes().await;
    if status.is_success() {
        return body.map(Into::into).map_err(|error| CloseError::AnswerLost(error.without_url()));
    }
    // The status says enough where the rest of the answer was lost.
    let message = message::from_body(status.as_u16(), &body.unwrap_or_default());
    Err(match status.as_u16() {
        429 => CloseError::RateLimited { retry_after: wait, message },
        status @ 500.. => CloseError::Failed { status, message },
        status => CloseError::Refused { status, message },
    })
}

/// How long to wait before the next attempt; none where there is to be none. What may have been done already is only
/// done again where twice is the same as once.
fn wait_after(error: &CloseError, method: &Method, pause: Duration) -> Option<Duration> {
    let harmless = method.is_idempotent() || matches!(error, CloseError::RateLimited { .. });
    match error {
        CloseError::RateLimited { retry_after: Some(wait), .. } if harmless => Some(*wait),
        error if harmless && error.is_passing() => Some(pause),
        _ => None,
    }
}
