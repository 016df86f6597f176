//! Credentials: values go in and come out nowhere.

use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use super::{Desk, call, seconds_ago};

async fn desk_that_takes(name: &str, kind: &str, status: u16) -> Desk {
    let desk = Desk::new().await;
    let answer = json!({
        "name": name, "kind": kind, "fields": ["api_key"], "created_at": seconds_ago(0), "updated_at": seconds_ago(0)
    });
    desk.answers("PUT", &format!("/credentials/{name}"), status, &answer).await;
    desk
}

async fn sent(desk: &Desk, name: &str) -> Value {
    let bodies = desk.sent("PUT", &format!("/credentials/{name}")).await;
    serde_json::from_str(&bodies[0]).unwrap()
}

#[tokio::test]
async fn a_key_is_read_from_standard_input_and_shown_nowhere() {
    let desk = desk_that_takes("close", "close", 201).await;
    let set = desk
        .run_with_input(&["credentials", "set", "close", "--kind", "close"], Some("api_s3cret.key\n"))
        .await;
    assert_eq!(
        (set.stdout.as_str(), set.stderr.as_str(), set.code),
        ("stored credential close (close)\n", "", 0)
    );
    assert_eq!(sent(&desk, "close").await, json!({ "kind": "close", "api_key": "api_s3cret.key" }));
}

#[tokio::test]
async fn several_values_come_as_one_object() {
    let desk = desk_that_takes("crm", "http_basic", 200).await;
    let input = Some(r#"{"username": "ann", "password": "pässword"}"#);
    let set = desk.run_with_input(&["credentials", "set", "crm", "--kind=http_basic"], input).await;
    assert_eq!((set.stdout.as_str(), set.code), ("replaced credential crm (http_basic)\n", 0));
    let expected = json!({ "kind": "http_basic", "username": "ann", "password": "pässword" });
    assert_eq!(sent(&desk, "crm").await, expected);
}

#[tokio::test]
async fn one_field_may_be_typed_and_the_other_read() {
    let desk = desk_that_takes("crm", "http_basic", 201).await;
    let args = [
        "credentials",
        "set",
        "crm",
        "--kind=http_basic",
        "--field",
        "username=ann",
        "--field",
        "password=-",
    ];
    assert_eq!(desk.run_with_input(&args, Some("pass=word\n")).await.code, 0);
    let expected = json!({ "kind": "http_basic", "username": "ann", "password": "pass=word" });
    assert_eq!(sent(&desk, "crm").await, expected);
}

#[tokio::test]
async fn a_mistake_names_the_field_and_never_the_value() {
    let desk = Desk::new().await;
    let mistakes = [
        (r#"{"api_kee": "s3cret-key"}"#, "no field `api_kee`"),
        (r#"{"api_key": "s3cret-key" "#, "standard input is not a JSON object of texts"),
        ("s3cret\u{7}key", "`api_key` has a line break or another control character"),
        ("", "`api_key` is empty"),
    ];
    for (input, expected) in mistakes {
        let set = desk.run_with_input(&["credentials", "set", "close", "--kind", "close"], Some(input)).await;
        assert!(set.stderr.contains(expected), "{input:?}: {}", set.stderr);
        assert!(!set.stderr.contains("s3cret"), "{}", set.stderr);
        assert_eq!(set.code, 1);
    }
    assert!(desk.server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn credentials_are_listed_by_the_names_of_their_fields() {
    let desk = Desk::new().await;
    let items = json!([
        { "name": "close", "kind": "close", "fields": ["api_key"], "source": "stored", "updated_at": seconds_ago(3 * 86_400) },
        { "name": "crm", "kind": "http_basic", "fields": ["username", "password"], "source": "environment", "updated_at": null }
    ]);
    desk.answers("GET", "/credentials", 200, &json!({ "items": items, "next_cursor": null })).await;
    let expected = "\
NAME   KIND        FIELDS              SOURCE       UPDATED
close  close       api_key             stored       3 d ago
crm    http_basic  username, password  environment  -
";
    assert_eq!(desk.run(&["credentials", "list"]).await.stdout, expected);
}

#[tokio::test]
async fn a_credential_is_deleted() {
    let desk = Desk::new().await;
    call("DELETE", "/credentials/close").respond_with(ResponseTemplate::new(204)).mount(&desk.server).await;
    let deleted = desk.run(&["credentials", "delete", "close", "--output", "json"]).await;
    assert_eq!((deleted.json(), deleted.code), (json!({ "deleted": "close" }), 0));
}

#[tokio::test]
async fn a_test_says_whose_the_credential_is() {
    let desk = Desk::new().await;
    let identity = json!({
        "id": "user_1", "name": "Ann Lee", "email": "ann@example.com",
        "organizations": [{ "id": "orga_1", "name": "Acme" }]
    });
    let answer = json!({ "name": "close", "kind": "close", "identity": identity });
    desk.answers("POST", "/credentials/close/test", 200, &answer).await;
    let tested = desk.run(&["credentials", "test", "close"]).await;
    let line = "credential close is good: it is Ann Lee <ann@example.com> of Acme\n";
    assert_eq!((tested.stdout.as_str(), tested.stderr.as_str(), tested.code), (line, "", 0));
}

#[tokio::test]
async fn a_test_that_fails_has_the_vendors_words_and_an_exit_code() {
    let desk = Desk::new().await;
    let mut refused = super::problem(
        502,
        "The vendor did not do what it was asked",
        "Close does not take the API key: The key was revoked.",
    );
    refused["vendor"] = json!({ "status": 401, "message": "The key was revoked." });
    desk.answers("POST", "/credentials/close/test", 502, &refused).await;
    let tested = desk.run(&["credentials", "test", "close"]).await;
    assert_eq!((tested.stdout.as_str(), tested.code), ("", 1));
    assert!(tested.stderr.contains("The key was revoked."), "{}", tested.stderr);
}
