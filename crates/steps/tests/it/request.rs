//! `http`: what is under `with` arrives at the server.

use rstest::rstest;
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::support::{IDEMPOTENCY_KEY, header, http, http_failure, only_request, server};

#[tokio::test]
async fn a_plain_get_needs_no_more_than_an_address() {
    let server = server(ResponseTemplate::new(204)).await;

    http(json!({ "url": format!("{}/v1/company?a=1", server.uri()) })).await;

    let request = only_request(&server).await;
    assert_eq!(request.method.as_str(), "GET");
    assert_eq!(request.url.path(), "/v1/company");
    assert_eq!(request.url.query(), Some("a=1"));
    assert_eq!(header(&request, "user-agent"), Some(concat!("bellhop/", env!("CARGO_PKG_VERSION"))));
    assert!(request.body.is_empty());
}

#[tokio::test]
async fn method_query_headers_and_json_arrive() {
    let server = server(ResponseTemplate::new(200)).await;

    http(json!({
        "method": "post",
        "url": format!("{}/hook?a=1", server.uri()),
        "query": { "name": "Café & Co", "tag": ["x", 2], "nothing": null },
        "headers": { "X-Number": 5, "X-Text": "grüß", "X-Nothing": null },
        "json": { "b": [1, null], "a": "ü" },
    }))
    .await;

    let request = only_request(&server).await;
    assert_eq!(request.method.as_str(), "POST");
    assert_eq!(request.url.query(), Some("a=1&name=Caf%C3%A9+%26+Co&tag=x&tag=2"));
    assert_eq!(header(&request, "x-number"), Some("5"));
    assert_eq!(request.headers["x-text"].as_bytes(), "grüß".as_bytes());
    assert!(!request.headers.contains_key("x-nothing"));
    assert_eq!(header(&request, "content-type"), Some("application/json"));
    assert_eq!(request.body, r#"{"b":[1,null],"a":"ü"}"#.as_bytes());
}

#[rstest]
#[case::form(
    json!({ "form": { "a b": "c&d", "n": [1, true] } }),
    "application/x-www-form-urlencoded",
    "a+b=c%26d&n=1&n=true".as_bytes()
)]
#[case::text(json!({ "text": "grüß" }), "text/plain; charset=utf-8", "grüß".as_bytes())]
#[case::a_number_as_text(json!({ "text": 5 }), "text/plain; charset=utf-8", "5".as_bytes())]
#[case::base64(json!({ "body_base64": "AP8K" }), "application/octet-stream", &[0, 255, 10])]
#[case::json_null(json!({ "json": null }), "application/json", "null".as_bytes())]
#[case::a_type_of_its_own(
    json!({ "text": "<a/>", "headers": { "content-type": "application/xml" } }),
    "application/xml",
    "<a/>".as_bytes()
)]
#[tokio::test]
async fn every_body_arrives_with_its_type(
    #[case] mut input: Value,
    #[case] content_type: &str,
    #[case] body: &[u8],
) {
    let server = server(ResponseTemplate::new(200)).await;
    input["url"] = server.uri().into();
    input["method"] = "PUT".into();

    http(input).await;

    let request = only_request(&server).await;
    assert_eq!(header(&request, "content-type"), Some(content_type));
    assert_eq!(request.body, body);
}

#[rstest]
#[case("POST", Some(IDEMPOTENCY_KEY))]
#[case("DELETE", Some(IDEMPOTENCY_KEY))]
#[case("GET", None)]
#[case("HEAD", None)]
#[case("OPTIONS", None)]
#[tokio::test]
async fn requests_that_change_something_carry_the_idempotency_key(
    #[case] method: &str,
    #[case] key: Option<&str>,
) {
    let server = server(ResponseTemplate::new(200)).await;
    http(json!({ "method": method, "url": server.uri() })).await;
    let request = only_request(&server).await;
    assert_eq!(
        request.headers.get("idempotency-key").map(wiremock::http::HeaderValue::as_bytes),
        key.map(str::as_bytes)
    );
}

