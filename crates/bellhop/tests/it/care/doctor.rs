//! `bellhop doctor`.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use bellhop_testkit::database::{Db, TestDatabase};
use bellhop_testkit::server::CLOSE_API_KEY;
use bellhop_vault::MasterKey;
use close_simulator::{Simulator, SimulatorConfig};
use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers};

use super::{Finished, GREET, Served, bellhop_with};

async fn close() -> Simulator {
    let _already = rustls::crypto::ring::default_provider().install_default();
    Simulator::start(SimulatorConfig::for_tests(CLOSE_API_KEY)).await.unwrap()
}

/// What the doctor says of the data in `dir`.
async fn seen_by(dir: &Path, variables: &[(&str, &str)]) -> Finished {
    let dir = dir.to_owned();
    let variables: Vec<_> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let seen = tokio::task::spawn_blocking(move || {
        let variables: Vec<_> = variables.iter().map(|(name, value)| (&**name, &**value)).collect();
        bellhop_with(&dir, &["doctor", "--output", "json"], &variables)
    });
    seen.await.unwrap()
}

/// The findings with that verdict: what was looked at, what was seen, and the mend.
fn findings(seen: &Finished, verdict: &str) -> Vec<[String; 3]> {
    let told = seen.json();
    let all = told["findings"].as_array().unwrap().iter();
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    all.filter(|finding| finding["verdict"] == verdict)
        .map(|finding| [text(finding, "check"), text(finding, "detail"), text(finding, "mend")])
        .collect()
}

/// The only thing that is wrong.
fn wrong(seen: &Finished) -> [String; 3] {
    let mut wrong = findings(seen, "wrong");
    assert_eq!((seen.code, wrong.len()), (Some(1), 1), "{} {}", seen.stdout, seen.stderr);
    wrong.remove(0)
}

