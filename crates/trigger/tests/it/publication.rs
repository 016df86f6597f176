//! Looking at drafts.

use std::sync::Arc;
use std::time::Duration;

use bellhop_testkit::clock::TestClock;
use bellhop_testkit::database::Db;
use bellhop_trigger::inbound::Draft;
use bellhop_trigger::publication::{self, Publications, PublicationsParts};
use bellhop_workflow::time::Clock as _;
use close_simulator::{CallFault, EventDraft};
use serde_json::json;

use crate::lifecycle::world::{API_KEY, World, answer, api, greet, now};

/// A trigger that has heard of a draft at Close.
struct Waiting {
    world: World,
    clock: Arc<TestClock>,
    publications: Publications,
    activity: String,
}

impl Waiting {
    async fn start() -> Self {
        Self::start_with(&greet("custom_activity.published")).await
    }

    async fn start_with(yaml: &str) -> Self {
        let world = World::new(Db::Sqlite).await;
        let name = world.create(yaml).await;
        world.lifecycle.activate(&name).await.unwrap();
        let row = world.registration(&name).await;
        let draft = EventDraft::new("activity.custom_activity", "created").data(json!({ "status": "draft" }));
        let activity = world.simulator.emit(&draft).unwrap().object_id;
        let clock = Arc::new(TestClock::at(now()));
        let publications = Publications::new(PublicationsParts {
            store: world.store.clone(),
            credentials: world.credentials.clone(),
            key: world.key.clone(),
            redactor: world.redactor.clone(),
            close: api(&world.simulator),
            clock: clock.clone(),
        });
        let draft = Draft { activity: activity.clone(), reopened_by: None };
        let (store, workflow) = (&world.store, row.workflow_id);
        publication::note(store, workflow, &row.trigger_id, &row.hook_id, &draft, clock.now()).await.unwrap();
        Self { world, clock, publications, activity }
    }

    /// Looks at what is due after `time`; how long until the next look.
    async fn look_after(&self, time: Duration) -> Option<Duration> {
        self.clock.advance(time);
        self.publications.look_due().await.unwrap().map(|next| next.since(self.clock.now()))
    }

    async fn publish(&self) {
        let url = format!("{}/activity/custom/{}/", self.world.simulator.base_url(), self.activity);
        let change = json!({ "status": "published" });
        let request = reqwest::Client::new().put(url).basic_auth(API_KEY, Some("")).json(&change);
        assert!(request.send().await.unwrap().status().is_success());
    }

    async fn has_run(&self) -> bool {
        let workflow = self.world.store.all_registrations().await.unwrap()[0].workflow_id;
        self.world.store.has_run(workflow, &publication::key(&self.activity, None)).await.unwrap()
    }
}

const FIVE: Duration = Duration::from_secs(5);

#[tokio::test]
async fn a_draft_is_looked_at_24_times_and_then_left_alone() {
    let waiting = Waiting::start().await;
    assert_eq!(waiting.look_after(Duration::from_secs(4)).await, Some(Duration::from_secs(1)), "not yet");
    assert_eq!(waiting.look_after(Duration::from_secs(1)).await, Some(FIVE));
    for _ in 2..24 {
        assert_eq!(waiting.look_after(FIVE).await, Some(FIVE));
    }
    assert_eq!(waiting.look_after(FIVE).await, None);
    waiting.publish().await;
    assert_eq!(waiting.look_after(Duration::from_hours(1)).await, None);
    assert!(!waiting.has_run().await);
}

#[tokio::test]
async fn what_is_published_is_run_and_left_alone() {
    let waiting = Waiting::start().await;
    waiting.publish().await;
    assert_eq!(waiting.look_after(FIVE).await, None);
    assert!(waiting.has_run().await);
}

#[tokio::test]
async fn what_does_not_pass_the_filters_once_it_is_published_is_not_run() {
    let filter = "{ type: field_accessor, field: data, filter: { type: field_accessor, field: status, filter: { type: equals, value: draft } } }";
    let yaml = greet("custom_activity.published");
    let yaml = yaml.replace("published]\n", &format!("published]\n      filters: {filter}\n"));
    assert!(yaml.contains("filters"));
    let waiting = Waiting::start_with(&yaml).await;
    waiting.publish().await;
    assert_eq!(waiting.look_after(FIVE).await, None);
    assert!(!waiting.has_run().await);
}

#[tokio::test]
async fn a_close_that_is_down_costs_no_look() {
    let waiting = Waiting::start().await;
    waiting
        .world
        .simulator
        .add_fault(CallFault::next("GET", "/activity/custom/", answer(503, json!("down"))).times(4));
    assert_eq!(waiting.look_after(FIVE).await, Some(Duration::from_secs(30)));
    waiting.publish().await;
    assert_eq!(waiting.look_after(Duration::from_secs(30)).await, None);
    assert!(waiting.has_run().await);
}

#[tokio::test]
async fn a_workflow_that_was_switched_off_waits_for_nothing() {
    let waiting = Waiting::start().await;
    let row = waiting.world.store.all_registrations().await.unwrap().remove(0);
    let workflow = waiting.world.store.workflow_by_id(row.workflow_id).await.unwrap().unwrap();
    waiting.world.lifecycle.deactivate(&workflow.name).await.unwrap();
    waiting.publish().await;
    assert_eq!(waiting.look_after(FIVE).await, None);
    assert!(!waiting.has_run().await);
}
