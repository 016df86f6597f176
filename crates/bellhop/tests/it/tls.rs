//! HTTPS with a certificate from files.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use bellhop::config::{Settings, Waits};
use bellhop::server::{ScriptIsolation, start};
use bellhop_testkit::process::Process;
use bellhop_testkit::server::PATIENCE;
use bellhop_workflow::time::SystemClock;
use reqwest::{Certificate, Client, Version};

const BINARY: &str = env!("CARGO_BIN_EXE_bellhop");

/// A certificate and its key, as PEM.
struct Made {
    cert: String,
    key: String,
}

impl Made {
    fn now() -> Self {
        let made =
            rcgen::generate_simple_self_signed(["127.0.0.1".to_owned(), "localhost".to_owned()]).unwrap();
        Self { cert: made.cert.pem(), key: made.signing_key.serialize_pem() }
    }

    fn write(&self, files: &Files) {
        std::fs::write(&files.cert, &self.cert).unwrap();
        std::fs::write(&files.key, &self.key).unwrap();
    }

    /// A client that trusts this certificate alone, and has no connection yet.
    fn client(&self) -> Client {
        let certificate = Certificate::from_pem(self.cert.as_bytes()).unwrap();
        Client::builder().no_proxy().tls_certs_only([certificate]).build().unwrap()
    }
}

struct Files {
    cert: PathBuf,
    key: PathBuf,
}

impl Files {
    fn in_dir(dir: &Path) -> Self {
        Self { cert: dir.join("cert.pem"), key: dir.join("key.pem") }
    }
}

fn hang_up(server: &Process) {
    let sent = Command::new("kill").arg("-HUP").arg(server.id().to_string()).status().unwrap();
    assert!(sent.success());
}

async fn until(what: &str, mut done: impl AsyncFnMut() -> bool) {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while !done().await {
        assert!(tokio::time::Instant::now() < deadline, "{what} did not come about");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_certificate_is_served_and_replaced_while_the_server_runs() {
    let _already = rustls::crypto::ring::default_provider().install_default();
    let dir = tempfile::tempdir().unwrap();
    let files = Files::in_dir(dir.path());
    let (old, new) = (Made::now(), Made::now());
    old.write(&files);
    let variables = [
        ("BELLHOP_TLS_CERT", files.cert.to_str().unwrap()),
        ("BELLHOP_TLS_KEY", files.key.to_str().unwrap()),
    ];
    let server = Process::serve(BINARY, dir.path(), &variables);
    let url = format!("https://{}/healthz", server.address());

    let answer = old.client().get(&url).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.version()), (200, Version::HTTP_2));
    assert!(new.client().get(&url).send().await.is_err(), "nobody is shown what is not there yet");
    let plain = Client::builder().no_proxy().build().unwrap();
    assert!(plain.get(url.replace("https", "http")).send().await.is_err());

    new.write(&files);
    hang_up(&server);
    until("the new certificate", async || new.client().get(&url).send().await.is_ok()).await;
    assert!(old.client().get(&url).send().await.is_err());

    std::fs::write(&files.cert, "no certificate").unwrap();
    hang_up(&server);
    let log = dir.path().join("log");
    let told = "the new certificate cannot be used, the one before stays";
    until("the line in the log", async || std::fs::read_to_string(&log).unwrap().contains(told)).await;
    assert_eq!(new.client().get(&url).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_certificate_that_cannot_be_used_keeps_the_server_from_starting() {
    let dir = tempfile::tempdir().unwrap();
    let files = Files::in_dir(dir.path());
    let (one, other) = (Made::now(), Made::now());
    let told = async |cert: Option<&Path>, key: Option<&Path>| {
        let settings = Settings {
            listen: ([127, 0, 0, 1], 0).into(),
            data_dir: dir.path().join("data"),
            tls_cert: cert.map(Path::to_owned),
            tls_key: key.map(Path::to_owned),
            ..Settings::default()
        };
        start(&settings, Arc::new(SystemClock), ScriptIsolation::Thread).await.err().unwrap().to_string()
    };
    assert!(told(Some(&files.cert), None).await.contains("`tls_cert` and `tls_key` belong together"));
    assert!(told(Some(&files.cert), Some(&files.key)).await.contains("cert.pem"), "it is not there");
    Made { cert: one.cert.clone(), key: other.key }.write(&files);
    assert!(told(Some(&files.cert), Some(&files.key)).await.contains("cannot be used"), "another's key");
    Made { cert: String::new(), key: one.key }.write(&files);
    assert!(told(Some(&files.cert), Some(&files.key)).await.contains("has no certificate in it"));
}

#[tokio::test]
async fn a_new_certificate_is_taken_up_without_a_signal() {
    let dir = tempfile::tempdir().unwrap();
    let files = Files::in_dir(dir.path());
    let (old, new) = (Made::now(), Made::now());
    old.write(&files);
    let settings = Settings {
        listen: ([127, 0, 0, 1], 0).into(),
        data_dir: dir.path().join("data"),
        workflows_dir: Some(dir.path().to_owned()),
        tls_cert: Some(files.cert.clone()),
        tls_key: Some(files.key.clone()),
        waits: Waits { certificate: Duration::from_millis(20), ..Waits::default() },
        ..Settings::default()
    };
    let server = start(&settings, Arc::new(SystemClock), ScriptIsolation::Thread).await.unwrap();
    let url = format!("https://{}/healthz", server.address());
    assert_eq!(old.client().get(&url).send().await.unwrap().status(), 200);
    assert!(new.client().get(&url).send().await.is_err());
    new.write(&files);
    until("the new certificate", async || new.client().get(&url).send().await.is_ok()).await;
    assert!(old.client().get(&url).send().await.is_err());
    server.stop().await;
}
