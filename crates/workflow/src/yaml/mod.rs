//! YAML to a tree in which every key and value knows its place.
//!
//! The only module that names the YAML library. It reads within a budget, so that no file can cost more than
//! milliseconds, and says in a person's words what the library says in a parser's.

mod budget;
mod explain;
mod locate;
mod node;
mod read;
mod syntax;

pub(crate) use self::locate::locate;
pub(crate) use self::node::{Data, Key, Node};
use crate::diagnostic::Code;
use crate::source::{Source, Span};

/// The largest file, in bytes.
pub(crate) const MAX_FILE_BYTES: usize = 1024 * 1024;

/// Why a file is no YAML that is taken here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) code: Code,
    pub(crate) span: Span,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

impl Problem {
    fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self { code, span, message: message.into(), help: None }
    }

    fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}

/// Reads a file. It is not larger than [`MAX_FILE_BYTES`].
pub(crate) fn load(source: &Source<'_>) -> Result<Node, Problem> {
    match serde_yaml::from_str_with_options(source.text(), budget::options()) {
        Ok(tree) => {
            let node = read::node(tree);
            explain::imprecise_number(&node, source).map_or(Ok(node), Err)
        }
        Err(error) => Err(explain::explain(&error, source)),
    }
}
