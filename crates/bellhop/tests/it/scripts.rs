//! `script` steps in the processes of the real binary.

use bellhop_testkit::database::Db;
use reqwest::Method;
use rstest::rstest;

use crate::site::Site;

/// As much as a script may have: the process has an allocator that sets a lot aside, and a limit.
#[rstest]
#[case::little("return 1", "1")]
#[case::long("return 'a'.repeat(2e7).length", "20000000")]
#[case::many("const all = []; for (let i = 0; i < 3e5; i++) all.push({ i }); return all.length", "300000")]
#[tokio::test(flavor = "multi_thread")]
async fn a_script_has_the_memory_that_it_may_have(#[case] code: &str, #[case] output: &str) {
    let site = Site::new(Db::Sqlite).await;
    let server = site.serve();
    let yaml = format!(
        "name: script\ntriggers:\n  - manual:\nsteps:\n  - id: run\n    uses: script\n    timeout: 60s\n    with:\n      code: |\n        {code}\noutputs:\n  output: ${{{{ steps.run.output }}}}\n"
    );
    site.call(&server, Method::POST, "/workflows", Some(yaml)).await;
    site.call(&server, Method::POST, "/workflows/script/activate", None).await;
    // More than one process begins, one after the other and side by side.
    for _ in 0..3 {
        let run = site.call(&server, Method::POST, "/workflows/script/run?wait=60s", None).await;
        assert_eq!(run["status"], "succeeded", "{run:#}");
        assert_eq!(run["output"]["output"].to_string(), output);
    }
}
