//! Deliveries of Close's, from the registration to the execution.

use axum::body::Body;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{Request, StatusCode};
use rstest::rstest;
use serde_json::json;
use sha2::Sha256;
use wiremock::matchers::{method, path};
use wiremock::{Mock, ResponseTemplate};

use crate::app::TestApp;
use crate::sources::WON;

const KEY: &str = "9d2c41f07ab85e6633d1c0e4977fba1028cd45e6f1903b7da26e58c4719b0fde";
const BODY: &str = r#"{"subscription_id":"whsub_1","event":{"id":"ev_1","object_type":"activity.opportunity_status_change","action":"created","data":{"value":5}}}"#;

/// An active workflow that Close sends to, and the path of its hook.
async fn registered(app: &TestApp) -> String {
    let credential = json!({ "kind": "close", "api_key": "api_key_of_the_tests" });
    app.put_json("/api/v1/credentials/close", credential).await.expect(StatusCode::CREATED);
    Mock::given(method("POST"))
        .and(path("/webhook/"))
        .respond_with(ResponseTemplate::new(201).set_body_json(json!({
            "id": "whsub_1", "url": "", "status": "active", "events": [], "signature_key": KEY,
        })))
        .mount(&app.close)
        .await;
    app.active_hook(WON).await
}

fn signed(hook: &str, seconds: i64, body: &str) -> Request<Body> {
    let mut mac = Hmac::<Sha256>::new_from_slice(&hex::decode(KEY).unwrap()).unwrap();
    mac.update(format!("{seconds}{body}").as_bytes());
    Request::post(hook)
        .header("content-type", "application/json")
        .header("close-sig-timestamp", seconds.to_string())
        .header("close-sig-hash", hex::encode(mac.finalize().into_bytes()))
        .body(Body::from(body.to_owned()))
        .unwrap()
}

#[tokio::test]
async fn a_signed_event_starts_an_execution_once() {
    let app = TestApp::start().await;
    let hook = registered(&app).await;
    let first = app.send(signed(&hook, 1_772_442_014, BODY)).await.expect(StatusCode::OK);
    assert_eq!(first["outcome"], "accepted");
    let again = app.send(signed(&hook, 1_772_442_015, BODY)).await.expect(StatusCode::OK);
    assert_eq!(again["outcome"], "duplicate");

    let executions = app.get("/api/v1/executions?event_id=ev_1").await.expect(StatusCode::OK);
    let items = executions["items"].as_array().unwrap();
    assert_eq!(items.len(), 1);
    assert_eq!(items[0]["trigger"], "close");
    assert_eq!(items[0]["event"]["type"], "activity.opportunity_status_change.created");
    assert_eq!(items[0]["event"]["data"]["value"], 5);
}

#[tokio::test]
async fn a_forged_or_stale_event_is_refused_and_the_log_says_which() {
    let app = TestApp::start().await;
    let hook = registered(&app).await;
    let forged = Request::from_parts(
        signed(&hook, 1_772_442_014, BODY).into_parts().0,
        Body::from(BODY.replace('5', "6")),
    );
    for (request, reason) in [
        (forged, "signature_mismatch"),
        (signed(&hook, 1_772_442_014 - 360, BODY), "stale_timestamp"),
        (Request::post(&hook).body(Body::from(BODY)).unwrap(), "missing_signature"),
    ] {
        let answer = app.send(request).await;
        assert!(!answer.text.contains(reason));
        answer.problem(StatusCode::UNAUTHORIZED, "about:blank");
        assert_eq!(app.last_delivery().await["reason"], reason);
    }
    assert_eq!(app.get("/api/v1/executions").await.expect(StatusCode::OK)["items"], json!([]));
}

fn event(data: &str) -> String {
    let event = r#""id":"ev_1","object_type":"activity.opportunity_status_change","action":"created""#;
    format!(r#"{{"event":{{{event},"data":{data}}}}}"#)
}

#[rstest]
#[case::escaped_nul(event(r#""a\u0000b""#))]
#[case::lone_surrogate(event(r#""\ud800""#))]
#[case::many_digits(event(&"7".repeat(400)))]
#[case::deep(event(&"[".repeat(1_500)))]
#[case::repeated_keys(event(r#"{"a":1,"a":2}"#))]
#[case::no_event("{}".to_owned())]
#[case::nothing(String::new())]
#[tokio::test]
async fn whatever_is_signed_is_refused_or_reads_back_as_it_came(#[case] body: String) {
    let app = TestApp::start().await;
    let hook = registered(&app).await;
    let answer = app.send(signed(&hook, 1_772_442_014, &body)).await;
    if answer.status.is_client_error() {
        assert_eq!(app.last_delivery().await["outcome"], "rejected");
        return;
    }
    let id = answer.expect(StatusCode::OK)["delivery_id"].as_str().unwrap().to_owned();
    let delivery = app.get(&format!("/api/v1/deliveries/{id}")).await.expect(StatusCode::OK);
    assert_eq!(delivery["body"], body);
    let execution = delivery["execution_ids"][0].as_str().unwrap();
    app.get(&format!("/api/v1/executions/{execution}")).await.expect(StatusCode::OK);
}
