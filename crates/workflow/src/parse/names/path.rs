//! Paths: their root, and what is known of what follows it.

use super::{Checker, Stands};
use crate::diagnostic::Code;
use crate::expression::Segment;
use crate::parse::outline::{From, Shape};
use crate::parse::suggest::{did_you_mean, listed};

impl Checker<'_, '_, '_> {
    pub(super) fn path(&mut self, path: &[Segment]) {
        let [root, rest @ ..] = path else { return };
        if !self.roots.contains(&root.name.as_str()) {
            return self.root(root);
        }
        let Some(first) = rest.first() else { return };
        match root.name.as_str() {
            "steps" => self.step(first, &rest[1..]),
            "vars" => self.variable(first),
            "event" => self.event(first),
            "inputs" => self.input(first),
            "execution" if first.name == "resume_urls" => self.resume_url(rest.get(1)),
            name => self.fixed(name, first),
        }
    }

    fn root(&mut self, root: &Segment) {
        let name = root.name.as_str();
        let help = self
            .why(name)
            .or_else(|| self.known_elsewhere(name))
            .or_else(|| did_you_mean(name, self.roots.iter().copied()))
            .unwrap_or_else(|| {
                format!("in scope here: {}; text needs quotes", listed(self.roots.iter().copied()))
            });
        self.report(Code::UnknownName, root, format!("`{name}` is not in scope here"), Some(help));
    }

    /// Why a name that means something is not in scope here.
    fn why(&self, name: &str) -> Option<String> {
        let why = match (name, self.names.stands) {
            ("steps", Stands::Variable(_)) => "variables are computed before the first step runs",
            ("steps" | "vars" | "inputs" | "execution", Stands::Where) => {
                "`where` decides whether an execution begins at all"
            }
            ("steps" | "vars" | "execution", Stands::Concurrency) => {
                "the key is computed before the execution begins, from `event`, `trigger`, `inputs` and `workflow`"
            }
            ("error", _) => {
                "it is there in `catch` and `on_failure` only; a step's own is `steps.<id>.error`"
            }
            ("item", Stands::Steps(from)) => return Some(self.called_otherwise(from)),
            ("item", _) => "it is there in the steps of a `for_each` only",
            ("index", _) => "it is there in the steps of a `for_each` or `loop` only",
            ("null" | "nil" | "undefined", _) => "nothing is written `none`; `is defined` tests for presence",
            ("secrets" | "env", _) => "secrets are never in scope: name a credential instead",
            ("output" | "outputs", _) => "what a step gave is `steps.<id>.output`",
            _ => return None,
        };
        Some(why.to_owned())
    }

    /// What the item is called, where `as` says so.
    fn called_otherwise(&self, from: From) -> String {
        let around = self.names.outline().map(|outline| outline.around(from)).unwrap_or_default();
        let renamed = around.into_iter().find_map(|(shape, _)| match shape {
            Some(Shape::ForEach(name)) => Some(name),
            _ => None,
        });
        match renamed {
            Some(name) => format!("`as` calls it `{name}` here"),
            None => "it is there in the steps of a `for_each` only".to_owned(),
        }
    }

    /// A step or a variable whose root was left out.
    fn known_elsewhere(&self, name: &str) -> Option<String> {
        if self.roots.contains(&"vars") && self.names.variables().iter().any(|variable| variable == name) {
            return Some(format!("write `vars.{name}`"));
        }
        let is_step = self.names.outline().is_some_and(|outline| outline.find(name).is_some());
        (self.roots.contains(&"steps") && is_step).then(|| format!("write `steps.{name}.output`"))
    }
}
