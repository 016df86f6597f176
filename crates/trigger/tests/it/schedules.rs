//! Schedules, from the activation to the executions that they start.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bellhop_storage::{
    CredentialStore, ExecutionFilter, ExecutionRow, NodeId, ScheduleRow, Store, seal_context,
};
use bellhop_testkit::clock::TestClock;
use bellhop_testkit::database::{Db, TestDatabase};
use bellhop_trigger::catalogue::catalogue;
use bellhop_trigger::close::{self, CloseApi};
use bellhop_trigger::hooks::HookTable;
use bellhop_trigger::lifecycle::{Lifecycle, LifecycleParts};
use bellhop_trigger::schedule::Scheduler;
use bellhop_trigger::vendor::DeclaredVendors;
use bellhop_vault::{MasterKey, Redactor, Sealed};
use bellhop_workflow::activation::ActivationState;
use bellhop_workflow::conceal::Concealed;
use bellhop_workflow::ids::WorkflowName;
use bellhop_workflow::time::{Clock as _, Timestamp};
use rstest::rstest;
use serde_json::json;

/// A Monday, 12:00 UTC.
const NOON: Timestamp = Timestamp::from_seconds(1_772_452_800);

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);

struct World {
    store: Store,
    lifecycle: Lifecycle,
    clock: Arc<TestClock>,
    scheduler: Scheduler,
    key: MasterKey,
    database: TestDatabase,
}

impl World {
    async fn new(db: Db) -> Self {
        let _already = rustls::crypto::ring::default_provider().install_default();
        let database = TestDatabase::create(db);
        let store = Store::connect(&database.url()).await.unwrap();
        let (key, redactor) = (MasterKey::generate().unwrap(), Redactor::default());
        let credentials = CredentialStore::new(store.clone(), key.clone(), BTreeMap::new(), redactor.clone());
        let hooks = HookTable::new(store.clone(), key.clone(), credentials.clone(), redactor.clone());
        let clock = Arc::new(TestClock::at(NOON));
        let lifecycle = Lifecycle::new(LifecycleParts {
            store: store.clone(),
            hooks: Arc::new(hooks),
            credentials,
            key: key.clone(),
            redactor,
            // Nobody is there: a call would fail.
            close: CloseApi::new("http://127.0.0.1:9", close::http_client().unwrap()),
            vendors: DeclaredVendors::new(close::http_client().unwrap(), BTreeMap::new()),
            public_url: "https://bellhop.example".to_owned(),
            clock: clock.clone(),
        });
        let scheduler = Scheduler::new(store.clone(), key.clone(), clock.clone());
        Self { store, lifecycle, clock, scheduler, key, database }
    }

    /// Creates a workflow with these triggers and switches it on.
    async fn activate(&self, triggers: &str) -> WorkflowName {
        let yaml = workflow(triggers);
        let parsed = bellhop_workflow::parse(&yaml, catalogue()).unwrap().workflow;
        let name = parsed.name.clone();
        self.lifecycle.create(parsed, yaml).await.unwrap();
        self.lifecycle.activate(&name).await.unwrap();
        name
    }

    async fn update(&self, triggers: &str) {
        let yaml = workflow(triggers);
        let parsed = bellhop_workflow::parse(&yaml, catalogue()).unwrap().workflow;
        self.lifecycle.update(&parsed.name.clone(), parsed, yaml).await.unwrap();
    }

    /// Lets time pass, and fires what is due then.
    async fn pass(&self, duration: Duration) {
        self.clock.advance(duration);
        self.scheduler.fire_due().await.unwrap();
    }

    /// What was started, the newest first.
    async fn executions(&self) -> Vec<ExecutionRow> {
        self.store.executions(&ExecutionFilter::default(), None, 500).await.unwrap().into_rows()
    }

    /// The times that have started something, in their order.
    async fn fired(&self) -> Vec<Timestamp> {
        let mut times: Vec<Timestamp> =
            self.executions().await.into_iter().map(|row| row.event.unwrap().time).collect();
        times.sort();
        times
    }

    async fn schedules(&self, name: &WorkflowName) -> Vec<ScheduleRow> {
        let id = self.store.workflow(name).await.unwrap().unwrap().id;
        self.store.schedules(id).await.unwrap()
    }
}

fn workflow(triggers: &str) -> String {
    format!("name: report\ntriggers:\n{triggers}\nsteps:\n  - uses: log\n    with: {{ message: hello }}\n")
}

fn hours(count: u32) -> Timestamp {
    NOON.plus(HOUR * count)
}

