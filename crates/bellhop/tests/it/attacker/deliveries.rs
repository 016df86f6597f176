//! Deliveries that are not to be trusted: each is refused, with its own reason in the log and none in the answer.

use std::sync::Arc;
use std::time::Duration;

use bellhop_storage::Store;
use bellhop_testkit::clock::TestClock;
use bellhop_testkit::database::Db;
use bellhop_testkit::server::{Answer, TestServer, answer};
use bellhop_vault::MasterKey;
use bellhop_workflow::time::Timestamp;
use reqwest::{Method, StatusCode};
use rstest::rstest;

const LEADS: &str = "name: leads\ntriggers:\n  - close: { events: [lead.created] }\nsteps:\n  - uses: return\n    with: { name: '${{ event.data.name }}' }\n";

// The test vector of Close's signature scheme: key, timestamp, body, and what their HMAC is.
const KEY: &str = "9d2c41f07ab85e6633d1c0e4977fba1028cd45e6f1903b7da26e58c4719b0fde";
const TIMESTAMP: i64 = 1_772_442_014;
const BODY: &str = r#"{"subscription_id":"whsub_4tQy9Zb2LrW8kHs0VnXc1D","event":{"id":"ev_6Pn2VdWq0cRzT8yKb4Lm7S","object_type":"lead","action":"created","data":{"name":"Café Nord"}}}"#;
const HASH: &str = "d4838910a60c4558dca8ceb3642287947e9718d8934f78f0ffcf4408bf034aad";
const HASH_WITH_KEY_AS_TEXT: &str = "c3b8738cd37517b2f1bec222f38dccccbd9830dde0198c83af07d18da2153664";

/// A server with an active workflow whose stored key is the vector's, at the vector's time.
async fn server_with_the_vectors_key(db: Db) -> (TestServer, Arc<TestClock>, String) {
    let clock = Arc::new(TestClock::at(Timestamp::from_seconds(TIMESTAMP)));
    let mut server = TestServer::start_with(db, Arc::clone(&clock) as _, |_| {}).await;
    let workflow = server.create_active(LEADS).await;
    let hook = workflow["registrations"][0]["hook_id"].as_str().unwrap().to_owned();

    server.stop().await;
    let key = std::fs::read_to_string(server.dir().join("data/master-key")).unwrap();
    let store = Store::connect(&server.database_url()).await.unwrap();
    let mut registration = store.all_registrations().await.unwrap().remove(0);
    let sealed = MasterKey::from_base64(key.trim())
        .unwrap()
        .seal(&format!("registration:{}", registration.id), KEY.as_bytes())
        .unwrap();
    registration.signature_key = Some(sealed.into_bytes());
    let mut tx = store.begin().await.unwrap();
    tx.save_registration(&registration).await.unwrap();
    tx.commit().await.unwrap();
    store.close().await;
    server.restart().await;
    (server, clock, format!("/webhook/{hook}"))
}

struct Delivery<'a> {
    path: &'a str,
    timestamp: Option<String>,
    hash: Option<&'a str>,
    body: &'a str,
}

async fn deliver(server: &TestServer, delivery: Delivery<'_>) -> Answer {
    let mut request = server.bare(Method::POST, delivery.path).header("content-type", "application/json");
    if let Some(timestamp) = delivery.timestamp {
        request = request.header("close-sig-timestamp", timestamp);
    }
    if let Some(hash) = delivery.hash {
        request = request.header("close-sig-hash", hash);
    }
    answer(request.body(delivery.body.to_owned())).await
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn the_test_vector_runs_and_everything_near_it_is_refused_with_its_own_reason(#[case] db: Db) {
    let (server, clock, path) = server_with_the_vectors_key(db).await;
    let sound =
        || Delivery { path: &path, timestamp: Some(TIMESTAMP.to_string()), hash: Some(HASH), body: BODY };
    let flipped = BODY.replace("Café", "Cafe");
    let reserialised = serde_json::from_str::<serde_json::Value>(BODY).unwrap();
    let reserialised = serde_json::to_string_pretty(&reserialised).unwrap();
    let unknown = format!("/webhook/{}", "0".repeat(32));

    let refused = [
        (
            401,
            "signature_mismatch",
            deliver(&server, Delivery { hash: Some(HASH_WITH_KEY_AS_TEXT), ..sound() }).await,
        ),
        (401, "signature_mismatch", deliver(&server, Delivery { body: &flipped, ..sound() }).await),
        (401, "signature_mismatch", deliver(&server, Delivery { body: &reserialised, ..sound() }).await),
        (401, "missing_signature", deliver(&server, Delivery { hash: None, ..sound() }).await),
        (401, "missing_timestamp", deliver(&server, Delivery { timestamp: None, ..sound() }).await),
        (401, "malformed_signature", deliver(&server, Delivery { hash: Some("not hex"), ..sound() }).await),
        (404, "unknown_hook", deliver(&server, Delivery { path: &unknown, ..sound() }).await),
    ];
    clock.advance(Duration::from_mins(6));
    let stale = deliver(&server, sound()).await;
    let refused: Vec<_> = refused.into_iter().chain([(401, "stale_timestamp", stale)]).collect();

    for (status, reason, answer) in &refused {
        assert_eq!(answer.status.as_u16(), *status, "{reason}: {answer:?}");
        // The body says what HTTP says, and nothing that would help to guess.
        let text = answer.body.to_string();
        for word in ["signature", "timestamp", "stale", "mismatch", "key", "hook", reason] {
            assert!(!text.contains(word), "{reason} shows in the answer: {text}");
        }
    }
    let mut logged = server.list("/deliveries").await;
    logged.reverse();
    let reasons: Vec<_> = logged.iter().map(|one| one["reason"].as_str().unwrap()).collect();
    assert_eq!(reasons, refused.iter().map(|(_, reason, _)| *reason).collect::<Vec<_>>());
    assert!(
        logged
            .iter()
            .all(|one| one["outcome"] == "rejected" && one["execution_ids"] == serde_json::json!([]))
    );

    // The genuine one, within the tolerance: four minutes late.
    clock.set(Timestamp::from_seconds(TIMESTAMP + 4 * 60));
    let taken = deliver(&server, sound()).await;
    assert_eq!(taken.status, StatusCode::OK, "{taken:?}");
    let executions = server.ended("leads", 1).await;
    assert_eq!(executions[0]["output"]["name"], "Café Nord");
    // And once more: answered as well as before, and nothing runs.
    assert_eq!(deliver(&server, sound()).await.status, StatusCode::OK);
    server.until("/deliveries?outcome=duplicate", |items| items.len() == 1).await;
    server.ended("leads", 1).await;
}
