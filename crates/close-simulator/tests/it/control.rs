//! The control API and the sinks over HTTP, as the demo and other languages use them.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::client::{Client, soon, text};

#[tokio::test]
async fn every_pair_of_the_catalogue_is_emitted_and_delivered() {
    let client = Client::start().await;
    let (_, catalogue) = client.control(Method::GET, "/catalogue", None).await;
    let mut events = Vec::new();
    for entry in catalogue["items"].as_array().unwrap() {
        for action in entry["actions"].as_array().unwrap() {
            events.push(json!({ "object_type": entry["object_type"], "action": action }));
        }
    }
    let body = json!({ "url": client.simulator.sink_url("all"), "events": events });
    assert_eq!(client.post("/webhook/", body).await.0, StatusCode::CREATED);

    for event in &events {
        let (status, answer) = client.control(Method::POST, "/events", Some(event.clone())).await;
        assert_eq!(status, StatusCode::CREATED, "{answer}");
        assert_eq!(answer["id"], answer["event"]["id"]);
    }
    let requests = soon(client.simulator.sink_requests_when("all", events.len())).await;
    assert_eq!(requests.len(), 169);
    let mut names = |body: &Value| format!("{}.{}", body["object_type"], body["action"]);
    let mut delivered: Vec<_> = requests.iter().map(|it| names(&it.json().unwrap()["event"])).collect();
    let mut emitted: Vec<_> = events.iter().map(&mut names).collect();
    delivered.sort_unstable();
    emitted.sort_unstable();
    assert_eq!(delivered, emitted);
}

#[tokio::test]
async fn deliveries_and_subscriptions_can_be_looked_at() {
    let client = Client::start().await;
    let created = client.subscribe("hook", &[("lead", "created")]).await;
    let draft = json!({ "object_type": "lead", "action": "created", "data": { "name": "Café Nord" } });
    let (_, answer) = client.control(Method::POST, "/events", Some(draft)).await;
    soon(client.simulator.deliveries_when(|all| !all.is_empty())).await;

    let path = format!("/deliveries?event_id={}", text(&answer, "id"));
    let (_, deliveries) = client.control(Method::GET, &path, None).await;
    assert_eq!(deliveries["items"][0]["status"], 200);
    assert_eq!(deliveries["items"][0]["event_type"], "lead.created");
    let (_, none) = client.control(Method::GET, "/deliveries?event_id=ev_other", None).await;
    assert_eq!(none["items"], json!([]));
    let (_, subscriptions) = client.control(Method::GET, "/subscriptions", None).await;
    assert_eq!(subscriptions["items"][0]["signature_key"], created["signature_key"]);
    let (_, sink) = client.control(Method::GET, "/sinks/hook", None).await;
    assert_eq!(sink["items"][0]["json"]["event"]["data"]["name"], "Café Nord");
}

#[tokio::test]
async fn faults_are_switched_on_shown_and_off() {
    let client = Client::start().await;
    let faults = json!({
        "calls": [{ "method": "GET", "path": "/me/", "times": 5,
                    "effect": { "kind": "answer", "status": 500, "body": "out of order" } }],
        "delivery": { "duplicate": true },
    });
    let (status, shown) = client.control(Method::POST, "/faults", Some(faults)).await;
    assert_eq!(status, StatusCode::OK, "{shown}");
    let struck = client.try_call(Method::GET, "/me/", None).await.unwrap();
    assert_eq!(struck.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(struck.text().await.unwrap(), "out of order");
    let (_, shown) = client.control(Method::GET, "/faults", None).await;
    assert_eq!((&shown["calls"][0]["times"], &shown["delivery"]["duplicate"]), (&json!(4), &json!(true)));
    client.control(Method::DELETE, "/faults", None).await;
    assert_eq!(client.get("/me/").await.0, StatusCode::OK);
}

#[tokio::test]
async fn what_the_control_api_does_not_know_is_refused() {
    let client = Client::start().await;
    let unknown = json!({ "object_type": "lead", "action": "vanished" });
    let (status, refused) = client.control(Method::POST, "/events", Some(unknown)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(text(&refused, "error").contains("lead.vanished"));
    let misspelt = json!({ "calls": [{ "efect": { "kind": "hang" } }] });
    let (status, _) = client.control(Method::POST, "/faults", Some(misspelt)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_sink_records_anything_and_answers_as_written() {
    let client = Client::start().await;
    let answers = json!({ "answers": [{ "status": 503, "body": { "error": "later" }, "headers": { "retry-after": "7" } }] });
    client.control(Method::POST, "/sinks/chat", Some(answers)).await;

    let url = format!("{}/room/3?notify=yes", client.simulator.sink_url("chat"));
    let first = client.http().put(&url).body("hello").send().await.unwrap();
    assert_eq!(
        (first.status(), &first.headers()["retry-after"]),
        (StatusCode::SERVICE_UNAVAILABLE, &"7".parse().unwrap())
    );
    let second = client.http().post(&url).body(vec![0xff, 0x00]).send().await.unwrap();
    assert_eq!(second.json::<Value>().await.unwrap(), json!({ "ok": true }));

    let (_, seen) = client.control(Method::GET, "/sinks/chat", None).await;
    let seen = seen["items"].as_array().unwrap();
    assert_eq!((text(&seen[0], "method"), text(&seen[0], "path")), ("PUT", "/sink/chat/room/3"));
    assert_eq!((text(&seen[0], "query"), text(&seen[0], "text")), ("notify=yes", "hello"));
    assert_eq!(text(&seen[1], "body_base64"), "/wA=");
}

#[tokio::test]
async fn the_enricher_knows_the_same_of_a_company_each_time() {
    let client = Client::start().await;
    let ask = |company: &'static str| {
        let request = client.http().get(client.simulator.sink_url("enrich")).query(&[("company", company)]);
        async move { request.send().await.unwrap().json::<Value>().await.unwrap() }
    };
    let known = ask("Café Nord").await;
    assert_eq!(text(&known, "name"), "Café Nord");
    assert!(known["employees"].as_u64().is_some_and(|employees| (1..=4096).contains(&employees)), "{known}");
    assert_eq!(ask("Café Nord").await, known);
    assert_ne!(ask("Fjord Analytics").await["annual_revenue"], known["annual_revenue"]);
}

#[tokio::test]
async fn a_reset_forgets_everything_but_the_keys() {
    let client = Client::start().await;
    client.subscribe("hook", &[("lead", "created")]).await;
    let draft = json!({ "object_type": "lead", "action": "created" });
    client.control(Method::POST, "/events", Some(draft)).await;
    soon(client.simulator.sink_requests_when("hook", 1)).await;
    let (_, me) = client.get("/me/").await;

    client.control(Method::POST, "/reset", Some(json!({}))).await;
    assert!(client.simulator.subscriptions().is_empty());
    assert!(client.simulator.sink_requests("hook").is_empty());
    assert_eq!(client.get("/event/").await.1["data"], json!([]));
    assert_eq!(client.get("/lead/").await.1["data"], json!([]));
    assert_eq!(client.get("/me/").await.1, me);
}
