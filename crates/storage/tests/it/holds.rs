//! What one node works on alone.

use std::time::Duration;

use bellhop_storage::NodeId;
use bellhop_testkit::database::Db;
use rstest::rstest;

use crate::support::{Fixture, NOON};

const MINUTE: Duration = Duration::from_mins(1);

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn what_one_node_holds_another_gets_when_it_is_let_go_or_its_time_is_over(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let (first, second) = (NodeId::generate(NOON), NodeId::generate(NOON));
    let take =
        async |node, now| fixture.store.take_hold("reconciler", node, now, now.plus(MINUTE)).await.unwrap();
    let later = NOON.plus(Duration::from_secs(30));

    assert!(take(first, NOON).await);
    assert!(!take(second, later).await);
    assert!(take(first, later).await, "who has it may go on");
    assert!(fixture.store.take_hold("another", second, NOON, later).await.unwrap());

    fixture.store.let_go("reconciler", second).await.unwrap();
    assert!(
        !take(second, NOON.plus(MINUTE)).await,
        "it went on for half a minute, and it is not the second's"
    );
    fixture.store.let_go("reconciler", first).await.unwrap();
    assert!(take(second, later).await);
    assert!(take(first, later.plus(MINUTE)).await, "nobody has heard of the second for a minute");
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn what_is_written_after_a_transaction_was_given_up_as_it_began_is_kept(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let other = fixture.another_store().await;
    let (here, there) = (NodeId::generate(NOON), NodeId::generate(NOON));
    // The runtime asks the network after some dozens of polls.
    for polls in (0..600).step_by(7) {
        let mut begin = Box::pin(fixture.store.begin());
        for _ in 0..polls {
            if futures::poll!(begin.as_mut()).is_ready() {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(begin);
        let (name, until) = (format!("hold-{polls}"), NOON.plus(Duration::from_mins(1)));
        assert!(fixture.store.take_hold(&name, here, NOON, until).await.unwrap());
        let taken = other.take_hold(&name, there, NOON, until);
        let taken = tokio::time::timeout(Duration::from_secs(20), taken).await;
        assert!(!taken.expect("nobody has to wait for it").unwrap(), "given up after {polls} polls");
    }
}
