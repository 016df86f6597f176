//! `close`: a request to Close's API.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bellhop_steps::StepFailure;
use bellhop_workflow::model::StepKind;
use rstest::rstest;
use serde_json::{Value, json};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers};

use crate::support::{API_KEY, IDEMPOTENCY_KEY, attempt, header, only_request, output, runner_for, server};

async fn close(server: &MockServer, input: Value) -> Result<Value, StepFailure> {
    let runner = runner_for(&format!("{}/api/v1/", server.uri()));
    attempt(&runner, StepKind::Close, &input).await.map(output)
}

#[tokio::test]
async fn a_lead_is_read_with_the_key_as_the_name_and_no_password() {
    let server = server(ResponseTemplate::new(200).set_body_json(json!({ "id": "lead_1" }))).await;

    let lead =
        close(&server, json!({ "path": "/lead/lead_1", "query": { "_fields": "id,name" } })).await.unwrap();

    assert_eq!(lead, json!({ "id": "lead_1" }));
    let request = only_request(&server).await;
    assert_eq!(request.method.as_str(), "GET");
    assert_eq!(request.url.path(), "/api/v1/lead/lead_1", "without a slash, as it was written");
    assert_eq!(request.url.query(), Some("_fields=id%2Cname"));
    let basic = format!("Basic {}", STANDARD.encode(format!("{API_KEY}:")));
    assert_eq!(header(&request, "authorization"), Some(basic.as_str()));
    assert_eq!(header(&request, "accept"), Some("application/json"));
    assert!(!request.headers.contains_key("idempotency-key"));
}

#[tokio::test]
async fn a_task_is_written_once_however_often_it_is_tried() {
    let server = server(ResponseTemplate::new(200)).await;

    let empty =
        close(&server, json!({ "method": "post", "path": "/task/", "json": { "text": "call" } })).await;

    assert_eq!(empty.unwrap(), Value::Null);
    let request = only_request(&server).await;
    assert_eq!(request.method.as_str(), "POST");
    assert_eq!(request.url.path(), "/api/v1/task/");
    assert_eq!(header(&request, "content-type"), Some("application/json"));
    assert_eq!(request.headers["idempotency-key"].as_bytes(), IDEMPOTENCY_KEY.as_bytes());
    assert_eq!(request.body, br#"{"text":"call"}"#);
}

#[rstest]
#[case::an_error(json!({ "error": "Bad key" }), "Bad key")]
#[case::the_same_twice(json!({ "error": "Bad key", "message": "Bad key" }), "Bad key")]
#[case::fields(
    json!({ "errors": ["Nothing was saved"], "field-errors": {
        "name": "This field is required.",
        "contacts": { "field-errors": { "emails": ["Too many.", "Not an address."] } },
    } }),
    "Nothing was saved; name: This field is required.; contacts.emails: Too many.; \
     contacts.emails: Not an address."
)]
#[case::words_of_its_own(json!({ "reason": "none" }), r#"{"reason":"none"}"#)]
#[tokio::test]
async fn a_refusal_is_told_in_closes_words(#[case] body: Value, #[case] words: &str) {
    let server = server(ResponseTemplate::new(400).set_body_json(body)).await;

    let failure =
        close(&server, json!({ "method": "POST", "path": "/lead/", "json": {} })).await.unwrap_err();

    assert_eq!(failure.error.kind, "http_status");
    assert_eq!(failure.error.status, Some(400));
    assert_eq!(
        failure.error.message,
        format!("POST {}/api/v1/lead/ answered 400 Bad Request: {words}", server.uri())
    );
    assert!(!failure.retryable);
}

#[tokio::test]
async fn a_rate_limit_says_when_to_come_back() {
    let answer = ResponseTemplate::new(429)
        .insert_header("RateLimit", "limit=100, remaining=0, reset=1.5")
        .insert_header("retry-after", "2")
        .set_body_json(json!({ "error": "Slow down" }));
    let failure = close(&server(answer).await, json!({ "path": "/lead/" })).await.unwrap_err();
    assert!(failure.retryable);
    assert_eq!(failure.retry_after, Some(Duration::from_millis(1_500)));
}

/// A server with these answers, one after the other.
async fn answering(answers: Vec<ResponseTemplate>) -> MockServer {
    let server = MockServer::start().await;
    for answer in answers {
        Mock::given(matchers::any()).respond_with(answer).up_to_n_times(1).mount(&server).await;
    }
    server
}

fn page(count: u64, more: &Value) -> ResponseTemplate {
    let mut page = json!({ "data": (0..count).collect::<Vec<_>>() });
    page.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    ResponseTemplate::new(200).set_body_json(page)
}

