//! "Did you mean": the nearest of the names that exist.

/// Names longer than this are not compared: the cost grows with the square.
const MAX_COMPARED: usize = 80;

/// The name nearest to what was written, where one is near enough to be meant.
pub(super) fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = written.chars().count();
    if length > MAX_COMPARED {
        return None;
    }
    let lower = written.to_lowercase().replace('-', "_");
    let allowed = (length / 3).clamp(1, 3);
    known
        .into_iter()
        .map(|name| (strsim::osa_distance(&lower, &name.to_lowercase().replace('-', "_")), name))
        .filter(|(distance, name)| *distance <= allowed && *distance < name.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// The same as a sentence.
pub(super) fn did_you_mean<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(written, known).map(|name| format!("did you mean `{name}`?"))
}

/// What other tools call the same thing.
const CALLED_OTHERWISE: &[(&str, &str)] = &[
    ("on", "triggers"),
    ("trigger_on", "triggers"),
    ("jobs", "steps"),
    ("tasks", "steps"),
    ("env", "vars"),
    ("variables", "vars"),
    ("when", "if"),
    ("condition", "if"),
    ("run", "uses"),
    ("type", "uses"),
    ("params", "with"),
    ("parameters", "with"),
    ("body", "json"),
    ("params", "query"),
    ("mutex", "concurrency"),
    ("queue", "concurrency"),
    ("redact", "mask"),
    ("sensitive", "mask"),
    ("on_error", "on_failure"),
    ("error_handler", "on_failure"),
    ("output", "outputs"),
    ("returns", "outputs"),
    ("max", "limit"),
    ("group", "key"),
    ("by", "key"),
    ("if", "when"),
    ("case", "when"),
    ("else", "default"),
    ("otherwise", "default"),
    ("do", "steps"),
    ("then", "steps"),
    ("while", "until"),
    ("times", "max_iterations"),
    ("max_attempts", "max_iterations"),
    ("interval", "every"),
    ("delay", "every"),
];

/// What other tools call the keys of blocks. They are looked for in a step that says nothing else it could be.
const BLOCKS_CALLED_OTHERWISE: &[(&str, &str)] = &[
    ("branches", "parallel"),
    ("concurrently", "parallel"),
    ("foreach", "for_each"),
    ("each", "for_each"),
    ("map", "for_each"),
    ("matrix", "for_each"),
    ("strategy", "for_each"),
    ("with_items", "for_each"),
    ("choose", "switch"),
    ("cases", "switch"),
    ("match", "switch"),
    ("block", "try"),
    ("while", "loop"),
    ("repeat", "loop"),
    ("until", "loop"),
];

/// What other tools call the kinds of steps.
const KINDS_CALLED_OTHERWISE: &[(&str, &str)] = &[
    ("fetch", "http"),
    ("request", "http"),
    ("http_request", "http"),
    ("webhook", "http"),
    ("code", "script"),
    ("javascript", "script"),
    ("function", "script"),
    ("wait", "sleep"),
    ("delay", "sleep"),
    ("approval", "wait_for"),
    ("call", "workflow"),
    ("execute_workflow", "workflow"),
    ("respond_to_webhook", "respond"),
    ("mail", "email"),
    ("smtp", "email"),
    ("send_email", "email"),
    ("postgres", "sql"),
    ("mysql", "sql"),
    ("sqlite", "sql"),
    ("query", "sql"),
    ("shell", "exec"),
    ("bash", "exec"),
    ("run", "exec"),
    ("command", "exec"),
    ("print", "log"),
    ("assign", "set"),
    ("stop", "return"),
    ("exit", "return"),
    ("throw", "fail"),
    ("error", "fail"),
    ("stop_and_error", "fail"),
];

/// The key that another tool's word stands for, as a sentence.
pub(super) fn called_otherwise(written: &str, known: &[&str]) -> Option<String> {
    let (_, ours) =
        CALLED_OTHERWISE.iter().find(|(theirs, ours)| *theirs == written && known.contains(ours))?;
    Some(format!("here it is called `{ours}`"))
}

/// The block that another tool's word stands for.
pub(super) fn block_called_otherwise(written: &str) -> Option<&'static str> {
    let (_, ours) = BLOCKS_CALLED_OTHERWISE.iter().find(|(theirs, _)| *theirs == written)?;
    Some(ours)
}

/// The step kind that another tool's word stands for, as a sentence.
pub(super) fn kind_called_otherwise(written: &str) -> Option<String> {
    let written = written.to_lowercase().replace('-', "_");
    let (_, ours) = KINDS_CALLED_OTHERWISE.iter().find(|(theirs, _)| *theirs == written)?;
    Some(format!("here it is called `{ours}`"))
}

/// Names as a sentence has them: `a`, `b` and `c`.
pub(super) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => "none".to_owned(),
    }
}

/// The same with `or`: `a`, `b` or `c`.
pub(super) fn listed_or(names: &[&str]) -> String {
    match names {
        [rest @ .., before, last] => {
            let rest: String = rest.iter().map(|name| format!("`{name}`, ")).collect();
            format!("{rest}`{before}` or `{last}`")
        }
        _ => listed(names.iter().copied()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_understood_and_another_word_is_not() {
        let known = ["steps", "triggers", "timeout"];
        assert_eq!(nearest("setps", known), Some("steps"));
        assert_eq!(nearest("Trigger", known), Some("triggers"));
        assert_eq!(nearest("time-out", known), Some("timeout"));
        assert_eq!(nearest("jobs", known), None);
    }
}
