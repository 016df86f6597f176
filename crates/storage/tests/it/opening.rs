//! Opening a database, and closing it.

use bellhop_storage::{Dialect, Recorded, Store, StoreError};
use bellhop_testkit::database::{Db, TestDatabase};
use futures::future::join_all;
use rstest::rstest;

use crate::support::{Fixture, event};

#[rstest]
#[case::sqlite(Db::Sqlite, Dialect::Sqlite)]
#[case::postgres(Db::Postgres, Dialect::Postgres)]
#[tokio::test]
async fn a_second_store_sees_what_the_first_has_written(#[case] db: Db, #[case] dialect: Dialect) {
    let fixture = Fixture::start(db).await;
    assert_eq!(fixture.store.dialect(), dialect);
    let workflow = fixture.workflow("won-deal").await;
    let id = fixture.accepted(event(&workflow, "evt_1")).await;

    // Migrating a database that has everything already changes nothing.
    let second = fixture.another_store().await;

    second.ping().await.unwrap();
    assert_eq!(second.workflow_by_id(workflow.id).await.unwrap().as_ref(), Some(&workflow));
    assert_eq!(second.execution(id).await.unwrap(), fixture.store.execution(id).await.unwrap());
    assert_eq!(second.record(event(&workflow, "evt_1")).await.unwrap(), Recorded::Duplicate);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn closing_writes_what_waits_and_refuses_what_comes_later(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;

    // Polled in this order: the records are in the queue as the closing begins.
    let waiting =
        join_all((0..20).map(|number| fixture.store.record(event(&workflow, &format!("evt_{number}")))));
    let (recorded, ()) = tokio::join!(waiting, fixture.store.close());
    let late = fixture.store.record(event(&workflow, "late")).await;

    assert!(recorded.iter().all(|recorded| matches!(recorded, Ok(Recorded::Accepted(_)))), "{recorded:?}");
    assert!(matches!(late, Err(StoreError::Closed)), "{late:?}");
    assert!(matches!(fixture.store.ping().await, Err(StoreError::Closed)));
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_can_read_the_sqlite_files() {
    use std::os::unix::fs::PermissionsExt as _;

    let fixture = Fixture::start(Db::Sqlite).await;
    fixture.workflow("won-deal").await;

    let file = fixture.database.file().unwrap();
    let files: Vec<_> = std::fs::read_dir(file.parent().unwrap()).unwrap().map(Result::unwrap).collect();
    assert!(files.len() > 1, "the write-ahead log is missing: {files:?}");
    for file in files {
        let mode = file.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{:?}", file.file_name());
    }
}

#[tokio::test]
async fn a_database_that_cannot_be_used_is_named_without_its_password() {
    let directory = tempfile::tempdir().unwrap();
    let occupied = directory.path().join("file");
    std::fs::write(&occupied, "").unwrap();
    let below_a_file = format!("sqlite://{}/bellhop.db", occupied.display());
    let server = TestDatabase::create(Db::Postgres).url();
    let no_such_database = format!("{server}_missing").replace("postgres@", "postgres:hunter2@");
    assert!(no_such_database.contains("hunter2"), "{no_such_database}");
    for (url, expected) in [
        ("mysql://me:hunter2@localhost/x", "must begin with `sqlite://` or `postgres://`"),
        ("sqlite::memory:", "must be a file"),
        (no_such_database.as_str(), "no connection to the database at `"),
        (below_a_file.as_str(), "cannot be opened"),
    ] {
        let error = Store::connect(url).await.unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    }
}
