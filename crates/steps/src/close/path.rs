//! `path`: which part of Close's API. Ids in it come from events, which anybody may have written; whatever they are,
//! the request stays below the API's base address.

use url::Url;

use crate::StepFailure;

/// The address of `path` below `base`, its trailing slash as written.
pub(super) fn join(base: &Url, path: &str) -> Result<Url, StepFailure> {
    let refuse = |problem: &str| Err(StepFailure::invalid_input(format!("`path` {problem}")));
    if !path.starts_with('/') {
        return refuse("must begin with `/`, such as `/lead/`");
    }
    if path.contains(['?', '#']) {
        return refuse("holds `?` or `#`: parameters go under `query`");
    }
    if path.chars().any(char::is_control) {
        return refuse("holds a control character");
    }
    // As a server may read it: dots, slashes and backslashes mean the same when they are percent-encoded.
    let read = path.to_ascii_lowercase().replace("%2e", ".").replace("%2f", "/").replace("%5c", "\\");
    if read.contains('\\') {
        return refuse("holds a backslash");
    }
    if read.contains("//") {
        return refuse("holds `//`: is a part of it empty?");
    }
    if read.split('/').any(|segment| matches!(segment, "." | "..")) {
        return refuse("holds `.` or `..` as a part");
    }
    let mut url = base.clone();
    url.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
    Ok(url)
}
