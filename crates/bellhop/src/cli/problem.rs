//! What a server says where it cannot do what was asked (RFC 9457).

use bellhop_workflow::diagnostic::Diagnostic;
use serde::Deserialize;
use serde_json::Value;

use super::diagnostics;

/// A problem, as far as a person needs it.
#[derive(Debug)]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// What is the matter, in a sentence.
    pub message: String,
    /// What helps to mend it, where that is known.
    pub help: Option<String>,
    /// The mistakes in a workflow's YAML.
    pub diagnostics: Vec<Diagnostic>,
    /// The problem as the server sent it.
    pub original: Value,
}

/// What of a problem's members is looked at.
#[derive(Deserialize)]
struct Members {
    title: Option<String>,
    detail: Option<String>,
    help: Option<String>,
    #[serde(default)]
    diagnostics: Vec<Value>,
    vendor: Option<Vendor>,
}

/// The refusal of a vendor.
#[derive(Deserialize)]
struct Vendor {
    status: Option<u16>,
}

impl Problem {
    /// Reads a problem; `None` where the answer is not one.
    pub(super) fn read(status: u16, original: Value) -> Option<Self> {
        let members = Members::deserialize(&original).ok()?;
        let words = members.detail.or(members.title)?;
        let refusal = members.vendor.as_ref().and_then(|vendor| vendor.status);
        let message = match refusal {
            Some(status) => format!("{words} (the vendor answered {status})"),
            None => words,
        };
        let help = members.help.or_else(|| match status {
            429 | 503 => Some("try again in a moment".to_owned()),
            500.. if members.vendor.is_none() => Some("the server's log says more".to_owned()),
            _ => None,
        });
        let diagnostics = members.diagnostics.iter().filter_map(diagnostics::read).collect();
        Some(Self { status, message, help, diagnostics, original })
    }
}
