//! What is counted is shown as Prometheus reads it.

use bellhop_meters::{Meters, QUICK, process, render};

#[test]
fn what_is_counted_is_shown() {
    let meters = Meters::new();
    meters.counter("plain_total", "Plain.").more(3);
    let choice = meters.counters("by_kind_total", "By kind.", "kind", &["a", "b"]);
    choice.of_value("a").one();
    choice.of_value("never heard of").one();
    let table = meters.table("both_total", "Both.", ["x", "y"], &["1"], &["2"]);
    table.of_value("1").of_value("2").one();
    let gauge = meters.gauge("level", "Level.");
    gauge.set(5);
    gauge.up();
    gauge.down();
    meters.histogram("seconds", "Seconds.", &QUICK).note(0.003);
    let shown = render([&meters]);
    for line in [
        "# HELP plain_total Plain.",
        "# TYPE plain_total counter",
        "plain_total 3",
        r#"by_kind_total{kind="a"} 1"#,
        r#"by_kind_total{kind="b"} 0"#,
        r#"by_kind_total{kind="other"} 1"#,
        r#"both_total{x="1",y="2"} 1"#,
        "level 5",
        r#"seconds_bucket{le="0.0025"} 0"#,
        r#"seconds_bucket{le="0.005"} 1"#,
        "seconds_count 1",
    ] {
        assert!(shown.lines().any(|one| one == line), "{line} is not in\n{shown}");
    }
}

#[test]
fn what_is_not_there_any_more_is_not_shown() {
    let meters = Meters::new();
    let gauges = meters.gauges("there", "There.", &["what"]);
    gauges.set_all([(vec!["one"], 1), (vec!["two"], 2)]);
    gauges.set_all([(vec!["two"], 3)]);
    let shown = render([&meters]);
    assert!(shown.contains(r#"there{what="two"} 3"#) && !shown.contains("one"), "{shown}");
    gauges.set_all([]);
    assert_eq!(render([&meters]), "");
}

#[cfg(target_os = "linux")]
#[test]
fn the_process_is_shown() {
    assert!(render([&process()]).contains("process_open_fds"));
}
