//! What an expression may name, by where it stands.

use super::context::Context;
use super::suggest::{did_you_mean, listed, nearest};
use crate::diagnostic::Code;
use crate::expression::{FILTERS, FUNCTIONS, Reference, Segment, TESTS, references};
use crate::ids::StepId;
use crate::source::Span;

/// What a step has under `steps.<id>`.
const STEP_FIELDS: &[&str] = &["output", "status", "error"];

/// The fields of the envelope, Close's ids among them.
const EVENT_FIELDS: &[&str] = &[
    "id",
    "type",
    "object_type",
    "action",
    "time",
    "data",
    "previous",
    "changed",
    "source",
    "raw",
    "lead_id",
    "object_id",
    "user_id",
    "organization_id",
];

/// The roots whose fields are few and fixed.
const FIXED: [(&str, &[&str]); 3] = [
    ("trigger", &["id", "kind"]),
    ("workflow", &["name", "version"]),
    ("execution", &["id", "attempt", "started_at"]),
];

/// Where an expression stands.
#[derive(Debug, Clone, Copy)]
pub(super) enum Stands {
    /// In a trigger's `where`: nothing has begun yet.
    Where,
    /// In the variable of that number.
    Variable(usize),
    /// In the step of that number.
    Step(usize),
}

/// What the workflow defines, and from where it is looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names<'n> {
    pub(super) stands: Stands,
    /// All variables, in order.
    pub(super) variables: &'n [String],
    /// The ids of all steps, in order.
    pub(super) steps: &'n [StepId],
}

/// An expression under examination: what it says, and how its bytes lie in the file.
pub(super) struct Examined<'e> {
    pub(super) source: &'e str,
    pub(super) path: &'e str,
    pub(super) span_of: &'e dyn Fn(std::ops::Range<usize>) -> Span,
}

impl Names<'_> {
    /// Notes every name in the expression that is not there.
    pub(super) fn check(&self, context: &mut Context<'_>, expression: &Examined<'_>) {
        for reference in references(expression.source) {
            let mut checker = Checker { names: self, context, expression };
            match reference {
                Reference::Path(path) => checker.path(&path),
                Reference::Function(name) => checker.function(&name),
                Reference::Method(name) => checker.method(&name),
                Reference::Filter(name) => checker.listed(&name, "filter", Code::UnknownFilter, FILTERS),
                Reference::Test(name) => checker.listed(&name, "test", Code::UnknownTest, TESTS),
            }
        }
    }

    fn roots(&self) -> &'static [&'static str] {
        match self.stands {
            Stands::Where => &["event", "trigger", "workflow"],
            Stands::Variable(_) => &["event", "trigger", "inputs", "vars", "execution", "workflow"],
            Stands::Step(_) => &["event", "trigger", "steps", "vars", "inputs", "execution", "workflow"],
        }
    }
}

struct Checker<'c, 'x, 'a> {
    names: &'c Names<'c>,
    context: &'c mut Context<'x>,
    expression: &'c Examined<'a>,
}

