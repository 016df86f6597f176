//! A schedule on the real binary: it fires while its workflow is on, and a kill neither loses a time nor fires it twice.

use std::time::Duration;

use bellhop_testkit::database::{Db, TestDatabase};
use bellhop_testkit::process::Process;
use bellhop_testkit::server::{PATIENCE, answer};
use bellhop_workflow::time::Timestamp;
use reqwest::Method;
use rstest::rstest;
use serde_json::Value;

const BINARY: &str = env!("CARGO_BIN_EXE_bellhop");

const TICK: &str = "name: tick\ntriggers:\n  - schedule: { every: 1s, catch_up: all }\nsteps:\n  - uses: log\n    with: { message: '${{ event.data.scheduled_at }}' }\n";

/// Says how long the name of the time zone is, as far as the engine knows it.
const MASKED: &str = "name: masked\ntriggers:\n  - schedule: { every: 1s, timezone: Europe/Berlin }\nmask: [event.data.timezone]\nsteps:\n  - uses: return\n    with: { letters: '${{ event.data.timezone | length }}' }\n";

struct Site {
    dir: tempfile::TempDir,
    database: TestDatabase,
    http: reqwest::Client,
}

impl Site {
    fn new(db: Db) -> Self {
        let _already = rustls::crypto::ring::default_provider().install_default();
        Self {
            dir: tempfile::tempdir().unwrap(),
            database: TestDatabase::create(db),
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
        }
    }

    fn serve(&self) -> Process {
        Process::serve(BINARY, self.dir.path(), &[("BELLHOP_DATABASE_URL", self.database.url().as_str())])
    }

    async fn call(&self, server: &Process, method: Method, path: &str, yaml: Option<&str>) -> Value {
        let url = format!("http://{}/api/v1{path}", server.address());
        let mut request = self.http.request(method, url).bearer_auth(server.token());
        if let Some(yaml) = yaml {
            request = request.header("content-type", "application/yaml").body(yaml.to_owned());
        }
        let answer = answer(request).await;
        assert!(answer.status.is_success(), "{path}: {answer:?}");
        answer.body
    }

    /// The times that have started something, in their order.
    async fn fired(&self, server: &Process) -> Vec<Timestamp> {
        let page = self.call(server, Method::GET, "/executions?limit=200", None).await;
        let times =
            page["items"].as_array().unwrap().iter().map(|one| one["event"]["time"].as_str().unwrap());
        let mut times: Vec<Timestamp> = times.map(|time| Timestamp::parse(time).unwrap()).collect();
        times.sort();
        times
    }

    /// Waits until so many times have started something.
    async fn until_fired(&self, server: &Process, count: usize) -> Vec<Timestamp> {
        let look = async {
            loop {
                let fired = self.fired(server).await;
                if fired.len() >= count {
                    return fired;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(PATIENCE, look).await.unwrap()
    }
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn what_a_schedule_masks_is_not_shown_and_the_engine_still_has_it(#[case] db: Db) {
    let site = Site::new(db);
    let server = site.serve();
    site.call(&server, Method::POST, "/workflows", Some(MASKED)).await;
    site.call(&server, Method::POST, "/workflows/masked/activate", None).await;

    let look = async {
        loop {
            let page = site.call(&server, Method::GET, "/executions?status=succeeded", None).await;
            if let Some(first) = page["items"].get(0) {
                return first["id"].as_str().unwrap().to_owned();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let id = tokio::time::timeout(PATIENCE, look).await.unwrap();

    let execution = site.call(&server, Method::GET, &format!("/executions/{id}"), None).await;
    assert_eq!(execution["event"]["data"]["timezone"], "[masked]");
    assert!(!execution.to_string().contains("Berlin"), "{execution}");
    assert_eq!(execution["output"], serde_json::json!({ "letters": 13 }));
}

/// Asserts that each time is one second after the one before.
fn assert_whole(times: &[Timestamp]) {
    for pair in times.windows(2) {
        assert_eq!(pair[1].since(pair[0]), Duration::from_secs(1), "{times:?}");
    }
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_fires_while_it_is_on_and_through_a_kill(#[case] db: Db) {
    let site = Site::new(db);
    let server = site.serve();
    let made = site.call(&server, Method::POST, "/workflows", Some(TICK)).await;
    assert_eq!(made["triggers"][0]["timing"], "every 1s");
    assert!(made["triggers"][0]["next_at"].is_null(), "{made}");
    let active = site.call(&server, Method::POST, "/workflows/tick/activate", None).await;
    assert_eq!(active["registrations"], serde_json::json!([]));
    let first = Timestamp::parse(active["triggers"][0]["next_at"].as_str().unwrap()).unwrap();
    let before = site.until_fired(&server, 2).await;
    assert_eq!(before[0], first);

    server.kill();
    let server = site.serve();
    // One more than what can have passed meanwhile, so that the new process has fired some of its own.
    let after = site.until_fired(&server, before.len() + 3).await;
    assert!(after.starts_with(&before));
    assert_whole(&after);

    let inactive = site.call(&server, Method::POST, "/workflows/tick/deactivate", None).await;
    assert!(inactive["triggers"][0]["next_at"].is_null(), "it is not due any more: {inactive}");
    assert_whole(&site.fired(&server).await);
}
