//! `bellhop restore` that is ended half-way: the old database stands, or the new one does, and the next start tells which.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use bellhop::care::{RestoreStep, restore};
use bellhop::config::Settings;
use tempfile::TempDir;

use super::restore::backed_up;
use super::{BINARY, Served, bellhop};

/// What a kill at this instant leaves: the directory as it is, second names of files and all.
fn as_it_is(dir: &Path) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    let copied = Command::new("cp").arg("-a").arg(dir.join(".")).arg(copy.path()).status().unwrap();
    assert!(copied.success());
    copy
}

/// Restores, and gives what a kill after each of its steps would have left.
async fn cut_short(dir: &Path) -> Vec<(RestoreStep, TempDir)> {
    let settings = Settings { data_dir: dir.to_owned(), ..Settings::default() };
    let left = Mutex::new(Vec::new());
    let keep = |step| left.lock().unwrap().push((step, as_it_is(dir)));
    restore(&settings, &dir.join("safe.db"), &keep).await.unwrap();
    left.into_inner().unwrap()
}

/// The names that begin with the database's.
fn names(dir: &Path) -> Vec<String> {
    let names = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name.starts_with("bellhop.db")).collect();
    names.sort();
    names
}

fn rests(dir: &Path) -> Vec<String> {
    let is_rest = |name: &String| name.contains(".restoring") || name.contains(".aside");
    names(dir).into_iter().filter(is_rest).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn after_each_step_one_of_the_two_stands_and_the_start_says_which() {
    use RestoreStep::{Aside, Checked, Copied, Named, Replaced};
    let dir = tempfile::tempdir().unwrap();
    let [saved, later] = backed_up(dir.path()).await;
    let left = cut_short(dir.path()).await;
    let steps: Vec<RestoreStep> = left.iter().map(|(step, _)| *step).collect();
    assert_eq!(steps, [Copied, Checked, Named, Aside, Replaced]);
    for (step, left) in left {
        let server = Served::at(left.path());
        let found = (server.status_of(&saved).await, server.status_of(&later).await);
        server.process.kill();
        let log = fs::read_to_string(left.path().join("log")).unwrap();
        let kept = left.path().join("bellhop.db.before-restore").exists();
        if step == Replaced {
            // Nothing was left to do.
            assert_eq!((found, kept), ((200, 404), true), "{step:?}");
            assert!(!log.contains("cut short"), "{log}");
        } else {
            assert_eq!((found, kept), ((200, 200), false), "{step:?}");
            assert!(log.contains("the database is the one from before it"), "{step:?}: {log}");
        }
        assert!(rests(left.path()).is_empty(), "{step:?}: {:?}", rests(left.path()));
        // And it can be done again.
        let again = bellhop(left.path(), &["restore", "safe.db"]);
        assert_eq!(again.code, Some(0), "{step:?}: {}", again.stderr);
    }
}

/// A damaged database whose log cannot be brought in is what a restore is for. Both are kept as they are.
#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_cannot_be_brought_in_stays_with_its_database() {
    let dir = tempfile::tempdir().unwrap();
    let [saved, _] = backed_up(dir.path()).await;
    let path = |dir: &Path, name: &str| -> PathBuf { dir.join(name) };
    let (damaged, log) = (b"damaged ".repeat(2_000), b"what was in the log".to_vec());
    fs::write(path(dir.path(), "bellhop.db"), &damaged).unwrap();
    fs::write(path(dir.path(), "bellhop.db-wal"), &log).unwrap();
    let _ = fs::remove_file(path(dir.path(), "bellhop.db-shm"));

    for (step, left) in cut_short(dir.path()).await {
        let left = left.path();
        if step == RestoreStep::Replaced {
            let server = Served::at(left);
            assert_eq!(server.status_of(&saved).await, 200);
            server.process.kill();
            assert_eq!(fs::read(path(left, "bellhop.db.before-restore")).unwrap(), damaged);
            assert_eq!(fs::read(path(left, "bellhop.db.before-restore-wal")).unwrap(), log);
        } else {
            // A command that takes the lock, and does not open the database: SQLite deletes a log that makes no sense.
            fs::write(path(left, "text.db"), "no database, but long enough. ".repeat(200)).unwrap();
            let refused = bellhop(left, &["restore", "text.db"]);
            assert_eq!(refused.code, Some(1), "{step:?}: {}", refused.stdout);
            assert_eq!(fs::read(path(left, "bellhop.db")).unwrap(), damaged, "{step:?}");
            assert_eq!(fs::read(path(left, "bellhop.db-wal")).unwrap(), log, "{step:?}");
        }
        assert!(rests(left).is_empty(), "{step:?}: {:?}", rests(left));
    }
    assert_eq!(fs::read(path(dir.path(), "bellhop.db.before-restore-wal")).unwrap(), log);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_killed_leaves_the_one_or_the_other() {
    let dir = tempfile::tempdir().unwrap();
    let [saved, later] = backed_up(dir.path()).await;
    for sign in ["bellhop.db.restoring", "bellhop.db.before-restore"] {
        let work = as_it_is(dir.path());
        let mut restoring = Command::new(BINARY)
            .args(["restore", "safe.db"])
            .env_clear()
            .env("BELLHOP_DATA_DIR", work.path())
            .current_dir(work.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        while !work.path().join(sign).exists() && restoring.try_wait().unwrap().is_none() {
            std::hint::spin_loop();
        }
        restoring.kill().unwrap();
        restoring.wait().unwrap();
        let server = Served::at(work.path());
        let found = (server.status_of(&saved).await, server.status_of(&later).await);
        assert!([(200, 200), (200, 404)].contains(&found), "{sign}: {found:?}");
        server.process.kill();
        assert!(rests(work.path()).is_empty(), "{sign}: {:?}", names(work.path()));
    }
}
