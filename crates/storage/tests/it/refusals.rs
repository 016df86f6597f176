//! Counts of refused deliveries: added up, listed, and gone in their time.

use std::time::Duration;

use bellhop_storage::{Keep, NewRefusals, Outcome, Pace, RefusalFilter};
use bellhop_testkit::database::Db;
use bellhop_workflow::ids::{HookId, WorkflowName};
use rstest::rstest;
use tokio_util::sync::CancellationToken;

use crate::support::{Fixture, NOON, delivery};

const HOUR: Duration = Duration::from_hours(1);

fn refusals(hook: Option<&str>, reason: &str, requests: u64) -> NewRefusals {
    NewRefusals {
        hook_id: hook.map(HookId::new),
        workflow_id: None,
        reason: reason.to_owned(),
        requests,
        bytes: requests * 10,
        first_at: NOON,
        last_at: NOON.plus(Duration::from_secs(requests)),
    }
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn one_row_counts_all_of_a_hook_a_reason_and_an_hour(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let store = &fixture.store;
    let workflow = fixture.workflow("won-deal").await;
    let of_workflow =
        NewRefusals { workflow_id: Some(workflow.id), ..refusals(Some("a1b2"), "signature_mismatch", 2) };
    store
        .record_refusals(
            vec![delivery(Outcome::Rejected)],
            &[refusals(None, "unknown_hook", 5), of_workflow.clone()],
        )
        .await
        .unwrap();
    // Another node, or the same one a little later.
    let earlier =
        NewRefusals { first_at: NOON.plus(Duration::from_secs(1)), ..refusals(None, "unknown_hook", 3) };
    let next_hour = NewRefusals {
        first_at: NOON.plus(HOUR),
        last_at: NOON.plus(HOUR),
        ..refusals(None, "unknown_hook", 1)
    };
    let another_reason = refusals(Some("a1b2"), "no_key", 4);
    let other = fixture.another_store().await;
    other.record_refusals(vec![], &[earlier, another_reason]).await.unwrap();
    other.record_refusals(vec![], &[next_hour]).await.unwrap();

    let all = store.refusals(&RefusalFilter::default(), None, 10).await.unwrap();
    let mut shown: Vec<_> = all
        .iter()
        .map(|row| {
            (row.hook_id.as_ref().map_or("", HookId::as_str), row.reason.as_str(), row.requests, row.bytes)
        })
        .collect();
    assert_eq!(shown.remove(0), ("", "unknown_hook", 1, 10), "what was counted last is first");
    shown.sort_unstable();
    let expected =
        [("", "unknown_hook", 8, 80), ("a1b2", "no_key", 4, 40), ("a1b2", "signature_mismatch", 2, 20)];
    assert_eq!(shown, expected);
    let unknown = all.iter().find(|row| row.requests == 8).unwrap();
    assert_eq!((unknown.first_at, unknown.last_at), (NOON, NOON.plus(Duration::from_secs(5))));

    let of_hook = RefusalFilter { hook: Some(HookId::new("a1b2")), ..RefusalFilter::default() };
    assert_eq!(store.refusals(&of_hook, None, 10).await.unwrap().len(), 2);
    let of_name = RefusalFilter { workflow: Some(WorkflowName::new("won-deal")), ..RefusalFilter::default() };
    let [one] = &store.refusals(&of_name, None, 10).await.unwrap()[..] else { panic!("one of the workflow") };
    assert_eq!((one.workflow.as_ref(), one.requests), (Some(&workflow.name), 2));

    let first = store.refusals(&RefusalFilter::default(), None, 3).await.unwrap();
    let rest = store.refusals(&RefusalFilter::default(), Some(first[2].id), 3).await.unwrap();
    assert_eq!([first, rest].concat(), all, "pages follow one another");
    assert_eq!(fixture.count("SELECT count(*) FROM deliveries WHERE outcome = 'rejected'").await, 1);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn counts_go_by_their_age(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let old = refusals(None, "unknown_hook", 5);
    let young = NewRefusals { last_at: NOON.plus(3 * HOUR), ..refusals(Some("a1b2"), "no_key", 2) };
    fixture.store.record_refusals(vec![], &[old, young]).await.unwrap();
    let keep = Keep { age: Some(2 * HOUR), payload_age: None, rows: None };
    let pace = Pace { rest: Duration::ZERO, stop: CancellationToken::new() };
    fixture.store.sweep(keep, NOON.plus(4 * HOUR), &pace).await.unwrap();
    let left = fixture.store.refusals(&RefusalFilter::default(), None, 10).await.unwrap();
    assert_eq!(left.iter().map(|row| row.requests).collect::<Vec<_>>(), [2]);
}
