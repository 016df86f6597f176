//! A request inside another: what a proxy takes for one request and the server for two, or the reverse. Either the server
//! refuses it, or it answers once and ends the connection, so that nothing after it is taken for somebody else's request.

use bellhop_testkit::database::Db;
use bellhop_testkit::server::TestServer;
use rstest::rstest;

use super::{raw, statuses};

/// What is smuggled. It would be answered 200.
const INNER: &str = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";

fn with(headers: &str, body: &str) -> String {
    format!("POST /webhook/nobodys HTTP/1.1\r\nhost: x\r\n{headers}\r\n{body}")
}

#[rstest]
#[case::chunked_and_a_length(with("transfer-encoding: chunked\r\ncontent-length: 45\r\n", &format!("0\r\n\r\n{INNER}")))]
#[case::a_length_and_chunked(with("content-length: 45\r\ntransfer-encoding: chunked\r\n", &format!("0\r\n\r\n{INNER}")))]
#[case::two_lengths(with("content-length: 0\r\ncontent-length: 40\r\n", INNER))]
#[case::two_lengths_in_one(with("content-length: 0, 40\r\n", INNER))]
#[case::a_length_with_a_sign(with("content-length: +0\r\n", INNER))]
#[case::a_negative_length(with("content-length: -1\r\n", INNER))]
#[case::a_length_in_hexadecimal(with("content-length: 0x0\r\n", INNER))]
#[case::a_length_too_large_for_a_number(with("content-length: 18446744073709551616\r\n", INNER))]
#[case::chunked_not_last(with("transfer-encoding: chunked, identity\r\n", &format!("0\r\n\r\n{INNER}")))]
#[case::an_unknown_coding(with("transfer-encoding: cow\r\n", INNER))]
#[case::a_blank_before_the_colon(with("content-length: 0\r\ntransfer-encoding : chunked\r\n", INNER))]
#[case::a_tab_before_the_colon(with("content-length\t: 40\r\n", INNER))]
#[case::a_folded_line(with("x-a: 1\r\n transfer-encoding: chunked\r\n", INNER))]
#[case::a_folded_coding(with("transfer-encoding:\r\n chunked\r\n", &format!("0\r\n\r\n{INNER}")))]
#[case::a_nul_in_a_name(with("content-len\0gth: 40\r\n", INNER))]
#[case::a_nul_in_a_value(with("x-a: 1\0\r\n", INNER))]
#[case::a_lone_return_in_a_value(with("x-a: 1\rtransfer-encoding: chunked\r\n", INNER))]
#[case::a_chunk_of_a_negative_size(with("transfer-encoding: chunked\r\n", &format!("-1\r\n\r\n{INNER}")))]
#[case::a_chunk_too_large_for_a_number(with("transfer-encoding: chunked\r\n", &format!("1ffffffffffffffff\r\n{INNER}")))]
#[case::a_chunk_that_does_not_end_where_it_says(with("transfer-encoding: chunked\r\n", &format!("1\r\nab0\r\n\r\n{INNER}")))]
#[case::an_unknown_version(format!("POST /webhook/nobodys HTTP/1.2\r\nhost: x\r\n\r\n{INNER}"))]
#[case::a_request_line_of_three_blanks(format!("POST  /webhook/nobodys   HTTP/1.1\r\nhost: x\r\n\r\n{INNER}"))]
#[tokio::test]
async fn a_request_inside_another_is_never_answered(#[case] request: String) {
    let server = TestServer::start(Db::Sqlite).await;
    let answers = raw(&server, request.as_bytes()).await;
    let found = statuses(&answers);
    assert!(found.len() <= 1, "two answers: {answers}");
    assert!(found.iter().all(|status| (400..500).contains(status)), "{answers}");
    assert!(!answers.contains("\"ok\""), "{answers}");
}

/// RFC 9112, 2.2: a lone line feed may be taken for the end of a line. It has to mean that for every line, or for none.
#[tokio::test]
async fn a_lone_line_feed_ends_a_line_as_both_do() {
    let server = TestServer::start(Db::Sqlite).await;
    let answers = raw(&server, b"POST /webhook/nobodys HTTP/1.1\nhost: x\ncontent-length: 3\n\nabc").await;
    assert_eq!(statuses(&answers), [404], "{answers}");
}

/// One after the other on one connection is allowed, and each is what it is.
#[tokio::test]
async fn what_is_sent_in_a_row_is_answered_in_a_row() {
    let server = TestServer::start(Db::Sqlite).await;
    let request = format!("{}{INNER}", with("content-length: 3\r\n", "abc"));
    assert_eq!(statuses(&raw(&server, request.as_bytes()).await), [404, 200]);
}
