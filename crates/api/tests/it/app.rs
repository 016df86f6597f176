//! A whole API with a store of its own and a clock that the test holds.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use bellhop_api::{ApiParts, ApiState, ApiToken, IngressRates};
use bellhop_storage::{CredentialStore, Store};
use bellhop_traces::Traces;
use bellhop_trigger::close::{CloseApi, http_client};
use bellhop_trigger::hooks::HookTable;
use bellhop_trigger::lifecycle::{Lifecycle, LifecycleParts};
use bellhop_trigger::recovery::{Recovery, RecoveryParts};
use bellhop_vault::{Credential, CredentialKind, MasterKey, Redactor, Secret};
use bellhop_workflow::ids::CredentialName;
use bellhop_workflow::time::{Clock, Timestamp};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, Method, Request, StatusCode};
use serde_json::Value;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;
use wiremock::MockServer;

use crate::conformance::{INTERFACE, Interface};

pub(crate) const TOKEN: &str = "token-of-the-tests";
/// The largest delivery that is taken, in bytes.
pub(crate) const MAX_BODY: usize = 4_096;
/// How long a webhook's request waits for its execution.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(20);
/// When every story begins.
pub(crate) const START: Timestamp = Timestamp::from_seconds(1_772_442_014);

/// A clock that stands still until it is moved.
pub(crate) struct TestClock {
    micros: AtomicI64,
    broken: AtomicBool,
}

impl TestClock {
    pub(crate) fn advance(&self, by: Duration) {
        self.micros.fetch_add(i64::try_from(by.as_micros()).unwrap(), Ordering::SeqCst);
    }

    /// From now on, whoever asks for the time panics.
    pub(crate) fn break_down(&self) {
        self.broken.store(true, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        assert!(!self.broken.load(Ordering::SeqCst), "the clock is broken");
        Timestamp::from_micros(self.micros.load(Ordering::SeqCst))
    }
}

/// How a node is set up.
#[derive(Clone, Copy)]
pub(crate) struct NodeOptions {
    pub(crate) response_timeout: Duration,
    pub(crate) ingress_rates: IngressRates,
    pub(crate) metrics_public: bool,
    pub(crate) executor_works: bool,
}

impl Default for NodeOptions {
    fn default() -> Self {
        Self {
            response_timeout: RESPONSE_TIMEOUT,
            ingress_rates: IngressRates::default(),
            metrics_public: false,
            executor_works: true,
        }
    }
}

pub(crate) struct TestApp {
    router: Router,
    pub(crate) store: Store,
    pub(crate) clock: Arc<TestClock>,
    /// What stands in for Close's API.
    pub(crate) close: Arc<MockServer>,
    pub(crate) key: MasterKey,
    /// Tells that the server is about to stop.
    pub(crate) stop: CancellationToken,
    directory: Arc<TempDir>,
}

impl TestApp {
    pub(crate) async fn start() -> Self {
        Self::with(NodeOptions::default()).await
    }

    /// One whose webhooks do not wait long for their executions.
    pub(crate) async fn impatient() -> Self {
        Self::with(NodeOptions { response_timeout: Duration::from_millis(20), ..NodeOptions::default() })
            .await
    }

    /// One that is set up like that.
    pub(crate) async fn with(options: NodeOptions) -> Self {
        let _already = rustls::crypto::ring::default_provider().install_default();
        let directory = tempfile::tempdir().unwrap();
        let store =
            Store::connect(&format!("sqlite://{}/bellhop.db", directory.path().display())).await.unwrap();
        let clock =
            Arc::new(TestClock { micros: AtomicI64::new(START.as_micros()), broken: AtomicBool::new(false) });
        let close = Arc::new(MockServer::start().await);
        let key = MasterKey::generate().unwrap();
        let stop = CancellationToken::new();
        let router = router(&store, &key, &close, &clock, options, &stop);
        Self { router, store, clock, close, key, stop, directory: Arc::new(directory) }
    }

    /// Another node over the same database, which knows nothing of what this one has in memory.
    pub(crate) fn another_node(&self) -> Self {
        self.another_node_with(&self.key)
    }

