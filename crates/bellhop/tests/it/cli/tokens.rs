//! Tokens, as whoever gives them out meets them.

use serde_json::{Value, json};

use wiremock::ResponseTemplate;

use super::{Desk, call, problem, seconds_ago};

const TOKEN: &str = "bh_0123456789abcdef";

fn token(name: &str) -> Value {
    json!({
        "id": "01977f00-0000-7000-8000-000000000001", "name": name, "scope": "write", "workflows": ["won-deal", "new-lead"],
        "created_at": seconds_ago(130), "expires_at": null, "last_used_at": seconds_ago(65), "revoked_at": null
    })
}

#[tokio::test]
async fn a_new_token_goes_alone_to_standard_output() {
    let desk = Desk::new().await;
    let mut made = token("ci");
    made["token"] = json!(TOKEN);
    desk.answers("POST", "/tokens", 201, &made).await;
    let arguments =
        ["tokens", "create", "ci", "--scope", "write", "--workflow", "won-deal", "--workflow", "new-lead"];
    let created = desk.run(&[&arguments[..], &["--expires-in", "90d"]].concat()).await;
    assert_eq!((created.stdout.as_str(), created.code), (&*format!("{TOKEN}\n"), 0), "{}", created.stderr);
    let told = "\
token ci for won-deal, new-lead, scope write, without end
it is shown this once: keep it where nobody else reads it
";
    assert_eq!(created.stderr, told);
    let sent: Value = serde_json::from_str(&desk.sent("POST", "/tokens").await[0]).unwrap();
    let expected =
        json!({ "name": "ci", "scope": "write", "workflows": ["won-deal", "new-lead"], "expires_in": "90d" });
    assert_eq!(sent, expected);
    assert_eq!(desk.run(&[&arguments[..], &["--output", "json"]].concat()).await.json(), made);
}

#[tokio::test]
async fn what_makes_no_sense_is_not_sent() {
    let desk = Desk::new().await;
    for arguments in [
        &["ci"][..],
        &["ci", "--scope", "root"],
        &["my key", "--scope", "read"],
        &["ci", "--scope", "read", "--expires-in", "soon"],
        &["ci", "--scope", "read", "--workflow", "../tokens"],
    ] {
        assert_eq!(desk.run(&[&["tokens", "create"][..], arguments].concat()).await.code, 2, "{arguments:?}");
    }
    assert!(desk.server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_list_tells_which_tokens_work_and_when_they_were_used() {
    let desk = Desk::new().await;
    let mut revoked = token("old");
    (revoked["revoked_at"], revoked["workflows"]) = (json!(seconds_ago(10)), Value::Null);
    let mut expired = token("gone");
    (expired["expires_at"], expired["last_used_at"]) = (json!("2020-01-02T03:04:05Z"), Value::Null);
    let list = json!({ "items": [token("ci"), revoked, expired], "next_cursor": null });
    desk.answers("GET", "/tokens", 200, &list).await;
    let listed = desk.run(&["tokens", "list"]).await;
    let lines: Vec<Vec<&str>> = listed
        .stdout
        .lines()
        .map(|line| line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect())
        .collect();
    let id = "01977f00-0000-7000-8000-000000000001";
    assert_eq!(lines[0], ["STATE", "SCOPE", "WORKFLOWS", "CREATED", "LAST USED", "EXPIRES", "NAME", "ID"]);
    let both = "won-deal, new-lead";
    assert_eq!(lines[1], ["works", "write", both, "2 min ago", "1 min ago", "-", "ci", id]);
    assert_eq!(lines[2], ["revoked", "write", "all", "2 min ago", "1 min ago", "-", "old", id]);
    assert_eq!((lines[3][0], lines[3][4], lines[3][6]), ("expired", "-", "gone"));
    assert!(lines[3][5].starts_with("2020-01-02"), "{:?}", lines[3]);
    assert_eq!(desk.run(&["tokens", "list", "--output", "json"]).await.json(), list);
}

#[tokio::test]
async fn a_token_is_revoked_by_its_name() {
    let desk = Desk::new().await;
    let mut before = token("ci");
    before["id"] = json!("01977f00-0000-7000-8000-000000000002");
    before["revoked_at"] = json!(seconds_ago(10));
    desk.answers("GET", "/tokens", 200, &json!({ "items": [before, token("ci")], "next_cursor": null }))
        .await;
    let at = "/tokens/01977f00-0000-7000-8000-000000000001";
    call("DELETE", at).respond_with(ResponseTemplate::new(204)).mount(&desk.server).await;
    let revoked = desk.run(&["tokens", "revoke", "ci"]).await;
    assert_eq!((revoked.stdout.as_str(), revoked.code), ("revoked token ci\n", 0), "{}", revoked.stderr);
    let unknown = desk.run(&["tokens", "revoke", "nobodys"]).await;
    assert_eq!(unknown.code, 1);
    assert!(unknown.stderr.contains("there is no token `nobodys` that is not revoked"), "{}", unknown.stderr);
}

#[tokio::test]
async fn a_token_is_revoked_by_its_id_without_a_look() {
    let desk = Desk::new().await;
    let id = "01977f00-0000-7000-8000-000000000001";
    let revoked = call("DELETE", &format!("/tokens/{id}")).respond_with(ResponseTemplate::new(204));
    revoked.mount(&desk.server).await;
    assert_eq!(desk.run(&["tokens", "revoke", id]).await.code, 0);
    assert!(desk.sent("GET", "/tokens").await.is_empty());
}

#[tokio::test]
async fn a_token_that_does_not_reach_so_far_is_told_so() {
    let desk = Desk::new().await;
    let detail = "This needs a token of scope `admin`; this one's is `read`.";
    desk.answers("GET", "/tokens", 403, &problem(403, "The token does not reach so far", detail)).await;
    let refused = desk.run(&["tokens", "list"]).await;
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains(detail), "{}", refused.stderr);
}
