//! A new version of a workflow that is on.

use bellhop_testkit::database::Db;
use bellhop_trigger::inbound::{Rejection, Verdict};
use bellhop_trigger::lifecycle::{Drift, LifecycleError};
use bellhop_workflow::activation::ActivationState;
use bellhop_workflow::ids::Version;
use close_simulator::{CallFault, Effect};
use rstest::rstest;
use serde_json::json;

use super::world::{World, answer, greet, vendor};

#[rstest]
#[tokio::test]
async fn changed_events_are_asked_for_in_place(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::new(db).await;
    let name = world.create(&greet("lead.created")).await;
    world.lifecycle.activate(&name).await.unwrap();
    let before = world.assert_on(&name).await;

    let workflow = world.update(&greet("lead.created, lead.updated")).await.unwrap();
    assert_eq!((workflow.version, workflow.state), (Version(2), ActivationState::Active));
    let after = world.assert_on(&name).await;
    assert_eq!((&after.hook_id, &after.webhook_id), (&before.hook_id, &before.webhook_id));
    assert_eq!(after.events.len(), 2);
    assert_eq!(world.simulator.subscriptions()[0].events.len(), 2);
    assert_eq!(world.hook(&after).version, Version(2));

    world.update(&greet("lead.created")).await.unwrap();
    world.assert_on(&name).await;
    assert_eq!(world.simulator.subscriptions()[0].events.len(), 1);
}

#[rstest]
#[tokio::test]
async fn another_credential_gets_a_new_subscription_and_the_old_one_goes(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
) {
    let world = World::new(db).await;
    let name = world.create(&greet("lead.created")).await;
    world.lifecycle.activate(&name).await.unwrap();
    let before = world.assert_on(&name).await;
    world.update(&world.with_other_credential().await).await.unwrap();
    let after = world.assert_on(&name).await;
    assert_ne!(after.hook_id, before.hook_id);
    assert!(world.hooks.get(&before.hook_id).is_none());
}

#[rstest]
#[tokio::test]
async fn what_close_still_delivers_of_the_old_version_starts_nothing_and_goes_later(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
) {
    let world = World::new(db).await;
    let name = world.create(&greet("lead.created")).await;
    world.lifecycle.activate(&name).await.unwrap();
    let before = world.registration(&name).await;
    let refused = answer(400, json!({"error": "Not now."}));
    world
        .simulator
        .add_fault(CallFault { after: 1, ..CallFault::next("PUT", "/webhook/", refused).times(100) });
    world.update(&greet("lead.updated")).await.unwrap();
    assert_eq!(world.simulator.subscriptions()[0].events.len(), 2);
    let row = world.assert_on(&name).await;
    assert_eq!(row.webhook_id, before.webhook_id);

    world.simulator.clear_faults();
    let report = world.lifecycle.reconcile().await.unwrap();
    let found: Vec<_> = report.found.iter().map(|found| (found.drift, found.mended)).collect();
    assert_eq!(found, [(Drift::Events, true)]);
    assert_eq!(world.simulator.subscriptions()[0].events.len(), 1);
    world.assert_on(&name).await;
}

#[rstest]
#[case::refused(answer(400, json!({"error": "Nope."})), Some(400))]
#[case::failed(answer(500, json!({"error": "Oops."})), Some(500))]
#[case::dropped(Effect::Drop, None)]
#[tokio::test]
async fn where_close_refuses_other_events_everything_stays_as_it_was(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
    #[case] effect: Effect,
    #[case] status: Option<u16>,
) {
    let world = World::new(db).await;
    let name = world.create(&greet("lead.created")).await;
    world.lifecycle.activate(&name).await.unwrap();
    let before = world.assert_on(&name).await;
    world.fault("PUT", 100, effect);
    let (answered, message) = vendor(world.update(&greet("lead.updated")).await.unwrap_err());
    assert_eq!(answered, status);
    assert!(message.starts_with("Failed to update webhook: "), "{message}");
    let after = world.assert_on(&name).await;
    assert_eq!((after.events, after.webhook_id), (before.events, before.webhook_id));
    assert_eq!(world.workflow(&name).await.version, Version(1));
}

