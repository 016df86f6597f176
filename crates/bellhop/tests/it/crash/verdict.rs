//! What has to be true after any number of kills.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Value, json};

use super::counter::Call;

/// The steps in the order that each waits for the one before it. Those of one line are side by side.
const ORDER: [&[&str]; 9] = [
    &["total"],
    &["first"],
    &["left", "right"],
    &["flaky"],
    &["nap"],
    &["round-0"],
    &["round-1"],
    &["round-2"],
    &["last"],
];

/// The calls by themselves: a key is one effect's for ever, and only a kill has one called for again that was done. Says
/// how many were called for again.
pub(super) fn on_calls(calls: &[Call]) -> usize {
    let mut by_key: HashMap<&str, Vec<&Call>> = HashMap::new();
    let mut keys: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for call in calls {
        by_key.entry(&call.key).or_default().push(call);
        keys.entry((&call.effect.event, &call.effect.step)).or_default().insert(&call.key);
    }
    assert!(keys.values().all(|keys| keys.len() == 1), "an effect was repeated with another key: {keys:?}");
    let mut interrupted = 0;
    for calls in by_key.values() {
        for pair in calls.windows(2) {
            assert_eq!(pair[0].effect, pair[1].effect, "one key, two effects, or another answer before it");
            if !pair[0].refused {
                assert!(pair[0].life < pair[1].life, "an effect was called for twice in one life: {calls:?}");
                interrupted += 1;
            }
        }
    }
    interrupted
}

/// Every event has one execution, which ended well, and whose history is that of the calls.
pub(super) fn on_executions(executions: &[Value], calls: &[Call], sent: usize) {
    let mut of_event: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for execution in executions {
        of_event.entry(execution["event"]["id"].as_str().unwrap()).or_default().push(execution);
    }
    let expected: Vec<String> = (0..sent).map(|number| format!("ev_{number:06}")).collect();
    assert_eq!(of_event.keys().copied().collect::<Vec<_>>(), expected, "events without an execution");
    assert!(of_event.values().all(|all| all.len() == 1), "an event ran more than once");

    let mut last_calls: HashMap<(&str, &str), (usize, &Call)> = HashMap::new();
    for (number, call) in calls.iter().enumerate() {
        last_calls.insert((&call.effect.event, &call.effect.step), (number, call));
    }
    let mut totals = BTreeSet::new();
    for (event, all) in of_event {
        let execution = all[0];
        assert_eq!(execution["status"], "succeeded", "{execution:#}");
        let steps = steps(execution);
        for step in steps.values() {
            assert_eq!(step["status"], "succeeded", "{execution:#}");
            assert!(step["started_at"].as_str() <= step["finished_at"].as_str(), "{step:#}");
        }
        for pair in ORDER.windows(2) {
            for (before, after) in
                pair[0].iter().flat_map(|one| pair[1].iter().map(move |other| (one, other)))
            {
                let (ended, began) = (&steps[*before]["finished_at"], &steps[*after]["started_at"]);
                assert!(
                    ended.as_str() <= began.as_str(),
                    "`{after}` began before `{before}` ended: {execution:#}"
                );
            }
        }
        for (step, record) in &steps {
            let Some((number, call)) = last_calls.get(&(event, step.as_str())) else { continue };
            // The answer that is in the history is the last that was given: after it, the effect was not called for.
            assert_eq!(
                record["output"]["body"]["number"],
                json!(number),
                "{step} of {event} ran after it had ended"
            );
            let known = &record["input"]["json"]["after"];
            assert_eq!(known, &call.effect.after, "{step} of {event} was called for with other words");
        }
        let numbers = |names: &[&str]| -> Value {
            names.iter().map(|name| steps[*name]["output"]["body"]["number"].clone()).collect()
        };
        for (step, before) in [
            ("left", &["first"][..]),
            ("right", &["first"]),
            ("flaky", &["left", "right"]),
            ("round-0", &["flaky"]),
            ("round-1", &["flaky"]),
            ("round-2", &["flaky"]),
            ("last", &["round-2"]),
        ] {
            let (_, call) = last_calls[&(event, step)];
            assert_eq!(call.effect.after, numbers(before), "{step} of {event} was begun on another answer");
        }
        assert!(totals.insert(steps["total"]["output"].as_u64().unwrap()), "counted twice: {execution:#}");
    }
    assert_eq!(totals, (1..=sent as u64).collect(), "the count is not that of the events");
}

/// What somebody has seen of a step stays true: what had ended is as it was, and attempts are only ever added.
pub(super) fn on_what_was_seen(seen: &[Value], ended: &[Value]) {
    let ended: HashMap<&str, BTreeMap<String, &Value>> =
        ended.iter().map(|execution| (execution["id"].as_str().unwrap(), steps(execution))).collect();
    let mut latest: HashMap<(&str, String), &Value> = HashMap::new();
    for execution in seen {
        let id = execution["id"].as_str().unwrap();
        for (name, now) in steps(execution) {
            // A round has its number once its input is there.
            let Some(last) = ended[id].get(&name) else { continue };
            if !now["finished_at"].is_null() {
                assert_eq!(now, *last, "a step that had ended was changed");
            }
            let before = latest.insert((id, name), now).unwrap_or(now);
            for (one, other) in [(before, now), (now, *last)] {
                assert!(one["attempts"].as_u64() <= other["attempts"].as_u64(), "{one:#} became {other:#}");
                assert_eq!(one["started_at"], other["started_at"], "{one:#} became {other:#}");
            }
        }
    }
}

/// By their names; the rounds of the loop by their number, too.
fn steps(execution: &Value) -> BTreeMap<String, &Value> {
    let mut steps = BTreeMap::new();
    for step in execution["steps"].as_array().unwrap() {
        let (id, input) = (step["id"].as_str().unwrap(), &step["input"]["json"]["step"]);
        let name = if id == "round" { input.as_str().unwrap_or(id) } else { id };
        assert!(steps.insert(name.to_owned(), step).is_none(), "two records of `{name}`: {execution:#}");
    }
    steps
}
