//! GitHub's repository webhooks, against a stand-in of its API.

use std::collections::HashMap;

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, patch};
use bellhop_testkit::database::Db;
use bellhop_testkit::server::TestServer;
use reqwest::{Method, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};

use super::stand_in::{Fault, Hook, Shared, TOKEN, answered, beside, deliver, hmac, only_hook, update};

const PATH: &str = "/repos/acme/shop/hooks";

fn issues(events: &str) -> String {
    format!(
        "name: triage\ntriggers:\n  - github: {{ repository: acme/shop, events: [{events}] }}\n    where: event.action != 'deleted'\nsteps:\n  - uses: return\n    with: {{ type: \"${{{{ event.type }}}}\", title: \"${{{{ event.data.issue.title }}}}\" }}\n"
    )
}

fn shown(hook: &Hook) -> Value {
    json!({
        "type": "Repository", "id": hook.id, "name": "web", "active": hook.active, "events": hook.events,
        "config": { "url": hook.url, "content_type": "json", "insecure_ssl": "0", "secret": hook.secret.as_ref().map(|_| "********") },
    })
}

fn refuse(headers: &HeaderMap) -> Option<Response> {
    let right = headers.get("authorization").is_some_and(|given| given == format!("Bearer {TOKEN}").as_str());
    let versioned = headers.get("x-github-api-version").is_some();
    let bad = json!({ "message": "Bad credentials", "documentation_url": "https://docs.github.com/rest" });
    (!right || !versioned).then(|| answered(None, 401, &bad))
}

async fn create(State(vendor): State<Shared>, headers: HeaderMap, body: axum::Json<Value>) -> Response {
    if let Some(refusal) = refuse(&headers) {
        return refusal;
    }
    let mut vendor = vendor.lock().unwrap();
    let fault = vendor.called(&Method::POST, PATH);
    if let Some(Fault::Answer(..)) = fault {
        return answered(fault, 0, &Value::Null);
    }
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let url = text(&body["config"]["url"]);
    if body["name"] != "web" || body["config"]["content_type"] != "json" {
        return answered(None, 422, &json!({ "message": "Validation Failed" }));
    }
    if vendor.hooks.iter().any(|hook| hook.url == url) {
        let errors = json!([{ "resource": "Hook", "code": "custom", "message": "Hook already exists on this repository" }]);
        return answered(None, 422, &json!({ "message": "Validation Failed", "errors": errors }));
    }
    let hook = Hook {
        id: vendor.next_id(),
        url,
        events: body["events"].as_array().unwrap().iter().map(text).collect(),
        active: body["active"] == true,
        secret: body["config"]["secret"].as_str().map(str::to_owned),
    };
    vendor.hooks.push(hook.clone());
    answered(fault, 201, &shown(&hook))
}

async fn list(
    State(vendor): State<Shared>,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, usize>>,
) -> Response {
    if let Some(refusal) = refuse(&headers) {
        return refusal;
    }
    let mut vendor = vendor.lock().unwrap();
    let fault = vendor.called(&Method::GET, PATH);
    let skipped = (query["page"] - 1) * query["per_page"];
    let page: Vec<Value> = vendor.hooks.iter().skip(skipped).take(query["per_page"]).map(shown).collect();
    answered(fault, 200, &json!(page))
}

async fn change(
    State(vendor): State<Shared>,
    Path(id): Path<u64>,
    headers: HeaderMap,
    body: axum::Json<Value>,
) -> Response {
    if let Some(refusal) = refuse(&headers) {
        return refusal;
    }
    let mut vendor = vendor.lock().unwrap();
    let fault = vendor.called(&Method::PATCH, PATH);
    if let Some(Fault::Answer(..)) = fault {
        return answered(fault, 0, &Value::Null);
    }
    let Some(hook) = vendor.hooks.iter_mut().find(|hook| hook.id == id) else {
        return answered(None, 404, &json!({ "message": "Not Found" }));
    };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    if let Some(events) = body["events"].as_array() {
        hook.events = events.iter().map(text).collect();
    }
    if let Some(active) = body["active"].as_bool() {
        hook.active = active;
    }
    if body["config"].is_object() {
        // As GitHub does it: a secret that is not given again is gone.
        hook.url = text(&body["config"]["url"]);
        hook.secret = body["config"]["secret"].as_str().map(str::to_owned);
    }
    let shown = shown(hook);
    answered(fault, 200, &shown)
}

