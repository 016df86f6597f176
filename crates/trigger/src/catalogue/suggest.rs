//! "Did you mean": the known name that is nearest to an unknown one.

/// The nearest of `names`, unless even that one is far off.
///
/// Distance is Damerau-Levenshtein after lower-casing and reading `-`, `_`, `/`, `:` and blanks alike, as those are
/// what people write for the dot; at most a third of the letters may differ.
pub(super) fn nearest(name: &str, names: impl Iterator<Item = String>) -> Option<String> {
    // The distance costs the product of both lengths; nothing this long is a slip of the keyboard.
    if name.len() > 128 {
        return None;
    }
    let wanted = flatten(name);
    let (distance, best) = names
        .map(|known| (strsim::damerau_levenshtein(&wanted, &flatten(&known)), known))
        .min_by_key(|(distance, _)| *distance)?;
    (distance <= (wanted.chars().count() / 3).max(2)).then_some(best)
}

fn flatten(name: &str) -> String {
    name.chars()
        .map(|c| if matches!(c, '-' | '_' | '/' | ':' | ' ') { '.' } else { c.to_ascii_lowercase() })
        .collect()
}
