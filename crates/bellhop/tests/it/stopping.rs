//! SIGTERM: what is under way may end within the grace, what does not is handed back, and nothing is lost.

use std::time::{Duration, Instant};

use bellhop_testkit::database::{Db, TestDatabase};
use bellhop_testkit::process::Process;
use bellhop_testkit::server::{PATIENCE, answer};
use reqwest::{Method, StatusCode};
use rstest::rstest;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

const BINARY: &str = env!("CARGO_BIN_EXE_bellhop");

/// A lease that does not run out before the story is over.
const LEASE: &str = "1h";

struct Site {
    peer: MockServer,
    dir: tempfile::TempDir,
    database: TestDatabase,
    http: reqwest::Client,
}

impl Site {
    async fn new(db: Db) -> Self {
        let _already = rustls::crypto::ring::default_provider().install_default();
        Self {
            peer: MockServer::start().await,
            dir: tempfile::tempdir().unwrap(),
            database: TestDatabase::create(db),
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
        }
    }

    fn serve(&self, grace: &str) -> Process {
        let url = self.database.url();
        let variables = [
            ("BELLHOP_DATABASE_URL", url.as_str()),
            ("BELLHOP_LEASE", LEASE),
            ("BELLHOP_SHUTDOWN_GRACE", grace),
        ];
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

    /// A workflow that is active and makes one request, which the peer answers after so long at first.
    async fn one_call(&self, server: &Process, first: Duration) {
        let slow = ResponseTemplate::new(200).set_delay(first);
        Mock::given(path("/call"))
            .respond_with(slow)
            .up_to_n_times(1)
            .with_priority(1)
            .mount(&self.peer)
            .await;
        Mock::given(path("/call")).respond_with(ResponseTemplate::new(200)).mount(&self.peer).await;
        let url = format!("{}/call", self.peer.uri());
        let yaml = format!(
            "name: one\ntriggers:\n  - manual:\nsteps:\n  - id: call\n    uses: http\n    timeout: 10m\n    with: {{ method: POST, url: '{url}' }}\n"
        );
        self.call(server, Method::POST, "/workflows", Some(yaml)).await;
        self.call(server, Method::POST, "/workflows/one/activate", None).await;
    }

    async fn requests(&self, count: usize) {
        let has_come = async || self.peer.received_requests().await.unwrap().len() >= count;
        until(has_come).await;
    }
}

async fn until(condition: impl AsyncFn() -> bool) {
    let mut look = tokio::time::interval(Duration::from_millis(10));
    let waiting = async {
        while !condition().await {
            look.tick().await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.unwrap();
}

async fn exit_code(mut server: Process) -> Option<i32> {
    let mut look = tokio::time::interval(Duration::from_millis(10));
    let ended = async {
        loop {
            if let Some(code) = server.exited() {
                return code;
            }
            look.tick().await;
        }
    };
    tokio::time::timeout(PATIENCE, ended).await.unwrap()
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_end_in_time_goes_on_at_the_next_start_without_waiting_for_its_lease(#[case] db: Db) {
    let site = Site::new(db).await;
    let server = site.serve("200ms");
    site.one_call(&server, PATIENCE * 10).await;
    let begun = site.call(&server, Method::POST, "/workflows/one/run", None).await;
    let id = begun["id"].as_str().unwrap().to_owned();
    site.requests(1).await;

    server.terminate();
    assert_eq!(exit_code(server).await, Some(0));
    let server = site.serve("200ms");

    site.requests(2).await;
    let status = async || site.call(&server, Method::GET, &format!("/executions/{id}"), None).await;
    until(async || status().await["status"] == "succeeded").await;
    assert_eq!(status().await["steps"][0]["attempts"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_under_way_is_answered_and_idle_connections_hold_nothing_up() {
    let site = Site::new(Db::Sqlite).await;
    let server = site.serve("30s");
    site.one_call(&server, Duration::from_millis(700)).await;
    // One that has never asked anything, and one that has and stays.
    let _silent = TcpStream::connect(server.address()).await.unwrap();
    let mut kept = TcpStream::connect(server.address()).await.unwrap();
    kept.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    let mut first = [0; 15];
    kept.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 200 OK");
    let url = format!("http://{}/api/v1/workflows/one/run?wait=20s", server.address());
    let asked = tokio::spawn(site.http.post(url).bearer_auth(server.token()).send());
    site.requests(1).await;

    let stopped = Instant::now();
    server.terminate();
    let address = server.address().to_owned();
    until(async || TcpStream::connect(&address).await.is_err()).await;
    let answered = asked.await.unwrap().unwrap();
    assert_eq!(answered.status(), StatusCode::OK);
    assert_eq!(answered.json::<Value>().await.unwrap()["status"], "succeeded");
    assert_eq!(exit_code(server).await, Some(0));
    assert!(stopped.elapsed() < Duration::from_secs(15), "{:?}", stopped.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_it_at_once_and_nothing_is_lost() {
    let site = Site::new(Db::Sqlite).await;
    let server = site.serve("10m");
    site.one_call(&server, PATIENCE * 10).await;
    site.call(&server, Method::POST, "/workflows/one/run", None).await;
    site.requests(1).await;

    server.terminate();
    // Only once the first was taken: two that come together are one.
    let address = server.address().to_owned();
    until(async || TcpStream::connect(&address).await.is_err()).await;
    server.terminate();
    exit_code(server).await;

    let _server = site.serve("10m");
    site.requests(2).await;
}
