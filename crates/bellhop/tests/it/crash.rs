//! kill -9 while deliveries come in: what was answered 2xx has exactly one execution, and each of them ends.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bellhop_testkit::database::{Db, TestDatabase};
use bellhop_testkit::process::Process;
use bellhop_testkit::server::{CLOSE_API_KEY, PATIENCE, answer};
use bellhop_workflow::time::{Clock as _, SystemClock};
use close_simulator::{Simulator, SimulatorConfig, sign};
use futures::StreamExt as _;
use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_bellhop");
const DELIVERIES: usize = 2_000;
/// The kill comes when so many were answered, with the rest in the air or not yet sent.
const KILL_AFTER: usize = 600;
const CONNECTIONS: usize = 64;

struct Site {
    close: Simulator,
    dir: tempfile::TempDir,
    database: TestDatabase,
    http: reqwest::Client,
}

impl Site {
    async fn new(db: Db) -> Self {
        let _already = rustls::crypto::ring::default_provider().install_default();
        Self {
            close: Simulator::start(SimulatorConfig::for_tests(CLOSE_API_KEY)).await.unwrap(),
            dir: tempfile::tempdir().unwrap(),
            database: TestDatabase::create(db),
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
        }
    }

    fn serve(&self) -> Process {
        let variables = [
            ("BELLHOP_DATABASE_URL", self.database.url()),
            ("BELLHOP_CLOSE_API_BASE", self.close.base_url()),
            ("CLOSE_API_KEY", CLOSE_API_KEY.to_owned()),
            // On PostgreSQL the dead node's claims are free only after this long.
            ("BELLHOP_LEASE", "2s".to_owned()),
        ];
        let variables: Vec<_> = variables.iter().map(|(key, value)| (*key, value.as_str())).collect();
        Process::serve(BINARY, self.dir.path(), &variables)
    }

    async fn call(&self, server: &Process, method: Method, path: &str, yaml: Option<String>) -> Value {
        let url = format!("http://{}/api/v1{path}", server.address());
        let mut request = self.http.request(method, url).bearer_auth(server.token());
        if let Some(yaml) = yaml {
            request = request.header("content-type", "application/yaml").body(yaml);
        }
        let answer = answer(request).await;
        assert!(answer.status.is_success(), "{path}: {answer:?}");
        answer.body
    }

    /// Delivers an event as Close would; whether it was answered 2xx.
    async fn deliver(&self, address: &str, hook: &str, key: &str, event: &str) -> bool {
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
            .post(format!("http://{address}/webhook/{hook}"))
            .header("content-type", "application/json")
            .header("close-sig-timestamp", &timestamp)
            .header("close-sig-hash", sign(key, &timestamp, body.as_bytes()).unwrap())
            .body(body)
            .send()
            .await;
        sent.is_ok_and(|response| response.status().is_success())
    }