#[rstest]
#[tokio::test]
async fn a_schedule_starts_its_workflow_at_its_times(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::new(db).await;
    let name = world.activate("  - schedule: { cron: '0 9 * * 1-5', timezone: Europe/Berlin }").await;
    // Nine in the morning in Berlin, which is eight in UTC before the clocks change.
    let next = Timestamp::parse("2026-03-03T08:00:00Z").unwrap();
    assert_eq!(world.scheduler.fire_due().await.unwrap(), Some(next));
    assert_eq!(world.fired().await, []);

    world.clock.set(next);
    let after = world.scheduler.fire_due().await.unwrap();

    assert_eq!(after, Some(next.plus(24 * HOUR)));
    let execution = world.executions().await.remove(0);
    assert_eq!((execution.workflow, execution.trigger_kind.as_str()), (name.clone(), "schedule"));
    assert_eq!(execution.created_at, next);
    let event = serde_json::to_value(execution.event.unwrap()).unwrap();
    let expected = json!({
        "id": "schedule@2026-03-03T08:00:00.000000Z",
        "type": "schedule.fired",
        "object_type": "schedule",
        "action": "fired",
        "time": "2026-03-03T08:00:00.000000Z",
        "data": {
            "scheduled_at": "2026-03-03T08:00:00.000000Z",
            "timezone": "Europe/Berlin",
            "cron": "0 9 * * 1-5",
        },
        "previous": null,
        "changed": [],
        "source": "schedule",
        "raw": null,
    });
    assert_eq!(event, expected);
    let row = world.schedules(&name).await.remove(0);
    assert_eq!((row.next_at, row.last_at), (after, Some(next)));
}

#[rstest]
#[tokio::test]
async fn what_is_off_starts_nothing(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::new(db).await;
    let name = world.activate("  - schedule: { every: 1h }").await;
    let id = world.store.workflow(&name).await.unwrap().unwrap().id;
    assert_eq!(world.store.registrations(id).await.unwrap(), [], "a schedule is nobody's but ours");
    world.pass(HOUR).await;

    let off = world.lifecycle.deactivate(&name).await.unwrap();
    assert_eq!(off.state, ActivationState::Inactive);
    world.pass(HOUR).await;
    assert_eq!((world.fired().await, world.schedules(&name).await), (vec![hours(1)], vec![]));

    // On again, it counts from there.
    world.pass(30 * MINUTE).await;
    world.lifecycle.activate(&name).await.unwrap();
    world.pass(HOUR).await;
    assert_eq!(world.fired().await, [hours(1), hours(3).plus(30 * MINUTE)]);

    world.lifecycle.delete(&name).await.unwrap();
    world.pass(HOUR).await;
    assert_eq!(world.fired().await.len(), 2);
    assert_eq!(world.scheduler.fire_due().await.unwrap(), None);
}

#[rstest]
#[tokio::test]
async fn a_new_version_leaves_the_schedules_that_stay_the_same(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::new(db).await;
    let name = world
        .activate("  - schedule: { every: 1h }\n  - schedule: { every: 2h }\n  - schedule: { every: 3h }")
        .await;
    let next = async || {
        let rows = world.schedules(&name).await;
        rows.into_iter().map(|row| (row.trigger_id.to_string(), row.next_at.unwrap())).collect::<Vec<_>>()
    };
    let named = |trigger: &str, at: Timestamp| (trigger.to_owned(), at);

    world.clock.advance(30 * MINUTE);
    world.update("  - schedule: { every: 60m, catch_up: all }\n  - schedule: { every: 90m }").await;

    assert_eq!(next().await, [named("schedule", hours(1)), named("schedule_2", hours(2))]);
    world.pass(90 * MINUTE).await;
    let versions: Vec<i64> = world.executions().await.iter().map(|row| row.version.0).collect();
    assert_eq!(versions, [2, 2, 2]);
    assert_eq!(world.fired().await, [hours(1), hours(2), hours(2)]);

    // A version of a workflow that is off has none.
    world.lifecycle.deactivate(&name).await.unwrap();
    world.update("  - schedule: { every: 5h }").await;
    assert_eq!(next().await, []);
}

