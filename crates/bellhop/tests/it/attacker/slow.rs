//! Bodies that do not end: given up by the server's own time, and written down.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bellhop::config::Span;
use bellhop_testkit::database::Db;
use bellhop_testkit::server::TestServer;
use bellhop_workflow::time::SystemClock;
use rstest::rstest;

use super::{raw, statuses};

#[rstest]
#[case::a_length_that_is_never_reached("content-length: 1000\r\n", "{")]
#[case::nothing_at_all("content-length: 5\r\n", "")]
#[case::chunks_without_end("transfer-encoding: chunked\r\n", "5\r\nhello\r\n")]
#[case::a_chunk_without_end("transfer-encoding: chunked\r\n", "5\r\nhel")]
#[case::trailers_without_end("transfer-encoding: chunked\r\n", "0\r\nx-a: 1\r\n")]
#[case::one_that_waits_to_be_asked("content-length: 5\r\nexpect: 100-continue\r\n", "")]
#[tokio::test]
async fn a_body_that_does_not_end_is_given_up(#[case] headers: &str, #[case] body: &str) {
    let server = TestServer::start_with(Db::Sqlite, Arc::new(SystemClock), |settings| {
        settings.body_timeout = Span::from_seconds(1);
    })
    .await;
    server.create_active("name: open\ntriggers:\n  - webhook: { path: open }\nsteps:\n  - uses: log\n    with: { message: x }\n").await;
    let began = Instant::now();
    let request = format!("POST /webhook/open HTTP/1.1\r\nhost: x\r\n{headers}\r\n{body}");
    let answers = raw(&server, request.as_bytes()).await;
    assert_eq!(statuses(&answers).last(), Some(&408), "{answers}");
    assert!(began.elapsed() < Duration::from_secs(15), "took {:?}", began.elapsed());
    server.until("/deliveries", |items| items.iter().any(|one| one["reason"] == "too_slow")).await;
    assert!(server.list("/executions").await.is_empty());
}
