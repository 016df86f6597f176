//! The database fails for a while, or for good.

use std::sync::Arc;

use bellhop_executor::StoredCredentials;
use bellhop_storage::CredentialStore;
use bellhop_testkit::database::Db;
use bellhop_vault::{Credential, CredentialKind, MasterKey, Redactor};
use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::ids::CredentialName;
use bellhop_workflow::journal::StepStatus;
use rstest::rstest;

use crate::peer::Answer;
use crate::world::{LEASE, NOON, World, statuses, step};

const TWO_CALLS: &str = "
steps:
  - { id: first, uses: http, with: { method: POST, url: PEER/first } }
  - { id: second, uses: http, with: { method: POST, url: PEER/second } }
";

/// Has the journal take nothing more.
const FULL: [&str; 2] = [
    "CREATE TRIGGER no_room BEFORE INSERT ON journal BEGIN SELECT raise(ABORT, 'no room'); END",
    "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN RAISE 'no room' USING ERRCODE = 'disk_full'; END $$;
     CREATE TRIGGER no_room BEFORE INSERT ON journal FOR EACH ROW EXECUTE FUNCTION no_room()",
];

/// Has the journal take no word of a step that runs.
// So short a journal is not packed.
const NO_BEGINNINGS: [&str; 2] = [
    r#"CREATE TRIGGER no_room BEFORE INSERT ON journal WHEN CAST(NEW.records AS TEXT) LIKE '%"running"%'
         BEGIN SELECT raise(ABORT, 'no room'); END"#,
    r#"CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN RAISE 'no room' USING ERRCODE = 'disk_full'; END $$;
     CREATE TRIGGER no_room BEFORE INSERT ON journal FOR EACH ROW 
         WHEN (position('"running"'::bytea IN NEW.records) > 0)
         EXECUTE FUNCTION no_room()"#,
];

const ROOM_AGAIN: [&str; 2] = ["DROP TRIGGER no_room", "DROP TRIGGER no_room ON journal"];

#[rstest]
#[case::sqlite(Db::Sqlite, FULL[0], ROOM_AGAIN[0], "journal not written")]
// There it is known for what it is, and the store itself tells of it.
#[case::postgres(Db::Postgres, FULL[1], ROOM_AGAIN[1], "the disk is full")]
#[tokio::test]
async fn what_an_effect_gave_outlives_an_outage_of_the_database(
    #[case] db: Db,
    #[case] fault: &'static str,
    #[case] mended: &'static str,
    #[case] told: &str,
) {
    let world = World::start(db).await;
    world.peer.answers("/first", [Answer::Held]);
    let id = world.run(TWO_CALLS).await;
    let node = world.node().start();
    world.requests("/first", 1).await;

    world.execute(fault).await;
    world.peer.release();
    world.logged(told).await;
    assert_eq!(world.peer.count("/second"), 0, "an effect began that is not in the journal");
    world.execute(mended).await;

    let row = world.ended(id).await;
    node.stop().await;
    assert_eq!(row.status, ExecutionStatus::Succeeded);
    assert_eq!(statuses(&row), [("first", StepStatus::Succeeded), ("second", StepStatus::Succeeded)]);
    assert_eq!((world.peer.count("/first"), world.peer.count("/second")), (1, 1));
}

#[rstest]
#[case::sqlite(Db::Sqlite, FULL[0], ROOM_AGAIN[0], "journal not written")]
// There it is known for what it is, and the store itself tells of it.
#[case::postgres(Db::Postgres, FULL[1], ROOM_AGAIN[1], "the disk is full")]
#[tokio::test]
async fn the_end_of_an_execution_outlives_an_outage_too(
    #[case] db: Db,
    #[case] fault: &'static str,
    #[case] mended: &'static str,
    #[case] told: &str,
) {
    let world = World::start(db).await;
    world.execute(fault).await;
    let id = world.run("steps: [{ id: only, uses: return, with: { a: 1 } }]").await;
    let node = world.node().start();

    world.logged(told).await;
    world.execute(mended).await;

    let row = world.ended(id).await;
    node.stop().await;
    assert_eq!(
        (row.status, statuses(&row)),
        (ExecutionStatus::Succeeded, vec![("only", StepStatus::Succeeded)])
    );
}

