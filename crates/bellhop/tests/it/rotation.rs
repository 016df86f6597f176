//! The master key is changed with the real program, and whatever is sealed is still there.

use std::path::Path;
use std::process::{Command, Output};

use bellhop_testkit::process::Process;
use bellhop_testkit::server::answer;
use bellhop_vault::MasterKey;
use reqwest::{Method, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_bellhop");
const TOKEN: &str = "wh-Token-51Xq7";

/// Guarded by a sealed credential: a delivery with its token is taken only where that opens.
const GUARDED: &str = "\
name: guarded
triggers:
  - webhook: { path: in, auth: { bearer: { credential: partner } } }
steps:
  - uses: log
    with: { message: hello }
";

fn rotate(dir: &Path, variables: &[(&str, &str)]) -> Output {
    Command::new(BINARY)
        .args(["vault", "rotate", "--output", "json"])
        .env_clear()
        .env("BELLHOP_DATA_DIR", dir)
        .envs(variables.iter().copied())
        .current_dir(dir)
        .output()
        .unwrap()
}

fn key_in(dir: &Path, name: &str) -> String {
    std::fs::read_to_string(dir.join(name)).unwrap().trim().to_owned()
}

/// What a server at that directory says to a delivery with the token.
async fn takes_the_token(dir: &Path, variables: &[(&str, &str)]) -> StatusCode {
    let server = Process::serve(BINARY, dir, variables);
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let sent = http.post(format!("http://{}/webhook/in", server.address())).bearer_auth(TOKEN).body("{}");
    let status = sent.send().await.unwrap().status();
    server.kill();
    status
}

/// A server with something sealed in its database, which has been stopped.
async fn with_a_secret(dir: &Path, variables: &[(&str, &str)]) {
    let server = Process::serve(BINARY, dir, variables);
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let token = server.token();
    let call = |method: Method, path: &str| {
        http.request(method, format!("http://{}/api/v1{path}", server.address())).bearer_auth(&token)
    };
    let credential = json!({ "kind": "http_bearer", "token": TOKEN });
    let stored = answer(call(Method::PUT, "/credentials/partner").json(&credential)).await;
    assert!(stored.status.is_success(), "{stored:?}");
    let made = call(Method::POST, "/workflows").header("content-type", "application/yaml").body(GUARDED);
    assert!(answer(made).await.status.is_success());
    let active = answer(call(Method::POST, "/workflows/guarded/activate")).await;
    assert_eq!(active.body["state"], "active", "{active:?}");
    server.kill();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_the_servers_own_is_made_anew_and_the_old_one_is_not_needed_any_more() {
    let dir = tempfile::tempdir().unwrap();
    with_a_secret(dir.path(), &[]).await;
    let old = key_in(dir.path(), "master-key");

    let rotated = rotate(dir.path(), &[]);
    assert!(rotated.status.success(), "{}", String::from_utf8_lossy(&rotated.stderr));
    let told: Value = serde_json::from_slice(&rotated.stdout).unwrap();
    let new = key_in(dir.path(), "master-key");
    assert_ne!(new, old);
    assert_eq!(
        (&told["credentials"], &told["key"]),
        (&json!(1), &json!(MasterKey::from_base64(&new).unwrap().id().to_string()))
    );
    assert_eq!(key_in(dir.path(), "master-key.previous"), old);
    let output = [rotated.stdout, rotated.stderr].concat();
    let output = String::from_utf8(output).unwrap();
    assert!(!output.contains(&old) && !output.contains(&new), "{output}");

    std::fs::remove_file(dir.path().join("master-key.previous")).unwrap();
    assert_eq!(takes_the_token(dir.path(), &[]).await, StatusCode::OK);
    std::fs::write(dir.path().join("master-key"), &old).unwrap();
    assert_eq!(takes_the_token(dir.path(), &[]).await, StatusCode::UNAUTHORIZED, "the old key opens nothing");
}

#[rstest]
#[case::before_the_new_key_is_there(false)]
#[case::before_anything_is_sealed_anew(true)]
#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_that_a_power_cut_has_ended_loses_nothing(#[case] new_key: bool) {
    let dir = tempfile::tempdir().unwrap();
    with_a_secret(dir.path(), &[]).await;
    let old = key_in(dir.path(), "master-key");
    std::fs::write(dir.path().join("master-key.previous"), &old).unwrap();
    if new_key {
        std::fs::write(dir.path().join("master-key"), MasterKey::generate().unwrap().to_base64().expose())
            .unwrap();
    }
    assert_eq!(takes_the_token(dir.path(), &[]).await, StatusCode::OK, "a server starts with what there is");
    assert!(rotate(dir.path(), &[]).status.success());
    std::fs::remove_file(dir.path().join("master-key.previous")).unwrap();
    assert_eq!(takes_the_token(dir.path(), &[]).await, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_the_settings_is_theirs_to_change() {
    let dir = tempfile::tempdir().unwrap();
    let [old, new] = [(); 2].map(|()| MasterKey::generate().unwrap().to_base64().expose().to_owned());
    with_a_secret(dir.path(), &[("BELLHOP_MASTER_KEY", &old)]).await;
    let refused = rotate(dir.path(), &[("BELLHOP_MASTER_KEY", &old)]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("master_key_previous"));

    let both = [("BELLHOP_MASTER_KEY", &*new), ("BELLHOP_MASTER_KEY_PREVIOUS", &*old)];
    assert_eq!(takes_the_token(dir.path(), &both).await, StatusCode::OK);
    let rotated = rotate(dir.path(), &both);
    assert!(rotated.status.success(), "{}", String::from_utf8_lossy(&rotated.stderr));
    assert_eq!(takes_the_token(dir.path(), &[("BELLHOP_MASTER_KEY", &new)]).await, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_key_is_changed_under_a_running_server() {
    let dir = tempfile::tempdir().unwrap();
    let _server = Process::serve(BINARY, dir.path(), &[]);
    let old = key_in(dir.path(), "master-key");
    let refused = rotate(dir.path(), &[]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("held by another bellhop server"));
    assert_eq!(key_in(dir.path(), "master-key"), old);
}
