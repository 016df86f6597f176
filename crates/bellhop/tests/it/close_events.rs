//! Every event of Close's: registered as Close lists it, delivered, and run.

use std::collections::BTreeSet;
use std::sync::Arc;

use bellhop_testkit::database::Db;
use bellhop_testkit::server::{CLOSE_API_KEY, TestServer};
use bellhop_workflow::time::SystemClock;
use close_simulator::{EventDraft, SimulatorConfig};

/// `[pairs]` has an object type and an action a line, `[actions]` an action of the documentation and the pairs that it
/// is registered as.
const TABLE: &str = include_str!("close_events.txt");

/// A row: what a workflow subscribes to, in YAML, and what that is at Close.
struct Row {
    workflow: String,
    events: String,
    pairs: Vec<(String, String)>,
}

fn pair(text: &str) -> (String, String) {
    let (object_type, action) = text.trim().split_once(' ').unwrap();
    (object_type.to_owned(), action.to_owned())
}

fn rows() -> Vec<Row> {
    let (pairs, actions) = TABLE.split_once("[actions]").unwrap();
    let pairs = pairs.split_once("[pairs]").unwrap().1;
    let lines = |text: &'static str| text.lines().filter(|line| !line.trim().is_empty()).enumerate();
    let own = lines(pairs).map(|(number, line)| {
        let (object_type, action) = pair(line);
        Row {
            workflow: format!("pair-{number}"),
            events: format!("{{ object_type: {object_type}, action: {action} }}"),
            pairs: vec![(object_type, action)],
        }
    });
    let documented = lines(actions).map(|(number, line)| {
        let (name, registered) = line.split_once(" = ").unwrap();
        Row {
            workflow: format!("action-{number}"),
            events: name.to_owned(),
            pairs: registered.split(',').map(pair).collect(),
        }
    });
    own.chain(documented).collect()
}

fn workflow(row: &Row) -> String {
    format!(
        "name: {}\ntriggers:\n  - close: {{ events: [{}] }}\nsteps:\n  - uses: return\n    with: {{ type: '${{{{ event.type }}}}' }}\n",
        row.workflow, row.events
    )
}

#[tokio::test]
async fn each_is_registered_as_close_lists_it_delivered_and_run() {
    let rows = rows();
    let pairs: BTreeSet<&(String, String)> = rows.iter().flat_map(|row| &row.pairs).collect();
    assert_eq!((pairs.len(), rows.len()), (169, 169 + 74), "the table has all of them");

    let config = SimulatorConfig { subscription_limit: 500, ..SimulatorConfig::for_tests(CLOSE_API_KEY) };
    let server = TestServer::start_beside(Db::Sqlite, Arc::new(SystemClock), config, |_| {}).await;
    for row in &rows {
        let active = server.create_active(&workflow(row)).await;
        let id = active["registrations"][0]["webhook_id"].as_str().unwrap();
        let subscription = server.close.subscriptions().into_iter().find(|one| one.id == id).unwrap();
        let registered: Vec<(String, String)> =
            subscription.events.into_iter().map(|event| (event.object_type, event.action)).collect();
        assert_eq!(registered, row.pairs, "{}", row.events);
    }

    for (object_type, action) in &pairs {
        server.close.emit(&EventDraft::new(object_type, action)).unwrap();
    }
    for row in &rows {
        let ended = server.ended(&row.workflow, row.pairs.len()).await;
        let run: BTreeSet<&str> = ended.iter().map(|one| one["output"]["type"].as_str().unwrap()).collect();
        let wanted: Vec<String> =
            row.pairs.iter().map(|(object_type, action)| format!("{object_type}.{action}")).collect();
        assert_eq!(run, wanted.iter().map(String::as_str).collect(), "{}", row.events);
        assert!(ended.iter().all(|one| one["status"] == "succeeded"), "{}", row.events);
    }
}
