//! The command line, as its users meet it: the real program against a server that answers in the pinned shapes.

mod apply;
mod audit;
mod catalog;
mod control;
mod credentials;
mod diff;
mod explain;
mod follow;
mod init;
mod lists;
mod man;
mod printing;
mod problems;
mod prune;
mod recover;
mod registrations;
mod run;
mod show;
mod testing;
mod token;
mod tokens;
mod validate;

use std::process::Stdio;
use std::time::Duration;

use bellhop_workflow::time::{Clock, SystemClock, Timestamp};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockBuilder, MockServer, ResponseTemplate};

/// A directory to work in, and a server to talk to that knows nothing yet.
struct Desk {
    server: MockServer,
    dir: TempDir,
}

/// What a command left behind.
struct Finished {
    stdout: String,
    stderr: String,
    code: i32,
}

impl Desk {
    async fn new() -> Self {
        Self { server: MockServer::start().await, dir: tempfile::tempdir().unwrap() }
    }

    /// Lets the server answer a call below `/api/v1`.
    async fn answers(&self, verb: &str, at: &str, status: u16, body: &Value) {
        call(verb, at).respond_with(json_answer(status, body)).mount(&self.server).await;
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        name.to_owned()
    }

    async fn run(&self, args: &[&str]) -> Finished {
        self.run_with_input(args, None).await
    }

    async fn run_with_input(&self, args: &[&str], input: Option<&str>) -> Finished {
        let mut child = self.command(args).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(input.unwrap_or_default().as_bytes()).await.unwrap();
        drop(stdin);
        let output = child.wait_with_output().await.unwrap();
        let stdout = String::from_utf8(output.stdout).unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(!stdout.contains('\x1b') && !stderr.contains('\x1b'), "colours without a terminal");
        Finished { stdout, stderr, code: output.status.code().unwrap() }
    }

    /// The program, in the directory, with the server named and nothing else in its environment.
    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bellhop"));
        command
            .args(args)
            .current_dir(self.dir.path())
            .env_clear()
            .env("BELLHOP_SERVER", self.server.uri())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    /// The bodies of the calls that came to a path below `/api/v1`.
    async fn sent(&self, verb: &str, at: &str) -> Vec<String> {
        let requests = self.server.received_requests().await.unwrap();
        requests
            .iter()
            .filter(|request| request.method.as_str() == verb && request.url.path() == format!("/api/v1{at}"))
            .map(|request| String::from_utf8(request.body.clone()).unwrap())
            .collect()
    }
}

impl Finished {
    fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in {:?}", self.stdout))
    }
}

fn call(verb: &str, at: &str) -> MockBuilder {
    Mock::given(method(verb)).and(path(format!("/api/v1{at}")))
}

fn json_answer(status: u16, body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(body)
}

fn problem(status: u16, title: &str, detail: &str) -> Value {
    json!({ "type": "/problems/test", "title": title, "status": status, "detail": detail })
}

fn seconds_ago(seconds: u64) -> Timestamp {
    SystemClock.now().minus(Duration::from_secs(seconds))
}

/// A workflow in the single form.
fn workflow(name: &str, state: &str, version: i64, yaml: &str) -> Value {
    json!({
        "id": "01977f00-0000-7000-8000-000000000001",
        "name": name,
        "description": null,
        "state": state,
        "version": version,
        "yaml": yaml,
        "triggers": [{ "id": "manual", "kind": "manual" }],
        "registrations": [],
        "created_at": "2025-03-02T09:00:14.000000Z",
        "updated_at": "2025-03-02T09:00:14.000000Z"
    })
}
