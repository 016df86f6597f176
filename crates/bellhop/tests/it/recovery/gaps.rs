//! Gaps that the server finds by itself, and makes good.

use std::collections::BTreeMap;
use std::time::Duration;

use bellhop_testkit::database::Db;
use bellhop_testkit::server::CLOSE_API_KEY;
use bellhop_workflow::time::Clock as _;
use close_simulator::{ApiKey, CallFault, DeliveryFaults, Effect};
use reqwest::{Method, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};

use super::{DAY, LEADS, World};

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
async fn a_second_gap_is_fetched_from_where_the_first_one_ended() {
    let world = World::start(Db::Sqlite, ApiKey::admin(CLOSE_API_KEY)).await;
    world.server.create_active(LEADS).await;
    for number in 0..2 {
        world.at_close(Method::PUT, &json!({ "status": "paused" })).await;
        world.lead(&format!("Lead {number}"), "Berlin");
        world.clock.advance(Duration::from_hours(2));
        assert_eq!(world.reconcile().await, ["paused"]);
        let recovery = world.last_recovery().await;
        assert_eq!([&recovery["report"]["fetched"], &recovery["report"]["run"]], [1, 1], "{recovery:#}");
    }
    world.runs(2).await;
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

/// What ends a recovery before it is done.
enum End {
    Refused,
    Killed,
}

#[rstest]
#[case::refused(End::Refused)]
#[case::killed(End::Killed)]
#[tokio::test]
async fn a_recovery_that_ends_half_way_goes_on_from_there(#[case] end: End) {
    let mut world = World::start(Db::Sqlite, ApiKey::admin(CLOSE_API_KEY)).await;
    let since = world.clock.now();
    // More than is held in memory at once.
    for number in 0..2_100 {
        world.clock.advance(Duration::from_mins(2));
        world.lead(&format!("Lead {number}"), "Berlin");
    }
    world.server.create_active(LEADS).await;
    let effect = match end {
        End::Refused => {
            Effect::Answer { status: 403, body: json!({ "error": "Not today." }), headers: BTreeMap::new() }
        }
        End::Killed => Effect::Hang,
    };
    // 41 pages show that it is too much, 21 or 22 are the first half, and some of the second come.
    let fault = CallFault { after: 68, ..CallFault::next("GET", "/event/", effect) };
    world.server.close.add_fault(fault);

    match end {
        End::Refused => {
            let begun = world.recover(since).await;
            assert_eq!(begun["error"], "Close's event log cannot be read: Not today.", "{begun:#}");
            let run = begun["run"].as_u64().unwrap();
            assert!((1_000..1_100).contains(&run), "the first half is done: {begun:#}");
        }
        End::Killed => {
            let request = world.server.request(Method::POST, "/deliveries/recover");
            let asked = tokio::spawn(request.json(&json!({ "since": since })).send());
            let half = |items: &[Value]| items[0]["last_recovery"]["report"]["run"].as_u64() >= Some(1_000);
            world.server.until("/registrations", half).await;
            world.server.abort().await;
            asked.abort();
            world.server.close.clear_faults();
            world.server.restart().await;
        }
    }
    // Longer than it waits after a failure, or for the sign of life of whoever is at it.
    world.clock.advance(Duration::from_mins(2));
    let recovery = world.last_recovery().await;
    let report = &recovery["report"];
    assert_eq!([&report["run"], &recovery["error"]], [&json!(2_100), &Value::Null], "{recovery:#}");
    assert!(report["fetched"].as_u64().unwrap() < 2_110, "the first half is not fetched again: {recovery:#}");
    assert!(world.runs(2_100).await.is_sorted(), "in the order in which it happened");
}
