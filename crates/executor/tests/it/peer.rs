//! The server that effects are sent to. Beyond what a mock server does, it can keep a request until the story goes on,
//! look at the database while it has one, and count how many it has at once.

use std::collections::{HashMap, VecDeque};
use std::future;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use futures::future::BoxFuture;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;

/// What is done while a request is here and has no answer yet.
pub(crate) type Meanwhile = Arc<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>;

/// How a request is answered.
#[derive(Clone)]
pub(crate) enum Answer {
    /// With this status and a body of JSON.
    Json(u16, Value),
    /// With 429 and `retry-after`, in seconds.
    RetryAfter(u64),
    /// With 200, and this as `RateLimit`.
    Limit(&'static str),
    /// With 200, once [`Peer::release`] was called.
    Held,
    /// Not at all.
    Never,
    /// With 200, after something was done.
    After(Meanwhile),
}

impl Answer {
    /// With this status and a body that says nothing.
    pub(crate) fn status(status: u16) -> Self {
        Self::Json(status, json!({ "ok": status < 400 }))
    }

    /// With 200, after something was done.
    pub(crate) fn after<F: Future<Output = ()> + Send + 'static>(
        meanwhile: impl Fn() -> F + Send + Sync + 'static,
    ) -> Self {
        Self::After(Arc::new(move || Box::pin(meanwhile())))
    }
}

/// A request that came.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) path: String,
    /// Its `Idempotency-Key`.
    pub(crate) key: Option<String>,
    pub(crate) body: Value,
    pub(crate) authorization: Option<String>,
}

/// Answers every path with 200, unless it was told otherwise.
pub(crate) struct Peer {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    seen: Mutex<Vec<Seen>>,
    answers: Mutex<HashMap<String, VecDeque<Answer>>>,
    released: watch::Sender<bool>,
    present: AtomicUsize,
    peak: AtomicUsize,
}

impl Peer {
    pub(crate) async fn start() -> Self {
        let shared = Arc::new(Shared {
            seen: Mutex::default(),
            answers: Mutex::default(),
            released: watch::Sender::new(false),
            present: AtomicUsize::new(0),
            peak: AtomicUsize::new(0),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = axum::Router::new().fallback(answer).with_state(Arc::clone(&shared));
        // Ends with the test's runtime.
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, shared }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Has requests to `path` answered with these, one after another; the last one stays.
    pub(crate) fn answers(&self, path: &str, answers: impl IntoIterator<Item = Answer>) {
        self.shared.answers.lock().unwrap().insert(path.to_owned(), answers.into_iter().collect());
    }

    /// Answers what is held, now and from now on.
    pub(crate) fn release(&self) {
        self.shared.released.send_replace(true);
    }

    /// All requests, in the order they came.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.shared.seen.lock().unwrap().clone()
    }

    /// The requests to one path.
    pub(crate) fn seen_at(&self, path: &str) -> Vec<Seen> {
        self.seen().into_iter().filter(|seen| seen.path == path).collect()
    }

    /// How many requests there were to one path.
    pub(crate) fn count(&self, path: &str) -> usize {
        self.seen_at(path).len()
    }

    /// How many requests are here without an answer.
    pub(crate) fn present(&self) -> usize {
        self.shared.present.load(Ordering::SeqCst)
    }

    /// The most that were ever here at once.
    pub(crate) fn peak(&self) -> usize {
        self.shared.peak.load(Ordering::SeqCst)
    }
}

/// A request that is here. Gone when it is answered, or when whoever sent it has hung up.
struct Presence(Arc<Shared>);

impl Presence {
    fn begin(shared: &Arc<Shared>) -> Self {
        let present = shared.present.fetch_add(1, Ordering::SeqCst) + 1;
        shared.peak.fetch_max(present, Ordering::SeqCst);
        Self(Arc::clone(shared))
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.0.present.fetch_sub(1, Ordering::SeqCst);
    }
}

async fn answer(State(shared): State<Arc<Shared>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let _present = Presence::begin(&shared);
    let header = |name| headers.get(name).map(|value: &HeaderValue| value.to_str().unwrap().to_owned());
    shared.seen.lock().unwrap().push(Seen {
        path: uri.path().to_owned(),
        key: header("idempotency-key"),
        body: serde_json::from_slice(&body).unwrap_or(Value::Null),
        authorization: header("authorization"),
    });
    let (status, headers, body) = match next(&shared, uri.path()) {
        Answer::Json(status, body) => (status, None, body),
        Answer::RetryAfter(seconds) => {
            let header = (HeaderName::from_static("retry-after"), HeaderValue::from(seconds));
            (429, Some(header), Value::Null)
        }
        Answer::Limit(text) => {
            let header = (HeaderName::from_static("ratelimit"), HeaderValue::from_static(text));
            (200, Some(header), json!({ "ok": true }))
        }
        Answer::Held => {
            shared.released.subscribe().wait_for(|released| *released).await.unwrap();
            (200, None, json!({ "ok": true }))
        }
        Answer::Never => future::pending().await,
        Answer::After(meanwhile) => {
            meanwhile().await;
            (200, None, json!({ "ok": true }))
        }
    };
    let headers: HeaderMap = headers.into_iter().collect();
    (StatusCode::from_u16(status).unwrap(), headers, axum::Json(body)).into_response()
}

fn next(shared: &Shared, path: &str) -> Answer {
    let mut answers = shared.answers.lock().unwrap();
    match answers.get_mut(path) {
        Some(answers) if answers.len() > 1 => answers.pop_front().unwrap(),
        Some(answers) => answers[0].clone(),
        None => Answer::status(200),
    }
}
