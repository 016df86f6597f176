//! `custom_activity.published`: what is published starts a workflow once, however that is noticed; a draft starts
//! nothing until it is published.

use std::sync::Arc;
use std::time::Duration;

use bellhop_testkit::clock::TestClock;
use bellhop_testkit::database::Db;
use bellhop_testkit::server::{CLOSE_API_KEY, TestServer};
use bellhop_workflow::time::{Clock as _, Timestamp};
use close_simulator::{Clock, EventDraft, SimulatorConfig};
use rstest::rstest;
use serde_json::{Value, json};

const WORKFLOW: &str = "
name: handover
triggers:
  - close: { events: [custom_activity.published] }
steps:
  - uses: return
    with: { status: '${{ event.data.status }}', note: \"${{ event.data['custom.cf_note'] | default('none') }}\" }
";

/// A server and a Close that go by the same clock. Writing over the API emits no events, so that a test says which come.
struct World {
    server: TestServer,
    clock: Arc<TestClock>,
}

impl World {
    async fn start(db: Db) -> Self {
        let clock = Arc::new(TestClock::at(Timestamp::parse("2026-03-02T09:00:00Z").unwrap()));
        let shown = Arc::clone(&clock);
        let config = SimulatorConfig {
            events_from_writes: false,
            clock: Clock::new(move || jiff::Timestamp::from_microsecond(shown.now().as_micros()).unwrap()),
            ..SimulatorConfig::for_tests(CLOSE_API_KEY)
        };
        let server = TestServer::start_beside(db, clock.clone(), config, |_| {}).await;
        server.create_active(WORKFLOW).await;
        Self { server, clock }
    }

    /// An event about an activity; its id.
    fn emit(&self, action: &str, activity: Option<&str>, data: Value, before: Option<Value>) -> String {
        self.clock.advance(Duration::from_millis(10));
        let mut draft = EventDraft::new("activity.custom_activity", action).data(data);
        draft.object_id = activity.map(str::to_owned);
        draft.previous_data = before.and_then(|before| before.as_object().cloned());
        self.server.close.emit(&draft).unwrap().object_id
    }

    /// Changes the activity at Close, of which no event tells.
    async fn publish_silently(&self, activity: &str) {
        let url = format!("{}/activity/custom/{activity}/", self.server.close.base_url());
        let change = json!({ "status": "published", "custom.cf_note": "signed" });
        let request = reqwest::Client::new().put(url).basic_auth(CLOSE_API_KEY, Some("")).json(&change);
        assert!(request.send().await.unwrap().status().is_success());
    }

    /// Waits until so many deliveries were filtered, and gives the newest one's reason.
    async fn filtered(&self, count: usize) -> String {
        let items = self.server.until("/deliveries?outcome=filtered", |items| items.len() == count).await;
        items[0]["reason"].as_str().unwrap().to_owned()
    }

    async fn runs(&self) -> usize {
        self.server.list("/executions?workflow=handover").await.len()
    }
}

#[tokio::test]
async fn created_as_published_and_submitted_drafts_run_and_changes_do_not() {
    let world = World::start(Db::Sqlite).await;
    world.emit("created", None, json!({ "status": "published" }), None);
    world.server.ended("handover", 1).await;
    world.emit("updated", None, json!({ "status": "published" }), Some(json!({ "status": "draft" })));
    world.server.ended("handover", 2).await;
    world.emit("updated", None, json!({ "status": "published" }), Some(json!({ "custom.cf_note": "a" })));
    assert!(world.filtered(1).await.contains("was published before"));
    assert_eq!(world.runs().await, 2);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_draft_is_looked_at_until_it_is_published_also_after_a_restart(#[case] db: Db) {
    let mut world = World::start(db).await;
    let activity = world.emit("created", None, json!({ "status": "draft" }), None);
    assert!(world.filtered(1).await.contains("is a draft"));
    world.clock.advance(Duration::from_secs(6));
    world.publish_silently(&activity).await;

    world.server.abort().await;
    world.server.restart().await;
    world.clock.advance(Duration::from_secs(6));
    let ended = world.server.ended("handover", 1).await;
    assert_eq!(ended[0]["output"], json!({ "status": "published", "note": "signed" }), "{ended:#?}");
    assert_eq!(ended[0]["event"]["type"], "activity.custom_activity.updated");
    assert_eq!(ended[0]["event"]["previous"], json!({ "status": "draft" }));

    // The event that tells of it comes after all.
    let before = Some(json!({ "status": "draft" }));
    world.emit("updated", Some(&activity), json!({ "status": "published" }), before);
    world.server.until("/deliveries?outcome=duplicate", |items| items.len() == 1).await;
    assert_eq!(world.runs().await, 1);
}

#[tokio::test]
async fn what_became_a_draft_again_is_published_anew() {
    let world = World::start(Db::Sqlite).await;
    let activity = world.emit("created", None, json!({ "status": "published" }), None);
    world.server.ended("handover", 1).await;
    let id = Some(activity.as_str());
    world.emit("updated", id, json!({ "status": "draft" }), Some(json!({ "status": "published" })));
    world.filtered(1).await;
    world.emit("updated", id, json!({ "status": "published" }), Some(json!({ "status": "draft" })));
    world.server.ended("handover", 2).await;
}
