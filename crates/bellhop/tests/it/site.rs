//! The real binary against a simulated Close, on files and a database that outlive it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use bellhop_testkit::database::{Db, TestDatabase};
use bellhop_testkit::process::Process;
use bellhop_testkit::server::{Answer, CLOSE_API_KEY, answer};
use bellhop_workflow::time::{Clock as _, SystemClock};
use close_simulator::{Simulator, SimulatorConfig, sign};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_bellhop");

pub(crate) struct Site {
    pub(crate) close: Simulator,
    pub(crate) http: reqwest::Client,
    dir: tempfile::TempDir,
    database_url: String,
    // Dropped last, after whatever uses it.
    _database: Option<TestDatabase>,
}

/// Where deliveries of an active workflow go, and the key that signs them.
#[derive(Debug, Clone)]
pub(crate) struct Hook {
    id: String,
    key: String,
}

impl Site {
    pub(crate) async fn new(db: Db) -> Self {
        let database = TestDatabase::create(db);
        let url = database.url();
        Self { _database: Some(database), ..Self::at(url).await }
    }

    /// On a database that is somewhere else.
    pub(crate) async fn at(database_url: String) -> Self {
        let _already = rustls::crypto::ring::default_provider().install_default();
        Self {
            close: Simulator::start(SimulatorConfig::for_tests(CLOSE_API_KEY)).await.unwrap(),
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            dir: tempfile::tempdir().unwrap(),
            database_url,
            _database: None,
        }
    }

    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// The file that the database is, where it is one.
    pub(crate) fn database_file(&self) -> PathBuf {
        PathBuf::from(self.database_url.strip_prefix("sqlite://").unwrap())
    }

    pub(crate) fn database_url(&self) -> &str {
        &self.database_url
    }

    pub(crate) fn variables(&self) -> Vec<(&'static str, String)> {
        vec![
            ("BELLHOP_DATABASE_URL", self.database_url.clone()),
            ("BELLHOP_CLOSE_API_BASE", self.close.base_url()),
            ("CLOSE_API_KEY", CLOSE_API_KEY.to_owned()),
            // Whatever a test calls is on this machine.
            ("BELLHOP_HTTP_ALLOW_PRIVATE", "true".to_owned()),
            // On PostgreSQL a dead node's claims are free only after this long.
            ("BELLHOP_LEASE", "2s".to_owned()),
        ]
    }

    pub(crate) fn serve(&self) -> Process {
        let variables = self.variables();
        let variables: Vec<_> = variables.iter().map(|(key, value)| (*key, value.as_str())).collect();
        Process::serve(BINARY, self.dir(), &variables)
    }

    /// Begins to start, and is killed after that time.
    pub(crate) fn serve_briefly(&self, time: Duration) {
        let mut child = self.command(BINARY).arg("serve").stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(time);
        child.kill().unwrap();
        child.wait().unwrap();
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("BELLHOP_LISTEN", "127.0.0.1:0")
            .env("BELLHOP_DATA_DIR", self.dir())
            .envs(self.variables())
            .current_dir(self.dir());
        command
    }

    /// A start that is not to succeed: its exit code, and what it has said.
    pub(crate) fn fail_to_serve(&self) -> (Option<i32>, String) {
        // One that does start would never end.
        let output = self.command("/usr/bin/timeout").args(["60", BINARY, "serve"]).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    }

    /// The lines of the server's log that hold these words.
    pub(crate) fn logged(&self, words: &str) -> Vec<String> {
        let log = std::fs::read_to_string(self.dir().join("log")).unwrap_or_default();
        log.lines().filter(|line| line.contains(words)).map(str::to_owned).collect()
    }

    pub(crate) async fn ask(&self, server: &Process, path: &str) -> Answer {
        let url = format!("http://{}{path}", server.address());
        answer(self.http.get(url).bearer_auth(server.token())).await
    }

