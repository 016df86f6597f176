//! What is printed, and how: the only place of the program that writes to standard output.
//!
//! A person gets tables, relative times and, on a terminal, colours. A program (`--output json`) gets the API's own
//! JSON. Whatever came from a server is shown with its control characters made harmless: an event's text must not
//! steer the terminal of whoever looks at it.

pub mod github;
pub mod paint;
pub mod table;
pub mod text;
pub mod time;

use std::io::{self, IsTerminal, Write};

use clap::ValueEnum;
use serde_json::Value;

pub use self::paint::Paint;

/// Who reads what is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A person
    #[value(alias = "text")]
    Human,
    /// A program
    Json,
    /// GitHub Actions, which shows each finding beside its line; for the commands that find mistakes in files
    Github,
}

/// Where a command prints.
#[derive(Debug)]
pub struct Output {
    format: Format,
    paint: Paint,
    paint_errors: Paint,
}

impl Output {
    /// Prints for whoever `format` says, in colours where there is a terminal that wants them.
    #[must_use]
    pub fn new(format: Format) -> Self {
        Self {
            format,
            paint: Paint::where_wanted(io::stdout().is_terminal()),
            paint_errors: Paint::where_wanted(io::stderr().is_terminal()),
        }
    }

    /// Whether a program reads what is printed.
    #[must_use]
    pub const fn is_json(&self) -> bool {
        matches!(self.format, Format::Json)
    }

    /// Whether GitHub Actions reads what is printed.
    #[must_use]
    pub const fn is_github(&self) -> bool {
        matches!(self.format, Format::Github)
    }

    /// The colours of standard output.
    #[must_use]
    pub const fn paint(&self) -> Paint {
        self.paint
    }

    /// The colours of standard error.
    #[must_use]
    pub const fn paint_errors(&self) -> Paint {
        self.paint_errors
    }

    /// Prints `text` and ends the line.
    pub fn line(&self, text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.write_all(b"\n")?;
        out.flush()
    }

    /// Prints bytes as they are.
    pub fn bytes(&self, bytes: &[u8]) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(bytes)?;
        out.flush()
    }

    /// Prints JSON for a program, on several lines.
    pub fn json(&self, value: &Value) -> io::Result<()> {
        self.line(&format!("{value:#}"))
    }

    /// Prints JSON to standard error.
    pub fn error_json(&self, value: &Value) {
        self.note(&format!("{value:#}"));
    }

    /// Prints a remark to standard error: what is not the result, but helps a person. Where standard error is closed
    /// there is nobody to help.
    pub fn note(&self, text: &str) {
        let _ = writeln!(io::stderr().lock(), "{text}");
    }
}
