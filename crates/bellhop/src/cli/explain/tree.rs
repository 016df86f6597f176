//! A tree of lines.

use serde::Serialize;

use crate::cli::output::{Paint, text};

/// A line, and what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Tree {
    /// What is set apart at the beginning of the line: an id, a heading.
    #[serde(skip_serializing_if = "String::is_empty")]
    title: String,
    /// The rest of the line.
    text: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    children: Vec<Tree>,
}

impl Tree {
    /// A line of plain text.
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self { title: String::new(), text: text.into(), children: Vec::new() }
    }

    /// A line that begins with something that is set apart.
    pub(super) fn titled(title: impl Into<String>, text: impl Into<String>) -> Self {
        Self { title: title.into(), text: text.into(), children: Vec::new() }
    }

    /// The same with lines below it.
    pub(super) fn with(mut self, children: impl IntoIterator<Item = Self>) -> Self {
        self.children.extend(children);
        self
    }

    /// The lines with the branches drawn before them, without a line break at the end.
    pub(super) fn render(&self, paint: Paint) -> String {
        let mut lines = vec![self.line(paint)];
        self.draw("", paint, &mut lines);
        lines.join("\n")
    }

    fn draw(&self, before: &str, paint: Paint, lines: &mut Vec<String>) {
        for (index, child) in self.children.iter().enumerate() {
            let is_last = index + 1 == self.children.len();
            let (branch, below) = if is_last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            lines.push(format!("{}{}", paint.dim(&format!("{before}{branch}")), child.line(paint)));
            child.draw(&format!("{before}{below}"), paint, lines);
        }
    }

    fn line(&self, paint: Paint) -> String {
        let (title, rest) = (text::clean(&self.title), text::one_line(&self.text, 160));
        match (title.is_empty(), rest.is_empty()) {
            (true, _) => rest,
            (false, true) => paint.strong(&title),
            (false, false) => format!("{}  {rest}", paint.strong(&title)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn branches_go_on_past_what_is_below_them() {
        let tree = Tree::titled("a", "first").with([
            Tree::new("b").with([Tree::new("c")]),
            Tree::new("d").with([Tree::new("e"), Tree::new("f")]),
        ]);
        let drawn = "a  first\n├─ b\n│  └─ c\n└─ d\n   ├─ e\n   └─ f";
        assert_eq!(tree.render(Paint::OFF), drawn);
    }
}