    /// The same with that master key.
    pub(crate) fn another_node_with(&self, key: &MasterKey) -> Self {
        Self {
            router: router(&self.store, key, &self.close, &self.clock, NodeOptions::default(), &self.stop),
            store: self.store.clone(),
            clock: Arc::clone(&self.clock),
            close: Arc::clone(&self.close),
            key: key.clone(),
            stop: self.stop.clone(),
            directory: Arc::clone(&self.directory),
        }
    }

    /// Sends a request as it is.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let (method, path) = (request.method().clone(), request.uri().to_string());
        let answer = self.answer(request).await;
        let described = async || {
            let request = Request::get("/api/openapi.json").body(Body::empty()).unwrap();
            Interface::new(&self.answer(request).await.expect(StatusCode::OK))
        };
        INTERFACE.get_or_init(described).await.hold_answer(&method, &path, &answer);
        answer
    }

    async fn answer(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }

    /// Sends a request, and leaves the answer's body to be read.
    pub(crate) async fn open(&self, request: Request<Body>) -> http::Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// The status that a request is answered with. Its body may have no end.
    pub(crate) async fn status(&self, request: Request<Body>) -> StatusCode {
        self.open(request).await.status()
    }

    /// Makes a token, and gives what it was answered with.
    pub(crate) async fn new_token(&self, asked: Value) -> Value {
        self.post_json("/api/v1/tokens", asked).await.expect(StatusCode::CREATED)
    }

    /// A token of that scope, for all workflows or for these.
    pub(crate) async fn token(&self, name: &str, scope: &str, workflows: &[&str]) -> String {
        let mut asked = serde_json::json!({ "name": name, "scope": scope });
        if !workflows.is_empty() {
            asked["workflows"] = workflows.into();
        }
        self.new_token(asked).await["token"].as_str().unwrap().to_owned()
    }

    /// A call of whoever holds the token, without a body.
    pub(crate) async fn call_as(&self, token: &str, method: Method, path: &str) -> Answer {
        self.send(bearing(token, method, path).body(Body::empty()).unwrap()).await
    }

