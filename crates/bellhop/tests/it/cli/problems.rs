//! What a person reads when it did not work, and what a script sees of it.

use std::net::TcpListener;

use serde_json::json;
use wiremock::ResponseTemplate;

use super::{Desk, call, problem};

/// An address where nobody listens.
fn nowhere() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

#[tokio::test]
async fn a_server_that_does_not_run_is_named_with_the_way_to_start_it() {
    let desk = Desk::new().await;
    let server = nowhere();
    let refused = desk.run(&["workflows", "list", "--server", &server]).await;
    let expected = format!(
        "error: cannot reach the server at {server}/: connection refused\n  help: is the server running? start it \
         with `bellhop serve`, or name another with --server\n"
    );
    assert_eq!((refused.stderr.as_str(), refused.stdout.as_str(), refused.code), (expected.as_str(), "", 1));
}

#[tokio::test]
async fn a_program_gets_the_error_as_json_too() {
    let desk = Desk::new().await;
    let taken = problem(409, "An active workflow needs this credential", "Workflow `won-deal` needs it.");
    desk.answers("DELETE", "/credentials/close", 409, &taken).await;
    let refused = desk.run(&["credentials", "delete", "close", "--output=json"]).await;
    let error: serde_json::Value = serde_json::from_str(&refused.stderr).unwrap();
    assert_eq!(error, json!({ "error": "Workflow `won-deal` needs it.", "problem": taken }));
    assert_eq!((refused.stdout.as_str(), refused.code), ("", 1));
}

#[tokio::test]
async fn the_vendors_own_words_reach_the_user() {
    let desk = Desk::new().await;
    let mut refusal = problem(502, "The vendor refused", "Failed to create webhook: API key is not valid.");
    refusal["vendor"] = json!({ "status": 401, "message": "API key is not valid." });
    desk.answers("POST", "/workflows/won-deal/activate", 502, &refusal).await;
    let activated = desk.run(&["activate", "won-deal"]).await;
    let expected = "error: Failed to create webhook: API key is not valid. (the vendor answered 401)\n";
    assert_eq!((activated.stderr.as_str(), activated.code), (expected, 1));
}

#[tokio::test]
async fn an_activated_workflow_says_where_events_arrive() {
    let desk = Desk::new().await;
    let mut workflow = super::workflow("won-deal", "active", 1, "");
    workflow["triggers"] =
        json!([{ "id": "close", "kind": "close", "hook_url": "https://b.example/webhook/a1" }]);
    workflow["registrations"] = json!([{
        "trigger": "close", "provider": "close", "hook_id": "a1", "hook_url": "https://b.example/webhook/a1",
        "webhook_id": "whsub_1", "state": "active", "events": []
    }]);
    desk.answers("POST", "/workflows/won-deal/activate", 200, &workflow).await;
    let activated = desk.run(&["activate", "won-deal"]).await;
    let expected =
        "won-deal is active\n  close: close sends to https://b.example/webhook/a1 (subscription whsub_1)\n";
    assert_eq!((activated.stdout.as_str(), activated.code), (expected, 0));
}

#[tokio::test]
async fn a_workflow_that_is_not_quite_off_yet_is_a_failure() {
    let desk = Desk::new().await;
    let workflow = super::workflow("won-deal", "deactivating", 1, "");
    desk.answers("POST", "/workflows/won-deal/deactivate", 200, &workflow).await;
    let deactivated = desk.run(&["deactivate", "won-deal"]).await;
    assert_eq!((deactivated.stdout.as_str(), deactivated.code), ("won-deal is deactivating\n", 1));
}

#[tokio::test]
async fn an_answer_that_bellhop_would_not_give_is_recognised() {
    let desk = Desk::new().await;
    let page = ResponseTemplate::new(502).set_body_raw("<html>Bad gateway</html>", "text/html");
    call("GET", "/workflows").respond_with(page).mount(&desk.server).await;
    let page = ResponseTemplate::new(200).set_body_raw("<html>Welcome</html>", "text/html");
    call("GET", "/executions").respond_with(page).mount(&desk.server).await;
    let gateway = desk.run(&["workflows", "list"]).await;
    assert!(
        gateway.stderr.contains("answered 502 Bad Gateway\n  help: is that the address"),
        "{}",
        gateway.stderr
    );
    let welcome = desk.run(&["executions", "list"]).await;
    assert!(
        welcome.stderr.contains("gave an answer that is not JSON\n  help: is that"),
        "{}",
        welcome.stderr
    );
    assert_eq!((gateway.code, welcome.code), (1, 1));
}

#[tokio::test]
async fn a_failure_of_the_servers_points_to_its_log() {
    let desk = Desk::new().await;
    let failure = problem(500, "Internal error", "Something went wrong on the server's side.");
    desk.answers("GET", "/workflows", 500, &failure).await;
    let listed = desk.run(&["workflows", "list"]).await;
    let expected = "error: Something went wrong on the server's side.\n  help: the server's log says more\n";
    assert_eq!((listed.stderr.as_str(), listed.code), (expected, 1));
}

#[tokio::test]
async fn a_command_line_that_makes_no_sense_sends_nothing() {
    let desk = Desk::new().await;
    let senseless: [&[&str]; 9] = [
        &["activate", ".."],
        &["activate"],
        &["executions", "list", "--status", "broken"],
        &["executions", "list", "--since", "yesterday"],
        &["run", "won-deal", "--inputs", "[1]"],
        &["run", "won-deal", "--inputs", "{}", "--event", "event.json"],
        &["workflows", "list", "--server", "localhost:8080"],
        &["workflows", "list", "--server", "http://ann:s3cret-pass@127.0.0.1"],
        &["credentials", "set", "close", "--kind", "clsoe"],
    ];
    for args in senseless {
        let finished = desk.run(args).await;
        assert_eq!(finished.code, 2, "{args:?}: {}", finished.stderr);
        assert!(!finished.stderr.contains("s3cret-pass"), "{}", finished.stderr);
    }
    assert!(desk.server.received_requests().await.unwrap().is_empty());
}
