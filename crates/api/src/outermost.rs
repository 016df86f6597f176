//! What is done to every answer, whichever handler or layer has made it: it is counted, and browsers are told what they
//! may do with it.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::extract::Request;
use axum::response::Response;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue};
use pin_project_lite::pin_project;
use tower::{Layer, Service};

use crate::metrics::route;
use crate::state::ApiState;

/// What an answer says where nothing else is said: it is what its content type says, no page frames it or sends
/// anything of it on, it loads nothing, and nobody keeps it.
const HEADERS: [(HeaderName, HeaderValue); 5] = [
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

/// Puts it around all routes.
#[derive(Clone)]
pub(crate) struct Outermost(pub(crate) ApiState);

impl<S> Layer<S> for Outermost {
    type Service = Around<S>;

    fn layer(&self, inner: S) -> Around<S> {
        Around { inner, state: self.0.clone() }
    }
}

#[derive(Clone)]
pub(crate) struct Around<S> {
    inner: S,
    state: ApiState,
}

impl<S, B> Service<Request> for Around<S>
where
    S: Service<Request, Response = Response<B>>,
{
    type Response = Response<B>;
    type Error = S::Error;
    type Future = Answering<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let route = route(request.uri().path());
        Answering { inner: self.inner.call(request), state: self.state.clone(), route }
    }
}

pin_project! {
    /// The answer, once the inner one is there. A future of its own, as a boxed one would be an allocation for each
    /// delivery.
    pub(crate) struct Answering<F> {
        #[pin]
        inner: F,
        state: ApiState,
        route: &'static str,
    }
}

impl<F, B, E> Future for Answering<F>
where
    F: Future<Output = Result<Response<B>, E>>,
{
    type Output = Result<Response<B>, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let mut answer = ready!(this.inner.poll(context))?;
        this.state.meters().request(this.route, answer.status());
        protect(answer.headers_mut());
        Poll::Ready(Ok(answer))
    }
}

/// Says what is not said yet: a page that needs more has its own words.
fn protect(headers: &mut HeaderMap) {
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(value);
    }
}
