//! Durations, retries and templates in words.

use std::fmt::Write as _;
use std::time::Duration;

use bellhop_workflow::expression::TemplateTree;
use bellhop_workflow::model::Retry;

/// A duration as a workflow has it: `1h30m`, `500ms`, `0s`.
pub(super) fn duration(duration: Duration) -> String {
    let units = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];
    let mut left = duration.as_millis();
    let mut text = String::new();
    for (unit, millis) in units {
        let count = left / millis;
        if count > 0 {
            let _ = write!(text, "{count}{unit}");
            left %= millis;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

/// What becomes of a failure; none where it is final at once.
pub(super) fn retry(retry: &Retry) -> Option<String> {
    if retry.max_attempts <= 1 {
        return None;
    }
    let pauses: Vec<Duration> =
        (1..retry.max_attempts).filter_map(|failed| retry.pause_after(failed)).collect();
    let mut shown: Vec<String> = pauses.iter().take(4).map(|pause| duration(*pause)).collect();
    if pauses.len() > 4 {
        let longest = pauses.last().copied().unwrap_or_default();
        shown.push(format!("… up to {}", duration(longest)));
    }
    Some(format!("tried up to {} times, after pauses of {}", retry.max_attempts, shown.join(", ")))
}

/// A field of a `with` as it was written; none where it is not there.
pub(super) fn field(with: &TemplateTree, name: &str) -> Option<String> {
    match with {
        TemplateTree::Map(fields) => fields.get(name).map(written),
        TemplateTree::Literal(value) => value.get(name).map(literal),
        TemplateTree::Template(_) | TemplateTree::Url(_) | TemplateTree::List(_) => None,
    }
}

/// The names of a map's fields.
pub(super) fn names(with: &TemplateTree) -> Vec<String> {
    match with {
        TemplateTree::Map(fields) => fields.keys().cloned().collect(),
        TemplateTree::Literal(serde_json::Value::Object(fields)) => fields.keys().cloned().collect(),
        TemplateTree::Literal(_)
        | TemplateTree::Template(_)
        | TemplateTree::Url(_)
        | TemplateTree::List(_) => Vec::new(),
    }
}

/// A value as it was written: text as it is, all else as JSON.
pub(super) fn written(tree: &TemplateTree) -> String {
    match tree {
        TemplateTree::Literal(value) => literal(value),
        TemplateTree::Template(template) => template.source(),
        TemplateTree::Url(address) => address.source(),
        TemplateTree::List(_) | TemplateTree::Map(_) => source(tree).to_string(),
    }
}

fn literal(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn source(tree: &TemplateTree) -> serde_json::Value {
    match tree {
        TemplateTree::Literal(value) => value.clone(),
        TemplateTree::Template(template) => template.source().into(),
        TemplateTree::Url(address) => address.source().into(),
        TemplateTree::List(items) => items.iter().map(source).collect(),
        TemplateTree::Map(fields) => serde_json::Value::Object(
            fields.iter().map(|(name, field)| (name.clone(), source(field))).collect(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_they_are_written() {
        for (millis, text) in
            [(0, "0s"), (500, "500ms"), (90_000, "1m30s"), (5_400_000, "1h30m"), (172_800_000, "2d")]
        {
            assert_eq!(duration(Duration::from_millis(millis)), text);
        }
    }

    #[test]
    fn the_pauses_of_a_retry_are_written_out() {
        let few = Retry { max_attempts: 4, initial_interval: Duration::from_secs(2), ..Retry::NONE };
        assert_eq!(retry(&few).unwrap(), "tried up to 4 times, after pauses of 2s, 4s, 8s");
        let many = Retry { max_attempts: 8, ..few };
        assert_eq!(retry(&many).unwrap(), "tried up to 8 times, after pauses of 2s, 4s, 8s, 16s, … up to 1m");
        assert_eq!(retry(&Retry::NONE), None);
    }
}
