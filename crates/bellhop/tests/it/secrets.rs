//! After a run with known secrets, none of them is in the log, the history, an error or the database file.

use bellhop_testkit::database::{Db, TestDatabase};
use bellhop_testkit::process::Process;
use bellhop_testkit::server::{PATIENCE, answer};
use close_simulator::{EventDraft, Simulator, SimulatorConfig};
use reqwest::Method;
use serde_json::json;

const API_KEY: &str = "api_6uZn4CloseSecretKey.0aB9";
const WAREHOUSE_TOKEN: &str = "wh-Token-51Xq7-very/secret+value";
const BASIC_PASSWORD: &str = "p4ssw0rd-For-Basic&Auth=1";
const SIGNING_SECRET: &str = "hub-Signing-Secret-8Kx2";
const MASTER_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const NEW_MASTER_KEY: &str = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";

/// Sends each credential somewhere that gives back what it got: the ways in which secrets come into a history.
fn workflow(sink: &str) -> String {
    format!(
        r#"
name: talkative
triggers:
  - close: {{ events: [lead.created] }}
  - webhook: {{ path: hub, auth: {{ hmac: {{ scheme: github, credential: hub }} }} }}
steps:
  - id: echo
    uses: http
    with: {{ method: POST, url: "{sink}", auth: {{ credential: warehouse }}, json: {{ a: 1 }} }}
  - id: basic
    uses: http
    with: {{ method: POST, url: "{sink}", auth: {{ credential: basic }}, json: {{ a: 1 }} }}
  - id: again
    uses: set
    with: {{ seen: "${{{{ steps.echo.output.body | tojson }}}}", lead: "${{{{ event.data.name }}}}" }}
  - uses: log
    with: {{ message: "${{{{ steps.basic.output.body | tojson }}}}" }}
  - id: refused
    uses: close
    with: {{ path: "/lead/lead_nowhere/" }}
"#
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_left_anywhere() {
    let _already = rustls::crypto::ring::default_provider().install_default();
    let close = Simulator::start(SimulatorConfig::for_tests(API_KEY)).await.unwrap();
    let (dir, database) = (tempfile::tempdir().unwrap(), TestDatabase::create(Db::Sqlite));
    let echo = echo_server().await;
    let variables = [
        ("BELLHOP_DATABASE_URL", database.url()),
        ("BELLHOP_CLOSE_API_BASE", close.base_url()),
        ("BELLHOP_LOG", "trace".to_owned()),
        ("BELLHOP_MASTER_KEY", MASTER_KEY.to_owned()),
    ];
    let variables: Vec<_> = variables.iter().map(|(key, value)| (*key, value.as_str())).collect();
    let server = Process::serve(env!("CARGO_BIN_EXE_bellhop"), dir.path(), &variables);
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let token = server.token();
    let call = |method: Method, path: &str| {
        http.request(method, format!("http://{}/api/v1{path}", server.address())).bearer_auth(&token)
    };
    for (name, fields) in [
        ("close", json!({ "kind": "close", "api_key": API_KEY })),
        ("warehouse", json!({ "kind": "http_bearer", "token": WAREHOUSE_TOKEN })),
        ("basic", json!({ "kind": "http_basic", "username": "loader", "password": BASIC_PASSWORD })),
        ("hub", json!({ "kind": "hmac", "secret": SIGNING_SECRET })),
    ] {
        let stored = answer(call(Method::PUT, &format!("/credentials/{name}")).json(&fields)).await;
        assert!(stored.status.is_success(), "{stored:?}");
    }
    let made =
        call(Method::POST, "/workflows").header("content-type", "application/yaml").body(workflow(&echo));
    assert!(answer(made).await.status.is_success());
    let active = answer(call(Method::POST, "/workflows/talkative/activate")).await;
    assert_eq!(active.body["state"], "active", "{active:?}");
    let signature_key = close.subscriptions()[0].signature_key.clone();

    close.emit(&EventDraft::new("lead", "created")).unwrap();
    let deadline = tokio::time::Instant::now() + PATIENCE;
    let mut look = tokio::time::interval(std::time::Duration::from_millis(50));
    let execution = loop {
        look.tick().await;
        let items = answer(call(Method::GET, "/executions")).await.body["items"].clone();
        if items[0]["status"] == "failed" {
            break answer(call(Method::GET, &format!("/executions/{}", items[0]["id"].as_str().unwrap())))
                .await
                .body;
        }
        assert!(tokio::time::Instant::now() < deadline, "{items:#}");
    };
    assert_eq!(execution["error"]["step"], "refused", "{execution:#}");
    let seen = execution["steps"].to_string();
    assert!(seen.contains("[redacted]"), "the echo has to have given something back: {seen}");

    forge(&http, server.address()).await;
    let tested = answer(call(Method::POST, "/credentials/close/test")).await;
    assert_eq!(tested.status, reqwest::StatusCode::OK, "{tested:?}");

    let pages = [
        "/executions",
        "/deliveries",
        "/deliveries/rejections",
        "/credentials",
        "/workflows",
        "/workflows/talkative",
        "/registrations",
    ];
    let mut places: Vec<(String, Vec<u8>)> = vec![("execution".into(), execution.to_string().into_bytes())];
    for page in pages {
        places.push((page.into(), answer(call(Method::GET, page)).await.body.to_string().into_bytes()));
    }
    places.push(("test of a credential".into(), tested.body.to_string().into_bytes()));
    server.kill();
    places.extend(
        files_of(&database).map(|file| (format!("{} before", file.display()), std::fs::read(&file).unwrap())),
    );
    places.push(("rotation".into(), rotate(dir.path(), &variables)));
    places.push(("log".into(), std::fs::read(dir.path().join("log")).unwrap()));
    for file in files_of(&database) {
        let content = std::fs::read(&file).unwrap();
        places.push((format!("{}, unpacked", file.display()), bellhop_storage::unpacked_in(&content)));
        places.push((file.display().to_string(), content));
    }
    let secrets = [
        API_KEY,
        WAREHOUSE_TOKEN,
        BASIC_PASSWORD,
        SIGNING_SECRET,
        MASTER_KEY,
        NEW_MASTER_KEY,
        &signature_key,
        &token,
    ];
    for (place, content) in &places {
        let content = String::from_utf8_lossy(content).to_lowercase();
        for secret in secrets.iter().flat_map(|secret| forms(secret)) {
            assert!(!content.contains(&secret), "{place} has a secret in it");
        }
    }
    // The search would find nothing in the wrong files either.
    let stored =
        |word: &str| places.iter().any(|(_, content)| String::from_utf8_lossy(content).contains(word));
    assert!(stored("talkative") && stored("listening") && stored("[redacted]"));
}

/// Whoever forges a delivery may know a secret, and show it.
async fn forge(http: &reqwest::Client, address: &str) {
    for _ in 0..20 {
        let forged = http
            .post(format!("http://{address}/webhook/hub"))
            .header("x-hub-signature-256", format!("sha256={SIGNING_SECRET}"))
            .header("x-note", format!("I know {SIGNING_SECRET} and {API_KEY}"));
        let refused = forged.body("{}").send().await.unwrap();
        assert_eq!(refused.status(), reqwest::StatusCode::UNAUTHORIZED);
    }
}

/// Changes the master key, and gives back what that says.
fn rotate(dir: &std::path::Path, variables: &[(&str, &str)]) -> Vec<u8> {
    let both = [("BELLHOP_MASTER_KEY", NEW_MASTER_KEY), ("BELLHOP_MASTER_KEY_PREVIOUS", MASTER_KEY)];
    let rotated = std::process::Command::new(env!("CARGO_BIN_EXE_bellhop"))
        .args(["vault", "rotate"])
        .env_clear()
        .env("BELLHOP_DATA_DIR", dir)
        .envs(variables.iter().copied())
        .envs(both)
        .current_dir(dir)
        .output()
        .unwrap();
    assert!(rotated.status.success(), "{}", String::from_utf8_lossy(&rotated.stderr));
    [rotated.stdout, rotated.stderr].concat()
}

/// The database and what lies beside it: its write-ahead log above all.
fn files_of(database: &TestDatabase) -> impl Iterator<Item = std::path::PathBuf> {
    let url = database.url();
    let file = std::path::Path::new(url.strip_prefix("sqlite://").unwrap());
    std::fs::read_dir(file.parent().unwrap()).unwrap().map(|entry| entry.unwrap().path())
}

/// A server that gives back the headers that it gets, as some do.
async fn echo_server() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let echo = axum::Router::new().fallback(async |headers: axum::http::HeaderMap| {
        let headers: Vec<_> = headers.iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
        axum::Json(json!({ "you_sent": headers }))
    });
    tokio::spawn(async move { axum::serve(listener, echo).await });
    format!("http://{address}/echo")
}

/// A secret as it is, and as headers and URLs carry it.
fn forms(secret: &str) -> Vec<String> {
    use base64::Engine as _;
    let base64 = |text: String| base64::engine::general_purpose::STANDARD.encode(text).to_lowercase();
    vec![secret.to_lowercase(), base64(format!("{secret}:")), base64(format!("loader:{secret}"))]
}
