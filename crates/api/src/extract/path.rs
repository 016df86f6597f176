//! Names and ids in the address. What cannot be one is not found.

use axum::extract::{FromRequestParts, RawPathParams};
use bellhop_workflow::ids::{CredentialName, DeliveryId, ExecutionId, TokenId, Version, WorkflowName};
use http::request::Parts;

use crate::openapi::Described;
use crate::problem::{Problem, kind};
use crate::state::ApiState;

/// One parameter of the path, read as a `T`.
pub(crate) struct PathOf<T>(pub(crate) T);

/// What can stand in a path.
pub(crate) trait PathKey: Sized {
    /// The parameter's name in the route.
    const PARAMETER: &'static str;
    /// What it names, for the 404.
    const WHAT: &'static str;

    /// Reads it; none where the text cannot be the name of anything.
    fn read(text: &str) -> Option<Self>;

    /// What is said of it in the description of the interface.
    fn described() -> Described {
        Described::name("Its name.", "greet")
    }

    /// The answer where it cannot.
    fn refusal(text: &str) -> Problem {
        Problem::not_found(Self::WHAT, text)
    }
}

impl<T: PathKey + Send> FromRequestParts<ApiState> for PathOf<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        let parameters = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_| Problem::because(kind::NOT_FOUND, "The address is not valid UTF-8."))?;
        // A route may spell a name out (`/workflows/validate`): the segment then stands for itself.
        let spelled_out = || parts.uri.path().rsplit('/').next().unwrap_or_default();
        let parameter = parameters.iter().find(|(name, _)| *name == T::PARAMETER);
        let text = parameter.map_or_else(spelled_out, |(_, value)| value);
        T::read(text).map(Self).ok_or_else(|| T::refusal(&shown(text)))
    }
}

/// The name as a 404 repeats it: no longer than a name can be.
fn shown(text: &str) -> String {
    text.chars().take(100).collect()
}

/// Whether it is a letter and up to 62 letters, digits, `-` and `_`. What the language takes as a name is one of these;
/// it may take fewer.
pub(crate) fn is_name(text: &str) -> bool {
    text.len() <= 63
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

impl PathKey for WorkflowName {
    const PARAMETER: &'static str = "name";
    const WHAT: &'static str = "workflow";

    fn described() -> Described {
        Described::name("The workflow's name.", "greet")
    }

    fn read(text: &str) -> Option<Self> {
        is_name(text).then(|| Self::new(text))
    }
}

impl PathKey for CredentialName {
    const PARAMETER: &'static str = "name";
    const WHAT: &'static str = "credential";

    fn described() -> Described {
        Described::name("The credential's name.", "close")
    }

    fn read(text: &str) -> Option<Self> {
        is_name(text).then(|| Self::new(text))
    }
}

impl PathKey for Version {
    const PARAMETER: &'static str = "version";
    const WHAT: &'static str = "version";

    fn described() -> Described {
        Described::number("The version.")
    }

    fn read(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }
}

impl PathKey for ExecutionId {
    const PARAMETER: &'static str = "id";
    const WHAT: &'static str = "execution";

    fn described() -> Described {
        Described::id("The execution's id.")
    }

    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl PathKey for TokenId {
    const PARAMETER: &'static str = "id";
    const WHAT: &'static str = "token";

    fn described() -> Described {
        Described::id("The token's id.")
    }

    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl PathKey for DeliveryId {
    const PARAMETER: &'static str = "id";
    const WHAT: &'static str = "delivery";

    fn described() -> Described {
        Described::id("The delivery's id.")
    }

    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}