async fn queries(server: &MockServer) -> Vec<String> {
    let requests = server.received_requests().await.unwrap();
    requests.iter().map(|request| request.url.query().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn the_pages_of_a_list_are_put_together_at_closes_pace() {
    let more = json!({ "has_more": true });
    let slow = ResponseTemplate::new(429).insert_header("RateLimit", "limit=2, remaining=0, reset=0.1");
    let server = answering(vec![
        page(100, &more).insert_header("RateLimit", "limit=2, remaining=0, reset=0.1"),
        slow,
        page(100, &more),
        page(30, &json!({ "has_more": false })),
    ])
    .await;
    let begun = Instant::now();
    let input = json!({ "path": "/contact/", "query": { "lead_id": "lead_1" }, "paginate": true });
    let all = close(&server, input).await.unwrap();

    assert_eq!((all["data"].as_array().unwrap().len(), &all["has_more"]), (230, &json!(false)));
    assert!(
        begun.elapsed() >= Duration::from_millis(200),
        "once where nothing was left, and once where it was too much"
    );
    let second = "lead_id=lead_1&_limit=100&_skip=100";
    let third = "lead_id=lead_1&_limit=100&_skip=200";
    assert_eq!(queries(&server).await, ["lead_id=lead_1&_limit=100", second, second, third]);
}

#[tokio::test]
async fn a_search_is_followed_by_its_cursor_and_is_each_time_another_request() {
    let server =
        answering(vec![page(100, &json!({ "cursor": "c1" })), page(5, &json!({ "cursor": null }))]).await;
    let query = json!({ "type": "match_all" });
    let input = json!({
        "method": "POST", "path": "/data/search/", "json": { "query": query }, "paginate": true, "limit": 300
    });
    let all = close(&server, input).await.unwrap();

    assert_eq!((all["data"].as_array().unwrap().len(), &all["has_more"]), (105, &json!(false)));
    let requests = server.received_requests().await.unwrap();
    let bodies: Vec<Value> = requests.iter().map(|request| request.body_json().unwrap()).collect();
    assert_eq!(
        bodies,
        [json!({ "query": query, "_limit": 100 }), json!({ "query": query, "_limit": 100, "cursor": "c1" }),]
    );
    // Whoever takes the same key for the same request would give the first page again.
    assert!(requests.iter().all(|request| !request.headers.contains_key("idempotency-key")));
}

#[rstest]
#[case::written("PUT", "a PUT has no pages for `paginate`")]
#[case::no_list("GET", "`paginate` is for lists: the answer has no `data`")]
#[tokio::test]
async fn what_has_no_pages_is_not_followed(#[case] method: &str, #[case] message: &str) {
    let server = server(ResponseTemplate::new(200).set_body_json(json!({ "id": "lead_1" }))).await;
    let input = json!({ "method": method, "path": "/lead/lead_1/", "paginate": true });
    let failure = close(&server, input).await.unwrap_err();
    assert_eq!((failure.error.message.as_str(), failure.retryable), (message, false));
}

#[tokio::test]
async fn a_limit_at_the_first_page_is_the_steps_and_at_a_later_one_the_lists() {
    let slow = || ResponseTemplate::new(429).insert_header("RateLimit", "limit=2, remaining=0, reset=0.01");
    let input = json!({ "path": "/lead/", "paginate": true });
    let failure = close(&answering(vec![slow()]).await, input.clone()).await.unwrap_err();
    assert_eq!(failure.error.status, Some(429), "nothing is lost where it is tried again as a whole");
    let mut answers = vec![page(100, &json!({ "has_more": true }))];
    answers.extend((0..11).map(|_| slow()));
    let failure = close(&answering(answers).await, input).await.unwrap_err();
    assert_eq!(failure.error.status, Some(429), "not for ever");
}

#[rstest]
#[case("basic", "the credential `basic` is of kind `http_basic`; a close step takes one of kind `close`")]
#[case("close-eu", "there is no credential `close-eu`")]
#[tokio::test]
async fn another_credential_is_refused_before_anything_is_sent(
    #[case] credential: &str,
    #[case] message: &str,
) {
    let server = server(ResponseTemplate::new(200)).await;
    let failure = close(&server, json!({ "path": "/me/", "credential": credential })).await.unwrap_err();
    assert_eq!(failure.error.kind, "credential");
    assert_eq!(failure.error.message, message);
    assert!(server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_redirect_away_from_close_is_not_followed() {
    let other = server(ResponseTemplate::new(200)).await;
    let close_api = server(ResponseTemplate::new(307).insert_header("location", other.uri())).await;
    let failure = close(&close_api, json!({ "path": "/me/" })).await.unwrap_err();
    assert_eq!(failure.error.status, Some(307));
    assert!(other.received_requests().await.unwrap().is_empty());
}

#[rstest]
#[case::no_path(json!({}), "`close` needs `path`")]
#[case::method(
    json!({ "path": "/me/", "method": "FETCH" }),
    "`method`: `FETCH` is none of GET, POST, PUT, PATCH and DELETE"
)]
#[case::unknown_key(
    json!({ "path": "/me/", "url": "http://h/" }),
    "`close` has no key `url`; it has method, path, query, json, credential, paginate, limit"
)]
#[tokio::test]
async fn a_mistake_in_the_input_names_its_key(#[case] input: Value, #[case] message: &str) {
    let server = server(ResponseTemplate::new(200)).await;
    let failure = close(&server, input).await.unwrap_err();
    assert_eq!(failure.error.kind, "invalid_input");
    assert_eq!(failure.error.message, message);
}
