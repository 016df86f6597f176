//! A hundred thousand executions wait: they cost rows, not memory.

use std::time::Duration;

use bellhop_testkit::database::Db;
use bellhop_testkit::process::Process;
use reqwest::Method;
use sqlx::{AssertSqlSafe, Connection as _, SqliteConnection};
use tokio::time::Instant;

use super::until;
use crate::site::Site;

const WAITING: usize = 100_000;
const WOKEN: usize = 50;

/// What they may take, all together: less than 350 bytes each. The caches of the database's connections are in it.
const BOUND: u64 = 32 * 1_024 * 1_024;

/// What something else may take meanwhile, on a slow machine.
const PROMPT: Duration = Duration::from_secs(5);

const APPROVALS: &str = "
name: approvals
triggers: [manual: {}]
steps:
  - { id: approval, uses: wait_for, timeout: 30d }
  - { uses: return, with: { answer: '${{ steps.approval.output.answer }}' } }
";

const PROMPTLY: &str = "
name: promptly
triggers: [manual: {}]
steps:
  - { uses: return, with: { a: 1 } }
";

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_thousand_waiting_executions_cost_rows() {
    let site = Site::new(Db::Sqlite).await;
    let server = site.serve();
    for yaml in [APPROVALS, PROMPTLY] {
        site.call(&server, Method::POST, "/workflows", Some(yaml.to_owned())).await;
    }
    site.call(&server, Method::POST, "/workflows/approvals/run", None).await;
    until("it waits", || async { site.executions(&server).await[0]["status"] == "waiting" }).await;
    // As it is with one that waits, after a start and some work.
    promptly(&site, &server).await;
    let before = resident(&server);
    server.kill();
    fill(&site).await;

    let server = site.serve();
    let began = Instant::now();
    promptly(&site, &server).await;
    assert!(began.elapsed() < PROMPT, "another execution took {:?}", began.elapsed());

    let page = site.call(&server, Method::GET, "/executions?status=waiting&limit=50", None).await;
    let woken: Vec<&str> =
        page["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(woken.len(), WOKEN);
    for id in &woken {
        let path = format!("/executions/{id}/steps/approval/resume");
        site.resume(&server, &path).await;
    }
    for id in &woken {
        until("one that was woken ends", || async {
            let one = site.call(&server, Method::GET, &format!("/executions/{id}"), None).await;
            one["status"] == "succeeded" && one["output"]["answer"] == "yes"
        })
        .await;
    }
    let after = resident(&server);
    assert!(after < before + BOUND, "{before} bytes have become {after}");
}

async fn promptly(site: &Site, server: &Process) {
    let ended = site.call(server, Method::POST, "/workflows/promptly/run?wait=30s", None).await;
    assert_eq!(ended["status"], "succeeded", "{ended:#}");
}

/// Copies the one that waits, with its journal.
async fn fill(site: &Site) {
    let mut database = SqliteConnection::connect(site.database_url()).await.unwrap();
    let columns: Vec<String> =
        sqlx::query_scalar("SELECT name FROM pragma_table_info('executions') WHERE name <> 'id'")
            .fetch_all(&mut database)
            .await
            .unwrap();
    let columns = columns.join(", ");
    let copies = WAITING - 1;
    let statement = format!(
        "BEGIN;
         CREATE TEMP TABLE sample AS SELECT * FROM executions WHERE status = 'waiting';
         INSERT INTO executions (id, {columns})
             WITH RECURSIVE copy (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM copy WHERE number < {copies})
             SELECT randomblob(16), {columns} FROM sample, copy;
         INSERT INTO journal (execution_id, seq, records)
             SELECT e.id, j.seq, j.records FROM executions e, journal j, sample
             WHERE e.status = 'waiting' AND e.id <> sample.id AND j.execution_id = sample.id;
         COMMIT"
    );
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut database).await.unwrap();
    let waiting: i64 = sqlx::query_scalar("SELECT count(*) FROM executions WHERE status = 'waiting'")
        .fetch_one(&mut database)
        .await
        .unwrap();
    assert_eq!(usize::try_from(waiting).unwrap(), WAITING);
    database.close().await.unwrap();
}

/// The memory that a process has, by the system's own count.
fn resident(server: &Process) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1_024
}
