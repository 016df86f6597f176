//! Nodes of two kinds on one database: what one takes, the other runs, at once; and who is which says so.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use bellhop_testkit::database::{Db, TestDatabase};
use bellhop_testkit::process::Process;
use bellhop_testkit::server::{Answer, PATIENCE, answer};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::site::BINARY;

const TOKEN: &str = "the-token-of-all-nodes";
const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

struct Cluster {
    database: TestDatabase,
    http: reqwest::Client,
    dir: tempfile::TempDir,
}

impl Cluster {
    fn new() -> Self {
        let _already = rustls::crypto::ring::default_provider().install_default();
        Self {
            database: TestDatabase::create(Db::Postgres),
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            dir: tempfile::tempdir().unwrap(),
        }
    }

    /// A node of that role, with files of its own.
    fn node(&self, name: &str, role: &str, lease: &str) -> Process {
        let (dir, url) = (self.dir.path().join(name), self.database.url());
        std::fs::create_dir(&dir).unwrap();
        let variables = [
            ("BELLHOP_DATABASE_URL", url.as_str()),
            ("BELLHOP_ROLE", role),
            ("BELLHOP_LEASE", lease),
            ("BELLHOP_API_TOKEN", TOKEN),
            ("BELLHOP_MASTER_KEY", KEY),
        ];
        Process::serve(BINARY, &dir, &variables)
    }

    fn request(&self, node: &Process, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("http://{}{path}", node.address())).bearer_auth(TOKEN)
    }

    async fn get(&self, node: &Process, path: &str) -> Answer {
        answer(self.request(node, Method::GET, path)).await
    }

    async fn activate(&self, node: &Process, name: &str, yaml: String) {
        let create = self.request(node, Method::POST, "/api/v1/workflows");
        let made = answer(create.header("content-type", "application/yaml").body(yaml)).await;
        assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
        let path = format!("/api/v1/workflows/{name}/activate");
        let active = answer(self.request(node, Method::POST, &path)).await;
        assert_eq!(active.status, StatusCode::OK, "{active:?}");
    }
}

async fn in_time(condition: impl AsyncFn() -> bool) {
    let mut look = tokio::time::interval(Duration::from_millis(20));
    let waiting = async {
        while !condition().await {
            look.tick().await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.unwrap();
}

fn parts(ready: &Value) -> Vec<&str> {
    ready["parts"].as_array().unwrap().iter().map(|part| part["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn what_one_node_takes_another_runs_at_once() {
    let cluster = Cluster::new();
    // A worker that nothing wakes looks at the table each third of the lease: nothing of that happens in this story.
    let ingress = cluster.node("ingress", "ingress", "10min");
    let worker = cluster.node("worker", "worker", "10min");
    let yaml = "name: echo\ntriggers:\n  - webhook: { path: echo, response: last_step }\nsteps:\n  - uses: return\n    with: { heard: '${{ event.data.say }}' }\n";
    cluster.activate(&ingress, "echo", yaml.to_owned()).await;
    for word in ["one", "two", "three"] {
        let began = Instant::now();
        let request = cluster.http.post(format!("http://{}/webhook/echo", ingress.address()));
        let heard = answer(request.json(&json!({ "say": word }))).await;
        assert_eq!((heard.status, &heard.body["heard"]), (StatusCode::OK, &json!(word)), "{heard:?}");
        assert!(began.elapsed() < Duration::from_secs(10), "{word} took {:?}", began.elapsed());
    }

    // Each is ready for what it does, and the worker has no door for anything else.
    let ready = cluster.get(&ingress, "/readyz").await;
    assert_eq!((ready.status, parts(&ready.body)), (StatusCode::OK, vec!["migrations", "database", "keys"]));
    let ready = cluster.get(&worker, "/readyz").await;
    assert_eq!(ready.status, StatusCode::OK);
    assert!(parts(&ready.body).contains(&"executor"), "{ready:?}");
    for path in ["/healthz", "/metrics"] {
        assert_eq!(cluster.get(&worker, path).await.status, StatusCode::OK, "{path}");
    }
    for path in ["/api/v1/workflows", "/api/openapi.json", "/webhook/echo", "/resume/x"] {
        assert_eq!(cluster.get(&worker, path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let without = answer(cluster.http.get(format!("http://{}/metrics", worker.address()))).await;
    assert_eq!(without.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_worker_takes_over_what_a_killed_one_was_running() {
    let (cluster, peer) = (Cluster::new(), MockServer::start().await);
    // The first call is never answered.
    let never = ResponseTemplate::new(200).set_delay(Duration::from_mins(10));
    Mock::given(path("/call")).respond_with(never).up_to_n_times(1).with_priority(1).mount(&peer).await;
    Mock::given(path("/call")).respond_with(ResponseTemplate::new(200)).mount(&peer).await;
    let ingress = cluster.node("ingress", "ingress", "2s");
    let first = cluster.node("first", "worker", "2s");
    let yaml = format!(
        "name: calls\ntriggers:\n  - webhook: {{ path: calls }}\nsteps:\n  - id: call\n    uses: http\n    timeout: 10m\n    with: {{ url: '{}/call' }}\n",
        peer.uri()
    );
    cluster.activate(&ingress, "calls", yaml).await;
    let sent =
        answer(cluster.http.post(format!("http://{}/webhook/calls", ingress.address())).json(&json!({})))
            .await;
    assert_eq!(sent.status, StatusCode::OK, "{sent:?}");
    in_time(async || peer.received_requests().await.unwrap().len() == 1).await;
    first.kill();
    let _second = cluster.node("second", "worker", "2s");
    in_time(async || {
        let list = cluster.get(&ingress, "/api/v1/executions").await.body;
        list["items"][0]["status"] == "succeeded"
    })
    .await;
    assert_eq!(peer.received_requests().await.unwrap().len(), 2);
}

#[test]
fn half_a_server_on_a_file_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    for role in ["ingress", "worker"] {
        let (code, said) = fail_to_serve(dir.path(), role);
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains("`role`") && said.contains("PostgreSQL"), "{said}");
    }
}

fn fail_to_serve(dir: &Path, role: &str) -> (Option<i32>, String) {
    // One that does start would never end.
    let output = Command::new("/usr/bin/timeout")
        .args(["60", BINARY, "serve"])
        .env_clear()
        .env("BELLHOP_LISTEN", "127.0.0.1:0")
        .env("BELLHOP_DATA_DIR", dir)
        .env("BELLHOP_ROLE", role)
        .current_dir(dir)
        .output()
        .unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}
