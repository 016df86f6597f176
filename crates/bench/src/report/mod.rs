//! What is told of a run: to a person, and to a program.

mod json;
mod table;

use std::io::Write as _;

pub(crate) use self::json::write_json;
pub(crate) use self::table::render;

/// Says on standard error what is being done.
pub(crate) fn say(what: &str) {
    // Whoever has closed it does not want to know.
    let _ = writeln!(std::io::stderr().lock(), "{what}");
}