#[rstest]
#[case("none", &[])]
#[case("one", &[3])]
#[case("all", &[1, 2, 3])]
#[tokio::test]
async fn what_was_missed_is_caught_up_as_it_says(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
    #[case] catch_up: &str,
    #[case] caught_up: &[u32],
) {
    let world = World::new(db).await;
    world.activate(&format!("  - schedule: {{ every: 1h, catch_up: {catch_up} }}")).await;

    // For three hours and a half nobody looks.
    world.pass(3 * HOUR + 30 * MINUTE).await;
    let mut expected: Vec<Timestamp> = caught_up.iter().map(|count| hours(*count)).collect();
    assert_eq!(world.fired().await, expected);

    // Then all is as ever.
    world.pass(30 * MINUTE).await;
    expected.push(hours(4));
    assert_eq!(world.fired().await, expected);
}

#[rstest]
#[tokio::test]
async fn an_outage_of_a_schedule_of_seconds_is_caught_up_within_bounds(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
) {
    let world = World::new(db).await;
    let name = world.activate("  - schedule: { every: 1s, catch_up: all }").await;

    world.pass(24 * HOUR).await;

    let filter = ExecutionFilter { workflow: Some(name), ..ExecutionFilter::default() };
    let mut count = 0;
    let mut cursor = None;
    loop {
        let page = world.store.executions(&filter, cursor, 500).await.unwrap();
        let Some(last) = page.last() else { break };
        count += page.len();
        cursor = Some(last.id);
    }
    // A thousand that were missed, and those of the last five seconds, which are in time.
    assert_eq!(count, 1_006);
}

#[rstest]
#[tokio::test]
async fn of_two_nodes_one_fires_a_time(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::new(db).await;
    world.activate("  - schedule: { every: 1h }\n  - schedule: { cron: '@hourly' }").await;
    let store = Store::connect(&world.database.url()).await.unwrap();
    let other = Scheduler::new(store, world.key.clone(), world.clock.clone());

    for _ in 0..5 {
        world.clock.advance(HOUR);
        let (one, two) = tokio::join!(world.scheduler.fire_due(), other.fire_due());
        assert_eq!(
            (one.unwrap(), two.unwrap()),
            (Some(world.clock.now().plus(HOUR)), Some(world.clock.now().plus(HOUR)))
        );
    }

    let expected: Vec<Timestamp> = (1..=5).flat_map(|count| [hours(count); 2]).collect();
    assert_eq!(world.fired().await, expected);
}

#[rstest]
#[tokio::test]
async fn a_condition_lets_times_through_or_not(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::new(db).await;
    let name = world
        .activate("  - schedule: { every: 1h }\n    where: trigger.kind == 'schedule' and event.data.every == '1h' and (event.time | date('%H')) != '14'")
        .await;

    for _ in 0..3 {
        world.pass(HOUR).await;
    }

    assert_eq!(world.fired().await, [hours(1), hours(3)]);
    assert_eq!(world.schedules(&name).await.remove(0).next_at, Some(hours(4)));
}

#[rstest]
#[tokio::test]
async fn what_fires_while_another_runs_waits_its_turn(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::new(db).await;
    world.activate("  - schedule: { every: 1h }\nconcurrency: { limit: 1, key: '${{ trigger.id }}' }").await;
    world.pass(HOUR).await;
    world.pass(HOUR).await;

    let claimed = world.store.claim(NodeId::generate(NOON), 10, world.clock.now(), MINUTE).await.unwrap();

    let times: Vec<Timestamp> = claimed.into_iter().map(|claimed| claimed.event.unwrap().head.time).collect();
    assert_eq!(times, [hours(1)]);
}

#[rstest]
#[tokio::test]
async fn what_is_masked_is_stored_sealed_only(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::new(db).await;
    world
        .activate(
            "  - schedule: { every: 1h, timezone: Asia/Tokyo }\nmask: [event.data.timezone, event.data.gone]",
        )
        .await;

    world.pass(HOUR).await;

    let row = world.executions().await.remove(0);
    let stored = json!({ "scheduled_at": hours(1), "timezone": "[masked]", "every": "1h" });
    assert_eq!(row.event.unwrap().data, stored);
    let claimed =
        world.store.claim(NodeId::generate(NOON), 10, world.clock.now(), MINUTE).await.unwrap().remove(0);
    let sealed = Sealed::from_bytes(claimed.sealed.unwrap());
    let opened = world.key.open(&seal_context(row.id), &sealed).unwrap();
    let concealed: Concealed = serde_json::from_slice(&opened).unwrap();
    let mut event = claimed.event.unwrap();
    concealed.reveal_event(&mut event.head, &mut event.raw);
    assert_eq!(event.data(), &json!({ "scheduled_at": hours(1), "timezone": "Asia/Tokyo", "every": "1h" }));
}
