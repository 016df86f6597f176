//! `regex_match` and `regex_replace`: expressions that run in linear time, of bounded size.

use std::sync::Arc;

use minijinja::value::Object;
use minijinja::{Error, State, Value};
use regex::{Regex, RegexBuilder};

use super::failed;
use crate::expression::machine::Meter;

/// The most memory that a compiled pattern may take, in bytes. `\\w{1000}` would take far more.
const MAX_SIZE: usize = 256 * 1024;

/// The longest pattern, in bytes.
const MAX_PATTERN: usize = 2_000;

/// The work of compiling a pattern, beside that for each of its bytes.
const COMPILING: usize = 200_000;

/// A compiled pattern, kept as long as the evaluation: `map` asks for the same one again and again.
#[derive(Debug)]
struct Compiled(Regex);

impl Object for Compiled {}

/// Whether a pattern occurs in a text; `^` and `$` tie it to the ends.
pub(super) fn regex_match(state: &mut State, text: &str, pattern: &str) -> Result<bool, Error> {
    let regex = compiled(state, pattern)?;
    search(state, text, pattern)?;
    Ok(regex.0.is_match(text))
}

/// The text with every occurrence of a pattern replaced; `$1` or `$name` in the replacement is a group.
pub(super) fn regex_replace(
    state: &mut State,
    text: &str,
    pattern: &str,
    replacement: &str,
) -> Result<String, Error> {
    let regex = compiled(state, pattern)?;
    search(state, text, pattern)?;
    let meter = Meter::of(state);
    // The text is copied as it grows, and once more to be kept.
    meter.memory(text.len().saturating_mul(3))?;
    let groups_used = replacement.bytes().filter(|byte| *byte == b'$').count();
    let mut out = String::with_capacity(text.len());
    let mut last = 0;
    for groups in regex.0.captures_iter(text) {
        let Some(whole) = groups.get(0) else { continue };
        let most = groups_used.saturating_mul(whole.len()).saturating_add(replacement.len());
        meter.memory(most.saturating_mul(3))?;
        meter.work(256)?;
        out.push_str(&text[last..whole.start()]);
        groups.expand(replacement, &mut out);
        last = whole.end();
    }
    out.push_str(&text[last..]);
    Ok(out)
}

/// Pays for looking through a text: linear in it, and in the pattern.
fn search(state: &mut State, text: &str, pattern: &str) -> Result<(), Error> {
    Meter::of(state).work(text.len().saturating_mul(8 + pattern.len() / 8))
}

fn compiled(state: &mut State, pattern: &str) -> Result<Arc<Compiled>, Error> {
    let name = format!("regex {pattern}");
    if let Some(known) = state.get_temp(&name).and_then(|value| value.downcast_object::<Compiled>()) {
        return Ok(known);
    }
    if pattern.len() > MAX_PATTERN {
        return Err(failed("the pattern is too long"));
    }
    let meter = Meter::of(state);
    meter.memory(MAX_SIZE)?;
    meter.work(COMPILING + 500 * pattern.len())?;
    let regex = RegexBuilder::new(pattern).size_limit(MAX_SIZE).dfa_size_limit(MAX_SIZE).build().map_err(
        |error| match error {
            regex::Error::CompiledTooBig(_) => failed("the pattern is too large"),
            error => failed(format!("`{pattern}` is not a pattern")).with_source(error),
        },
    )?;
    let regex = Arc::new(Compiled(regex));
    state.set_temp(&name, Value::from_dyn_object(Arc::clone(&regex)));
    Ok(regex)
}
