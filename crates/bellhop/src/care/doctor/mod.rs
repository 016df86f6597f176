//! `bellhop doctor`: what is wrong with an installation, and how to mend it.
//!
//! It changes nothing, makes no file, and works beside a running server. What it says holds no secret.
//!
//! # Adding a check
//! 1. A file here with a function that gives [`Finding`]s.
//! 2. A line in [`examine`].
//! 3. A story in `tests/it/care/doctor.rs`, with what is wrong and how it is mended.

mod clock;
mod close;
mod database;
mod files;
mod keys;
mod public_url;

use std::time::Duration;

use bellhop_vault::Redactor;
use bellhop_workflow::time::Clock;

use super::chain;
use crate::config::Settings;
use crate::server::database::check_role;

/// How long somebody else may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a check came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// All is well.
    Well,
    /// Worth knowing, and no fault.
    Remark,
    /// Something has to be mended.
    Wrong,
}

impl Verdict {
    /// The word for it, for a program to read.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Well => "ok",
            Self::Remark => "remark",
            Self::Wrong => "wrong",
        }
    }
}

/// What one check has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at.
    pub check: &'static str,
    /// How it is.
    pub verdict: Verdict,
    /// What was seen, in a sentence.
    pub detail: String,
    /// What to do about it.
    pub mend: Option<String>,
}

impl Finding {
    fn well(check: &'static str, detail: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Well, detail: detail.into(), mend: None }
    }

    fn remark(check: &'static str, detail: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Remark, detail: detail.into(), mend: Some(mend.into()) }
    }

    fn wrong(check: &'static str, detail: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Wrong, detail: detail.into(), mend: Some(mend.into()) }
    }
}

/// Looks at everything that a server with these settings stands on.
pub async fn examine(settings: &Settings, clock: &dyn Clock) -> Vec<Finding> {
    let redactor = Redactor::default();
    let mut findings = vec![configuration(settings)];
    findings.extend(files::examine(settings));
    let mut patient = database::open(settings).await;
    findings.append(&mut patient.findings);
    let sealed = keys::examine(settings, &mut patient, &redactor).await;
    findings.extend(sealed.findings);
    let http = match bellhop_trigger::close::http_client() {
        Ok(http) => http,
        Err(error) => {
            let mend = "see whether this machine has certificates of authorities (`ca-certificates`)";
            findings.push(Finding::wrong("network", format!("no HTTP client: {error}"), mend));
            return findings;
        }
    };
    findings.extend(public_url::examine(settings, &http).await);
    let credentials = close::credentials(sealed.credentials, &redactor);
    let uses_close = credentials.as_ref().is_ok_and(|credentials| !credentials.is_empty());
    findings.push(clock::examine(settings, &http, clock, uses_close).await);
    match credentials {
        Ok(credentials) => findings.extend(close::examine(settings, &http, credentials, &redactor).await),
        Err(error) => {
            let mend = "correct the variable, or unset it";
            findings.push(Finding::wrong("credentials", error.to_string(), mend));
        }
    }
    findings
}

fn configuration(settings: &Settings) -> Finding {
    const CHECK: &str = "configuration";
    if let Err(error) = check_role(settings) {
        return Finding::wrong(CHECK, error.to_string(), "leave `role` out, or name a PostgreSQL database");
    }
    Finding::well(CHECK, "every key is known and has a value that it can have")
}
