//! No list of executions reads the whole table, whatever is asked for.

use bellhop_testkit::database::Db;
use bellhop_workflow::execution::ExecutionStatus;
use bellhop_workflow::ids::{DeliveryId, ExecutionId, WorkflowName};
use bellhop_workflow::time::Timestamp;
use uuid::Uuid;

use super::*;
use crate::listing::plans;

const NOON: Timestamp = Timestamp::from_seconds(1_772_452_800);

/// Every combination of what a list can be asked for.
fn filters() -> Vec<ExecutionFilter> {
    let mut filters = Vec::new();
    let statuses = ExecutionStatus::ALL.into_iter().map(Some).chain([None]);
    for status in statuses {
        for bits in 0_u8..=255 {
            let given = |bit: u8, text: &str| (bits & bit != 0).then(|| text.to_owned());
            // One key of a few executions at a time, or none.
            let key = bits >> 5 & 3;
            filters.push(ExecutionFilter {
                workflow: given(1, "won-deal").map(WorkflowName::new),
                status,
                trigger: given(2, "close"),
                since: (bits & 4 != 0).then_some(NOON),
                until: (bits & 8 != 0).then_some(NOON),
                event_id: (key == 1).then(|| "evt_1".to_owned()),
                retry_of: (key == 2).then(|| ExecutionId::from_uuid(Uuid::from_u128(7))),
                replay_of: (key == 3).then(|| DeliveryId::from_uuid(Uuid::from_u128(7))),
                q: given(16, "deal"),
                among: given(128, "won-deal").map(|name| vec![WorkflowName::new(name)]),
            });
        }
    }
    filters
}

/// Spans as they come: none, behind a cursor, and bounded below as well.
fn spans(filter: &ExecutionFilter) -> [Span; 3] {
    let behind = filter.span(Some(Uuid::from_u128(9)));
    [filter.span(None), behind, Span { first: Some(Uuid::from_u128(1)), ..behind }]
}

/// Whether the query is for a few executions by their own keys.
fn few(filter: &ExecutionFilter) -> bool {
    filter.event_id.is_some() || filter.retry_of.is_some() || filter.replay_of.is_some()
}

#[tokio::test]
async fn sqlite_reads_by_an_index_in_the_order_of_the_page() {
    let (_database, pools) = plans::empty(Db::Sqlite).await;
    for filter in filters() {
        for span in spans(&filter) {
            let page =
                plans::sqlite(&pools, |query| push_page(query, Dialect::Sqlite, &filter, span, 51)).await;
            let ended =
                plans::sqlite(&pools, |query| push_ended(query, Dialect::Sqlite, &filter, span, 51)).await;
            let last = plans::sqlite(&pools, |query| push_last(query, Dialect::Sqlite, &filter, span)).await;
            for plan in [&page, &ended, &last] {
                let first = plan.lines().next().unwrap();
                assert!(
                    first.contains(" e USING ") && first.contains("INDEX"),
                    "{filter:?} {span:?}\n{plan}"
                );
                assert!(
                    few(&filter) || !plan.contains("TEMP B-TREE FOR ORDER"),
                    "{filter:?} {span:?}\n{plan}"
                );
                assert!(!plan.lines().skip(1).any(|line| line.starts_with("SCAN")), "{filter:?}\n{plan}");
            }
            // Those of a partial index are few, and SQLite looks at the rows for its condition.
            let partial = filter.status.is_some_and(|status| status != ExecutionStatus::Succeeded);
            assert!(
                few(&filter) || partial || last.contains("COVERING INDEX"),
                "{filter:?} {span:?}\n{last}"
            );
        }
    }
}

#[tokio::test]
async fn postgres_reads_by_an_index_in_the_order_of_the_page() {
    let (_database, pools) = plans::empty(Db::Postgres).await;
    for filter in filters() {
        for span in spans(&filter) {
            let page =
                plans::postgres(&pools, |query| push_page(query, Dialect::Postgres, &filter, span, 51)).await;
            let last =
                plans::postgres(&pools, |query| push_last(query, Dialect::Postgres, &filter, span)).await;
            for plan in [&page, &last] {
                assert!(!plan.contains("Seq Scan on executions"), "{filter:?} {span:?}\n{plan}");
                assert!(!plan.contains("Seq Scan on deliveries"), "{filter:?} {span:?}\n{plan}");
                assert!(few(&filter) || !plan.contains("Sort"), "{filter:?} {span:?}\n{plan}");
            }
        }
    }
}

#[test]
fn what_an_index_does_not_answer_is_looked_for_in_a_bounded_number_of_rows() {
    let text = |text: &str| Some(text.to_owned());
    let all = ExecutionFilter::default;
    let workflow = Some(WorkflowName::new("won-deal"));
    for (filter, open_ended) in [
        (all(), false),
        (ExecutionFilter { since: Some(NOON), until: Some(NOON), ..all() }, false),
        (ExecutionFilter { workflow: workflow.clone(), ..all() }, false),
        (ExecutionFilter { event_id: text("evt_1"), q: text("deal"), ..all() }, false),
        (ExecutionFilter { status: Some(ExecutionStatus::Failed), ..all() }, false),
        (
            ExecutionFilter { status: Some(ExecutionStatus::Failed), workflow: workflow.clone(), ..all() },
            false,
        ),
        (
            ExecutionFilter { status: Some(ExecutionStatus::Cancelled), workflow: workflow.clone(), ..all() },
            true,
        ),
        (ExecutionFilter { status: Some(ExecutionStatus::Succeeded), ..all() }, true),
        (ExecutionFilter { status: Some(ExecutionStatus::Waiting), ..all() }, true),
        (ExecutionFilter { status: Some(ExecutionStatus::Failed), q: text("deal"), ..all() }, true),
        (ExecutionFilter { workflow, trigger: text("close"), ..all() }, true),
    ] {
        assert_eq!(filter.is_open_ended(), open_ended, "{filter:?}");
    }
}
