//! kill -9: nothing that was answered is lost, nothing that was done is done again, and nobody is left behind.

mod counter;
mod kills;
mod verdict;

use std::time::Duration;

use bellhop_testkit::database::Db;
use bellhop_testkit::server::PATIENCE;
use reqwest::Method;

use crate::site::{BINARY, Site};

/// The processes for scripts that the server has started, each with its time of birth: a number alone may be given to
/// another process.
fn script_processes(server: u32) -> Vec<(u32, String)> {
    let all = std::fs::read_dir("/proc").unwrap();
    all.filter_map(|entry| {
        let id = entry.unwrap().file_name().to_str()?.parse().ok()?;
        let (parent, birth) = parent_and_birth(id)?;
        let line = std::fs::read(format!("/proc/{id}/cmdline")).ok()?;
        (parent == server && line.ends_with(b"\0script-worker\0")).then_some((id, birth))
    })
    .collect()
}

/// Of a process that lives. The fields are those of proc(5), behind the name, which may hold anything.
fn parent_and_birth(id: u32) -> Option<(u32, String)> {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let fields: Vec<_> = stat.rsplit_once(") ")?.1.split(' ').collect();
    (fields[0] != "Z").then(|| (fields[1].parse().unwrap(), fields[19].to_owned()))
}

async fn until(mut condition: impl FnMut() -> bool) {
    let mut look = tokio::time::interval(Duration::from_millis(10));
    let waiting = async {
        while !condition() {
            look.tick().await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_takes_its_scripts_along() {
    let site = Site::new(Db::Sqlite).await;
    let server = site.serve();
    let yaml = "name: busy\ntriggers:\n  - manual:\nsteps:\n  - id: search\n    uses: script\n    timeout: 60s\n    with: { code: 'while (true) {}' }\n";
    site.call(&server, Method::POST, "/workflows", Some(yaml.to_owned())).await;
    site.call(&server, Method::POST, "/workflows/busy/activate", None).await;
    site.call(&server, Method::POST, "/workflows/busy/run", None).await;
    let mut found = Vec::new();
    until(|| {
        found = script_processes(server.id());
        !found.is_empty()
    })
    .await;

    server.kill();

    for (id, birth) in found {
        until(|| parent_and_birth(id).is_none_or(|(_, now)| now != birth)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn health_is_what_the_exit_code_says() {
    let site = Site::new(Db::Sqlite).await;
    let server = site.serve();
    let ask = |address: String| {
        std::process::Command::new(BINARY)
            .args(["health", "--server", &format!("http://{address}")])
            .output()
            .unwrap()
    };
    let address = server.address().to_owned();
    assert!(ask(address.clone()).status.success());
    server.kill();
    assert_eq!(ask(address).status.code(), Some(1));
}
