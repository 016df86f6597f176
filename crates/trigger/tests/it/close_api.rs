//! The client of Close's webhook API, against a server that answers as it is told.

use std::time::Duration;

use bellhop_trigger::close::{
    CloseApi, NewSubscription, Patience, SubscriptionChange, SubscriptionStatus, VendorError,
};
use bellhop_vault::Secret;
use bellhop_workflow::model::EventPair;
use rstest::rstest;
use serde_json::{Value, json};
use wiremock::matchers::{body_json, header, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

const KEY: &str = "api_0123456789";
/// `api_0123456789:` in base64.
const AUTHORIZATION: &str = "Basic YXBpXzAxMjM0NTY3ODk6";

fn key() -> Secret {
    KEY.to_owned().into()
}

fn client() -> reqwest::Client {
    // Err means that another test of this process was first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    bellhop_trigger::close::http_client().unwrap()
}

/// A client that waits for nothing, so that tests do not.
fn api(base: &str) -> CloseApi {
    CloseApi::new(base, client()).with_patience(Patience {
        attempt: Duration::from_secs(20),
        pauses: Duration::from_secs(1),
        first_pause: Duration::ZERO,
    })
}

fn new() -> NewSubscription {
    let created = EventPair { object_type: "lead".to_owned(), action: "created".to_owned() };
    let merged = EventPair { object_type: "lead".to_owned(), action: "merged".to_owned() };
    NewSubscription::new(
        "https://bellhop.example/webhook/1".to_owned(),
        &[created.clone(), merged, created],
        None,
    )
}

fn subscription(id: &str) -> Value {
    json!({
        "id": id, "url": "https://bellhop.example/webhook/1", "status": "active", "verify_ssl": true,
        "events": [{"object_type": "lead", "action": "created", "extra_filter": null}],
        "signature_key": "00ff", "created_by_id": "user_1", "date_created": "2026-03-02T09:15:04.120000+00:00",
    })
}

async fn answering(verb: &str, template: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method(verb)).respond_with(template).mount(&server).await;
    server
}

#[tokio::test]
async fn a_subscription_is_created_with_basic_auth_and_each_event_once() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/webhook/"))
        .and(header("authorization", AUTHORIZATION))
        .and(body_json(json!({
            "url": "https://bellhop.example/webhook/1",
            "events": [{"object_type": "lead", "action": "created"}, {"object_type": "lead", "action": "merged"}],
        })))
        .respond_with(ResponseTemplate::new(201).set_body_json(subscription("whsub_1")))
        .expect(1)
        .mount(&server)
        .await;
    let made = api(&format!("{}/", server.uri())).create(&key(), &new()).await.unwrap();
    assert_eq!(made.id, "whsub_1");
    assert_eq!(made.status, Some(SubscriptionStatus::Active));
    assert_eq!(made.signature_key.as_ref().unwrap().expose(), "00ff");
    assert!(!format!("{made:?}").contains("00ff"), "the key is not shown");
}

#[tokio::test]
async fn a_filter_goes_with_every_event() {
    let filter = json!({"type": "non_null"});
    let pair = EventPair { object_type: "lead".to_owned(), action: "created".to_owned() };
    let new = NewSubscription::new("u".to_owned(), &[pair], Some(&filter));
    assert_eq!(serde_json::to_value(new).unwrap()["events"][0]["extra_filter"], filter);
}

#[tokio::test]
async fn all_pages_of_the_list_are_read() {
    let server = MockServer::start().await;
    for (skip, ids, more) in [("0", ["whsub_1", "whsub_2"], true), ("2", ["whsub_3", "whsub_4"], false)] {
        Mock::given(method("GET"))
            .and(path("/webhook/"))
            .and(query_param("_skip", skip))
            .respond_with(
                ResponseTemplate::new(200)
                    .set_body_json(json!({"data": ids.map(subscription), "has_more": more})),
            )
            .mount(&server)
            .await;
    }
    let all = api(&server.uri()).list(&key()).await.unwrap();
    assert_eq!(
        all.iter().map(|found| found.id.as_str()).collect::<Vec<_>>(),
        ["whsub_1", "whsub_2", "whsub_3", "whsub_4"]
    );
}

#[tokio::test]
async fn what_is_not_there_is_none_and_deleting_it_is_fine() {
    let server = MockServer::start().await;
    Mock::given(wiremock::matchers::any())
        .respond_with(ResponseTemplate::new(404).set_body_json(json!({"error": "Empty query"})))
        .mount(&server)
        .await;
    let api = api(&server.uri());
    assert!(api.get(&key(), "whsub_1").await.unwrap().is_none());
    assert!(api.update(&key(), "whsub_1", &SubscriptionChange::default()).await.unwrap().is_none());
    api.delete(&key(), "whsub_1").await.unwrap();
}

#[tokio::test]
async fn only_what_is_to_change_is_sent() {
    let server = MockServer::start().await;
    Mock::given(method("PUT"))
        .and(path("/webhook/whsub_1/"))
        .and(body_json(json!({"status": "active"})))
        .respond_with(ResponseTemplate::new(200).set_body_json(subscription("whsub_1")))
        .mount(&server)
        .await;
    let change =
        SubscriptionChange { status: Some(SubscriptionStatus::Active), ..SubscriptionChange::default() };
    assert!(api(&server.uri()).update(&key(), "whsub_1", &change).await.unwrap().is_some());
}

#[tokio::test]
async fn an_id_cannot_lead_to_another_path() {
    let server = MockServer::start().await;
    Mock::given(method("DELETE"))
        .and(path("/webhook/..%2Flead%2F1/"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({})))
        .expect(1)
        .mount(&server)
        .await;
    api(&server.uri()).delete(&key(), "../lead/1").await.unwrap();
}

