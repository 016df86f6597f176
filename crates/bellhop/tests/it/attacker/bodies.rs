//! Input that means harm, or might as well: refused or stored whole, never a panic, a 500 or a hang.

use std::time::{Duration, Instant};

use bellhop_testkit::database::Db;
use bellhop_testkit::server::{TestServer, answer};
use close_simulator::sign;
use reqwest::{Method, StatusCode};
use rstest::rstest;

const CATCH_ALL: &str = "name: catch-all\ntriggers:\n  - close: { events: ['lead.*'] }\nsteps:\n  - uses: return\n    with: { type: '${{ event.type }}' }\n";

/// A body that Close might have sent, with `name` as raw JSON.
fn lead_created(event: &str, name: &str) -> Vec<u8> {
    format!(
        r#"{{"subscription_id":"whsub_4tQy9Zb2LrW8kHs0VnXc1D","event":{{"id":"{event}","object_type":"lead","action":"created","object_id":"lead_1","lead_id":"lead_1","date_created":"2026-03-02T09:20:11.004000","date_updated":"2026-03-02T09:20:11.004000","data":{{"id":"lead_1","name":{name}}}}}}}"#
    )
    .into_bytes()
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_strange_body_is_refused_or_stored_byte_for_byte(#[case] db: Db) {
    let server = TestServer::start(db).await;
    let workflow = server.create_active(CATCH_ALL).await;
    let path = format!("/webhook/{}", workflow["registrations"][0]["hook_id"].as_str().unwrap());
    let key = server.close.subscriptions()[0].signature_key.clone();

    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let bodies: [(&str, Vec<u8>); 9] = [
        ("empty", Vec::new()),
        ("3 MiB", lead_created("ev_big", &format!("\"{}\"", "x".repeat(3 * 1024 * 1024)))),
        ("invalid UTF-8", [lead_created("ev_utf", "\"x\""), vec![0xff, 0xfe]].concat()),
        ("nested 10,000 deep", lead_created("ev_deep", &deep)),
        ("a NUL in a string", lead_created("ev_nul", r#""a\u0000b""#)),
        ("a NUL in the id", lead_created(r"ev_\u0000nul", "\"x\"")),
        ("a number of 400 digits", lead_created("ev_digits", &"9".repeat(400))),
        ("a lone surrogate", lead_created("ev_surrogate", r#""\ud800""#)),
        ("no object at all", b"42".to_vec()),
    ];
    for (what, body) in bodies {
        let begun = Instant::now();
        let timestamp = (server.now().as_micros() / 1_000_000).to_string();
        let sent = answer(
            server
                .bare(Method::POST, &path)
                .header("content-type", "application/json")
                .header("close-sig-timestamp", &timestamp)
                .header("close-sig-hash", sign(&key, &timestamp, &body).unwrap())
                .body(body.clone()),
        )
        .await;
        assert!(begun.elapsed() < Duration::from_secs(5), "{what} took {:?}", begun.elapsed());
        assert!(
            sent.status.is_success() || sent.status.is_client_error(),
            "{what} was answered {}",
            sent.status
        );
        if sent.status.is_success() {
            let id = sent.body["delivery_id"].as_str().unwrap();
            let stored = server.get(&format!("/deliveries/{id}")).await.body;
            assert_eq!(
                stored["body"].as_str().unwrap().as_bytes(),
                body,
                "{what} does not read back as it came"
            );
        }
    }
    // Whatever was taken runs to its end, and the server is as well as before.
    server.until("/executions", |items| items.iter().all(|one| one["status"] == "succeeded")).await;
    assert_eq!(answer(server.bare(Method::GET, "/readyz")).await.status, StatusCode::OK);
}

fn alias_bomb() -> String {
    let level = |level: usize| {
        let item = if level == 0 { "x".to_owned() } else { format!("*a{}", level - 1) };
        format!("a{level}: &a{level} [{}]\n", vec![item; 9].join(", "))
    };
    (0..12).map(level).collect()
}

#[tokio::test]
async fn a_hostile_workflow_is_refused_at_once_and_with_a_place() {
    let server = TestServer::start(Db::Sqlite).await;
    let cases = [
        ("an alias bomb", alias_bomb()),
        ("duplicate keys", "name: a\nname: b\n".to_owned()),
        ("tabs", "name: a\nsteps:\n\t- uses: log\n".to_owned()),
        ("5 MB", format!("name: a\ndescription: {}\n", "x".repeat(5_000_000))),
        ("a cyclic anchor", "name: &a [*a]\n".to_owned()),
        ("nesting", format!("name: {}{}\n", "[".repeat(50_000), "]".repeat(50_000))),
    ];
    for (what, yaml) in cases {
        let refused = server.try_create(&yaml).await;
        assert!(
            matches!(refused.status, StatusCode::UNPROCESSABLE_ENTITY | StatusCode::PAYLOAD_TOO_LARGE),
            "{what}: {refused:?}"
        );
        if refused.status == StatusCode::UNPROCESSABLE_ENTITY {
            let diagnostic = &refused.body["diagnostics"][0];
            assert!(diagnostic["line"].as_u64().unwrap() >= 1, "{what}: {refused:?}");
            assert!(
                diagnostic["message"].as_str().is_some_and(|message| !message.is_empty()),
                "{what}: {refused:?}"
            );
        }
        let took = fastest_refusal(&server, &yaml).await;
        assert!(took < Duration::from_millis(100), "{what} took {took:?}");
    }
    assert!(server.list("/workflows").await.is_empty());
}

/// The best of a few tries: what the other tests do on the same cores meanwhile is not the server's time.
async fn fastest_refusal(server: &TestServer, yaml: &str) -> Duration {
    let mut fastest = Duration::MAX;
    for _ in 0..10 {
        let begun = Instant::now();
        server.try_create(yaml).await;
        fastest = fastest.min(begun.elapsed());
        if fastest < Duration::from_millis(50) {
            break;
        }
    }
    fastest
}

#[tokio::test]
async fn all_mistakes_of_a_workflow_are_told_together() {
    let server = TestServer::start(Db::Sqlite).await;
    let yaml = "name: Bad Name\ntriggers:\n  - close:\n      events: [lead.creatd]\nstepps: []\nsteps:\n  - uses: htpp\n  - uses: log\n    with: { mesage: hi }\n    if: steps.later.output\n";
    let refused = server.try_create(yaml).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let found: Vec<_> = refused.body["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["line"].as_u64().unwrap(), one["help"].as_str().unwrap_or_default().to_owned()))
        .collect();
    for (line, hint) in [(4, "lead.created"), (5, "steps"), (7, "http"), (9, "message")] {
        assert!(
            found.iter().any(|(at, help)| *at == line && help.contains(hint)),
            "line {line}, {hint}: {found:#?}"
        );
    }
    assert!(
        found.iter().any(|(line, _)| *line == 1) && found.iter().any(|(line, _)| *line == 10),
        "{found:#?}"
    );
}
