//! Finding a signature or a token out by the time that it takes to be refused.
//!
//! Measuring that is a test that fails on a busy machine and passes on a bad one: a comparison of 32 bytes differs by
//! nanoseconds, and a request over a socket by a thousand times as much. So it is held by how it is built: what proves
//! somebody is compared by the MAC's own check or by `subtle`, which take as long whatever differs, or is looked up by its
//! digest, which nobody can aim at. And what is answered is the same, wherever the first wrong byte is.

use std::path::{Path, PathBuf};

use bellhop_testkit::database::Db;
use bellhop_testkit::server::{Answer, TestServer, answer};
use close_simulator::sign;
use reqwest::Method;

/// Where something is compared that proves somebody, and by what.
const COMPARED: [(&str, &str); 4] = [
    ("crates/trigger/src/signature/mac.rs", "verify_slice"),
    ("crates/trigger/src/signature/mac.rs", "ct_eq"),
    ("crates/vault/src/resume.rs", "verify_truncated_left"),
    ("crates/api/src/token.rs", "ct_eq"),
];

/// Where it may not be compared otherwise.
const PROVING: [&str; 2] = ["crates/trigger/src/signature", "crates/trigger/src/inbound"];

/// What a comparison by hand would look like.
const BY_HAND: [&str; 8] = [
    "mac ==",
    "== mac",
    "signature ==",
    "== signature",
    "digest ==",
    "== digest",
    "expose() ==",
    "== secret",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap_or_else(|_| panic!("{} is gone", directory.display()));
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn what_proves_somebody_is_compared_in_constant_time() {
    for (file, way) in COMPARED {
        let code = std::fs::read_to_string(root().join(file)).unwrap();
        assert!(code.contains(way), "{file} does not compare by {way}");
    }
    for file in PROVING.iter().flat_map(|directory| files(&root().join(directory))) {
        let code = std::fs::read_to_string(&file).unwrap();
        let code = code.split("#[cfg(test)]").next().unwrap();
        for line in code.lines() {
            assert!(!BY_HAND.iter().any(|way| line.contains(way)), "{}: {line}", file.display());
        }
    }
}

#[tokio::test]
async fn wherever_a_signature_is_wrong_the_answer_is_the_same() {
    let server = TestServer::start(Db::Sqlite).await;
    let yaml = "name: leads\ntriggers:\n  - close: { events: [lead.created] }\nsteps:\n  - uses: log\n    with: { message: x }\n";
    let workflow = server.create_active(yaml).await;
    let path = format!("/webhook/{}", workflow["registrations"][0]["hook_id"].as_str().unwrap());
    let key = server.close.subscriptions()[0].signature_key.clone();
    let time = (server.now().as_micros() / 1_000_000).to_string();
    let right = sign(&key, &time, b"{}").unwrap();
    let sent = async |hash: String| -> Answer {
        let request = server.bare(Method::POST, &path).header("close-sig-timestamp", &time);
        answer(request.header("close-sig-hash", hash).body("{}")).await
    };
    let mut answers = Vec::new();
    for place in [0, 31, 63] {
        let mut wrong = right.clone().into_bytes();
        wrong[place] = if wrong[place] == b'0' { b'1' } else { b'0' };
        answers.push(sent(String::from_utf8(wrong).unwrap()).await);
    }
    for one in &answers {
        assert_eq!((one.status, &one.body), (answers[0].status, &answers[0].body));
        assert_eq!(one.headers.len(), answers[0].headers.len());
        assert_eq!(one.status, 401);
    }
}
