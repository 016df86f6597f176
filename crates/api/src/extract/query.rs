//! Query parameters. A parameter that is not understood is refused by name: a filter that is silently ignored shows
//! more than was asked for.

use std::fmt;

use axum::extract::FromRequestParts;
use http::request::Parts;
use url::form_urlencoded;

use crate::problem::{Problem, kind};
use crate::state::ApiState;

/// The query, read as a `T`.
pub(crate) struct Query<T>(pub(crate) T);

/// What can be read from a query.
pub(crate) trait FromParameters: Sized {
    /// The parameters that there are.
    const NAMES: &'static [&'static str];

    /// Reads them.
    fn read(parameters: &Parameters) -> Result<Self, Problem>;
}

impl<T: FromParameters> FromRequestParts<ApiState> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &ApiState) -> Result<Self, Problem> {
        let parameters = Parameters::parse(parts.uri.query().unwrap_or_default(), T::NAMES)?;
        T::read(&parameters).map(Self)
    }
}

/// The parameters of one request, each at most once, none empty.
#[derive(Debug)]
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Takes the query apart. An empty value counts as not given: forms send them so.
    pub(crate) fn parse(query: &str, allowed: &[&str]) -> Result<Self, Problem> {
        let mut parameters: Vec<(String, String)> = Vec::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if !allowed.contains(&name.as_ref()) {
                return Err(refused(format!(
                    "There is no parameter `{}` here; there are {}.",
                    name.chars().take(100).collect::<String>(),
                    listed(allowed),
                )));
            }
            if value.is_empty() {
                continue;
            }
            if parameters.iter().any(|(known, _)| *known == name) {
                return Err(refused(format!("The parameter `{name}` is given twice.")));
            }
            parameters.push((name.into_owned(), value.into_owned()));
        }
        Ok(Self(parameters))
    }

    /// A parameter as it is.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A parameter that `read` has to understand; `allowed` completes "has to be …".
    pub(crate) fn value<T>(
        &self,
        name: &str,
        read: impl FnOnce(&str) -> Option<T>,
        allowed: impl fmt::Display,
    ) -> Result<Option<T>, Problem> {
        let Some(text) = self.text(name) else { return Ok(None) };
        match read(text) {
            Some(value) => Ok(Some(value)),
            None => Err(refused(format!("The parameter `{name}` has to be {allowed}."))),
        }
    }
}

fn refused(detail: String) -> Problem {
    Problem::because(kind::INVALID_PARAMETER, detail)
}

/// The words in a row, each marked as code.
pub(crate) fn listed(words: &[&str]) -> String {
    match words {
        [] => "none".to_owned(),
        words => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "),
    }
}
