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
const CALLED_OTHERWISE: [(&str, &str); 18] = [
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
    ("program", "command"),
    ("cmd", "command"),
    ("script", "code"),
    ("statement", "query"),
];

/// The key that another tool's word stands for, as a sentence.
pub(super) fn called_otherwise(written: &str, known: &[&str]) -> Option<String> {
    let (_, ours) =
        CALLED_OTHERWISE.iter().find(|(theirs, ours)| *theirs == written && known.contains(ours))?;
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
        [rest @ .., last] if !rest.is_empty() => {
            let rest: Vec<String> = rest.iter().map(|name| format!("`{name}`")).collect();
            format!("{} or `{last}`", rest.join(", "))
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
