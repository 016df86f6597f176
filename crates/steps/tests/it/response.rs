//! `http`: what the server answers becomes the output.

use rstest::rstest;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use wiremock::ResponseTemplate;

use crate::support::{http, http_failure, server};

const LIMIT: usize = 10 * 1024 * 1024;

#[tokio::test]
async fn status_headers_and_body_are_the_output() {
    let answer = ResponseTemplate::new(201)
        .append_header("X-Part", "one")
        .append_header("X-Part", "two")
        .append_header("Set-Cookie", "a=1; Expires=Wed, 21 Oct 2015 07:28:00 GMT")
        .append_header("Set-Cookie", "b=2")
        .set_body_json(json!({ "employees": 240 }));
    let server = server(answer).await;

    let output = http(json!({ "url": server.uri() })).await;

    assert_eq!(output["status"], 201);
    assert_eq!(output["headers"]["x-part"], "one, two");
    assert_eq!(output["headers"]["set-cookie"], json!(["a=1; Expires=Wed, 21 Oct 2015 07:28:00 GMT", "b=2"]));
    assert_eq!(output["headers"]["content-type"], "application/json");
    assert_eq!(output["body"], json!({ "employees": 240 }));
}

#[rstest]
#[case::json("application/json; charset=utf-8", b"[1]", json!([1]))]
#[case::a_kind_of_json("application/problem+json", b"{\"a\":1}", json!({ "a": 1 }))]
#[case::json_with_byte_order_mark("application/json", b"\xef\xbb\xbf[1]", json!([1]))]
#[case::json_that_is_none("application/json", b"<html>", json!("<html>"))]
#[case::text_that_looks_like_json("text/plain", b"[1]", json!("[1]"))]
#[case::latin_1("text/plain; charset=\"ISO-8859-1\"", b"gr\xfc\xdf", json!("grüß"))]
#[case::utf_8_without_a_word("text/html", "grüß".as_bytes(), json!("grüß"))]
#[case::bytes("application/octet-stream", &[0, 255, 10], json!("AP8K"))]
#[case::nothing("application/json", b"", Value::Null)]
#[tokio::test]
async fn the_body_is_read_as_what_it_is(
    #[case] content_type: &str,
    #[case] body: &[u8],
    #[case] expected: Value,
) {
    let server = server(ResponseTemplate::new(200).set_body_raw(body, content_type)).await;
    assert_eq!(http(json!({ "url": server.uri() })).await["body"], expected);
}

#[tokio::test]
async fn an_answer_of_just_the_limit_is_taken() {
    let server = server(ResponseTemplate::new(200).set_body_string("a".repeat(LIMIT))).await;
    let output = http(json!({ "url": server.uri() })).await;
    assert_eq!(output["body"].as_str().unwrap().len(), LIMIT);
}

#[tokio::test]
async fn one_byte_more_is_too_large() {
    let server = server(ResponseTemplate::new(200).set_body_string("a".repeat(LIMIT + 1))).await;
    let failure = http_failure(json!({ "url": format!("{}/big?key=1", server.uri()) })).await;
    assert_eq!(failure.error.kind, "output_too_large");
    assert_eq!(failure.error.status, Some(200));
    assert_eq!(
        failure.error.message,
        format!("GET {}/big answered with more than 10485760 bytes", server.uri())
    );
    assert!(!failure.retryable);
}

#[tokio::test]
async fn an_answer_without_end_is_left_at_the_limit() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let endless = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let _ = socket.read(&mut [0; 4096]).await.unwrap();
        socket.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await.unwrap();
        let chunk = format!("10000\r\n{}\r\n", "a".repeat(0x10000));
        let mut sent = 0_u64;
        while socket.write_all(chunk.as_bytes()).await.is_ok() {
            sent += 1;
        }
        sent
    });

    let failure = http_failure(json!({ "url": url })).await;

    assert_eq!(failure.error.kind, "output_too_large");
    // The server's task ends by itself, as the step hung up.
    assert!(endless.await.unwrap() >= 160);
}

#[tokio::test]
async fn a_large_refusal_is_a_refusal_still() {
    let server = server(ResponseTemplate::new(500).set_body_string("é".repeat(LIMIT))).await;
    let failure = http_failure(json!({ "url": server.uri() })).await;
    assert_eq!(failure.error.kind, "http_status");
    assert_eq!(failure.error.status, Some(500));
}
