//! Why an expression has no value.

use minijinja::ErrorKind;

/// As much of an expression as a message shows.
const SHOWN: usize = 120;

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
    /// It gives too much.
    #[error("`{}` gives more than {} bytes", shown(.0), super::MAX_OUTPUT_BYTES)]
    TooLarge(String),
    /// It gives something nested too deeply.
    #[error("`{}` gives a value that is nested too deeply", shown(.0))]
    TooDeep(String),
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
        if error.kind() == ErrorKind::OutOfFuel {
            return Self::TooLong(expression);
        }
        let detail = error.detail().unwrap_or_default();
        if let Some(path) = undefined_path(detail) {
            return Self::Undefined { path: path.to_owned(), expression };
        }
        if error.kind() == ErrorKind::UndefinedError {
            return Self::Undefined { path: shown(&expression), expression };
        }
        let mut detail = if detail.is_empty() {
            error.kind().to_string()
        } else {
            detail.trim_end_matches('.').to_owned()
        };
        if let Some(source) = std::error::Error::source(error) {
            detail = format!("{detail}: {source}");
        }
        Self::Failed { detail, expression }
    }
}

/// The path in MiniJinja's "`event.data.x` is undefined", which it puts into brackets after another message.
fn undefined_path(detail: &str) -> Option<&str> {
    let before = detail.trim_end_matches(')').strip_suffix("` is undefined")?;
    let start = before.rfind('`')?;
    Some(&before[start + 1..]).filter(|path| !path.contains("(...)"))
}

#[cfg(test)]
mod tests {
    use super::undefined_path;

    #[test]
    fn the_path_is_found_in_both_of_minijinjas_forms() {
        assert_eq!(undefined_path("`event.data.x` is undefined"), Some("event.data.x"));
        assert_eq!(undefined_path("tried to use + operator (`event.x` is undefined)"), Some("event.x"));
        assert_eq!(undefined_path("value is not a string"), None);
    }
}
