//! What the tests have in common: a catalogue of a few events, and short ways to parse.

use std::sync::LazyLock;

use bellhop_workflow::diagnostic::Diagnostic;
use bellhop_workflow::expression::{Expression, ExpressionError, Scope, Template};
use bellhop_workflow::model::{EventPair, Workflow};
use bellhop_workflow::{EventCatalogue, EventName, PayloadFields, SchemeName, UnknownEvent, parse};
use serde_json::Value;

/// Knows leads, and contacts with what they have.
pub(crate) struct LeadsOnly;

/// What contacts have; what leads have is not known.
static CONTACT: LazyLock<PayloadFields> = LazyLock::new(|| {
    let flat = |names: &[&str], open| PayloadFields {
        fields: names.iter().map(|name| ((*name).to_owned(), None)).collect(),
        open,
    };
    let mut contact = flat(&["id", "name", "title", "emails"], true);
    contact.fields.insert("address".to_owned(), Some(flat(&["city", "zip"], false)));
    contact
});

impl EventCatalogue for LeadsOnly {
    fn resolve(&self, provider: &str, name: &str) -> Result<Vec<EventPair>, UnknownEvent> {
        let pair = |action: &str| EventPair { object_type: "lead".to_owned(), action: action.to_owned() };
        match (provider, name) {
            ("close", "lead.created") => Ok(vec![pair("created")]),
            ("close", "lead.*" | "lead.published") => Ok(vec![pair("created"), pair("updated")]),
            ("close", "contact.created") => {
                Ok(vec![EventPair { object_type: "contact".to_owned(), action: "created".to_owned() }])
            }
            ("close", "task.completed") => Ok(vec![EventPair {
                object_type: "activity.task_completed".to_owned(),
                action: "created".to_owned(),
            }]),
            ("close", "task.lead.completed") => {
                Ok(vec![EventPair { object_type: "task.lead".to_owned(), action: "completed".to_owned() }])
            }
            ("close", "lead.craeted") => Err(UnknownEvent { suggestion: Some("lead.created".to_owned()) }),
            _ => Err(UnknownEvent { suggestion: None }),
        }
    }

    fn is_publication(&self, _: &str, name: &str) -> bool {
        name == "lead.published"
    }

    fn names(&self, _: &str) -> Vec<EventName> {
        ["lead.created", "lead.*"]
            .map(|name| EventName { name: name.to_owned(), description: "A lead.".to_owned() })
            .into()
    }

    fn schemes(&self) -> Vec<SchemeName> {
        ["github", "stripe"]
            .map(|name| SchemeName { name: name.to_owned(), description: "A sender.".to_owned() })
            .into()
    }

    fn fields(&self, provider: &str, event: &EventPair) -> Option<&PayloadFields> {
        (provider == "close" && event.object_type == "contact").then_some(&CONTACT)
    }
}

/// Knows leads, and what of them is created and updated.
pub(crate) struct Leads;

impl EventCatalogue for Leads {
    fn resolve(&self, provider: &str, name: &str) -> Result<Vec<EventPair>, UnknownEvent> {
        match (provider, name) {
            ("close", "lead.updated") => {
                Ok(vec![EventPair { object_type: "lead".to_owned(), action: "updated".to_owned() }])
            }
            _ => LeadsOnly.resolve(provider, name),
        }
    }

    fn names(&self, _: &str) -> Vec<EventName> {
        let named = |name: &str| EventName { name: name.to_owned(), description: "A lead.".to_owned() };
        ["lead.created", "lead.updated", "lead.*"].map(named).into()
    }

    fn schemes(&self) -> Vec<SchemeName> {
        LeadsOnly.schemes()
    }
}

/// A workflow that is good.
pub(crate) fn good(yaml: &str) -> Workflow {
    match parse(yaml, &LeadsOnly) {
        Ok(parsed) => parsed.workflow,
        Err(diagnostics) => panic!("{}", rendered(&diagnostics)),
    }
}

/// All that is wrong with a workflow.
pub(crate) fn bad(yaml: &str) -> Vec<Diagnostic> {
    parse(yaml, &LeadsOnly).expect_err("the workflow should be refused")
}

/// Errors and warnings, whether it is good or not.
pub(crate) fn findings(yaml: &str) -> Vec<Diagnostic> {
    match parse(yaml, &LeadsOnly) {
        Ok(parsed) => parsed.warnings,
        Err(diagnostics) => diagnostics,
    }
}

pub(crate) fn rendered(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(|diagnostic| diagnostic.render("flow.yaml")).collect::<Vec<_>>().join("\n")
}

/// A workflow around the text of one step's fields, each line of which is indented as a field is.
pub(crate) fn with_step(fields: &str) -> String {
    let fields: Vec<String> = fields.trim_end().lines().map(|line| format!("    {line}")).collect();
    format!("name: demo\ntriggers:\n  - manual:\nsteps:\n  - id: own\n{}\n", fields.join("\n"))
}

/// A workflow around the keys of one schedule.
pub(crate) fn with_schedule(keys: &str) -> String {
    let keys: Vec<String> = keys.trim_end().lines().map(|line| format!("      {line}")).collect();
    format!("name: demo\ntriggers:\n  - schedule:\n{}\nsteps:\n  - uses: return\n", keys.join("\n"))
}

/// A workflow around the text of its steps, and of what follows them.
pub(crate) fn with_steps(steps: &str) -> String {
    format!("name: demo\ntriggers:\n  - manual:\nsteps:\n{}\n", steps.trim_matches('\n').trim_end())
}

/// The codes of all findings, each with its line.
pub(crate) fn found(yaml: &str) -> Vec<(String, usize)> {
    findings(yaml).into_iter().map(|finding| (finding.code, finding.line)).collect()
}

/// A workflow whose manual trigger takes the inputs in this text, each line of which is indented as an input is.
pub(crate) fn with_inputs(inputs: &str) -> String {
    let inputs: Vec<String> = inputs.trim_end().lines().map(|line| format!("        {line}")).collect();
    format!(
        "name: demo\ntriggers:\n  - manual:\n      inputs:\n{}\nsteps:\n  - uses: return\n",
        inputs.join("\n")
    )
}

/// A scope with an event in it.
pub(crate) fn scope(event: &Value) -> Scope {
    let mut scope = Scope::new();
    scope.set("event", event);
    scope
}

pub(crate) fn evaluate(source: &str, event: &Value) -> Result<Value, ExpressionError> {
    Expression::compile(source).expect("the expression should compile").evaluate(&scope(event))
}

pub(crate) fn render(template: &str, event: &Value) -> Result<Value, ExpressionError> {
    Template::compile(template).expect("the template should compile").render(&scope(event))
}
