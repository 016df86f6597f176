//! From text to a checked workflow.
//!
//! A tree of places is walked once, and every mistake is noted on the way: nothing stops at the first. Each part
//! of the language has a file; `with/` has one for each step kind, `block/` one for each control block, `trigger/` one
//! for each trigger kind, and `check/` one for each thing that only several parts together can get wrong.

mod block;
mod check;
mod concurrency;
mod context;
mod credential;
mod duration;
mod event_fields;
mod expressions;
mod fields;
mod mask;
mod mend;
mod names;
mod number;
mod outline;
mod place;
mod retry;
mod step;
mod steps;
mod suggest;
pub(crate) mod testfile;
mod trigger;
mod vars;
pub(crate) mod with;
mod workflow;

use self::context::Context;
pub use self::duration::parse as parse_duration;
use self::place::At;
pub(crate) use self::trigger::close_filter;
use crate::catalogue::EventCatalogue;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::Workflow;
use crate::source::{Source, Span};
use crate::yaml;

/// A workflow that was found good.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// The workflow.
    pub workflow: Workflow,
    /// What is probably a mistake, in the order of the file.
    pub warnings: Vec<Diagnostic>,
}

/// Parses and checks a workflow.
///
/// `yaml` is the file's text, at most 1 MiB of it; `catalogue` knows the names of vendors' events. The error holds
/// everything that is wrong with the file and its warnings too, in the order of the file, and at least one error.
pub fn parse(yaml: &str, catalogue: &dyn EventCatalogue) -> Result<Parsed, Vec<Diagnostic>> {
    if yaml.len() > yaml::MAX_FILE_BYTES {
        // Not even looked at: counting its lines would cost more than the answer is worth.
        let mut context = Context::new(Source::new(""), catalogue);
        let message = format!("the file is larger than {} bytes", yaml::MAX_FILE_BYTES);
        context.error(Code::FileTooLarge, Span::default(), "", message);
        return Err(context.into_diagnostics());
    }
    let mut context = Context::new(Source::new(yaml), catalogue);
    let root = match yaml::load(context.source()) {
        Ok(root) => root,
        Err(problem) => {
            context.error(problem.code, problem.span, "", problem.message).maybe_help(problem.help);
            return Err(context.into_diagnostics());
        }
    };
    let workflow = workflow::read(&mut context, &At::root(&root));
    let has_errors = context.has_errors();
    let diagnostics = context.into_diagnostics();
    match workflow {
        Some(workflow) if !has_errors => Ok(Parsed { workflow, warnings: diagnostics }),
        _ => Err(diagnostics),
    }
}
