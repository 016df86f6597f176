//! Log lines: for people or as JSON, to standard error.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

use crate::config::{LogFormat, Settings};

/// Starts logging as the settings say. A second start, as tests make, changes nothing.
pub(super) fn start(settings: &Settings) -> Result<(), tracing_subscriber::filter::ParseError> {
    // The libraries below speak of every statement and connection at these levels; a user's own words win.
    let filter = EnvFilter::try_new(format!("sqlx=warn,hyper=warn,reqwest=warn,{}", settings.log))?;
    // https://no-color.org: any value but the empty one means no.
    let colours =
        std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|no| no.is_empty());
    let lines =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours);
    // An error means that somebody else, a test harness, has the logging.
    let _already = match settings.log_format {
        LogFormat::Text => lines.with_target(false).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    Ok(())
}
