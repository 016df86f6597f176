//! What somebody tries who means harm, one file for each kind of it, against a running server. All of it is refused.
//!
//! | file | what is tried |
//! |---|---|
//! | `routes` | every route without a token, with a wrong one, and with one that may less |
//! | `paths` | another spelling of a path, for another door |
//! | `smuggling` | a request inside another, by headers that two readers read otherwise |
//! | `headers` | headers that claim to be somebody, and line breaks that end in headers |
//! | `connections` | slow, large and many headers, and many connections |
//! | `slow` | bodies that do not end |
//! | `bodies` | bodies and workflows that are large, deep or no text |
//! | `deliveries` | forged, old and repeated deliveries |
//! | `comparing` | finding a signature out by the time that it takes to be refused |
//! | `resuming` | forged, used and late URLs that resume executions |
//! | `reaching` | having the server call what only it can reach: by address, by name, by redirect |
//! | `logs` | lines in the log that the server did not write |
//!
//! What a text in an event can do in each part of a request is in `crates/steps/tests/it/attacker.rs`; the scope that each
//! route needs, with what holds the list complete, in `crates/api/tests/it/guards.rs`; the browser of somebody who is
//! logged in, in `crates/api/tests/it/session.rs`.

mod bodies;
mod comparing;
mod connections;
mod deliveries;
mod headers;
mod logs;
mod paths;
mod reaching;
mod resuming;
mod routes;
mod slow;
mod smuggling;

use std::time::Duration;

use bellhop_testkit::server::TestServer;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Sends these very bytes and reads until the server ends the connection, or says no more for a second after it has
/// answered.
async fn raw(server: &TestServer, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(server.running().address()).await.unwrap();
    // Refused before it is all there, it may not be taken whole.
    drop(stream.write_all(request).await);
    let (mut answer, mut chunk) = (Vec::new(), [0; 4_096]);
    loop {
        let asks_for_more = answer.is_empty() || answer.ends_with(b"100 Continue\r\n\r\n");
        let patience = Duration::from_secs(if asks_for_more { 20 } else { 1 });
        match tokio::time::timeout(patience, stream.read(&mut chunk)).await {
            Ok(Ok(0) | Err(_)) | Err(_) => break,
            Ok(Ok(read)) => answer.extend_from_slice(&chunk[..read]),
        }
    }
    String::from_utf8_lossy(&answer).into_owned()
}

/// The statuses of all answers on one connection.
fn statuses(answers: &str) -> Vec<u16> {
    answers.split("HTTP/1.1 ").skip(1).map(|answer| answer[..3].parse().unwrap()).collect()
}
