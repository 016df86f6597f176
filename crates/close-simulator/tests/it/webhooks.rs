//! The life of a subscription.

use close_simulator::{ApiKey, RateLimit, SimulatorConfig};
use reqwest::{Method, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};

use crate::client::{Client, KEY, text};

fn to(url: &str) -> Value {
    json!({ "url": url, "events": [{ "object_type": "lead", "action": "created" }] })
}

const HOOK: &str = "https://hooks.example.net/close/7f3a";

#[tokio::test]
async fn a_creation_answers_the_subscription_with_its_key_once() {
    let client = Client::start().await;
    let (status, created) = client.post("/webhook/", to(HOOK)).await;

    assert_eq!(status, StatusCode::CREATED);
    let (id, key) = (text(&created, "id"), text(&created, "signature_key"));
    let digits = id.strip_prefix("whsub_").unwrap();
    assert!(digits.len() == 22 && digits.chars().all(|digit| digit.is_ascii_alphanumeric()), "{id}");
    assert!(key.len() == 64 && key.chars().all(|digit| matches!(digit, '0'..='9' | 'a'..='f')), "{key}");
    assert_eq!(created["status"], "active");
    assert_eq!(created["verify_ssl"], true);
    assert_eq!(
        created["events"],
        json!([{ "object_type": "lead", "action": "created", "extra_filter": null }])
    );
    assert!(text(&created, "created_by").starts_with("user_"));
    assert!(text(&created, "date_created").ends_with("+00:00"));

    let (status, shown) = client.get(&format!("/webhook/{id}/")).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(shown.get("signature_key"), None);
    let (_, list) = client.get("/webhook/").await;
    assert_eq!(list, json!({ "data": [shown], "has_more": false }));
}

#[tokio::test]
async fn paths_without_the_slash_are_the_same() {
    let client = Client::start().await;
    let (status, created) = client.post("/webhook", to(HOOK)).await;
    assert_eq!(status, StatusCode::CREATED);
    let path = format!("/webhook/{}", text(&created, "id"));
    assert_eq!(client.get(&path).await.0, StatusCode::OK);
    assert_eq!(client.delete(&path).await.0, StatusCode::OK);
}

#[tokio::test]
async fn the_same_again_is_refused_and_names_the_first() {
    let client = Client::start().await;
    let (_, first) = client.post("/webhook/", to(HOOK)).await;
    let id = text(&first, "id");

    let (status, refused) = client.post("/webhook/", to(HOOK)).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(
        text(&refused, "message"),
        format!("Duplicate active subscription. Existing duplicates are: {id}.")
    );

    client.put(&format!("/webhook/{id}/"), json!({ "status": "paused" })).await;
    let (status, second) = client.post("/webhook/", to(HOOK)).await;
    assert_eq!(status, StatusCode::CREATED, "a paused one does not collide");
    let (status, refused) = client.put(&format!("/webhook/{id}/"), json!({ "status": "active" })).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "but it cannot be resumed beside its double");
    assert!(text(&refused, "message").contains(text(&second, "id")));
}

#[tokio::test]
async fn an_organization_has_at_most_forty() {
    let client = Client::start().await;
    for number in 0..40 {
        assert_eq!(client.post("/webhook/", to(&format!("{HOOK}/{number}"))).await.0, StatusCode::CREATED);
    }
    let (status, refused) = client.post("/webhook/", to(&format!("{HOOK}/40"))).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(text(&refused, "error").contains("limit of 40"), "{refused}");

    let (_, page) = client.get("/webhook/?_limit=30&_skip=5").await;
    assert_eq!(page["data"].as_array().unwrap().len(), 30);
    assert_eq!(page["data"][0]["url"], format!("{HOOK}/5"));
    assert_eq!(page["has_more"], true);
}

#[tokio::test]
async fn a_put_pauses_resumes_and_changes_only_what_it_names() {
    let client = Client::start().await;
    let (_, created) = client.post("/webhook/", to(HOOK)).await;
    let path = format!("/webhook/{}/", text(&created, "id"));

    let (status, paused) = client.put(&path, json!({ "status": "paused" })).await;
    assert_eq!((status, &paused["status"]), (StatusCode::OK, &json!("paused")));
    assert_eq!((&paused["url"], &paused["events"]), (&created["url"], &created["events"]));

    let events = json!([{ "object_type": "contact", "action": "updated", "extra_filter": null }]);
    let (_, changed) = client.put(&path, json!({ "status": "active", "events": events })).await;
    assert_eq!((&changed["status"], &changed["events"]), (&json!("active"), &events));

    let (status, refused) = client.put(&path, json!({ "status": "asleep" })).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(refused["field-errors"]["status"].is_string(), "{refused}");
}

