//! Which names an expression uses, and where.
//!
//! MiniJinja's expressions bind no variables: every name that is not an attribute, a filter, a test or a keyword
//! argument is one that must be in scope. So one pass over the tokens finds them all, each with its place. (A test
//! below holds this against MiniJinja's own analysis.)

use std::ops::Range;

use super::token::{self, Kind, Token};

/// A name that an expression uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reference {
    /// Something in scope, with the attributes that are written after it: `steps.lead.output`.
    Path(Vec<Segment>),
    /// A function that is called.
    Function(Segment),
    /// A method that is called; there are none.
    Method(Segment),
    /// A filter.
    Filter(Segment),
    /// A test after `is`.
    Test(Segment),
}

/// One name of a path, and its place in the expression, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) name: String,
    pub(crate) range: Range<usize>,
}

const WORDS: [&str; 13] =
    ["and", "or", "not", "in", "is", "if", "else", "true", "True", "false", "False", "none", "None"];

/// The names that `source` uses, in the order they stand there.
pub(crate) fn references(source: &str) -> Vec<Reference> {
    let tokens = token::all(source);
    let mut found = Vec::new();
    let mut index = 0;
    while let Some(token) = tokens.get(index) {
        let reader = Reader { source, tokens: &tokens };
        index = match token.kind {
            Kind::Sign('|') => reader.named(index + 1, Reference::Filter, &mut found),
            Kind::Sign('.') => reader.attribute(index + 1, &mut found),
            Kind::Name => reader.name(index, &mut found),
            _ => index + 1,
        };
    }
    found
}

struct Reader<'a> {
    source: &'a str,
    tokens: &'a [Token],
}

