//! Files that are made to cost more than they say. Each is refused quickly, with a place.

use std::fmt::Write;
use std::time::{Duration, Instant};

use crate::support::{LeadsOnly, bad, with_steps};

/// What the project promises, also in a debug build.
const LIMIT: Duration = Duration::from_millis(100);

/// Refused in time with this code. The machine may be busy, so one of a few runs in time is enough.
fn refused(yaml: &str, code: &str) {
    let mut best = Duration::MAX;
    for _ in 0..10 {
        let begun = Instant::now();
        let diagnostics = bad(yaml);
        best = best.min(begun.elapsed());
        let codes: Vec<&str> = diagnostics.iter().map(|diagnostic| diagnostic.code.as_str()).collect();
        assert!(codes.contains(&code), "{codes:?}");
        assert!(diagnostics.iter().all(|diagnostic| diagnostic.line >= 1 && diagnostic.column >= 1));

        if best < LIMIT {
            return;
        }
    }
    panic!("took {best:?}");
}

#[test]
fn an_alias_bomb() {
    let mut yaml = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
    for level in 1..12 {
        let aliases = vec![format!("*a{}", level - 1); 9].join(",");
        writeln!(yaml, "a{level}: &a{level} [{aliases}]").unwrap();
    }
    refused(&yaml, "too_complex");
}

#[test]
fn a_long_row_of_aliases() {
    let mut yaml = String::from("a: &a [1, 2, 3]\nb:\n");
    for _ in 0..50_000 {
        yaml.push_str("  - *a\n");
    }
    refused(&yaml, "too_complex");
}

#[test]
fn merge_keys_upon_merge_keys() {
    let mut yaml = String::from("a0: &a0 { k0: 1 }\n");
    for level in 1..190 {
        writeln!(yaml, "a{level}: &a{level}\n  <<: *a{}\n  k{level}: 1", level - 1).unwrap();
    }
    refused(&yaml, "too_complex");
}

#[test]
fn five_megabytes() {
    refused(&"a: b\n".repeat(1024 * 1024), "file_too_large");
}

#[test]
fn a_megabyte_of_values() {
    refused(&"- a\n".repeat(250_000), "too_complex");
}

#[test]
fn a_megabyte_on_one_line() {
    refused(&format!("a: [{}]", "x,".repeat(500_000)), "too_complex");
}

#[test]
fn deep_nesting_of_every_kind() {
    refused(&"[".repeat(500_000), "too_complex");
    refused(&"{a: ".repeat(200_000), "too_complex");
    refused(&"- ".repeat(400_000), "too_complex");
    let mut block = String::new();
    for depth in 0..1_000 {
        writeln!(block, "{}a:", " ".repeat(depth)).unwrap();
    }
    refused(&block, "too_complex");
}

#[test]
fn a_megabyte_of_text_is_a_wrong_type_and_no_more() {
    refused(&"x".repeat(1_000_000), "wrong_type");
    refused(&format!("'{}'", "x y\n ".repeat(200_000)), "wrong_type");
    refused(&format!("# {}", "x".repeat(1_000_000)), "wrong_type");
}

#[test]
fn thousands_of_unknown_keys_on_one_line() {
    let keys: Vec<String> = (0..2_500).map(|index| format!("k{index}: 1")).collect();
    refused(&format!("{{{}}}", keys.join(", ")), "more_errors");
}

#[test]
fn thousands_of_expressions() {
    let mut yaml =
        String::from("name: demo\ntriggers:\n  - manual:\nsteps:\n  - uses: set\n    with:\n      a: \"");
    yaml.push_str(&"${{ nothing.x }}".repeat(20_000));
    yaml.push_str("\"\n");
    refused(&yaml, "too_complex");
}