#[tokio::test]
async fn an_idempotency_key_of_the_workflow_is_kept() {
    let server = server(ResponseTemplate::new(200)).await;
    http(json!({ "method": "POST", "url": server.uri(), "headers": { "Idempotency-Key": "mine" } })).await;
    assert_eq!(header(&only_request(&server).await, "idempotency-key"), Some("mine"));
}

#[rstest]
#[case::no_url(json!({}), "`http` needs `url`")]
#[case::not_a_map(json!("http://h/"), "`with` of `http` is a map, not a text")]
#[case::relative_url(json!({ "url": "/lead/" }), "`url`: relative URL without a base")]
#[case::other_scheme(json!({ "url": "file:///etc/passwd" }), "`url` must begin with http:// or https://")]
#[case::password_in_url(
    json!({ "url": "https://ann:hush-hush@h/" }),
    "`url` holds a user's name or password: store them as a credential and name it under `auth`"
)]
#[case::url_of_wrong_type(json!({ "url": 5 }), "`url`: invalid type: integer `5`, expected a string")]
#[case::unknown_key(
    json!({ "url": "http://h/", "jsn": {} }),
    "`http` has no key `jsn`; it has method, url, query, headers, json, form, text, body_base64, auth, \
     follow_redirects, expect_status"
)]
#[case::method(json!({ "url": "http://h/", "method": "GE T" }), "`method`: `GE T` is no method of HTTP")]
#[case::tunnel(json!({ "url": "http://h/", "method": "connect" }), "`method`: `connect` is no method of HTTP")]
#[case::nested_query(
    json!({ "url": "http://h/", "query": { "a": { "b": 1 } } }),
    "`query.a` is a text, a number or a list of them, not a map"
)]
#[case::line_break_in_a_header(
    json!({ "url": "http://h/", "headers": { "X-A": "hush-hush\r\nX-B: 1" } }),
    "`headers.X-A` has a line break or another control character"
)]
#[case::line_feed_in_a_header(
    json!({ "url": "http://h/", "headers": { "X-A": "hush-hush\n" } }),
    "`headers.X-A` has a line break or another control character"
)]
#[case::line_break_in_a_name(
    json!({ "url": "http://h/", "headers": { "X-A\nX-B": "1" } }),
    r#"`headers`: `"X-A\nX-B"` is no name of a header"#
)]
#[case::framing(
    json!({ "url": "http://h/", "headers": { "Content-Length": 3 } }),
    "`headers.Content-Length` is set by the HTTP client alone"
)]
#[case::header_twice(
    json!({ "url": "http://h/", "headers": { "X-A": "1", "x-a": "2" } }),
    "`headers.x-a` is there twice, in different letter cases"
)]
#[case::two_bodies(
    json!({ "url": "http://h/", "json": 1, "text": "a" }),
    "a request has one body: only one of `json`, `form`, `text` and `body_base64`"
)]
#[case::object_as_text(json!({ "url": "http://h/", "text": {} }), "`text` is a map: send it under `json`")]
#[case::not_base64(
    json!({ "url": "http://h/", "body_base64": "hush!" }),
    "`body_base64` is not base64 (RFC 4648 section 4)"
)]
#[case::auth(
    json!({ "url": "http://h/", "auth": { "credentials": "x" } }),
    "`auth`: unknown field `credentials`, expected `credential`"
)]
#[case::two_proofs(
    json!({ "url": "http://h/", "auth": { "credential": "basic" }, "headers": { "authorization": "x" } }),
    "`auth` and `headers.Authorization` say the same thing twice: leave one out"
)]
#[case::status(
    json!({ "url": "http://h/", "expect_status": [200, "6xx"] }),
    "`expect_status`: \"6xx\" is neither a status such as 200 nor a class such as \"2xx\""
)]
#[case::no_status(
    json!({ "url": "http://h/", "expect_status": [] }),
    "`expect_status`: an empty list would let no answer succeed"
)]
#[tokio::test]
async fn a_mistake_in_the_input_names_its_key(#[case] input: Value, #[case] message: &str) {
    let failure = http_failure(input).await;
    assert_eq!(failure.error.kind, "invalid_input");
    assert_eq!(failure.error.message, message);
    assert!(!failure.retryable);
}
