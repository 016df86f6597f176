//! Random wishes of users, mishaps of the vendor and ends of the process, and after all of them: what is registered at the
//! vendor is what is on here.
//!
//! - [`deeds`] is what can happen;
//! - [`world`] is what it happens in, and what must be true of it in the end;
//! - [`fuse`] ends the process in the midst of its work.
//!
//! `PROPTEST_CASES=5000 cargo test -p bellhop-trigger --lib model` runs more of them.

mod deeds;
mod fuse;
mod world;

use std::collections::{BTreeMap, BTreeSet};

use bellhop_storage::Author;
use bellhop_testkit::database::Db;
use bellhop_workflow::activation::ActivationState;
use close_simulator::{CallFault, Effect};
use futures::future::{FutureExt as _, join_all};
use proptest::test_runner::{Config, TestRunner};

use self::deeds::{Deed, Wish, deeds};
use self::fuse::Fuse;
use self::world::{Node, World, elsewhere, hasty, is_foreign, name, others, parse, patient, yaml};
use super::Expected;
use super::reconcile::Scope;
use crate::close::{NewSubscription, SubscribedEvent, SubscriptionChange, SubscriptionStatus};

/// What a user was told of a wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Done,
    NotDone,
    /// The process ended before.
    Nothing,
}

/// What users may rely on of each workflow: whether it is on, and its triggers.
#[derive(Debug, Default)]
struct Promised {
    on: BTreeMap<usize, bool>,
    triggers: BTreeMap<usize, usize>,
}

impl Promised {
    /// What was told changes what may be relied on. Of two wishes at once for the same workflow, either may be the last.
    fn tell(&mut self, wishes: &[Wish], told: &[Told]) {
        for (place, (wish, told)) in wishes.iter().zip(told).enumerate() {
            let Some(workflow) = wish.workflow() else { continue };
            let rivals =
                |(other, rival): (usize, &Wish)| other != place && rival.workflow() == Some(workflow);
            let is_sure = *told == Told::Done && !wishes.iter().enumerate().any(rivals);
            match wish {
                Wish::Create(_, triggers) if is_sure => {
                    self.on.insert(workflow, false);
                    self.triggers.insert(workflow, *triggers);
                }
                Wish::Update(_, triggers) if is_sure => {
                    self.triggers.insert(workflow, *triggers);
                }
                Wish::Activate(_) if is_sure => {
                    self.on.insert(workflow, true);
                }
                Wish::Deactivate(_) if is_sure => {
                    self.on.insert(workflow, false);
                }
                // One that was refused, too, has the old triggers; one that was broken off may have the new.
                Wish::Update(..) | Wish::Create(..) if *told == Told::NotDone && wishes.len() == 1 => {}
                _ => {
                    self.on.remove(&workflow);
                    self.triggers.remove(&workflow);
                }
            }
        }
    }
}

async fn carry_out(node: &Node, wish: Wish) -> Told {
    let context = &node.context;
    let done = match wish {
        Wish::Create(workflow, triggers) => {
            let yaml = yaml(workflow, triggers);
            context.store_new(parse(&yaml), yaml, Author::system()).await.is_ok()
        }
        Wish::Update(workflow, triggers) => {
            let yaml = yaml(workflow, triggers);
            context
                .update(&name(workflow), parse(&yaml), &yaml, &Expected::Any, Author::system())
                .await
                .is_ok()
        }
        Wish::Activate(workflow) => context.activate(&name(workflow), Author::system()).await.is_ok(),
        Wish::Deactivate(workflow) => context.deactivate(&name(workflow), Author::system()).await.is_ok(),
        Wish::Delete(workflow) => {
            context.delete(&name(workflow), &Expected::Any, Author::system()).await.is_ok()
        }
        Wish::Reconcile => context.reconcile(Scope::All).await.is_ok(),
    };
    if done { Told::Done } else { Told::NotDone }
}

/// The subscription at that place of the vendor's list that is one of ours.
fn ours(world: &World, place: usize) -> Option<close_simulator::Subscription> {
    let mut ours = world.simulator.subscriptions();
    ours.retain(|found| !is_foreign(found));
    (!ours.is_empty()).then(|| ours.swap_remove(place % ours.len()))
}

/// Somebody does something at the vendor. Whether the vendor lets him is no matter.
async fn meddle(world: &World, deed: &Deed) {
    let (api, key) = (world.api(&hasty()), World::api_key());
    let change = |change: SubscriptionChange, place: usize| {
        let api = api.clone();
        let key = key.clone();
        async move {
            if let Some(found) = ours(world, place) {
                let _whatever = api.update(&key, &found.id, &change).await;
            }
        }
    };
    match deed {
        Deed::Pause(place) => {
            let status = Some(SubscriptionStatus::Paused);
            change(SubscriptionChange { status, ..Default::default() }, *place).await;
        }
        Deed::Refilter(place) => {
            change(SubscriptionChange { events: Some(others()), ..Default::default() }, *place).await;
        }
        Deed::Remove(place) => {
            if let Some(found) = ours(world, *place) {
                let _whatever = api.delete(&key, &found.id).await;
            }
        }
        Deed::Double(place) => {
            if let Some(found) = ours(world, *place) {
                let _whatever = api.create(&key, &NewSubscription { url: found.url, events: others() }).await;
            }
        }
        Deed::Foreign(number) => {
            let event = SubscribedEvent { action: "updated".to_owned(), ..others().remove(0) };
            let new = NewSubscription { url: elsewhere(*number), events: vec![event] };
            let _whatever = api.create(&key, &new).await;
        }
        Deed::Ask(..) | Deed::Restart(_) | Deed::Key(_) | Deed::Fault(_) | Deed::Well => {}
    }
}

