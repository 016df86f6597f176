//! From the text of a `*.test.yaml` to checked cases. Walks the same tree of places as the workflow's parser, so that a
//! mistake in a test is shown as one in a workflow is.

mod case;
mod event;
mod expect;
mod given;
mod matcher;
mod mock;

use super::context::Context;
use super::place::At;
use super::suggest::{did_you_mean, listed};
use crate::catalogue::{EventCatalogue, UnknownEvent};
use crate::diagnostic::{Code, Diagnostic};
use crate::ids::WorkflowName;
use crate::model::{EventPair, Step, Workflow};
use crate::source::{Source, Span};
use crate::testfile::TestFile;
use crate::yaml::{self, Data, Node};

const KEYS: [&str; 3] = ["workflow", "defaults", "cases"];

/// Tests that were found good.
#[derive(Debug, Clone)]
pub struct ParsedTests {
    /// The tests.
    pub tests: TestFile,
    /// What is probably a mistake, in the order of the file.
    pub warnings: Vec<Diagnostic>,
}

/// The workflow that the tests are of, as far as whoever reads the file has found it.
#[derive(Debug, Clone)]
pub enum Companion<'a> {
    /// This one: the ids in the tests are checked against it.
    Found(&'a Workflow),
    /// It is there, but it has mistakes of its own: ids are not checked.
    Broken,
    /// It is not there. A mistake in the tests, which names the nearest of these.
    Missing {
        /// The names that there are.
        known: Vec<String>,
    },
}

impl<'a> Companion<'a> {
    fn workflow(&self) -> Option<&'a Workflow> {
        match self {
            Self::Found(workflow) => Some(workflow),
            Self::Broken | Self::Missing { .. } => None,
        }
    }

    /// The steps, where they are known.
    fn steps(&self) -> Option<Vec<&'a Step>> {
        self.workflow().map(Workflow::all_steps)
    }
}

/// What `workflow:` says in a test file, whatever else is wrong with the file.
#[must_use]
pub fn workflow_named(yaml: &str) -> Option<String> {
    if yaml.len() > yaml::MAX_FILE_BYTES {
        return None;
    }
    let root = yaml::load(&Source::new(yaml)).ok()?;
    let Data::Map(fields) = root.data else { return None };
    let (_, value) = fields.into_iter().find(|(key, _)| key.name == "workflow")?;
    match value.data {
        Data::Text(name) => Some(name),
        _ => None,
    }
}

/// Parses and checks a test file. `yaml` is its text, at most 1 MiB of it. The error holds everything that is wrong with
/// it and its warnings too, in the order of the file, and at least one error.
pub fn parse(yaml: &str, companion: &Companion<'_>) -> Result<ParsedTests, Vec<Diagnostic>> {
    if yaml.len() > yaml::MAX_FILE_BYTES {
        let mut context = Context::new(Source::new(""), &NoEvents);
        let message = format!("the file is larger than {} bytes", yaml::MAX_FILE_BYTES);
        context.error(Code::FileTooLarge, Span::default(), "", message).help("split it into several files");
        return Err(context.into_diagnostics());
    }
    let mut context = Context::new(Source::new(yaml), &NoEvents);
    let root = match yaml::load(context.source()) {
        Ok(root) => root,
        Err(problem) => {
            context.error(problem.code, problem.span, "", problem.message).maybe_help(problem.help);
            return Err(context.into_diagnostics());
        }
    };
    let tests = read(&mut context, &At::root(&root), companion);
    let has_errors = context.has_errors();
    let diagnostics = context.into_diagnostics();
    match tests {
        Some(tests) if !has_errors => Ok(ParsedTests { tests, warnings: diagnostics }),
        _ => Err(diagnostics),
    }
}

fn read(context: &mut Context<'_>, root: &At<'_>, companion: &Companion<'_>) -> Option<TestFile> {
    if !matches!(root.node.data, Data::Map(_)) {
        let found = if root.is_null() {
            "the file is empty".to_owned()
        } else {
            format!("a test file is a map, found {}", root.node.data.kind())
        };
        context
            .error(Code::WrongType, root.span(), "", found)
            .help("it begins with `workflow:`, and has `cases:`");
        return None;
    }
    let mut fields = root.map(context)?;
    let workflow = fields.take("workflow");
    let name = workflow.as_ref().map(|at| at.text(context).map(WorkflowName::new));
    missing_workflow(context, root, workflow.as_ref(), companion);
    let defaults = fields.take("defaults").map(|at| case::defaults(context, &at, companion));
    let cases = if let Some(at) = fields.take("cases") {
        case::list(context, &at, &defaults.clone().flatten().unwrap_or_default(), companion)
    } else {
        context
            .error(Code::MissingKey, root.span(), "", "a test file needs `cases`")
            .help("add `cases:` with a list of them");
        None
    };
    fields.finish(context, &KEYS);
    let workflow = match name {
        Some(name) => Some(name?),
        None => None,
    };
    if defaults.is_some_and(|defaults| defaults.is_none()) {
        return None;
    }
    Some(TestFile { workflow, cases: cases? })
}

/// Notes that the workflow is not there.
fn missing_workflow(
    context: &mut Context<'_>,
    root: &At<'_>,
    at: Option<&At<'_>>,
    companion: &Companion<'_>,
) {
    let Companion::Missing { known } = companion else { return };
    let known = || known.iter().map(String::as_str);
    let named = at.and_then(|at| match &at.node.data {
        Data::Text(name) => Some((at, name)),
        _ => None,
    });
    match (named, at) {
        (Some((at, name)), _) => {
            let shown: String = name.chars().take(64).collect();
            let message = format!("no workflow beside this file is called `{shown}`");
            let help = did_you_mean(name, known())
                .or_else(|| known().next().map(|_| format!("there are {}", listed(known()))));
            context.error(Code::UnknownWorkflow, at.span(), &at.path, message).maybe_help(help);
        }
        (None, None) => {
            let message = "nothing says which workflow these are the tests of";
            context
                .error(Code::MissingKey, root.span(), "", message)
                .help("add `workflow:` with its name, or call the file after the workflow's: `NAME.test.yaml` beside `NAME.yaml`");
        }
        // It is there, but no text: noted already.
        (None, Some(_)) => {}
    }
}

/// A value as it is. The keys that one of its maps has twice are noted.
fn value(context: &mut Context<'_>, at: &At<'_>) -> serde_json::Value {
    fn look(context: &mut Context<'_>, at: &At<'_>) {
        match &at.node.data {
            Data::Map(_) => {
                for (_, field) in at.map(context).map(super::fields::Fields::rest).unwrap_or_default() {
                    look(context, &field);
                }
            }
            Data::List(_) => {
                for item in at.list(context).unwrap_or_default() {
                    look(context, &item);
                }
            }
            Data::Null | Data::Bool(_) | Data::Number(_) | Data::Text(_) => {}
        }
    }
    look(context, at);
    Node::to_json(at.node)
}

/// Test files name no events of a catalogue.
struct NoEvents;

impl EventCatalogue for NoEvents {
    fn resolve(&self, _: &str, _: &str) -> Result<Vec<EventPair>, UnknownEvent> {
        Err(UnknownEvent { suggestion: None })
    }
}
