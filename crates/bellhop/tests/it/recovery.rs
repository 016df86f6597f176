//! What Close could not deliver is fetched from its event log, run once and in order, and said.

use std::sync::Arc;
use std::time::Duration;

use bellhop_testkit::clock::TestClock;
use bellhop_testkit::database::Db;
use bellhop_testkit::server::{CLOSE_API_KEY, TestServer, answer};
use bellhop_workflow::time::{Clock as _, SystemClock, Timestamp};
use close_simulator::{
    ApiKey, CallFault, Clock, DeliveryFaults, EventDraft, RateLimit, SimulatorConfig, SubscriptionStatus,
};
use reqwest::{Method, StatusCode};
use rstest::rstest;
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

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn what_happened_in_four_days_without_a_server_is_run_once_and_in_order(#[case] db: Db) {
    let mut world = World::start(db, ApiKey::admin(CLOSE_API_KEY)).await;
    world.server.create_active(LEADS).await;
    world.lead("Before", "Berlin");
    world.server.ended("leads", 1).await;

    world.server.stop().await;
    for number in 0..500 {
        world.clock.advance(4 * DAY / 500);
        world.lead(&format!("Lead {number}"), "Berlin");
        match number {
            0 => world.until_attempted().await,
            5 => world.until_paused().await,
            _ => {}
        }
    }
    world.server.restart().await;

    let recovery = world.last_recovery().await;
    let report = &recovery["report"];
    // The one before is within the margin of what may have been on its way.
    let counted = ["fetched", "run", "duplicates", "filtered", "without_data", "unreadable"];
    assert_eq!(counted.map(|name| report[name].as_u64().unwrap()), [501, 500, 1, 0, 0, 0], "{recovery:#}");
    assert_eq!((&report["too_old"], &report["error"]), (&Value::Null, &Value::Null));

    let runs = world.runs(501).await;
    assert!(runs.is_sorted_by_key(|(time, _)| time), "in the order in which it happened");
    let ids: std::collections::BTreeSet<&str> = runs.iter().map(|(_, id)| id.as_str()).collect();
    assert_eq!(ids.len(), 501, "each once");
    let delivered = world.server.get("/deliveries?limit=1").await.body;
    assert_eq!(delivered["items"][0]["reason"], "recovered from Close's event log", "{delivered:#}");

    let again = world.recover(world.clock.now().minus(5 * DAY)).await;
    assert_eq!([&again["fetched"], &again["run"], &again["duplicates"]], [501, 0, 501], "{again:#}");
    world.runs(501).await;
}

/// Why Close delivers nothing for four days while the server is up.
enum Plug {
    Paused,
    Gone,
    /// What is sent does not arrive, and nobody notices.
    Lost,
}

#[rstest]
#[case::paused(Plug::Paused, &["paused"])]
#[case::gone(Plug::Gone, &["missing"])]
#[case::lost(Plug::Lost, &[])]
#[tokio::test]
async fn what_close_did_not_deliver_is_fetched_where_the_gap_is_found(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
    #[case] plug: Plug,
    #[case] found: &[&str],
) {
    let world = World::start_at_pace(db, ApiKey::admin(CLOSE_API_KEY), 1).await;
    world.lead("Before it was switched on", "Berlin");
    world.clock.advance(Duration::from_hours(1));
    world.server.create_active(LEADS).await;
    let since = world.clock.now();
    assert_eq!(world.reconcile().await, Vec::<String>::new());
    world.lead("First", "Berlin");
    world.server.ended("leads", 1).await;

    match plug {
        Plug::Paused => world.at_close(Method::PUT, &json!({ "status": "paused" })).await,
        Plug::Gone => world.at_close(Method::DELETE, &json!({})).await,
        // A delivery that is forged is refused, and not sent again.
        Plug::Lost => world
            .server
            .close
            .set_delivery_faults(DeliveryFaults { forge: true, ..DeliveryFaults::default() }),
    }
    for number in 0..20 {
        world.clock.advance(Duration::from_hours(3));
        world.lead(&format!("Lead {number}"), "Berlin");
    }
    world.clock.advance(Duration::from_hours(36));
    world.server.close.clear_faults();
    assert_eq!(world.reconcile().await, found);

    let recovery = world.last_recovery().await;
    let report = &recovery["report"];
    assert_eq!(report["since"], json!(since), "nothing from before it was switched on: {recovery:#}");
    assert_eq!([&report["fetched"], &report["run"], &report["duplicates"]], [21, 20, 1], "{recovery:#}");
    assert!(world.runs(21).await.is_sorted(), "in the order in which it happened");

    // It delivers again, and there is nothing more to be fetched.
    world.lead("Last", "Berlin");
    world.server.ended("leads", 22).await;
    assert_eq!(world.reconcile().await, Vec::<String>::new());
    assert_eq!(world.last_recovery().await, recovery);
}

