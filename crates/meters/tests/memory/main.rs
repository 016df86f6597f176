//! To count allocates nothing. A program of its own with nothing else in it, as the allocator counts for the whole process:
//! the test harness allocates when it likes.

use bellhop_meters::{Meters, QUICK, SIZES};
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

fn main() {
    let meters = Meters::new();
    let table = meters.table("both_total", "Both.", ["x", "y"], &["1", "2"], &["3", "4"]);
    let seconds = meters.histograms("seconds", "Seconds.", "x", &["1"], &QUICK);
    let sizes = meters.histogram("sizes", "Sizes.", &SIZES);
    let gauge = meters.gauge("level", "Level.");
    ALLOCATOR.reset_peak_usage();
    let before = ALLOCATOR.peak_usage();
    for number in 0..100_000_u32 {
        table.of_value("2").of_value("unforeseen").one();
        seconds.of_value("1").note(f64::from(number));
        sizes.note(f64::from(number));
        gauge.up();
    }
    assert_eq!(ALLOCATOR.peak_usage(), before);
}
