//! Switching on, where Close refuses, fails, hangs, or says nothing any more.

use bellhop_testkit::database::Db;
use bellhop_vault::Credential;
use bellhop_workflow::activation::ActivationState;
use close_simulator::{CallFault, Effect, SimulatorConfig};
use rstest::rstest;
use serde_json::{Value, json};

use super::world::{API_KEY, World, answer, greet, secret, vendor};

#[rstest]
#[case::wrong_key(401, json!({"error": "Please log in."}), "Please log in.")]
#[case::no_permission(403, json!({"error": "You may not."}), "You may not.")]
#[case::limit(400, json!({"error": "Limit of subscriptions reached."}), "Limit of subscriptions reached.")]
#[case::message(400, json!({"message": "Nope."}), "Nope.")]
#[case::field_errors(400, json!({"field-errors": {"url": "Not a valid URL."}}), "url: Not a valid URL.")]
#[case::failure(500, json!({"error": "Oops."}), "Oops.")]
#[tokio::test]
async fn closes_words_reach_the_user_and_nothing_is_left(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
    #[case] status: u16,
    #[case] body: Value,
    #[case] words: &str,
) {
    let world = World::new(db).await;
    let name = world.create(&greet("lead.created")).await;
    world.fault("POST", 1, answer(status, body));
    let error = world.lifecycle.activate(&name).await.unwrap_err();
    assert_eq!(vendor(error), (Some(status), format!("Failed to create webhook: {words}")));
    world.assert_off(&name).await;
    let last_error = world.registration(&name).await.last_error.unwrap();
    assert!(last_error.ends_with(words), "{last_error}");

    world.lifecycle.activate(&name).await.unwrap();
    assert_eq!(world.assert_on(&name).await.last_error, None);
}

#[rstest]
#[tokio::test]
async fn a_rate_limit_is_reported(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::new(db).await;
    let name = world.create(&greet("lead.created")).await;
    world.fault("POST", 1, Effect::RateLimit { reset_seconds: 3600.0 });
    let (status, message) = vendor(world.lifecycle.activate(&name).await.unwrap_err());
    assert_eq!(status, Some(429));
    assert!(message.starts_with("Failed to create webhook: "), "{message}");
    world.assert_off(&name).await;
}

#[rstest]
#[tokio::test]
async fn a_key_that_close_does_not_know_is_reported(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::new(db).await;
    world.put("close", &Credential::Close { api_key: secret("api_wrongKey") }).await;
    let name = world.create(&greet("lead.created")).await;
    let (status, _) = vendor(world.lifecycle.activate(&name).await.unwrap_err());
    assert_eq!(status, Some(401));
    world.assert_off(&name).await;
}

#[rstest]
#[tokio::test]
async fn the_limit_of_subscriptions_is_reported(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let config = SimulatorConfig { subscription_limit: 0, ..SimulatorConfig::for_tests(API_KEY) };
    let world = World::with(db, config).await;
    let name = world.create(&greet("lead.created")).await;
    let (status, _) = vendor(world.lifecycle.activate(&name).await.unwrap_err());
    assert_eq!(status, Some(400));
    world.assert_off(&name).await;
}

#[rstest]
#[tokio::test]
async fn a_secret_in_closes_words_is_not_passed_on(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::new(db).await;
    let name = world.create(&greet("lead.created")).await;
    world.fault("POST", 1, answer(401, json!({"error": format!("{API_KEY} is not valid")})));
    let (_, message) = vendor(world.lifecycle.activate(&name).await.unwrap_err());
    assert_eq!(message, "Failed to create webhook: [redacted] is not valid");
    assert!(!world.registration(&name).await.last_error.unwrap().contains(API_KEY));
}

#[rstest]
#[case::dropped_before(Effect::Drop)]
#[case::dropped_after_creating(Effect::DropAfter)]
#[case::hanging(Effect::Hang)]
#[case::hanging_after_creating(Effect::HangAfter)]
#[tokio::test]
async fn after_a_lost_answer_nothing_is_left_at_close(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
    #[case] effect: Effect,
) {
    let world = World::new(db).await;
    let foreign = world.subscribe_elsewhere("https://elsewhere.example/webhook/1").await;
    let name = world.create(&greet("lead.created")).await;
    world.fault("POST", 1, effect);
    let (status, message) = vendor(world.lifecycle.activate(&name).await.unwrap_err());
    assert_eq!(status, None);
    assert!(message.starts_with("Failed to create webhook: "), "{message}");
    assert_eq!(world.state(&name).await, ActivationState::Inactive);
    assert_eq!(world.at_close(), [foreign], "what is not ours is not touched");
}

