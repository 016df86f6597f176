//! The description of the interface says what the interface does.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::app::TestApp;
use crate::conformance::Interface;

/// Where every route is.
const ROUTER: &str = include_str!("../../src/router.rs");

const PROBLEM: &str = "application/problem+json";

/// Each operation: its method, its path, and what is said of it.
fn operations(document: &Value) -> Vec<(Method, String, Value)> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let method = method.to_uppercase().parse().unwrap();
            all.push((method, path.clone(), operation.clone()));
        }
    }
    all
}

/// The paths of the router, as the description writes them.
fn routes() -> BTreeSet<String> {
    let (roots, rest) = ROUTER.split_once("\nfn rest()").unwrap();
    let paths = |text: &str, prefix: &str| -> Vec<String> {
        let literals = text.split(".route(").skip(1).map(|call| call.split('"').nth(1).unwrap().to_owned());
        literals.map(|path| format!("{prefix}{}", path.replace("{*", "{"))).collect()
    };
    paths(roots, "").into_iter().chain(paths(rest, "/api/v1")).collect()
}

/// The path with something in the place of each parameter.
fn filled(path: &str) -> String {
    let mut filled = String::new();
    for (place, part) in path.split(['{', '}']).enumerate() {
        filled.push_str(match part {
            "id" if place % 2 == 1 => "01a20010-cf0b-701a-a99e-9c742a238d3d",
            "version" if place % 2 == 1 => "1",
            _ if place % 2 == 1 => "nothing",
            part => part,
        });
    }
    filled
}

async fn document() -> (TestApp, Value) {
    let app = TestApp::start().await;
    let document = app.get("/api/openapi.json").await.expect(StatusCode::OK);
    (app, document)
}

#[tokio::test]
async fn every_route_is_described_and_nothing_else() {
    let (app, document) = document().await;
    let mut described: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (method, path, _) in operations(&document) {
        described.entry(path).or_default().insert(method.to_string());
    }
    assert_eq!(described.keys().cloned().collect::<BTreeSet<_>>(), routes());

    for (path, methods) in &described {
        // Which method a hook takes is for its trigger to say.
        if path.starts_with("/webhook/") {
            continue;
        }
        let refused = app.call(Method::from_bytes(b"PURGE").unwrap(), &filled(path)).await;
        let allowed = refused.header("allow").to_owned();
        refused.problem(StatusCode::METHOD_NOT_ALLOWED, "/problems/method-not-allowed");
        let mut allowed: BTreeSet<String> =
            allowed.split(',').map(|method| method.trim().to_owned()).collect();
        allowed.remove("HEAD");
        let mut expected = methods.clone();
        if path == "/api/v1/workflows/validate" {
            // A workflow may be called so.
            expected.extend(described["/api/v1/workflows/{name}"].iter().cloned());
        }
        assert_eq!(allowed, expected, "{path}");
    }
}

#[tokio::test]
async fn every_operation_says_all_there_is_to_say() {
    let (_, document) = document().await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));
    let text = document.to_string();
    assert!(!text.contains("::") && !text.contains("[`"), "a comment points to code");
    let mut ids = HashSet::new();
    for (method, path, operation) in operations(&document) {
        let place = format!("{method} {path}");
        assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{place}: not its own id");
        let keys = operation.as_object().unwrap();
        assert!(keys.values().all(|value| !value.is_null()), "{place}: {operation}");
        assert!(operation["summary"].as_str().is_some_and(|words| !words.is_empty()), "{place}");
        let tag = &operation["tags"][0];
        let tags = document["tags"].as_array().unwrap();
        assert!(tags.iter().any(|known| known["name"] == *tag), "{place}: {tag}");
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let words = parameter["description"].as_str().unwrap_or_default();
            assert!(!words.is_empty() && parameter["schema"].is_object(), "{place}: {parameter}");
        }
        let named: BTreeSet<&str> = path.split(['{', '}']).skip(1).step_by(2).collect();
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let in_path = parameters.filter(|it| it["in"] == "path").map(|it| it["name"].as_str().unwrap());
        assert_eq!(in_path.collect::<BTreeSet<_>>(), named, "{place}");
        let answers = operation["responses"].as_object().unwrap();
        assert!(answers.keys().any(|status| status.starts_with('2')), "{place}");
        for (status, answer) in answers {
            assert!(
                answer["description"].as_str().is_some_and(|words| !words.is_empty()),
                "{place}: {status}"
            );
            if status.parse::<u16>().unwrap() >= 400 {
                let media: Vec<&String> = answer["content"].as_object().unwrap().keys().collect();
                assert_eq!(media, [PROBLEM], "{place}: {status}");
                let schema = &answer["content"][PROBLEM]["schema"];
                assert_eq!(*schema, json!({ "$ref": "#/components/schemas/Problem" }), "{place}: {status}");
            }
        }
    }
}

