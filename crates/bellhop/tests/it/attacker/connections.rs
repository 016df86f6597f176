//! What a connection may take: how long, how much, and how many of them.

use std::time::{Duration, Instant};

use bellhop::config::Waits;
use bellhop_testkit::database::Db;
use bellhop_testkit::server::TestServer;
use bellhop_workflow::time::SystemClock;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const HEALTH: &str = "GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";
/// The same without a body, so that answers can be read one after another.
const HEAD_ONLY: &str = "HEAD /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";

/// How long a client may take with what it sends first, and how much later than that a busy machine may find out.
const HEAD: Duration = Duration::from_secs(10);
const LATE: Duration = Duration::from_secs(8);

async fn connect(server: &TestServer) -> TcpStream {
    TcpStream::connect(server.running().address()).await.unwrap()
}

/// Sends something and reads until the first answer's headers are there; empty where the connection ends before.
async fn ask(stream: &mut TcpStream, text: &str) -> String {
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let mut chunk = [0; 4_096];
    while !answer.windows(4).any(|four| four == b"\r\n\r\n") {
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => break,
            Ok(read) => answer.extend_from_slice(&chunk[..read]),
        }
    }
    String::from_utf8(answer).unwrap()
}

/// How long it takes until the server ends the connection.
async fn ended_after(server: &TestServer, first: &str) -> Duration {
    let mut stream = connect(server).await;
    stream.write_all(first.as_bytes()).await.unwrap();
    let began = Instant::now();
    let mut rest = Vec::new();
    // A reset is an end as well.
    drop(stream.read_to_end(&mut rest).await);
    began.elapsed()
}

#[tokio::test]
async fn a_client_that_is_slow_with_its_headers_is_not_waited_for() {
    let server = TestServer::start(Db::Sqlite).await;
    let (nothing, a_word, half, preface) = tokio::join!(
        ended_after(&server, ""),
        ended_after(&server, "G"),
        ended_after(&server, "GET /healthz HTTP/1.1\r\nhost: local"),
        // The beginning of HTTP/2, and no more of it.
        ended_after(&server, "PRI * HTTP/2.0\r\n"),
    );
    for (what, took) in [("nothing", nothing), ("a word", a_word), ("half", half), ("a preface", preface)] {
        let least = HEAD.checked_sub(Duration::from_secs(1)).unwrap();
        assert!((least..HEAD + LATE).contains(&took), "{what}: {took:?}");
    }
}

#[tokio::test]
async fn headers_are_bounded_in_number_and_size() {
    let server = TestServer::start(Db::Sqlite).await;
    let with = |headers: String| format!("GET /healthz HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n");
    let many = |count: usize| "x-many: 1\r\n".repeat(count);
    let status = async |request: String| {
        let mut stream = connect(&server).await;
        ask(&mut stream, &request).await.split(' ').nth(1).unwrap_or("none").to_owned()
    };
    assert_eq!(status(with(many(99))).await, "200");
    assert_eq!(status(with(many(100))).await, "431");
    assert_eq!(status(with(format!("x-large: {}\r\n", "n".repeat(50_000)))).await, "200");
    assert_eq!(status(with(format!("x-large: {}\r\n", "n".repeat(66_000)))).await, "431");
}

#[tokio::test]
async fn no_more_connections_are_served_at_once_than_are_allowed() {
    // One place is taken by the client that has prepared the server, whose connection stays open.
    let server = TestServer::start_with(Db::Sqlite, std::sync::Arc::new(SystemClock), |settings| {
        settings.max_connections = 3;
    })
    .await;
    let mut open = Vec::new();
    for _ in 0..2 {
        let mut stream = connect(&server).await;
        assert!(ask(&mut stream, HEALTH).await.starts_with("HTTP/1.1 200"));
        open.push(stream);
    }
    let mut one_more = connect(&server).await;
    one_more.write_all(HEALTH.as_bytes()).await.unwrap();
    let mut first = [0; 12];
    let early = tokio::time::timeout(Duration::from_millis(300), one_more.read_exact(&mut first)).await;
    assert!(early.is_err(), "it is answered while all places are taken");
    drop(open.pop());
    one_more.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
}

#[tokio::test]
async fn a_connection_that_nothing_comes_through_is_closed_and_one_that_is_used_stays() {
    let waits = Waits { idle: Duration::from_millis(600), ..Waits::default() };
    let server = TestServer::start_with(Db::Sqlite, std::sync::Arc::new(SystemClock), |settings| {
        settings.waits = waits;
    })
    .await;
    let mut stream = connect(&server).await;
    let began = Instant::now();
    // For twice as long, and with less than the time between each two.
    while began.elapsed() < 2 * waits.idle {
        assert!(ask(&mut stream, HEAD_ONLY).await.starts_with("HTTP/1.1 200"));
    }
    let quiet = Instant::now();
    let mut rest = Vec::new();
    drop(stream.read_to_end(&mut rest).await);
    let kept = quiet.elapsed();
    let least = waits.idle.checked_sub(Duration::from_millis(200)).unwrap();
    assert!((least..waits.idle + LATE).contains(&kept), "{kept:?}");
}