#[rstest]
#[tokio::test]
async fn what_close_has_no_more_is_made_anew_with_the_new_events(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::new(db).await;
    let name = world.create(&greet("lead.created")).await;
    world.lifecycle.activate(&name).await.unwrap();
    let before = world.assert_on(&name).await;
    world.delete_at_close(&before.webhook_id.unwrap()).await;
    world.update(&greet("lead.created, lead.updated")).await.unwrap();
    assert_eq!(world.assert_on(&name).await.events.len(), 2);
    let row = world.registration(&name).await;
    assert!(world.store.recovery(row.id).await.unwrap().is_some(), "what was missed meanwhile is fetched");
}

#[rstest]
#[tokio::test]
async fn until_the_old_subscription_is_gone_there_are_two_so_that_there_is_no_gap(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
) {
    let world = World::new(db).await;
    let name = world.create(&greet("lead.created")).await;
    world.lifecycle.activate(&name).await.unwrap();
    let old = world.registration(&name).await;
    // What comes first is seen where the second does not come.
    world.fault("DELETE", 100, Effect::Drop);
    let other = world.with_other_credential().await;
    world.update(&other).await.unwrap();

    assert_eq!(world.at_close().len(), 2);
    let rows = world.registrations(&name).await;
    let new = rows.iter().find(|row| row.state == ActivationState::Active).unwrap();
    let retired = rows.iter().find(|row| row.state == ActivationState::Deactivating).unwrap();
    assert_eq!((retired.id, &retired.hook_id), (old.id, &old.hook_id));
    assert!(retired.last_error.is_some(), "what is still to be done is shown");
    assert!(matches!(world.deliver(&new.hook_id), Verdict::Accepted(_)));
    assert_eq!(world.deliver(&retired.hook_id), Verdict::Rejected(Rejection::Inactive));

    // The next version takes up what is left.
    world.simulator.clear_faults();
    world.update(&other).await.unwrap();
    world.assert_on(&name).await;
}

#[rstest]
#[case::other_steps(greet("lead.created, contact.created").replace("hello", "hi"))]
#[case::events_in_another_order(greet("contact.created, lead.created"))]
#[case::an_event_named_twice(greet("lead.created, contact.created, lead.created"))]
#[tokio::test]
async fn what_is_the_same_at_close_is_left_alone(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
    #[case] yaml: String,
) {
    let world = World::new(db).await;
    let name = world.create(&greet("lead.created, contact.created")).await;
    world.lifecycle.activate(&name).await.unwrap();
    let before = world.assert_on(&name).await;
    // Any call to Close would fail.
    for method in ["POST", "PUT", "DELETE", "GET"] {
        world.fault(method, 100, answer(500, json!({})));
    }
    world.update(&yaml).await.unwrap();
    let after = world.assert_on(&name).await;
    assert_eq!((&after.hook_id, &after.webhook_id), (&before.hook_id, &before.webhook_id));
    assert_eq!(world.hook(&after).version, Version(2));
}

#[rstest]
#[tokio::test]
async fn a_changed_where_takes_effect_without_a_call(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::new(db).await;
    let name = world.create(&greet("lead.created")).await;
    world.lifecycle.activate(&name).await.unwrap();
    let row = world.assert_on(&name).await;
    let yaml = greet("lead.created").replace("steps:", "    where: event.data.id == \"lead_2\"\nsteps:");
    world.update(&yaml).await.unwrap();
    let verdict = world.deliver(&row.hook_id);
    assert!(matches!(verdict, Verdict::Filtered { .. }), "{verdict:?}");
}

