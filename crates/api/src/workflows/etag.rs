//! A workflow's entity tag: `"VERSION-ID-DIGEST"`.
//!
//! Two editors must not overwrite each other, and what one of them edits is a version: `If-Match` compares that, and the id,
//! which tells a workflow from one of the same name that was deleted. An event that comes in meanwhile changes what an
//! answer shows, and is no reason to refuse an edit. `If-None-Match` of a `GET` compares the digest of the answer as well,
//! so that nobody goes on with a state that has changed.

use std::fmt;

use bellhop_storage::WorkflowRow;
use bellhop_trigger::lifecycle::Expected;
use bellhop_workflow::ids::{Version, WorkflowId};
use http::HeaderValue;
use http::header::ETAG;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::shape::Workflow;
use crate::extract::{Tag, Tags};
use crate::problem::{Problem, kind};

/// The tag of a workflow as an answer shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EntityTag {
    version: Version,
    id: WorkflowId,
    digest: String,
}

impl EntityTag {
    /// The tag of what `GET` answers.
    pub(crate) fn of(workflow: &Workflow) -> Result<Self, Problem> {
        let (id, version) = workflow.identity();
        let digest = Sha256::digest(json(workflow)?);
        Ok(Self { version, id, digest: hex::encode(&digest[..8]) })
    }

    /// Whether the condition names this very answer.
    pub(crate) fn is_among(&self, tags: &Tags) -> bool {
        let own = self.opaque();
        match tags {
            Tags::Any => true,
            // RFC 9110, 13.1.2: weak or not makes no difference here.
            Tags::Listed(tags) => tags.iter().any(|tag| tag.opaque == own),
        }
    }

    /// The header.
    pub(crate) fn header(&self) -> Result<(http::HeaderName, HeaderValue), Problem> {
        Ok((ETAG, HeaderValue::from_str(&self.to_string()).map_err(Problem::internal)?))
    }

    fn opaque(&self) -> String {
        format!("{}-{}-{}", self.version, self.id.as_uuid().simple(), self.digest)
    }
}

impl fmt::Display for EntityTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.opaque())
    }
}

/// Which versions a change is meant for. A tag that is none of ours is meant for none.
pub(crate) fn expected(if_match: Option<&Tags>) -> Expected {
    match if_match {
        None | Some(Tags::Any) => Expected::Any,
        Some(Tags::Listed(tags)) => Expected::OneOf(tags.iter().filter_map(meant).collect()),
    }
}

/// RFC 9110, 13.1.1: a weak tag never matches.
fn meant(tag: &Tag) -> Option<(WorkflowId, Version)> {
    if tag.weak {
        return None;
    }
    let mut parts = tag.opaque.split('-');
    let version = Version(parts.next()?.parse().ok()?);
    Some((parts.next()?.parse().ok()?, version))
}

/// 412: the workflow is there, or is there as another version, and the request expects otherwise.
pub(crate) fn changed(present: &WorkflowRow) -> Problem {
    changed_to(present.version)
}

/// The same, where only the version is at hand.
pub(crate) fn changed_to(version: Version) -> Problem {
    let detail = format!(
        "Version {version} is there now, which is not what the request expects. Look at it, then try again."
    );
    Problem::because(kind::PRECONDITION_FAILED, detail).at_version(version)
}

fn json(value: &impl Serialize) -> Result<Vec<u8>, Problem> {
    serde_json::to_vec(value).map_err(Problem::internal)
}
