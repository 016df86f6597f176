//! Every kind of problem the API answers with, on one page.
//!
//! # Adding a kind
//! One constant here. Its `uri` is what clients test for: it never changes once it is released.

use http::StatusCode;

/// What all problems of one kind have in common.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    /// RFC 9457 `type`: a stable relative URI.
    pub(crate) uri: &'static str,
    /// RFC 9457 `title`.
    pub(crate) title: &'static str,
    /// The answer's status.
    pub(crate) status: StatusCode,
    /// RFC 9457 `detail` where nothing more precise is said.
    pub(crate) detail: &'static str,
}

macro_rules! kinds {
    ($($name:ident = $status:ident $uri:literal $title:literal $detail:literal;)*) => {
        $(pub(crate) const $name: &Kind = &Kind {
            uri: concat!("/problems/", $uri),
            title: $title,
            status: StatusCode::$status,
            detail: $detail,
        };)*

        /// All of them.
        pub(crate) const ALL: &[&Kind] = &[$($name),*];
    };
}

kinds! {
    INVALID_PARAMETER = BAD_REQUEST "invalid-parameter" "A query parameter is not valid"
        "See the parameters of this call.";
    MALFORMED_BODY = BAD_REQUEST "malformed-body" "The request body cannot be read"
        "The body is not what its content type says.";
    UNAUTHORIZED = UNAUTHORIZED "unauthorized" "A valid token is needed"
        "Send `Authorization: Bearer TOKEN` with a token of this server that is not revoked and has not expired.";
    TOO_MANY_ATTEMPTS = TOO_MANY_REQUESTS "too-many-attempts" "Too many wrong tokens came from this address"
        "`Retry-After` says when a token is looked at again.";
    INSUFFICIENT_SCOPE = FORBIDDEN "insufficient-scope" "The token does not reach so far"
        "Use a token of a greater scope.";
    CROSS_SITE = FORBIDDEN "cross-site" "The request may be another site's doing"
        "With a cookie, only pages of this server may change something.";
    OTHER_WORKFLOWS = FORBIDDEN "other-workflows" "The token is for other workflows"
        "Use a token that is for this workflow, or for all.";
    INVALID_HEADER = BAD_REQUEST "invalid-header" "A header is not valid"
        "See the headers of this call.";
    NOT_FOUND = NOT_FOUND "not-found" "There is no such thing"
        "Nothing is found under this address.";
    METHOD_NOT_ALLOWED = METHOD_NOT_ALLOWED "method-not-allowed" "The method is not allowed here"
        "The `Allow` header names the methods that are.";
    BODY_TIMEOUT = REQUEST_TIMEOUT "body-timeout" "The request body did not arrive in time"
        "Send the whole body without long pauses.";
    NAME_TAKEN = CONFLICT "workflow-name-taken" "A workflow of that name exists"
        "Change it with `PUT`, or choose another name.";
    CONFLICT = CONFLICT "conflict" "Something else changed it at the same time"
        "Look at its present state and try again.";
    CREDENTIAL_IN_USE = CONFLICT "credential-in-use" "An active workflow needs this credential"
        "Deactivate the workflow first.";
    CREDENTIAL_READ_ONLY = CONFLICT "credential-from-environment" "The credential comes from the environment"
        "Change the environment of the server instead.";
    HOOK_TAKEN = CONFLICT "hook-path-taken" "Another workflow has this path"
        "Choose another `path` for the webhook trigger.";
    EXECUTION_ENDED = CONFLICT "execution-ended" "The execution has ended"
        "What has ended cannot be changed any more.";
    EXECUTION_UNFINISHED = CONFLICT "execution-unfinished" "The execution has not ended"
        "Cancel it first, or wait for its end.";
    NOTHING_FAILED = CONFLICT "nothing-failed" "Nothing of the execution has failed"
        "Name a step to begin with, or `start`.";
    WORKFLOW_GONE = GONE "workflow-gone" "The workflow is not there any more"
        "It was deleted, or the version was.";
    PAYLOAD_GONE = GONE "payload-gone" "What it would take is not kept any more"
        "The history keeps payloads for as long as `retention` says.";
    DELIVERY_REJECTED = CONFLICT "delivery-rejected" "The delivery was refused"
        "Who sent it could not be proved, or it was no event.";
    TRIGGER_GONE = CONFLICT "trigger-gone" "The workflow has no such trigger any more"
        "A delivery is replayed through the trigger that it came to.";
    CANNOT_BEGIN_THERE = UNPROCESSABLE_ENTITY "cannot-begin-there" "It cannot begin there"
        "Name a step that was reached, or `start`.";
    ALREADY_RESUMED = CONFLICT "already-resumed" "The wait was resumed before"
        "Only the first call counts.";
    AMBIGUOUS_STEP = CONFLICT "ambiguous-step" "The step waits in more than one place"
        "Name the path of one of them.";
    NOT_WAITING_ANY_MORE = GONE "not-waiting-any-more" "Nothing waits for this any more"
        "The execution has ended, or the time of the step has run out.";
    TOKEN_NAME_TAKEN = CONFLICT "token-name-taken" "A token of that name exists"
        "Revoke it first, or choose another name.";
    PRECONDITION_FAILED = PRECONDITION_FAILED "precondition-failed" "It is not what the request expects"
        "Look at its present state and try again.";
    BODY_TOO_LARGE = PAYLOAD_TOO_LARGE "body-too-large" "The request body is too large"
        "Send less.";
    UNSUPPORTED_MEDIA_TYPE = UNSUPPORTED_MEDIA_TYPE "unsupported-media-type" "The content type is not understood"
        "See the content types of this call.";
    TOO_MANY_STREAMS = TOO_MANY_REQUESTS "too-many-streams" "Too many event streams are open"
        "Close one that is not needed, or try again later.";
    INVALID_WORKFLOW = UNPROCESSABLE_ENTITY "invalid-workflow" "The workflow has mistakes"
        "`diagnostics` names each with its place.";
    INVALID_BODY = UNPROCESSABLE_ENTITY "invalid-body" "The request body does not say what is needed"
        "See the body of this call.";
    INVALID_CREDENTIAL = UNPROCESSABLE_ENTITY "invalid-credential" "The credential is not complete"
        "See the fields of its kind.";
    INVALID_TOKEN = UNPROCESSABLE_ENTITY "invalid-token" "There can be no such token"
        "See the body of this call.";
    MISSING_CREDENTIAL = UNPROCESSABLE_ENTITY "missing-credential" "The workflow needs a credential that is not there"
        "Store it with `bellhop credentials set`.";
    CREDENTIAL_UNTESTABLE = UNPROCESSABLE_ENTITY "credential-untestable" "Credentials of this kind cannot be tested"
        "See what each kind is for.";
    INTERNAL = INTERNAL_SERVER_ERROR "internal" "The server made a mistake"
        "The server's log says more.";
    EXECUTION_FAILED = INTERNAL_SERVER_ERROR "execution-failed" "The workflow did not succeed"
        "Whoever runs the server sees why in its history.";
    EXECUTION_RUNNING = GATEWAY_TIMEOUT "execution-running" "The workflow has not answered in time"
        "It goes on all the same.";
    INVALID_INPUTS = UNPROCESSABLE_ENTITY "invalid-inputs" "The inputs are not what the workflow takes"
        "`inputs` names each.";
    VENDOR = BAD_GATEWAY "vendor" "The vendor did not do what it was asked"
        "`vendor` carries its own words.";
    STORAGE = SERVICE_UNAVAILABLE "storage-unavailable" "The database cannot be used at present"
        "Try again in a few seconds.";
    NOT_READY = SERVICE_UNAVAILABLE "not-ready" "The server cannot do its work at present"
        "`parts` says which part cannot.";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::ALL;

    #[test]
    fn no_two_kinds_share_a_type() {
        let uris: BTreeSet<_> = ALL.iter().map(|kind| kind.uri).collect();
        assert_eq!(uris.len(), ALL.len());
    }
}