    /// A call of the operator's, without a body.
    pub(crate) async fn call(&self, method: Method, path: &str) -> Answer {
        self.send(operator(method, path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path).await
    }

    pub(crate) async fn post(&self, path: &str) -> Answer {
        self.call(Method::POST, path).await
    }

    /// A call of the operator's with a body of that type.
    pub(crate) async fn with_body(
        &self,
        method: Method,
        path: &str,
        media: &str,
        body: impl Into<Body>,
    ) -> Answer {
        self.send(operator(method, path).header(CONTENT_TYPE, media).body(body.into()).unwrap()).await
    }

    pub(crate) async fn post_json(&self, path: &str, body: Value) -> Answer {
        self.with_body(Method::POST, path, "application/json", body.to_string()).await
    }

    pub(crate) async fn put_json(&self, path: &str, body: Value) -> Answer {
        self.with_body(Method::PUT, path, "application/json", body.to_string()).await
    }

    /// Creates a workflow.
    pub(crate) async fn create(&self, yaml: &str) -> Answer {
        self.with_body(Method::POST, "/api/v1/workflows", "application/yaml", yaml.to_owned()).await
    }

    /// Creates a workflow, switches it on, and says where its first hook is reached.
    pub(crate) async fn active_hook(&self, yaml: &str) -> String {
        let created = self.create(yaml).await.expect(StatusCode::CREATED);
        let path = format!("/api/v1/workflows/{}/activate", created["name"].as_str().unwrap());
        let active = self.post(&path).await.expect(StatusCode::OK);
        let url = active["triggers"][0]["hook_url"].as_str().unwrap();
        url.strip_prefix("https://hooks.example.com").unwrap().to_owned()
    }

    /// All that is in the database's files, what is packed in them included.
    pub(crate) fn database_bytes(&self) -> Vec<u8> {
        let files = std::fs::read_dir(self.directory.path()).unwrap();
        let files: Vec<u8> = files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect();
        [bellhop_storage::unpacked_in(&files), files].concat()
    }

    /// How many bytes the database's file has, with what is still in the write-ahead log.
    pub(crate) async fn database_size(&self) -> u64 {
        let stop = bellhop_storage::Pace { rest: Duration::ZERO, stop: CancellationToken::new() };
        let keep = bellhop_storage::Keep { age: None, payload_age: None, rows: None };
        // A sweep ends by moving the write-ahead log into the file.
        self.store.sweep(keep, START, &stop).await.unwrap();
        std::fs::metadata(self.directory.path().join("bellhop.db")).unwrap().len()
    }

    /// The newest entry of the deliveries log.
    pub(crate) async fn last_delivery(&self) -> Value {
        self.get("/api/v1/deliveries?limit=1").await.expect(StatusCode::OK)["items"][0].clone()
    }
}

/// Everything that one node has for itself.
fn router(
    store: &Store,
    key: &MasterKey,
    close: &MockServer,
    clock: &Arc<TestClock>,
    options: NodeOptions,
    stop: &CancellationToken,
) -> Router {
    let redactor = Redactor::default();
    let credentials = CredentialStore::new(store.clone(), key.clone(), environment(), redactor.clone());
    let hooks = HookTable::new(store.clone(), key.clone(), credentials.clone(), redactor.clone());
    let hooks = Arc::new(hooks);
    let lifecycle = Lifecycle::new(LifecycleParts {
        store: store.clone(),
        hooks: Arc::clone(&hooks),
        credentials: credentials.clone(),
        key: key.clone(),
        redactor: redactor.clone(),
        close: CloseApi::new(&close.uri(), http_client().unwrap()),
        vendors: bellhop_trigger::vendor::DeclaredVendors::new(http_client().unwrap(), BTreeMap::new()),
        public_url: "https://hooks.example.com".to_owned(),
        clock: clock.clone(),
    });
    let recovery = Recovery::new(RecoveryParts {
        store: store.clone(),
        credentials: credentials.clone(),
        key: key.clone(),
        redactor: redactor.clone(),
        close: CloseApi::new(&close.uri(), http_client().unwrap()),
        clock: clock.clone(),
    });
    bellhop_api::router(ApiState::new(ApiParts {
        store: store.clone(),
        recovery,
        lifecycle: Arc::new(lifecycle),
        hooks,
        credentials,
        redactor,
        clock: clock.clone(),
        master_key: key.clone(),
        token: ApiToken::new(&Secret::from(TOKEN.to_owned())),
        public_url: "https://hooks.example.com/".parse().unwrap(),
        trusted_proxies: Vec::new(),
        max_body: MAX_BODY,
        timestamp_tolerance: Duration::from_mins(5),
        body_timeout: Duration::from_millis(50),
        response_timeout: options.response_timeout,
        stop: stop.clone(),
        ingress_rates: options.ingress_rates,
        metrics_public: options.metrics_public,
        meters_of_others: Vec::new(),
        traces: Traces::off(),
        executor_works: Some(Box::new(move || options.executor_works)),
    }))
}

/// The credential that the server's environment has.
fn environment() -> BTreeMap<CredentialName, Credential> {
    let token = Secret::from("secret-of-the-environment".to_owned());
    let credential =
        Credential::from_fields(CredentialKind::HttpBearer, [("token".to_owned(), token)]).unwrap();
    BTreeMap::from([(CredentialName::new("from-env"), credential)])
}

/// A request of the operator's.
pub(crate) fn operator(method: Method, path: &str) -> http::request::Builder {
    bearing(TOKEN, method, path)
}

/// A request of whoever holds the token.
pub(crate) fn bearing(token: &str, method: Method, path: &str) -> http::request::Builder {
    Request::builder().method(method).uri(path).header(AUTHORIZATION, format!("Bearer {token}"))
}

/// A body that never comes to its end.
pub(crate) fn endless() -> Body {
    Body::from_stream(futures::stream::pending::<Result<Vec<u8>, std::io::Error>>())
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The body, where the status is that one.
    #[track_caller]
    pub(crate) fn expect(self, status: StatusCode) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        if self.text.is_empty() { Value::Null } else { serde_json::from_str(&self.text).unwrap() }
    }

    /// The problem, where it is one of that status and type, in the form that all problems have.
    #[track_caller]
    pub(crate) fn problem(self, status: StatusCode, kind: &str) -> Value {
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.expect(status);
        assert_eq!(problem["type"], kind);
        assert_eq!(problem["status"], status.as_u16());
        assert!(problem["title"].is_string() && problem["detail"].is_string(), "{problem}");
        problem
    }
}