async fn remove(State(vendor): State<Shared>, Path(id): Path<u64>, headers: HeaderMap) -> Response {
    if let Some(refusal) = refuse(&headers) {
        return refusal;
    }
    let mut vendor = vendor.lock().unwrap();
    let fault = vendor.called(&Method::DELETE, PATH);
    if let Some(Fault::Answer(..)) = fault {
        return answered(fault, 0, &Value::Null);
    }
    let before = vendor.hooks.len();
    vendor.hooks.retain(|hook| hook.id != id);
    let status = if vendor.hooks.len() < before { 204 } else { 404 };
    answered(fault, status, &json!({ "message": "Not Found" }))
}

async fn start(db: Db) -> (TestServer, Shared) {
    beside(db, "github", PATH, get(list).post(create), patch(change).delete(remove)).await
}

/// An event of GitHub's at a hook, signed with what it has.
async fn send(hook: &Hook, event: &str, delivery: &str, body: &Value) -> (u16, Value) {
    let signature = format!("sha256={}", hmac(hook.secret.as_deref().unwrap(), body.to_string().as_bytes()));
    let headers = [
        ("x-github-event", event.to_owned()),
        ("x-github-delivery", delivery.to_owned()),
        ("x-hub-signature-256", signature),
    ];
    deliver(&hook.url, &headers, body).await
}

