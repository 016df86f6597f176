//! Where `http` steps may go.

use std::sync::Arc;

use bellhop_steps::{Reach, StepFailure, StepRunner};
use bellhop_vault::Redactor;
use bellhop_workflow::model::StepKind;
use rstest::rstest;
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::pure::NoCredentials;
use crate::support::attempt;

fn runner(besides: Option<&str>) -> StepRunner {
    let reach = match besides {
        Some(network) => Reach::public_and(vec![network.parse().unwrap()]),
        None => Reach::default(),
    };
    StepRunner::new("http://127.0.0.1:9/", Arc::new(NoCredentials), Redactor::default(), reach).unwrap()
}

async fn get(runner: &StepRunner, url: &str) -> Result<Value, StepFailure> {
    let input = json!({ "method": "GET", "url": url });
    attempt(runner, StepKind::Http, &input).await.map(crate::support::output)
}

/// Somebody who answers on this machine.
async fn server() -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("GET")).and(path("/")).respond_with(ResponseTemplate::new(204)).mount(&server).await;
    server
}

#[rstest]
#[case::loopback("http://127.0.0.1:PORT/")]
#[case::by_name("http://localhost:PORT/")]
#[case::short("http://127.1:PORT/")]
#[case::hexadecimal("http://0x7f000001:PORT/")]
#[case::decimal("http://2130706433:PORT/")]
#[case::unspecified("http://0.0.0.0:PORT/")]
#[case::mapped("http://[::ffff:127.0.0.1]:PORT/")]
#[tokio::test]
async fn this_machine_is_not_reached(#[case] url: &str) {
    let server = server().await;
    let url = url.replace("PORT", &server.address().port().to_string());
    let failure = get(&runner(None), &url).await.unwrap_err();
    assert_eq!((failure.error.kind.as_str(), failure.retryable), ("not_allowed", false), "{failure:?}");
    assert!(failure.error.message.contains("http_allow_private"), "{failure:?}");
    assert_eq!(server.received_requests().await.unwrap().len(), 0);
}

#[rstest]
#[case::metadata("http://169.254.169.254/latest/meta-data/")]
#[case::private("http://10.0.0.1/")]
#[case::local_v6("http://[fe80::1]/")]
#[case::unique_local("http://[fd00:ec2::254]/")]
#[tokio::test]
async fn nor_is_the_network_that_it_stands_in(#[case] url: &str) {
    let failure = get(&runner(None), url).await.unwrap_err();
    assert_eq!(failure.error.kind, "not_allowed", "{failure:?}");
}

#[tokio::test]
async fn a_network_that_is_named_is_reached_by_address_and_by_name() {
    let server = server().await;
    let port = server.address().port();
    let runner = runner(Some("127.0.0.1/32"));
    for host in ["127.0.0.1", "localhost"] {
        assert_eq!(get(&runner, &format!("http://{host}:{port}/")).await.unwrap()["status"], 204);
    }
    let failure = get(&runner, &format!("http://127.0.0.2:{port}/")).await.unwrap_err();
    assert_eq!(failure.error.kind, "not_allowed");
}

#[rstest]
#[case::address("http://127.0.0.2:PORT/")]
#[case::metadata("http://169.254.169.254/")]
#[tokio::test]
async fn a_redirect_leads_no_further(#[case] target: &str) {
    let server = server().await;
    let port = server.address().port();
    let target = target.replace("PORT", &port.to_string());
    let away = ResponseTemplate::new(302).insert_header("location", target.as_str());
    Mock::given(method("GET")).and(path("/away")).respond_with(away).mount(&server).await;
    let failure =
        get(&runner(Some("127.0.0.1/32")), &format!("http://127.0.0.1:{port}/away")).await.unwrap_err();
    assert_eq!(failure.error.kind, "not_allowed", "{failure:?}");
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
}
