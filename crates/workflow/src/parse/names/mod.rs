//! What an expression may name, by where it stands.
//!
//! # Adding a root
//! Its name in [`Names::roots`], where it is in scope; what is known of its fields in `fields.rs`.

mod calls;
mod fields;
mod path;
mod steps;

pub(super) use self::fields::EVENT_FIELDS;
use super::context::Context;
use super::outline::{From, Outline, Part, Shape};
use crate::diagnostic::Code;
use crate::expression::{FILTERS, Reference, Segment, TESTS, references};
use crate::source::Span;

/// The roots that are there in every expression of a step. None of them can be the name of an item.
pub(super) const ROOTS: [&str; 7] = ["event", "trigger", "steps", "vars", "inputs", "execution", "workflow"];

/// Where an expression stands.
#[derive(Debug, Clone, Copy)]
pub(super) enum Stands {
    /// In a trigger's `where`: nothing has begun yet.
    Where,
    /// In `concurrency`: the execution is being recorded.
    Concurrency,
    /// In the variable of that number.
    Variable(usize),
    /// Among the steps, or after them.
    Steps(From),
}

/// What a workflow defines.
#[derive(Debug, Default)]
pub(super) struct Defined {
    /// All variables, in order.
    pub(super) variables: Vec<String>,
    /// Those of them that hold no expression.
    pub(super) written_out: Vec<String>,
    /// The inputs that a start by hand can give; none where anything is taken.
    pub(super) inputs: Option<Vec<String>>,
    pub(super) outline: Outline,
}

/// What the workflow defines, and from where it is looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names<'n> {
    stands: Stands,
    /// None where nothing of it is in scope.
    defined: Option<&'n Defined>,
}

/// An expression under examination: what it says, and how its bytes lie in the file.
pub(super) struct Examined<'e> {
    pub(super) source: &'e str,
    pub(super) path: &'e str,
    pub(super) span_of: &'e dyn Fn(std::ops::Range<usize>) -> Span,
}

impl<'n> Names<'n> {
    /// What a trigger's `where` may name.
    pub(super) const fn of_where() -> Self {
        Self { stands: Stands::Where, defined: None }
    }

    pub(super) const fn new(stands: Stands, defined: &'n Defined) -> Self {
        Self { stands, defined: Some(defined) }
    }

    /// The same workflow from another place.
    pub(super) const fn at(self, stands: Stands) -> Self {
        Self { stands, ..self }
    }

    /// From the `until` of the loop that it is looked at from.
    pub(super) const fn after_steps(self) -> Self {
        match self.stands {
            Stands::Steps(From::Step(own)) => self.at(Stands::Steps(From::Until(own))),
            _ => self,
        }
    }

    /// The steps of the workflow.
    pub(super) fn outline(&self) -> Option<&'n Outline> {
        self.defined.map(|defined| &defined.outline)
    }

    /// Notes every name in the expression that is not there.
    pub(super) fn check(&self, context: &mut Context<'_>, expression: &Examined<'_>) {
        let roots = self.roots();
        for reference in references(expression.source) {
            let mut checker = Checker { names: self, roots: &roots, context, expression };
            match reference {
                Reference::Path(path) => checker.path(&path),
                Reference::Function(name) => checker.function(&name),
                Reference::Method(name) => checker.method(&name),
                Reference::Filter(name) => checker.listed(&name, "filter", Code::UnknownFilter, FILTERS),
                Reference::Test(name) => checker.listed(&name, "test", Code::UnknownTest, TESTS),
            }
        }
    }

    fn roots(&self) -> Vec<&'n str> {
        match self.stands {
            Stands::Where => vec!["event", "trigger", "workflow"],
            Stands::Concurrency => vec!["event", "trigger", "inputs", "workflow"],
            Stands::Variable(_) => vec!["event", "trigger", "inputs", "vars", "execution", "workflow"],
            Stands::Steps(from) => {
                let mut roots = ROOTS.to_vec();
                for name in self.local(from) {
                    // An inner block may call its item as an outer one does.
                    if !roots.contains(&name) {
                        roots.push(name);
                    }
                }
                roots
            }
        }
    }

    /// The roots that the blocks around an expression add.
    fn local(&self, from: From) -> Vec<&'n str> {
        let mut local = Vec::new();
        for (shape, part) in self.outline().map(|outline| outline.around(from)).unwrap_or_default() {
            match shape {
                Some(Shape::ForEach(item)) => local.extend([item.as_str(), "index"]),
                Some(Shape::Loop) => local.push("index"),
                _ => {}
            }
            if matches!(part, Part::Catch | Part::OnFailure) {
                local.push("error");
            }
        }
        local
    }

    /// Whether there is a variable of that name that holds no expression.
    pub(super) fn is_written_out(&self, variable: &str) -> bool {
        self.defined.is_some_and(|defined| defined.written_out.iter().any(|name| name == variable))
    }

    fn variables(&self) -> &'n [String] {
        self.defined.map_or(&[], |defined| &defined.variables)
    }
}

/// An expression, and what is there for it.
struct Checker<'c, 'x, 'a> {
    names: &'c Names<'c>,
    roots: &'c [&'c str],
    context: &'c mut Context<'x>,
    expression: &'c Examined<'a>,
}

impl Checker<'_, '_, '_> {
    fn report(&mut self, code: Code, at: &Segment, message: String, help: Option<String>) {
        let span = (self.expression.span_of)(at.range.clone());
        self.context.error(code, span, self.expression.path, message).maybe_help(help);
    }
}