#[rstest]
#[case::refused(answer(400, json!({"error": "Nope."})), Some(400))]
#[case::failed(answer(500, json!({"error": "Oops."})), Some(500))]
#[case::dropped_after_creating(Effect::DropAfter, None)]
#[tokio::test]
async fn where_close_refuses_the_new_everything_stays_as_it_was(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
    #[case] effect: Effect,
    #[case] status: Option<u16>,
) {
    let world = World::new(db).await;
    let name = world.create(&greet("lead.created")).await;
    world.lifecycle.activate(&name).await.unwrap();
    let before = world.assert_on(&name).await;
    world.fault("POST", 1, effect);
    let other = world.with_other_credential().await;
    let (answered, message) = vendor(world.update(&other).await.unwrap_err());
    assert_eq!(answered, status);
    assert!(message.starts_with("Failed to create webhook: "), "{message}");

    let after = world.assert_on(&name).await;
    assert_eq!((after.hook_id, after.webhook_id), (before.hook_id, before.webhook_id));
    assert_eq!(world.workflow(&name).await.version, Version(1));
    assert_eq!(world.store.workflow_versions(world.workflow(&name).await.id).await.unwrap().len(), 1);
}

#[rstest]
#[tokio::test]
async fn an_unknown_outcome_of_the_new_is_shown_and_swept_up_later(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
) {
    let world = World::new(db).await;
    let name = world.create(&greet("lead.created")).await;
    world.lifecycle.activate(&name).await.unwrap();
    world.fault("POST", 1, Effect::DropAfter);
    world.fault("GET", 100, answer(503, json!({"error": "Down."})));
    let other = world.with_other_credential().await;
    world.update(&other).await.unwrap_err();
    let states: Vec<_> = world.registrations(&name).await.into_iter().map(|row| row.state).collect();
    assert!(
        states.contains(&ActivationState::Active) && states.contains(&ActivationState::Error),
        "{states:?}"
    );
    assert_eq!(world.state(&name).await, ActivationState::Active);
    assert_eq!(world.at_close().len(), 2);

    world.simulator.clear_faults();
    world.lifecycle.deactivate(&name).await.unwrap();
    world.assert_off(&name).await;
}

#[rstest]
#[tokio::test]
async fn a_trigger_that_is_taken_out_goes_and_one_that_is_put_in_comes(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
) {
    let world = World::new(db).await;
    let two = "name: greet\ntriggers:\n  - close:\n      events: [lead.created]\n  - close:\n      events: [contact.created]\nsteps:\n  - uses: log\n    with:\n      message: hello\n";
    let name = world.create(&greet("lead.created")).await;
    world.lifecycle.activate(&name).await.unwrap();
    let first = world.at_close();
    world.update(two).await.unwrap();
    let both = world.at_close();
    assert_eq!((both.len(), &both[..1]), (2, &first[..]), "the first is the same as before");
    assert_eq!(world.registrations(&name).await.len(), 2);

    world.update(&greet("lead.created")).await.unwrap();
    assert_eq!(world.at_close(), first);
    world.assert_on(&name).await;
}

#[rstest]
#[tokio::test]
async fn what_is_off_gets_its_new_version_and_stays_off(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::new(db).await;
    let name = world.create(&greet("lead.created")).await;
    world.update(&greet("contact.created")).await.unwrap();
    world.assert_off(&name).await;
    world.lifecycle.activate(&name).await.unwrap();
    assert_eq!(world.assert_on(&name).await.events[0].object_type, "contact");
}

#[rstest]
#[tokio::test]
async fn a_version_cannot_rename_the_workflow(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::new(db).await;
    let name = world.create(&greet("lead.created")).await;
    let yaml = greet("lead.created").replace("name: greet", "name: welcome");
    let parsed = bellhop_workflow::parse(&yaml, bellhop_trigger::catalogue::catalogue()).unwrap().workflow;
    let error = world.lifecycle.update(&name, parsed, yaml).await.unwrap_err();
    assert!(matches!(error, LifecycleError::NameMismatch { .. }), "{error:?}");
}