/// What was there of strangers is there still. More may have come: what somebody gave up waiting for.
fn check_foreign(world: &World, before: &BTreeSet<String>) {
    let now = world.foreign();
    assert!(before.is_subset(&now), "what is not ours was touched: of {before:#?} there is {now:#?}");
}

async fn happen(world: &World, deeds: Vec<Deed>) {
    world.begin().await;
    let mut public_url = 0;
    let mut node = world.node(public_url, &hasty()).await;
    let mut promised = Promised::default();
    let mut foreign = world.foreign();
    for deed in deeds {
        match deed {
            Deed::Ask(wishes, crash) => {
                let work = join_all(wishes.iter().map(|wish| carry_out(&node, *wish))).boxed_local();
                let polls_left = crash.unwrap_or(u32::MAX);
                let told = Fuse { work, polls_left }.await;
                if told.is_none() {
                    world.pass_time();
                    node = world.node(public_url, &hasty()).await;
                }
                promised.tell(&wishes, &told.unwrap_or_else(|| vec![Told::Nothing; wishes.len()]));
                if let [Wish::Activate(workflow)] = wishes[..]
                    && world
                        .workflow(workflow)
                        .await
                        .is_some_and(|row| row.state == ActivationState::Inactive)
                {
                    // It was refused, and so it stays until somebody asks again.
                    promised.on.insert(workflow, false);
                }
            }
            Deed::Restart(elsewhere) => {
                public_url = elsewhere;
                node = world.node(public_url, &hasty()).await;
            }
            Deed::Key(right) => world.put_key(right).await,
            Deed::Fault(fault) => world.simulator.add_fault(fault),
            Deed::Well => world.simulator.clear_faults(),
            meddling => {
                check_foreign(world, &foreign);
                meddle(world, &meddling).await;
                foreign = world.foreign();
            }
        }
    }
    check_foreign(world, &foreign);
    quiesce(world, public_url).await;
    check_foreign(world, &foreign);
    for (workflow, on) in promised.on {
        let state = if on { ActivationState::Active } else { ActivationState::Inactive };
        assert_eq!(world.workflow(workflow).await.unwrap().state, state, "workflow {workflow}");
    }
    for (workflow, triggers) in promised.triggers {
        let row = world.workflow(workflow).await.unwrap();
        let version = world.store.workflow_version(row.id, row.version).await.unwrap().unwrap();
        assert_eq!(version.yaml, yaml(workflow, triggers));
    }
}

/// All is well again, and a server is started: one look puts everything right.
async fn quiesce(world: &World, public_url: usize) {
    world.simulator.clear_faults();
    world.put_key(true).await;
    let node = world.node(public_url, &patient()).await;
    let report = node.context.reconcile(Scope::All).await.unwrap().unwrap();
    assert!(report.found.iter().all(|found| found.mended), "{report:#?}");
    world.check(&node).await;
    let again = node.context.reconcile(Scope::All).await.unwrap().unwrap();
    assert!(again.found.is_empty(), "{again:#?}\nafter {report:#?}");
    world.check(&node).await;
}

fn run(db: Db, cases: u32) {
    let _installed_already = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let config = match std::env::var_os("PROPTEST_CASES") {
        Some(_) => Config::default(),
        None => Config::with_cases(cases),
    };
    let world = runtime.block_on(World::new(db));
    let config = Config { failure_persistence: None, max_shrink_iters: 400, ..config };
    let outcome = TestRunner::new(config).run(&deeds(), |deeds| {
        runtime.block_on(happen(&world, deeds));
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
    runtime.block_on(async { drop(world) });
}

/// Found by a long run: an address that the vendor refused is not what is stored in the end.
#[tokio::test]
async fn where_a_new_address_was_refused_and_the_old_one_is_wanted_again_the_old_one_is_known() {
    let _installed_already = rustls::crypto::ring::default_provider().install_default();
    let refusal = Effect::Answer {
        status: 400,
        body: serde_json::json!({ "error": "No: 400." }),
        headers: BTreeMap::new(),
    };
    let refused = CallFault {
        method: Some("PUT".to_owned()),
        path: "/webhook/".to_owned(),
        after: 0,
        times: 4,
        effect: refusal,
    };
    let deeds = vec![
        Deed::Ask(vec![Wish::Create(0, 0)], None),
        Deed::Ask(vec![Wish::Activate(0)], None),
        Deed::Fault(refused),
        Deed::Restart(1),
        Deed::Ask(vec![Wish::Reconcile], None),
        Deed::Restart(0),
    ];
    happen(&World::new(Db::Sqlite).await, deeds).await;
}

#[test]
fn in_the_end_the_vendor_has_what_is_on_here_on_sqlite() {
    run(Db::Sqlite, 40);
}

#[test]
fn in_the_end_the_vendor_has_what_is_on_here_on_postgres() {
    run(Db::Postgres, 10);
}