fn opened(title: &str) -> Value {
    json!({ "action": "opened", "issue": { "title": title } })
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_webhook_is_registered_delivers_is_looked_after_and_deleted(#[case] db: Db) {
    let (server, vendor) = start(db).await;
    let active = server.create_active(&issues("issues")).await;
    let hook = only_hook(&vendor);
    assert_eq!((&hook.events[..], hook.active), (&["issues".to_owned()][..], true));
    let registration = &active["registrations"][0];
    assert_eq!([&registration["provider"], &registration["state"]], ["github", "active"], "{registration:#}");
    assert_eq!(registration["webhook_id"], hook.id.to_string(), "{registration:#}");
    assert_eq!(registration["hook_url"], hook.url, "{registration:#}");
    assert_eq!(registration["parameters"], json!({ "repository": "acme/shop" }), "{registration:#}");
    assert!(!active.to_string().contains(hook.secret.as_deref().unwrap()), "the secret is nobody's business");

    // What it was not asked for, such as the ping with which GitHub tries the address, starts nothing.
    assert_eq!(
        send(&hook, "ping", "d0", &json!({ "zen": "Speak like a human." })).await,
        (200, json!("filtered"))
    );
    assert_eq!(send(&hook, "issues", "d1", &opened("Broken")).await, (200, json!("accepted")));
    assert_eq!(send(&hook, "issues", "d1", &opened("Broken")).await, (200, json!("duplicate")));
    let forged = Hook { secret: Some("guessed".to_owned()), ..hook.clone() };
    assert_eq!(send(&forged, "issues", "d2", &opened("Forged")).await.0, 401);
    let deleted = json!({ "action": "deleted", "issue": { "title": "Broken" } });
    assert_eq!(send(&hook, "issues", "d3", &deleted).await, (200, json!("filtered")));
    let ended = server.ended("triage", 1).await;
    assert_eq!(ended[0]["output"], json!({ "type": "issues.opened", "title": "Broken" }), "{ended:#?}");
    assert_eq!([&ended[0]["trigger"], &ended[0]["event"]["source"]], ["github", "github"], "{ended:#?}");

    // Somebody deletes it there: it is made anew, at the same URL, and what it was before is worth nothing any more.
    vendor.lock().unwrap().hooks.clear();
    let told = server.post("/registrations/reconcile").await;
    let found = &told.body["found"][0];
    assert_eq!([&found["drift"], &found["mended"]], [&json!("missing"), &json!(true)], "{told:?}");
    assert_eq!(found["what"], "was gone at GitHub: made anew");
    let again = only_hook(&vendor);
    assert_eq!(again.url, hook.url);
    assert_eq!(send(&hook, "issues", "d4", &opened("Old key")).await.0, 401);
    assert_eq!(send(&again, "issues", "d5", &opened("New key")).await, (200, json!("accepted")));

    // Somebody switches it off: it is switched on, and keeps the secret that GitHub forgets where it is not told.
    vendor.lock().unwrap().hooks[0].active = false;
    let told = server.post("/registrations/reconcile").await;
    assert_eq!(
        [&told.body["found"][0]["drift"], &told.body["found"][0]["mended"]],
        [&json!("paused"), &json!(true)],
        "{told:?}"
    );
    assert_eq!(only_hook(&vendor), again);

    let off = server.post("/workflows/triage/deactivate").await;
    assert_eq!(off.status, StatusCode::OK, "{off:?}");
    assert_eq!(vendor.lock().unwrap().hooks, []);
    assert_eq!(send(&again, "issues", "d6", &opened("Late")).await.0, 404);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn other_events_are_asked_for_in_place_and_another_repository_is_another_webhook(#[case] db: Db) {
    let (server, vendor) = start(db).await;
    server.create_active(&issues("issues, label")).await;
    let before = only_hook(&vendor);
    update(&server, "triage", issues("issues, push")).await;
    let after = only_hook(&vendor);
    assert_eq!(after, Hook { events: vec!["issues".to_owned(), "push".to_owned()], ..before.clone() });
    assert_eq!(
        send(&after, "push", "d1", &json!({ "ref": "refs/heads/main", "issue": { "title": "-" } })).await,
        (200, json!("accepted"))
    );
    // What GitHub has still to deliver of what is not wanted any more.
    assert_eq!(send(&after, "label", "d2", &json!({ "action": "created" })).await, (200, json!("filtered")));

    // The stand-in knows one repository only: the refusal is shown, and everything stays as it was.
    let path = "/workflows/triage";
    let elsewhere = issues("issues").replace("acme/shop", "acme/other");
    let request =
        server.request(Method::PUT, path).header("content-type", "application/yaml").body(elsewhere);
    let refused = bellhop_testkit::server::answer(request).await;
    assert_eq!(refused.status, StatusCode::BAD_GATEWAY, "{refused:?}");
    assert_eq!(only_hook(&vendor), after);
    assert_eq!(server.get(path).await.body["version"], 2);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn what_github_says_is_shown_and_nothing_is_left_behind(#[case] db: Db) {
    let (server, vendor) = start(db).await;
    server.create(&issues("issues")).await;
    let refusal =
        json!({ "message": "Validation Failed", "errors": [{ "message": "The \"events\" list is wrong" }] });
    vendor.lock().unwrap().faults.push((Method::POST, Fault::Answer(422, refusal)));
    let refused = server.post("/workflows/triage/activate").await;
    assert_eq!(refused.status, StatusCode::BAD_GATEWAY, "{refused:?}");
    assert_eq!(refused.body["vendor"]["status"], 422);
    let words = "Validation Failed; The \"events\" list is wrong";
    assert_eq!(refused.body["vendor"]["message"], words, "{refused:?}");
    assert_eq!(server.get("/workflows/triage").await.body["state"], "inactive");

    let wrong = json!({ "kind": "http_bearer", "token": "tok_wrong" });
    server.send(Method::PUT, "/credentials/github", &wrong).await;
    let refused = server.post("/workflows/triage/activate").await;
    assert_eq!(refused.body["vendor"]["status"], 401, "{refused:?}");
    assert!(!refused.body.to_string().contains("tok_wrong"), "{refused:?}");
    assert_eq!(vendor.lock().unwrap().hooks, []);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_lost_answer_to_a_creation_leaves_nothing_or_is_mended(#[case] db: Db) {
    let (server, vendor) = start(db).await;
    server.create(&issues("issues")).await;
    vendor.lock().unwrap().faults.push((Method::POST, Fault::Lost));
    let lost = server.post("/workflows/triage/activate").await;
    assert_eq!(lost.status, StatusCode::BAD_GATEWAY, "{lost:?}");
    assert_eq!(vendor.lock().unwrap().hooks, [], "it was made, found and taken back");
    assert_eq!(server.get("/workflows/triage").await.body["state"], "inactive");

    // Where it cannot even be looked for, it is found later.
    let down = || (Method::GET, Fault::Answer(404, json!({ "message": "Not Found" })));
    vendor.lock().unwrap().faults.extend([(Method::POST, Fault::Lost), down()]);
    server.post("/workflows/triage/activate").await;
    assert_eq!(vendor.lock().unwrap().hooks.len(), 1);
    assert_eq!(server.get("/workflows/triage").await.body["state"], "error");
    let told = server.post("/registrations/reconcile").await;
    assert_eq!(told.status, StatusCode::OK, "{told:?}");
    assert_eq!(server.get("/workflows/triage").await.body["state"], "active", "{told:?}");
    let hook = only_hook(&vendor);
    assert_eq!(send(&hook, "issues", "d1", &opened("Broken")).await, (200, json!("accepted")));
}

#[tokio::test]
async fn what_is_not_ours_is_left_alone_and_what_is_left_of_ours_goes() {
    let (server, vendor) = start(Db::Sqlite).await;
    let others: Vec<Hook> = (0..150)
        .map(|number| Hook {
            id: 1_000 + number,
            url: format!("https://elsewhere.example/{number}"),
            events: vec!["push".to_owned()],
            active: false,
            secret: None,
        })
        .collect();
    vendor.lock().unwrap().hooks.clone_from(&others);
    server.create_active(&issues("issues")).await;
    let ours = vendor.lock().unwrap().hooks.last().unwrap().clone();
    // A second one at the same URL, as a restored backup would leave it.
    vendor.lock().unwrap().hooks.push(Hook { id: 5_000, ..ours.clone() });
    let told = server.post("/registrations/reconcile").await;
    let site =
        told.body["credentials"].as_array().unwrap().iter().find(|one| one["provider"] == "github").unwrap();
    assert_eq!(site["parameters"], json!({ "repository": "acme/shop" }), "{told:?}");
    assert_eq!(told.body["found"][0]["drift"], "duplicate", "{told:?}");
    let mut expected = others.clone();
    expected.push(ours);
    assert_eq!(vendor.lock().unwrap().hooks, expected);
    server.post("/workflows/triage/deactivate").await;
    assert_eq!(vendor.lock().unwrap().hooks, others);
}

#[tokio::test]
async fn what_a_trigger_of_github_needs_is_said_where_it_is_missing() {
    let (server, _vendor) = start(Db::Sqlite).await;
    let said = |yaml: String| {
        let server = &server;
        async move {
            let refused = server.try_create(&yaml).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{refused:?}");
            let first = &refused.body["diagnostics"][0];
            format!("{} ({})", first["message"].as_str().unwrap(), first["help"].as_str().unwrap())
        }
    };
    let with_action = said(issues("issues.opened")).await;
    assert!(with_action.starts_with("GitHub has no event `issues.opened`"), "{with_action}");
    assert!(with_action.contains("event.action"), "{with_action}");
    let away = said(issues("issues").replace("acme/shop", "acme/..")).await;
    assert!(away.starts_with("`acme/..` cannot be the `repository`"), "{away}");
    let without = said(issues("issues").replace("repository: acme/shop, ", "")).await;
    assert!(without.contains("needs `repository`"), "{without}");
}
