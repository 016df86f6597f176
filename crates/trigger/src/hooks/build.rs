//! From what is stored to hooks that can judge.

use bellhop_storage::{CredentialStore, RegistrationRow, WorkflowRow, signature_key_context};
use bellhop_vault::{MasterKey, Redactor, Sealed, Secret};
use bellhop_workflow::activation::ActivationState;
use bellhop_workflow::model::{TriggerKind, WebhookAuth, WebhookResponse, WebhookTrigger, Workflow};

use super::proof::credential_of;
use super::{Hook, Proof, Verifier};
use crate::manifest::{self, Manifest};
use crate::signature::SignatureKey;

/// What the key of a registration is sealed for.
pub(crate) fn key_context(row: &RegistrationRow) -> String {
    signature_key_context(row.id)
}

/// Refuses everything.
fn nobody() -> Verifier {
    Verifier::Vendor { sender: manifest::close(), key: None }
}

/// What hooks are made with.
pub(super) struct Builder<'a> {
    /// What signature keys are sealed with.
    pub(super) key: &'a MasterKey,
    /// What webhooks are proved with.
    pub(super) credentials: &'a CredentialStore,
    /// Taught every signature key.
    pub(super) redactor: &'a Redactor,
}

impl Builder<'_> {
    /// The hook of a registration. `parsed` is the workflow's present version, which may have no trigger with the
    /// registration's id any more.
    pub(super) async fn hook(
        &self,
        workflow: &WorkflowRow,
        row: &RegistrationRow,
        parsed: Option<&Workflow>,
    ) -> Hook {
        let trigger = parsed
            .into_iter()
            .flat_map(|parsed| &parsed.triggers)
            .find(|trigger| trigger.id == row.trigger_id && trigger.kind.as_str() == row.provider);
        let on = workflow.state == ActivationState::Active && row.state == ActivationState::Active;
        let (active, verifier) = match trigger.map(|trigger| &trigger.kind) {
            Some(TriggerKind::Close(_)) => {
                let sender = manifest::close();
                (on, Verifier::Vendor { sender, key: self.signature_key(sender, row) })
            }
            Some(TriggerKind::Vendor(vendor)) => match manifest::manifest(&vendor.provider) {
                Some(sender) => (on, Verifier::Vendor { sender, key: self.signature_key(sender, row) }),
                None => (false, nobody()),
            },
            Some(TriggerKind::Webhook(webhook)) => {
                let proof = if on { self.proof(row, webhook).await } else { None };
                (on, Verifier::Webhook { method: webhook.method.clone(), proof })
            }
            Some(TriggerKind::Schedule(_) | TriggerKind::Manual(_)) | None => (false, nobody()),
        };
        Hook {
            id: row.hook().clone(),
            registration: row.id,
            workflow_id: workflow.id,
            workflow_name: workflow.name.clone(),
            version: workflow.version,
            trigger_id: row.trigger_id.clone(),
            active,
            events: row.credential.as_ref().map(|_| row.events.clone()),
            published: match trigger.map(|trigger| &trigger.kind) {
                Some(TriggerKind::Close(close)) => close.published.clone(),
                _ => Vec::new(),
            },
            filter: trigger.and_then(|trigger| trigger.filter.clone()),
            concurrency: parsed.and_then(|parsed| parsed.concurrency.clone()),
            mask: parsed.map(|parsed| parsed.mask.clone()).unwrap_or_default(),
            response: match trigger.map(|trigger| &trigger.kind) {
                Some(TriggerKind::Webhook(webhook)) => webhook.response,
                _ => WebhookResponse::Immediately,
            },
            verifier,
        }
    }

    /// The key of a subscription, opened. Where it cannot be, the hook has none and refuses everything.
    fn signature_key(&self, sender: &Manifest, row: &RegistrationRow) -> Option<SignatureKey> {
        let sealed = Sealed::from_bytes(row.signature_key.clone()?);
        let opened = self
            .key
            .open(&key_context(row), &sealed)
            .inspect_err(|error| {
                tracing::error!(registration = %row.id, %error, "the signature key cannot be opened");
            })
            .ok()?;
        let text = Secret::from(str::from_utf8(&opened).ok()?.to_owned());
        self.redactor.learn(&text);
        SignatureKey::read(sender.signature.key, &text).ok()
    }

    /// What the sender of a webhook has to show. Where its credential cannot be used, the hook refuses everything.
    async fn proof(&self, row: &RegistrationRow, webhook: &WebhookTrigger) -> Option<Proof> {
        if webhook.auth == WebhookAuth::None {
            return Some(Proof::Url);
        }
        let name = credential_of(&webhook.auth)?;
        let resolved = self.credentials.resolve(name).await.inspect_err(|error| {
            let error: &dyn std::error::Error = error;
            tracing::error!(registration = %row.id, credential = %name, error, "the webhook has no key");
        });
        Proof::new(&webhook.auth, resolved.ok()?)
            .inspect_err(|error| {
                let error: &dyn std::error::Error = error;
                tracing::error!(registration = %row.id, credential = %name, error, "the webhook has no key");
            })
            .ok()
    }
}
