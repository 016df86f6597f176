//! Single expressions: compiled, evaluated, tested.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde_json::Value;

use super::convert::{Allowance, Unfit, from_engine};
use super::machine::{self, Failure, Outcome, Program};
use super::token::{self, Kind};
use super::{ExpressionError, MAX_EXPRESSION_BYTES, Scope, habits};

/// More signs and words than this, and compiling could exhaust a thread's stack.
const MAX_TOKENS: usize = 1_000;

/// The same for brackets within brackets.
const MAX_NESTING: usize = 40;

/// One expression, compiled. A copy is cheap.
#[derive(Clone)]
pub struct Expression(Arc<Compiled>);

struct Compiled {
    source: String,
    program: Program,
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Expression").field(&self.0.source).finish()
    }
}

/// The text is not an expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct CompileError {
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub help: Option<String>,
    /// Where it is, in bytes of the text.
    pub range: Range<usize>,
}

impl Expression {
    /// Compiles a bare expression, without delimiters.
    pub fn compile(source: &str) -> Result<Self, CompileError> {
        check_size(source)?;
        let program = machine::assemble(source).map_err(|error| syntax_error(source, &error))?;
        Ok(Self(Arc::new(Compiled { source: source.to_owned(), program })))
    }

    /// The expression as it was written.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.0.source
    }

    /// Its value.
    pub fn evaluate(&self, scope: &Scope) -> Result<Value, ExpressionError> {
        self.evaluate_within(scope, &mut Allowance::full())
    }

    /// Whether it holds: anything but false, null, 0, what is empty and what is undefined.
    pub fn test(&self, scope: &Scope) -> Result<bool, ExpressionError> {
        self.run(scope).map(|outcome| outcome.value.is_true())
    }

    /// Whether its author says that what it gives may stand in an address as it is.
    pub(super) fn is_ready_for_urls(&self) -> bool {
        self.is_safe() || self.0.program.last_filter.as_deref() == Some("urlencode")
    }

    /// Whether its last filter is `safe`.
    pub(super) fn is_safe(&self) -> bool {
        self.0.program.last_filter.as_deref() == Some("safe")
    }

    pub(super) fn evaluate_within(
        &self,
        scope: &Scope,
        allowance: &mut Allowance,
    ) -> Result<Value, ExpressionError> {
        let outcome = self.run(scope)?;
        from_engine(&outcome.value, allowance).map_err(|unfit| self.explain(unfit, &outcome))
    }

    /// Its value, still in the engine's own form.
    pub(super) fn run(&self, scope: &Scope) -> Result<Outcome, ExpressionError> {
        machine::run(&self.0.program, scope).map_err(|failure| match failure {
            Failure::Undefined(place) => self.undefined(place),
            Failure::Engine(error) => ExpressionError::from_engine(&error, self.source()),
        })
    }

    /// Why its value cannot leave the engine.
    pub(super) fn explain(&self, unfit: Unfit, outcome: &Outcome) -> ExpressionError {
        match unfit {
            Unfit::Undefined => self.undefined(outcome.missing.clone()),
            unfit => unfit.of(self.source()),
        }
    }

    fn undefined(&self, place: Option<Range<usize>>) -> ExpressionError {
        let path = place.and_then(|place| self.source().get(place)).filter(|path| !path.is_empty());
        let path = path.unwrap_or(self.source().trim());
        ExpressionError::Undefined { path: path.to_owned(), expression: self.source().to_owned() }
    }
}

fn check_size(source: &str) -> Result<(), CompileError> {
    let refuse = |message: String| CompileError { message, help: None, range: 0..source.len() };
    if source.trim().is_empty() {
        return Err(refuse("the expression is empty".to_owned()));
    }
    if source.len() > MAX_EXPRESSION_BYTES {
        return Err(refuse(format!("the expression is longer than {MAX_EXPRESSION_BYTES} bytes")));
    }
    let tokens = token::all(source);
    if tokens.len() > MAX_TOKENS {
        return Err(refuse(format!("the expression has more than {MAX_TOKENS} words and signs")));
    }
    let mut nesting = 0_usize;
    for token in &tokens {
        match token.kind {
            Kind::Sign('(' | '[' | '{') => nesting += 1,
            Kind::Sign(')' | ']' | '}') => nesting = nesting.saturating_sub(1),
            _ => {}
        }
        if nesting > MAX_NESTING {
            return Err(refuse("the expression is nested too deeply".to_owned()));
        }
    }
    Ok(())
}

fn syntax_error(source: &str, error: &minijinja::Error) -> CompileError {
    let message = error.detail().unwrap_or("this is not an expression").to_owned();
    if let Some((range, help)) = habits::find(source) {
        return CompileError { message, help: Some(help.to_owned()), range };
    }
    let range = error.range().filter(|range| range.end <= source.len()).unwrap_or(0..source.len());
    CompileError { message, help: None, range }
}
