//! A whole server in the test's own process, with a simulated Close beside it, spoken to as a user does: over HTTP.

use std::sync::Arc;
use std::time::Duration;

use bellhop::config::{AllowPrivate, Settings};
use bellhop::server::{Running, ScriptIsolation, start};
use bellhop_workflow::time::{Clock, SystemClock, Timestamp};
use close_simulator::{EventDraft, Simulator, SimulatorConfig};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::database::{Db, TestDatabase};

/// The key of the simulated Close account.
pub const CLOSE_API_KEY: &str = "api_7Qm2ZxT4vKp9.testkit-Close-Secret";

/// How long a test waits for what has to happen before it fails.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A server, its database and its Close.
pub struct TestServer {
    /// The simulated Close.
    pub close: Simulator,
    settings: Settings,
    clock: Arc<dyn Clock>,
    running: Option<Running>,
    http: reqwest::Client,
    dir: tempfile::TempDir,
    // Last: dropped after everything that uses it.
    database: TestDatabase,
}

/// An answer: its status and its body, `null` where that is not JSON.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: reqwest::header::HeaderMap,
    /// The body.
    pub body: Value,
}

impl TestServer {
    /// Starts a server on a database of its own, with the credential `close` stored.
    pub async fn start(db: Db) -> Self {
        Self::start_with(db, Arc::new(SystemClock), |_| {}).await
    }

    /// The same, with another clock and other settings.
    pub async fn start_with(db: Db, clock: Arc<dyn Clock>, change: impl FnOnce(&mut Settings)) -> Self {
        Self::start_beside(db, clock, SimulatorConfig::for_tests(CLOSE_API_KEY), change).await
    }

    /// The same, beside a Close of the test's own making, which knows [`CLOSE_API_KEY`].
    pub async fn start_beside(
        db: Db,
        clock: Arc<dyn Clock>,
        close: SimulatorConfig,
        change: impl FnOnce(&mut Settings),
    ) -> Self {
        let _already = rustls::crypto::ring::default_provider().install_default();
        let close = Simulator::start(close).await.expect("the simulator starts");
        let database = TestDatabase::create(db);
        let dir = tempfile::tempdir().expect("a temporary directory");
        let mut settings = Settings {
            // Whatever a test calls is on this machine.
            http_allow_private: AllowPrivate::All(true),
            listen: ([127, 0, 0, 1], 0).into(),
            data_dir: dir.path().join("data"),
            database_url: Some(bellhop::config::Hidden::new(database.url())),
            close_api_base: close.base_url(),
            // Nothing of the directory that the test happens to run in.
            workflows_dir: Some(dir.path().join("workflows")),
            ..Settings::default()
        };
        std::fs::create_dir(dir.path().join("workflows")).expect("an empty directory");
        change(&mut settings);
        let running =
            start(&settings, Arc::clone(&clock), ScriptIsolation::Thread).await.expect("the server starts");
        // A restart comes back at the same address, so that the URLs that vendors know stay right.
        settings.listen = running.address();
        let server = Self {
            close,
            settings,
            clock,
            running: Some(running),
            http: reqwest::Client::builder().no_proxy().build().expect("a client"),
            dir,
            database,
        };
        let stored = server
            .send(Method::PUT, "/credentials/close", &json!({ "kind": "close", "api_key": CLOSE_API_KEY }))
            .await;
        assert!(stored.status.is_success(), "{stored:?}");
        server
    }

