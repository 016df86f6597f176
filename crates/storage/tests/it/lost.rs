//! Counting the claims that ended with their process.

use std::time::Duration;

use bellhop_storage::SuspendedExecution;
use bellhop_testkit::database::Db;
use bellhop_workflow::journal::StepStatus;
use rstest::rstest;

use crate::support::{Fixture, NOON, event, node, step};

const LEASE: Duration = Duration::from_secs(30);

/// How a claim ends that nobody gives back.
#[derive(Debug, Clone, Copy)]
enum Loss {
    /// The server starts again.
    Restart,
    /// The lease runs out, and another node claims.
    LeaseEnds,
}

#[rstest]
#[case::sqlite(Db::Sqlite, Loss::Restart)]
#[case::sqlite_nodes(Db::Sqlite, Loss::LeaseEnds)]
#[case::postgres(Db::Postgres, Loss::LeaseEnds)]
#[tokio::test]
async fn what_is_left_in_the_journal_begins_the_count_anew(#[case] db: Db, #[case] loss: Loss) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    let id = fixture.accepted(event(&workflow, "evt_1")).await;
    let mut now = NOON;
    let mut counts = Vec::new();
    for claim in 0..7 {
        let node = node();
        let claimed = fixture.store.claim(node, 1, now, LEASE).await.unwrap();
        counts.push(claimed[0].lost_claims);
        match claim {
            2 => fixture.store.append_journal(id, node, vec![step("a", StepStatus::Running)]).await.unwrap(),
            4 => {
                fixture.store.hand_back(node, &[id], now).await.unwrap();
                continue;
            }
            5 => {
                let rest = SuspendedExecution { id, records: Vec::new(), wake_at: Some(now) };
                fixture.store.suspend(node, rest).await.unwrap();
                continue;
            }
            _ => {}
        }
        match loss {
            Loss::Restart => assert_eq!(fixture.store.release_all_leases().await.unwrap(), 1),
            Loss::LeaseEnds => now = now.plus(LEASE),
        }
    }
    // Begun; lost; lost; lost with something done; lost; handed back; put aside.
    assert_eq!(counts, [0, 1, 2, 1, 2, 2, 0]);
}
