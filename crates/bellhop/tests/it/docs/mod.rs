//! What the documents say can be done as they say it: their workflows run and do what is said of them, their expressions
//! give what stands beside them, commands in them can be typed, links lead somewhere, and the tables of settings and of calls are whole.

mod close_calls;
mod commands;
mod examples;
mod expressions;
mod links;
mod metrics;
mod settings;
mod tables;

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A page.
struct Document {
    path: PathBuf,
    text: String,
}

/// What stands between two fences.
struct Block {
    /// What is written behind the opening one.
    language: String,
    /// The line of the opening one, from 1.
    line: usize,
    text: String,
}

/// The README, the changelog and everything in `docs`.
fn documents() -> Vec<Document> {
    let mut paths = vec![root().join("README.md"), root().join("CHANGELOG.md")];
    paths.extend(std::fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path()));
    paths.retain(|path| path.extension().is_some_and(|kind| kind == "md"));
    assert!(paths.len() > 5, "the documents are not where they are looked for: {paths:?}");
    paths.sort();
    paths.into_iter().map(Document::read).collect()
}

impl Document {
    fn read(path: PathBuf) -> Self {
        let text = std::fs::read_to_string(&path).unwrap();
        Self { path, text }
    }

    /// The one in `docs` that is called so.
    fn named(name: &str) -> Self {
        Self::read(root().join("docs").join(name))
    }

    /// Its name without what it ends with.
    fn stem(&self) -> &str {
        self.path.file_stem().unwrap().to_str().unwrap()
    }

    /// All fenced blocks, indented ones too.
    fn blocks(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut open: Option<Block> = None;
        for (index, line) in self.text.lines().enumerate() {
            match (line.trim_start().strip_prefix("```"), &mut open) {
                (Some(_), Some(_)) => blocks.extend(open.take()),
                (Some(language), None) => {
                    let language = language.trim().to_owned();
                    open = Some(Block { language, line: index + 1, text: String::new() });
                }
                (None, Some(block)) => {
                    block.text.push_str(line);
                    block.text.push('\n');
                }
                (None, None) => {}
            }
        }
        assert!(open.is_none(), "{}: a fence is not closed", self.path.display());
        blocks
    }
}

impl Block {
    /// Whether a line of its own, at the margin, is this key.
    fn has_key(&self, key: &str) -> bool {
        self.text.lines().any(|line| line.strip_prefix(key).is_some_and(|rest| rest.starts_with(':')))
    }

    fn is_workflow(&self) -> bool {
        self.language == "yaml" && self.has_key("steps")
    }

    /// Whether it is a test file. Its workflow is another block of the same document.
    fn is_tests(&self) -> bool {
        self.language == "yaml" && self.has_key("cases")
    }
}
