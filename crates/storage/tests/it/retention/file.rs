//! The size of the file.

use bellhop_storage::Keep;
use bellhop_testkit::database::Db;
use futures::future::join_all;
use sha2::{Digest as _, Sha256};

use super::{A_WEEK, DAY, FOR_EVER, MINUTE, day, event_at, executions, finish_all, sweep};
use crate::support::Fixture;

/// Sixty days of a server that keeps five: from the time that it is full on, the file does not grow.
#[tokio::test]
async fn the_file_of_a_server_at_a_steady_rate_stops_growing() {
    let fixture = Fixture::start(Db::Sqlite).await;
    let workflow = fixture.workflow("won-deal").await;
    let keep = Keep { age: Some(5 * DAY), ..FOR_EVER };
    let file = fixture.database.file().unwrap();
    let log = file.with_extension("db-wal");
    let mut sizes = Vec::new();
    for number in 0..60 {
        let arrive = |count: u32| {
            let at = day(number).plus(count * MINUTE);
            fixture.accepted(event_at(&workflow, &format!("evt_{number}_{count}"), at))
        };
        join_all((0..40).map(arrive)).await;
        finish_all(&fixture.store, day(number).plus(60 * MINUTE)).await;
        sweep(&fixture.store, keep, day(number).plus(120 * MINUTE)).await;
        sizes.push(std::fs::metadata(&file).unwrap().len());
        assert!(std::fs::metadata(&log).unwrap().len() < 8 << 20, "day {number}");
    }
    assert_eq!(executions(&fixture.store).await.len(), 5 * 40);
    // What comes is of the same size as what goes, but not to the page.
    assert!(sizes[59] <= sizes[9] + (64 << 10), "{sizes:?}");
}

/// A MiB that packing makes no shorter.
fn noise(seed: u32) -> Vec<u8> {
    let parts =
        (0..1_u32 << 15).map(|part| Sha256::digest([seed.to_le_bytes(), part.to_le_bytes()].concat()));
    parts.flatten().collect()
}

#[tokio::test]
async fn a_file_that_has_become_much_too_large_shrinks() {
    let fixture = Fixture::start(Db::Sqlite).await;
    let workflow = fixture.workflow("won-deal").await;
    for number in 0..24 {
        let mut new = event_at(&workflow, &format!("evt_{number}"), day(0));
        new.delivery.as_mut().unwrap().body = noise(number).into();
        fixture.accepted(new).await;
    }
    finish_all(&fixture.store, day(0)).await;
    sweep(&fixture.store, FOR_EVER, day(0)).await;
    let (full, page) = (fixture.count("PRAGMA page_count").await, fixture.count("PRAGMA page_size").await);

    let swept = sweep(&fixture.store, A_WEEK, day(8)).await;

    assert_eq!(swept.executions, 24);
    let left = fixture.count("PRAGMA page_count").await;
    assert!(left < full - (4 << 20) / page, "{full} pages, and {left} afterwards");
}
