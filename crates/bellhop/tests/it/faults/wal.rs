//! The write-ahead log that a kill has left is not whole.

use std::fs::OpenOptions;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;

use bellhop_testkit::database::Db;
use rstest::rstest;

use crate::site::Site;

const EVENTS: usize = 12;
const LEFT_OUT: &str = "was left out";

const PURE: &str = "
name: pure
triggers:
  - close: { events: [lead.created] }
steps:
  - uses: set
    with: { name: '${{ event.data.name }}' }
";

/// What becomes of the log's file.
#[derive(Debug, Clone, Copy)]
enum Harm {
    /// Something follows that is no part of it.
    Garbage,
    /// The last frame is not what was written.
    Torn,
    /// The last frame is not all there.
    Cut,
    /// A quarter of it is gone, in the middle of a frame.
    Short,
    /// Nothing is left.
    Empty,
    /// What it begins with is not what was written.
    NoHeader,
}

impl Harm {
    fn be_done_to(self, log: &PathBuf) {
        let mut file = OpenOptions::new().read(true).write(true).open(log).unwrap();
        let length = file.metadata().unwrap().len();
        match self {
            Self::Garbage => {
                file.seek(SeekFrom::End(0)).unwrap();
                file.write_all(&[0xa5; 3_000]).unwrap();
            }
            Self::Torn => {
                let mut byte = [0];
                file.seek(SeekFrom::End(-100)).unwrap();
                file.read_exact(&mut byte).unwrap();
                file.seek(SeekFrom::End(-100)).unwrap();
                file.write_all(&[!byte[0]]).unwrap();
            }
            Self::Cut => file.set_len(length - 1_000).unwrap(),
            Self::Short => file.set_len(length / 4 * 3 - 7).unwrap(),
            Self::Empty => file.set_len(0).unwrap(),
            Self::NoHeader => file.write_all(&[0xa5; 16]).unwrap(),
        }
    }
}

#[rstest]
#[case::garbage(Harm::Garbage, EVENTS..=EVENTS, true)]
// The last commit is the last event's, with all that its execution has done.
#[case::torn(Harm::Torn, EVENTS - 1..=EVENTS - 1, true)]
#[case::cut(Harm::Cut, EVENTS - 1..=EVENTS - 1, true)]
#[case::short(Harm::Short, 1..=EVENTS - 1, true)]
// Everything was in the log. That it had anything cannot be known any more.
#[case::empty(Harm::Empty, 0..=0, false)]
#[case::no_header(Harm::NoHeader, 0..=0, true)]
#[tokio::test(flavor = "multi_thread")]
async fn a_server_starts_with_every_commit_that_is_whole(
    #[case] harm: Harm,
    #[case] kept: std::ops::RangeInclusive<usize>,
    #[case] is_told: bool,
) {
    let site = Site::new(Db::Sqlite).await;
    let server = site.serve();
    let hook = site.activate(&server, "pure", PURE.to_owned()).await;
    let events: Vec<String> = (0..EVENTS).map(|number| format!("ev_{number:02}")).collect();
    for event in &events {
        assert!(site.deliver(server.address(), &hook, event).await.unwrap().is_taken());
        site.all_succeed(&server, std::slice::from_ref(event)).await;
    }
    server.kill();
    let mut log = site.database_file().into_os_string();
    log.push("-wal");
    harm.be_done_to(&PathBuf::from(log));

    let server = site.serve();

    let mut found: Vec<String> = site
        .executions(&server)
        .await
        .iter()
        .map(|one| one["event"]["id"].as_str().unwrap().to_owned())
        .collect();
    found.sort();
    assert!(kept.contains(&found.len()), "{found:?}");
    assert_eq!(found, events[..found.len()], "what is there is what came first");
    site.all_succeed(&server, &found).await;
    assert_eq!(site.logged(LEFT_OUT).len(), usize::from(is_told), "{:?}", site.logged("write-ahead"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_is_whole_is_nothing_to_tell_of() {
    let site = Site::new(Db::Sqlite).await;
    let server = site.serve();
    let hook = site.activate(&server, "pure", PURE.to_owned()).await;
    assert!(site.deliver(server.address(), &hook, "ev_00").await.unwrap().is_taken());
    site.all_succeed(&server, &["ev_00".to_owned()]).await;
    server.kill();
    let server = site.serve();
    assert_eq!(site.executions(&server).await.len(), 1);
    assert!(site.logged(LEFT_OUT).is_empty());
}
