//! What Close could not deliver is fetched from its event log, run once and in order, and said.

mod by_hand;
mod gaps;

use std::sync::Arc;
use std::time::Duration;

use bellhop_testkit::clock::TestClock;
use bellhop_testkit::database::Db;
use bellhop_testkit::server::{CLOSE_API_KEY, TestServer};
use bellhop_workflow::time::{Clock as _, Timestamp};
use close_simulator::{ApiKey, Clock, EventDraft, SimulatorConfig, SubscriptionStatus};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const DAY: Duration = Duration::from_hours(24);

/// Takes new leads of Berlin, and counts only what is worth something.
const LEADS: &str = "
name: leads
triggers:
  - close:
      events: [lead.created]
      filters:
        type: field_accessor
        field: data
        filter: { type: field_accessor, field: description, filter: { type: equals, value: Berlin } }
    where: event.data.name != 'Nobody'
steps:
  - uses: return
    with: { name: '${{ event.data.name }}' }
";

/// A server and a Close that go by the same clock, which the test moves.
struct World {
    server: TestServer,
    clock: Arc<TestClock>,
}

impl World {
    async fn start(db: Db, key: ApiKey) -> Self {
        Self::start_at_pace(db, key, 200).await
    }

    /// The same, with a Close that is so many times as fast to try again and to give up.
    async fn start_at_pace(db: Db, key: ApiKey, time_scale: u32) -> Self {
        let clock = Arc::new(TestClock::at(Timestamp::parse("2026-03-02T09:00:00Z").unwrap()));
        let shown = Arc::clone(&clock);
        let config = SimulatorConfig {
            api_keys: vec![key],
            time_scale,
            clock: Clock::new(move || jiff::Timestamp::from_microsecond(shown.now().as_micros()).unwrap()),
            ..SimulatorConfig::for_tests(CLOSE_API_KEY)
        };
        let server = TestServer::start_beside(db, clock.clone(), config, |_| {}).await;
        Self { server, clock }
    }

    /// A new lead, some time after what happened before.
    fn lead(&self, name: &str, city: &str) {
        self.clock.advance(Duration::from_secs(1));
        let draft = EventDraft::new("lead", "created");
        self.server.close.emit(&draft.data(json!({ "name": name, "description": city }))).unwrap();
    }

    /// Waits until Close has tried to deliver once more.
    async fn until_attempted(&self) {
        let before = self.server.close.deliveries().len();
        self.server.close.deliveries_when(|all| all.len() > before).await;
    }

    /// Waits until Close has given up: everything has failed for three days, which its stand-in makes shorter.
    async fn until_paused(&self) {
        while self.server.close.subscriptions()[0].status == SubscriptionStatus::Active {
            self.until_attempted().await;
        }
    }

    async fn recover(&self, since: Timestamp) -> Value {
        let body = json!({ "since": since });
        let answer = self.server.send(Method::POST, "/deliveries/recover", &body).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        answer.body["items"][0].clone()
    }

    /// The executions' events and outputs, in the order in which they came in.
    async fn runs(&self, count: usize) -> Vec<(String, String)> {
        let mut runs = Vec::new();
        let mut cursor = String::new();
        loop {
            let path = format!("/executions?workflow=leads&limit=200{cursor}");
            let page = self.server.get(&path).await.body;
            for one in page["items"].as_array().unwrap() {
                let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                runs.push((text(&one["event"]["time"]), text(&one["event"]["id"])));
            }
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(runs.len(), count);
        runs.reverse();
        runs
    }

    /// A look at what is registered, in which everything has to be put right; what was found.
    async fn reconcile(&self) -> Vec<String> {
        let report = self.server.post("/registrations/reconcile").await;
        assert_eq!(report.status, StatusCode::OK, "{report:?}");
        let found = report.body["found"].as_array().unwrap().clone();
        assert!(found.iter().all(|one| one["mended"] == true), "{found:#?}");
        found.iter().map(|one| one["drift"].as_str().unwrap().to_owned()).collect()
    }

    /// Somebody changes the subscription at Close.
    async fn at_close(&self, method: Method, body: &Value) {
        let id = &self.server.close.subscriptions()[0].id;
        let url = format!("{}/webhook/{id}/", self.server.close.base_url());
        let request = reqwest::Client::new().request(method, url).basic_auth(CLOSE_API_KEY, Some(""));
        assert!(request.json(body).send().await.unwrap().status().is_success());
    }

    async fn last_recovery(&self) -> Value {
        let good = |items: &[Value]| !items[0]["last_recovery"]["finished_at"].is_null();
        self.server.until("/registrations", good).await[0]["last_recovery"].clone()
    }
}
