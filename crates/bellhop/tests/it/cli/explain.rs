//! A workflow is explained as a tree.

use super::{Desk, problem, workflow};

const FLOW: &str = "\
name: big-deals
description: Tell of big deals.
triggers:
  - close: { events: [opportunity.status_change] }
    where: event.data.new_status_type == \"won\"
  - manual:
timeout: 10m
vars: { channel: \"#sales\" }
steps:
  - id: lead
    uses: close
    with: { method: GET, path: \"/lead/${{ event.lead_id }}/\" }
    retry: { max_attempts: 3, initial_interval: 2s }
  - uses: http
    name: Tell
    if: event.data.value > 1000
    with: { method: POST, url: https://chat.example/hook }
    continue_on_error: true
";

const TREE: &str = "\
big-deals  Tell of big deals.
├─ starts when
│  ├─ close  Close sends one of these events (credential `close`)
│  │  ├─ activity.opportunity_status_change.created
│  │  └─ only where event.data.new_status_type == \"won\"
│  └─ manual  somebody starts it: `bellhop run`, REST, or another workflow
├─ within limits
│  └─ an execution may take 10m
├─ vars  computed once, as an execution begins
│  └─ channel  #sales
└─ does
   ├─ lead  asks Close: GET /lead/${{ event.lead_id }}/
   │  └─ tried up to 3 times, after pauses of 2s, 4s
   └─ step_2  Tell: sends POST https://chat.example/hook
      ├─ only if event.data.value > 1000
      └─ where it fails, the workflow goes on
";

#[tokio::test]
async fn a_file_is_explained_without_a_server() {
    let desk = Desk::new().await;
    desk.write("deals.yaml", FLOW);
    let explained = desk.run(&["explain", "deals.yaml"]).await;
    assert_eq!((explained.stdout.as_str(), explained.stderr.as_str(), explained.code), (TREE, "", 0));
    assert!(desk.server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_deployed_workflow_is_explained_by_its_name() {
    let desk = Desk::new().await;
    desk.answers("GET", "/workflows/big-deals", 200, &workflow("big-deals", "active", 3, FLOW)).await;
    let explained = desk.run(&["explain", "big-deals"]).await;
    assert_eq!((explained.stdout.as_str(), explained.code), (TREE, 0));
    let data = desk.run(&["explain", "big-deals", "--output=json"]).await.json();
    assert_eq!(data["workflow"], "big-deals");
    assert_eq!(data["tree"]["children"][3]["children"][0]["title"], "lead");
}

#[tokio::test]
async fn what_cannot_be_explained_is_said() {
    let desk = Desk::new().await;
    desk.write("bad.yaml", &FLOW.replace("uses: http", "uses: htp"));
    let explained = desk.run(&["explain", "bad.yaml"]).await;
    assert!(explained.stderr.contains("bad.yaml:14:11"), "{}", explained.stderr);
    assert_eq!((explained.stdout.as_str(), explained.code), ("", 1));
    desk.answers("GET", "/workflows/none", 404, &problem(404, "Not found", "There is no workflow `none`."))
        .await;
    let unknown = desk.run(&["explain", "none"]).await;
    assert!(unknown.stderr.contains("There is no workflow `none`."), "{}", unknown.stderr);
    assert_eq!(unknown.code, 1);
    assert_eq!(desk.run(&["explain", "No Name"]).await.code, 2);
}
