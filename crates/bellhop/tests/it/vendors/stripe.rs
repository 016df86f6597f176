//! Stripe's webhook endpoints, against a stand-in of its API: forms, and a secret that is said once.

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post};
use bellhop_testkit::database::Db;
use bellhop_testkit::server::TestServer;
use bellhop_workflow::time::Timestamp;
use reqwest::{Method, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};

use super::stand_in::{Fault, Hook, Shared, TOKEN, answered, beside, deliver, hmac, only_hook, update};

const PATH: &str = "/v1/webhook_endpoints";

fn invoices(events: &str) -> String {
    format!(
        "name: invoices\ntriggers:\n  - stripe: {{ events: [{events}] }}\nsteps:\n  - uses: return\n    with: {{ total: \"${{{{ event.data.data.object.total }}}}\" }}\n"
    )
}

fn shown(hook: &Hook) -> Value {
    let status = if hook.active { "enabled" } else { "disabled" };
    json!({ "id": format!("we_{}", hook.id), "object": "webhook_endpoint", "url": hook.url, "enabled_events": hook.events, "status": status })
}

fn form(body: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(body.as_bytes()).into_owned().collect()
}

fn values(form: &[(String, String)], name: &str) -> Vec<String> {
    form.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone()).collect()
}

fn refuse(headers: &HeaderMap) -> Option<Response> {
    let right = headers.get("authorization").is_some_and(|given| given == format!("Bearer {TOKEN}").as_str());
    let error =
        json!({ "error": { "message": "Invalid API Key provided", "type": "invalid_request_error" } });
    (!right).then(|| answered(None, 401, &error))
}

async fn create(State(vendor): State<Shared>, headers: HeaderMap, body: String) -> Response {
    if let Some(refusal) = refuse(&headers) {
        return refusal;
    }
    let mut vendor = vendor.lock().unwrap();
    let fault = vendor.called(&Method::POST, PATH);
    if let Some(Fault::Answer(..)) = fault {
        return answered(fault, 0, &Value::Null);
    }
    let form = form(&body);
    let id = vendor.next_id();
    let hook = Hook {
        id,
        url: values(&form, "url").concat(),
        events: values(&form, "enabled_events[]"),
        active: true,
        secret: Some(format!("whsec_standIn{id:020}")),
    };
    vendor.hooks.push(hook.clone());
    let mut answer = shown(&hook);
    answer["secret"] = json!(hook.secret);
    answered(fault, 200, &answer)
}

async fn list(State(vendor): State<Shared>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    if let Some(refusal) = refuse(&headers) {
        return refusal;
    }
    let mut vendor = vendor.lock().unwrap();
    let fault = vendor.called(&Method::GET, PATH);
    let query = form(&query.unwrap_or_default());
    let limit: usize = values(&query, "limit").concat().parse().unwrap();
    let after = values(&query, "starting_after").concat();
    let all: Vec<Value> = vendor.hooks.iter().map(shown).collect();
    let start = all.iter().position(|one| one["id"] == after.as_str()).map_or(0, |place| place + 1);
    let page: Vec<Value> = all.iter().skip(start).take(limit).cloned().collect();
    let has_more = start + page.len() < all.len();
    answered(fault, 200, &json!({ "object": "list", "data": page, "has_more": has_more }))
}

async fn change(
    State(vendor): State<Shared>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: String,
) -> Response {
    if let Some(refusal) = refuse(&headers) {
        return refusal;
    }
    let mut vendor = vendor.lock().unwrap();
    let fault = vendor.called(&Method::POST, "/one");
    let Some(hook) = vendor.hooks.iter_mut().find(|hook| format!("we_{}", hook.id) == id) else {
        return answered(None, 404, &json!({ "error": { "message": "No such webhook endpoint" } }));
    };
    let form = form(&body);
    hook.url = values(&form, "url").concat();
    hook.events = values(&form, "enabled_events[]");
    hook.active = values(&form, "disabled") == ["false"];
    let shown = shown(hook);
    answered(fault, 200, &shown)
}

async fn remove(State(vendor): State<Shared>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    if let Some(refusal) = refuse(&headers) {
        return refusal;
    }
    let mut vendor = vendor.lock().unwrap();
    let fault = vendor.called(&Method::DELETE, PATH);
    vendor.hooks.retain(|hook| format!("we_{}", hook.id) != id);
    answered(fault, 200, &json!({ "id": id, "object": "webhook_endpoint", "deleted": true }))
}