#[tokio::test]
async fn what_the_history_has_forgotten_is_not_run_again() {
    let world = World::start(Db::Sqlite, ApiKey::admin(CLOSE_API_KEY)).await;
    let since = world.clock.now();
    world.server.create_active(LEADS).await;
    world.lead("Forgotten", "Berlin");
    world.server.ended("leads", 1).await;
    let pruned = answer(world.server.request(Method::DELETE, "/executions?workflow=leads")).await;
    assert!(pruned.status.is_success(), "{pruned:?}");
    world.server.close.set_delivery_faults(DeliveryFaults { forge: true, ..DeliveryFaults::default() });
    world.lead("Missed", "Berlin");
    world.until_attempted().await;
    let report = world.recover(since).await;
    assert_eq!([&report["fetched"], &report["run"], &report["forgotten"]], [2, 1, 1], "{report:#}");
}

#[tokio::test]
async fn only_what_the_trigger_wants_is_run() {
    let world = World::start(Db::Sqlite, ApiKey::admin(CLOSE_API_KEY)).await;
    let since = world.clock.now();
    world.lead("Too far away", "Hamburg");
    world.lead("Nobody", "Berlin");
    world.lead("Somebody", "Berlin");
    world.server.create_active(LEADS).await;

    let report = world.recover(since).await;
    assert_eq!([&report["fetched"], &report["run"], &report["filtered"]], [3, 1, 2], "{report:#}");
    let ended = world.server.ended("leads", 1).await;
    assert_eq!(ended[0]["output"]["name"], "Somebody");
    let deliveries = world.server.list("/deliveries?outcome=filtered").await;
    let reasons: Vec<&str> = deliveries.iter().map(|one| one["reason"].as_str().unwrap()).collect();
    let subscribed = &world.server.close.subscriptions()[0].events[0];
    assert_eq!(subscribed.extra_filter["field"], "data", "Close filters, too");
    assert_eq!(reasons, ["recovered from Close's event log: `where` is false: event.data.name != 'Nobody'"]);
}

#[tokio::test]
async fn what_is_older_than_close_keeps_is_said() {
    let world = World::start(Db::Sqlite, ApiKey::admin(CLOSE_API_KEY)).await;
    let begin = world.clock.now();
    world.lead("Forgotten", "Berlin");
    world.clock.advance(31 * DAY);
    world.lead("Remembered", "Berlin");
    world.server.create_active(LEADS).await;

    let report = world.recover(begin).await;
    assert_eq!([&report["fetched"], &report["run"]], [1, 1], "{report:#}");
    let oldest = world.clock.now().minus(30 * DAY);
    assert_eq!(report["too_old"], json!({ "since": begin, "until": oldest }));
    assert_eq!(world.server.ended("leads", 1).await[0]["output"]["name"], "Remembered");
}

#[tokio::test]
async fn a_key_that_may_not_see_the_objects_runs_nothing_without_them() {
    let world = World::start(Db::Sqlite, ApiKey::member(CLOSE_API_KEY)).await;
    let since = world.clock.now();
    world.lead("Old", "Berlin");
    world.clock.advance(Duration::from_hours(2));
    world.lead("New", "Berlin");
    world.server.create_active(LEADS).await;

    let report = world.recover(since).await;
    assert_eq!([&report["fetched"], &report["run"], &report["without_data"]], [2, 1, 1], "{report:#}");
}

#[tokio::test]
async fn a_log_that_cannot_be_read_is_said_and_read_later() {
    let world = World::start(Db::Sqlite, ApiKey::admin(CLOSE_API_KEY)).await;
    let since = world.clock.now();
    world.lead("Patient", "Berlin");
    world.server.create_active(LEADS).await;
    let refusal = close_simulator::Effect::Answer {
        status: 403,
        body: json!({ "error": "Not today." }),
        headers: std::collections::BTreeMap::new(),
    };
    world.server.close.add_fault(CallFault::next("GET", "/event/", refusal));

    let report = world.recover(since).await;
    assert_eq!(report["error"], "Close's event log cannot be read: Not today.", "{report:#}");
    world.clock.advance(Duration::from_mins(2));
    let recovery = world.last_recovery().await;
    assert_eq!([&recovery["report"]["run"], &recovery["error"]], [&json!(1), &Value::Null], "{recovery:#}");
}

