//! What the documents say can be done as they say it: their workflows run and do what is said of them, their expressions
//! give what stands beside them, their commands run and show what stands below them, links lead somewhere, and the tables of settings and of calls are whole.

mod close_calls;
mod commands;
mod examples;
mod expressions;
mod links;
mod metrics;
mod sessions;
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
    /// The first word behind the opening one.
    language: String,
    /// What else is written there.
    info: String,
    /// The line of the opening one, from 1.
    line: usize,
    text: String,
}

/// What a test takes from a page, in its order.
enum Item {
    Block(Block),
    /// An HTML comment, and the line that it begins on.
    Comment {
        line: usize,
        text: String,
    },
}

/// The README, the changelog, the security policy and everything in `docs`.
fn documents() -> Vec<Document> {
    let mut paths = vec![root().join("README.md"), root().join("CHANGELOG.md"), root().join("SECURITY.md")];
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
        let block = |item| match item {
            Item::Block(block) => Some(block),
            Item::Comment { .. } => None,
        };
        self.items().into_iter().filter_map(block).collect()
    }

    /// Blocks, and comments that stand on lines of their own.
    fn items(&self) -> Vec<Item> {
        let mut items = Vec::new();
        let mut open: Option<(Block, usize)> = None;
        let mut comment: Option<(usize, String)> = None;
        for (index, line) in self.text.lines().enumerate() {
            let trimmed = line.trim_start();
            let indent = line.len() - trimmed.len();
            if let Some((_, text)) = &mut comment {
                match trimmed.strip_suffix("-->") {
                    Some(last) => {
                        text.push_str(last);
                        items.extend(comment.take().map(|(line, text)| Item::Comment { line, text }));
                    }
                    None => text.extend([trimmed, "\n"]),
                }
                continue;
            }
            match (trimmed.strip_prefix("```"), &mut open) {
                (Some(_), Some(_)) => items.extend(open.take().map(|(block, _)| Item::Block(block))),
                (Some(info), None) => {
                    let (language, info) = info.trim().split_once(' ').unwrap_or((info.trim(), ""));
                    let (language, info) = (language.to_owned(), info.to_owned());
                    open = Some((Block { language, info, line: index + 1, text: String::new() }, indent));
                }
                (None, Some((block, margin))) => {
                    block.text.push_str(line.get((*margin).min(indent)..).unwrap_or_default());
                    block.text.push('\n');
                }
                (None, None) => {
                    if let Some(rest) = trimmed.strip_prefix("<!-- ") {
                        match rest.strip_suffix("-->") {
                            Some(text) => {
                                items.push(Item::Comment { line: index + 1, text: text.to_owned() });
                            }
                            None => comment = Some((index + 1, format!("{rest}\n"))),
                        }
                    }
                }
            }
        }
        assert!(open.is_none(), "{}: a fence is not closed", self.path.display());
        assert!(comment.is_none(), "{}: a comment is not closed", self.path.display());
        items
    }
}

impl Block {
    /// Why it is only shown, and not run; none where it is run.
    fn not_run(&self) -> Option<&str> {
        self.info.split_once("not-run=\"")?.1.split_once('"').map(|(why, _)| why)
    }

    /// What its last command ends with.
    fn exit(&self) -> i32 {
        let given = self.info.split_whitespace().find_map(|word| word.strip_prefix("exit="));
        given.map_or(0, |code| code.parse().unwrap())
    }

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
