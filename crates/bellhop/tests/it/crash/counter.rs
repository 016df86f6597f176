//! The server that effects go to: it numbers the calls in the order they come, and notes each.

use std::collections::{HashMap, HashSet};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Json, Router};
use bellhop_testkit::server::PATIENCE;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// A call as it came in. Its number is its place among all calls.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) key: String,
    pub(crate) effect: Effect,
    /// How many times the server had been killed before.
    pub(crate) life: usize,
    /// Whether it was refused, to be tried again.
    pub(crate) refused: bool,
}

/// What a call says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Effect {
    pub(crate) event: String,
    pub(crate) step: String,
    /// The numbers that the calls before it were given, by the answers that the workflow has.
    pub(crate) after: Value,
}

#[derive(Debug, Default)]
struct Book {
    calls: Vec<Call>,
    by_key: HashMap<String, Vec<usize>>,
    /// The events whose last effect was called for.
    through: HashSet<String>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Counter {
    book: Arc<Mutex<Book>>,
    life: Arc<AtomicUsize>,
    address: Arc<OnceLock<SocketAddr>>,
    /// How many connections there are.
    open: Arc<AtomicUsize>,
    /// Told of each event that is through.
    pub(crate) one_more: Arc<Notify>,
}

impl Counter {
    /// Starts it; its URL.
    pub(crate) async fn start(&self) -> String {
        let door =
            Door { listener: TcpListener::bind("127.0.0.1:0").await.unwrap(), open: Arc::clone(&self.open) };
        let address = door.listener.local_addr().unwrap();
        self.address.set(address).unwrap();
        let router = Router::new().route("/effect", post(effect)).with_state(self.clone());
        tokio::spawn(async move { axum::serve(door, router).await.unwrap() });
        format!("http://{address}")
    }

    /// Returns once the last call of the server that was killed is noted. Those from now on are of its next life.
    pub(crate) async fn killed(&self) {
        // Connections are accepted in the order they came: behind this one there is none of the dead server's.
        let mut last = TcpStream::connect(self.address.get().unwrap()).await.unwrap();
        last.write_all(b"GET / HTTP/1.0\r\n\r\n").await.unwrap();
        last.read_to_end(&mut Vec::new()).await.unwrap();
        drop(last);
        while self.open.load(Ordering::SeqCst) > 0 {
            tokio::task::yield_now().await;
        }
        self.life.fetch_add(1, Ordering::SeqCst);
    }

    /// Returns once so many more calls have come.
    pub(crate) async fn more_calls(&self, count: u64) {
        let enough = self.book.lock().unwrap().calls.len() + usize::try_from(count).unwrap();
        let mut look = tokio::time::interval(Duration::from_millis(1));
        let coming = async {
            while self.book.lock().unwrap().calls.len() < enough {
                look.tick().await;
            }
        };
        tokio::time::timeout(PATIENCE, coming).await.unwrap();
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        self.book.lock().unwrap().calls.clone()
    }

    /// How many events have come to their last effect.
    pub(crate) fn through(&self) -> usize {
        self.book.lock().unwrap().through.len()
    }
}

async fn effect(State(counter): State<Counter>, headers: HeaderMap, Json(effect): Json<Effect>) -> Response {
    let key = headers["idempotency-key"].to_str().unwrap().to_owned();
    let mut book = counter.book.lock().unwrap();
    let number = book.calls.len();
    let before = book.by_key.entry(key.clone()).or_default();
    // The first one that comes is to be tried again.
    let refused = effect.step == "flaky" && before.is_empty();
    before.push(number);
    if effect.step == "last" && book.through.insert(effect.event.clone()) {
        counter.one_more.notify_waiters();
    }
    let life = counter.life.load(Ordering::SeqCst);
    book.calls.push(Call { key, effect, life, refused });
    let status = if refused { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
    (status, Json(json!({ "number": number }))).into_response()
}

/// Counts who is inside.
struct Door {
    listener: TcpListener,
    open: Arc<AtomicUsize>,
}

struct Guest {
    stream: TcpStream,
    open: Arc<AtomicUsize>,
}

impl axum::serve::Listener for Door {
    type Io = Guest;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Guest, SocketAddr) {
        let (stream, address) = self.listener.accept().await.unwrap();
        self.open.fetch_add(1, Ordering::SeqCst);
        (Guest { stream, open: Arc::clone(&self.open) }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.open.fetch_sub(1, Ordering::SeqCst);
    }
}

impl AsyncRead for Guest {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Guest {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