#[rstest]
#[tokio::test]
async fn where_not_even_a_look_is_possible_the_state_says_so_and_the_next_activation_mends_it(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
) {
    let world = World::new(db).await;
    let name = world.create(&greet("lead.created")).await;
    world.fault("POST", 1, Effect::DropAfter);
    world.fault("GET", 100, answer(503, json!({"error": "Down."})));
    let error = world.lifecycle.activate(&name).await.unwrap_err();
    assert!(vendor(error).1.starts_with("Failed to create webhook: "));

    assert_eq!(world.state(&name).await, ActivationState::Error);
    let row = world.registration(&name).await;
    assert_eq!(row.state, ActivationState::Error);
    assert!(row.last_error.is_some());
    assert_eq!(world.urls_at_close(), [row.url.clone().unwrap()], "it was made, and its key is lost");
    assert!(!world.hook(&row).active);

    // Still down: nothing changes.
    world.lifecycle.activate(&name).await.unwrap_err();
    assert_eq!(world.state(&name).await, ActivationState::Error);

    world.simulator.clear_faults();
    world.lifecycle.activate(&name).await.unwrap();
    let mended = world.assert_on(&name).await;
    assert_eq!((mended.hook_id, mended.last_error), (row.hook_id, None));
}

#[rstest]
#[tokio::test]
async fn an_unknown_outcome_can_also_be_switched_off(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::new(db).await;
    let name = world.create(&greet("lead.created")).await;
    world.fault("POST", 1, Effect::DropAfter);
    world.fault("GET", 100, answer(503, json!({"error": "Down."})));
    world.lifecycle.activate(&name).await.unwrap_err();
    world.simulator.clear_faults();
    world.lifecycle.deactivate(&name).await.unwrap();
    world.assert_off(&name).await;
}

const TWO_TRIGGERS: &str = "name: greet\ntriggers:\n  - close:\n      events: [lead.created]\n  - close:\n      events: [contact.created]\nsteps:\n  - uses: log\n    with:\n      message: hello\n";

fn second_create(effect: Effect) -> CallFault {
    CallFault { after: 1, ..CallFault::next("POST", "/webhook/", effect) }
}

#[rstest]
#[tokio::test]
async fn where_the_second_trigger_is_refused_the_first_is_rolled_back(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
) {
    let world = World::new(db).await;
    let name = world.create(TWO_TRIGGERS).await;
    world.simulator.add_fault(second_create(answer(400, json!({"error": "Enough."}))));
    let error = world.lifecycle.activate(&name).await.unwrap_err();
    assert_eq!(vendor(error), (Some(400), "Failed to create webhook: Enough.".to_owned()));
    world.assert_off(&name).await;

    world.lifecycle.activate(&name).await.unwrap();
    assert_eq!(world.at_close().len(), 2);
}

#[rstest]
#[tokio::test]
async fn a_rollback_that_fails_is_taken_up_by_the_next_call(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::new(db).await;
    let name = world.create(TWO_TRIGGERS).await;
    world.simulator.add_fault(second_create(answer(400, json!({"error": "Enough."}))));
    world.fault("DELETE", 100, answer(500, json!({"error": "Down."})));
    let error = world.lifecycle.activate(&name).await.unwrap_err();
    assert_eq!(vendor(error).1, "Failed to create webhook: Enough.", "what the user has to know first");
    assert_eq!(world.state(&name).await, ActivationState::Error);
    assert_eq!(world.at_close().len(), 1);

    world.simulator.clear_faults();
    world.lifecycle.deactivate(&name).await.unwrap();
    world.assert_off(&name).await;
}

#[rstest]
#[tokio::test]
async fn a_duplicate_that_is_ours_is_made_anew(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::new(db).await;
    let name = world.create(&greet("lead.created")).await;
    world.lifecycle.activate(&name).await.unwrap();
    let url = world.registration(&name).await.url.unwrap();
    world.lifecycle.deactivate(&name).await.unwrap();
    let lost = world.subscribe_elsewhere(&url).await;
    let refusal = format!("Duplicate active subscription. Existing duplicates are: {lost}.");
    world.fault("POST", 1, answer(400, json!({"message": refusal})));

    world.lifecycle.activate(&name).await.unwrap();
    let row = world.assert_on(&name).await;
    assert_ne!(row.webhook_id, Some(lost), "its key was lost");
}

#[rstest]
#[tokio::test]
async fn a_duplicate_that_is_not_ours_is_never_deleted(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::new(db).await;
    let foreign = world.subscribe_elsewhere("https://elsewhere.example/webhook/1").await;
    let name = world.create(&greet("lead.created")).await;
    let refusal = format!("Duplicate active subscription. Existing duplicates are: {foreign}.");
    world.fault("POST", 1, answer(400, json!({"error": refusal})));

    let error = world.lifecycle.activate(&name).await.unwrap_err();
    assert_eq!(vendor(error), (Some(400), format!("Failed to create webhook: {refusal}")));
    assert_eq!(world.state(&name).await, ActivationState::Inactive);
    assert_eq!(world.at_close(), [foreign]);
}

#[rstest]
#[case::no_key(json!({"id": "whsub_1", "url": "u", "status": "active"}))]
#[case::not_hex(json!({"id": "whsub_1", "url": "u", "status": "active", "signature_key": "secret"}))]
#[tokio::test]
async fn a_subscription_without_a_usable_key_is_none(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
    #[case] body: Value,
) {
    let world = World::new(db).await;
    let name = world.create(&greet("lead.created")).await;
    world.fault("POST", 1, answer(201, body));
    let (_, message) = vendor(world.lifecycle.activate(&name).await.unwrap_err());
    assert!(message.contains("no signature key"), "{message}");
    world.assert_off(&name).await;
}
