//! The disk is full: a small one in memory, filled to its last byte.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::{GOES_ON, STOPPED, is_put_off, one_effect};
use crate::site::Site;

/// A file system of a few MiB, for as long as the test.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    /// Fails where the test may not mount: it must not be skipped.
    fn mount() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=6m,mode=700", "tmpfs"])
            .arg(dir.path())
            .output()
            .unwrap();
        assert!(mounted.status.success(), "the test has to run as root, to mount a small disk: {mounted:?}");
        Self(dir)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Takes all that is left.
    fn fill(&self) {
        let mut file = File::create(self.path().join("ballast")).unwrap();
        for size in [65_536, 4_096, 1] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
    }

    fn make_room(&self) {
        std::fs::remove_file(self.path().join("ballast")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: the server may have it open still.
        drop(Command::new("umount").arg("--lazy").arg(self.path()).output());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_puts_deliveries_off_and_executions_wait() {
    let disk = SmallDisk::mount();
    let site = Site::at(format!("sqlite://{}", disk.path().join("bellhop.db").display())).await;
    let peer = MockServer::start().await;
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(200)).mount(&peer).await;
    let server = site.serve();
    let hook = site.activate(&server, "effects", one_effect(&peer.uri())).await;
    assert!(site.deliver(server.address(), &hook, "ev_first").await.unwrap().is_taken());

    disk.fill();
    let (mut events, refused) = site.deliver_until_refused(&server, &hook).await;
    is_put_off(&refused);
    for number in 0..100 {
        let event = format!("ev_during_{number}");
        let answer = site.deliver(server.address(), &hook, &event).await.unwrap();
        if answer.is_taken() {
            events.push(event);
        } else {
            is_put_off(&answer);
        }
    }
    assert_eq!(site.ask(&server, "/readyz").await.status, 503);
    assert_eq!(site.ask(&server, "/healthz").await.status, 200);
    assert!(!site.executions(&server).await.is_empty());
    assert!(site.logged(GOES_ON).is_empty(), "there is no room yet");

    disk.make_room();
    site.until_ready_is(&server, 200).await;

    let late = site.deliver(server.address(), &hook, "ev_after").await.unwrap();
    assert!(late.is_taken(), "{late:?}");
    events.extend(["ev_first".to_owned(), "ev_after".to_owned()]);
    site.all_succeed(&server, &events).await;
    let calls = peer.received_requests().await.unwrap();
    assert_eq!(calls.len(), site.executions(&server).await.len(), "an effect was begun twice, or lost");
    assert_eq!((site.logged(STOPPED).len(), site.logged(GOES_ON).len()), (1, 1));
    assert!(site.logged(STOPPED)[0].contains("the disk is full"));
    assert_eq!(
        site.logged("\"level\":\"ERROR\"").len(),
        1,
        "the log is told once: {:?}",
        site.logged("ERROR")
    );
}
