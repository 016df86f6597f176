//! Everything moves from one database to another, and nothing to where something is.

use std::collections::BTreeMap;

use bellhop_storage::{CopyError, CredentialStore, Recorded, Store, move_all};
use bellhop_testkit::database::{Db, TestDatabase};
use bellhop_vault::{Credential, MasterKey, Redactor, Secret};
use bellhop_workflow::ids::CredentialName;
use bellhop_workflow::journal::StepStatus;
use rstest::rstest;

use crate::support::{Fixture, NOON, event, execution, step};

async fn quiet(from: &TestDatabase, to: &TestDatabase) -> Result<Vec<(String, i64)>, CopyError> {
    move_all(&from.url(), &to.url(), &|_, _| {}).await
}

#[rstest]
#[case::to_postgres(Db::Sqlite, Db::Postgres)]
#[case::to_sqlite(Db::Postgres, Db::Sqlite)]
#[tokio::test]
async fn everything_is_as_it_was_on_the_other_side(#[case] from: Db, #[case] to: Db) {
    let fixture = Fixture::start(from).await;
    let workflow = fixture.workflow("won-deal").await;
    // More than are written at once.
    let mut executions = Vec::new();
    for number in 0..1_203 {
        executions.push(event(&workflow, &format!("evt_{number}")));
    }
    let recorded =
        futures::future::join_all(executions.into_iter().map(|intake| fixture.store.record(intake))).await;
    let Ok(Recorded::Accepted(id)) = recorded[7] else { panic!("{:?}", recorded[7]) };
    let mut with_steps = execution(&workflow);
    with_steps.steps = vec![step("greet", StepStatus::Succeeded)];
    let with_steps = bellhop_storage::Intake { parsed: None, delivery: None, execution: Some(with_steps) };
    let stepped = fixture.accepted(with_steps).await;
    let key = MasterKey::generate().unwrap();
    let credentials = |store: &Store| {
        CredentialStore::new(store.clone(), key.clone(), BTreeMap::default(), Redactor::default())
    };
    let name = CredentialName::new("close");
    let secret = Credential::Close { api_key: Secret::from("api_1Xk.secret".to_owned()) };
    credentials(&fixture.store).put(&name, &secret, NOON).await.unwrap();
    let was = (fixture.store.execution(id).await.unwrap(), fixture.store.execution(stepped).await.unwrap());
    assert_eq!(was.1.as_ref().unwrap().steps.len(), 1);
    fixture.store.close().await;

    let target = TestDatabase::create(to);
    let rows = quiet(&fixture.database, &target).await.unwrap();

    assert!(rows.contains(&("executions".to_owned(), 1_204)), "{rows:?}");
    let store = Store::connect(&target.url()).await.unwrap();
    assert_eq!(store.workflow_by_id(workflow.id).await.unwrap().as_ref(), Some(&workflow));
    assert_eq!((store.execution(id).await.unwrap(), store.execution(stepped).await.unwrap()), was);
    let opened = credentials(&store).resolve(&name).await.unwrap();
    assert_eq!(opened.get("api_key").unwrap().expose(), "api_1Xk.secret");
    assert_eq!(store.record(event(&workflow, "evt_7")).await.unwrap(), Recorded::Duplicate);

    // And back, to where nothing is.
    store.close().await;
    let back = TestDatabase::create(from);
    assert_eq!(quiet(&target, &back).await.unwrap().len(), rows.len());
    let store = Store::connect(&back.url()).await.unwrap();
    assert_eq!((store.execution(id).await.unwrap(), store.execution(stepped).await.unwrap()), was);
}

#[rstest]
#[case::to_postgres(Db::Sqlite, Db::Postgres)]
#[case::to_sqlite(Db::Postgres, Db::Sqlite)]
#[tokio::test]
async fn nothing_goes_to_where_something_is(#[case] from: Db, #[case] to: Db) {
    let (old, new) = (Fixture::start(from).await, Fixture::start(to).await);
    old.workflow("won-deal").await;
    new.workflow("lost-deal").await;
    old.store.close().await;
    new.store.close().await;
    let refused = quiet(&old.database, &new.database).await.unwrap_err();
    assert!(matches!(&refused, CopyError::NotEmpty { rows: 1, .. }), "{refused:?}");
    assert_eq!(new.count("SELECT count(*) FROM workflows WHERE name = 'lost-deal'").await, 1);
    assert_eq!(new.count("SELECT count(*) FROM workflows").await, 1);
}

#[rstest]
#[case::to_postgres(Db::Sqlite, Db::Postgres)]
#[case::to_sqlite(Db::Postgres, Db::Sqlite)]
#[tokio::test]
async fn what_cannot_be_read_leaves_the_new_one_empty(#[case] from: Db, #[case] to: Db) {
    let old = Fixture::start(from).await;
    old.workflow("won-deal").await;
    // The last of all tables has a column more.
    old.execute("ALTER TABLE workflow_versions ADD COLUMN note TEXT").await;
    old.store.close().await;
    let new = Fixture::start(to).await;
    new.store.close().await;
    let refused = quiet(&old.database, &new.database).await.unwrap_err();
    assert!(
        matches!(&refused, CopyError::OtherColumns { table } if table == "workflow_versions"),
        "{refused:?}"
    );
    assert_eq!(new.count("SELECT count(*) FROM workflows").await, 0);
}

#[tokio::test]
async fn a_database_that_a_server_has_open_is_left_alone() {
    let (served, file) = (Fixture::start(Db::Postgres).await, Fixture::start(Db::Sqlite).await);
    file.store.close().await;
    for (from, to) in [(&served, &file), (&file, &served)] {
        let refused = quiet(&from.database, &to.database).await.unwrap_err();
        assert!(matches!(refused, CopyError::InUse { .. }), "{refused:?}");
    }
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_database_of_another_version_is_brought_to_this_one_first(#[case] db: Db) {
    let old = Fixture::start(db).await;
    old.execute("DELETE FROM _sqlx_migrations WHERE version > 5").await;
    old.store.close().await;
    let new = TestDatabase::create(Db::Sqlite);
    let refused = quiet(&old.database, &new).await.unwrap_err();
    assert!(matches!(refused, CopyError::NotOfThisVersion(_)), "{refused:?}");
}
