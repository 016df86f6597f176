//! Durable keys: each change happens once, together with the record of the step that asked for it.

use std::collections::BTreeSet;
use std::time::Duration;

use bellhop_storage::{
    NodeId, StateChange, StateError, StateOp, StateWrite, Store, ToRecord, WorkflowRow, WriteError,
};
use bellhop_testkit::database::Db;
use bellhop_workflow::ids::ExecutionId;
use bellhop_workflow::journal::StepStatus;
use futures::future::join_all;
use rstest::rstest;
use serde_json::{Number, Value, json};

use crate::support::{Fixture, NOON, event, node, step};

const LEASE: Duration = Duration::from_secs(30);

struct World {
    fixture: Fixture,
    workflow: WorkflowRow,
    node: NodeId,
    id: ExecutionId,
}

impl World {
    async fn start(db: Db) -> Self {
        let fixture = Fixture::start(db).await;
        let workflow = fixture.workflow("won-deal").await;
        let id = fixture.accepted(event(&workflow, "evt_1")).await;
        let node = node();
        fixture.store.claim(node, 10, NOON, LEASE).await.unwrap();
        Self { fixture, workflow, node, id }
    }

    fn write(&self, path: &str, key: &str, op: StateOp) -> StateWrite {
        StateWrite {
            execution: self.id,
            workflow: self.workflow.id,
            path: path.to_owned(),
            change: StateChange { key: key.to_owned(), op },
            record: ToRecord::with_output(step(path, StepStatus::Succeeded)),
            before: vec![step("before", StepStatus::Succeeded)],
            at: NOON,
            again: false,
        }
    }

    async fn gives(&self, path: &str, key: &str, op: StateOp) -> Value {
        let write = self.write(path, key, op);
        self.store().apply_state(self.node, write).await.unwrap().unwrap().output.unwrap()
    }

    fn store(&self) -> &Store {
        &self.fixture.store
    }

    async fn keys(&self) -> Vec<(String, Value)> {
        let rows = self.store().state(self.workflow.id, None, 100).await.unwrap();
        rows.into_iter().map(|row| (row.key, row.value)).collect()
    }
}