    /// Stops the server, as SIGTERM would.
    pub async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
    }

    /// Ends the server where it stands.
    pub async fn abort(&mut self) {
        if let Some(running) = self.running.take() {
            running.abort().await;
        }
    }

    /// Starts it again on the same database and files.
    pub async fn restart(&mut self) {
        self.stop().await;
        self.running = Some(
            start(&self.settings, Arc::clone(&self.clock), ScriptIsolation::Thread)
                .await
                .expect("the server starts again"),
        );
    }

    /// The server that runs.
    pub fn running(&self) -> &Running {
        self.running.as_ref().expect("the server runs")
    }

    /// The directory of the server's files.
    pub fn dir(&self) -> &std::path::Path {
        self.dir.path()
    }

    /// Where the database is.
    pub fn database_url(&self) -> String {
        self.database.url()
    }

    /// The server's time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Has something happen in Close; the event, as it is delivered to whoever has subscribed to it.
    pub fn happen(&self, object_type: &str, action: &str, data: Value) -> close_simulator::Event {
        self.happen_to(None, object_type, action, data)
    }

    /// The same, about something of a lead that is there.
    pub fn happen_to(
        &self,
        lead: Option<&str>,
        object_type: &str,
        action: &str,
        data: Value,
    ) -> close_simulator::Event {
        let draft = EventDraft { lead_id: lead.map(str::to_owned), ..EventDraft::new(object_type, action) };
        self.close.emit(&draft.data(data)).expect("an event of Close's")
    }

    /// A URL of the server.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.running().address())
    }

    /// A request to the REST interface with the right token. `path` is what comes after `/api/v1`.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http
            .request(method, self.url(&format!("/api/v1{path}")))
            .bearer_auth(self.running().token().expose())
    }

    /// A request without a token, to any path.
    pub fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, self.url(path))
    }

    /// Reads from the REST interface.
    pub async fn get(&self, path: &str) -> Answer {
        answer(self.request(Method::GET, path)).await
    }

    /// Sends JSON to the REST interface.
    pub async fn send(&self, method: Method, path: &str, body: &Value) -> Answer {
        answer(self.request(method, path).json(body)).await
    }

    /// Posts without a body.
    pub async fn post(&self, path: &str) -> Answer {
        answer(self.request(Method::POST, path)).await
    }

    /// Creates a workflow from YAML, which has to be good.
    pub async fn create(&self, yaml: &str) -> Value {
        let made = self.try_create(yaml).await;
        assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
        made.body
    }

    /// Tries to create a workflow from YAML.
    pub async fn try_create(&self, yaml: &str) -> Answer {
        let request = self.request(Method::POST, "/workflows").header("content-type", "application/yaml");
        answer(request.body(yaml.to_owned())).await
    }

    /// Creates a workflow and switches it on; answers the workflow as it is then.
    pub async fn create_active(&self, yaml: &str) -> Value {
        let name = self.create(yaml).await["name"].as_str().expect("a name").to_owned();
        let active = self.post(&format!("/workflows/{name}/activate")).await;
        assert_eq!(active.status, StatusCode::OK, "{active:?}");
        active.body
    }

    /// The items of a list.
    pub async fn list(&self, path: &str) -> Vec<Value> {
        let answer = self.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        answer.body["items"].as_array().expect("items").clone()
    }

    /// One execution with its steps.
    pub async fn execution(&self, id: &str) -> Value {
        let answer = self.get(&format!("/executions/{id}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        answer.body
    }

    /// Waits until `count` executions of a workflow have ended, and gives them with their steps, oldest first.
    pub async fn ended(&self, workflow: &str, count: usize) -> Vec<Value> {
        let path = format!("/executions?workflow={workflow}&limit=200");
        let ended = |items: &[Value]| {
            items.len() >= count
                && items
                    .iter()
                    .all(|one| matches!(one["status"].as_str(), Some("succeeded" | "failed" | "cancelled")))
        };
        let items = self.until(&path, ended).await;
        assert_eq!(items.len(), count, "more executions than expected: {items:#?}");
        let mut full = Vec::new();
        for item in items.iter().rev() {
            full.push(self.execution(item["id"].as_str().expect("an id")).await);
        }
        full
    }

    /// Waits until a list looks as it has to.
    pub async fn until(&self, path: &str, good: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        let mut look = tokio::time::interval(Duration::from_millis(20));
        loop {
            look.tick().await;
            let items = self.list(path).await;
            if good(&items) {
                return items;
            }
            assert!(
                tokio::time::Instant::now() < deadline,
                "{path} did not come to be as expected: {items:#?}"
            );
        }
    }
}

/// Sends a request and reads the answer.
pub async fn answer(request: RequestBuilder) -> Answer {
    let response = request.send().await.expect("an answer");
    let (status, headers) = (response.status(), response.headers().clone());
    let bytes = response.bytes().await.expect("a body");
    Answer { status, headers, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) }
}
