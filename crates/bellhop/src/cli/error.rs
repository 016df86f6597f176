//! What ends a command early, and how a person or a program is told.

use std::fmt::Write as _;
use std::io;
use std::process::ExitCode;

use serde_json::json;

use super::diagnostics;
use super::output::{Output, text};
use super::problem::Problem;

/// Why a command did not do what it was asked for. The first two kinds are for anything that has no kind of its own.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// It could not be done.
    #[error("{message}")]
    Failed {
        /// Why, in a sentence.
        message: String,
        /// What to do about it.
        help: Option<String>,
    },
    /// The command line makes no sense, in a way that only shows later.
    #[error("{message}")]
    Usage {
        /// Why, in a sentence.
        message: String,
        /// What would make sense.
        help: Option<String>,
    },
    /// The server has understood and says no, or cannot.
    #[error("{}", .0.message)]
    Problem(Box<Problem>),
    /// Nothing could be printed.
    #[error("cannot print: {0}")]
    Print(#[from] io::Error),
}

impl CliError {
    /// It could not be done, for the reason that `message` gives in a sentence.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::Failed { message: message.into(), help: None }
    }

    /// The command line makes no sense, for the reason that `message` gives in a sentence.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::Usage { message: message.into(), help: None }
    }

    /// The same, with what to do about it. What the server itself says about that goes first.
    #[must_use]
    pub fn with_help(mut self, words: impl Into<String>) -> Self {
        match &mut self {
            Self::Failed { help, .. } | Self::Usage { help, .. } => *help = Some(words.into()),
            Self::Problem(problem) => problem.help = problem.help.take().or_else(|| Some(words.into())),
            Self::Print(_) => {}
        }
        self
    }

    /// The HTTP status, where a server has answered.
    pub(super) fn status(&self) -> Option<u16> {
        match self {
            Self::Problem(problem) => Some(problem.status),
            Self::Failed { .. } | Self::Usage { .. } | Self::Print(_) => None,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Failed { help, .. } | Self::Usage { help, .. } => help.clone(),
            Self::Problem(problem) => problem.help.clone(),
            Self::Print(_) => None,
        }
    }

    /// The error for a program to read.
    pub(super) fn to_json(&self) -> serde_json::Value {
        let mut error = json!({ "error": self.to_string() });
        if let Some(help) = self.help() {
            error["help"] = help.into();
        }
        if let Self::Problem(problem) = self {
            error["problem"] = problem.original.clone();
        }
        error
    }

    /// The error for a person to read. Diagnostics have the name of `file` in front.
    pub(super) fn render(&self, output: &Output, file: &str) -> String {
        let paint = output.paint_errors();
        let mut page = String::new();
        if let Self::Problem(problem) = self {
            page.push_str(&diagnostics::render(&problem.diagnostics, file, paint));
            if !page.is_empty() {
                page.push('\n');
            }
        }
        let _ = write!(page, "{} {}", paint.bad("error:"), text::indented(&self.to_string(), "  "));
        if let Some(help) = self.help() {
            let _ = write!(page, "\n  {} {}", paint.strong("help:"), text::indented(&help, "    "));
        }
        page
    }

    /// Tells about it on standard error, and gives the exit code that goes with it.
    pub(super) fn report(&self, output: &Output) -> ExitCode {
        match self {
            // Whoever was reading has seen enough (`bellhop executions list | head -3`).
            Self::Print(error) if error.kind() == io::ErrorKind::BrokenPipe => return ExitCode::SUCCESS,
            _ if output.is_json() => output.error_json(&self.to_json()),
            _ => output.note(&self.render(output, "workflow")),
        }
        match self {
            Self::Usage { .. } => ExitCode::from(2),
            Self::Failed { .. } | Self::Problem(_) | Self::Print(_) => ExitCode::FAILURE,
        }
    }
}
