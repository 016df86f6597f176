//! How far a long piece of work has come, on a terminal.

use std::io::{self, IsTerminal as _};
use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::output::Output;

/// How often it is drawn again.
const TICK: Duration = Duration::from_millis(100);

/// A line on standard error that comes and goes; nothing where nobody watches, or where a program reads along.
pub(super) struct Progress(ProgressBar);

impl Progress {
    pub(super) fn new(output: &Output) -> Self {
        let watched = io::stderr().is_terminal() && !output.is_json();
        let bar = if watched { ProgressBar::no_length() } else { ProgressBar::hidden() };
        if watched {
            bar.enable_steady_tick(TICK);
        }
        Self(bar)
    }

    /// Begins a piece of work whose length is not known.
    pub(super) fn begin(&self, what: &str) {
        if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
            self.0.set_style(style);
        }
        self.0.set_message(what.to_owned());
    }

    /// Begins a piece of work of so many parts.
    pub(super) fn begin_parts(&self, what: &str, parts: usize) {
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {bar:30} {pos} of {len}") {
            self.0.set_style(style);
        }
        self.0.set_length(u64::try_from(parts).unwrap_or(u64::MAX));
        self.0.set_message(what.to_owned());
    }

    /// One part more is done.
    pub(super) fn part_done(&self) {
        self.0.inc(1);
    }

    /// Takes the line away while something else is printed.
    pub(super) fn aside<T>(&self, print: impl FnOnce() -> T) -> T {
        self.0.suspend(print)
    }

    /// Begins a piece of work of about so many bytes.
    pub(super) fn begin_bytes(&self, what: &str, about: u64) {
        let template = "{spinner} {msg} {bar:30} {bytes} of about {total_bytes}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.0.set_style(style);
        }
        self.0.set_length(about);
        self.0.set_message(what.to_owned());
    }

    /// Follows a file that grows, for as long as it is asked to.
    pub(super) async fn follow(&self, file: &Path) {
        loop {
            tokio::time::sleep(TICK).await;
            if let Ok(file) = tokio::fs::metadata(file).await {
                self.0.set_position(file.len());
            }
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
