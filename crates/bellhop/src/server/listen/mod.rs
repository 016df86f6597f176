//! Serving connections, within bounds that `axum::serve` does not have: how many there are, how long a client may take
//! with what it sends first, how much its headers may be. TLS where the settings name a certificate.

mod limit;
mod tls;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tower::Service as _;

pub(super) use self::limit::connections;
pub(super) use self::tls::Tls;
pub use self::tls::TlsError;
use crate::config::Waits;

/// How many bytes the headers of a request may be. There may be a hundred of them, which is hyper's own bound.
const HEADERS: usize = 64 * 1_024;

/// The same where HTTP/2 is spoken.
const HEADERS_OF_HTTP2: u32 = 64 * 1_024;

/// How many requests at once a connection may have under way.
const STREAMS: u32 = 100;

/// How often a client that speaks HTTP/2 is asked whether it is there.
const PING: Duration = Duration::from_secs(30);

/// How long to wait where no connection can be taken: no more files may be open, for instance.
const PAUSE: Duration = Duration::from_secs(1);

/// Where connections come in.
pub(super) struct Door {
    pub(super) listener: TcpListener,
    pub(super) router: Router,
    pub(super) tls: Option<Arc<Tls>>,
    pub(super) max_connections: usize,
    pub(super) waits: Waits,
}

impl Door {
    /// Serves until `stop`, then lets requests end until `abort`: somebody may be waiting for an execution for a minute.
    pub(super) async fn serve(self, stop: CancellationToken, abort: CancellationToken) {
        let graceful = GracefulShutdown::new();
        let served = Arc::new(Served::new(self.router, self.tls, self.waits));
        let places = Arc::new(Semaphore::new(self.max_connections));
        while let Some((stream, peer, place)) = stop.run_until_cancelled(next(&self.listener, &places)).await
        {
            tokio::spawn(Arc::clone(&served).connection(stream, peer, graceful.watcher(), place));
        }
        // New connections are refused from here on.
        drop(self.listener);
        tokio::select! {
            () = graceful.shutdown() => {}
            () = abort.cancelled() => {}
        }
    }
}

/// The next connection, once there is a place for it. Until then it waits where the system keeps it.
async fn next(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> (TcpStream, SocketAddr, Option<OwnedSemaphorePermit>) {
    // Nobody closes it, so that there is always a place in the end.
    let place = Arc::clone(places).acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return (stream, peer, place),
            // One that is gone before it was taken says nothing of the next.
            Err(error) if is_about_the_connection(&error) => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be taken, will try again");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

fn is_about_the_connection(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// What connections are served with.
struct Served {
    router: Router,
    tls: Option<Arc<Tls>>,
    http: Builder<TokioExecutor>,
    head: Duration,
}

impl Served {
    fn new(router: Router, tls: Option<Arc<Tls>>, waits: Waits) -> Self {
        let mut http = Builder::new(TokioExecutor::new());
        http.http1().timer(TokioTimer::new()).header_read_timeout(waits.idle).max_buf_size(HEADERS);
        http.http2()
            .timer(TokioTimer::new())
            .max_header_list_size(HEADERS_OF_HTTP2)
            .max_concurrent_streams(STREAMS)
            .keep_alive_interval(PING)
            .keep_alive_timeout(waits.head);
        Self { router, tls, http, head: waits.head }
    }

    /// Serves a connection to its end.
    async fn connection(
        self: Arc<Self>,
        stream: TcpStream,
        peer: SocketAddr,
        watcher: Watcher,
        _place: Option<OwnedSemaphorePermit>,
    ) {
        let Some(tls) = &self.tls else { return self.requests(stream, peer, watcher).await };
        match tokio::time::timeout(self.head, tls.accept(stream)).await {
            Ok(Ok(stream)) => self.requests(stream, peer, watcher).await,
            // Whoever scans for open ports makes many of these.
            Ok(Err(error)) => tracing::debug!(%error, %peer, "no TLS came about"),
            Err(_) => tracing::debug!(%peer, "no TLS came about in time"),
        }
    }

    async fn requests<S>(&self, stream: S, peer: SocketAddr, watcher: Watcher)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let asked = Arc::new(AtomicBool::default());
        let service = service_fn(|request: hyper::Request<Incoming>| {
            asked.store(true, Ordering::Relaxed);
            let mut request = request.map(Body::new);
            // Who has called is told to the audit log, and counted where a token was wrong.
            request.extensions_mut().insert(ConnectInfo(peer));
            self.router.clone().call(request)
        });
        let connection = self.http.serve_connection(TokioIo::new(stream), service);
        let served = watcher.watch(connection);
        tokio::pin!(served);
        tokio::select! {
            _ended = &mut served => return,
            () = tokio::time::sleep(self.head) => {}
        }
        // Before the first request it is not even known which protocol is spoken, and nothing else holds it to a time.
        if asked.load(Ordering::Relaxed) {
            // What is wrong with a connection is its client's to see.
            drop(served.await);
        }
    }
}
