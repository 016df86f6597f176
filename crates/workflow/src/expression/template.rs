//! Text with `${{ … }}` in it.

use std::ops::Range;
use std::sync::Arc;

use serde_json::Value;

use super::convert::{Allowance, push, push_text};
use super::token::{self, Kind};
use super::{CompileError, Expression, ExpressionError, Scope};

const OPEN: &str = "${{";
const CLOSE: &str = "}}";

/// A part of a template; ranges are in bytes of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Text that stays as it is.
    Text(Range<usize>),
    /// What stands between the delimiters.
    Expression(Range<usize>),
    /// A `${{` without its `}}`.
    Unclosed(Range<usize>),
}

/// Cuts a text into its pieces. A `}}` inside a string or a map of the expression does not end it.
pub(crate) fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut from = 0;
    while let Some(found) = text[from..].find(OPEN) {
        let open = from + found;
        let begin = open + OPEN.len();
        if open > from {
            pieces.push(Piece::Text(from..open));
        }
        let Some(end) = closing(text, begin) else {
            pieces.push(Piece::Unclosed(open..text.len()));
            return pieces;
        };
        pieces.push(Piece::Expression(begin..end));
        from = end + CLOSE.len();
    }
    if from < text.len() {
        pieces.push(Piece::Text(from..text.len()));
    }
    pieces
}

/// Where the `}}` stands that ends the expression which begins at `begin`.
fn closing(text: &str, begin: usize) -> Option<usize> {
    let mut braces = 0_usize;
    let mut at = begin;
    while let Some(token) = token::next(text, at) {
        match token.kind {
            Kind::Sign('{') => braces += 1,
            Kind::Sign('}') if braces > 0 => braces -= 1,
            Kind::Sign('}') if text[token.range.start..].starts_with(CLOSE) => {
                return Some(token.range.start);
            }
            // A quote that is never closed: look for the end without minding it, so that the expression itself
            // is what is reported.
            Kind::OpenText => return text[begin..].find(CLOSE).map(|found| begin + found),
            _ => {}
        }
        at = token.range.end;
    }
    None
}

/// Text with expressions in it, compiled. A copy is cheap.
#[derive(Debug, Clone)]
pub struct Template(Arc<Parts>);

#[derive(Debug)]
enum Parts {
    /// One expression and nothing else: it keeps its type.
    Alone(Expression),
    /// A mixture, which becomes text.
    Mixed(Vec<Part>),
}

#[derive(Debug)]
enum Part {
    Text(String),
    Expression(Expression),
}

/// The text is not a template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// A `${{` without its `}}`; the range is in bytes of the text.
    #[error("this `${{{{` has no `}}}}`")]
    Unclosed(Range<usize>),
    /// An expression that does not compile; its range is in bytes of the text.
    #[error(transparent)]
    Expression(#[from] CompileError),
}

impl Template {
    /// Compiles a text; one without `${{` is a template that gives itself.
    pub fn compile(text: &str) -> Result<Self, TemplateError> {
        let mut parts = Vec::new();
        for piece in pieces(text) {
            parts.push(match piece {
                Piece::Text(range) => Part::Text(text[range].to_owned()),
                Piece::Expression(range) => {
                    let shift = range.start;
                    let compiled = Expression::compile(&text[range]);
                    Part::Expression(compiled.map_err(|error| shifted(error, shift))?)
                }
                Piece::Unclosed(range) => return Err(TemplateError::Unclosed(range)),
            });
        }
        let parts = match <[Part; 1]>::try_from(parts) {
            Ok([Part::Expression(alone)]) => Parts::Alone(alone),
            Ok([text]) => Parts::Mixed(vec![text]),
            Err(parts) => Parts::Mixed(parts),
        };
        Ok(Self(Arc::new(parts)))
    }

    /// The text as it was written.
    #[must_use]
    pub fn source(&self) -> String {
        let enclosed = |expression: &Expression| format!("{OPEN}{}{CLOSE}", expression.source());
        match &*self.0 {
            Parts::Alone(expression) => enclosed(expression),
            Parts::Mixed(parts) => parts
                .iter()
                .map(|part| match part {
                    Part::Text(text) => text.clone(),
                    Part::Expression(expression) => enclosed(expression),
                })
                .collect(),
        }
    }

    /// Its value: the expression's own where there is nothing else, text otherwise. In text, null is nothing, and
    /// lists and maps are JSON.
    pub fn render(&self, scope: &Scope) -> Result<Value, ExpressionError> {
        self.render_within(scope, &mut Allowance::full())
    }

    pub(super) fn render_within(
        &self,
        scope: &Scope,
        allowance: &mut Allowance,
    ) -> Result<Value, ExpressionError> {
        let parts = match &*self.0 {
            Parts::Alone(expression) => return expression.evaluate_within(scope, allowance),
            Parts::Mixed(parts) => parts,
        };
        let mut text = String::new();
        for part in parts {
            match part {
                Part::Text(part) => push(&mut text, part, allowance).map_err(|unfit| unfit.of(part))?,
                Part::Expression(expression) => {
                    let value = expression.run(scope)?;
                    push_text(&mut text, &value, allowance)
                        .map_err(|unfit| expression.explain(unfit, scope))?;
                }
            }
        }
        Ok(Value::String(text))
    }
}

fn shifted(error: CompileError, by: usize) -> CompileError {
    CompileError { range: error.range.start + by..error.range.end + by, ..error }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<String> {
        pieces(text)
            .into_iter()
            .map(|piece| match piece {
                Piece::Text(range) => format!("text {}", &text[range]),
                Piece::Expression(range) => format!("expression {}", &text[range]),
                Piece::Unclosed(range) => format!("unclosed {}", &text[range]),
            })
            .collect()
    }

    #[test]
    fn an_end_inside_a_string_or_a_map_is_not_the_end() {
        assert_eq!(
            cut("a ${{ '}}' ~ {'b': {'c': 1}} }} d"),
            ["text a ", "expression  '}}' ~ {'b': {'c': 1}} ", "text  d"]
        );
    }

    #[test]
    fn a_lone_dollar_or_brace_is_text() {
        assert_eq!(cut("$5 {{ x }} ${x}"), ["text $5 {{ x }} ${x}"]);
    }

    #[test]
    fn what_is_not_closed_reaches_to_the_end() {
        assert_eq!(cut("a ${{ b }} ${{ c"), ["text a ", "expression  b ", "text  ", "unclosed ${{ c"]);
    }
}
