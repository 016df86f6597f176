//! Files are compared with what is deployed.

use serde_json::json;

use super::{Desk, problem, workflow};

const OLD: &str = "\
name: deals
triggers:
  - close: { events: [lead.created] }
steps:
  - id: tell
    uses: log
    with: { message: hello }
";

#[tokio::test]
async fn the_lines_and_the_consequences_of_a_change_are_shown() {
    let desk = Desk::new().await;
    let new = OLD.replace("[lead.created]", "[lead.updated]").replace("hello", "hi")
        + "  - id: end\n    uses: return\n";
    desk.write("deals.yaml", &new);
    desk.answers("GET", "/workflows/deals", 200, &workflow("deals", "active", 4, OLD)).await;
    let compared = desk.run(&["diff", "deals.yaml"]).await;
    let expected = "\
--- deals, version 4 (deployed)
+++ deals.yaml
@@ -1,7 +1,9 @@
 name: deals
 triggers:
-  - close: { events: [lead.created] }
+  - close: { events: [lead.updated] }
 steps:
   - id: tell
     uses: log
-    with: { message: hello }
+    with: { message: hi }
+  - id: end
+    uses: return

different  deals
  trigger `close` changed: its registration at Close will be changed
  step added: `end` (return)
  step changed: `tell` (log)

";
    assert_eq!((compared.stdout.as_str(), compared.stderr.as_str(), compared.code), (expected, "", 1));
}

#[tokio::test]
async fn what_is_the_same_is_said_in_a_word() {
    let desk = Desk::new().await;
    desk.write("flows/deals.yaml", OLD);
    desk.answers("GET", "/workflows/deals", 200, &workflow("deals", "active", 4, OLD)).await;
    let compared = desk.run(&["diff", "flows"]).await;
    assert_eq!((compared.stdout.as_str(), compared.code), ("same  deals\n", 0));
}

#[tokio::test]
async fn a_program_is_told_what_is_new() {
    let desk = Desk::new().await;
    desk.write("deals.yaml", OLD);
    let missing = problem(404, "Not found", "There is no workflow `deals`.");
    desk.answers("GET", "/workflows/deals", 404, &missing).await;
    let compared = desk.run(&["diff", "deals.yaml", "--output=json"]).await;
    let item = &compared.json()["items"][0];
    assert_eq!(item["result"], "new");
    assert_eq!(item["version"], json!(null));
    assert!(item["diff"].as_str().unwrap().contains("+name: deals\n"));
    assert_eq!(compared.code, 1);
}

#[tokio::test]
async fn a_comparison_that_cannot_be_made_is_neither_equal_nor_different() {
    let desk = Desk::new().await;
    desk.write("bad.yaml", &OLD.replace("uses: log", "uses: lgo"));
    let bad = desk.run(&["diff", "bad.yaml"]).await;
    assert!(
        bad.stderr.contains("error: nothing was compared: 1 of 1 files cannot be used"),
        "{}",
        bad.stderr
    );
    assert_eq!(bad.code, 2);
    desk.write("deals.yaml", OLD);
    let failed = problem(500, "Internal error", "Something went wrong.");
    desk.answers("GET", "/workflows/deals", 500, &failed).await;
    assert_eq!(desk.run(&["diff", "deals.yaml"]).await.code, 2);
}
