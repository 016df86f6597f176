//! Looking at a database, and copying it, without changing anything.

use std::collections::BTreeMap;
use std::path::Path;

use bellhop_storage::{Bare, CopyError, CredentialStore, Schema, snapshot};
use bellhop_testkit::database::{Db, TestDatabase};
use bellhop_vault::{Credential, MasterKey, Redactor, Secret};
use bellhop_workflow::ids::CredentialName;
use rstest::rstest;

use crate::support::{Fixture, NOON, event};

async fn rows_in(bare: &mut Bare, table: &str) -> i64 {
    let rows = bare.rows().await.unwrap();
    rows.into_iter().find(|(name, _)| name == table).unwrap().1
}

fn empty_file(directory: &Path) -> std::path::PathBuf {
    let file = directory.join("copy.db");
    std::fs::write(&file, "").unwrap();
    file
}

#[tokio::test]
async fn a_copy_beside_a_writer_has_what_was_committed_and_is_whole() {
    let fixture = Fixture::start(Db::Sqlite).await;
    let workflow = fixture.workflow("won-deal").await;
    for number in 0..50 {
        fixture.accepted(event(&workflow, &format!("before_{number}"))).await;
    }
    let directory = tempfile::tempdir().unwrap();
    let copy = empty_file(directory.path());
    let database = fixture.database.file().unwrap();

    // Polled in turns with the copy: the writer does not stand still for it.
    let writing = async {
        for number in 0..200 {
            fixture.accepted(event(&workflow, &format!("beside_{number}"))).await;
        }
    };
    let (copied, ()) = tokio::join!(snapshot(&database, &copy), writing);
    copied.unwrap();

    let mut bare = Bare::open_file(&copy).await.unwrap();
    assert!(matches!(bare.schema().await.unwrap(), Schema::Current { .. }));
    assert_eq!(bare.faults().await.unwrap(), Vec::<String>::new());
    let executions = rows_in(&mut bare, "executions").await;
    assert!((50..=250).contains(&executions), "{executions}");
    // One instant: each of these executions came with a delivery.
    assert_eq!(rows_in(&mut bare, "deliveries").await, executions);
    bare.close().await.unwrap();
    let beside: Vec<_> = std::fs::read_dir(directory.path()).unwrap().map(Result::unwrap).collect();
    assert_eq!(beside.len(), 1, "one file is the whole copy: {beside:?}");
}

#[tokio::test]
async fn what_is_no_database_is_told_apart_from_none() {
    let directory = tempfile::tempdir().unwrap();
    let missing = directory.path().join("missing.db");
    assert!(matches!(Bare::open_file(&missing).await.unwrap_err(), CopyError::Missing(_)));
    assert!(!missing.exists(), "nothing is made by looking");

    let text = directory.path().join("text.db");
    std::fs::write(&text, "no database at all, only text that is longer than the head of one".repeat(40))
        .unwrap();
    let told = match Bare::open_file(&text).await {
        Ok(mut bare) => bare.schema().await.unwrap_err(),
        Err(error) => error,
    };
    assert!(matches!(told, CopyError::NoDatabase { .. }), "{told:?}");
}

#[tokio::test]
async fn a_page_that_was_overwritten_is_found() {
    let fixture = Fixture::start(Db::Sqlite).await;
    let workflow = fixture.workflow("won-deal").await;
    for number in 0..200 {
        fixture.accepted(event(&workflow, &format!("evt_{number}"))).await;
    }
    let directory = tempfile::tempdir().unwrap();
    let copy = empty_file(directory.path());
    snapshot(&fixture.database.file().unwrap(), &copy).await.unwrap();
    let mut bytes = std::fs::read(&copy).unwrap();
    let page = usize::try_from(fixture.count("PRAGMA page_size").await).unwrap();
    let end = bytes.len();
    // The last page, of whatever it is.
    bytes[end - page..end - page / 2].fill(0x5a);
    std::fs::write(&copy, bytes).unwrap();

    let mut bare = Bare::open_file(&copy).await.unwrap();
    assert_ne!(bare.faults().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_row_of_nothing_is_found() {
    let fixture = Fixture::start(Db::Sqlite).await;
    fixture.workflow("won-deal").await;
    fixture.execute("PRAGMA foreign_keys = OFF; DELETE FROM workflows").await;
    let mut bare = Bare::open(&fixture.database.url()).await.unwrap();
    let faults = bare.faults().await.unwrap();
    assert_eq!(faults, ["1 rows of `workflow_versions` belong to rows of `workflows` that are not there"]);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_database_says_how_far_it_has_come(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    fixture.workflow("won-deal").await;
    let url = fixture.database.url();
    let mut bare = Bare::open_to_write(&url).await.unwrap();
    let Schema::Current { at } = bare.schema().await.unwrap() else { panic!("not at this version") };
    bare.write_nothing().await.unwrap();
    assert_eq!(bare.faults_at_a_glance().await.unwrap(), Vec::<String>::new());
    assert_eq!(rows_in(&mut bare, "workflows").await, 1);

    fixture.execute("DELETE FROM _sqlx_migrations WHERE version > 5").await;
    assert_eq!(bare.schema().await.unwrap(), Schema::Older { at: 5 });
    fixture.execute("UPDATE _sqlx_migrations SET version = 9999 WHERE version = 5").await;
    assert_eq!(bare.schema().await.unwrap(), Schema::Newer { at: 9_999 });
    assert!(at < 9_999);
    bare.close().await.unwrap();
}

#[tokio::test]
async fn a_database_of_somebody_elses_is_not_taken_for_ours() {
    let database = TestDatabase::create(Db::Postgres);
    let mut bare = Bare::open(&database.url()).await.unwrap();
    assert_eq!(bare.schema().await.unwrap(), Schema::Foreign);
    assert_eq!(bare.rows().await.unwrap(), Vec::new(), "nothing is made by looking");
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn the_key_that_a_database_was_sealed_with_is_told_from_another(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let key = MasterKey::generate().unwrap();
    let store =
        CredentialStore::new(fixture.store.clone(), key.clone(), BTreeMap::default(), Redactor::default());
    let credential = Credential::Close { api_key: Secret::from("api_1Xk.secret".to_owned()) };
    store.put(&CredentialName::new("close"), &credential, NOON).await.unwrap();

    let mut bare = Bare::open(&fixture.database.url()).await.unwrap();
    let right = bare.sealed_values(&key).await.unwrap();
    assert_eq!((right.opened(), right.closed.len()), (1, 0));
    assert_eq!(right.credentials[0].credential.get("api_key").unwrap().expose(), "api_1Xk.secret");
    let wrong = bare.sealed_values(&MasterKey::generate().unwrap()).await.unwrap();
    assert_eq!(wrong.opened(), 0);
    assert!(wrong.closed[0].starts_with("the credential `close`: "), "{:?}", wrong.closed);
    assert!(!format!("{wrong:?}").contains("secret"));
}
