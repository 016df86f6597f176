//! What Bellhop is for, from a workflow in YAML to its execution in the history.

use bellhop_testkit::database::Db;
use bellhop_testkit::server::TestServer;
use reqwest::{Method, StatusCode};
use rstest::rstest;
use serde_json::json;

const WON_DEAL: &str = r##"
name: won-deal
triggers:
  - close:
      events: [opportunity.updated]
    where: event.data.status_type == "won"
vars:
  channel: "#sales"
steps:
  - id: lead
    uses: close
    with: { method: GET, path: "/lead/${{ event.lead_id }}/" }
  - id: message
    uses: set
    with:
      text: "${{ steps.lead.output.display_name }} won: ${{ event.data.value / 100 }} ${{ event.data.value_currency }}"
      channel: ${{ vars.channel }}
      cents: ${{ event.data.value }}
  - uses: return
    with: { said: "${{ steps.message.output.text }}" }
"##;

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_signed_event_becomes_an_execution_in_the_history(#[case] db: Db) {
    let server = TestServer::start(db).await;
    let lead = server.happen("lead", "created", json!({ "name": "Acme", "display_name": "Acme" })).object_id;

    let workflow = server.create_active(WON_DEAL).await;
    assert_eq!(workflow["state"], "active");
    let registered = &workflow["registrations"][0];
    let subscriptions = server.close.subscriptions();
    assert_eq!(subscriptions.len(), 1);
    assert_eq!(registered["webhook_id"], subscriptions[0].id);
    assert_eq!(registered["hook_url"], subscriptions[0].url);
    assert_eq!(registered["provider"], "close");
    assert!(registered.get("signature_key").is_none());

    let won = json!({ "status_type": "won", "value": 2_500_000, "value_currency": "USD" });
    let event = server.happen_to(Some(&lead), "opportunity", "updated", won);
    let executions = server.ended("won-deal", 1).await;

    let execution = &executions[0];
    assert_eq!(execution["status"], "succeeded", "{execution:#}");
    assert_eq!(execution["event"]["id"], json!(event.id));
    assert_eq!(execution["event"]["type"], "opportunity.updated");
    assert_eq!(execution["output"], json!({ "said": "Acme won: 25000 USD" }));
    let steps = execution["steps"].as_array().unwrap();
    assert_eq!(
        steps.iter().map(|step| step["id"].as_str().unwrap()).collect::<Vec<_>>(),
        ["lead", "message", "step_3"]
    );
    assert!(steps.iter().all(|step| step["status"] == "succeeded" && step["attempts"] == 1), "{steps:#?}");
    assert_eq!(steps[1]["output"]["cents"], 2_500_000);

    let deliveries = server.list("/deliveries").await;
    assert_eq!(deliveries.len(), 1);
    assert_eq!(deliveries[0]["outcome"], "accepted");
    assert_eq!(deliveries[0]["execution_ids"], json!([execution["id"]]));

    let off = server.post("/workflows/won-deal/deactivate").await;
    assert_eq!((off.status, off.body["state"].as_str()), (StatusCode::OK, Some("inactive")));
    assert_eq!(off.body["registrations"][0]["webhook_id"], json!(null));
    assert!(server.close.subscriptions().is_empty());
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn an_event_that_the_filter_does_not_want_is_logged_and_starts_nothing(#[case] db: Db) {
    let server = TestServer::start(db).await;
    server.create_active(WON_DEAL).await;
    server.happen("opportunity", "updated", json!({ "status_type": "lost" }));
    let deliveries = server.until("/deliveries", |items| !items.is_empty()).await;
    assert_eq!(deliveries[0]["outcome"], "filtered", "{deliveries:#?}");
    assert!(deliveries[0]["reason"].as_str().unwrap().contains("where"), "{deliveries:#?}");
    assert!(server.list("/executions").await.is_empty());
}

#[tokio::test]
async fn an_execution_stays_with_the_version_it_began_with() {
    let server = TestServer::start(Db::Sqlite).await;
    let version = |text: &str| {
        format!(
            "name: versioned\ntriggers: [manual: {{}}]\nsteps:\n  - uses: return\n    with: {{ says: {text} }}\n"
        )
    };
    server.create(&version("first")).await;
    let first = server.send(Method::POST, "/workflows/versioned/run?wait=20s", &json!({})).await;
    assert_eq!((first.status, &first.body["output"]["says"]), (StatusCode::OK, &json!("first")), "{first:?}");

    let put = server.request(Method::PUT, "/workflows/versioned").header("content-type", "application/yaml");
    let updated = bellhop_testkit::server::answer(put.body(version("second"))).await;
    assert_eq!((updated.status, &updated.body["version"]), (StatusCode::OK, &json!(2)), "{updated:?}");
    let second = server.send(Method::POST, "/workflows/versioned/run?wait=20s", &json!({})).await;
    assert_eq!((&second.body["version"], &second.body["output"]["says"]), (&json!(2), &json!("second")));
    assert_eq!(server.execution(first.body["id"].as_str().unwrap()).await["version"], 1);
    assert_eq!(server.list("/workflows/versioned/versions").await.len(), 2);
}

#[tokio::test]
async fn a_failed_step_fails_the_execution_and_says_why() {
    let server = TestServer::start(Db::Sqlite).await;
    server
        .create("name: failing\ntriggers: [manual: {}]\nsteps:\n  - id: boom\n    uses: fail\n    with: { message: 'no lead ${{ inputs.id }}' }\n  - id: never\n    uses: log\n    with: { message: unreachable }\n")
        .await;
    let run =
        server.send(Method::POST, "/workflows/failing/run?wait=20s", &json!({ "inputs": { "id": 7 } })).await;
    assert_eq!(run.body["status"], "failed", "{run:?}");
    assert_eq!(run.body["error"], json!({ "step": "boom", "kind": "fail", "message": "no lead 7" }));
    assert_eq!(run.body["steps"].as_array().unwrap().len(), 1, "{run:?}");
}
