//! Cancelling, retrying and replaying on a whole server.

use bellhop_testkit::database::Db;
use bellhop_testkit::server::{TestServer, answer};
use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};

/// Waits for somebody, and then runs for as long as it may.
const SLOW: &str = "
name: slow
triggers:
  - manual:
steps:
  - { id: first, uses: set, with: { made: here } }
  - { id: approval, uses: wait_for }
  - id: endless
    uses: script
    with: { code: 'while (true) {}' }
    timeout: 10m
";

const INBOX: &str = "
name: inbox
triggers:
  - webhook: {}
    where: event.data.size > 10
steps:
  - { uses: return, with: '${{ event.data.size }}' }
";

fn id(execution: &Value) -> String {
    execution["id"].as_str().unwrap().to_owned()
}

async fn stands(server: &TestServer, id: &str, status: &str) {
    let path = format!("/executions?status={status}");
    server.until(&path, |items| items.iter().any(|item| item["id"] == id)).await;
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn one_that_waits_is_cancelled_and_retried_and_one_that_runs_is_stopped(#[case] db: Db) {
    let server = TestServer::start(db).await;
    server.create(SLOW).await;
    let old = id(&server.post("/workflows/slow/run").await.body);
    stands(&server, &old, "waiting").await;

    let cancelled = server.post(&format!("/executions/{old}/cancel")).await;
    assert_eq!((cancelled.status.as_u16(), &cancelled.body["status"]), (200, &json!("cancelled")));
    assert_eq!(cancelled.body["steps"][1]["status"], "cancelled");
    assert_eq!(server.post(&format!("/executions/{old}/steps/approval/resume")).await.status, 410);

    let retried = server.send(Method::POST, &format!("/executions/{old}/retry"), &json!({})).await;
    assert_eq!((retried.status.as_u16(), &retried.body["attempt"]), (202, &json!(2)));
    let new = id(&retried.body);
    stands(&server, &new, "waiting").await;
    assert_eq!(server.post(&format!("/executions/{new}/steps/approval/resume")).await.status, 200);
    let is_endless = |item: &Value| item["path"] == "endless";
    loop {
        let shown = server.execution(&new).await;
        if shown["steps"].as_array().unwrap().iter().any(is_endless) || shown["status"] == "running" {
            break;
        }
        tokio::task::yield_now().await;
    }

    let stopped = server.post(&format!("/executions/{new}/cancel?wait=20s")).await;

    assert_eq!((stopped.status.as_u16(), &stopped.body["status"]), (200, &json!("cancelled")), "{stopped:?}");
    let steps = stopped.body["steps"].as_array().unwrap();
    assert_eq!(steps[0], server.execution(&old).await["steps"][0], "it was not run again");
    assert!(steps.iter().all(|step| step["status"] != "running" && step["status"] != "waiting"), "{steps:?}");
    let again = server.post(&format!("/executions/{new}/cancel")).await;
    assert_eq!(again.status, 200);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn what_a_filter_kept_out_runs_once_it_is_replayed_through_a_better_one(#[case] db: Db) {
    let server = TestServer::start(db).await;
    let active = server.create_active(INBOX).await;
    let hook = active["triggers"][0]["hook_url"].as_str().unwrap();
    let path = hook.split_once("/webhook/").unwrap().1;
    for size in [10, 11] {
        let request = server.bare(Method::POST, &format!("/webhook/{path}")).json(&json!({ "size": size }));
        assert_eq!(answer(request).await.status, 200);
    }
    server.ended("inbox", 1).await;
    let deliveries = server.list("/deliveries").await;
    let replay = |delivery: &Value| format!("/deliveries/{}/replay", id(delivery));

    assert_eq!(server.post(&replay(&deliveries[1])).await.body["outcome"], "filtered");
    let better = json!({ "yaml": INBOX.replace("> 10", "> 9") });
    assert_eq!(server.send(Method::PUT, "/workflows/inbox", &better).await.status, 200);
    for delivery in &deliveries {
        assert_eq!(server.post(&replay(delivery)).await.status, 202);
    }

    let ended = server.ended("inbox", 3).await;
    let outputs: Vec<&Value> = ended.iter().map(|execution| &execution["output"]).collect();
    assert_eq!(outputs, [&json!(11), &json!(11), &json!(10)]);
    assert_eq!(ended[2]["replay_of"], deliveries[1]["id"]);
}