#[rstest]
#[case::sqlite(Db::Sqlite, NO_BEGINNINGS[0])]
#[case::postgres(Db::Postgres, NO_BEGINNINGS[1])]
#[tokio::test]
async fn a_timeout_while_the_journal_cannot_be_written_loses_no_step(
    #[case] db: Db,
    #[case] fault: &'static str,
) {
    let world = World::start(db).await;
    world.execute(fault).await;

    let row = world
        .outcome(
            "
timeout: 300ms
steps:
  - { id: before, uses: set, with: { a: 1 } }
  - { id: call, uses: http, with: { method: POST, url: PEER/call } }
",
        )
        .await;

    assert_eq!((row.status, row.error.as_ref().unwrap().kind.as_str()), (ExecutionStatus::Failed, "timeout"));
    assert_eq!(statuses(&row), [("before", StepStatus::Succeeded), ("call", StepStatus::Cancelled)]);
    assert_eq!(world.peer.count("/call"), 0, "an effect began that is not in the journal");
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_node_goes_on_claiming_after_an_outage(#[case] db: Db) {
    let world = World::start(db).await;
    let id = world.run(TWO_CALLS).await;
    world.execute("ALTER TABLE executions RENAME TO away").await;
    let node = world.node().start();

    world.logged("executions not claimed").await;
    world.execute("ALTER TABLE away RENAME TO executions").await;

    assert_eq!(world.ended(id).await.status, ExecutionStatus::Succeeded);
    node.stop().await;
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_version_that_cannot_be_fetched_is_fetched_by_the_next_claim(#[case] db: Db) {
    let world = World::start(db).await;
    let id = world.run(TWO_CALLS).await;
    world.execute("ALTER TABLE workflow_versions RENAME TO away").await;
    let node = world.node().start();

    world.logged("execution let go of").await;
    assert_eq!(world.execution(id).await.status, ExecutionStatus::Running);
    world.execute("ALTER TABLE away RENAME TO workflow_versions").await;
    world.clock.advance(LEASE);

    assert_eq!(world.ended(id).await.status, ExecutionStatus::Succeeded);
    node.stop().await;
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_credential_that_cannot_be_read_for_a_moment_fails_no_step(#[case] db: Db) {
    let world = World::start(db).await;
    let key = MasterKey::generate().unwrap();
    let credentials = CredentialStore::new(world.store.clone(), key, [].into(), Redactor::default());
    let name = CredentialName::new("stored");
    let token = [("token".to_owned(), "st0red-t0ken".to_owned().into())];
    let credential = Credential::from_fields(CredentialKind::HttpBearer, token).unwrap();
    credentials.put(&name, &credential, NOON).await.unwrap();
    world.execute("ALTER TABLE credentials RENAME TO away").await;
    let id = world
        .run("steps: [{ id: call, uses: http, with: { url: PEER/call, auth: { credential: stored } } }]")
        .await;
    let mut plan = world.node();
    plan.credentials = Arc::new(StoredCredentials(credentials));
    let node = plan.start();

    world.logged("credential not read").await;
    world.execute("ALTER TABLE away RENAME TO credentials").await;

    let row = world.ended(id).await;
    node.stop().await;
    assert_eq!((row.status, step(&row, "call").attempts), (ExecutionStatus::Succeeded, 1));
    assert_eq!(world.peer.seen()[0].authorization.as_deref(), Some("Bearer st0red-t0ken"));
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_node_whose_store_was_closed_lets_go_instead_of_hanging(#[case] db: Db) {
    let world = World::start(db).await;
    world.peer.answers("/first", [Answer::Held]);
    let id = world.run(TWO_CALLS).await;
    let mut plan = world.node();
    plan.store = world.another_store().await;
    let store = plan.store.clone();
    let first = plan.start();
    world.requests("/first", 1).await;

    store.close().await;
    world.peer.release();
    first.stop().await;
    assert_eq!(world.execution(id).await.status, ExecutionStatus::Running);

    world.clock.advance(LEASE);
    let second = world.node().start();
    assert_eq!(world.ended(id).await.status, ExecutionStatus::Succeeded);
    second.stop().await;
    assert_eq!((world.peer.count("/first"), world.peer.count("/second")), (2, 1));
}