#[test]
fn an_expression_that_would_exhaust_the_stack() {
    let step = |expression: &str| {
        format!(
            "name: demo\ntriggers:\n  - manual:\nsteps:\n  - uses: log\n    if: >\n      {expression}\n    with: {{ message: a }}\n"
        )
    };
    for expression in [
        "not ".repeat(4_000) + "true",
        "- ".repeat(8_000) + "1",
        "(".repeat(8_000) + "1" + &")".repeat(8_000),
        "[".repeat(150) + &"]".repeat(150),
        "1".to_owned() + &"+1".repeat(8_000),
        "event".to_owned() + &".a".repeat(8_000),
        "1".to_owned() + &" if 1 else 1".repeat(1_300),
        "1".to_owned() + &"|abs".repeat(4_000),
    ] {
        refused(&step(&expression), "expression_syntax");
    }
}

#[test]
fn the_largest_expressions_that_are_taken_compile_on_a_small_stack() {
    let compile = || {
        for expression in [
            "not ".repeat(999) + "true",
            "-".repeat(999) + "1",
            "(".repeat(40) + "1" + &")".repeat(40),
            "[".repeat(40) + &"]".repeat(40),
            "1".to_owned() + &"+1".repeat(499),
            "a".to_owned() + &".a".repeat(499),
            "1".to_owned() + &" if 1 else 1".repeat(249),
            "1".to_owned() + &"|abs".repeat(499),
        ] {
            let compiled = bellhop_workflow::expression::Expression::compile(&expression);
            drop(compiled.unwrap_or_else(|error| panic!("{error}: {expression}")));
        }
    };
    // A quarter of what tokio's workers have.
    std::thread::Builder::new().stack_size(512 * 1024).spawn(compile).unwrap().join().unwrap();
}

/// Steps in blocks in blocks, as deep as a file may be: each `for_each` is a list and a map.
fn nested(depth: usize) -> String {
    let level = |level: usize| {
        let indent = "    ".repeat(level);
        format!("{indent}  - for_each: event.data\n{indent}    steps:\n")
    };
    let blocks: String = (0..depth).map(level).collect();
    with_steps(&format!("{blocks}{}  - uses: return\n", "    ".repeat(depth)))
}

#[test]
fn the_deepest_blocks_that_are_taken_fit_on_a_small_stack() {
    let deepest =
        (1..50).take_while(|depth| bellhop_workflow::parse(&nested(*depth), &LeadsOnly).is_ok()).last();
    let deepest = deepest.expect("one level is taken");
    assert!(deepest > 15, "{deepest} levels");
    refused(&nested(deepest + 1), "too_complex");
    let through = move || match bellhop_workflow::parse(&nested(deepest), &LeadsOnly) {
        Ok(parsed) => {
            assert_eq!(parsed.workflow.all_steps().len(), deepest + 1);
            assert!(format!("{:?}", parsed.workflow.clone()).len() > 1_000);
        }
        Err(found) => panic!("{found:?}"),
    };
    // Half of what tokio's workers have.
    std::thread::Builder::new().stack_size(1024 * 1024).spawn(through).unwrap().join().unwrap();
}

/// As many blocks as the nodes allow, each of whose steps names one that it cannot see.
#[test]
fn as_many_blocks_as_a_file_can_have() {
    let mut yaml = String::new();
    for index in 0..380 {
        writeln!(yaml, "  - id: b{index}\n    parallel:\n      a: [{{ uses: log, with: {{ message: a }} }}]")
            .unwrap();
    }
    yaml.push_str("  - if: steps.b381.output\n    uses: return\n");
    refused(&with_steps(&yaml), "unknown_step");
}

#[test]
fn hundreds_of_steps_that_name_what_they_cannot_see() {
    let mut yaml = String::from("  - for_each: event.data\n    steps:\n");
    for index in 0..500 {
        writeln!(yaml, "      - {{ id: s{index}, if: steps.s{} , uses: return }}", index + 1).unwrap();
    }
    refused(&with_steps(&yaml), "step_runs_later");
}

#[test]
fn a_key_of_half_a_megabyte_above_thousands_of_values() {
    let key = "k".repeat(500_000);
    let values = "        - []\n".repeat(2_000);
    refused(&with_steps(&format!("  - parallel:\n      ? {key}\n      :\n{values}")), "invalid_name");
}
