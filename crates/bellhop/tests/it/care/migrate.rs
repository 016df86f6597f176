//! `bellhop migrate`.

use bellhop_testkit::database::{Db, TestDatabase};
use reqwest::Method;
use serde_json::json;

use super::{GREET, Served, bellhop};

#[tokio::test(flavor = "multi_thread")]
async fn a_server_goes_on_with_postgresql_where_it_left_off() {
    let (dir, database) = (tempfile::tempdir().unwrap(), TestDatabase::create(Db::Postgres));
    let from = format!("sqlite://{}", dir.path().join("bellhop.db").display());
    let (to, key) = (database.url(), dir.path().join("master-key"));
    let server = Served::at(dir.path());
    server.create(GREET).await;
    let id = server.greet().await;
    let credential = json!({ "kind": "http_bearer", "token": "wh-Token-51Xq7" });
    let stored = server.request(Method::PUT, "/credentials/partner").json(&credential).send().await.unwrap();
    assert!(stored.status().is_success());

    for from in [&*from, "sqlite://bellhop.db"] {
        let refused = bellhop(dir.path(), &["migrate", "--from", from, "--to", &to]);
        assert_eq!(refused.code, Some(1));
        assert!(refused.stderr.contains("held by another bellhop server"), "{}", refused.stderr);
    }

    server.process.kill();
    let moved = bellhop(dir.path(), &["migrate", "--from", &from, "--to", &to]);
    assert_eq!(moved.code, Some(0), "{}", moved.stderr);
    assert!(
        moved.stdout.contains("1 workflow, 1 execution, 0 deliveries and 1 credential"),
        "{}",
        moved.stdout
    );
    assert!(key.exists());

    let server = Served::with(dir.path(), &[("BELLHOP_DATABASE_URL", &to)]);
    assert_eq!(server.status_of(&id).await, 200);
    server.greet().await;
    let log = std::fs::read_to_string(dir.path().join("log")).unwrap();
    assert!(!log.contains("cannot be used"), "the credential opens: {log}");

    // Back is to another file: the old one is anything but empty, and a server has this one.
    let elsewhere = tempfile::tempdir().unwrap();
    let back = format!("sqlite://{}", elsewhere.path().join("bellhop.db").display());
    let refused = bellhop(dir.path(), &["migrate", "--from", &to, "--to", &back]);
    assert!(refused.stderr.contains("a Bellhop server has the old database open"), "{}", refused.stderr);
    server.process.kill();
    let refused = bellhop(dir.path(), &["migrate", "--from", &to, "--to", &from]);
    assert!(refused.stderr.contains("the new database is not empty"), "{}", refused.stderr);
}

#[test]
fn a_database_is_not_moved_onto_itself() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("bellhop.db"), "").unwrap();
    let refused =
        bellhop(dir.path(), &["migrate", "--from", "sqlite://bellhop.db", "--to", "sqlite:./bellhop.db"]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("the same database"), "{}", refused.stderr);
}
