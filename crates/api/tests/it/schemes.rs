//! Senders that are known by name, through the front door.

use axum::body::Body;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{Request, StatusCode};
use serde_json::json;
use sha2::Sha256;

use crate::app::{Answer, START, TestApp};

const SECRET: &str = "s3cr3t-Key_42";

fn workflow(scheme: &str) -> String {
    format!(
        "name: inbox\ntriggers:\n  - webhook: {{ auth: {{ hmac: {{ scheme: {scheme}, credential: sender }} }} }}\n\
         steps:\n  - uses: log\n    with: {{ message: hello }}\n"
    )
}

async fn hook(app: &TestApp, scheme: &str) -> String {
    let credential = json!({ "kind": "hmac", "secret": SECRET });
    app.put_json("/api/v1/credentials/sender", credential).await.expect(StatusCode::CREATED);
    app.active_hook(&workflow(scheme)).await
}

/// In hexadecimal.
fn mac(parts: &[&str]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    for part in parts {
        mac.update(part.as_bytes());
    }
    hex::encode(mac.finalize().into_bytes())
}

async fn from_github(app: &TestApp, hook: &str, delivery: &str, body: &str) -> Answer {
    let request = Request::post(hook)
        .header("x-hub-signature-256", format!("sha256={}", mac(&[body])))
        .header("x-github-event", "issues")
        .header("x-github-delivery", delivery)
        .header("content-type", "application/json");
    app.send(request.body(Body::from(body.to_owned())).unwrap()).await
}

#[tokio::test]
async fn a_delivery_of_github_is_an_event_of_its_own_type_once() {
    let app = TestApp::start().await;
    let hook = hook(&app, "github").await;
    let body = r#"{"action": "opened", "issue": {"number": 7}}"#;
    let receipt = from_github(&app, &hook, "72d3162e", body).await.expect(StatusCode::OK);
    assert_eq!(receipt["outcome"], "accepted");
    let again = from_github(&app, &hook, "72d3162e", body).await.expect(StatusCode::OK);
    assert_eq!(again["outcome"], "duplicate");

    let path = format!("/api/v1/deliveries/{}", receipt["delivery_id"].as_str().unwrap());
    let delivery = app.get(&path).await.expect(StatusCode::OK);
    assert_eq!(
        (&delivery["event_type"], &delivery["event_id"]),
        (&json!("issues.opened"), &json!("72d3162e"))
    );
    let headers = delivery["headers"].as_object().unwrap();
    assert!(
        headers.contains_key("x-github-delivery") && !headers.contains_key("x-hub-signature-256"),
        "{headers:?}"
    );

    let replayed = app.post(&format!("{path}/replay")).await.expect(StatusCode::ACCEPTED);
    let execution = format!("/api/v1/executions/{}", replayed["execution_id"].as_str().unwrap());
    let execution = app.get(&execution).await.expect(StatusCode::OK);
    assert_eq!(execution["event"]["type"], "issues.opened", "replayed, it is the same event");
    assert_eq!(execution["event"]["source"], "github");
}

#[tokio::test]
async fn slack_is_answered_its_challenge_and_the_log_says_so() {
    let app = TestApp::start().await;
    let hook = hook(&app, "slack").await;
    let body = r#"{"type":"url_verification","token":"t0ken-of-slack","challenge":"3eZbrw1aBm2rZgRNFdxV"}"#;
    let seconds = (START.as_micros() / 1_000_000).to_string();
    let ask = |signature: String| {
        let request = Request::post(&hook)
            .header("x-slack-signature", format!("v0={signature}"))
            .header("x-slack-request-timestamp", &seconds)
            .header("content-type", "application/json");
        app.send(request.body(Body::from(body)).unwrap())
    };
    let answered = ask(mac(&["v0:", &seconds, ":", body])).await;
    assert_eq!((answered.status, answered.text.as_str()), (StatusCode::OK, "3eZbrw1aBm2rZgRNFdxV"));
    assert!(answered.header("content-type").starts_with("text/plain"));
    assert_eq!(answered.header("x-content-type-options"), "nosniff");
    let delivery = app.last_delivery().await;
    assert_eq!((&delivery["outcome"], &delivery["execution_ids"]), (&json!("filtered"), &json!([])));
    assert!(
        delivery["reason"].as_str().unwrap().contains("asked whether this address answers"),
        "{delivery}"
    );
    assert!(!String::from_utf8_lossy(&app.database_bytes()).contains("t0ken-of-slack"));

    let forged = ask("00".repeat(32)).await;
    assert_eq!(forged.status, StatusCode::UNAUTHORIZED);
    assert!(!forged.text.contains("3eZbrw1aBm2rZgRNFdxV"));
}

#[tokio::test]
async fn a_secret_that_is_no_key_of_the_scheme_lets_nobody_in() {
    let app = TestApp::start().await;
    let credential = json!({ "kind": "hmac", "secret": "whsec_???" });
    app.put_json("/api/v1/credentials/sender", credential).await.expect(StatusCode::CREATED);
    let hook = app.active_hook(&workflow("standard_webhooks")).await;
    let request = Request::post(&hook).body(Body::from("{}")).unwrap();
    assert_eq!(app.send(request).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(app.last_delivery().await["reason"], "no_key");
}
