//! `bellhop export` and `bellhop import`.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use bellhop_testkit::database::{Db, TestDatabase};
use bellhop_testkit::server::answer;
use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};

use super::{GREET, Served, bellhop_with};

const SECRET: &str = "wh-Token-51Xq7";

/// Has a body that it keeps, and masks what it gives.
const HOOKED: &str = "\
name: hooked
triggers:
  - webhook: { path: in }
mask: [event.data.card]
steps:
  - uses: set
    with: { name: '${{ event.data.name }}' }
";

/// Leaves something for its next execution.
const COUNTS: &str = "\
name: counts
triggers:
  - manual:
steps:
  - uses: state
    with: { increment: seen }
  - uses: state
    with: { set: last, value: { names: [Ida, null], share: 0.1 } }
";

/// A server with three workflows, a credential and a history, then stopped; the ids of two executions of `greet`.
async fn lived(dir: &Path, url: &str) -> [String; 2] {
    let server = Served::with(dir, &[("BELLHOP_DATABASE_URL", url)]);
    server.create(GREET).await;
    let better = GREET.replace("hello", "good morning");
    let first = server.greet().await;
    let put = server.request(Method::PUT, "/workflows/greet").header("content-type", "application/yaml");
    assert!(answer(put.body(better)).await.status.is_success());
    let second = server.greet().await;
    server.create(COUNTS).await;
    let counted = answer(server.request(Method::POST, "/workflows/counts/run?wait=30s")).await;
    assert_eq!(counted.body["status"], "succeeded", "{counted:?}");
    server.create(HOOKED).await;
    assert!(answer(server.request(Method::POST, "/workflows/hooked/activate")).await.status.is_success());
    let hook = format!("http://{}/webhook/in", server.process.address());
    let sent =
        server.http.post(hook).json(&json!({ "name": "Ann", "card": "4111-1111" })).send().await.unwrap();
    assert!(sent.status().is_success());
    let credential = json!({ "kind": "http_bearer", "token": SECRET });
    let stored = server.request(Method::PUT, "/credentials/partner").json(&credential).send().await.unwrap();
    assert!(stored.status().is_success());
    // Ended, so that all of it leaves.
    loop {
        let list = server.get("/executions?workflow=hooked&status=succeeded").await;
        if list.body["items"].as_array().is_some_and(|items| items.len() == 1) {
            break;
        }
        tokio::task::yield_now().await;
    }
    server.process.kill();
    [first, second]
}

