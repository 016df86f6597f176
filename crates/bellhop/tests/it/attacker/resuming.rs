//! URLs that resume executions: forged, of another step, used, and too late.

use bellhop_testkit::database::Db;
use bellhop_testkit::server::{TestServer, answer};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const ASK: &str = "name: asks\ntriggers: [manual: {}]\nsteps:\n  - id: tell\n    uses: set\n    with: { url: '${{ execution.resume_urls.ask }}' }\n  - { id: ask, uses: wait_for, with: {} }\n";

/// An execution that waits, and the path that resumes it.
async fn waiting(server: &TestServer) -> (String, String) {
    let run = server.post("/workflows/asks/run").await;
    let id = run.body["id"].as_str().unwrap_or_else(|| panic!("{run:?}")).to_owned();
    let waits =
        |items: &[Value]| items.iter().any(|one| one["id"] == id.as_str() && one["status"] == "waiting");
    server.until("/executions", waits).await;
    let execution = server.execution(&id).await;
    let told = execution["steps"][0]["output"]["url"].as_str().unwrap_or_else(|| panic!("{execution:#}"));
    let path = told.find("/resume/").map(|start| told[start..].to_owned()).unwrap();
    (id, path)
}

async fn call(server: &TestServer, path: &str) -> StatusCode {
    answer(server.bare(Method::POST, path).json(&json!({ "approved": true }))).await.status
}

#[tokio::test]
async fn a_forged_url_resumes_nothing() {
    let server = TestServer::start(Db::Sqlite).await;
    server.create(ASK).await;
    let ((one, url), (_, other)) = (waiting(&server).await, waiting(&server).await);
    let token = url.strip_prefix("/resume/").unwrap();
    let other = other.strip_prefix("/resume/").unwrap();
    let mut forged: Vec<String> = Vec::new();
    // Each character changed in turn, so that no part of it is only for show.
    for place in 0..token.len() {
        let mut altered = token.as_bytes().to_vec();
        // Another letter of the same alphabet, and not one that differs in bits that no byte has.
        altered[place] = if altered[place] == b'q' { b'Z' } else { b'q' };
        forged.push(String::from_utf8(altered).unwrap());
    }
    // The beginning of one with the end of another.
    for place in [token.len() / 4, token.len() / 2, token.len() * 3 / 4] {
        forged.push(format!("{}{}", &token[..place], &other[place..]));
    }
    forged.extend([
        format!("{token}A"),
        format!("{token}="),
        token[..token.len() - 4].to_owned(),
        String::new(),
    ]);
    forged.retain(|forged| forged != token && forged != other);
    for forged in &forged {
        let status = call(&server, &format!("/resume/{forged}")).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{forged} for {token}");
    }
    assert_eq!(server.execution(&one).await["status"], "waiting");
    assert_eq!(call(&server, &url).await, StatusCode::OK);
}

#[tokio::test]
async fn a_used_url_and_a_late_one_resume_nothing() {
    let server = TestServer::start(Db::Sqlite).await;
    server.create(ASK).await;
    let (_, used) = waiting(&server).await;
    assert_eq!(call(&server, &used).await, StatusCode::OK);
    assert_eq!(call(&server, &used).await, StatusCode::CONFLICT);
    server.ended("asks", 1).await;
    assert_eq!(call(&server, &used).await, StatusCode::CONFLICT);

    let (id, late) = waiting(&server).await;
    let cancelled = server.post(&format!("/executions/{id}/cancel")).await;
    assert!(cancelled.status.is_success(), "{cancelled:?}");
    server.ended("asks", 2).await;
    assert_eq!(call(&server, &late).await, StatusCode::GONE);
}

/// Mail programs and chats look at what a link leads to.
#[tokio::test]
async fn to_look_at_a_url_resumes_nothing() {
    let server = TestServer::start(Db::Sqlite).await;
    server.create(ASK).await;
    let (id, url) = waiting(&server).await;
    for method in [Method::GET, Method::HEAD, Method::OPTIONS, Method::PUT] {
        let request = server.bare(method.clone(), &url).header("x-http-method-override", "POST");
        let status = answer(request.header("accept", "text/html")).await.status;
        assert!(status != StatusCode::INTERNAL_SERVER_ERROR, "{method}");
        assert_eq!(server.execution(&id).await["status"], "waiting", "{method}");
    }
}
