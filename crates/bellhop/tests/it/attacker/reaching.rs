//! Having the server call what only it can reach: by address, however it is written, by name, and by redirect.

use std::sync::Arc;

use bellhop::config::AllowPrivate;
use bellhop_testkit::database::Db;
use bellhop_testkit::server::{TestServer, answer};
use bellhop_workflow::time::SystemClock;
use reqwest::Method;
use serde_json::json;
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

/// Calls whatever the event says.
const CALLS: &str = "name: calls\ntriggers:\n  - webhook: { path: calls }\nsteps:\n  - uses: http\n    with: { url: '${{ event.data.url }}', method: POST, text: x }\n";

async fn ends(server: &TestServer, urls: &[String]) {
    server.create_active(CALLS).await;
    for (count, url) in urls.iter().enumerate() {
        let sent = answer(server.bare(Method::POST, "/webhook/calls").json(&json!({ "url": url }))).await;
        assert!(sent.status.is_success(), "{sent:?}");
        let execution = server.ended("calls", count + 1).await.pop().unwrap();
        assert_eq!(execution["status"], "failed", "{url}: {execution:#}");
        let (kind, message) = (execution["error"]["kind"].as_str(), execution["error"]["message"].as_str());
        // Refused, not tried: or there is no such name, or a redirect that is not followed is the answer.
        let is_unknown = message.is_some_and(|message| message.contains("lookup address"));
        assert!(
            is_unknown
                || matches!(kind, Some("invalid_input" | "not_allowed" | "expression" | "http_status")),
            "{url}: {execution:#}"
        );
    }
}

#[tokio::test]
async fn a_private_address_is_not_called_however_it_is_written() {
    let peer = MockServer::start().await;
    Mock::given(wiremock::matchers::any()).respond_with(ResponseTemplate::new(200)).mount(&peer).await;
    let port = peer.address().port();
    let server = TestServer::start_with(Db::Sqlite, Arc::new(SystemClock), |settings| {
        settings.http_allow_private = AllowPrivate::All(false);
    })
    .await;
    let hosts = [
        "127.0.0.1",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "127.0.0.1.",
        "0.0.0.0",
        "0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "[0:0:0:0:0:0:0:1]",
        "%31%32%37.0.0.1",
        "１２７.0.0.1",
        "127。0。0。1",
    ];
    let mut urls: Vec<String> = hosts.iter().map(|host| format!("http://{host}:{port}/admin")).collect();
    urls.extend([
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "http://[fd00:ec2::254]/latest/".to_owned(),
        format!("http://example.com@127.0.0.1:{port}/"),
        format!("http://127.0.0.1:{port}#@example.com/"),
        format!("http:127.0.0.1:{port}/"),
        format!("ftp://127.0.0.1:{port}/"),
        "file:///etc/passwd".to_owned(),
        "gopher://127.0.0.1:6379/_x".to_owned(),
        format!("\thttp://127.0.0.1:{port}/"),
    ]);
    ends(&server, &urls).await;
    assert!(peer.received_requests().await.unwrap().is_empty(), "somebody was called");
}

/// One address is allowed, and sends on to one that is not.
#[tokio::test]
async fn a_redirect_leads_nowhere_that_the_first_address_could_not() {
    let (peer, inside) = (MockServer::start().await, MockServer::start().await);
    Mock::given(wiremock::matchers::any()).respond_with(ResponseTemplate::new(200)).mount(&inside).await;
    let port = inside.address().port();
    let targets = [
        format!("http://127.0.0.2:{port}/"),
        format!("http://[::ffff:127.0.0.2]:{port}/"),
        format!("http://2130706434:{port}/"),
        format!("//127.0.0.2:{port}/"),
        "http://169.254.169.254/".to_owned(),
        "file:///etc/passwd".to_owned(),
    ];
    let mut urls = Vec::new();
    for (number, target) in targets.iter().enumerate() {
        for status in [302, 307] {
            let at = format!("/{status}/{number}");
            let on = ResponseTemplate::new(status).insert_header("location", target.as_str());
            Mock::given(path(at.as_str())).respond_with(on).mount(&peer).await;
            urls.push(format!("{}{at}", peer.uri()));
        }
    }
    let server = TestServer::start_with(Db::Sqlite, Arc::new(SystemClock), |settings| {
        settings.http_allow_private =
            AllowPrivate::Named(serde_json::from_value(json!("127.0.0.1/32")).unwrap());
    })
    .await;
    ends(&server, &urls).await;
    assert_eq!(peer.received_requests().await.unwrap().len(), urls.len());
    assert!(inside.received_requests().await.unwrap().is_empty(), "somebody was called");
}