#[tokio::test]
async fn what_is_deleted_is_not_found_any_more() {
    let client = Client::start().await;
    let (_, created) = client.post("/webhook/", to(HOOK)).await;
    let path = format!("/webhook/{}/", text(&created, "id"));

    assert_eq!(client.delete(&path).await, (StatusCode::OK, json!({})));
    assert_eq!(client.get(&path).await.0, StatusCode::NOT_FOUND);
    assert_eq!(client.delete(&path).await.0, StatusCode::NOT_FOUND);
    assert_eq!(client.put(&path, json!({ "status": "active" })).await.0, StatusCode::NOT_FOUND);
}

#[rstest]
#[case::no_url(json!({ "events": [{ "object_type": "lead", "action": "created" }] }), "url")]
#[case::not_a_web_address(json!({ "url": "ftp://x/", "events": [{ "object_type": "lead", "action": "created" }] }), "url")]
#[case::no_events(json!({ "url": HOOK }), "events")]
#[case::empty_events(json!({ "url": HOOK, "events": [] }), "events")]
#[case::an_unknown_pair(
    json!({ "url": HOOK, "events": [{ "object_type": "custom_activity", "action": "created" }] }), "events")]
#[case::not_a_filter(
    json!({ "url": HOOK, "events": [{ "object_type": "lead", "action": "created", "extra_filter": {} }] }), "events")]
#[case::verify_ssl_as_text(
    json!({ "url": HOOK, "events": [{ "object_type": "lead", "action": "created" }], "verify_ssl": "yes" }), "verify_ssl")]
#[tokio::test]
async fn a_creation_that_makes_no_sense_is_refused_by_field(#[case] body: Value, #[case] field: &str) {
    let client = Client::start().await;
    let (status, refused) = client.post("/webhook/", body).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(refused["field-errors"][field].is_string(), "{refused}");
    assert!(client.simulator.subscriptions().is_empty());
}

#[tokio::test]
async fn without_the_right_key_nothing_is_shown() {
    let mut client = Client::start().await;
    assert_eq!(client.get("/me/").await.0, StatusCode::OK);
    client.use_key("api_wrong");
    let (status, refused) = client.get("/webhook/").await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert!(refused["error"].is_string());
    let bare = client.http().get(format!("{}/webhook/", client.simulator.base_url())).send().await.unwrap();
    assert_eq!(bare.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_member_reaches_only_the_members_own() {
    let api_keys = vec![ApiKey::admin(KEY), ApiKey::member("api_member")];
    let mut client =
        Client::start_with(SimulatorConfig { api_keys, ..SimulatorConfig::for_tests(KEY) }).await;
    let (_, of_admin) = client.post("/webhook/", to(HOOK)).await;

    client.use_key("api_member");
    let path = format!("/webhook/{}/", text(&of_admin, "id"));
    assert_eq!(client.get(&path).await.0, StatusCode::NOT_FOUND);
    assert_eq!(client.delete(&path).await.0, StatusCode::NOT_FOUND);
    let (_, of_member) = client.post("/webhook/", to("https://member.example/")).await;
    assert_eq!(client.get("/webhook/").await.1["data"].as_array().unwrap().len(), 1);

    client.use_key(KEY);
    let (_, all) = client.get("/webhook/").await;
    assert_eq!(all["data"][1]["id"], of_member["id"]);
}

#[tokio::test]
async fn calls_above_the_rate_are_told_when_to_come_again() {
    // The clock stands still, so the window does not end while the test runs.
    let now: jiff::Timestamp = "2026-03-02T09:00:14Z".parse().unwrap();
    let config = SimulatorConfig {
        rate_limit: Some(RateLimit { limit: 2, window: std::time::Duration::from_millis(2500) }),
        clock: close_simulator::Clock::new(move || now),
        ..SimulatorConfig::for_tests(KEY)
    };
    let client = Client::start_with(config).await;
    let call = || client.try_call(Method::GET, "/webhook/", None);

    let first = call().await.unwrap();
    assert_eq!(first.status(), StatusCode::OK);
    assert_eq!(first.headers()["RateLimit"], "limit=2, remaining=1, reset=2.500");
    assert_eq!(call().await.unwrap().headers()["RateLimit"], "limit=2, remaining=0, reset=2.500");
    let third = call().await.unwrap();
    assert_eq!(third.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(third.headers()["RateLimit"], "limit=2, remaining=0, reset=2.500");
    assert_eq!(third.headers()["retry-after"], "3");
    assert_eq!(client.get("/me/").await.0, StatusCode::OK, "another endpoint has its own count");
}

#[tokio::test]
async fn other_methods_paths_and_content_types_are_answered_as_http_means_them() {
    let client = Client::start().await;
    assert_eq!(client.get("/nowhere/").await.0, StatusCode::NOT_FOUND);
    assert_eq!(client.delete("/webhook/").await.0, StatusCode::METHOD_NOT_ALLOWED);
    let url = format!("{}/webhook/", client.simulator.base_url());
    let request = client.http().post(url).basic_auth(KEY, Some("")).body("url=x");
    assert_eq!(request.send().await.unwrap().status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
}
