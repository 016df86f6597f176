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
