//! Workflow files are checked without a server.

use super::Desk;

const GOOD: &str = "\
name: good
triggers:
  - manual: {}
steps:
  - uses: log
    with: { message: hello }
";

#[tokio::test]
async fn a_good_file_is_said_to_be_good() {
    let desk = Desk::new().await;
    desk.write("good.yaml", GOOD);
    let validated = desk.run(&["validate", "good.yaml"]).await;
    assert_eq!((validated.stdout.as_str(), validated.stderr.as_str()), ("ok  good.yaml  good\n", ""));
    assert_eq!(validated.code, 0);
    assert!(desk.server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn every_mistake_of_every_file_is_shown_with_its_line() {
    let desk = Desk::new().await;
    desk.write("flows/good.yaml", GOOD);
    desk.write("flows/bad.yaml", &GOOD.replace("uses: log", "uses: lgo").replace("triggers", "trigers"));
    let validated = desk.run(&["validate", "flows"]).await;
    assert!(validated.stderr.contains("flows/bad.yaml:2:1\n"), "{}", validated.stderr);
    assert!(validated.stderr.contains("2 | trigers:\n  | ^^^^^^^"), "{}", validated.stderr);
    assert!(validated.stderr.contains("flows/bad.yaml:5:11\n"), "{}", validated.stderr);
    assert!(validated.stderr.contains("did you mean `log`?"), "{}", validated.stderr);
    assert!(validated.stderr.contains("2 files, "), "{}", validated.stderr);
    assert_eq!((validated.stdout.as_str(), validated.code), ("ok  flows/good.yaml  good\n", 1));
}

#[tokio::test]
async fn a_program_gets_the_mistakes_as_data() {
    let desk = Desk::new().await;
    desk.write("good.yaml", GOOD);
    desk.write("bad.yaml", &GOOD.replace("uses: log", "uses: lgo"));
    let validated = desk.run(&["validate", "good.yaml", "bad.yaml", "--output=json"]).await;
    let report = validated.json();
    assert_eq!(report["valid"], false);
    assert_eq!(report["files"][0]["workflow"], "good");
    assert_eq!(report["files"][0]["valid"], true);
    let mistake = &report["files"][1]["diagnostics"][0];
    assert_eq!((mistake["severity"].as_str(), mistake["line"].as_u64()), (Some("error"), Some(5)));
    assert_eq!((validated.stderr.as_str(), validated.code), ("", 1));
}

#[tokio::test]
async fn a_file_that_cannot_be_read_does_not_hide_the_others() {
    let desk = Desk::new().await;
    desk.write("good.yaml", GOOD);
    std::fs::write(desk.dir.path().join("latin1.yaml"), b"name: gr\xfc\xdfe\n").unwrap();
    let validated = desk.run(&["validate", "missing.yaml", "latin1.yaml", "good.yaml"]).await;
    assert!(
        validated.stderr.contains("error: cannot read missing.yaml: No such file"),
        "{}",
        validated.stderr
    );
    assert!(
        validated.stderr.contains("cannot read latin1.yaml: it is not UTF-8 text (byte 9)"),
        "{}",
        validated.stderr
    );
    assert_eq!((validated.stdout.as_str(), validated.code), ("ok  good.yaml  good\n", 1));
}

const TESTS: &str = "\
workflow: good
cases:
  - name: says hello
    expect: { steps: { step_1: { logs: [hello] } } }
";

#[tokio::test]
async fn the_tests_beside_workflows_are_checked_too() {
    let desk = Desk::new().await;
    desk.write("flows/good.yaml", GOOD);
    desk.write("flows/good.test.yaml", TESTS);
    desk.write("flows/typo.test.yaml", &TESTS.replace("step_1", "step_2"));
    desk.write("flows/lost.test.yaml", &TESTS.replace("workflow: good", "workflow: goood"));
    let validated = desk.run(&["validate", "flows"]).await;
    assert!(validated.stdout.contains("ok  flows/good.test.yaml  1 case\n"), "{}", validated.stdout);
    assert!(validated.stderr.contains("flows/typo.test.yaml:4:24\n"), "{}", validated.stderr);
    assert!(validated.stderr.contains("did you mean `step_1`?"), "{}", validated.stderr);
    assert!(
        validated.stderr.contains("no workflow beside this file is called `goood`"),
        "{}",
        validated.stderr
    );
    assert_eq!(validated.code, 1);
}

#[tokio::test]
async fn github_gets_a_mistake_as_an_annotation() {
    let desk = Desk::new().await;
    desk.write("flows/bad.yaml", &GOOD.replace("uses: log", "uses: lgo"));
    let validated = desk.run(&["validate", "--output", "github", "flows"]).await;
    let line = validated.stdout.lines().next().unwrap_or_default();
    assert!(
        line.starts_with(
            "::error file=flows/bad.yaml,line=5,endLine=5,col=11,endColumn=14,title=unknown_step_kind::"
        ),
        "{line}"
    );
    assert!(line.contains("%0Ahelp: did you mean `log`?"), "{line}");
    assert_eq!((validated.stdout.lines().count(), validated.code), (1, 1));
}

#[tokio::test]
async fn annotations_are_only_for_commands_that_find_mistakes() {
    let desk = Desk::new().await;
    let refused = desk.run(&["workflows", "list", "--output=github"]).await;
    assert!(refused.stderr.contains("is for `bellhop validate` and `bellhop test`"), "{}", refused.stderr);
    assert_eq!(refused.code, 2);
    desk.write("good.yaml", GOOD);
    let text = desk.run(&["validate", "--output=text", "good.yaml"]).await;
    assert_eq!((text.stdout.as_str(), text.code), ("ok  good.yaml  good\n", 0));
}
