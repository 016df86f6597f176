//! The database file is not what was written: the server does not start on it.

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt as _;

use bellhop_testkit::database::Db;
use bellhop_testkit::server::TestServer;
use rstest::rstest;

use crate::site::Site;

const PAGE: u64 = 4_096;

#[rstest]
#[case::header(0, "file is not a database")]
#[case::pages(PAGE, "malformed")]
#[tokio::test]
async fn a_damaged_file_is_named_with_what_helps(#[case] from: u64, #[case] cause: &str) {
    let mut server = TestServer::start(Db::Sqlite).await;
    server.stop().await;
    let site = Site::at(server.database_url()).await;
    let path = site.database_file();
    let file = OpenOptions::new().write(true).open(&path).unwrap();
    let length = file.metadata().unwrap().len();
    let garbage = vec![0xa5; usize::try_from(length - from).unwrap()];
    file.write_all_at(&garbage, from).unwrap();

    let (code, said) = site.fail_to_serve();

    assert_eq!(code, Some(1), "{said}");
    for words in [path.to_str().unwrap(), "is damaged", cause, "back-up"] {
        assert!(said.contains(words), "`{words}` is missing: {said}");
    }
    assert!(!said.contains("panicked"), "{said}");
    assert!(std::fs::metadata(&path).unwrap().len() == length, "the file was touched");
}
