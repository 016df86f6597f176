//! A server's data is looked after with the real program: saved, put back, moved, and looked at.

mod archive;
mod backup;
mod doctor;
mod migrate;
mod restore;
mod restore_kills;

use std::path::Path;
use std::process::{Command, Output};

use bellhop_testkit::process::Process;
use bellhop_testkit::server::{Answer, answer};
use reqwest::Method;
use serde_json::Value;

const BINARY: &str = env!("CARGO_BIN_EXE_bellhop");

const GREET: &str =
    "name: greet\ntriggers:\n  - manual:\nsteps:\n  - uses: log\n    with: { message: hello }\n";

/// What a command left behind.
struct Finished {
    stdout: String,
    stderr: String,
    code: Option<i32>,
}

impl Finished {
    fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error} in {:?}, {:?}", self.stdout, self.stderr))
    }
}

/// Runs a command on the data in `dir`.
fn bellhop(dir: &Path, args: &[&str]) -> Finished {
    bellhop_with(dir, args, &[])
}

fn bellhop_with(dir: &Path, args: &[&str], variables: &[(&str, &str)]) -> Finished {
    let Output { status, stdout, stderr } = Command::new(BINARY)
        .args(args)
        .env_clear()
        .env("BELLHOP_DATA_DIR", dir)
        .envs(variables.iter().copied())
        .current_dir(dir)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Finished { stdout: text(stdout), stderr: text(stderr), code: status.code() }
}

/// A server on the data in `dir`, and a way to talk to it.
struct Served {
    process: Process,
    http: reqwest::Client,
}

impl Served {
    fn at(dir: &Path) -> Self {
        Self::with(dir, &[])
    }

    fn with(dir: &Path, variables: &[(&str, &str)]) -> Self {
        // Twice is no error: the first one stays.
        let _already = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { process: Process::serve(BINARY, dir, variables), http }
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let url = format!("http://{}/api/v1{path}", self.process.address());
        self.http.request(method, url).bearer_auth(self.process.token())
    }

    async fn get(&self, path: &str) -> Answer {
        answer(self.request(Method::GET, path)).await
    }

    async fn create(&self, yaml: &str) {
        let request = self.request(Method::POST, "/workflows").header("content-type", "application/yaml");
        let made = answer(request.body(yaml.to_owned())).await;
        assert_eq!(made.status, 201, "{made:?}");
    }

    /// Runs `greet` to its end; its id.
    async fn greet(&self) -> String {
        let run = answer(self.request(Method::POST, "/workflows/greet/run?wait=30s")).await;
        assert_eq!(run.body["status"], "succeeded", "{run:?}");
        run.body["id"].as_str().unwrap().to_owned()
    }

    /// The status of an execution: 404 where there is none.
    async fn status_of(&self, execution: &str) -> u16 {
        self.get(&format!("/executions/{execution}")).await.status.as_u16()
    }
}