fn by(number: i64) -> StateOp {
    StateOp::Increment(Number::from(number))
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_key_is_set_read_counted_and_deleted(#[case] db: Db) {
    let world = World::start(db).await;
    let get = |default: Value| StateOp::Get { default };

    assert_eq!(world.gives("a", "seen", get(json!("never"))).await, json!("never"));
    assert_eq!(
        world.gives("b", "seen", StateOp::Set(json!({ "at": "noon\u{0}" }))).await,
        json!({ "at": "noon\u{0}" })
    );
    assert_eq!(world.gives("c", "seen", get(Value::Null)).await, json!({ "at": "noon\u{0}" }));
    assert_eq!(world.gives("d", "count", by(2)).await, json!(2));
    assert_eq!(world.gives("e", "count", by(-5)).await, json!(-3));
    assert_eq!(
        world.gives("f", "count", StateOp::Increment(Number::from_f64(0.5).unwrap())).await,
        json!(-2.5)
    );
    assert_eq!(world.gives("g", "seen", StateOp::Delete).await, json!({ "at": "noon\u{0}" }));
    assert_eq!(world.gives("h", "seen", StateOp::Delete).await, Value::Null);
    assert_eq!(world.gives("i", "Zulu", StateOp::Set(Value::Null)).await, Value::Null);

    assert_eq!(world.keys().await, [("Zulu".to_owned(), Value::Null), ("count".to_owned(), json!(-2.5))]);
    let steps = world.store().execution(world.id).await.unwrap().unwrap().steps;
    assert_eq!(steps.len(), 10, "nine steps and the one before");
    assert_eq!(steps[4].output, Some(json!(2)));
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_change_that_is_not_possible_writes_nothing(#[case] db: Db) {
    let world = World::start(db).await;
    world.gives("a", "name", StateOp::Set(json!("Acme"))).await;
    world.gives("b", "huge", StateOp::Set(json!(u64::MAX))).await;
    let refused = [
        (
            world.write("c", "name", by(1)),
            "`name` holds a text, which cannot be incremented; set it to a number first",
        ),
        (world.write("d", "huge", by(1)), "`huge` would be more than a number can be"),
        (world.write("e", "", by(1)), "a state key has 1 to 255 bytes, and this one has 0"),
        (world.write("f", &"k".repeat(256), by(1)), "a state key has 1 to 255 bytes, and this one has 256"),
        (
            world.write("g", "long", StateOp::Set(json!("x".repeat(65_536)))),
            "a state value has at most 65536 bytes of JSON, and this one has 65538",
        ),
    ];

    for (write, message) in refused {
        let refused: StateError = world.store().apply_state(world.node, write).await.unwrap().unwrap_err();
        assert_eq!(refused.to_string(), message);
    }

    assert_eq!(
        world.keys().await,
        [("huge".to_owned(), json!(u64::MAX)), ("name".to_owned(), json!("Acme"))]
    );
    let steps = world.store().execution(world.id).await.unwrap().unwrap().steps;
    assert_eq!(steps.iter().map(|step| step.path.as_str()).collect::<Vec<_>>(), ["before", "a", "b"]);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn who_does_not_hold_the_lease_changes_no_key(#[case] db: Db) {
    let world = World::start(db).await;

    let lost = world.store().apply_state(node(), world.write("a", "count", by(1))).await;

    assert!(matches!(lost, Err(WriteError::LeaseLost)), "{lost:?}");
    assert!(world.keys().await.is_empty());
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_try_after_one_of_which_nothing_was_heard_counts_once(#[case] db: Db) {
    let world = World::start(db).await;
    let again = |path: &str| StateWrite { again: true, ..world.write(path, "count", by(1)) };

    // The first try has not gone through, the second has, and its answer was lost.
    let first = world.store().apply_state(world.node, again("a")).await.unwrap().unwrap();
    let second = world.store().apply_state(world.node, again("a")).await.unwrap().unwrap();
    let other = world.store().apply_state(world.node, again("b")).await.unwrap().unwrap();

    assert_eq!(first, second);
    assert_eq!(other.output, Some(json!(2)));
    assert_eq!(world.keys().await, [("count".to_owned(), json!(2))]);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn increments_of_many_tasks_on_two_nodes_add_up(#[case] db: Db) {
    let world = World::start(db).await;
    let stores = match db {
        Db::Sqlite => [world.fixture.store.clone(), world.fixture.store.clone()],
        Db::Postgres => [world.fixture.store.clone(), world.fixture.another_store().await],
    };

    let given = join_all((0..100_u64).map(|number| {
        let store = stores[usize::try_from(number % 2).unwrap()].clone();
        let (write, node) = (world.write(&format!("each/{number}/count"), "count", by(1)), world.node);
        tokio::spawn(async move { store.apply_state(node, write).await.unwrap().unwrap().output.unwrap() })
    }))
    .await;

    let given: BTreeSet<u64> = given.into_iter().map(|value| value.unwrap().as_u64().unwrap()).collect();
    assert_eq!(given, (1..=100).collect::<BTreeSet<_>>(), "each saw its own sum");
    assert_eq!(world.keys().await, [("count".to_owned(), json!(100))]);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn keys_are_listed_in_pages_by_name(#[case] db: Db) {
    let world = World::start(db).await;
    for key in ["b", "B", "a", "c"] {
        world.gives(key, key, StateOp::Set(json!(key))).await;
    }

    let page = |after: Option<&'static str>| world.store().state(world.workflow.id, after, 2);

    let names =
        |rows: Vec<bellhop_storage::StateRow>| rows.into_iter().map(|row| row.key).collect::<Vec<_>>();
    assert_eq!(names(page(None).await.unwrap()), ["B", "a"]);
    assert_eq!(names(page(Some("a")).await.unwrap()), ["b", "c"]);
    assert!(page(Some("c")).await.unwrap().is_empty());
}
