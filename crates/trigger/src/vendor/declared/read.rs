//! What a vendor's answer says of a webhook. Pure.

use bellhop_vault::Secret;
use bellhop_workflow::model::EventPair;
use serde_json::Value;

use crate::manifest::{Registration, SecretBy};
use crate::vendor::{SubscribedEvent, Subscription, SubscriptionStatus};

/// The webhook; none where it has no id, or delivers to no URL.
pub(super) fn subscription(registration: &Registration, answer: &Value) -> Option<Subscription> {
    let places = &registration.hook;
    let names = answer.pointer(&places.events).and_then(Value::as_array).into_iter().flatten();
    let active = answer.pointer(&places.active.at);
    Some(Subscription {
        id: id(registration, answer)?,
        url: answer.pointer(&places.url)?.as_str()?.to_owned(),
        events: names
            .filter_map(Value::as_str)
            .map(|name| SubscribedEvent::of(&EventPair::named(name)))
            .collect(),
        status: active.map(|active| {
            if *active == places.active.is { SubscriptionStatus::Active } else { SubscriptionStatus::Paused }
        }),
        signature_key: None,
    })
}

/// The vendor's id for it.
pub(super) fn id(registration: &Registration, answer: &Value) -> Option<String> {
    match answer.pointer(&registration.hook.id)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The secret, where the vendor makes it and says it.
pub(super) fn secret(registration: &Registration, answer: &Value) -> Option<Secret> {
    match &registration.secret {
        SecretBy::Us => None,
        SecretBy::Vendor(at) => answer.pointer(at)?.as_str().map(|text| Secret::from(text.to_owned())),
    }
}
