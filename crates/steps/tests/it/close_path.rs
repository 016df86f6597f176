//! `close`: whatever an event puts into the path, the request stays below the API's base address.

use bellhop_workflow::model::StepKind;
use rstest::rstest;
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::support::{attempt, only_request, runner_for, server};

#[rstest]
#[case("/lead/", "/api/v1/lead/")]
#[case("/lead/lead_1", "/api/v1/lead/lead_1")]
#[case("/", "/api/v1/")]
#[case("/activity/custom/a b/", "/api/v1/activity/custom/a%20b/")]
#[case("/lead/..a/a%2Fb/", "/api/v1/lead/..a/a%2Fb/")]
#[tokio::test]
async fn a_good_path_arrives_as_written(#[case] path: &str, #[case] arrived: &str) {
    let server = server(ResponseTemplate::new(200)).await;
    let runner = runner_for(&format!("{}/api/v1", server.uri()));
    attempt(&runner, StepKind::Close, &json!({ "path": path })).await.unwrap();
    assert_eq!(only_request(&server).await.url.path(), arrived);
}

#[rstest]
#[case("")]
#[case("lead/")]
#[case("https://example.com/lead/")]
#[case("//example.com/lead/")]
#[case("/lead//")]
#[case("/lead/../user/")]
#[case("/..")]
#[case("/lead/./x/")]
#[case("/lead/%2e%2E/user/")]
#[case("/lead/.%2e/user/")]
#[case("/lead/x%2f..%2Fuser/")]
#[case("/lead/x%2F%2Fuser/")]
#[case("/\\example.com/")]
#[case("/lead/..%5Cuser/")]
#[case("/lead/?_method=DELETE")]
#[case("/lead/#x")]
#[case("/lead/.\t./user/")]
#[case("/lead/\r\nHost: example.com")]
#[tokio::test]
async fn a_path_that_leads_elsewhere_is_refused(#[case] path: &str) {
    let server = server(ResponseTemplate::new(200)).await;
    let runner = runner_for(&format!("{}/api/v1", server.uri()));

    let failure = attempt(&runner, StepKind::Close, &json!({ "path": path })).await.unwrap_err();

    assert_eq!(failure.error.kind, "invalid_input");
    assert!(failure.error.message.starts_with("`path` "), "{}", failure.error.message);
    assert!(server.received_requests().await.unwrap().is_empty());
}