impl Reader<'_> {
    fn kind(&self, index: usize) -> Option<Kind> {
        self.tokens.get(index).map(|token| token.kind)
    }

    fn text(&self, index: usize) -> &str {
        self.tokens.get(index).map_or("", |token| &self.source[token.range.clone()])
    }

    fn segment(&self, index: usize) -> Option<Segment> {
        let token = self.tokens.get(index).filter(|token| token.kind == Kind::Name)?;
        Some(Segment { name: self.text(index).to_owned(), range: token.range.clone() })
    }

    /// The name of a filter or a test.
    fn named(&self, index: usize, kind: fn(Segment) -> Reference, found: &mut Vec<Reference>) -> usize {
        found.extend(self.segment(index).map(kind));
        // These filters take the name of another, or of a test, as text.
        let quoted: Option<fn(Segment) -> Reference> = match self.text(index) {
            "map" => Some(Reference::Filter),
            "select" | "reject" => Some(Reference::Test),
            _ => None,
        };
        if self.kind(index + 1) == Some(Kind::Sign('(')) {
            found.extend(quoted.and_then(|kind| self.quoted(index + 2).map(kind)));
        }
        index + 1
    }

    /// A string literal without escapes, as a name.
    fn quoted(&self, index: usize) -> Option<Segment> {
        let token = self.tokens.get(index).filter(|token| token.kind == Kind::Text)?;
        let quoted = self.text(index);
        let range = token.range.start + 1..token.range.end - 1;
        (!quoted.contains('\\')).then(|| Segment { name: quoted[1..quoted.len() - 1].to_owned(), range })
    }

    /// What follows a dot where no path goes before it: `(a or b).name`.
    fn attribute(&self, index: usize, found: &mut Vec<Reference>) -> usize {
        if self.kind(index + 1) == Some(Kind::Sign('(')) {
            found.extend(self.segment(index).map(Reference::Method));
        }
        index + 1
    }

    fn name(&self, index: usize, found: &mut Vec<Reference>) -> usize {
        match self.text(index) {
            "is" => {
                let name = if self.text(index + 1) == "not" { index + 2 } else { index + 1 };
                self.named(name, Reference::Test, found)
            }
            word if WORDS.contains(&word) => index + 1,
            _ if self.kind(index + 1) == Some(Kind::Sign('=')) => index + 1,
            _ if self.kind(index + 1) == Some(Kind::Sign('(')) => {
                found.extend(self.segment(index).map(Reference::Function));
                index + 1
            }
            _ => self.path(index, found),
        }
    }

    /// `steps.lead["output"].name`, as far as its attributes are written out.
    fn path(&self, start: usize, found: &mut Vec<Reference>) -> usize {
        let mut segments: Vec<Segment> = self.segment(start).into_iter().collect();
        let mut index = start + 1;
        loop {
            if self.kind(index) == Some(Kind::Sign('.')) && self.kind(index + 1) == Some(Kind::Name) {
                if self.kind(index + 2) == Some(Kind::Sign('(')) {
                    break;
                }
                segments.extend(self.segment(index + 1));
                index += 2;
            } else if let Some(segment) = self.subscript(index) {
                segments.push(segment);
                index += 3;
            } else {
                break;
            }
        }
        found.push(Reference::Path(segments));
        index
    }

    /// `["name"]`, the other way to write `.name`.
    fn subscript(&self, index: usize) -> Option<Segment> {
        let is_subscript =
            self.kind(index) == Some(Kind::Sign('[')) && self.kind(index + 2) == Some(Kind::Sign(']'));
        if is_subscript { self.quoted(index + 1) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::expression::engine;

    fn shown(source: &str) -> Vec<String> {
        let show = |segment: Segment| segment.name;
        references(source)
            .into_iter()
            .map(|reference| match reference {
                Reference::Path(path) => path.into_iter().map(show).collect::<Vec<_>>().join("."),
                Reference::Function(name) => format!("{}()", name.name),
                Reference::Method(name) => format!(".{}()", name.name),
                Reference::Filter(name) => format!("|{}", name.name),
                Reference::Test(name) => format!("is {}", name.name),
            })
            .collect()
    }

    #[test]
    fn names_are_found_with_what_they_are() {
        assert_eq!(
            shown(
                "steps.lead['output'].rows[0].x | map(attribute=key) | first if vars.a is not none else range(n)"
            ),
            ["steps.lead.output.rows", "|map", "key", "|first", "vars.a", "is none", "range()", "n"]
        );
        assert_eq!(
            shown("event.data.name.upper() ~ (a or b).strip()"),
            ["event.data.name", ".upper()", "a", "b", ".strip()"]
        );
        assert_eq!(
            shown("rows | map('upper') | select(\"odd\") | join('x')"),
            ["rows", "|map", "|upper", "|select", "is odd", "|join"]
        );
        assert_eq!(shown("x is divisibleby n and not y"), ["x", "is divisibleby", "n", "y"]);
    }

    #[test]
    fn the_roots_are_those_that_minijinja_finds() {
        let expressions = [
            "a.b.c[d].e",
            "a if b else c",
            "{'k': a, 'l': [b, (c, d)]}",
            "a|default(b)|replace('x', c)",
            // (Of `a[1:b]` it would miss the `a`.)
            "[1][a:b]|join(sep=c)",
            "not a and b is defined or c in d",
            "a is in b",
            "-a ** b // c % d ~ e",
            "'a' ~ \"b.c | d\" ~ e",
            "x.y.0.z == 0x1f and 1.5e3 < w",
            "a == true or b is none or c is not sameas d",
            "a < b <= c",
        ];
        for source in expressions {
            let ours: BTreeSet<String> = references(source)
                .into_iter()
                .filter_map(|reference| match reference {
                    Reference::Path(path) => path.into_iter().next().map(|root| root.name),
                    _ => None,
                })
                .collect();
            let program = engine::compile(source.to_owned()).expect(source);
            let theirs: BTreeSet<String> = program.undeclared_variables(false).into_iter().collect();
            assert_eq!(ours, theirs, "{source}");
        }
    }
}
