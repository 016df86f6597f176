//! What is wrong with a workflow: a message, the place in the file, and how to mend it.

mod code;
mod render;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use self::code::CODES;
pub(crate) use self::code::Code;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The workflow is refused.
    Error,
    /// The workflow is taken, but it is probably not what its author meant.
    Warning,
}

impl Severity {
    /// The word that is shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// One mistake in a workflow. Lines and columns count from 1, columns in characters; the end is the place after the
/// last character.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// A stable word to test for: `unknown_key`.
    #[schema(example = "unknown_key")]
    pub code: String,
    /// What is wrong, in a sentence.
    #[schema(example = "unknown key `stpes`")]
    pub message: String,
    /// How to mend it.
    #[schema(example = "did you mean `steps`?")]
    pub help: Option<String>,
    /// The line it begins on.
    #[schema(example = 4)]
    pub line: usize,
    /// The column it begins at.
    #[schema(example = 1)]
    pub column: usize,
    /// The line it ends on.
    #[schema(example = 4)]
    pub end_line: usize,
    /// The column after its end.
    #[schema(example = 6)]
    pub end_column: usize,
    /// Where it is in the tree: `steps[2].with.url`; empty for the file as a whole.
    #[schema(example = "stpes")]
    pub path: String,
    /// The line it begins on, as it is in the file (only the beginning of a line of thousands of characters).
    #[schema(example = "stpes:")]
    pub source_line: String,
}

impl Diagnostic {
    /// The mistake as text for a terminal, without colours: what, where, the line with a mark under the place, and
    /// the help. It ends with a line break; control characters of the file are not passed on.
    #[must_use]
    pub fn render(&self, file: &str) -> String {
        render::render(self, file)
    }
}