    pub(crate) async fn call(
        &self,
        server: &Process,
        method: Method,
        path: &str,
        yaml: Option<String>,
    ) -> Value {
        let url = format!("http://{}/api/v1{path}", server.address());
        let mut request = self.http.request(method, url).bearer_auth(server.token());
        if let Some(yaml) = yaml {
            request = request.header("content-type", "application/yaml").body(yaml);
        }
        let answer = answer(request).await;
        assert!(answer.status.is_success(), "{path}: {answer:?}");
        answer.body
    }

    /// Answers a step that waits.
    pub(crate) async fn resume(&self, server: &Process, path: &str) {
        let url = format!("http://{}/api/v1{path}", server.address());
        let request = self.http.post(url).bearer_auth(server.token()).json(&json!({ "answer": "yes" }));
        let answer = answer(request).await;
        assert!(answer.status.is_success(), "{path}: {answer:?}");
    }

    /// Creates the workflow of that name and switches it on.
    pub(crate) async fn activate(&self, server: &Process, name: &str, yaml: String) -> Hook {
        self.call(server, Method::POST, "/workflows", Some(yaml)).await;
        let active = self.call(server, Method::POST, &format!("/workflows/{name}/activate"), None).await;
        Hook {
            id: active["registrations"][0]["hook_id"].as_str().unwrap().to_owned(),
            key: self.close.subscriptions()[0].signature_key.clone(),
        }
    }

    /// Delivers an event as Close would; none where no answer came.
    pub(crate) async fn deliver(&self, address: &str, hook: &Hook, event: &str) -> Option<Delivered> {
        let body = json!({
            "subscription_id": "whsub_4tQy9Zb2LrW8kHs0VnXc1D",
            "event": {
                "id": event, "object_type": "lead", "action": "created", "object_id": "lead_1", "lead_id": "lead_1",
                "date_created": "2026-03-02T09:20:11.004000", "date_updated": "2026-03-02T09:20:11.004000",
                "data": { "id": "lead_1", "name": "Northwind Bikes" },
            },
        })
        .to_string();
        let timestamp = (SystemClock.now().as_micros() / 1_000_000).to_string();
        let sent = self
            .http
            .post(format!("http://{address}/webhook/{}", hook.id))
            .header("content-type", "application/json")
            .header("close-sig-timestamp", &timestamp)
            .header("close-sig-hash", sign(&hook.key, &timestamp, body.as_bytes()).unwrap())
            .body(body)
            .send()
            .await
            .ok()?;
        let retry_after = sent.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
        Some(Delivered { status: sent.status(), retry_after })
    }

    /// Reads from the REST interface of whatever listens there; none where nothing does any more.
    pub(crate) async fn get(&self, address: &str, path: &str) -> Option<Value> {
        let token = std::fs::read_to_string(self.dir().join("api-token")).unwrap();
        let request = self.http.get(format!("http://{address}/api/v1{path}")).bearer_auth(token.trim());
        let response = request.send().await.ok()?.error_for_status().ok()?;
        response.json().await.ok()
    }

    /// The newest executions that have not ended.
    pub(crate) async fn under_way(&self, address: &str) -> Vec<String> {
        let page = self.get(address, "/executions?limit=20").await.unwrap_or_default();
        let items = page["items"].as_array().cloned().unwrap_or_default();
        let open = items.iter().filter(|one| one["finished_at"].is_null());
        open.map(|one| one["id"].as_str().unwrap().to_owned()).collect()
    }

    /// All executions, newest first, without their steps.
    pub(crate) async fn executions(&self, server: &Process) -> Vec<Value> {
        let (mut found, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = self.call(server, Method::GET, &format!("/executions?limit=200{cursor}"), None).await;
            found.extend(page["items"].as_array().unwrap().iter().cloned());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return found,
            }
        }
    }
}

/// What a sender is answered.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Delivered {
    pub(crate) status: StatusCode,
    pub(crate) retry_after: Option<String>,
}

impl Delivered {
    pub(crate) fn is_taken(&self) -> bool {
        self.status.is_success()
    }
}
