//! `bellhop restore`.

use std::path::Path;

use bellhop_vault::MasterKey;
use serde_json::json;
use sqlx::{Connection as _, SqliteConnection};

use super::{GREET, Served, bellhop, bellhop_with};

async fn execute(database: &Path, sql: &'static str) {
    let mut line = SqliteConnection::connect(&format!("sqlite://{}", database.display())).await.unwrap();
    sqlx::raw_sql(sql).execute(&mut line).await.unwrap();
    line.close().await.unwrap();
}

/// A stopped server with an execution in a backup, `safe.db`, and another that came after; their ids.
pub(super) async fn backed_up(dir: &Path) -> [String; 2] {
    let server = Served::at(dir);
    server.create(GREET).await;
    let saved = server.greet().await;
    assert_eq!(bellhop(dir, &["backup", "safe.db"]).code, Some(0));
    let later = server.greet().await;
    // As a power cut would: what came last is in the write-ahead log still.
    server.process.kill();
    assert!(std::fs::metadata(dir.join("bellhop.db-wal")).unwrap().len() > 0);
    [saved, later]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_saved_is_back_and_what_was_there_is_kept_to_its_last_commit() {
    let dir = tempfile::tempdir().unwrap();
    let [saved, later] = backed_up(dir.path()).await;

    let restored = bellhop(dir.path(), &["restore", "safe.db", "--output", "json"]);
    assert_eq!(restored.code, Some(0), "{}", restored.stderr);
    let kept = dir.path().join("bellhop.db.before-restore");
    assert_eq!(restored.json()["kept"], kept.display().to_string());
    assert_eq!(restored.json()["sealed_with_another_key"], json!([]));

    let server = Served::at(dir.path());
    assert_eq!((server.status_of(&saved).await, server.status_of(&later).await), (200, 404));
    server.process.kill();

    let before = tempfile::tempdir().unwrap();
    std::fs::rename(&kept, before.path().join("bellhop.db")).unwrap();
    let server = Served::at(before.path());
    assert_eq!((server.status_of(&saved).await, server.status_of(&later).await), (200, 200));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_restore_keeps_what_the_first_has_kept() {
    let dir = tempfile::tempdir().unwrap();
    backed_up(dir.path()).await;
    assert_eq!(bellhop(dir.path(), &["restore", "safe.db"]).code, Some(0));
    let first = std::fs::read(dir.path().join("bellhop.db.before-restore")).unwrap();
    let again = bellhop(dir.path(), &["restore", "safe.db"]);
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    assert!(again.stderr.contains("bellhop.db.before-restore-2"), "{}", again.stderr);
    assert_eq!(std::fs::read(dir.path().join("bellhop.db.before-restore")).unwrap(), first);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_put_back_under_a_running_server() {
    let dir = tempfile::tempdir().unwrap();
    let server = Served::at(dir.path());
    server.create(GREET).await;
    assert_eq!(bellhop(dir.path(), &["backup", "safe.db"]).code, Some(0));
    let later = server.greet().await;

    let refused = bellhop(dir.path(), &["restore", "safe.db"]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("held by another bellhop server"), "{}", refused.stderr);
    assert_eq!(server.status_of(&later).await, 200);
    assert!(!dir.path().join("bellhop.db.before-restore").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_good_backup_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let [_, later] = backed_up(dir.path()).await;
    let path = |name: &str| dir.path().join(name);
    let safe = std::fs::read(path("safe.db")).unwrap();

    std::fs::write(path("text.db"), "not a database, but long enough. ".repeat(200)).unwrap();
    std::fs::write(path("cut.db"), &safe[..safe.len() / 2]).unwrap();
    std::fs::write(path("logged.db"), &safe).unwrap();
    std::fs::write(path("logged.db-wal"), "the other half").unwrap();
    std::fs::write(path("newer.db"), &safe).unwrap();
    execute(&path("newer.db"), "UPDATE _sqlx_migrations SET version = 9999 WHERE version = 1").await;
    std::fs::write(path("other.db"), "").unwrap();
    execute(&path("other.db"), "CREATE TABLE notes (text)").await;
    for (name, expected) in [
        ("text.db", "is no database"),
        ("cut.db", "cut.db is "),
        ("logged.db", "a write-ahead log is beside it"),
        ("newer.db", "written by a newer version"),
        ("other.db", "none of Bellhop's tables"),
        ("missing.db", "missing.db: No such file"),
        ("bellhop.db", "the database itself"),
    ] {
        let refused = bellhop(dir.path(), &["restore", name]);
        assert_eq!(refused.code, Some(1), "{name}: {}", refused.stdout);
        assert!(refused.stderr.contains(expected), "{name}: {}", refused.stderr);
    }

    let names = std::fs::read_dir(dir.path()).unwrap().map(|file| file.unwrap().file_name());
    let rests: Vec<_> = names
        .filter(|name| [".part", "before-restore"].iter().any(|part| name.to_string_lossy().contains(part)))
        .collect();
    assert!(rests.is_empty(), "{rests:?}");
    assert_eq!(Served::at(dir.path()).status_of(&later).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_machine_gets_the_data_and_is_told_where_the_key_is_missing() {
    let dir = tempfile::tempdir().unwrap();
    let server = Served::at(dir.path());
    let credential = json!({ "kind": "http_bearer", "token": "wh-Token-51Xq7" });
    let stored = server.request(reqwest::Method::PUT, "/credentials/partner").json(&credential);
    assert!(stored.send().await.unwrap().status().is_success());
    assert_eq!(bellhop(dir.path(), &["backup", "safe.db"]).code, Some(0));

    let new = tempfile::tempdir().unwrap();
    let safe = dir.path().join("safe.db").display().to_string();
    let key = MasterKey::generate().unwrap().to_base64();
    let wrong = bellhop_with(new.path(), &["restore", &safe], &[("BELLHOP_MASTER_KEY", key.expose())]);
    assert_eq!(wrong.code, Some(0), "{}", wrong.stderr);
    assert!(wrong.stderr.contains("the credential `partner`"), "{}", wrong.stderr);
    assert!(wrong.stderr.contains("`master_key` of the settings"), "{}", wrong.stderr);

    let newer = tempfile::tempdir().unwrap();
    std::fs::copy(dir.path().join("master-key"), newer.path().join("master-key")).unwrap();
    let right = bellhop(newer.path(), &["restore", &safe]);
    assert_eq!(right.code, Some(0), "{}", right.stderr);
    assert!(!right.stderr.contains("warning"), "{}", right.stderr);
}