    /// All executions of the workflow, by event id.
    async fn executions(&self, server: &Process) -> BTreeMap<String, Vec<String>> {
        let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut cursor = String::new();
        loop {
            let page = self.call(server, Method::GET, &format!("/executions?limit=200{cursor}"), None).await;
            for one in page["items"].as_array().unwrap() {
                let event = one["event"]["id"].as_str().unwrap().to_owned();
                found.entry(event).or_default().push(one["status"].as_str().unwrap().to_owned());
            }
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return found,
            }
        }
    }
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn no_acknowledged_delivery_is_lost_or_run_twice_by_a_kill(#[case] db: Db) {
    let site = Arc::new(Site::new(db).await);
    let server = site.serve();
    let sink = site.close.sink_url("effects");
    let yaml = format!(
        "name: effects\ntriggers:\n  - close: {{ events: [lead.created] }}\nsteps:\n  - id: name\n    uses: set\n    with: {{ name: '${{{{ event.data.name }}}}' }}\n  - id: effect\n    uses: http\n    with:\n      method: POST\n      url: {sink}\n      json: {{ event: '${{{{ event.id }}}}' }}\n"
    );
    site.call(&server, Method::POST, "/workflows", Some(yaml)).await;
    let active = site.call(&server, Method::POST, "/workflows/effects/activate", None).await;
    let hook = active["registrations"][0]["hook_id"].as_str().unwrap().to_owned();
    let key = site.close.subscriptions()[0].signature_key.clone();
    let address = server.address().to_owned();

    let (acknowledged, enough) = (Arc::new(AtomicUsize::new(0)), Arc::new(tokio::sync::Notify::new()));
    let sending = tokio::spawn({
        let (site, acknowledged, enough) =
            (Arc::clone(&site), Arc::clone(&acknowledged), Arc::clone(&enough));
        let (hook, key) = (hook.clone(), key.clone());
        async move {
            futures::stream::iter(0..DELIVERIES)
                .map(|number| {
                    let event = format!("ev_{number:05}");
                    let (site, acknowledged, enough) = (&site, &acknowledged, &enough);
                    let (address, hook, key) = (&address, &hook, &key);
                    async move {
                        let taken = site.deliver(address, hook, key, &event).await;
                        if taken && acknowledged.fetch_add(1, Ordering::SeqCst) + 1 == KILL_AFTER {
                            enough.notify_one();
                        }
                        (event, taken)
                    }
                })
                .buffer_unordered(CONNECTIONS)
                .collect::<Vec<_>>()
                .await
        }
    });
    tokio::time::timeout(PATIENCE * 2, enough.notified()).await.expect("deliveries are acknowledged");
    server.kill();
    let sent = sending.await.unwrap();
    let taken: BTreeSet<_> =
        sent.iter().filter(|(_, taken)| *taken).map(|(event, _)| event.clone()).collect();
    assert!(
        taken.len() >= KILL_AFTER && taken.len() < DELIVERIES,
        "the kill came in the middle: {}",
        taken.len()
    );

    // Close tries again what was not answered, and, for good measure, everything else as well.
    let server = site.serve();
    let again = futures::stream::iter(sent)
        .map(|(event, _)| {
            let (site, server, hook, key) = (&site, &server, &hook, &key);
            async move { site.deliver(server.address(), hook, key, &event).await }
        })
        .buffer_unordered(CONNECTIONS)
        .collect::<Vec<_>>()
        .await;
    assert!(again.iter().all(|taken| *taken));

    let deadline = tokio::time::Instant::now() + PATIENCE * 4;
    let mut look = tokio::time::interval(Duration::from_millis(200));
    let executions = loop {
        look.tick().await;
        let executions = site.executions(&server).await;
        if executions.values().flatten().all(|status| status == "succeeded") {
            break executions;
        }
        assert!(tokio::time::Instant::now() < deadline, "executions did not end: {executions:?}");
    };
    assert_eq!(executions.len(), DELIVERIES);
    let twice: Vec<_> = executions.iter().filter(|(_, runs)| runs.len() != 1).collect();
    assert!(twice.is_empty(), "run more than once: {twice:?}");
}

/// The processes for scripts that the server has started, each with its time of birth: a number alone may be given to
/// another process.
fn script_processes(server: u32) -> Vec<(u32, String)> {
    let all = std::fs::read_dir("/proc").unwrap();
    all.filter_map(|entry| {
        let id = entry.unwrap().file_name().to_str()?.parse().ok()?;
        let (parent, birth) = parent_and_birth(id)?;
        let line = std::fs::read(format!("/proc/{id}/cmdline")).ok()?;
        (parent == server && line.ends_with(b"\0script-worker\0")).then_some((id, birth))
    })
    .collect()
}

/// Of a process that lives. The fields are those of proc(5), behind the name, which may hold anything.
fn parent_and_birth(id: u32) -> Option<(u32, String)> {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let fields: Vec<_> = stat.rsplit_once(") ")?.1.split(' ').collect();
    (fields[0] != "Z").then(|| (fields[1].parse().unwrap(), fields[19].to_owned()))
}

async fn until(mut condition: impl FnMut() -> bool) {
    let mut look = tokio::time::interval(Duration::from_millis(10));
    let waiting = async {
        while !condition() {
            look.tick().await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_takes_its_scripts_along() {
    let site = Site::new(Db::Sqlite).await;
    let server = site.serve();
    let yaml = "name: busy\ntriggers:\n  - manual:\nsteps:\n  - id: search\n    uses: script\n    timeout: 60s\n    with: { code: \"return 'a'.repeat(2e7).indexOf('a'.repeat(1e7) + 'b')\" }\n";
    site.call(&server, Method::POST, "/workflows", Some(yaml.to_owned())).await;
    site.call(&server, Method::POST, "/workflows/busy/activate", None).await;
    site.call(&server, Method::POST, "/workflows/busy/run", None).await;
    let mut found = Vec::new();
    until(|| {
        found = script_processes(server.id());
        !found.is_empty()
    })
    .await;

    server.kill();

    for (id, birth) in found {
        until(|| parent_and_birth(id).is_none_or(|(_, now)| now != birth)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn health_is_what_the_exit_code_says() {
    let site = Site::new(Db::Sqlite).await;
    let server = site.serve();
    let ask = |address: String| {
        std::process::Command::new(BINARY)
            .args(["health", "--server", &format!("http://{address}")])
            .output()
            .unwrap()
    };
    let address = server.address().to_owned();
    assert!(ask(address.clone()).status.success());
    server.kill();
    assert_eq!(ask(address).status.code(), Some(1));
}