async fn store_close(server: &Served, key: &str) {
    let credential = json!({ "kind": "close", "api_key": key });
    let stored = server.request(Method::PUT, "/credentials/close").json(&credential).send().await.unwrap();
    assert!(stored.status().is_success());
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_well_is_said_to_be(#[case] db: Db) {
    let (dir, close, database) = (tempfile::tempdir().unwrap(), close().await, TestDatabase::create(db));
    let (base, url) = (close.base_url(), database.url());
    let server =
        Served::with(dir.path(), &[("BELLHOP_CLOSE_API_BASE", &base), ("BELLHOP_DATABASE_URL", &url)]);
    server.create(GREET).await;
    store_close(&server, CLOSE_API_KEY).await;
    // As the server makes it, where it does.
    fs::set_permissions(dir.path(), Permissions::from_mode(0o700)).unwrap();
    let address = server.process.address();
    let public = format!("http://{address}");
    let settings = [
        ("BELLHOP_CLOSE_API_BASE", &*base),
        ("BELLHOP_DATABASE_URL", &url),
        ("BELLHOP_LISTEN", address),
        ("BELLHOP_PUBLIC_URL", &public),
    ];

    let seen = seen_by(dir.path(), &settings).await;

    assert_eq!(seen.code, Some(0), "{} {}", seen.stdout, seen.stderr);
    assert_eq!((&seen.json()["ok"], findings(&seen, "wrong").len()), (&json!(true), 0));
    let well: Vec<String> = findings(&seen, "ok").into_iter().map(|[check, ..]| check).collect();
    for check in [
        "configuration",
        "data directory",
        "database",
        "master key",
        "public URL",
        "clock",
        "Close credential",
    ] {
        assert!(well.iter().any(|name| name == check), "{check} is not among {well:?}");
    }
    assert!(!seen.stdout.contains(CLOSE_API_KEY));
    assert_eq!(server.greet().await.len(), 36, "the server goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_is_there_yet_nothing_is_wrong_and_nothing_is_made() {
    let (dir, close) = (tempfile::tempdir().unwrap(), close().await);
    let data = dir.path().join("data").display().to_string();
    let settings = [("BELLHOP_CLOSE_API_BASE", &*close.base_url()), ("BELLHOP_DATA_DIR", &data)];
    let seen = seen_by(dir.path(), &settings).await;
    assert_eq!(seen.code, Some(0), "{}", seen.stdout);
    assert!(findings(&seen, "remark").iter().any(|[check, ..]| check == "database"), "{}", seen.stdout);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_fault_is_named_with_its_mend() {
    let (dir, close) = (tempfile::tempdir().unwrap(), close().await);
    let base = close.base_url();
    let settings = [("BELLHOP_CLOSE_API_BASE", &*base)];
    let server = Served::with(dir.path(), &settings);
    store_close(&server, CLOSE_API_KEY).await;
    server.process.kill();
    let path = |name: &str| dir.path().join(name);

    let key = path("master-key");
    fs::set_permissions(&key, Permissions::from_mode(0o644)).unwrap();
    let [check, detail, mend] = wrong(&seen_by(dir.path(), &settings).await);
    assert_eq!(check, "data directory");
    assert!(detail.contains("master-key") && mend.starts_with("chmod 600 "), "{detail} {mend}");
    fs::set_permissions(&key, Permissions::from_mode(0o600)).unwrap();

    fs::set_permissions(dir.path(), Permissions::from_mode(0o777)).unwrap();
    assert!(wrong(&seen_by(dir.path(), &settings).await)[2].starts_with("chmod 700 "));
    fs::set_permissions(dir.path(), Permissions::from_mode(0o755)).unwrap();
    let seen = seen_by(dir.path(), &settings).await;
    assert_eq!(seen.code, Some(0), "{}", seen.stdout);
    assert!(findings(&seen, "remark").iter().any(|[.., mend]| mend.starts_with("chmod 700 ")));
    fs::set_permissions(dir.path(), Permissions::from_mode(0o700)).unwrap();

    let right = fs::read_to_string(&key).unwrap();
    fs::write(&key, MasterKey::generate().unwrap().to_base64().expose()).unwrap();
    let [check, detail, _] = wrong(&seen_by(dir.path(), &settings).await);
    assert_eq!(check, "master key");
    assert!(detail.contains("does not open the credential `close`"), "{detail}");
    fs::remove_file(&key).unwrap();
    let seen = seen_by(dir.path(), &settings).await;
    assert!(wrong(&seen)[1].contains("is not there, and 1 values are sealed"), "{}", seen.stdout);
    assert!(!key.exists(), "none is made");
    fs::write(&key, "not a key").unwrap();
    fs::set_permissions(&key, Permissions::from_mode(0o600)).unwrap();
    let seen = seen_by(dir.path(), &settings).await;
    assert!(wrong(&seen)[1].contains("cannot be used"), "{}", seen.stdout);
    fs::write(&key, right).unwrap();
    assert_eq!(seen_by(dir.path(), &settings).await.code, Some(0), "all is mended");

    let open = [("BELLHOP_PUBLIC_URL", "http://bellhop.example.com"), settings[0]];
    let [check, _, mend] = wrong(&seen_by(dir.path(), &open).await);
    assert_eq!(check, "public URL");
    assert!(mend.contains("https"), "{mend}");

    let bytes = fs::read(path("bellhop.db")).unwrap();
    for file in ["bellhop.db-wal", "bellhop.db-shm"] {
        let _ = fs::remove_file(path(file));
    }
    fs::write(path("bellhop.db"), [&[0x5a; 100][..], &bytes[100..]].concat()).unwrap();
    let [check, _, mend] = wrong(&seen_by(dir.path(), &settings).await);
    assert_eq!(check, "database");
    assert!(mend.contains("bellhop restore"), "{mend}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_close_refuses_is_told_in_closes_words() {
    let (dir, close) = (tempfile::tempdir().unwrap(), close().await);
    let base = close.base_url();
    let settings =
        [("BELLHOP_CLOSE_API_BASE", &*base), ("CLOSE_API_KEY", "api_revoked.4tQy9Zb2LrW8kHs0VnXc1D")];
    let seen = seen_by(dir.path(), &settings).await;
    let wrong = findings(&seen, "wrong");
    let [_, detail, mend] = wrong.iter().find(|[check, ..]| check == "Close credential").unwrap();
    assert!(detail.contains("401"), "{detail}");
    assert!(mend.contains("bellhop credentials set close"), "{mend}");
    assert!(!seen.stdout.contains("revoked"), "{}", seen.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_reached_through_its_public_url_is_told_of() {
    let (dir, close) = (tempfile::tempdir().unwrap(), close().await);
    let somebody_else = MockServer::start().await;
    Mock::given(matchers::path("/healthz"))
        .respond_with(ResponseTemplate::new(200).set_body_string("<html>a parking page</html>"))
        .mount(&somebody_else)
        .await;
    let base = close.base_url();
    let server = Served::with(dir.path(), &[("BELLHOP_CLOSE_API_BASE", &base)]);
    let settings = [
        ("BELLHOP_CLOSE_API_BASE", &*base),
        ("BELLHOP_LISTEN", server.process.address()),
        ("BELLHOP_PUBLIC_URL", &somebody_else.uri()),
    ];
    let [check, detail, _] = wrong(&seen_by(dir.path(), &settings).await);
    assert_eq!(check, "public URL");
    assert!(detail.contains("something else answers there"), "{detail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_hours_off_is_told_of() {
    let dir = tempfile::tempdir().unwrap();
    let close = MockServer::start().await;
    Mock::given(matchers::any())
        .respond_with(ResponseTemplate::new(401).insert_header("date", "Mon, 02 Mar 2026 12:00:00 GMT"))
        .mount(&close)
        .await;
    let seen = seen_by(dir.path(), &[("BELLHOP_CLOSE_API_BASE", &close.uri())]).await;
    let [check, detail, mend] = wrong(&seen);
    assert_eq!(check, "clock");
    assert!(detail.contains("its deliveries are refused") && mend.contains("NTP"), "{detail} {mend}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_that_cannot_be_read_is_the_first_thing_to_mend() {
    let dir = tempfile::tempdir().unwrap();
    let seen = seen_by(dir.path(), &[("BELLHOP_MAX_BODY", "plenty")]).await;
    let [check, detail, _] = wrong(&seen);
    assert_eq!(check, "configuration");
    assert!(detail.contains("max_body"), "{detail}");

    let told = bellhop_with(dir.path(), &["doctor"], &[("BELLHOP_MAX_BODY", "plenty")]);
    assert_eq!(told.code, Some(1));
    assert!(told.stdout.contains("mend: ") && told.stdout.ends_with("1 thing is wrong\n"), "{}", told.stdout);
}
