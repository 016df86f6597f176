//! Tokens over several nodes, and what a command on the database leaves in the audit log.

use std::time::Duration;

use bellhop_testkit::database::Db;
use bellhop_testkit::process::Process;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::site::{BINARY, Site};

/// How long another node may take a revoked token at most, with room for a slow machine.
const PATIENCE: Duration = Duration::from_secs(20);

async fn made(site: &Site, server: &Process, asked: &Value) -> (String, String) {
    let url = format!("http://{}/api/v1/tokens", server.address());
    let answer = site.http.post(url).bearer_auth(server.token()).json(asked).send().await.unwrap();
    let made: Value = answer.error_for_status().unwrap().json().await.unwrap();
    (made["id"].as_str().unwrap().to_owned(), made["token"].as_str().unwrap().to_owned())
}

async fn status(site: &Site, server: &Process, token: &str) -> StatusCode {
    let url = format!("http://{}/api/v1/workflows", server.address());
    site.http.get(url).bearer_auth(token).send().await.unwrap().status()
}

/// Stops a server and waits until it has ended.
async fn end(mut server: Process) {
    server.terminate();
    let ended = tokio::time::timeout(PATIENCE, async {
        while server.exited().is_none() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    ended.await.unwrap();
}

#[tokio::test]
async fn a_token_that_one_node_revokes_ends_on_the_others() {
    let site = Site::new(Db::Postgres).await;
    let (one, other) = (site.serve(), site.serve());
    let (id, token) = made(&site, &one, &json!({ "name": "ci", "scope": "read" })).await;
    assert_eq!(status(&site, &other, &token).await, StatusCode::OK);
    site.call(&one, Method::DELETE, &format!("/tokens/{id}"), None).await;
    assert_eq!(status(&site, &one, &token).await, StatusCode::UNAUTHORIZED);
    let ended = tokio::time::timeout(PATIENCE, async {
        while status(&site, &other, &token).await != StatusCode::UNAUTHORIZED {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    ended.await.unwrap();
}

#[tokio::test]
async fn a_token_outlives_the_process_and_so_does_its_last_use() {
    let site = Site::new(Db::Sqlite).await;
    let server = site.serve();
    let (_, token) = made(&site, &server, &json!({ "name": "ci", "scope": "read" })).await;
    assert_eq!(status(&site, &server, &token).await, StatusCode::OK);
    end(server).await;
    let server = site.serve();
    let listed = site.call(&server, Method::GET, "/tokens", None).await;
    assert!(listed["items"][0]["last_used_at"].is_string(), "{listed}");
    assert_eq!(status(&site, &server, &token).await, StatusCode::OK);
    // The other side of the connection is known here.
    let log = site.call(&server, Method::GET, "/audit", None).await;
    assert_eq!(log["items"][0]["address"], "127.0.0.1", "{log}");
}

#[tokio::test]
async fn who_works_on_the_database_itself_is_called_so() {
    let site = Site::new(Db::Sqlite).await;
    std::fs::create_dir(site.dir().join("workflows")).unwrap();
    let yaml = "name: greet\ntriggers:\n  - manual:\nsteps:\n  - uses: log\n    with: { message: hello }\n";
    std::fs::write(site.dir().join("workflows/greet.yaml"), yaml).unwrap();
    end(site.serve()).await;
    let mut rotate = std::process::Command::new(BINARY);
    rotate.args(["vault", "rotate"]).env_clear().env("BELLHOP_DATA_DIR", site.dir()).envs(site.variables());
    assert!(rotate.current_dir(site.dir()).output().unwrap().status.success());

    let log = site.call(&site.serve(), Method::GET, "/audit", None).await;
    let told = |index: usize| {
        let entry = &log["items"][index];
        json!([entry["actor"]["name"], entry["action"], entry["object"]["kind"], entry["object"]["name"]])
    };
    assert_eq!(told(0), json!(["cli", "rotate", "vault", null]), "{log}");
    assert_eq!(told(1), json!(["system", "create", "workflow", "greet"]), "{log}");
}
