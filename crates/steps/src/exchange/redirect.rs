//! Redirects (RFC 9110 section 15.4): which are followed, and what goes along.

use http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, COOKIE, LOCATION, PROXY_AUTHORIZATION};
use http::{Method, StatusCode};
use url::Url;

use super::{IDEMPOTENCY_KEY, Outgoing};
use crate::StepFailure;

/// How many are followed, one after another.
pub(super) const LONGEST_CHAIN: usize = 10;

/// Which redirects are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Redirects {
    /// None: the redirect is the answer.
    Never,
    /// Those that stay with scheme, host and port.
    SameOrigin,
    /// All.
    Always,
}

/// Where the answer sends the request on to; `None` where it is an answer to keep.
pub(super) fn target(request: &Outgoing, response: &reqwest::Response) -> Option<Url> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = response.headers().get(LOCATION)?.to_str().ok()?;
    let target = request.url.join(location).ok()?;
    let allowed = match request.redirects {
        Redirects::Never => false,
        Redirects::SameOrigin => target.origin() == request.url.origin(),
        Redirects::Always => true,
    };
    (allowed && matches!(target.scheme(), "http" | "https")).then_some(target)
}

pub(super) fn too_many(title: &str, status: StatusCode) -> StepFailure {
    StepFailure::status(status, format!("{title}: more than {LONGEST_CHAIN} redirects"), None)
}

impl Outgoing {
    /// Turns the request to its new address. Credentials do not go along to another origin, nor from https to http;
    /// they stay away also where a later redirect leads back.
    pub(super) fn go_to(&mut self, status: StatusCode, target: Url) {
        if target.origin() != self.url.origin() {
            for name in [AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION].into_iter().chain(self.proof.take()) {
                self.headers.remove(name);
            }
        }
        if becomes_get(status, &self.method) {
            self.method = Method::GET;
            self.body = None;
            for name in [CONTENT_TYPE, CONTENT_ENCODING, IDEMPOTENCY_KEY] {
                self.headers.remove(name);
            }
        }
        self.url = target;
    }
}

/// 303 means "see there"; of 301 and 302 every browser believes the same for a POST. 307 and 308 repeat the request.
fn becomes_get(status: StatusCode, method: &Method) -> bool {
    match status {
        StatusCode::SEE_OTHER => method != Method::HEAD,
        StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND => method == Method::POST,
        _ => false,
    }
}