#[tokio::test]
async fn every_example_is_what_its_schema_asks_for() {
    let (_, document) = document().await;
    let interface = Interface::new(&document);
    let mut seen = 0;
    let mut hold = |place: &str, described: &Value| {
        let example = described.get("example").unwrap_or_else(|| panic!("{place}: no example"));
        interface.hold(&described["schema"], example, place);
        seen += 1;
    };
    for (method, path, operation) in operations(&document) {
        let place = format!("{method} {path}");
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            hold(&format!("{place}: {}", parameter["name"]), parameter);
        }
        let bodies = operation["requestBody"]["content"].as_object().into_iter().flatten();
        let answers = operation["responses"].as_object().unwrap().values();
        let answers = answers.flat_map(|answer| answer["content"].as_object().into_iter().flatten());
        for (media, content) in bodies.chain(answers) {
            hold(&format!("{place}: {media}"), content);
        }
    }
    assert!(seen > 100, "{seen}");
}

#[tokio::test]
async fn what_asks_for_a_token_says_so_and_nothing_else_does() {
    let (app, document) = document().await;
    for (method, path, operation) in operations(&document) {
        if path.starts_with("/webhook/") {
            continue;
        }
        let request = Request::builder().method(method.clone()).uri(filled(&path)).body(Body::empty());
        let answer = app.send(request.unwrap()).await;
        let says = operation["security"] == json!([{ "token": [] }, { "session": [] }]);
        assert_eq!(answer.status == StatusCode::UNAUTHORIZED, says, "{method} {path}: {}", answer.text);
    }
}

#[tokio::test]
async fn the_page_runs_its_own_script_and_loads_nothing_else() {
    let app = TestApp::start().await;
    let page = app.get("/api/docs").await;
    assert_eq!((page.status, page.header("content-type")), (StatusCode::OK, "text/html; charset=utf-8"));
    let between = |start: &str, end: &str| {
        let (_, rest) = page.text.split_once(start).unwrap();
        rest.split_once(end).unwrap().0.to_owned()
    };
    let digest = |text: String| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; "), "{policy}");
    assert!(policy.contains(&format!("script-src {}", digest(between("<script>", "</script>")))), "{policy}");
    assert!(policy.contains(&format!("style-src {}", digest(between("<style>", "</style>")))), "{policy}");
    assert!(!page.text.contains("://") && !page.text.contains("innerHTML"));
}

#[tokio::test]
#[should_panic(expected = "surprise")]
async fn a_field_that_is_not_described_is_noticed() {
    let (_, document) = document().await;
    let schema = json!({ "$ref": "#/components/schemas/WholeDelivery" });
    let content = &document["paths"]["/api/v1/deliveries/{id}"]["get"]["responses"]["200"]["content"];
    let mut example = content["application/json"]["example"].clone();
    let interface = Interface::new(&document);
    interface.hold(&schema, &example, "the example");
    example["surprise"] = json!(1);
    interface.hold(&schema, &example, "the example");
}
