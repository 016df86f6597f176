//! How the program prints, whatever it prints.

use serde_json::json;

use super::Desk;

#[tokio::test]
async fn a_reader_that_has_seen_enough_ends_the_program_quietly() {
    let desk = Desk::new().await;
    // More than a pipe holds, so that the program is still writing when its reader goes.
    let items: Vec<_> = (0..20_000)
        .map(|number| json!({ "name": format!("credential-{number}"), "kind": "close" }))
        .collect();
    desk.answers("GET", "/credentials", 200, &json!({ "items": items, "next_cursor": null })).await;
    for format in ["human", "json"] {
        let mut child = desk.command(&["credentials", "list", "--output", format]).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().await.unwrap();
        assert_eq!((String::from_utf8(output.stderr).unwrap().as_str(), output.status.code()), ("", Some(0)));
    }
}

#[tokio::test]
async fn completions_are_a_script_for_the_shell() {
    let desk = Desk::new().await;
    let script = desk.run(&["completions", "bash"]).await;
    assert!(script.stdout.contains("complete -F _bellhop"), "{}", script.stdout);
    assert_eq!((script.stderr.as_str(), script.code), ("", 0));
}

#[tokio::test]
async fn help_is_asked_for_and_usage_is_not() {
    let desk = Desk::new().await;
    assert_eq!(desk.run(&["--help"]).await.code, 0);
    assert_eq!(desk.run(&[]).await.code, 2);
}
