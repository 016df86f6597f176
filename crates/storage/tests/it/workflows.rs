//! Workflows: creating, changing, deleting and listing them.

use std::time::Duration;

use bellhop_storage::{CreateError, LastExecution, RecentCounts, WriteError};
use bellhop_testkit::database::Db;
use bellhop_workflow::activation::ActivationState;
use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::ids::{Version, WorkflowName};
use rstest::rstest;

use crate::support::{Fixture, NOON, event, new_workflow};

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_workflow_reads_back_as_it_was_created(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let created = fixture.workflow("won-deal").await;

    let by_name = fixture.store.workflow(&WorkflowName::new("won-deal")).await.unwrap();
    let by_id = fixture.store.workflow_by_id(created.id).await.unwrap();
    let version = fixture.store.workflow_version(created.id, Version(1)).await.unwrap().unwrap();

    assert_eq!(created.state, ActivationState::Inactive);
    assert_eq!(by_name.as_ref(), Some(&created));
    assert_eq!(by_id, Some(created));
    assert_eq!((version.yaml.as_str(), version.created_at), ("name: won-deal\n", NOON));
    assert_eq!(fixture.store.workflow(&WorkflowName::new("other")).await.unwrap(), None);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_name_is_taken_until_its_workflow_is_deleted(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let first = fixture.workflow("won-deal").await;

    let mut tx = fixture.store.begin().await.unwrap();
    let taken = tx.create_workflow(&new_workflow("won-deal")).await;
    assert!(matches!(taken, Err(CreateError::NameTaken)), "{taken:?}");
    // The transaction is still good for other work.
    tx.delete_workflow(first.id, first.version, NOON).await.unwrap();
    tx.commit().await.unwrap();

    let second = fixture.workflow("won-deal").await;
    assert_eq!(fixture.store.workflow(&second.name).await.unwrap(), Some(second));
    assert_eq!(fixture.store.workflow_by_id(first.id).await.unwrap(), None);
    assert!(fixture.store.workflow_version(first.id, Version(1)).await.unwrap().is_some());

    let mut tx = fixture.store.begin().await.unwrap();
    let again = tx.delete_workflow(first.id, first.version, NOON).await;
    assert!(matches!(again, Err(WriteError::Conflict)), "{again:?}");
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn an_update_of_a_version_that_is_not_the_newest_is_refused(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let created = fixture.workflow("won-deal").await;
    let later = NOON.plus(Duration::from_mins(1));

    let mut tx = fixture.store.begin().await.unwrap();
    let version = tx.update_workflow(created.id, Version(1), "two", Some("new"), later).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = fixture.store.begin().await.unwrap();
    let stale = tx.update_workflow(created.id, Version(1), "other two", None, later).await;
    assert!(matches!(stale, Err(WriteError::Conflict)), "{stale:?}");
    drop(tx);

    let updated = fixture.store.workflow_by_id(created.id).await.unwrap().unwrap();
    let versions = fixture.store.workflow_versions(created.id).await.unwrap();
    assert_eq!(version, Version(2));
    assert_eq!(
        (updated.version, updated.description.as_deref(), updated.updated_at),
        (version, Some("new"), later)
    );
    assert_eq!(
        versions.iter().map(|row| (row.version, row.yaml.as_str())).collect::<Vec<_>>(),
        [(Version(2), "two"), (Version(1), "name: won-deal\n")]
    );
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_state_changes_only_from_the_one_that_was_seen(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let created = fixture.workflow("won-deal").await;
    let (inactive, activating) = (ActivationState::Inactive, ActivationState::Activating);

    let mut tx = fixture.store.begin().await.unwrap();
    tx.set_workflow_state(created.id, inactive, activating, NOON).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = fixture.store.begin().await.unwrap();
    let late = tx.set_workflow_state(created.id, inactive, activating, NOON).await;

    assert!(matches!(late, Err(WriteError::Conflict)), "{late:?}");
    let row = fixture.store.workflow_by_id(created.id).await.unwrap().unwrap();
    assert_eq!(row.state, activating);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_transaction_that_is_dropped_leaves_nothing(#[case] db: Db) {
    let fixture = Fixture::start(db).await;

    let mut tx = fixture.store.begin().await.unwrap();
    let created = tx.create_workflow(&new_workflow("won-deal")).await.unwrap();
    drop(tx);

    // It can be created now, and nothing of the first attempt is in its way.
    let second = fixture.workflow("won-deal").await;
    assert_eq!(fixture.store.workflow(&created.name).await.unwrap(), Some(second));
    assert!(fixture.store.workflow_versions(created.id).await.unwrap().is_empty());
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn the_list_pages_by_name_and_says_how_each_has_been_doing(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    // A hyphen sorts before letters, whatever the database's locale says.
    let names = ["a-z", "aa", "b"];
    for name in names {
        fixture.workflow(name).await;
    }
    let busy = fixture.store.workflow(&WorkflowName::new("aa")).await.unwrap().unwrap();
    fixture.accepted(event(&busy, "evt_1")).await;
    let last = fixture.accepted(event(&busy, "evt_2")).await;

    let first = fixture.store.workflows(None, 2).await.unwrap();
    let second = fixture.store.workflows(Some(&first[1].workflow.name), 2).await.unwrap();

    let listed: Vec<_> = first.iter().chain(&second).map(|row| row.workflow.name.as_str()).collect();
    assert_eq!(listed, names);
    assert_eq!(first[0].last_execution, None);
    assert_eq!(first[0].recent, RecentCounts::default());
    assert_eq!(
        first[1].last_execution,
        Some(LastExecution { id: last, status: ExecutionStatus::Queued, created_at: NOON })
    );
    assert_eq!(first[1].recent, RecentCounts { executions: 2, failed: 0, unfinished: 2 });
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn text_with_a_nul_is_stored_with_a_replacement_in_its_place(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let mut new = new_workflow("won-deal");
    new.description = Some("a\0b".to_owned());
    new.yaml = "name: \0".to_owned();

    let mut tx = fixture.store.begin().await.unwrap();
    let created = tx.create_workflow(&new).await.unwrap();
    tx.commit().await.unwrap();

    assert_eq!(created.description.as_deref(), Some("a\u{fffd}b"));
    assert_eq!(fixture.store.workflow_by_id(new.id).await.unwrap(), Some(created));
    let version = fixture.store.workflow_version(new.id, Version(1)).await.unwrap().unwrap();
    assert_eq!(version.yaml, "name: \u{fffd}");
}
