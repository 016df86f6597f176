//! How long the disk takes to make a page durable. No acknowledgement is faster, whatever the server does.

use std::fs::File;
use std::io::Write as _;
use std::time::Instant;

use super::Bench;
use crate::error::BenchError;
use crate::figures::Unit;
use crate::load::Tally;
use crate::report::say;

const GROUP: &str = "disk";
const FLUSHES: usize = 50;
const PAGE: [u8; 4_096] = [7; 4_096];

pub(super) fn measure(bench: &mut Bench<'_>) -> Result<(), BenchError> {
    say("disk, single flushes");
    let failed = || BenchError::io("flushing a file");
    let mut file = File::create(bench.stage.directory().join("flush")).map_err(failed())?;
    let mut tally = Tally::new();
    for _ in 0..FLUSHES {
        let start = Instant::now();
        file.write_all(&PAGE).and_then(|()| file.sync_data()).map_err(failed())?;
        tally.add(start.elapsed());
    }
    let latencies = tally.latencies();
    bench.figures.add(GROUP, "flush of 4 KiB, p50", latencies.p50, Unit::Milliseconds);
    bench.figures.add(GROUP, "flush of 4 KiB, p99", latencies.p99, Unit::Milliseconds);
    Ok(())
}
