//! The history: filters, cursor and limits.

use std::time::Duration;

use bellhop_storage::{
    DeliveryFilter, Ending, ExecutionFilter, FinishedExecution, Intake, MAX_PAGE, NewExecution, Outcome,
};
use bellhop_testkit::database::Db;
use bellhop_workflow::execution::{ExecutionError, ExecutionStatus};
use bellhop_workflow::ids::{ExecutionId, HookId, TriggerId, WorkflowName};
use futures::future::join_all;
use rstest::rstest;
use serde_json::Value;

use crate::retention::{day, event_at};
use crate::support::{Fixture, NOON, event, execution, id_at, node};

const MINUTE: Duration = Duration::from_mins(1);

/// One queued by an event, one failed an hour before by hand, of two workflows.
async fn two_executions(fixture: &Fixture) -> (ExecutionId, ExecutionId) {
    let (deals, leads) = (fixture.workflow("won-deal").await, fixture.workflow("new-lead").await);
    let by_hand = NewExecution {
        id: ExecutionId::from_uuid(id_at(NOON.minus(60 * MINUTE))),
        trigger_id: Some(TriggerId::new("manual_2")),
        trigger_kind: "manual".to_owned(),
        created_at: NOON.minus(60 * MINUTE),
        ..execution(&leads)
    };
    let failed = fixture.accepted(Intake { parsed: None, delivery: None, execution: Some(by_hand) }).await;
    let node = node();
    fixture.store.claim(node, 1, NOON, MINUTE).await.unwrap();
    let error =
        ExecutionError { step: None, kind: "timeout".to_owned(), message: "Took 100% too_long".to_owned() };
    let ending = Ending::Failed(error);
    let end = FinishedExecution { id: failed, records: Vec::new(), ending, finished_at: NOON };
    fixture.store.finish(node, end).await.unwrap();
    let queued = fixture.accepted(event(&deals, "evt_Q")).await;
    (queued, failed)
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn every_filter_finds_what_it_says(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let (queued, failed) = two_executions(&fixture).await;
    let all = ExecutionFilter::default;
    let text = |text: &str| Some(text.to_owned());
    let half_past = Some(NOON.minus(30 * MINUTE));

    for (filter, expected) in [
        (all(), vec![queued, failed]),
        (ExecutionFilter { workflow: Some(WorkflowName::new("won-deal")), ..all() }, vec![queued]),
        (ExecutionFilter { workflow: Some(WorkflowName::new("nothing")), ..all() }, vec![]),
        (ExecutionFilter { status: Some(ExecutionStatus::Queued), ..all() }, vec![queued]),
        (ExecutionFilter { status: Some(ExecutionStatus::Failed), ..all() }, vec![failed]),
        (ExecutionFilter { status: Some(ExecutionStatus::Succeeded), ..all() }, vec![]),
        (ExecutionFilter { trigger: text("close"), ..all() }, vec![queued]),
        (ExecutionFilter { trigger: text("manual"), ..all() }, vec![failed]),
        (ExecutionFilter { trigger: text("manual_2"), ..all() }, vec![failed]),
        (ExecutionFilter { since: half_past, ..all() }, vec![queued]),
        (ExecutionFilter { since: Some(NOON.minus(60 * MINUTE)), ..all() }, vec![queued, failed]),
        (ExecutionFilter { until: half_past, ..all() }, vec![failed]),
        (ExecutionFilter { until: Some(NOON.minus(60 * MINUTE)), ..all() }, vec![]),
        (ExecutionFilter { event_id: text("evt_Q"), ..all() }, vec![queued]),
        (ExecutionFilter { event_id: text("evt"), ..all() }, vec![]),
        (ExecutionFilter { q: text("ON-DE"), ..all() }, vec![queued]),
        (ExecutionFilter { q: text("EVT_q"), ..all() }, vec![queued]),
        (ExecutionFilter { q: text("lead.CREATED"), ..all() }, vec![queued]),
        (ExecutionFilter { q: text("took 100% too_LONG"), ..all() }, vec![failed]),
        // No wildcards: neither of these stands in any of the texts.
        (ExecutionFilter { q: text("100_"), ..all() }, vec![]),
        (ExecutionFilter { q: text("took%long"), ..all() }, vec![]),
        (ExecutionFilter { q: text(r"\"), ..all() }, vec![]),
        (
            ExecutionFilter {
                status: Some(ExecutionStatus::Failed),
                q: text("lead"),
                since: half_past,
                ..all()
            },
            vec![],
        ),
    ] {
        let found = fixture.store.executions(&filter, None, 10).await.unwrap();
        assert_eq!(found.iter().map(|row| row.id).collect::<Vec<_>>(), expected, "{filter:?}");
    }
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn pages_follow_one_another_without_a_gap(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    let mut ids = Vec::new();
    for number in 0..5 {
        ids.push(fixture.accepted(event(&workflow, &format!("evt_{number}"))).await);
    }
    ids.reverse();

    let (mut listed, mut after) = (Vec::new(), None);
    loop {
        let page = fixture.store.executions(&ExecutionFilter::default(), after, 2).await.unwrap();
        assert!(page.len() <= 2);
        listed.extend(page.iter().map(|row| row.id));
        let Some(last) = page.last() else { break };
        after = Some(last.id);
    }
    assert_eq!(listed, ids);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_list_is_never_empty_by_its_limit_nor_endless(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    join_all((0..=MAX_PAGE).map(|number| fixture.accepted(event(&workflow, &format!("evt_{number}"))))).await;
    let count = async |limit| {
        let executions = fixture.store.executions(&ExecutionFilter::default(), None, limit).await.unwrap();
        let deliveries = fixture.store.deliveries(&DeliveryFilter::default(), None, limit).await.unwrap();
        assert_eq!(executions.len(), deliveries.len());
        executions.len()
    };

    assert_eq!(count(0).await, 1);
    assert_eq!(count(u32::MAX).await, MAX_PAGE as usize);
    assert_eq!(fixture.store.workflows(None, 0).await.unwrap().len(), 1);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_list_leaves_long_bodies_out(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    let mut long = event(&workflow, "evt_long");
    let body = format!(r#"{{"data": "{}"}}"#, "x".repeat(65_536));
    long.delivery.as_mut().unwrap().body = body.into_bytes().into();
    let long = fixture.accepted(long).await;
    fixture.accepted(event(&workflow, "evt_short")).await;

    let listed = fixture.store.executions(&ExecutionFilter::default(), None, 10).await.unwrap();

    let events: Vec<_> = listed.into_iter().map(|row| row.event.unwrap()).collect();
    assert_eq!(events[0].data["name"], "Acme");
    assert_eq!((events[1].id.as_str(), &events[1].data), ("evt_long", &Value::Null));
    let whole = fixture.store.execution(long).await.unwrap().unwrap().event.unwrap();
    assert_eq!(whole.data.as_str().map(str::len), Some(65_536));
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_deleted_workflow_keeps_its_history_until_its_name_is_used_again(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let deleted = fixture.workflow("won-deal").await;
    let old = fixture.accepted(event(&deleted, "evt_1")).await;
    let mut tx = fixture.store.begin().await.unwrap();
    tx.delete_workflow(deleted.id, deleted.version, NOON).await.unwrap();
    tx.commit().await.unwrap();
    let filter = ExecutionFilter { workflow: Some(deleted.name), ..ExecutionFilter::default() };
    let listed = async || {
        let listed = fixture.store.executions(&filter, None, 10).await.unwrap();
        listed.into_iter().map(|row| row.id).collect::<Vec<_>>()
    };

    assert_eq!(listed().await, [old]);
    let successor = fixture.workflow("won-deal").await;
    assert_eq!(listed().await, []);
    let new = fixture.accepted(event(&successor, "evt_1")).await;
    assert_eq!(listed().await, [new]);
    assert!(fixture.store.execution(old).await.unwrap().is_some());
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_rare_execution_is_found_page_by_page(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    let rare = fixture.accepted(event_at(&workflow, "needle", day(0))).await;
    fixture.accepted(event_at(&workflow, "haystack", day(0))).await;
    // Copies of the second, far more than one page looks at.
    fixture.execute(MANY[usize::from(fixture.database.file().is_none())]).await;
    let filter = ExecutionFilter { q: Some("needle".to_owned()), ..ExecutionFilter::default() };
    let (mut found, mut after, mut pages) = (Vec::new(), None, 0);
    loop {
        let page = fixture.store.executions(&filter, after, 10).await.unwrap();
        found.extend(page.iter().map(|row| row.id));
        pages += 1;
        after = page.rest;
        if after.is_none() {
            break;
        }
    }
    assert_eq!((found, pages), (vec![rare], 3));
    let hook = Some(HookId::new("0123456789abcdef"));
    let accepted = DeliveryFilter { hook, outcome: Some(Outcome::Filtered), ..DeliveryFilter::default() };
    assert_eq!(fixture.store.deliveries(&accepted, None, 10).await.unwrap().rest, None);
}

/// Twelve thousand executions more, younger than all others.
const MANY: [&str; 2] = [
    "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 12000)
     INSERT INTO executions (id, workflow_id, version, trigger_kind, status, attempt, created_at, finished_at)
     SELECT CAST(printf('%016d', n) AS BLOB), workflow_id, 1, 'manual', 'succeeded', 1, created_at, created_at
     FROM n, executions e WHERE e.event_id = 'haystack'",
    "INSERT INTO executions (id, workflow_id, version, trigger_kind, status, attempt, created_at, finished_at, event_block)
     SELECT ('f' || lpad(to_hex(n), 31, '0'))::uuid, workflow_id, 1, 'manual', 'succeeded', 1, created_at, created_at, 0
     FROM generate_series(1, 12000) n, executions e WHERE e.event_id = 'haystack'",
];