impl Checker<'_, '_, '_> {
    fn report(&mut self, code: Code, at: &Segment, message: String, help: Option<String>) {
        let span = (self.expression.span_of)(at.range.clone());
        self.context.error(code, span, self.expression.path, message).maybe_help(help);
    }

    fn path(&mut self, path: &[Segment]) {
        let [root, rest @ ..] = path else { return };
        if !self.names.roots().contains(&root.name.as_str()) {
            return self.root(root);
        }
        let Some(first) = rest.first() else { return };
        match root.name.as_str() {
            "steps" => self.step(first, rest.get(1)),
            "vars" => self.variable(first),
            "event" => self.event(first),
            name => {
                if let Some((_, fields)) = FIXED.iter().find(|(fixed, _)| *fixed == name) {
                    self.field(name, first, fields);
                }
            }
        }
    }

    fn root(&mut self, root: &Segment) {
        let name = root.name.as_str();
        let roots = self.names.roots();
        let why = match (name, self.names.stands) {
            ("steps", Stands::Variable(_)) => Some("variables are computed before the first step runs"),
            ("steps" | "vars" | "inputs" | "execution", Stands::Where) => {
                Some("`where` decides whether an execution begins at all")
            }
            ("error", _) => {
                Some("it is there in `on_failure` and `catch` only; a step's own is `steps.<id>.error`")
            }
            ("item" | "index", _) => Some("it is there in `for_each` only"),
            ("null" | "nil" | "undefined", _) => {
                Some("nothing is written `none`; `is defined` tests for presence")
            }
            ("secrets" | "env", _) => Some("secrets are never in scope: name a credential instead"),
            _ => None,
        };
        let help = why.map(str::to_owned).or_else(|| self.known_elsewhere(name)).or_else(|| {
            did_you_mean(name, roots.iter().copied()).or_else(|| {
                Some(format!("in scope here: {}; text needs quotes", listed(roots.iter().copied())))
            })
        });
        self.report(Code::UnknownName, root, format!("`{name}` is not in scope here"), help);
    }

    /// A step or a variable whose root was left out.
    fn known_elsewhere(&self, name: &str) -> Option<String> {
        let roots = self.names.roots();
        if roots.contains(&"vars") && self.names.variables.iter().any(|variable| variable == name) {
            return Some(format!("write `vars.{name}`"));
        }
        let is_step = self.names.steps.iter().any(|step| step.as_str() == name);
        (roots.contains(&"steps") && is_step).then(|| format!("write `steps.{name}.output`"))
    }

    fn step(&mut self, id: &Segment, field: Option<&Segment>) {
        let Stands::Step(own) = self.names.stands else { return };
        let steps = self.names.steps;
        let earlier = || steps.iter().take(own).map(StepId::as_str);
        let available = || match earlier().next() {
            Some(_) => format!("steps that have run by then: {}", listed(earlier())),
            None => "this is the first step".to_owned(),
        };
        let found = steps.iter().position(|step| step.as_str() == id.name);
        match found {
            Some(index) if index < own => {
                if let Some(field) = field
                    && !STEP_FIELDS.contains(&field.name.as_str())
                {
                    let help = did_you_mean(&field.name, STEP_FIELDS.iter().copied()).unwrap_or_else(|| {
                        format!("did you mean `steps.{}.output.{}`?", id.name, field.name)
                    });
                    let message =
                        format!("a step has {}, not `{}`", listed(STEP_FIELDS.iter().copied()), field.name);
                    self.report(Code::UnknownField, field, message, Some(help));
                }
            }
            Some(index) if index == own => {
                let message = format!("`{}` is this step itself, which has no output yet", id.name);
                self.report(Code::StepRunsLater, id, message, Some(available()));
            }
            Some(_) => {
                let message = format!("step `{}` runs later than this one", id.name);
                self.report(Code::StepRunsLater, id, message, Some(available()));
            }
            None => {
                let help = did_you_mean(&id.name, earlier()).unwrap_or_else(available);
                self.report(Code::UnknownStep, id, format!("no step is called `{}`", id.name), Some(help));
            }
        }
    }

    fn variable(&mut self, name: &Segment) {
        let known = match self.names.stands {
            Stands::Variable(index) => &self.names.variables[..index.min(self.names.variables.len())],
            Stands::Where | Stands::Step(_) => self.names.variables,
        };
        if known.contains(&name.name) {
            return;
        }
        let known = || known.iter().map(String::as_str);
        let is_later = self.names.variables.contains(&name.name);
        let (message, help) = if is_later {
            (
                format!("`vars.{}` is not computed yet here", name.name),
                "variables are computed in the order of the file".to_owned(),
            )
        } else {
            let none = "the workflow has no `vars`".to_owned();
            let list =
                if known().next().is_some() { format!("variables here: {}", listed(known())) } else { none };
            (
                format!("no variable is called `{}`", name.name),
                did_you_mean(&name.name, known()).unwrap_or(list),
            )
        };
        self.report(Code::UnknownVariable, name, message, Some(help));
    }

    /// Another vendor's envelope may have more fields, so this is a warning.
    fn event(&mut self, field: &Segment) {
        if EVENT_FIELDS.contains(&field.name.as_str()) {
            return;
        }
        let help = nearest(&field.name, EVENT_FIELDS.iter().copied())
            .map_or_else(|| format!("event.data.{}", field.name), |name| format!("event.{name}"));
        let span = (self.expression.span_of)(field.range.clone());
        self.context
            .warning(
                Code::UnknownField,
                span,
                self.expression.path,
                format!(
                    "an event has no `{}` of its own; the object's fields are under `event.data`",
                    field.name
                ),
            )
            .help(format!("did you mean `{help}`?"));
    }

    fn field(&mut self, root: &str, field: &Segment, known: &[&str]) {
        if known.contains(&field.name.as_str()) {
            return;
        }
        let help = did_you_mean(&field.name, known.iter().copied())
            .unwrap_or_else(|| format!("it has {}", listed(known.iter().copied())));
        self.report(Code::UnknownField, field, format!("`{root}` has no `{}`", field.name), Some(help));
    }

    fn function(&mut self, name: &Segment) {
        if FUNCTIONS.contains(&name.name.as_str()) {
            return;
        }
        let help = if FILTERS.contains(&name.name.as_str()) {
            format!("it is a filter: write `value | {}`", name.name)
        } else if matches!(name.name.as_str(), "today" | "utcnow") {
            "write `now()`, or `now() | date` for the day".to_owned()
        } else {
            format!("functions: {}; everything else is a filter", listed(FUNCTIONS.iter().copied()))
        };
        self.report(
            Code::UnknownFunction,
            name,
            format!("no function is called `{}`", name.name),
            Some(help),
        );
    }

    fn method(&mut self, name: &Segment) {
        let help = nearest(&name.name, FILTERS.iter().copied()).map_or_else(
            || "use a filter: `value | upper`".to_owned(),
            |filter| format!("write `value | {filter}`"),
        );
        let message = format!("values have no methods such as `{}()`", name.name);
        self.report(Code::UnknownFunction, name, message, Some(help));
    }

    fn listed(&mut self, name: &Segment, what: &str, code: Code, known: &[&str]) {
        if known.contains(&name.name.as_str()) {
            return;
        }
        let help = did_you_mean(&name.name, known.iter().copied());
        self.report(code, name, format!("no {what} is called `{}`", name.name), help);
    }
}
