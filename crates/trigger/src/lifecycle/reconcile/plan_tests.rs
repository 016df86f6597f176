//! Whatever there is: what is planned ends with what should be there, and leaves everybody else's alone.

use std::collections::{BTreeMap, BTreeSet};

use bellhop_storage::RegistrationRow;
use bellhop_workflow::activation::ActivationState;
use bellhop_workflow::ids::{CredentialName, HookId, RegistrationId, TriggerId, WorkflowId};
use bellhop_workflow::time::Timestamp;
use proptest::prelude::*;

use super::plan::{Action, Listed, Standing, Target, plan};
use crate::vendor::{Site, SubscribedEvent, Subscription, SubscriptionStatus};

const NOW: Timestamp = Timestamp::from_seconds(1_000_000);
const CREDENTIALS: [&str; 2] = ["close", "other"];

/// What the vendor has under an id.
#[derive(Debug, Clone)]
struct There {
    url: String,
    events: Vec<SubscribedEvent>,
    paused: bool,
    /// Which of the credentials show it.
    seen_with: Vec<bool>,
}

#[derive(Debug, Clone)]
struct Everything {
    standings: Vec<Standing>,
    vendor: BTreeMap<String, There>,
    /// How many were made since.
    made: usize,
}

fn now_url(hook: usize) -> String {
    format!("https://bellhop.example/webhook/{hook:032x}")
}

fn former_url(hook: usize) -> String {
    format!("https://former.example/webhook/{hook:032x}")
}

fn events(choice: usize) -> Vec<SubscribedEvent> {
    let event = |action: &str| SubscribedEvent {
        object_type: "lead".to_owned(),
        action: action.to_owned(),
        extra_filter: None,
    };
    [
        vec![event("created")],
        vec![event("created"), event("updated")],
        vec![event("updated"), event("created")],
    ][choice]
        .clone()
}

fn standing(hook: usize) -> impl Strategy<Value = Standing> {
    let (on, asked, moved) = (any::<bool>(), prop::bool::weighted(0.9), any::<bool>());
    let known = prop::option::of(0..6_usize);
    (on, asked, moved, known, any::<bool>(), 0..CREDENTIALS.len(), 0..3_usize).prop_map(
        move |(on, asked, moved, known, has_key, credential, choice)| {
            let url = if moved { former_url(hook) } else { now_url(hook) };
            let row = RegistrationRow {
                id: RegistrationId::generate(NOW),
                workflow_id: WorkflowId::generate(NOW),
                trigger_id: TriggerId::new("close"),
                provider: "close".to_owned(),
                parameters: BTreeMap::new(),
                hook_id: HookId::new(format!("{hook:032x}")),
                shared_hook: None,
                credential: Some(CredentialName::new(CREDENTIALS[credential])),
                // Ids are the vendor's: no two registrations have the same.
                webhook_id: known.filter(|_| on).map(|known| format!("whsub_{}", known * 4 + hook)),
                signature_key: (on && known.is_some() && has_key).then(Vec::new),
                state: if on { ActivationState::Active } else { ActivationState::Inactive },
                url: Some(url),
                former_urls: Vec::new(),
                events: Vec::new(),
                events_since: BTreeMap::new(),
                vendor_status: None,
                last_error: None,
                reconciled_at: None,
                mended: None,
                last_delivery_at: None,
                created_at: NOW,
                updated_at: NOW,
            };
            let wanted = on.then(|| Target { url: now_url(hook), events: events(choice), accepted: None });
            Standing { row, wanted, asked }
        },
    )
}

fn there() -> impl Strategy<Value = There> {
    let url = prop_oneof![
        4 => (0..4_usize).prop_map(now_url),
        2 => (0..4_usize).prop_map(former_url),
        1 => Just(now_url(9)),
        1 => Just("https://elsewhere.example/webhook/1".to_owned()),
        1 => (0..4_usize).prop_map(|hook| format!("{}/", now_url(hook))),
    ];
    let seen_with = prop::collection::vec(any::<bool>(), 2).prop_map(|mut seen| {
        let first = seen.iter().any(|seen| *seen);
        seen[0] |= !first;
        seen
    });
    (url, 0..3_usize, any::<bool>(), seen_with).prop_map(|(url, choice, paused, seen_with)| There {
        url,
        events: events(choice),
        paused,
        seen_with,
    })
}

fn everything() -> impl Strategy<Value = Everything> {
    let standings = (standing(0), standing(1), standing(2), standing(3));
    let vendor =
        prop::collection::btree_map((0..24_usize).prop_map(|id| format!("whsub_{id}")), there(), 0..12);
    (standings, vendor).prop_map(|((a, b, c, d), vendor)| Everything {
        standings: vec![a, b, c, d],
        vendor,
        made: 0,
    })
}