fn lines(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[rstest]
#[case::to_postgres(Db::Sqlite, Db::Postgres)]
#[case::to_sqlite(Db::Postgres, Db::Sqlite)]
#[tokio::test(flavor = "multi_thread")]
async fn what_was_exported_is_imported_once(#[case] from: Db, #[case] to: Db) {
    let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (old_database, new_database) = (TestDatabase::create(from), TestDatabase::create(to));
    let (old_url, new_url) = (old_database.url(), new_database.url());
    let [first, second] = lived(old.path(), &old_url).await;
    let archive = new.path().join("all.jsonl");
    let name = archive.display().to_string();

    let exported = bellhop_with(old.path(), &["export", &name], &[("BELLHOP_DATABASE_URL", &old_url)]);
    assert_eq!(exported.code, Some(0), "{}", exported.stderr);
    assert_eq!(
        exported.stdout,
        format!("exported 1 credential, 1 delivery, 4 executions, 2 durable keys, 3 workflows to {name}\n")
    );
    assert_eq!(std::fs::metadata(&archive).unwrap().permissions().mode() & 0o777, 0o600);
    let text = std::fs::read_to_string(&archive).unwrap();
    assert!(!text.contains(SECRET), "a credential's value has left");
    assert!(lines(&archive).iter().all(|line| line["version"] == 2 && line["kind"].is_string()));

    let import = || {
        bellhop_with(
            new.path(),
            &["import", &name, "--output", "json"],
            &[("BELLHOP_DATABASE_URL", &new_url)],
        )
    };
    let imported = import();
    assert_eq!(imported.code, Some(0), "{}", imported.stderr);
    let told = imported.json();
    assert_eq!(told["imported"]["workflows"], json!({ "created": 3, "there": 0, "skipped": 0 }));
    assert_eq!(told["imported"]["state"], json!({ "created": 2, "there": 0, "skipped": 0 }));
    assert_eq!(told["imported"]["executions"], json!({ "created": 4, "there": 0, "skipped": 0 }));
    assert_eq!(told["imported"]["deliveries"], json!({ "created": 1, "there": 0, "skipped": 0 }));
    assert_eq!(
        told["skipped"],
        json!({ "credential partner (http_bearer): its values are in no archive: store it": 1 })
    );
    let again = import().json();
    assert_eq!(again["imported"]["workflows"], json!({ "created": 0, "there": 3, "skipped": 0 }));
    assert_eq!(again["imported"]["state"], json!({ "created": 0, "there": 2, "skipped": 0 }));
    assert_eq!(again["imported"]["executions"], json!({ "created": 0, "there": 4, "skipped": 0 }));
    assert_eq!(again["imported"]["deliveries"], json!({ "created": 0, "there": 1, "skipped": 0 }));

    let was = Served::with(old.path(), &[("BELLHOP_DATABASE_URL", &old_url)]);
    let is = Served::with(new.path(), &[("BELLHOP_DATABASE_URL", &new_url)]);
    for id in [&first, &second] {
        let path = format!("/executions/{id}");
        assert_eq!(is.get(&path).await.body, was.get(&path).await.body);
    }
    // To the instant at which it was written.
    let state = is.get("/state/counts").await.body;
    assert_eq!(state, was.get("/state/counts").await.body);
    assert_eq!(state["items"].as_array().map(Vec::len), Some(2), "{state}");
    let more = answer(is.request(Method::POST, "/workflows/counts/run?wait=30s")).await;
    assert_eq!(more.body["steps"][0]["output"], 2, "it counts on: {more:?}");
    let hooked = is.get("/workflows/hooked").await.body;
    assert_eq!((&hooked["state"], &hooked["yaml"]), (&json!("inactive"), &json!(HOOKED)));
    assert_eq!(is.get("/workflows/greet").await.body["version"], 2);
    let of = |server: &Served| {
        let request = server.request(Method::GET, "/executions?workflow=hooked");
        async { answer(request).await.body["items"][0].clone() }
    };
    let (old_run, new_run) = (of(&was).await, of(&is).await);
    assert_eq!(new_run["id"], old_run["id"]);
    let one = |server: &Served| {
        let request =
            server.request(Method::GET, &format!("/executions/{}", old_run["id"].as_str().unwrap()));
        async { answer(request).await.body }
    };
    let (old_run, new_run) = (one(&was).await, one(&is).await);
    assert_eq!((&new_run["event"], &new_run["steps"]), (&old_run["event"], &old_run["steps"]));
    assert!(is.greet().await != first, "and it goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn workflows_leave_without_the_history() {
    let (dir, database) = (tempfile::tempdir().unwrap(), TestDatabase::create(Db::Sqlite));
    let url = database.url();
    lived(dir.path(), &url).await;
    let kinds = |flag: &str| {
        let exported = bellhop_with(dir.path(), &["export", flag], &[("BELLHOP_DATABASE_URL", &url)]);
        assert_eq!(exported.code, Some(0), "{}", exported.stderr);
        let kinds = exported
            .stdout
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap()["kind"].as_str().unwrap().to_owned());
        kinds.collect::<Vec<_>>()
    };
    assert_eq!(kinds("--workflows"), ["workflow", "workflow", "workflow", "credential"]);
    assert_eq!(kinds("--state"), ["state", "state"]);
    assert_eq!(kinds("--history"), ["delivery", "execution", "execution", "execution", "execution"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_with_a_mistake_changes_nothing_and_the_line_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let good = json!({
        "version": 1, "kind": "workflow", "name": "greet", "description": null,
        "created_at": "2026-03-02T12:00:00Z",
        "versions": [{ "number": 1, "yaml": GREET, "created_at": "2026-03-02T12:00:00Z" }],
    });
    let mut elsewhere = good.clone();
    elsewhere["name"] = json!("../etc");
    for (bad, expected) in [
        ("{", "line 2 of the archive cannot be understood: EOF"),
        (r#"{"version": 3, "kind": "workflow"}"#, "version 3 of the format"),
        (r#"{"kind": "workflow"}"#, "which `version`"),
        (r#"{"version": 1, "kind": "secret"}"#, "unknown variant `secret`"),
        (&elsewhere.to_string(), "a workflow's name"),
    ] {
        std::fs::write(dir.path().join("a.jsonl"), format!("{good}\n{bad}\n")).unwrap();
        let refused = bellhop_with(dir.path(), &["import", "a.jsonl"], &[]);
        assert_eq!(refused.code, Some(1), "{bad}");
        assert!(refused.stderr.contains(expected), "{bad}: {}", refused.stderr);
        assert!(refused.stderr.contains("nothing was imported"), "{}", refused.stderr);
    }
    let server = Served::at(dir.path());
    assert_eq!(server.get("/workflows/greet").await.status, 404);

    let refused = bellhop_with(dir.path(), &["import", "a.jsonl"], &[]);
    assert!(refused.stderr.contains("held by another bellhop server"), "{}", refused.stderr);
    assert!(refused.stderr.contains("bellhop apply"), "{}", refused.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_is_skipped_with_its_reason() {
    let dir = tempfile::tempdir().unwrap();
    let execution = |id: u8, workflow: &str, version: u8, status: &str, finished: Value| {
        json!({
            "version": 1, "kind": "execution", "id": format!("01981a00-0000-7000-8000-0000000000{id:02}"),
            "workflow": workflow, "workflow_version": version, "status": status, "trigger_kind": "manual", "attempt": 1,
            "created_at": "2026-03-02T12:00:00Z", "finished_at": finished, "steps": [],
        })
    };
    let noon = json!("2026-03-02T12:00:00Z");
    let state = |workflow: &str, key: &str, value: Value| {
        json!({
            "version": 2, "kind": "state", "workflow": workflow, "key": key, "value": value,
            "updated_at": "2026-03-02T12:00:00Z",
        })
    };
    let archive = [
        json!({
            "version": 1, "kind": "workflow", "name": "greet", "created_at": noon,
            "versions": [{ "number": 3, "yaml": GREET, "created_at": noon }],
        }),
        execution(1, "greet", 3, "failed", noon.clone()),
        execution(2, "greet", 3, "waiting", Value::Null),
        execution(3, "greet", 1, "failed", noon.clone()),
        execution(4, "gone", 1, "failed", noon.clone()),
        execution(5, "greet", 3, "done", noon.clone()),
        state("greet", "seen", json!(7)),
        state("greet", "", json!(7)),
        state("greet", "long", json!("x".repeat(70_000))),
        state("gone", "seen", json!(7)),
    ];
    let archive = archive.map(|line| line.to_string()).join("\n");
    std::fs::write(dir.path().join("a.jsonl"), archive).unwrap();
    let imported = bellhop_with(dir.path(), &["import", "a.jsonl"], &[]);
    assert_eq!(imported.code, Some(0), "{}", imported.stderr);
    for line in [
        "workflows   1        0              0",
        "executions  1        0              4",
        "state       1        0              3",
    ] {
        assert!(imported.stdout.contains(line), "{}", imported.stdout);
    }
    for line in [
        "executions: it had not ended (2 times)",
        "executions: there is no version 1 of a workflow `greet`",
        "executions: there is no version 1 of a workflow `gone`",
        "state: a state key has 1 to 255 bytes, and this one has 0",
        "state: a state value has at most 65536 bytes of JSON, and this one has 70002",
        "state: there is no workflow `gone`",
    ] {
        assert!(imported.stderr.contains(line), "{}", imported.stderr);
    }
}
