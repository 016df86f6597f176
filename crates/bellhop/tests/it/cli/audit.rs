//! The audit log, as a person reads it.

use serde_json::{Value, json};
use wiremock::matchers::query_param;

use super::{Desk, call, json_answer, seconds_ago};

#[tokio::test]
async fn changes_are_told_one_a_line() {
    let desk = Desk::new().await;
    let entry = |who: &str, did: &str, object: Value, before: Value, after: Value, address: Value| {
        json!({
            "id": "01977f00-0000-7000-8000-000000000001", "at": seconds_ago(65), "actor": { "name": who, "token_id": null },
            "action": did, "object": object, "before": before, "after": after, "address": address
        })
    };
    let deal = json!({ "kind": "workflow", "name": "won-deal" });
    let state = |version: i64, state: &str| json!({ "version": version, "state": state });
    let list = json!({
        "items": [
            entry("ci", "update", deal.clone(), state(1, "active"), state(2, "active"), json!("192.0.2.7")),
            entry("api-token", "delete", deal, state(2, "active"), Value::Null, Value::Null),
            entry("cli", "rotate", json!({ "kind": "vault", "name": null }), Value::Null, json!({ "key": "a1b2" }), Value::Null),
        ],
        "next_cursor": null
    });
    call("GET", "/audit")
        .and(query_param("object", "workflow/won-deal"))
        .and(query_param("actor", "ci"))
        .and(query_param("since", "2026-03-02T09:00:00.000000Z"))
        .respond_with(json_answer(200, &list))
        .mount(&desk.server)
        .await;
    let asked = [
        "audit",
        "list",
        "--object",
        "workflow/won-deal",
        "--actor",
        "ci",
        "--since",
        "2026-03-02T09:00:00Z",
    ];
    let listed = desk.run(&asked).await;
    let expected = "\
WHEN       WHO        DID     WHAT               CHANGE                       FROM
1 min ago  ci         update  workflow won-deal  version 1 -> 2, state active  192.0.2.7
1 min ago  api-token  delete  workflow won-deal  version 2, state active       -
1 min ago  cli        rotate  vault              key a1b2                      -
";
    let even = |text: &str| {
        text.lines().map(|line| line.split_whitespace().collect()).collect::<Vec<Vec<_>>>().concat().join(" ")
    };
    assert_eq!(even(&listed.stdout), even(expected), "{}", listed.stderr);
    assert_eq!(desk.run(&[&asked[..], &["--output", "json"]].concat()).await.json(), list);
}