impl Everything {
    fn listed(&self) -> Vec<Listed> {
        let with = |place: usize| {
            self.vendor.iter().filter(move |(_, there)| there.seen_with[place]).map(move |(id, there)| {
                Listed {
                    site: Site::close(CredentialName::new(CREDENTIALS[place])),
                    subscription: Subscription {
                        id: id.clone(),
                        url: there.url.clone(),
                        events: there.events.clone(),
                        status: Some(if there.paused {
                            SubscriptionStatus::Paused
                        } else {
                            SubscriptionStatus::Active
                        }),
                        signature_key: None,
                    },
                }
            })
        };
        with(0).chain(with(1)).collect()
    }

    fn plan(&self) -> Vec<Action> {
        plan(&self.standings, &self.listed(), |url| url == now_url(9))
    }

    fn carry_out(&mut self, actions: &[Action]) {
        for action in actions {
            match action {
                Action::Fine { .. } => {}
                Action::Delete { webhook_id, .. } => {
                    self.vendor.remove(webhook_id).unwrap();
                }
                Action::Change { webhook_id, change, .. } => {
                    let there = self.vendor.get_mut(webhook_id).unwrap();
                    there.url = change.url.clone().unwrap_or_else(|| there.url.clone());
                    there.events = change.events.clone().unwrap_or_else(|| there.events.clone());
                    there.paused &= change.status.is_none();
                }
                Action::Create { registration, .. } => {
                    self.made += 1;
                    let id = format!("whsub_new{}", self.made);
                    let standing = self.standings.iter_mut().find(|it| it.row.id == *registration).unwrap();
                    let target = standing.wanted.clone().unwrap();
                    standing.row.webhook_id = Some(id.clone());
                    standing.row.signature_key = Some(Vec::new());
                    let seen_with = vec![true; 2];
                    let there = There { url: target.url, events: target.events, paused: false, seen_with };
                    assert!(self.vendor.insert(id, there).is_none());
                }
            }
        }
    }

    /// What is at a URL of ours, by id.
    fn ours(&self) -> BTreeSet<&str> {
        let orphans = now_url(9);
        let wanted = self.standings.iter().filter_map(|it| it.wanted.as_ref()).map(|target| &target.url);
        let stored = self.standings.iter().filter_map(|it| it.row.url.as_ref());
        let urls: BTreeSet<_> = wanted.chain(stored).chain([&orphans]).collect();
        let is_ours = |there: &There| urls.contains(&there.url);
        self.vendor.iter().filter(|(_, there)| is_ours(there)).map(|(id, _)| id.as_str()).collect()
    }
}

fn registration(action: &Action) -> Option<RegistrationId> {
    match action {
        Action::Fine { registration, .. }
        | Action::Create { registration, .. }
        | Action::Change { registration, .. } => Some(*registration),
        Action::Delete { registration, .. } => *registration,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_not_ours_is_never_touched(everything in everything()) {
        let ours = everything.ours();
        for action in everything.plan() {
            if let Action::Delete { webhook_id, .. } | Action::Change { webhook_id, .. } = &action {
                prop_assert!(ours.contains(webhook_id.as_str()), "{action:?}");
            }
        }
    }

    #[test]
    fn where_the_vendor_has_not_answered_nothing_is_done(everything in everything()) {
        for action in everything.plan() {
            let standing = everything.standings.iter().find(|it| Some(it.row.id) == registration(&action));
            if let Some(standing) = standing.filter(|it| !it.asked && it.wanted.is_some()) {
                prop_assert!(false, "{action:?} for {standing:?}");
            }
        }
    }

    #[test]
    fn after_it_is_carried_out_everything_is_as_it_should_be(mut everything in everything()) {
        for standing in &mut everything.standings {
            standing.asked = true;
        }
        // Twice: what only another credential shows is known to be a second one when there is a first.
        for _ in 0..2 {
            let actions = everything.plan();
            everything.carry_out(&actions);
        }
        let rest = everything.plan();
        prop_assert!(rest.iter().all(|action| matches!(action, Action::Fine { .. })), "{rest:?}");
        let on = everything.standings.iter().filter(|it| it.wanted.is_some());
        let known: BTreeSet<_> = on.clone().filter_map(|it| it.row.webhook_id.as_deref()).collect();
        prop_assert_eq!(known.len(), on.count());
        prop_assert_eq!(everything.ours(), known);
    }
}
