//! The yardstick: a bare axum server that does what any server must do with a signed delivery, and stores nothing. It
//! also stands for the service that an `http` step calls.
//!
//! It runs in a process of its own, as the real server does, and ends with its standard input.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Json, Router};
use bytes::Bytes;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, StatusCode};
use serde_json::json;
use sha2::Sha256;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::error::BenchError;
use crate::load::{Signing, Target};

/// The word that starts it.
pub(crate) const SUBCOMMAND: &str = "yardstick";
/// The key of its one hook.
const KEY: &str = "9d2c41f07ab85e6633d1c0e4977fba1028cd45e6f1903b7da26e58c4719b0fde";
const HOOK: &str = "4f1c9a7e0b3d5f2886aa10c4e7d9b362";

/// The yardstick's process. Killed where it is dropped.
pub(crate) struct Yardstick {
    child: Child,
    address: SocketAddr,
}

impl Yardstick {
    pub(crate) fn start() -> Result<Self, BenchError> {
        let binary = std::env::current_exe().map_err(BenchError::io("looking for this program"))?;
        let mut child = Command::new(binary)
            .arg(SUBCOMMAND)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(BenchError::io("starting the bare server"))?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout)
                .read_line(&mut line)
                .map_err(BenchError::io("starting the bare server"))?;
        }
        let address = line.trim().parse();
        let address =
            address.map_err(|_| BenchError::Wrong("the bare server does not say where it is".to_owned()))?;
        Ok(Self { child, address })
    }

    /// Where deliveries go.
    pub(crate) fn target(&self) -> Result<Target, BenchError> {
        let key =
            hex::decode(KEY).map_err(|_| BenchError::Wrong("the bare server's key is none".to_owned()))?;
        Ok(Target { address: self.address, hook_id: HOOK.to_owned(), key, signing: Signing::Genuine })
    }

    /// What an `http` step calls.
    pub(crate) fn effect_url(&self) -> String {
        format!("http://{}/effect", self.address)
    }
}

impl Drop for Yardstick {
    fn drop(&mut self) {
        // An error means that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Serves until standard input ends.
pub(crate) async fn serve() -> Result<(), BenchError> {
    let failed = || BenchError::io("serving the bare server");
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(failed())?;
    let address = listener.local_addr().map_err(failed())?;
    let key = hex::decode(KEY).unwrap_or_default();
    let router = Router::new()
        .route("/webhook/{hook_id}", post(receive))
        .route("/effect", post(async || Json(json!({ "ok": true }))))
        .with_state(Arc::<[u8]>::from(key));
    {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{address}").and_then(|()| out.flush()).map_err(failed())?;
    }
    tokio::select! {
        served = axum::serve(listener, router).into_future() => served.map_err(failed()),
        _ended = end_of_input() => Ok(()),
    }
}

/// Resolves as whoever started this process lets go of it.
fn end_of_input() -> oneshot::Receiver<()> {
    let (sender, receiver) = oneshot::channel();
    std::thread::spawn(move || {
        // What comes, and how it ends, is all the same.
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        let _ = sender.send(());
    });
    receiver
}

async fn receive(
    State(key): State<Arc<[u8]>>,
    Path(hook_id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if hook_id != HOOK {
        return StatusCode::NOT_FOUND.into_response();
    }
    if is_genuine(&key, &headers, &body) {
        // As long as the real answer.
        let id = "0195f0a2-7c3e-7d41-9b52-6a1f0c8e4d27";
        Json(json!({ "outcome": "accepted", "delivery_id": id })).into_response()
    } else {
        StatusCode::UNAUTHORIZED.into_response()
    }
}

fn is_genuine(key: &[u8], headers: &HeaderMap, body: &[u8]) -> bool {
    let header = |name: &str| headers.get(name).map(http::HeaderValue::as_bytes);
    let (Some(seconds), Some(hash)) = (header("close-sig-timestamp"), header("close-sig-hash")) else {
        return false;
    };
    let (Ok(hash), Ok(mut mac)) = (hex::decode(hash), Hmac::<Sha256>::new_from_slice(key)) else {
        return false;
    };
    mac.update(seconds);
    mac.update(body);
    mac.verify_slice(&hash).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_signed_with_the_key_is_genuine() {
        let key = hex::decode(KEY).unwrap();
        let mut headers = HeaderMap::new();
        let hash = close_simulator::sign(KEY, "1772442014", b"body").unwrap();
        headers.insert("close-sig-timestamp", "1772442014".parse().unwrap());
        headers.insert("close-sig-hash", hash.parse().unwrap());
        assert!(is_genuine(&key, &headers, b"body"));
        assert!(!is_genuine(&key, &headers, b"another body"));
        assert!(!is_genuine(&key, &HeaderMap::new(), b"body"));
    }
}
