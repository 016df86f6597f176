//! `bellhop doctor`: what is wrong with an installation, and how to mend it.

use std::fmt::Write as _;
use std::process::ExitCode;

use bellhop_workflow::time::SystemClock;
use clap::Args;
use serde_json::{Value, json};

use super::local::LocalArgs;
use super::output::paint::Tone;
use super::output::{Output, text};
use super::progress::Progress;
use super::{CliError, Context};
use crate::care::doctor::{Finding, Verdict, examine};

/// Whose installation.
#[derive(Debug, Args)]
#[command(after_help = "\
Run it on the server's machine, as the server's user, with the server's settings; the server may run. It changes
nothing. The exit code is 1 where something is wrong.")]
pub struct DoctorArgs {
    #[command(flatten)]
    local: LocalArgs,
}

pub(super) async fn run(args: &DoctorArgs, context: &Context<'_>) -> Result<ExitCode, CliError> {
    let findings = match args.local.settings(context) {
        Ok(settings) => {
            let progress = Progress::new(context.output);
            progress.begin("looking at everything");
            examine(&settings, &SystemClock).await
        }
        Err(error) => vec![Finding {
            check: "configuration",
            verdict: Verdict::Wrong,
            detail: error.to_string().trim_start_matches("configuration: ").to_owned(),
            mend: Some("correct it, and run this again for the rest".to_owned()),
        }],
    };
    let wrong = findings.iter().filter(|finding| finding.verdict == Verdict::Wrong).count();
    let output = context.output;
    if output.is_json() {
        output.json(&json!({
            "ok": wrong == 0,
            "findings": findings.iter().map(to_json).collect::<Vec<_>>(),
        }))?;
    } else {
        for finding in &findings {
            output.line(&in_words(finding, output))?;
        }
        output.line(&match wrong {
            0 => "nothing is wrong".to_owned(),
            1 => "1 thing is wrong".to_owned(),
            more => format!("{more} things are wrong"),
        })?;
    }
    Ok(if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn to_json(finding: &Finding) -> Value {
    json!({
        "check": finding.check,
        "verdict": finding.verdict.as_str(),
        "detail": finding.detail,
        "mend": finding.mend,
    })
}

fn in_words(finding: &Finding, output: &Output) -> String {
    let tone = match finding.verdict {
        Verdict::Well => Tone::Good,
        Verdict::Remark => Tone::Busy,
        Verdict::Wrong => Tone::Bad,
    };
    let paint = output.paint();
    let verdict = paint.tone(tone, &format!("{:<6}", finding.verdict.as_str()));
    let mut line = format!("{verdict}  {}: {}", finding.check, text::clean(&finding.detail));
    if let Some(mend) = &finding.mend {
        // To write into a string cannot fail.
        let _ = write!(line, "\n        {} {}", paint.strong("mend:"), text::clean(mend));
    }
    line
}
