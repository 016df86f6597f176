//! One HTTP exchange, as `http` and `close` have it in common: a request out, redirects followed as far as allowed,
//! an answer of bounded size back, every failure mapped to a [`StepFailure`].

mod answer;
mod limits;
mod redirect;
mod retry_after;

use std::error::Error;

use bellhop_workflow::trace::TraceContext;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, Method};
use url::Url;

pub(crate) use self::answer::Answer;
pub(crate) use self::limits::Limits;
pub(crate) use self::redirect::Redirects;
use crate::StepFailure;
use crate::client::{ClientError, http_client};
use crate::credential::Proof;
use crate::reach::{self, Guarded, Reach};

/// The header that lets a server see a repeated request as the same one.
pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The header that says which trace a request belongs to: <https://www.w3.org/TR/trace-context/>.
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// A client, and where it may go.
#[derive(Debug, Clone)]
pub(crate) struct Door {
    pub(crate) client: reqwest::Client,
    reach: Reach,
}

impl Door {
    pub(crate) fn new(reach: Reach) -> Result<Self, ClientError> {
        Ok(Self { client: http_client(&reach)?, reach })
    }
}

/// A request, ready to be sent.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
    pub(crate) redirects: Redirects,
    /// The header that carries the credential: it stays with the origin that it was meant for.
    proof: Option<HeaderName>,
}

impl Outgoing {
    /// A request with no headers and no body.
    pub(crate) fn new(method: Method, url: Url, redirects: Redirects) -> Self {
        Self { method, url, headers: HeaderMap::new(), body: None, redirects, proof: None }
    }

    /// Adds the header that proves who sends it.
    pub(crate) fn authenticate(&mut self, (name, value): Proof) {
        self.headers.insert(name.clone(), value);
        self.proof = Some(name);
    }

    /// Marks a request that changes something, so that a server can tell a repetition from a second wish. A key that
    /// the workflow chose itself is kept.
    pub(crate) fn mark(&mut self, idempotency_key: &str) -> Result<(), StepFailure> {
        if !self.method.is_safe() && !self.headers.contains_key(&IDEMPOTENCY_KEY) {
            let value = idempotency_key
                .parse()
                .map_err(|_| StepFailure::invalid_input("the idempotency key has a control character"))?;
            self.headers.insert(IDEMPOTENCY_KEY, value);
        }
        Ok(())
    }

    /// Says where in which trace it is, unless the workflow says so itself.
    pub(crate) fn trace(&mut self, trace: Option<TraceContext>) {
        if let Some(trace) = trace
            && !self.headers.contains_key(&TRACEPARENT)
            && let Ok(value) = trace.to_string().try_into()
        {
            self.headers.insert(TRACEPARENT, value);
        }
    }

    /// What it is called in messages: method and address, without the query, which may be long or private.
    pub(crate) fn title(&self) -> String {
        format!("{} {}{}", self.method, self.url.origin().ascii_serialization(), self.url.path())
    }

    /// Sends it, and follows redirects as far as [`Redirects`] allows.
    pub(crate) async fn send(mut self, door: &Door) -> Result<Answer, StepFailure> {
        let title = self.title();
        let mut followed = 0;
        loop {
            door.reach.check(&title, &self.url)?;
            let mut request =
                door.client.request(self.method.clone(), self.url.clone()).headers(self.headers.clone());
            if let Some(body) = &self.body {
                request = request.body(body.clone());
            }
            let response = request.send().await.map_err(|error| broken(&title, error))?;
            match redirect::target(&self, &response) {
                None => return answer::read(title, response).await,
                Some(_) if followed == redirect::LONGEST_CHAIN => {
                    return Err(redirect::too_many(&title, response.status()));
                }
                Some(target) => {
                    self.go_to(response.status(), target);
                    followed += 1;
                }
            }
        }
    }
}

/// What became of an exchange that has no complete answer. The client's error is not shown as it is: it repeats the
/// address, and says the reason last.
pub(crate) fn broken(title: &str, error: reqwest::Error) -> StepFailure {
    let error = error.without_url();
    if Guarded::has_refused(&error) {
        return StepFailure::not_allowed(reach::refusal(title));
    }
    let mut reason: &dyn Error = &error;
    while let Some(deeper) = reason.source() {
        reason = deeper;
    }
    let message = format!("{title}: {reason}");
    if error.is_timeout() {
        StepFailure::timeout(message)
    } else if error.is_builder() {
        StepFailure::invalid_input(message)
    } else {
        StepFailure::connection(message)
    }
}
