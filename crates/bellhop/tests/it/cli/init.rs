//! `bellhop init`: what it makes is good as it stands, and it touches nothing that is there.

use std::fs;

use bellhop_trigger::catalogue::{CLOSE, Catalogue};
use rstest::rstest;
use serde_json::json;

use super::Desk;

#[rstest]
#[case::event(&["--event", "lead.created", "--does", "log"], true)]
#[case::all_events_of_a_kind(&["--event", "lead.*", "--does", "log"], true)]
#[case::message(&["--event", "opportunity.status_change", "--does", "message", "--url", "https://hooks.slack.com/services/T0/B0/X"], true)]
#[case::post(&["--event", "call.completed", "--does", "post", "--url", "https://example.com/in?a=b&c=\"d\""], true)]
#[case::crontab(&["--cron", "0 9 * * 1-5", "--timezone", "Europe/Berlin", "--does", "log"], true)]
#[case::interval(&["--every", "15m", "--does", "post", "--url", "https://example.com/in"], true)]
#[case::webhook(&["--on", "webhook", "--does", "message", "--url", "https://example.com/in"], true)]
#[case::webhook_log(&["--on", "webhook", "--does", "log"], true)]
#[case::by_hand(&["--on", "manual", "--does", "log"], false)]
#[case::by_hand_post(&["--on", "manual", "--does", "post", "--url", "https://example.com/in"], false)]
#[tokio::test]
async fn what_it_makes_is_valid_and_passes_its_own_tests(#[case] args: &[&str], #[case] has_event: bool) {
    let desk = Desk::new().await;
    // A name that YAML would read as a truth value.
    let made = desk.run(&[&["init", "on", "--output", "json"], args].concat()).await;
    assert_eq!(made.code, 0, "{}", made.stderr);
    let mut files = vec!["workflows/on.yaml", "workflows/on.test.yaml"];
    files.extend(has_event.then_some("workflows/on.event.json"));
    assert_eq!((&made.json()["name"], &made.json()["files"]), (&json!("on"), &json!(files)));

    let checked = desk.run(&["validate", "workflows", "--output", "json"]).await;
    assert_eq!(checked.code, 0, "{}", checked.stderr);
    for file in checked.json()["files"].as_array().unwrap() {
        assert_eq!(file["diagnostics"], json!([]), "{file}");
    }
    let tested = desk.run(&["test", "workflows", "--coverage-min", "100"]).await;
    assert_eq!(tested.code, 0, "{}{}", tested.stdout, tested.stderr);
    for command in made.json()["next"].as_array().unwrap() {
        assert!(command.as_str().unwrap().starts_with("bellhop "), "{command}");
    }
}

#[tokio::test]
async fn every_event_of_the_catalogue_makes_a_workflow_that_passes_its_tests() {
    let desk = Desk::new().await;
    let events: Vec<_> = Catalogue::entries().iter().filter(|entry| entry.provider == CLOSE).collect();
    // One of each category, and of each way in which an event may lack what others have.
    let chosen = events.iter().filter(|entry| {
        let (kind, action) = entry.name.rsplit_once('.').unwrap();
        !kind.contains('.') && (action == "*" || action == "deleted") || entry.payload.is_none()
    });
    let mut made = 0;
    for (number, entry) in chosen.take(40).enumerate() {
        let name = format!("n{number}");
        let one = desk.run(&["init", &name, "--event", &entry.name, "--does", "log"]).await;
        assert_eq!(one.code, 0, "{}: {}", entry.name, one.stderr);
        made += 1;
    }
    assert!(made > 12, "{made}");
    let tested = desk.run(&["test", "workflows"]).await;
    assert_eq!(tested.code, 0, "{}{}", tested.stdout, tested.stderr);
    let checked = desk.run(&["validate", "workflows"]).await;
    assert!(checked.stderr.ends_with("0 errors, 0 warnings\n"), "{}", checked.stderr);
}

#[tokio::test]
async fn without_a_terminal_it_names_every_argument_that_is_missing() {
    let desk = Desk::new().await;
    for (args, missing) in [
        (&["init"][..], "not given: NAME, --on (or --event, --cron, --every), --does"),
        (&["init", "a", "--on", "close", "--does", "log"], "not given: --event"),
        (&["init", "a", "--on", "schedule", "--does", "post"], "not given: --cron or --every, --url"),
    ] {
        let refused = desk.run(args).await;
        assert_eq!(refused.code, 2, "{args:?}");
        assert!(refused.stderr.contains(missing), "{args:?}: {}", refused.stderr);
        assert!(refused.stderr.contains("help:"), "{}", refused.stderr);
    }
    assert!(!desk.dir.path().join("workflows").exists());
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_the_reason_and_nothing_is_written() {
    let desk = Desk::new().await;
    for (args, why) in [
        (&["A", "--on", "manual", "--does", "log"][..], "begins with a letter"),
        (&["../a", "--on", "manual", "--does", "log"], "at most 63 of a-z"),
        (&["a", "--event", "lead.creatd", "--does", "log"], "did you mean `lead.created`?"),
        (&["a", "--event", "schedule.fired", "--does", "log"], "is no event of Close but of `schedule`"),
        (&["a", "--cron", "61 9 * * *", "--does", "log"], "the minute is from 0 to 59"),
        (&["a", "--cron", "0 9 * * *", "--timezone", "Mars/Base", "--does", "log"], "Mars/Base"),
        (&["a", "--every", "soon", "--does", "log"], "soon"),
        (&["a", "--on", "webhook", "--every", "5m", "--does", "log"], "does not go with `--on webhook`"),
        (
            &["a", "--on", "manual", "--does", "log", "--url", "https://a.example"],
            "does not go with `--does log`",
        ),
        (
            &["a", "--on", "manual", "--does", "post", "--url", "ftp://a.example"],
            "expected an http or https URL",
        ),
    ] {
        let refused = desk.run(&[&["init"], args].concat()).await;
        assert_eq!(refused.code, 2, "{args:?}: {}", refused.stderr);
        assert!(refused.stderr.contains(why), "{args:?}: {}", refused.stderr);
    }
    assert!(!desk.dir.path().join("workflows").exists());
}

#[tokio::test]
async fn no_file_that_is_there_is_touched() {
    let desk = Desk::new().await;
    let init = ["init", "mine", "--on", "manual", "--does", "log"];
    for there in ["workflows/mine.yaml", "workflows/mine.test.yaml", "workflows/mine.event.json"] {
        desk.write(there, "mine\n");
        let refused = desk.run(&init).await;
        assert_eq!(refused.code, 1);
        assert!(refused.stderr.contains(&format!("{there} is there already")), "{}", refused.stderr);
        assert!(refused.stderr.contains("give it another name"), "{}", refused.stderr);
        let files: Vec<_> = fs::read_dir(desk.dir.path().join("workflows")).unwrap().collect();
        assert_eq!(files.len(), 1, "{files:?}");
        assert_eq!(fs::read_to_string(desk.dir.path().join(there)).unwrap(), "mine\n");
        fs::remove_file(desk.dir.path().join(there)).unwrap();
    }
    // Two files with one workflow could not both be applied.
    desk.write("workflows/other.yaml", "name: mine\ntriggers: [manual: {}]\nsteps: [{ uses: return }]\n");
    let refused = desk.run(&init).await;
    assert!(refused.stderr.contains("other.yaml holds a workflow `mine` already"), "{}", refused.stderr);
}
