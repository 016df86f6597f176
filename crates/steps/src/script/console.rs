//! The log of a script, which it cannot fill without end.

use bellhop_workflow::journal::LogLevel;

use super::limits::{LOG_BYTES, LOG_LINES};

/// What a script has logged so far.
#[derive(Debug, Default)]
pub(super) struct Console {
    lines: Vec<(LogLevel, String)>,
    bytes: usize,
}

impl Console {
    /// Writes a line; false where the log is full.
    pub(super) fn print(&mut self, level: &str, text: &str) -> bool {
        self.bytes += text.len();
        if self.lines.len() == LOG_LINES || self.bytes > LOG_BYTES {
            return false;
        }
        let level = match level {
            "debug" => LogLevel::Debug,
            "warn" => LogLevel::Warn,
            "error" => LogLevel::Error,
            _ => LogLevel::Info,
        };
        self.lines.push((level, text.to_owned()));
        true
    }

    /// The lines; the console is empty after.
    pub(super) fn take(&mut self) -> Vec<(LogLevel, String)> {
        std::mem::take(&mut self.lines)
    }
}
