//! The deliveries log: filters and cursor.

use bellhop_storage::{DeliveryFilter, Intake, NewDelivery, Outcome};
use bellhop_testkit::database::Db;
use bellhop_workflow::ids::{HookId, WorkflowName};
use rstest::rstest;

use crate::support::{Fixture, delivery, event};

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn every_filter_finds_what_it_says(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    let rejected = NewDelivery { hook_id: HookId::new("elsewhere"), ..delivery(Outcome::Rejected) };
    let (accepted, duplicate) = (event(&workflow, "evt_1"), event(&workflow, "evt_1"));
    let ids = [accepted.delivery.as_ref().unwrap().id, duplicate.delivery.as_ref().unwrap().id];
    let rejected_id = rejected.id;
    for intake in [Intake { parsed: None, delivery: Some(rejected), execution: None }, accepted, duplicate] {
        fixture.store.record(intake).await.unwrap();
    }
    let all = DeliveryFilter::default;

    for (filter, expected) in [
        (all(), vec![ids[1], ids[0], rejected_id]),
        (DeliveryFilter { hook: Some(HookId::new("elsewhere")), ..all() }, vec![rejected_id]),
        (DeliveryFilter { outcome: Some(Outcome::Accepted), ..all() }, vec![ids[0]]),
        (DeliveryFilter { outcome: Some(Outcome::Duplicate), ..all() }, vec![ids[1]]),
        (DeliveryFilter { outcome: Some(Outcome::Filtered), ..all() }, vec![]),
        (DeliveryFilter { workflow: Some(WorkflowName::new("won-deal")), ..all() }, vec![ids[1], ids[0]]),
        (
            DeliveryFilter {
                workflow: Some(WorkflowName::new("won-deal")),
                outcome: Some(Outcome::Rejected),
                ..all()
            },
            vec![],
        ),
    ] {
        let found = fixture.store.deliveries(&filter, None, 10).await.unwrap();
        assert_eq!(found.iter().map(|row| row.id).collect::<Vec<_>>(), expected, "{filter:?}");
    }
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn pages_are_newest_first_and_name_what_was_started(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    let mut started = Vec::new();
    for number in 0..3 {
        started.push(fixture.accepted(event(&workflow, &format!("evt_{number}"))).await);
    }

    let first = fixture.store.deliveries(&DeliveryFilter::default(), None, 2).await.unwrap();
    let second = fixture.store.deliveries(&DeliveryFilter::default(), Some(first[1].id), 2).await.unwrap();

    let listed: Vec<_> = first.iter().chain(second.iter()).collect();
    assert_eq!(
        listed.iter().map(|row| row.event_id.as_deref()).collect::<Vec<_>>(),
        [Some("evt_2"), Some("evt_1"), Some("evt_0")]
    );
    started.reverse();
    assert_eq!(listed.iter().flat_map(|row| row.execution_ids.clone()).collect::<Vec<_>>(), started);
    assert!(listed.iter().all(|row| row.body.is_none() && row.workflow.as_ref() == Some(&workflow.name)));
}