#[rstest]
#[case::wrong_key(401, json!({"error": "Please log in."}), "Please log in.")]
#[case::no_permission(403, json!({"error": "You do not have permission to do this."}), "You do not have permission to do this.")]
#[case::limit(400, json!({"error": "Webhook subscription limit reached"}), "Webhook subscription limit reached")]
#[case::message(400, json!({"message": "Duplicate active subscription. Existing duplicates are: whsub_2."}), "Duplicate active subscription. Existing duplicates are: whsub_2.")]
#[case::field_errors(400, json!({"errors": [], "field-errors": {"url": "Invalid URL.", "events": ["Too many.", "Unknown."]}}), "url: Invalid URL.; events: Too many.; events: Unknown.")]
#[case::nested_field_errors(400, json!({"field-errors": {"events": {"0": {"action": "bad"}}}}), r#"events: {"0":{"action":"bad"}}"#)]
#[case::errors(400, json!({"errors": ["One.", "Two."], "field-errors": {}}), "One.; Two.")]
#[case::redirect(302, json!({"error": "Moved"}), "Moved")]
#[tokio::test]
async fn a_refusal_carries_closes_own_words(#[case] status: u16, #[case] body: Value, #[case] words: &str) {
    let server = answering("POST", ResponseTemplate::new(status).set_body_json(body)).await;
    let error = api(&server.uri()).create(&key(), &new()).await.unwrap_err();
    assert!(matches!(error, VendorError::Refused { .. }), "{error:?}");
    assert_eq!((error.status(), error.words().as_str()), (Some(status), words));
    assert!(!error.is_answer_lost());
    assert_eq!(server.received_requests().await.unwrap().len(), 1, "asked once");
}

#[rstest]
#[case::text("<html>down</html>", "<html>down</html>")]
#[case::nothing("", "Internal Server Error")]
#[tokio::test]
async fn an_error_without_words_says_what_there_is(#[case] body: &str, #[case] words: &str) {
    let server = answering("POST", ResponseTemplate::new(500).set_body_string(body)).await;
    let error = api(&server.uri()).create(&key(), &new()).await.unwrap_err();
    assert_eq!((error.status(), error.words().as_str()), (Some(500), words));
}

#[tokio::test]
async fn after_a_500_a_creation_is_not_repeated_as_it_may_have_happened() {
    let server = answering("POST", ResponseTemplate::new(500)).await;
    let error = api(&server.uri()).create(&key(), &new()).await.unwrap_err();
    assert!(error.is_answer_lost());
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
}

#[tokio::test]
async fn after_a_500_a_list_is_asked_for_again() {
    let server = MockServer::start().await;
    Mock::given(method("GET")).respond_with(ResponseTemplate::new(500)).up_to_n_times(2).mount(&server).await;
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"data": [], "has_more": false})))
        .mount(&server)
        .await;
    assert!(api(&server.uri()).list(&key()).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_rate_limit_is_waited_for_as_long_as_close_says() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .respond_with(
            ResponseTemplate::new(429).insert_header("ratelimit", "limit=20, remaining=0, reset=0.01"),
        )
        .up_to_n_times(1)
        .mount(&server)
        .await;
    Mock::given(method("POST"))
        .respond_with(ResponseTemplate::new(201).set_body_json(subscription("whsub_1")))
        .mount(&server)
        .await;
    assert_eq!(api(&server.uri()).create(&key(), &new()).await.unwrap().id, "whsub_1");
}

#[rstest]
#[case::the_finer_one(
    "ratelimit",
    "limit=20, remaining=0, reset=3600.5",
    Some(Duration::from_millis(3_600_500))
)]
#[case::the_coarser_one("retry-after", "3600", Some(Duration::from_hours(1)))]
#[case::neither("x-other", "1", None)]
#[tokio::test]
async fn a_rate_limit_that_outlasts_the_patience_is_reported(
    #[case] name: &str,
    #[case] value: &str,
    #[case] wait: Option<Duration>,
) {
    let template =
        ResponseTemplate::new(429).insert_header(name, value).set_body_json(json!({"error": "Slow down"}));
    let server = answering("POST", template).await;
    let error = api(&server.uri()).create(&key(), &new()).await.unwrap_err();
    assert_eq!((error.status(), error.words().as_str()), (Some(429), "Slow down"));
    let VendorError::RateLimited { retry_after, .. } = error else { panic!("{error:?}") };
    assert_eq!(retry_after, wait);
}

#[tokio::test]
async fn a_server_that_hangs_is_given_up_on_and_the_answer_is_lost() {
    let server = answering("POST", ResponseTemplate::new(201).set_delay(Duration::from_mins(1))).await;
    let patience = Patience { attempt: Duration::from_millis(200), ..Patience::default() };
    let api = CloseApi::new(&server.uri(), client()).with_patience(patience);
    let error = api.create(&key(), &new()).await.unwrap_err();
    assert!(error.is_answer_lost());
    assert_eq!(error.status(), None);
    assert!(error.words().starts_with("Close did not answer in time"), "{}", error.words());
}

#[tokio::test]
async fn nobody_listening_means_nothing_was_done() {
    // A port that was free a moment ago.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = api(&format!("http://{free}")).create(&key(), &new()).await.unwrap_err();
    assert!(matches!(error, VendorError::Unreachable { .. }), "{error:?}");
    assert!(!error.is_answer_lost());
    assert!(error.words().contains("refused"), "{}", error.words());
}

#[tokio::test]
async fn a_creation_with_an_unreadable_answer_did_happen() {
    let server = answering("POST", ResponseTemplate::new(201).set_body_string("created!")).await;
    let error = api(&server.uri()).create(&key(), &new()).await.unwrap_err();
    assert!(error.is_answer_lost(), "{error:?}");
}
