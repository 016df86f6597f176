//! What is registered at Close is looked after, as users see it.

use bellhop_testkit::database::Db;
use bellhop_testkit::server::{CLOSE_API_KEY, TestServer};
use close_simulator::{CallFault, Effect};
use reqwest::{Method, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};

const LEADS: &str = "name: leads\ntriggers:\n  - close: { events: [lead.created] }\nsteps:\n  - uses: log\n    with: { message: hello }\n";

fn refusal(status: u16, words: &str) -> Effect {
    Effect::Answer { status, body: json!({ "error": words }), headers: std::collections::BTreeMap::new() }
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn what_somebody_deleted_at_close_is_made_anew_and_delivers_again(#[case] db: Db) {
    let server = TestServer::start(db).await;
    server.create_active(LEADS).await;
    let lost = server.close.subscriptions().remove(0);
    server.close.reset();

    let told = server.post("/registrations/reconcile").await;
    assert_eq!(told.status, StatusCode::OK, "{told:?}");
    let again = server.close.subscriptions().remove(0);
    assert_eq!((&again.url, &told.body["credentials"][0]["error"]), (&lost.url, &Value::Null));
    assert_ne!(again.signature_key, lost.signature_key);
    // The one that began when the credential was stored may have come first.
    for found in told.body["found"].as_array().unwrap() {
        assert_eq!((&found["workflow"], &found["drift"]), (&json!("leads"), &json!("missing")), "{told:?}");
        assert_eq!((&found["webhook_id"], &found["mended"]), (&json!(again.id), &json!(true)), "{told:?}");
    }

    let listed = server.list("/registrations").await.remove(0);
    assert_eq!((&listed["workflow"], &listed["vendor_status"]), (&json!("leads"), &json!("active")));
    assert!(listed["mended"]["what"].as_str().unwrap().contains("gone"), "{listed:#}");
    assert!(listed["reconciled_at"].is_string(), "{listed:#}");
    server.happen("lead", "created", json!({ "name": "Acme" }));
    assert_eq!(server.ended("leads", 1).await[0]["status"], "succeeded");
}

#[tokio::test]
async fn a_revoked_key_is_shown_and_the_right_one_mends_it_at_once() {
    let server = TestServer::start(Db::Sqlite).await;
    server.create_active(LEADS).await;
    server.close.add_fault(CallFault {
        times: u32::MAX,
        ..CallFault::next("GET", "/webhook/", refusal(401, "This key was revoked."))
    });
    let told = server.post("/registrations/reconcile").await;
    assert_eq!(told.status, StatusCode::OK, "{told:?}");
    assert!(
        told.body["credentials"][0]["error"].as_str().unwrap().contains("This key was revoked."),
        "{told:?}"
    );
    assert!(told.body["credentials"][0]["retry_at"].is_string(), "{told:?}");
    let shown = server.get("/workflows/leads").await.body;
    assert_eq!(
        (&shown["state"], &shown["registrations"][0]["vendor_status"]),
        (&json!("active"), &json!("unknown"))
    );
    // What is delivered meanwhile still counts.
    server.happen("lead", "created", json!({ "name": "Acme" }));
    server.ended("leads", 1).await;

    server.close.clear_faults();
    let key = json!({ "kind": "close", "api_key": bellhop_testkit::server::CLOSE_API_KEY });
    assert!(server.send(Method::PUT, "/credentials/close", &key).await.status.is_success());
    let begun = std::time::Instant::now();
    loop {
        let registration = server.list("/registrations").await.remove(0);
        if registration["vendor_status"] == "active" && registration["last_error"] == Value::Null {
            break;
        }
        assert!(begun.elapsed().as_secs() < 30, "{registration:#}");
    }
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn while_an_update_has_two_subscriptions_an_event_runs_once(#[case] db: Db) {
    let server = TestServer::start(db).await;
    server.create_active(LEADS).await;
    server.close.add_fault(CallFault {
        times: u32::MAX,
        ..CallFault::next("DELETE", "/webhook/", refusal(503, "Down."))
    });
    let other = json!({ "kind": "close", "api_key": CLOSE_API_KEY });
    server.send(Method::PUT, "/credentials/other", &other).await;
    let other = LEADS.replace("events:", "credential: other, events:");
    let updated = server
        .request(Method::PUT, "/workflows/leads")
        .header("content-type", "application/yaml")
        .body(other);
    assert!(updated.send().await.unwrap().status().is_success());
    assert_eq!(server.close.subscriptions().len(), 2);

    server.happen("lead", "created", json!({ "name": "Acme" }));
    let tried = server.close.deliveries_when(|all| {
        let mut subscriptions: Vec<_> = all.iter().map(|attempt| attempt.subscription_id.as_str()).collect();
        subscriptions.sort_unstable();
        subscriptions.dedup();
        subscriptions.len() == 2
    });
    tokio::time::timeout(std::time::Duration::from_secs(20), tried).await.unwrap();
    let ended = server.ended("leads", 1).await;
    assert_eq!((ended.len(), &ended[0]["version"]), (1, &json!(2)));
    assert_eq!(server.list("/executions").await.len(), 1);
}
