//! Close refuses, is slow, or loses its answer: the user gets the vendor's words, and nothing is left half done.

use bellhop_testkit::database::Db;
use bellhop_testkit::server::TestServer;
use close_simulator::{CallFault, Effect};
use reqwest::StatusCode;
use rstest::rstest;
use serde_json::{Value, json};

const LEADS: &str = "name: leads\ntriggers:\n  - close: { events: [lead.created] }\nsteps:\n  - uses: log\n    with: { message: hello }\n";

fn refusal(status: u16, body: Value) -> Effect {
    Effect::Answer { status, body, headers: std::collections::BTreeMap::new() }
}

#[rstest]
#[case::unauthorized(401, json!({ "error": "The API key is wrong." }), "The API key is wrong.")]
#[case::forbidden(403, json!({ "error": "Only admins may do that." }), "Only admins may do that.")]
#[case::limit(400, json!({ "error": "You have reached the limit of 40 webhooks." }), "limit of 40 webhooks")]
#[case::field_errors(400, json!({ "errors": [], "field-errors": { "url": "This URL is not public." } }), "This URL is not public.")]
#[case::broken(500, json!("Internal Server Error"), "Internal Server Error")]
#[tokio::test]
async fn a_refused_activation_gives_the_vendors_words_and_leaves_nothing(
    #[case] status: u16,
    #[case] body: Value,
    #[case] words: &str,
) {
    let server = TestServer::start(Db::Sqlite).await;
    server.create(LEADS).await;
    server.close.add_fault(CallFault::next("POST", "/webhook/", refusal(status, body)).times(50));
    let refused = server.post("/workflows/leads/activate").await;
    assert_eq!(refused.status, StatusCode::BAD_GATEWAY, "{refused:?}");
    assert_eq!(refused.headers["content-type"], "application/problem+json");
    let detail = refused.body["detail"].as_str().unwrap();
    assert!(detail.starts_with("Failed to create webhook: ") && detail.contains(words), "{refused:?}");
    assert_eq!(refused.body["vendor"]["status"], status);

    let workflow = server.get("/workflows/leads").await.body;
    assert_eq!(workflow["state"], "inactive", "{workflow:#}");
    assert_eq!(workflow["registrations"][0]["webhook_id"], Value::Null);
    assert!(workflow["registrations"][0]["last_error"].as_str().unwrap().contains(words), "{workflow:#}");
    assert!(server.close.subscriptions().is_empty());

    server.close.clear_faults();
    assert_eq!(server.post("/workflows/leads/activate").await.body["state"], "active");
}

#[tokio::test]
async fn a_rate_limit_is_waited_out() {
    let server = TestServer::start(Db::Sqlite).await;
    server.create(LEADS).await;
    server.close.add_fault(CallFault::next("POST", "/webhook/", Effect::RateLimit { reset_seconds: 0.2 }));
    let activated = server.post("/workflows/leads/activate").await;
    assert_eq!(activated.body["state"], "active", "{activated:?}");
}

#[tokio::test]
async fn a_lost_answer_leaves_nothing_at_the_vendor() {
    let server = TestServer::start(Db::Sqlite).await;
    server.create(LEADS).await;
    server.close.add_fault(CallFault::next("POST", "/webhook/", Effect::DropAfter));
    let lost = server.post("/workflows/leads/activate").await;
    assert_eq!(lost.status, StatusCode::BAD_GATEWAY, "{lost:?}");
    assert!(server.close.subscriptions().is_empty(), "what was made is found by its URL and deleted");
    assert_eq!(server.get("/workflows/leads").await.body["state"], "inactive");
    assert_eq!(server.post("/workflows/leads/activate").await.body["state"], "active");
    assert_eq!(server.close.subscriptions().len(), 1);
}

#[tokio::test]
async fn what_cannot_be_found_out_is_shown_as_an_error_and_mended_by_the_next_activation() {
    let server = TestServer::start(Db::Sqlite).await;
    server.create(LEADS).await;
    server.close.add_fault(CallFault::next("POST", "/webhook/", Effect::DropAfter));
    server.close.add_fault(CallFault::next("GET", "/webhook/", refusal(500, json!("down"))).times(50));
    assert_eq!(server.post("/workflows/leads/activate").await.status, StatusCode::BAD_GATEWAY);
    assert_eq!(server.get("/workflows/leads").await.body["state"], "error");
    assert_eq!(server.close.subscriptions().len(), 1);

    server.close.clear_faults();
    assert_eq!(server.post("/workflows/leads/activate").await.body["state"], "active");
    assert_eq!(server.close.subscriptions().len(), 1, "the lost one is gone, a new one is there");
    server.happen("lead", "created", json!({ "name": "Acme" }));
    assert_eq!(server.ended("leads", 1).await[0]["status"], "succeeded");
}

#[tokio::test]
async fn a_missing_credential_is_named_with_the_mend() {
    let server = TestServer::start(Db::Sqlite).await;
    server.create(&LEADS.replace("{ events", "{ credential: sales, events")).await;
    let refused = server.post("/workflows/leads/activate").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{refused:?}");
    let detail = refused.body["detail"].as_str().unwrap();
    assert!(detail.contains("`sales`") && detail.contains("bellhop credentials set sales"), "{refused:?}");
    assert_eq!(server.get("/workflows/leads").await.body["state"], "inactive");
}

#[tokio::test]
async fn a_deactivation_that_the_vendor_does_not_answer_is_taken_up_again() {
    let server = TestServer::start(Db::Sqlite).await;
    let workflow = server.create_active(LEADS).await;
    let hook = workflow["registrations"][0]["hook_id"].as_str().unwrap().to_owned();
    server.close.add_fault(CallFault::next("DELETE", "/webhook/", refusal(500, json!("down"))).times(50));
    assert_eq!(server.post("/workflows/leads/deactivate").await.status, StatusCode::BAD_GATEWAY);
    assert_eq!(server.get("/workflows/leads").await.body["state"], "deactivating");
    // From the moment it was asked for, nothing is taken in any more.
    let late =
        bellhop_testkit::server::answer(server.bare(reqwest::Method::POST, &format!("/webhook/{hook}")))
            .await;
    assert_eq!(late.status, StatusCode::NOT_FOUND);

    server.close.clear_faults();
    assert_eq!(server.post("/workflows/leads/deactivate").await.body["state"], "inactive");
    assert!(server.close.subscriptions().is_empty());
}
