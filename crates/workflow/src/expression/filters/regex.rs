//! `regex_match` and `regex_replace`: expressions that run in linear time, of bounded size.

use minijinja::Error;
use regex::{Regex, RegexBuilder};

use super::failed;
use crate::expression::MAX_OUTPUT_BYTES;

/// The most memory that a compiled pattern may take, in bytes. `\w{1000}` would take far more.
const MAX_SIZE: usize = 256 * 1024;

/// Whether a pattern occurs in a text; `^` and `$` tie it to the ends.
pub(super) fn regex_match(text: &str, pattern: &str) -> Result<bool, Error> {
    Ok(compile(pattern)?.is_match(text))
}

/// The text with every occurrence of a pattern replaced; `$1` or `$name` in the replacement is a group.
pub(super) fn regex_replace(text: &str, pattern: &str, replacement: &str) -> Result<String, Error> {
    let regex = compile(pattern)?;
    let mut out = String::with_capacity(text.len());
    let mut last = 0;
    for groups in regex.captures_iter(text) {
        let Some(whole) = groups.get(0) else { continue };
        out.push_str(&text[last..whole.start()]);
        groups.expand(replacement, &mut out);
        last = whole.end();
        if out.len() > MAX_OUTPUT_BYTES {
            return Err(failed("the text becomes too large"));
        }
    }
    out.push_str(&text[last..]);
    Ok(out)
}

fn compile(pattern: &str) -> Result<Regex, Error> {
    RegexBuilder::new(pattern).size_limit(MAX_SIZE).dfa_size_limit(MAX_SIZE).build().map_err(|error| {
        match error {
            regex::Error::CompiledTooBig(_) => failed("the pattern is too large"),
            error => failed(format!("`{pattern}` is not a pattern")).with_source(error),
        }
    })
}