async fn start(db: Db) -> (TestServer, Shared) {
    beside(db, "stripe", PATH, get(list).post(create), post(change).delete(remove)).await
}

async fn send(hook: &Hook, now: Timestamp, event: &Value) -> (u16, Value) {
    let seconds = now.as_micros() / 1_000_000;
    let signature = hmac(hook.secret.as_deref().unwrap(), format!("{seconds}.{event}").as_bytes());
    deliver(&hook.url, &[("stripe-signature", format!("t={seconds},v1={signature}"))], event).await
}

fn event(id: &str, kind: &str, total: u64) -> Value {
    json!({ "id": id, "object": "event", "type": kind, "data": { "object": { "total": total } } })
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn an_endpoint_is_made_delivers_changes_and_goes(#[case] db: Db) {
    let (server, vendor) = start(db).await;
    let active = server.create_active(&invoices("invoice.paid")).await;
    let hook = only_hook(&vendor);
    assert_eq!(hook.events, ["invoice.paid"]);
    assert_eq!(active["registrations"][0]["webhook_id"], format!("we_{}", hook.id));
    assert_eq!(send(&hook, server.now(), &event("evt_1", "invoice.paid", 7)).await, (200, json!("accepted")));
    assert_eq!(
        send(&hook, server.now(), &event("evt_1", "invoice.paid", 7)).await,
        (200, json!("duplicate"))
    );
    assert_eq!(
        send(&hook, server.now(), &event("evt_2", "invoice.voided", 7)).await,
        (200, json!("filtered"))
    );
    assert_eq!(server.ended("invoices", 1).await[0]["output"], json!({ "total": 7 }));

    update(&server, "invoices", invoices("invoice.paid, invoice.voided")).await;
    let wider = only_hook(&vendor);
    assert_eq!((wider.id, &wider.secret), (hook.id, &hook.secret), "the same one, whose secret is known");
    assert_eq!(wider.events, ["invoice.paid", "invoice.voided"]);
    assert_eq!(
        send(&hook, server.now(), &event("evt_3", "invoice.voided", 8)).await,
        (200, json!("accepted"))
    );

    vendor.lock().unwrap().hooks[0].active = false;
    vendor.lock().unwrap().hooks[0].events = vec!["*".to_owned()];
    let told = server.post("/registrations/reconcile").await;
    let drifts: Vec<&Value> =
        told.body["found"].as_array().unwrap().iter().map(|found| &found["drift"]).collect();
    assert_eq!(drifts, ["events", "paused"], "{told:?}");
    assert_eq!(only_hook(&vendor), wider);

    let off = server.post("/workflows/invoices/deactivate").await;
    assert_eq!(off.status, StatusCode::OK, "{off:?}");
    assert_eq!(vendor.lock().unwrap().hooks, []);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn an_endpoint_whose_secret_was_lost_with_the_answer_is_taken_back(#[case] db: Db) {
    let (server, vendor) = start(db).await;
    server.create(&invoices("invoice.paid")).await;
    vendor.lock().unwrap().faults.push((Method::POST, Fault::Lost));
    let lost = server.post("/workflows/invoices/activate").await;
    assert_eq!(lost.status, StatusCode::BAD_GATEWAY, "{lost:?}");
    assert_eq!(vendor.lock().unwrap().hooks, []);
    let limit =
        json!({ "error": { "message": "You have reached the maximum of 16 test webhook endpoints." } });
    vendor.lock().unwrap().faults.push((Method::POST, Fault::Answer(400, limit)));
    let refused = server.post("/workflows/invoices/activate").await;
    let words = "You have reached the maximum of 16 test webhook endpoints.";
    assert_eq!(refused.body["vendor"], json!({ "status": 400, "message": words }), "{refused:?}");
    let active = server.post("/workflows/invoices/activate").await;
    assert_eq!(active.status, StatusCode::OK, "{active:?}");
    let hook = only_hook(&vendor);
    assert_eq!(send(&hook, server.now(), &event("evt_1", "invoice.paid", 1)).await, (200, json!("accepted")));
}
