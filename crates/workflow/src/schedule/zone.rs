//! Time zones by their IANA names.

use jiff::tz::{self, TimeZone};

/// The zone of an IANA name (`Europe/Berlin`), with the name as it is properly written; none where there is none. How
/// it is capitalised does not matter.
#[must_use]
pub fn time_zone(name: &str) -> Option<(String, TimeZone)> {
    if name.eq_ignore_ascii_case("utc") {
        return Some(("UTC".to_owned(), TimeZone::UTC));
    }
    let zone = TimeZone::get(name).ok()?;
    let name = zone.iana_name()?.to_owned();
    Some((name, zone))
}

/// The name of a zone that was probably meant: one in which the last part is what was written (`Berlin`), or else one
/// that `nearest` finds.
pub(crate) fn nearest_zone(
    written: &str,
    nearest: impl Fn(&str, &[&str]) -> Option<String>,
) -> Option<String> {
    let names: Vec<String> = tz::db().available().map(|name| name.to_string()).collect();
    let plain = written.trim().replace(' ', "_");
    let city = names
        .iter()
        .find(|name| name.split_once('/').is_some_and(|(_, city)| city.eq_ignore_ascii_case(&plain)));
    let all: Vec<&str> = names.iter().map(String::as_str).collect();
    city.cloned().or_else(|| nearest(&plain, &all))
}
