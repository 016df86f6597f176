//! When it is done, and who stands aside for whom.

use std::time::Duration;

use bellhop_storage::RegistrationRow;
use bellhop_testkit::database::Db;
use bellhop_trigger::inbound::Verdict;
use bellhop_trigger::lifecycle::{Drift, LifecycleError};
use bellhop_vault::Credential;
use bellhop_workflow::ids::CredentialName;
use rstest::rstest;

use super::{active, drifts, id};
use crate::lifecycle::world::{API_KEY, World, deliver_with, greet, now, secret};

#[rstest]
#[tokio::test]
async fn what_somebody_works_on_is_not_disturbed(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::new(db).await;
    let (first, _) = world.other_node("https://bellhop.example").await;
    let names: Vec<_> = ["a", "b", "c"]
        .map(|name| greet("lead.created").replace("name: greet", &format!("name: {name}")))
        .into();
    let mut created = Vec::new();
    for yaml in &names {
        created.push(world.create(yaml).await);
    }
    // On PostgreSQL these are two nodes; on SQLite there is only ever one.
    let other = if db == Db::Postgres { &first } else { &world.lifecycle };
    let reconciling = async {
        for _ in 0..4 {
            other.reconcile().await.unwrap();
        }
    };
    let activating = async {
        for name in &created {
            world.lifecycle.activate(name).await.unwrap();
        }
    };
    tokio::join!(reconciling, activating);
    assert_eq!(world.at_close().len(), 3);
    for name in &created {
        let row = world.registration(name).await;
        assert!(matches!(world.deliver(&row.hook_id), Verdict::Accepted(_)));
        assert_eq!(row.mended, None, "nothing was ever missing");
    }
}

#[tokio::test]
async fn two_nodes_do_not_work_on_one_workflow_at_once() {
    let world = World::new(Db::Postgres).await;
    let (second, hooks) = world.other_node("https://bellhop.example").await;
    let name = world.create(&greet("lead.created")).await;
    let (first, second) = tokio::join!(world.lifecycle.activate(&name), second.activate(&name));
    assert!(first.is_ok() && second.is_ok(), "{first:?} {second:?}");
    let row = world.assert_on(&name).await;
    let key = world.simulator.subscriptions().remove(0).signature_key;
    assert!(matches!(deliver_with(&hooks.get(&row.hook_id).unwrap(), &key), Verdict::Accepted(_)));
}

#[rstest]
#[tokio::test]
async fn it_is_done_at_start_and_when_a_credential_has_changed(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let (world, name, before) = active(db).await;
    world.delete_at_close(id(&before)).await;
    world.put("close", &Credential::Close { api_key: secret("api_wrongKey") }).await;
    let stop = tokio_util::sync::CancellationToken::new();
    let (lifecycle, token) = (world.lifecycle.clone(), stop.clone());
    let keeper = tokio::spawn(async move { lifecycle.keep_reconciled(token).await });
    let until = async |what: &str, reached: &dyn Fn(&RegistrationRow) -> bool| {
        let begun = now();
        while !reached(&world.registration(&name).await) {
            assert!(now().since(begun) < Duration::from_secs(20), "{what}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    until("it was not looked at", &|row| row.last_error.is_some()).await;
    world.put("close", &Credential::Close { api_key: secret(API_KEY) }).await;
    world.lifecycle.reconcile_soon();
    until("it was not mended", &|row| row.mended.is_some()).await;
    stop.cancel();
    keeper.await.unwrap();
    // What is under way goes on in a task of its own, and comes to the hooks last.
    world.lifecycle.drain().await;
    world.assert_on(&name).await;
}

#[rstest]
#[tokio::test]
async fn one_workflow_that_cannot_be_mended_does_not_hold_up_another(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
) {
    let (world, name, first) = active(db).await;
    let yaml = greet("lead.created")
        .replace("name: greet", "name: other")
        .replace("events:", "credential: other\n      events:");
    world.put("other", &Credential::Close { api_key: secret(API_KEY) }).await;
    let other = world.create(&yaml).await;
    world.lifecycle.activate(&other).await.unwrap();
    let second = world.registration(&other).await;
    world.credentials.delete(&CredentialName::new("other"), now()).await.unwrap();
    world.delete_at_close(id(&first)).await;
    let report = world.lifecycle.reconcile().await.unwrap();
    assert_eq!(drifts(&report), [Drift::Missing]);
    assert!(matches!(world.lifecycle.deactivate(&other).await, Err(LifecycleError::Credential { .. })));
    assert!(world.at_close().contains(&id(&second).to_owned()), "what cannot be asked for is not destroyed");
    let row = world.registration(&name).await;
    assert!(matches!(world.deliver(&row.hook_id), Verdict::Accepted(_)));
}
