//! The steps of an execution as its blocks have them: what is in a block stands below it.

use std::collections::HashMap;

use crate::cli::shapes::Step;

/// A step, and where it stands.
pub(super) struct Branch<'a> {
    pub(super) step: &'a Step,
    /// Its path, from the block on that it is in.
    pub(super) label: &'a str,
    /// What stands before it on its line.
    pub(super) rail: String,
    /// What stands before the lines below it.
    pub(super) below: String,
}

impl Branch<'_> {
    /// How wide it is, up to the end of its label.
    pub(super) fn width(&self) -> usize {
        self.rail.chars().count() + self.label.chars().count()
    }
}

/// All steps, each below the block that it is in, and otherwise in their order.
pub(super) fn branches(steps: &[Step]) -> Vec<Branch<'_>> {
    let by_path: HashMap<&str, usize> =
        steps.iter().enumerate().map(|(index, step)| (step.path.as_str(), index)).collect();
    let mut inside: HashMap<Option<usize>, Vec<(usize, &str)>> = HashMap::new();
    for (index, step) in steps.iter().enumerate() {
        let (parent, label) = block_of(&step.path, &by_path);
        inside.entry(parent).or_default().push((index, label));
    }
    let mut all = Vec::new();
    for (index, label) in inside.get(&None).into_iter().flatten() {
        let branch = Branch { step: &steps[*index], label, rail: String::new(), below: "  ".to_owned() };
        add(*index, branch, steps, &inside, &mut all);
    }
    all
}

fn add<'a>(
    index: usize,
    branch: Branch<'a>,
    steps: &'a [Step],
    inside: &HashMap<Option<usize>, Vec<(usize, &'a str)>>,
    all: &mut Vec<Branch<'a>>,
) {
    let below = branch.below.clone();
    all.push(branch);
    let within = inside.get(&Some(index)).map(Vec::as_slice).unwrap_or_default();
    for (number, (index, label)) in within.iter().enumerate() {
        let (turn, on) = if number + 1 == within.len() { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        let branch = Branch {
            step: &steps[*index],
            label,
            rail: format!("{below}{turn}"),
            below: format!("{below}{on}"),
        };
        add(*index, branch, steps, inside, all);
    }
}

/// The innermost block that a path is in, and the rest of the path. What belongs to the second attempt of a block
/// (`enrich#2/crm`) is in the block.
fn block_of<'a>(path: &'a str, by_path: &HashMap<&str, usize>) -> (Option<usize>, &'a str) {
    for (end, _) in path.rmatch_indices('/') {
        let block = &path[..end];
        let name = block.rsplit('/').next().unwrap_or(block);
        let attempt = name.find('#').map_or(end, |place| end - name.len() + place);
        if let Some(index) = by_path.get(block) {
            return (Some(*index), &path[end + 1..]);
        }
        if let Some(index) = by_path.get(&path[..attempt]) {
            return (Some(*index), &path[attempt..]);
        }
    }
    (None, path)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(paths: &[&str]) -> Vec<String> {
        let steps = paths.iter().map(|path| {
            let step =
                json!({ "id": "x", "path": path, "uses": "log", "status": "succeeded", "attempts": 1 });
            serde_json::from_value(step).unwrap()
        });
        let steps: Vec<Step> = steps.collect();
        branches(&steps).iter().map(|branch| format!("{}{}", branch.rail, branch.label)).collect()
    }

    #[test]
    fn what_is_in_a_block_stands_below_it() {
        let paths = [
            "lead",
            "each",
            "each/0/say",
            "each/0/guarded",
            "each/0/guarded/try/bad",
            "each/0/guarded/catch/note",
            "each/1/say",
            "on_failure/tell",
        ];
        assert_eq!(
            shown(&paths),
            [
                "lead",
                "each",
                "  ├─ 0/say",
                "  ├─ 0/guarded",
                "  │  ├─ try/bad",
                "  │  └─ catch/note",
                "  └─ 1/say",
                "on_failure/tell",
            ]
        );
    }

    #[test]
    fn branches_that_took_turns_stand_together_and_a_second_attempt_with_its_block() {
        let paths = ["both", "both/a/x", "after", "both/b/y", "both#2/a/x"];
        assert_eq!(shown(&paths), ["both", "  ├─ a/x", "  ├─ b/y", "  └─ #2/a/x", "after"]);
    }
}
