//! Any body, query and path at the REST interface, by somebody who may do everything: never a 500.
//!
//! The first byte says which call; the rest is its body, its query, or the end of its path. What would call a vendor is
//! left out.

#![no_main]

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use bellhop_api::{ApiParts, ApiState, ApiToken, IngressRates};
use bellhop_storage::{CredentialStore, Store};
use bellhop_trigger::close::{CloseApi, http_client};
use bellhop_trigger::hooks::HookTable;
use bellhop_trigger::lifecycle::{Lifecycle, LifecycleParts};
use bellhop_trigger::recovery::{Recovery, RecoveryParts};
use bellhop_trigger::vendor::DeclaredVendors;
use bellhop_vault::{MasterKey, Redactor, Secret};
use bellhop_workflow::time::SystemClock;
use http::{Request, StatusCode};
use libfuzzer_sys::fuzz_target;
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

const TOKEN: &str = "the-token-of-the-fuzzer";
const ID: &str = "01977f00-0000-7000-8000-000000000001";

/// What stands for the input in a path; where it stands nowhere, the input is the body.
const HERE: &str = "{}";

const CALLS: [(&str, &str); 27] = [
    ("POST", "/api/v1/workflows/validate"),
    ("PUT", "/api/v1/workflows/hello"),
    ("POST", "/api/v1/workflows/hello/run"),
    ("PUT", "/api/v1/credentials/crm"),
    ("POST", "/api/v1/tokens"),
    ("POST", "/api/v1/session"),
    ("POST", "/api/v1/executions/ID/retry"),
    ("POST", "/api/v1/executions/ID/cancel"),
    ("POST", "/api/v1/executions/ID/steps/ask/resume"),
    ("POST", "/api/v1/deliveries/ID/replay"),
    ("POST", "/webhook/open"),
    ("POST", "/resume/{}"),
    ("GET", "/resume/{}"),
    ("GET", "/api/v1/workflows?{}"),
    ("GET", "/api/v1/executions?{}"),
    ("GET", "/api/v1/executions?cursor={}"),
    ("DELETE", "/api/v1/executions?{}"),
    ("GET", "/api/v1/deliveries?{}"),
    ("GET", "/api/v1/deliveries?cursor={}"),
    ("GET", "/api/v1/deliveries/rejections?{}"),
    ("GET", "/api/v1/registrations?{}"),
    ("GET", "/api/v1/audit?{}"),
    ("GET", "/api/v1/audit?cursor={}"),
    ("GET", "/api/v1/catalog/events?{}"),
    ("GET", "/api/v1/state/hello?{}"),
    ("GET", "/api/v1/{}"),
    ("POST", "/webhook/{}"),
];

const HELLO: &str = "name: hello\ntriggers:\n  - webhook: { path: open }\n  - manual: {}\nsteps:\n  - uses: log\n    with: { message: hi }\n";

struct Server {
    runtime: Runtime,
    router: Router,
    _dir: tempfile::TempDir,
}

static SERVER: LazyLock<Server> = LazyLock::new(|| {
    let _already = rustls::crypto::ring::default_provider().install_default();
    // In memory, where there is such a place: each write would be awaited from the disk.
    let dir = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a directory");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let url = format!("sqlite://{}/bellhop.db", dir.path().display());
    let store = runtime.block_on(Store::connect(&url)).expect("a database");
    let router = runtime.block_on(async { router(store) });
    let server = Server { runtime, router, _dir: dir };
    let made = server.call("POST", "/api/v1/workflows", HELLO.as_bytes());
    assert_eq!(made, Some(StatusCode::CREATED));
    assert_eq!(server.call("POST", "/api/v1/workflows/hello/activate", b""), Some(StatusCode::OK));
    server
});

impl Server {
    /// The status that is answered; none where this is no request.
    fn call(&self, method: &str, path: &str, body: &[u8]) -> Option<StatusCode> {
        let kind = if path.contains("/workflows") && !path.ends_with("/run") { "application/yaml" } else { "application/json" };
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", kind)
            .header("authorization", format!("Bearer {TOKEN}"))
            .body(Body::from(body.to_vec()))
            .ok()?;
        let answer = self.runtime.block_on(self.router.clone().oneshot(request));
        Some(answer.expect("it never fails").status())
    }
}

fn router(store: Store) -> Router {
    let key = MasterKey::from_base64("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").expect("a key");
    let redactor = Redactor::default();
    let clock = Arc::new(SystemClock);
    let credentials = CredentialStore::new(store.clone(), key.clone(), BTreeMap::new(), redactor.clone());
    let hooks = Arc::new(HookTable::new(store.clone(), key.clone(), credentials.clone(), redactor.clone()));
    let close = || CloseApi::new("http://127.0.0.1:9", http_client().expect("a client"));
    let lifecycle = Lifecycle::new(LifecycleParts {
        store: store.clone(),
        hooks: Arc::clone(&hooks),
        credentials: credentials.clone(),
        key: key.clone(),
        redactor: redactor.clone(),
        close: close(),
        vendors: DeclaredVendors::new(http_client().expect("a client"), BTreeMap::new()),
        public_url: "https://hooks.example.com".to_owned(),
        clock: clock.clone(),
    });
    let recovery = Recovery::new(RecoveryParts {
        store: store.clone(),
        credentials: credentials.clone(),
        key: key.clone(),
        redactor: redactor.clone(),
        close: close(),
        clock: clock.clone(),
    });
    bellhop_api::router(ApiState::new(ApiParts {
        store,
        recovery,
        lifecycle: Arc::new(lifecycle),
        hooks,
        credentials,
        redactor,
        traces: bellhop_traces::Traces::off(),
        clock,
        master_key: key,
        token: ApiToken::new(&Secret::from(TOKEN.to_owned())),
        public_url: "https://hooks.example.com/".parse().expect("a URL"),
        trusted_proxies: Vec::new(),
        max_body: 64 * 1024,
        timestamp_tolerance: Duration::from_secs(300),
        body_timeout: Duration::from_secs(1),
        response_timeout: Duration::from_secs(1),
        stop: tokio_util::sync::CancellationToken::new(),
        ingress_rates: IngressRates::default(),
        metrics_public: false,
        meters_of_others: Vec::new(),
        executor_works: None,
    }))
}

fuzz_target!(|data: &[u8]| {
    let Some((first, input)) = data.split_first() else { return };
    let (method, path) = CALLS[usize::from(*first) % CALLS.len()];
    let path = path.replace("ID", ID);
    let status = if path.contains(HERE) {
        let Ok(text) = std::str::from_utf8(input) else { return };
        // Waiting is what such a call is for.
        if text.contains("stream") || text.contains("wait") {
            return;
        }
        SERVER.call(method, &path.replace(HERE, text), b"")
    } else {
        SERVER.call(method, &path, input)
    };
    assert_ne!(status, Some(StatusCode::INTERNAL_SERVER_ERROR), "{method} {path}");
});
