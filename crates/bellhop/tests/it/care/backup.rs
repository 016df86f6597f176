//! `bellhop backup`.

use std::os::unix::fs::PermissionsExt as _;

use super::{GREET, Served, bellhop, bellhop_with};

#[tokio::test(flavor = "multi_thread")]
async fn a_server_at_work_is_backed_up_and_the_copy_is_whole_and_private() {
    let dir = tempfile::tempdir().unwrap();
    let server = Served::at(dir.path());
    server.create(GREET).await;
    let first = server.greet().await;
    let key = std::fs::read_to_string(dir.path().join("master-key")).unwrap();

    // It goes on working while it is copied.
    let path = dir.path().to_owned();
    let copying =
        tokio::task::spawn_blocking(move || bellhop(&path, &["backup", "safe.db", "--output", "json"]));
    while !copying.is_finished() {
        server.greet().await;
    }
    let made = copying.await.unwrap();

    assert_eq!(made.code, Some(0), "{}", made.stderr);
    let told = made.json();
    let copy = dir.path().join("safe.db");
    let file = std::fs::metadata(&copy).unwrap();
    assert_eq!(file.permissions().mode() & 0o777, 0o600);
    assert_eq!((&told["rows"]["workflows"], &told["bytes"]), (&1.into(), &file.len().into()));
    assert!(told["rows"]["executions"].as_i64().unwrap() >= 1, "{told}");
    assert_eq!(told["master_key"], dir.path().join("master-key").display().to_string());
    let bytes = std::fs::read(&copy).unwrap();
    assert!(!bytes.windows(key.trim().len()).any(|part| part == key.trim().as_bytes()), "the key is in it");

    // A server of its own works with it.
    let elsewhere = tempfile::tempdir().unwrap();
    std::fs::copy(&copy, elsewhere.path().join("bellhop.db")).unwrap();
    assert_eq!(Served::at(elsewhere.path()).status_of(&first).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_file_is_replaced_unless_it_is_told_to_and_no_rest_is_left() {
    let dir = tempfile::tempdir().unwrap();
    let server = Served::at(dir.path());
    server.create(GREET).await;
    server.process.kill();
    let copy = dir.path().join("safe.db");
    std::fs::write(&copy, "something dear").unwrap();

    let refused = bellhop(dir.path(), &["backup", "safe.db"]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("safe.db is there already"), "{}", refused.stderr);
    assert!(refused.stderr.contains("--force"), "{}", refused.stderr);
    assert_eq!(std::fs::read_to_string(&copy).unwrap(), "something dear");

    let made = bellhop(dir.path(), &["backup", "safe.db", "--force"]);
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    assert!(made.stdout.contains("1 workflow, "), "{}", made.stdout);
    assert!(made.stderr.contains("does not hold the master key"), "{}", made.stderr);
    assert!(std::fs::read(&copy).unwrap().starts_with(b"SQLite format 3\0"));
    let rests = std::fs::read_dir(dir.path()).unwrap().map(|file| file.unwrap().file_name());
    let rests: Vec<_> = rests.filter(|name| name.to_string_lossy().contains(".part")).collect();
    assert!(rests.is_empty(), "{rests:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_is_never_written_over() {
    let dir = tempfile::tempdir().unwrap();
    let server = Served::at(dir.path());
    server.create(GREET).await;
    std::os::unix::fs::symlink(dir.path().join("bellhop.db"), dir.path().join("link.db")).unwrap();
    for name in ["bellhop.db", "./bellhop.db", "link.db", "bellhop.db-wal"] {
        let refused = bellhop(dir.path(), &["backup", name, "--force"]);
        assert_eq!(refused.code, Some(1), "{name}: {}", refused.stdout);
        assert!(refused.stderr.contains("the database itself"), "{name}: {}", refused.stderr);
    }
    server.greet().await;
}

#[test]
fn where_there_is_no_database_none_is_made() {
    let dir = tempfile::tempdir().unwrap();
    let refused = bellhop(dir.path(), &["backup", "safe.db"]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("there is no database at"), "{}", refused.stderr);
    assert!(refused.stderr.contains("--data-dir"), "{}", refused.stderr);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn a_damaged_database_is_said_to_be_one_and_no_good_backup_is_replaced() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("bellhop.db"), "no database, but long enough for one. ".repeat(200))
        .unwrap();
    std::fs::write(dir.path().join("safe.db"), "the last good one").unwrap();
    let refused = bellhop(dir.path(), &["backup", "safe.db", "--force"]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("is no database"), "{}", refused.stderr);
    assert_eq!(std::fs::read_to_string(dir.path().join("safe.db")).unwrap(), "the last good one");
}

#[test]
fn postgresql_has_its_own_program_for_it() {
    let dir = tempfile::tempdir().unwrap();
    let url = [("BELLHOP_DATABASE_URL", "postgres://bell:hunter2@db.example/hop")];
    for (command, program) in [("backup", "pg_dump"), ("restore", "pg_restore")] {
        let refused = bellhop_with(dir.path(), &[command, "safe.dump"], &url);
        assert_eq!(refused.code, Some(1));
        assert!(refused.stderr.contains(program), "{}", refused.stderr);
        assert!(refused.stderr.contains("'postgres://bell@db.example/hop'"), "{}", refused.stderr);
        assert!(!refused.stderr.contains("hunter2"), "{}", refused.stderr);
    }
}
