//! Generic webhooks: a URL here, and nothing at any vendor.

use std::time::Duration;

use bellhop_testkit::database::Db;
use bellhop_trigger::inbound::{Rejection, Verdict, examine};
use bellhop_trigger::lifecycle::LifecycleError;
use bellhop_vault::Credential;
use bellhop_workflow::activation::ActivationState;
use bellhop_workflow::ids::HookId;
use http::HeaderMap;
use rstest::rstest;

use super::world::{World, now, secret};
use crate::fixtures::headers;

fn webhook(name: &str, settings: &str) -> String {
    format!(
        "name: {name}\ntriggers:\n  - webhook: {{ {settings} }}\nsteps:\n  - uses: log\n    with:\n      message: hello\n"
    )
}

const WITH_TOKEN: &str = "auth: { bearer: { credential: shop } }";

fn send(world: &World, hook: &HookId, headers: &HeaderMap) -> Verdict {
    let hook = world.hooks.get(hook).unwrap();
    examine(&hook, headers, &b"{}"[..].into(), now(), Duration::from_mins(5))
}

#[rstest]
#[tokio::test]
async fn a_webhook_gets_a_url_that_nobody_guesses(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::new(db).await;
    let name = world.create(&webhook("orders", "method: POST")).await;
    world.lifecycle.activate(&name).await.unwrap();
    let row = world.registration(&name).await;
    assert_eq!(row.state, ActivationState::Active);
    assert_eq!(hex::decode(row.hook_id.as_str()).unwrap().len(), 16);
    assert!(world.at_close().is_empty());
    assert!(matches!(send(&world, &row.hook_id, &HeaderMap::new()), Verdict::Accepted(_)));

    world.lifecycle.deactivate(&name).await.unwrap();
    let verdict = send(&world, &row.hook_id, &HeaderMap::new());
    assert_eq!(verdict, Verdict::Rejected(Rejection::Inactive));
}

#[rstest]
#[tokio::test]
async fn its_credential_is_asked_for_and_a_changed_one_takes_effect(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
) {
    let world = World::new(db).await;
    let name = world.create(&webhook("orders", WITH_TOKEN)).await;
    let error = world.lifecycle.activate(&name).await.unwrap_err();
    assert!(matches!(error, LifecycleError::Credential { .. }), "{error:?}");

    world.put("shop", &Credential::HttpBearer { token: secret("first-token") }).await;
    world.lifecycle.activate(&name).await.unwrap();
    let hook = world.registration(&name).await.hook_id;
    let first = headers(&[("authorization", "Bearer first-token")]);
    let second = headers(&[("authorization", "Bearer second-token")]);
    assert!(matches!(send(&world, &hook, &first), Verdict::Accepted(_)));
    assert_eq!(send(&world, &hook, &second), Verdict::Rejected(Rejection::Unauthorized));

    world.put("shop", &Credential::HttpBearer { token: secret("second-token") }).await;
    world.hooks.load().await.unwrap();
    assert!(matches!(send(&world, &hook, &second), Verdict::Accepted(_)));

    world.credentials.delete(&bellhop_workflow::ids::CredentialName::new("shop"), now()).await.unwrap();
    world.hooks.load().await.unwrap();
    assert_eq!(send(&world, &hook, &second), Verdict::Rejected(Rejection::NoKey));
}

#[rstest]
#[tokio::test]
async fn a_path_belongs_to_one_trigger_only(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::new(db).await;
    let first = world.create(&webhook("orders", "path: orders")).await;
    world.lifecycle.activate(&first).await.unwrap();
    assert_eq!(world.registration(&first).await.hook_id, HookId::new("orders"));

    let second = world.create(&webhook("returns", "path: orders")).await;
    let error = world.lifecycle.activate(&second).await.unwrap_err();
    assert!(matches!(&error, LifecycleError::HookTaken { path } if path == "orders"), "{error:?}");
    world.assert_off(&second).await;

    world.lifecycle.delete(&first).await.unwrap();
    world.lifecycle.activate(&second).await.unwrap();
    assert_eq!(world.state(&second).await, ActivationState::Active);
}

#[rstest]
#[tokio::test]
async fn a_changed_path_moves_the_hook_and_an_unchanged_one_keeps_it(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
) {
    let world = World::new(db).await;
    let name = world.create(&webhook("orders", "method: POST")).await;
    world.lifecycle.activate(&name).await.unwrap();
    let random = world.registration(&name).await.hook_id;

    world.update(&webhook("orders", "method: PUT")).await.unwrap();
    assert_eq!(world.registration(&name).await.hook_id, random);
    assert_eq!(world.hooks.get(&random).unwrap().method(), "PUT");

    world.update(&webhook("orders", "path: orders")).await.unwrap();
    assert!(world.hooks.get(&random).is_none());
    assert!(world.hooks.get(&HookId::new("orders")).unwrap().active);

    world.update(&webhook("orders", "method: POST")).await.unwrap();
    let again = world.registration(&name).await.hook_id;
    assert_ne!((again.as_str(), &again), ("orders", &random));
}

#[rstest]
#[tokio::test]
async fn two_triggers_of_a_workflow_can_swap_their_paths(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::new(db).await;
    let yaml = |first: &str, second: &str| {
        format!(
            "name: orders\ntriggers:\n  - webhook: {{ path: {first} }}\n  - webhook: {{ path: {second} }}\nsteps:\n  - uses: log\n    with:\n      message: hello\n"
        )
    };
    let name = world.create(&yaml("one", "two")).await;
    world.lifecycle.activate(&name).await.unwrap();
    world.update(&yaml("two", "one")).await.unwrap();
    let hook = |path: &str| world.hooks.get(&HookId::new(path)).unwrap();
    assert_eq!((hook("two").trigger_id.as_str(), hook("one").trigger_id.as_str()), ("webhook", "webhook_2"));

    // The same where it is off in between.
    world.lifecycle.deactivate(&name).await.unwrap();
    world.update(&yaml("one", "two")).await.unwrap();
    world.lifecycle.activate(&name).await.unwrap();
    let hook = |path: &str| world.hooks.get(&HookId::new(path)).unwrap();
    assert_eq!((hook("one").trigger_id.as_str(), hook("two").trigger_id.as_str()), ("webhook", "webhook_2"));
    assert!(hook("one").active && hook("two").active);
}
