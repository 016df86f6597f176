//! What happens in a run: what users do, what befalls the vendor, and when the process ends.

use std::collections::BTreeMap;

use close_simulator::{CallFault, Effect};
use proptest::prelude::*;
use serde_json::json;

/// How many workflows there are at most.
pub(super) const WORKFLOWS: usize = 3;

/// What a workflow may be subscribed to: each is one trigger or two. Those with a `+` share a subscription.
pub(super) const TRIGGERS: [&[&str]; 7] = [
    &["lead.created"],
    &["lead.created, lead.updated"],
    &["contact.created", "task.completed"],
    &["lead.updated"],
    &["+lead.created"],
    &["+lead.updated, lead.deleted"],
    &["+lead.created, contact.updated", "+task.completed"],
];

/// Where the server may be reached.
pub(super) const PUBLIC_URLS: [&str; 3] =
    ["https://bellhop.example", "https://second.example/below", "https://bellhop.example.net"];

/// What a user asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    /// Another workflow, with these triggers.
    Create(usize, usize),
    /// A new version, with these triggers.
    Update(usize, usize),
    /// Switching it on.
    Activate(usize),
    /// Switching it off.
    Deactivate(usize),
    /// Deleting it.
    Delete(usize),
    /// Looking after all registrations, which the clock asks for as well.
    Reconcile,
}

impl Wish {
    /// The workflow that it is about.
    pub(super) const fn workflow(self) -> Option<usize> {
        match self {
            Self::Create(workflow, _)
            | Self::Update(workflow, _)
            | Self::Activate(workflow)
            | Self::Deactivate(workflow)
            | Self::Delete(workflow) => Some(workflow),
            Self::Reconcile => None,
        }
    }
}

/// One thing that happens.
#[derive(Debug, Clone)]
pub(super) enum Deed {
    /// Users ask for this, all at once; where there is a number, the process ends at that point of the work.
    Ask(Vec<Wish>, Option<u32>),
    /// The server is started anew, reached elsewhere.
    Restart(usize),
    /// The stored API key is changed: to the right one, or to a wrong one.
    Key(bool),
    /// Something is wrong with the vendor.
    Fault(CallFault),
    /// All is well with the vendor again.
    Well,
    /// Somebody pauses the subscription at that place of the vendor's list.
    Pause(usize),
    /// Somebody deletes it.
    Remove(usize),
    /// Somebody changes its events.
    Refilter(usize),
    /// Somebody makes another one at the same URL.
    Double(usize),
    /// Somebody makes one that is none of our business.
    Foreign(u32),
}

fn wish() -> impl Strategy<Value = Wish> {
    let (workflow, triggers) = (0..WORKFLOWS, 0..TRIGGERS.len());
    prop_oneof![
        3 => (workflow.clone(), triggers.clone()).prop_map(|(workflow, triggers)| Wish::Create(workflow, triggers)),
        3 => (workflow.clone(), triggers).prop_map(|(workflow, triggers)| Wish::Update(workflow, triggers)),
        5 => workflow.clone().prop_map(Wish::Activate),
        3 => workflow.clone().prop_map(Wish::Deactivate),
        1 => workflow.prop_map(Wish::Delete),
        2 => Just(Wish::Reconcile),
    ]
}

fn fault() -> impl Strategy<Value = CallFault> {
    let answer = |status: u16| Effect::Answer {
        status,
        body: json!({ "error": format!("No: {status}.") }),
        headers: BTreeMap::new(),
    };
    let effect = prop_oneof![
        2 => prop::sample::select(vec![400_u16, 401, 403, 500, 503]).prop_map(answer),
        1 => Just(Effect::RateLimit { reset_seconds: 3600.0 }),
        1 => Just(Effect::Hang),
        1 => Just(Effect::Drop),
        3 => Just(Effect::DropAfter),
        1 => Just(Effect::HangAfter),
    ];
    let method = prop_oneof![
        3 => Just(Some("POST")),
        2 => Just(Some("DELETE")),
        2 => Just(Some("PUT")),
        2 => Just(Some("GET")),
        1 => Just(None),
    ];
    (method, 0_u32..3, 1_u32..6, effect).prop_map(|(method, after, times, effect)| CallFault {
        method: method.map(str::to_owned),
        path: "/webhook/".to_owned(),
        after,
        times,
        effect,
    })
}

fn deed() -> impl Strategy<Value = Deed> {
    let crash = prop::option::weighted(0.35, 1_u32..150);
    let place = 0_usize..6;
    prop_oneof![
        10 => (prop::collection::vec(wish(), 1..3), crash).prop_map(|(wishes, crash)| Deed::Ask(wishes, crash)),
        1 => (0..PUBLIC_URLS.len()).prop_map(Deed::Restart),
        1 => any::<bool>().prop_map(Deed::Key),
        5 => fault().prop_map(Deed::Fault),
        2 => Just(Deed::Well),
        1 => place.clone().prop_map(Deed::Pause),
        1 => place.clone().prop_map(Deed::Remove),
        1 => place.clone().prop_map(Deed::Refilter),
        1 => place.prop_map(Deed::Double),
        1 => (0_u32..4).prop_map(Deed::Foreign),
    ]
}

/// What happens in one run. A workflow is there and on to begin with, so that there is something to go wrong.
pub(super) fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    (0..TRIGGERS.len(), prop::collection::vec(deed(), 1..24)).prop_map(|(triggers, deeds)| {
        let begin = [Wish::Create(0, triggers), Wish::Activate(0)];
        begin.map(|wish| Deed::Ask(vec![wish], None)).into_iter().chain(deeds).collect()
    })
}
