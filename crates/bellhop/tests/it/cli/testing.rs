//! Workflows are rehearsed with the tests beside them, without a server.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};

use super::Desk;

const FLOW: &str = "\
name: deals
triggers:
  - close: { events: [lead.created] }
    where: event.data.value > 10
steps:
  - id: tell
    if: event.data.quiet is undefined
    uses: http
    with: { url: https://chat.example/hook, method: POST, json: { text: \"${{ event.data.name }} came\" } }
";

const TESTS: &str = "\
workflow: deals
defaults:
  event: { data: { name: Acme, value: 11 } }
  mocks: { tell: { output: { body: ok } } }
cases:
  - name: a lead is told of
    expect: { steps: { tell: { with: { json: { text: Acme came } } } } }
  - name: a small one is not
    event: { data: { value: 1 } }
    expect: { status: filtered }
";

async fn desk() -> Desk {
    let desk = Desk::new().await;
    desk.write("flows/deals.yaml", FLOW);
    desk.write("flows/deals.test.yaml", TESTS);
    desk
}

#[tokio::test]
async fn what_passes_is_shown_with_what_was_never_reached() {
    let desk = desk().await;
    desk.write("flows/other.yaml", &FLOW.replace("name: deals", "name: other"));
    let tested = desk.run(&["test", "flows"]).await;
    let expected = "\
deals  flows/deals.test.yaml
├─ ✓ a lead is told of
├─ ✓ a small one is not
└─ 1 of 1 steps and 2 of 3 branches reached
     – `tell` was never skipped: its `if: event.data.quiet is undefined` was never false

1 file, 2 cases: 2 passed

without tests: flows/other.yaml
";
    assert_eq!((tested.stdout.as_str(), tested.stderr.as_str(), tested.code), (expected, "", 0));
    assert!(desk.server.received_requests().await.unwrap().is_empty());
    assert!(!desk.dir.path().join("bellhop-data").exists());
}

#[tokio::test]
async fn what_fails_is_shown_where_it_differs() {
    let desk = desk().await;
    desk.write("flows/deals.yaml", &FLOW.replace("} came", "} has come"));
    let tested = desk.run(&["test", "flows/deals.yaml"]).await;
    let expected = "\
├─ ✗ a lead is told of  (line 6)
│      steps.tell.with.json.text
│        expected \"Acme came\"
│        got      \"Acme has come\"
├─ ✓ a small one is not
";
    assert!(tested.stdout.contains(expected), "{}", tested.stdout);
    assert!(tested.stdout.contains("1 file, 2 cases: 1 passed, 1 failed"), "{}", tested.stdout);
    assert_eq!(tested.code, 1);
}

#[tokio::test]
async fn a_file_that_cannot_be_used_is_another_thing_than_a_test_that_fails() {
    let desk = desk().await;
    desk.write("flows/deals.test.yaml", &TESTS.replace("expect: { status", "expects: { status"));
    let mistaken = desk.run(&["test", "flows"]).await;
    assert!(mistaken.stdout.contains("flows/deals.test.yaml:10:5"), "{}", mistaken.stdout);
    assert!(mistaken.stdout.contains("1 file cannot be used"), "{}", mistaken.stdout);
    assert_eq!(mistaken.code, 2);

    desk.write("flows/deals.test.yaml", TESTS);
    desk.write("flows/deals.yaml", &FLOW.replace("uses: http", "uses: htp"));
    let broken = desk.run(&["test", "flows"]).await;
    assert!(broken.stdout.contains("flows/deals.yaml:8:11"), "{}", broken.stdout);
    assert_eq!(broken.code, 2);

    desk.write("empty/deals.yaml", FLOW);
    assert_eq!(desk.run(&["test", "empty"]).await.code, 2);
    assert_eq!(desk.run(&["test", "missing.test.yaml"]).await.code, 2);
}

#[tokio::test]
async fn a_filter_picks_cases_by_name() {
    let desk = desk().await;
    let tested = desk.run(&["test", "flows", "--filter", "SMALL"]).await;
    let expected = "deals  flows/deals.test.yaml\n└─ ✓ a small one is not\n\n1 file, 1 case: 1 passed\n";
    assert_eq!((tested.stdout.as_str(), tested.code), (expected, 0));
    let none = desk.run(&["test", "flows", "--filter", "huge"]).await;
    assert!(none.stderr.contains("no case has `huge` in its name"), "{}", none.stderr);
    assert_eq!(none.code, 2);
}

#[tokio::test]
async fn too_little_coverage_fails_where_that_is_asked_for() {
    let desk = desk().await;
    let little = desk.run(&["test", "flows", "--coverage-min", "80"]).await;
    assert!(little.stderr.contains("the cases of `deals` reach too little of it"), "{}", little.stderr);
    assert_eq!(little.code, 1);
    assert_eq!(desk.run(&["test", "flows", "--coverage-min", "75"]).await.code, 0);
}

#[tokio::test]
async fn a_ci_system_reads_the_outcome_as_junit_xml() {
    let desk = desk().await;
    let tests =
        TESTS.replace("a lead is told of", "'a <lead> & \"more\"'").replace("Acme came", "Acme & came");
    desk.write("flows/deals.test.yaml", &tests);
    desk.write("flows/broken.test.yaml", "workflow: deals\ncases: <none>\n");
    let tested = desk.run(&["test", "flows", "--junit", "report.xml"]).await;
    assert_eq!(tested.code, 2);
    let xml = std::fs::read_to_string(desk.dir.path().join("report.xml")).unwrap();
    let document = roxmltree::Document::parse(&xml).unwrap();
    let root = document.root_element();
    let count = |name| root.attribute(name).unwrap().to_owned();
    assert_eq!([count("tests"), count("failures"), count("errors")], ["3", "1", "1"]);
    let named = |tag: &str| document.descendants().find(|node| node.has_tag_name(tag)).unwrap();
    assert_eq!(named("failure").attribute("message"), Some("steps.tell.with.json.text"));
    assert!(named("failure").text().unwrap().contains("expected: \"Acme & came\""));
    assert_eq!(named("failure").parent().unwrap().attribute("name"), Some("a <lead> & \"more\""));
    assert!(named("error").attribute("message").unwrap().contains("`cases` must be a list"));
}

#[tokio::test]
async fn a_program_and_github_get_the_outcome_as_data() {
    let desk = desk().await;
    desk.write("flows/deals.test.yaml", &TESTS.replace("Acme came", "Acme left"));
    let report = desk.run(&["test", "flows", "--output=json"]).await.json();
    assert_eq!(report["passed"], false);
    let case = &report["files"][0]["cases"][0];
    assert_eq!((case["name"].as_str(), case["line"].as_u64()), (Some("a lead is told of"), Some(6)));
    assert_eq!(case["failures"][0]["expected"], "\"Acme left\"");
    assert_eq!(report["files"][0]["coverage"]["percent"], 75);
    let github = desk.run(&["test", "flows", "--output=github"]).await;
    let expected = "::error file=flows/deals.test.yaml,line=6,title=failed%3A a lead is told of::steps.tell.with.json.text%0A  expected: \"Acme left\"%0A  got: \"Acme came\"\n";
    assert_eq!((github.stdout.as_str(), github.code), (expected, 1));
}

#[cfg(unix)]
#[tokio::test]
async fn a_watch_runs_what_changes_and_ends_when_it_is_asked_to() {
    let desk = desk().await;
    let mut child = desk.command(&["test", "--watch", "flows"]).stdin(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let seen = tokio::time::timeout(Duration::from_mins(1), async {
        while let Some(line) = lines.next_line().await.unwrap() {
            if line.contains("2 passed") {
                desk.write("flows/deals.test.yaml", &TESTS.replace("Acme came", "Acme left for good"));
            }
            if line.contains("1 passed, 1 failed") {
                return true;
            }
        }
        false
    });
    assert!(seen.await.unwrap(), "the change was not noticed");
    let pid = child.id().unwrap().to_string();
    let asked = std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap();
    assert!(asked.success());
    let ended = tokio::time::timeout(Duration::from_secs(30), child.wait()).await.unwrap().unwrap();
    assert_eq!(ended.code(), Some(1));
}
