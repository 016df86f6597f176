//! What comes in: written once, together, and before anybody is answered.

use std::collections::{BTreeSet, HashSet};

use bellhop_storage::{ExecutionFilter, Intake, NewExecution, Outcome, Recorded, WorkflowRow};
use bellhop_testkit::database::Db;
use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::ids::ExecutionId;
use futures::future::{join_all, try_join_all};
use rstest::rstest;
use serde_json::json;

use crate::support::{BODY, Fixture, delivery, event, execution, head};

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn an_accepted_event_is_an_execution_and_a_delivery(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;

    let id = fixture.accepted(event(&workflow, "evt_1")).await;

    let stored = fixture.store.execution(id).await.unwrap().unwrap();
    assert_eq!(stored.status, ExecutionStatus::Queued);
    assert_eq!((stored.workflow, stored.version), (workflow.name.clone(), workflow.version));
    let event = stored.event.unwrap();
    assert_eq!(
        (event.id.as_str(), &event.data["name"], &event.raw["seen"]),
        ("evt_1", &json!("Acme"), &json!(true))
    );
    let delivery = fixture.store.delivery(stored.delivery_id.unwrap()).await.unwrap().unwrap();
    assert_eq!(delivery.outcome, Outcome::Accepted);
    assert_eq!(delivery.workflow, Some(workflow.name));
    assert_eq!(delivery.execution_ids, [id]);
    assert_eq!(delivery.body.as_deref(), Some(BODY));
    assert_eq!(delivery.headers, [("content-type".to_owned(), "application/json".to_owned())]);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_have_one_execution_for_each_event(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    // Two processes, and each event comes three times, in one batch and in several.
    let stores = [fixture.store.clone(), fixture.another_store().await];
    let events = 300;

    let recorded = join_all((0..events * 3).map(|number| {
        let intake = event(&workflow, &format!("evt_{}", number % events));
        let store = stores[number % 2].clone();
        tokio::spawn(async move { store.record(intake).await.unwrap() })
    }))
    .await;

    let accepted: HashSet<ExecutionId> = recorded
        .iter()
        .filter_map(|recorded| match recorded.as_ref().unwrap() {
            Recorded::Accepted(id) => Some(*id),
            _ => None,
        })
        .collect();
    let duplicates =
        recorded.iter().filter(|recorded| *recorded.as_ref().unwrap() == Recorded::Duplicate).count();
    assert_eq!((accepted.len(), duplicates), (events, 2 * events));
    let stored = fixture.store.executions(&ExecutionFilter::default(), None, 500).await.unwrap();
    assert_eq!(stored.iter().map(|row| row.id).collect::<HashSet<_>>(), accepted);
    let ids: HashSet<String> = stored.into_iter().map(|row| row.event.unwrap().id).collect();
    assert_eq!(ids.len(), events);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn nodes_that_get_the_same_events_in_another_order_do_not_block_each_other(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    let other = fixture.another_store().await;
    for round in 0..20 {
        let keys: Vec<String> = (0..40).map(|number| format!("evt_{round}_{number}")).collect();

        let (forwards, backwards) = tokio::join!(
            join_all(keys.iter().map(|key| fixture.store.record(event(&workflow, key)))),
            join_all(keys.iter().rev().map(|key| other.record(event(&workflow, key)))),
        );

        let recorded: Vec<Recorded> = forwards.into_iter().chain(backwards).map(Result::unwrap).collect();
        let duplicates = recorded.iter().filter(|recorded| **recorded == Recorded::Duplicate).count();
        assert_eq!(duplicates, keys.len());
    }
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn of_duplicates_in_one_batch_the_first_is_accepted(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;

    // All of these are in the queue before the writer has its turn on this thread.
    let recorded =
        join_all(["b", "a", "b", "a", "b"].map(|id| fixture.store.record(event(&workflow, id)))).await;

    let accepted: Vec<bool> =
        recorded.iter().map(|recorded| matches!(recorded, Ok(Recorded::Accepted(_)))).collect();
    assert_eq!(accepted, [true, true, false, false, false], "{recorded:?}");
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_duplicate_is_in_the_log_without_its_body(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    fixture.accepted(event(&workflow, "evt_1")).await;

    let again = event(&workflow, "evt_1");
    let id = again.delivery.as_ref().unwrap().id;
    assert_eq!(fixture.store.record(again).await.unwrap(), Recorded::Duplicate);

    let stored = fixture.store.delivery(id).await.unwrap().unwrap();
    assert_eq!((stored.outcome, stored.body, stored.execution_ids), (Outcome::Duplicate, None, vec![]));
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn an_event_starts_each_workflow_once(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let (one, other) = (fixture.workflow("one").await, fixture.workflow("other").await);

    fixture.accepted(event(&one, "evt_1")).await;
    fixture.accepted(event(&other, "evt_1")).await;

    // And what has no key is never a duplicate.
    for _ in 0..2 {
        fixture.accepted(Intake { parsed: None, delivery: None, execution: Some(execution(&one)) }).await;
    }
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn what_starts_nothing_is_in_the_log_with_its_reason(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    for (outcome, reason) in [(Outcome::Rejected, "signature_mismatch"), (Outcome::Filtered, "where")] {
        let mut delivery = delivery(outcome);
        delivery.reason = Some(reason.to_owned());
        let id = delivery.id;

        let recorded = fixture
            .store
            .record(Intake { parsed: None, delivery: Some(delivery), execution: None })
            .await
            .unwrap();

        let stored = fixture.store.delivery(id).await.unwrap().unwrap();
        assert_eq!(recorded, Recorded::Stored);
        assert_eq!((stored.outcome, stored.reason.as_deref()), (outcome, Some(reason)));
        // A better filter may let it through one day; what was refused is nobody's.
        let kept = (outcome == Outcome::Filtered).then(|| BODY.to_vec());
        assert_eq!(stored.body, kept);
        assert_eq!(stored.size, BODY.len() as u64);
    }
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_body_reads_back_byte_for_byte(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();

    let mut intake = event(&workflow, "evt_1");
    let delivery = intake.delivery.as_mut().unwrap();
    delivery.body = bytes.clone().into();
    let id = delivery.id;
    fixture.accepted(intake).await;

    assert_eq!(fixture.store.delivery(id).await.unwrap().unwrap().body, Some(bytes));
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn nul_and_endless_keys_from_a_sender_do_no_harm(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    let endless = "x".repeat(1_000_000);
    for id in ["evt\0", endless.as_str()] {
        let mut intake = event(&workflow, id);
        let delivery = intake.delivery.as_mut().unwrap();
        delivery.hook_id = bellhop_workflow::ids::HookId::new(id);
        delivery.event_type = Some(id.to_owned());
        delivery.reason = Some(id.to_owned());
        delivery.headers = vec![(id.to_owned(), id.to_owned())];
        intake.execution.as_mut().unwrap().inputs = Some(json!({ id: id }));

        let execution = fixture.accepted(intake).await;

        assert_eq!(fixture.store.record(event(&workflow, id)).await.unwrap(), Recorded::Duplicate);
        let stored = fixture.store.execution(execution).await.unwrap().unwrap();
        // What is stored as JSON keeps even a NUL.
        assert_eq!(stored.inputs, Some(json!({ id: id })));
        assert_eq!(stored.event.unwrap().id, id);
        let delivery = fixture.store.delivery(stored.delivery_id.unwrap()).await.unwrap().unwrap();
        assert_eq!(delivery.event_type.unwrap(), id.replace('\0', "\u{fffd}"));
        let filter = ExecutionFilter { event_id: Some(id.to_owned()), ..ExecutionFilter::default() };
        assert_eq!(fixture.store.executions(&filter, None, 10).await.unwrap().len(), 1);
    }
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn an_event_is_found_whatever_a_second_delivery_of_it_is_known_by(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let (won, lost) = (fixture.workflow("won-deal").await, fixture.workflow("lost-deal").await);
    let known_by = async |workflow: &WorkflowRow, id: &str, key: Option<&str>| {
        let mut intake = event(workflow, id);
        intake.execution.as_mut().unwrap().dedup_key = key.map(str::to_owned);
        fixture.accepted(intake).await
    };
    let expected: BTreeSet<ExecutionId> = [
        known_by(&won, "ev_1", Some("ev_1@2026-03-02T09:20:11Z")).await,
        known_by(&won, "ev_1", Some("ev_1@2026-03-02T09:20:12Z")).await,
        known_by(&lost, "ev_1", Some("ev_1@2026-03-02T09:20:11Z")).await,
        known_by(&won, "ev_1", Some("ev_1")).await,
        known_by(&won, "ev_1", Some("webhook:ev_1")).await,
        known_by(&won, "ev_1", Some("sha256:3c59dc048e8850243be8079a5c74d079")).await,
        known_by(&won, "ev_1", None).await,
    ]
    .into();
    for (id, key) in [("ev_10", "ev_10@t"), ("ev_1@b", "ev_1@b@t"), ("EV_1", "EV_1@t"), ("ev", "ev@1")] {
        known_by(&won, id, Some(key)).await;
    }

    let filter = ExecutionFilter { event_id: Some("ev_1".to_owned()), ..ExecutionFilter::default() };
    let found = fixture.store.executions(&filter, None, 50).await.unwrap();

    assert_eq!(found.iter().map(|row| row.id).collect::<BTreeSet<_>>(), expected);
    assert_eq!(found.len(), 7, "each once");
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn an_event_is_found_however_many_have_come_between(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    let again = async |id: &str, at: u32| {
        let mut intake = event(&workflow, id);
        intake.execution.as_mut().unwrap().dedup_key = Some(format!("{id}@{at}"));
        fixture.accepted(intake).await
    };
    let mut expected = BTreeSet::from([again("ev_1", 0).await]);
    for round in 1..4 {
        let between =
            (0..3_000).map(|number| fixture.store.record(event(&workflow, &format!("ev_{round}_{number}"))));
        try_join_all(between).await.unwrap();
        expected.insert(again("ev_1", round).await);
    }

    let filter = ExecutionFilter { event_id: Some("ev_1".to_owned()), ..ExecutionFilter::default() };
    let found = fixture.store.executions(&filter, None, 10).await.unwrap();

    assert_eq!(found.iter().map(|row| row.id).collect::<BTreeSet<_>>(), expected);
    assert_eq!(found.len(), 4, "each once");
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn an_execution_that_is_started_by_hand_carries_its_event_itself(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    let by_hand = NewExecution {
        event: Some(head("evt_1")),
        raw: Some(BODY.into()),
        inputs: Some(json!({ "dry_run": true })),
        attempt: 3,
        ..execution(&workflow)
    };

    let id = fixture.accepted(Intake { parsed: None, delivery: None, execution: Some(by_hand) }).await;

    let stored = fixture.store.execution(id).await.unwrap().unwrap();
    assert_eq!(stored.delivery_id, None);
    assert_eq!(stored.event.unwrap().data, json!({ "name": "Acme" }));
    assert_eq!((stored.inputs, stored.attempt), (Some(json!({ "dry_run": true })), 3));
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn an_accepted_event_wakes_whoever_waits_for_work(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    let mut signal = fixture.store.work_available();

    let filtered = Intake { parsed: None, delivery: Some(delivery(Outcome::Filtered)), execution: None };
    fixture.store.record(filtered).await.unwrap();
    assert!(futures::poll!(Box::pin(signal.wait())).is_pending());

    // Before anybody waits: the wake-up is kept, and there is one.
    fixture.accepted(event(&workflow, "evt_1")).await;
    signal.wait().await;
    assert!(futures::poll!(Box::pin(signal.wait())).is_pending());
}
