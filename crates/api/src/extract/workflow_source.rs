//! A workflow's YAML as a request body: plain, or inside JSON.

use axum::extract::{FromRequest, Request};
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::read_body;
use super::json::{is_json, media_type, parse_object};
use crate::problem::{Problem, kind};
use crate::state::ApiState;

/// The media types that YAML is sent under: RFC 9512's, and those from before it.
const YAML_TYPES: [&str; 4] = ["application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"];

/// A workflow's text, not parsed yet.
pub(crate) struct WorkflowSource(pub(crate) String);

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WorkflowInJson)]
pub(crate) struct InJson {
    /// The workflow's text.
    #[schema(
        example = "name: greet\ntriggers:\n  - manual:\nsteps:\n  - { id: greet, uses: log, with: { message: hello } }\n"
    )]
    yaml: String,
}

impl FromRequest<ApiState> for WorkflowSource {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &ApiState) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let json = is_json(&parts.headers);
        let yaml = media_type(&parts.headers).is_some_and(|media| YAML_TYPES.contains(&media.as_str()));
        if !json && !yaml {
            return Err(Problem::because(
                kind::UNSUPPORTED_MEDIA_TYPE,
                "Send the YAML as `Content-Type: application/yaml`, or as JSON: `{\"yaml\": \"…\"}`.",
            ));
        }
        let bytes = read_body(&parts.headers, body, state.rest_body_limit(), state.body_timeout).await?;
        if json {
            return parse_object::<InJson>(&bytes).map(|InJson { yaml }| Self(yaml));
        }
        match String::from_utf8(bytes.into()) {
            Ok(text) => Ok(Self(text)),
            Err(error) => Err(Problem::because(
                kind::MALFORMED_BODY,
                format!("The YAML is not valid UTF-8 from byte {} on.", error.utf8_error().valid_up_to()),
            )),
        }
    }
}
