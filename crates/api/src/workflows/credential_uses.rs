//! Which credentials a workflow names.

use std::collections::BTreeMap;

use bellhop_trigger::manifest::{Registration, manifest};
use bellhop_vault::CredentialKind;
use bellhop_workflow::expression::TemplateTree;
use bellhop_workflow::ids::CredentialName;
use bellhop_workflow::model::{Action, StepKind, TriggerKind, WebhookAuth, Workflow};
use serde_json::Value;

/// The credential that a `close` step uses where it names none.
const DEFAULT_CLOSE: &str = "close";

/// The credentials that triggers and steps name, each with the kind it has to be of where only one will do. A name that
/// an expression computes is not known before the step runs.
pub(crate) fn credential_uses(workflow: &Workflow) -> BTreeMap<CredentialName, Option<CredentialKind>> {
    let steps = workflow.all_steps().into_iter().filter_map(|step| match &step.action {
        Action::Uses { kind, with } => of_step(*kind, with),
        _ => None,
    });
    let triggers = workflow.triggers.iter().filter_map(|trigger| of_trigger(&trigger.kind));
    // Triggers come last, because what a trigger says of the kind is the more exact.
    steps.chain(triggers).collect()
}

fn of_trigger(kind: &TriggerKind) -> Option<(CredentialName, Option<CredentialKind>)> {
    let (name, kind) = match kind {
        TriggerKind::Close(close) => (&close.credential, CredentialKind::Close),
        TriggerKind::Vendor(vendor) => {
            let registration = manifest(&vendor.provider).and_then(|manifest| manifest.registration.as_ref());
            return Some((vendor.credential.clone(), registration.map(Registration::credential)));
        }
        TriggerKind::Webhook(webhook) => match &webhook.auth {
            WebhookAuth::None => return None,
            WebhookAuth::Basic(name) => (name, CredentialKind::HttpBasic),
            WebhookAuth::Bearer(name) => (name, CredentialKind::HttpBearer),
            WebhookAuth::Header(name) => (name, CredentialKind::HttpHeader),
            WebhookAuth::Hmac(hmac) => (&hmac.credential, CredentialKind::Hmac),
        },
        TriggerKind::Schedule(_) | TriggerKind::Manual(_) => return None,
    };
    Some((name.clone(), Some(kind)))
}

fn of_step(kind: StepKind, with: &TemplateTree) -> Option<(CredentialName, Option<CredentialKind>)> {
    match kind {
        StepKind::Http => Some((literal(entry(entry(with, "auth")?, "credential")?)?, None)),
        StepKind::Close => {
            let name = match entry(with, "credential") {
                Some(named) => literal(named)?,
                None => CredentialName::new(DEFAULT_CLOSE),
            };
            Some((name, Some(CredentialKind::Close)))
        }
        // Without one, mail goes by the server's own `smtp_url`.
        StepKind::Email => Some((literal(entry(with, "credential")?)?, Some(CredentialKind::Smtp))),
        StepKind::Sql => Some((literal(entry(with, "credential")?)?, Some(CredentialKind::Sql))),
        StepKind::Script
        | StepKind::Set
        | StepKind::Log
        | StepKind::Sleep
        | StepKind::WaitFor
        | StepKind::Workflow
        | StepKind::State
        | StepKind::Respond
        | StepKind::Return
        | StepKind::Fail
        | StepKind::Exec => None,
    }
}

/// The value under a key, in whichever form the tree holds it.
#[derive(Clone, Copy)]
enum Node<'a> {
    Tree(&'a TemplateTree),
    Value(&'a Value),
}

impl<'a> From<&'a TemplateTree> for Node<'a> {
    fn from(tree: &'a TemplateTree) -> Self {
        match tree {
            TemplateTree::Literal(value) => Self::Value(value),
            other => Self::Tree(other),
        }
    }
}

fn entry<'a>(of: impl Into<Node<'a>>, key: &str) -> Option<Node<'a>> {
    match of.into() {
        Node::Tree(TemplateTree::Map(entries)) => entries.get(key).map(Node::from),
        Node::Value(Value::Object(entries)) => entries.get(key).map(Node::Value),
        Node::Tree(_) | Node::Value(_) => None,
    }
}

fn literal(node: Node<'_>) -> Option<CredentialName> {
    match node {
        Node::Value(Value::String(name)) => Some(CredentialName::new(name.as_str())),
        Node::Value(_) | Node::Tree(_) => None,
    }
}
