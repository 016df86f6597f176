//! Why an expression has no value.

use minijinja::ErrorKind;

use super::machine::Meter;

/// As much of an expression as a message shows.
const SHOWN: usize = 120;

/// As many letters as a message has of what a filter says, which may repeat what it was given.
const LONGEST_DETAIL: usize = 500;

/// Why an expression has no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExpressionError {
    /// It uses what is not there.
    #[error("`{path}` is undefined{}", context(path, expression))]
    Undefined {
        /// The path that is missing; the whole expression where it cannot be told.
        path: String,
        /// The expression.
        expression: String,
    },
    /// An operation or a filter cannot do what it is asked to.
    #[error("{detail}, in `{}`", shown(expression))]
    Failed {
        /// What went wrong.
        detail: String,
        /// The expression.
        expression: String,
    },
    /// It runs too long.
    #[error("`{}` takes more steps than an expression may", shown(.0))]
    TooLong(String),
    /// It makes too much on its way.
    #[error("`{}` takes more memory than an expression may", shown(.0))]
    TooMuch(String),
    /// It gives too much.
    #[error("`{}` gives more than {} bytes", shown(.0), super::MAX_OUTPUT_BYTES)]
    TooLarge(String),
    /// It gives something nested too deeply.
    #[error("`{}` gives a value that is nested too deeply", shown(.0))]
    TooDeep(String),
    /// It gives what cannot stand where it stands in an address.
    #[error("`{field}`: `{}` gives what cannot stand {problem}", shown(expression))]
    Address {
        /// The key that holds the address.
        field: &'static str,
        /// Where it stands, and what is wrong there.
        problem: &'static str,
        /// The expression.
        expression: String,
    },
    /// It gives what JSON has no word for.
    #[error("`{}` gives {what}, which is no JSON value", shown(expression))]
    NotJson {
        /// What it is.
        what: &'static str,
        /// The expression.
        expression: String,
    },
}

fn shown(expression: &str) -> String {
    let expression = expression.trim();
    match expression.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &expression[..end]),
        None => expression.to_owned(),
    }
}

fn context(path: &str, expression: &str) -> String {
    if path == expression.trim() { String::new() } else { format!(", in `{}`", shown(expression)) }
}

impl ExpressionError {
    /// What MiniJinja reports, in our words.
    pub(super) fn from_engine(error: &minijinja::Error, expression: &str) -> Self {
        let expression = expression.to_owned();
        if Meter::is_out_of_memory(error) {
            return Self::TooMuch(expression);
        }
        match error.kind() {
            ErrorKind::OutOfFuel => return Self::TooLong(expression),
            ErrorKind::UndefinedError => {
                return Self::Undefined { path: expression.trim().to_owned(), expression };
            }
            _ => {}
        }
        let mut detail = match error.detail() {
            Some(detail) => detail.trim_end_matches('.').to_owned(),
            None => error.kind().to_string(),
        };
        if let Some(source) = std::error::Error::source(error) {
            detail = format!("{detail}: {source}");
        }
        if let Some((end, _)) = detail.char_indices().nth(LONGEST_DETAIL) {
            detail.truncate(end);
            detail.push('…');
        }
        Self::Failed { detail, expression }
    }
}