#[tokio::test]
async fn a_recovery_that_fails_half_way_goes_on_from_there() {
    let world = World::start(Db::Sqlite, ApiKey::admin(CLOSE_API_KEY)).await;
    let since = world.clock.now();
    // More than is held in memory at once.
    for number in 0..2_100 {
        world.clock.advance(Duration::from_mins(2));
        world.lead(&format!("Lead {number}"), "Berlin");
    }
    world.server.create_active(LEADS).await;
    let broken = close_simulator::Effect::Answer {
        status: 403,
        body: json!({ "error": "Not today." }),
        headers: std::collections::BTreeMap::new(),
    };
    // 41 pages show that it is too much, 21 or 22 are the first half, and some of the second come.
    let fault = CallFault { after: 68, ..CallFault::next("GET", "/event/", broken) };
    world.server.close.add_fault(fault);

    let begun = world.recover(since).await;
    assert_eq!(begun["error"], "Close's event log cannot be read: Not today.", "{begun:#}");
    let run = begun["run"].as_u64().unwrap();
    assert!((1_000..1_100).contains(&run), "the first half is done: {begun:#}");
    world.clock.advance(Duration::from_mins(2));
    let recovery = world.last_recovery().await;
    let report = &recovery["report"];
    assert_eq!([&report["run"], &recovery["error"]], [&json!(2_100), &Value::Null], "{recovery:#}");
    assert!(report["fetched"].as_u64().unwrap() < 2_110, "the first half is not fetched again: {recovery:#}");
    assert!(world.runs(2_100).await.is_sorted(), "in the order in which it happened");
}

#[tokio::test]
async fn a_workflow_that_was_switched_off_has_missed_nothing() {
    let world = World::start(Db::Sqlite, ApiKey::admin(CLOSE_API_KEY)).await;
    world.server.create_active(LEADS).await;
    assert_eq!(world.reconcile().await, Vec::<String>::new());
    let off = world.server.post("/workflows/leads/deactivate").await;
    assert_eq!(off.status, StatusCode::OK, "{off:?}");
    world.clock.advance(4 * DAY);
    world.lead("Not wanted", "Berlin");
    let on = world.server.post("/workflows/leads/activate").await;
    assert_eq!(on.status, StatusCode::OK, "{on:?}");
    assert_eq!(world.reconcile().await, Vec::<String>::new());
    assert_eq!(world.server.list("/registrations").await[0]["last_recovery"], Value::Null);
}

#[tokio::test]
async fn closes_limit_of_calls_is_waited_out() {
    let limit = RateLimit { limit: 3, window: Duration::from_millis(300) };
    let config = SimulatorConfig { rate_limit: Some(limit), ..SimulatorConfig::for_tests(CLOSE_API_KEY) };
    let server = TestServer::start_beside(Db::Sqlite, Arc::new(SystemClock), config, |_| {}).await;
    let since = server.now();
    for number in 0..300 {
        server.happen(
            "lead",
            "created",
            json!({ "name": format!("Lead {number}"), "description": "Berlin" }),
        );
    }
    server.create_active(LEADS).await;
    let answer = server.send(Method::POST, "/deliveries/recover", &json!({ "since": since })).await;
    let report = &answer.body["items"][0];
    assert_eq!([&report["fetched"], &report["run"]], [300, 300], "{answer:?}");
    assert_eq!(report["error"], Value::Null);
}

#[rstest]
#[case::ahead(json!({ "since": "2027-01-01T00:00:00Z" }), StatusCode::UNPROCESSABLE_ENTITY, "lies ahead")]
#[case::no_time(json!({ "since": "yesterday" }), StatusCode::UNPROCESSABLE_ENTITY, "since")]
#[case::unknown(
    json!({ "since": "2026-03-01T00:00:00Z", "workflow": "nobody" }),
    StatusCode::NOT_FOUND,
    "nobody"
)]
#[case::switched_off(
    json!({ "since": "2026-03-01T00:00:00Z", "workflow": "leads" }),
    StatusCode::CONFLICT,
    "activate it first"
)]
#[tokio::test]
async fn what_makes_no_sense_is_refused(
    #[case] body: Value,
    #[case] status: StatusCode,
    #[case] words: &str,
) {
    let world = World::start(Db::Sqlite, ApiKey::admin(CLOSE_API_KEY)).await;
    world.server.create(LEADS).await;
    let refused = world.server.send(Method::POST, "/deliveries/recover", &body).await;
    assert_eq!(refused.status, status, "{refused:?}");
    assert!(refused.body["detail"].as_str().unwrap().contains(words), "{refused:?}");
}
