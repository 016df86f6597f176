//! The token: found where a local server has left it, given where there is none to find.

use serde_json::json;
use wiremock::matchers::header;

use super::{Desk, call, json_answer, problem};

async fn server_with_token(token: &str) -> Desk {
    let desk = Desk::new().await;
    let empty = json_answer(200, &json!({ "items": [], "next_cursor": null }));
    call("GET", "/workflows")
        .and(header("authorization", format!("Bearer {token}").as_str()))
        .respond_with(empty)
        .mount(&desk.server)
        .await;
    let refusal = problem(401, "A valid token is needed", "Send `Authorization: Bearer TOKEN`.");
    desk.answers("GET", "/workflows", 401, &refusal).await;
    desk
}

#[tokio::test]
async fn a_local_servers_token_is_found_in_its_data_directory() {
    let desk = server_with_token("tok-found").await;
    desk.write("bellhop-data/api-token", "tok-found\n");
    assert_eq!(desk.run(&["workflows", "list"]).await.code, 0);
}

#[tokio::test]
async fn another_data_directory_can_be_named() {
    let desk = server_with_token("tok-elsewhere").await;
    desk.write("bellhop-data/api-token", "tok-of-another-server");
    desk.write("elsewhere/api-token", "tok-elsewhere");
    assert_eq!(desk.run(&["--data-dir", "elsewhere", "workflows", "list"]).await.code, 0);
    let by_variable =
        desk.command(&["workflows", "list"]).env("BELLHOP_DATA_DIR", "elsewhere").output().await.unwrap();
    assert!(by_variable.status.success());
}

#[tokio::test]
async fn a_given_token_goes_before_a_found_one() {
    let desk = server_with_token("tok-given").await;
    desk.write("bellhop-data/api-token", "tok-found");
    assert_eq!(desk.run(&["workflows", "list", "--token", "tok-given"]).await.code, 0);
    let by_variable =
        desk.command(&["workflows", "list"]).env("BELLHOP_TOKEN", "tok-given").output().await.unwrap();
    assert!(by_variable.status.success());
}

#[tokio::test]
async fn without_a_token_the_user_is_told_where_it_was_looked_for() {
    let desk = server_with_token("tok-secret").await;
    let listed = desk.run(&["workflows", "list"]).await;
    let expected = "\
error: Send `Authorization: Bearer TOKEN`.
  help: there is no bellhop-data/api-token: name the server's data directory with --data-dir, or give the token with \
                    --token or BELLHOP_TOKEN
";
    assert_eq!((listed.stderr.as_str(), listed.code), (expected, 1));
}

#[tokio::test]
async fn a_wrong_token_is_never_repeated() {
    let desk = server_with_token("tok-right").await;
    let given = desk.run(&["workflows", "list", "--token", "tok-wrong"]).await;
    assert!(given.stderr.contains("the token from --token or BELLHOP_TOKEN is not one"), "{}", given.stderr);
    desk.write("bellhop-data/api-token", "tok-stale");
    let found = desk.run(&["workflows", "list"]).await;
    assert!(
        found.stderr.contains("the token in bellhop-data/api-token is not this server's"),
        "{}",
        found.stderr
    );
    for stderr in [given.stderr, found.stderr] {
        assert!(!stderr.contains("tok-wrong") && !stderr.contains("tok-stale"), "{stderr}");
    }
}

#[tokio::test]
async fn help_shows_no_token_from_the_environment() {
    let desk = Desk::new().await;
    let help = desk
        .command(&["workflows", "list", "--help"])
        .env("BELLHOP_TOKEN", "tok-secret")
        .output()
        .await
        .unwrap();
    let text = String::from_utf8(help.stdout).unwrap();
    assert!(text.contains("BELLHOP_TOKEN") && !text.contains("tok-secret"), "{text}");
}
