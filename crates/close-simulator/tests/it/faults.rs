//! Faults in the API's answers.

use std::time::Duration;

use close_simulator::{CallFault, Effect};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::client::{Client, soon, text};

fn creation() -> Value {
    json!({ "url": "https://hooks.example.net/1", "events": [{ "object_type": "lead", "action": "created" }] })
}

#[tokio::test]
async fn the_next_call_answers_what_it_was_told_to() {
    let client = Client::start().await;
    let effect = Effect::Answer {
        status: 403,
        body: json!({ "error": "You do not have permission." }),
        headers: [("x-request-id".to_owned(), "req_1".to_owned())].into(),
    };
    client.simulator.add_fault(CallFault::next("POST", "/webhook/", effect));

    assert_eq!(client.get("/webhook/").await.0, StatusCode::OK, "another method is not struck");
    let struck = client.try_call(Method::POST, "/webhook/", Some(creation())).await.unwrap();
    assert_eq!(struck.status(), StatusCode::FORBIDDEN);
    assert_eq!(struck.headers()["x-request-id"], "req_1");
    assert_eq!(struck.json::<Value>().await.unwrap(), json!({ "error": "You do not have permission." }));
    assert!(client.simulator.subscriptions().is_empty());
    assert_eq!(client.post("/webhook/", creation()).await.0, StatusCode::CREATED, "only the next one was");
}

#[tokio::test]
async fn a_dropped_call_did_nothing() {
    let client = Client::start().await;
    client.simulator.add_fault(CallFault::next("POST", "/webhook/", Effect::Drop));
    let error = client.try_call(Method::POST, "/webhook/", Some(creation())).await.unwrap_err();
    assert!(error.is_request() && !error.is_timeout(), "{error:?}");
    assert!(client.simulator.subscriptions().is_empty());
}

#[tokio::test]
async fn a_creation_whose_answer_is_lost_leaves_its_subscription() {
    let client = Client::start().await;
    client.simulator.add_fault(CallFault::next("POST", "/webhook/", Effect::DropAfter));
    let error = client.try_call(Method::POST, "/webhook/", Some(creation())).await.unwrap_err();
    assert!(error.is_request() && !error.is_timeout(), "{error:?}");

    let (_, list) = client.get("/webhook/").await;
    assert_eq!(list["data"][0]["url"], "https://hooks.example.net/1");
    let (status, refused) = client.post("/webhook/", creation()).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(text(&refused, "message").contains(text(&list["data"][0], "id")));
}

#[tokio::test]
async fn a_hanging_call_never_answers_and_does_not_hold_up_the_end() {
    let client = Client::start().await;
    client.simulator.add_fault(CallFault::next("GET", "", Effect::Hang));
    let call = client.try_call(Method::GET, "/me/", None);
    let outcome = tokio::time::timeout(Duration::from_millis(200), call).await;
    assert!(outcome.is_err(), "{outcome:?}");
    soon(client.simulator.stop()).await;
}

#[tokio::test]
async fn a_fault_can_wait_and_last() {
    let client = Client::start().await;
    let limited = Effect::RateLimit { reset_seconds: 1.25 };
    client.simulator.add_fault(CallFault { after: 1, ..CallFault::next("GET", "/me/", limited).times(2) });

    assert_eq!(client.get("/me/").await.0, StatusCode::OK);
    for _ in 0..2 {
        let struck = client.try_call(Method::GET, "/me/", None).await.unwrap();
        assert_eq!(struck.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(struck.headers()["RateLimit"], "limit=20, remaining=0, reset=1.250");
        assert_eq!(struck.headers()["retry-after"], "2");
    }
    assert_eq!(client.get("/me/").await.0, StatusCode::OK);
}
