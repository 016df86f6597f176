//! No list of deliveries reads the whole table, whatever is asked for.

use bellhop_testkit::database::Db;
use uuid::Uuid;

use super::*;
use crate::listing::plans;

/// Every combination of what a list can be asked for.
fn filters() -> Vec<DeliveryFilter> {
    let mut filters = Vec::new();
    for outcome in Outcome::ALL.into_iter().map(Some).chain([None]) {
        for bits in 0_u8..8 {
            let (hook, workflow, among) = (bits & 1 != 0, bits & 2 != 0, bits & 4 != 0);
            filters.push(DeliveryFilter {
                hook: hook.then(|| HookId::new("0123456789abcdef")),
                outcome,
                workflow: workflow.then(|| WorkflowName::new("won-deal")),
                among: among.then(|| vec![WorkflowName::new("won-deal"), WorkflowName::new("new-lead")]),
            });
        }
    }
    filters
}

fn spans() -> [Span; 3] {
    let (first, end) = (Some(Uuid::from_u128(1)), Some(Uuid::from_u128(9)));
    [Span::default(), Span { first: None, end }, Span { first, end }]
}

#[tokio::test]
async fn sqlite_reads_by_an_index_in_the_order_of_the_page() {
    let (_database, pools) = plans::empty(Db::Sqlite).await;
    for filter in filters() {
        for span in spans() {
            let page =
                plans::sqlite(&pools, |query| push_page(query, Dialect::Sqlite, &filter, span, 51)).await;
            let last = plans::sqlite(&pools, |query| push_last(query, Dialect::Sqlite, &filter, span)).await;
            for plan in [&page, &last] {
                let first = plan.lines().next().unwrap();
                assert!(
                    first.contains(" d USING ") && first.contains("INDEX"),
                    "{filter:?} {span:?}\n{plan}"
                );
                assert!(!plan.contains("TEMP B-TREE"), "{filter:?} {span:?}\n{plan}");
            }
            assert!(last.contains("COVERING INDEX"), "{filter:?} {span:?}\n{last}");
        }
    }
}

#[tokio::test]
async fn postgres_reads_by_an_index_in_the_order_of_the_page() {
    let (_database, pools) = plans::empty(Db::Postgres).await;
    for filter in filters() {
        for span in spans() {
            let page =
                plans::postgres(&pools, |query| push_page(query, Dialect::Postgres, &filter, span, 51)).await;
            let last =
                plans::postgres(&pools, |query| push_last(query, Dialect::Postgres, &filter, span)).await;
            for plan in [&page, &last] {
                assert!(!plan.contains("Seq Scan on deliveries"), "{filter:?} {span:?}\n{plan}");
                assert!(!plan.contains("Sort"), "{filter:?} {span:?}\n{plan}");
            }
        }
    }
}
