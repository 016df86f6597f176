//! What starts a workflow, in words.

use bellhop_trigger::manifest::manifest;
use bellhop_workflow::model::{
    CatchUp, HmacAlgorithm, HmacScheme, Inputs, Timing, Trigger, TriggerKind, WebhookAuth, WebhookResponse,
};

use super::tree::Tree;
use super::{leaf, words};

pub(super) fn trigger(trigger: &Trigger) -> Tree {
    let (text, mut below) = kind(&trigger.kind);
    below.extend(trigger.filter.as_ref().map(|filter| leaf(format!("only where {}", filter.source()))));
    Tree::titled(trigger.id.as_str(), text).with(below)
}

fn kind(kind: &TriggerKind) -> (String, Vec<Tree>) {
    match kind {
        TriggerKind::Close(close) => {
            let events =
                close.events.iter().map(|event| leaf(format!("{}.{}", event.object_type, event.action)));
            let mut below: Vec<Tree> = events.collect();
            below.extend(
                close.filters.as_ref().map(|filters| leaf(format!("filtered at Close by {filters}"))),
            );
            let text = format!("Close sends one of these events (credential `{}`)", close.credential);
            (text, below)
        }
        TriggerKind::Vendor(vendor) => {
            let label = manifest(&vendor.provider).map_or(vendor.provider.as_str(), |known| &known.label);
            let mut below: Vec<Tree> = vendor.events.iter().map(|event| leaf(event.name())).collect();
            below.extend(vendor.parameters.iter().map(|(name, value)| leaf(format!("{name}: {value}"))));
            (format!("{label} sends one of these events (credential `{}`)", vendor.credential), below)
        }
        TriggerKind::Webhook(webhook) => {
            let path = webhook.path.as_deref().unwrap_or("<unguessable>");
            let text = format!("{} comes to /webhook/{}", webhook.method, path.trim_matches('/'));
            (text, vec![leaf(proof(&webhook.auth)), leaf(answer(webhook.response))])
        }
        TriggerKind::Schedule(schedule) => {
            let text = match &schedule.timing {
                Timing::Cron(cron) => format!("at `{cron}`, {} time", schedule.timezone),
                Timing::Every(every) => format!("every {}", words::duration(*every)),
            };
            let missed = match schedule.catch_up {
                CatchUp::None => "times that were missed are let go",
                CatchUp::One => "of times that were missed, the last is made up for",
                CatchUp::All => "all times that were missed are made up for",
            };
            (text, vec![leaf(missed)])
        }
        TriggerKind::Manual(manual) => {
            let below = manual.inputs.iter().flat_map(inputs).collect();
            ("somebody starts it: `bellhop run`, REST, or another workflow".to_owned(), below)
        }
    }
}

fn proof(auth: &WebhookAuth) -> String {
    match auth {
        WebhookAuth::None => "anybody who knows the URL may send".to_owned(),
        WebhookAuth::Basic(credential) => format!("proved by HTTP Basic (credential `{credential}`)"),
        WebhookAuth::Bearer(credential) => format!("proved by a bearer token (credential `{credential}`)"),
        WebhookAuth::Header(credential) => format!("proved by a header (credential `{credential}`)"),
        WebhookAuth::Hmac(hmac) => match &hmac.scheme {
            HmacScheme::Named(name) => {
                format!("signed as `{name}` signs (credential `{}`)", hmac.credential)
            }
            HmacScheme::Written(written) => {
                let algorithm = match written.algorithm {
                    HmacAlgorithm::Sha256 => "HMAC-SHA256",
                    HmacAlgorithm::Sha512 => "HMAC-SHA512",
                };
                format!("proved by {algorithm} in `{}` (credential `{}`)", written.header, hmac.credential)
            }
        },
    }
}

const fn answer(response: WebhookResponse) -> &'static str {
    match response {
        WebhookResponse::Immediately => "answered as soon as the event is safe",
        WebhookResponse::LastStep => "answered with the output, once the workflow has ended",
        WebhookResponse::RespondStep => "answered by a `respond` step",
    }
}

fn inputs(inputs: &Inputs) -> Vec<Tree> {
    let line = |(name, input): (&String, &bellhop_workflow::model::Input)| {
        let kind = match input.schema.get("type") {
            Some(serde_json::Value::String(word)) => word.clone(),
            Some(other) => other.to_string(),
            None => "anything".to_owned(),
        };
        let default = input.default.as_ref().map(|default| format!(", {default} where it is left out"));
        let needed = if input.required { ", required".to_owned() } else { default.unwrap_or_default() };
        Tree::titled(format!("inputs.{name}"), format!("{kind}{needed}"))
    };
    inputs.fields.iter().map(line).collect()
}
