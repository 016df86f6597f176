//! Lines in the log that the server did not write, and what steers the terminal of whoever reads it.

use bellhop_testkit::database::Db;
use bellhop_testkit::process::Process;
use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::site::{BINARY, Site};

/// A line of its own, a colour, a title for the terminal, and what turns the text around.
const EVIL: &str =
    "x\r\n2026-01-01T00:00:00Z ERROR forged\n\u{1b}[31mred\u{1b}]0;title\u{7}\u{9b}31m\u{202e}";

async fn send(server: &Process, request: &[u8]) {
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    drop(stream.write_all(request).await);
    drop(stream.read_to_end(&mut Vec::new()).await);
}

#[rstest]
#[case::text("text")]
#[case::json("json")]
#[tokio::test]
async fn what_others_say_makes_no_line_of_its_own(#[case] format: &str) {
    let site = Site::new(Db::Sqlite).await;
    let mut variables = site.variables();
    // Everything that it can say.
    variables.extend([("BELLHOP_LOG_FORMAT", format.to_owned()), ("BELLHOP_LOG", "trace".to_owned())]);
    let variables: Vec<_> = variables.iter().map(|(key, value)| (*key, value.as_str())).collect();
    let server = Process::serve(BINARY, site.dir(), &variables);
    let yaml = "name: open\ntriggers: [webhook: { path: open }, manual: {}]\nsteps:\n  - { uses: log, with: { message: '${{ event.data }}' } }\n  - { id: ask, uses: wait_for, with: {} }\n  - { uses: fail, with: { message: '${{ event.data }}' } }\n";
    site.call(&server, Method::POST, "/workflows", Some(yaml.to_owned())).await;
    site.call(&server, Method::POST, "/workflows/open/activate", None).await;

    // In a path, a query, a header, a body, and in what is no request at all.
    for path in [
        "/%0d%0a2026%20ERROR%20forged",
        "/x%1b%5b31mred",
        "/api/v1/workflows?x=%0aforged%1b[31m",
        "/webhook/%0aforged",
    ] {
        let request =
            format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-evil: a\u{1b}[31m\r\n\r\n");
        send(&server, request.as_bytes()).await;
    }
    send(&server, format!("GET /{EVIL} HTTP/1.1\r\n\r\n").as_bytes()).await;
    send(&server, format!("{EVIL}\r\n\r\n").as_bytes()).await;
    let post = async |path: &str, body: Value| {
        let request =
            site.http.post(format!("http://{}{path}", server.address())).bearer_auth(server.token());
        request.json(&body).send().await.unwrap().json::<Value>().await.unwrap_or_default()
    };
    post("/webhook/open", json!(EVIL)).await;
    let run = post("/api/v1/workflows/open/run", json!({ "event": { "data": EVIL } })).await;
    if let Some(id) = run["id"].as_str() {
        post(&format!("/api/v1/executions/{id}/cancel"), json!({ "reason": EVIL })).await;
    }
    post("/api/v1/tokens", json!({ "name": EVIL, "scope": "read" })).await;
    post("/api/v1/workflows", json!(EVIL)).await;
    let all = site.executions(&server).await;
    assert!(!all.is_empty());

    let log = std::fs::read_to_string(site.dir().join("log")).unwrap();
    assert!(log.lines().count() > 20, "it says a lot at this level: {log}");
    for line in log.lines() {
        assert!(!line.chars().any(|one| one.is_control() && one != '\t'), "{line:?}");
        if format == "json" {
            assert!(serde_json::from_str::<Value>(line).is_ok(), "{line}");
        } else {
            // A line begins with the server's own time, and says what it says there.
            let time = line.split(' ').next().unwrap();
            assert!(
                time.len() == 27 && time.ends_with('Z') && !line[27..].starts_with(" ERROR forged"),
                "{line}"
            );
        }
    }
}
