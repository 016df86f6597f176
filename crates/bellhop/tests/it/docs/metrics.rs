//! `docs/metrics.md` and the dashboard name what there is, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use bellhop_testkit::database::Db;
use bellhop_testkit::server::TestServer;
use serde_json::Value;

use super::tables::{code, rows};
use super::{Document, root};
use crate::metrics::{Scrape, after_a_story};

/// What is said of a metric: its type and labels.
type Metrics = BTreeMap<String, (String, BTreeSet<String>)>;

fn documented() -> Metrics {
    let page = Document::named("metrics.md");
    let table = rows(&page.text).into_iter().filter(|row| row.section == "What is counted");
    let one = |cells: Vec<String>| {
        let labels = code(&cells[2]).into_iter().map(str::to_owned).collect();
        (code(&cells[0])[0].to_owned(), (cells[1].clone(), labels))
    };
    table.map(|row| one(row.cells)).collect()
}

fn shown(scrape: &Scrape) -> Metrics {
    let one = |(name, kind): (String, String)| {
        let labels = scrape.labels(&name);
        (name, (kind, labels))
    };
    scrape.types().into_iter().map(one).collect()
}

#[tokio::test]
async fn the_table_of_metrics_is_what_there_is_after_a_story() {
    let server = TestServer::start(Db::Sqlite).await;
    let scrape = after_a_story(&server).await;
    let (documented, shown) = (documented(), shown(&scrape));
    for (name, told) in &documented {
        assert_eq!(shown.get(name), Some(told), "`{name}` in docs/metrics.md is not what /metrics shows");
    }
    for name in shown.keys() {
        assert!(documented.contains_key(name), "`{name}` is not in docs/metrics.md");
    }
    let series = scrape.series();
    assert!(
        (200..500).contains(&series),
        "docs/metrics.md says that there are some 400 series, not {series}"
    );
}

#[test]
fn the_dashboard_asks_for_metrics_that_there_are() {
    let text = std::fs::read_to_string(root().join("docs/grafana-dashboard.json")).unwrap();
    let dashboard: Value = serde_json::from_str(&text).unwrap();
    let known = documented();
    let mut asked = BTreeSet::new();
    for panel in dashboard["panels"].as_array().unwrap() {
        let title = &panel["title"];
        let targets = panel["targets"].as_array().unwrap();
        assert!(!targets.is_empty(), "{title} shows nothing");
        for target in targets {
            let expression = target["expr"].as_str().unwrap();
            let words = expression.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
            let names: Vec<&str> =
                words.filter(|word| word.starts_with("bellhop_") || word.starts_with("process_")).collect();
            assert!(!names.is_empty(), "{title} asks for nothing: {expression}");
            for name in names {
                let of_histogram = ["_bucket", "_sum", "_count"].into_iter().find_map(|end| {
                    let base = name.strip_suffix(end)?;
                    (known.get(base)?.0 == "histogram").then_some(base)
                });
                let base = of_histogram.unwrap_or(name);
                let is_right =
                    known.get(base).is_some_and(|(kind, _)| (kind == "histogram") == of_histogram.is_some());
                assert!(is_right, "{title}: there is no `{name}`");
                asked.insert(base.to_owned());
            }
        }
    }
    let ours = known.keys().filter(|name| name.starts_with("bellhop_"));
    for name in ours {
        assert!(asked.contains(name), "`{name}` is on no panel");
    }
}
