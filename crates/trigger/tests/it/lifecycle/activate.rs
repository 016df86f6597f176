//! Switching on, where nothing goes wrong.

use std::time::Duration;

use bellhop_testkit::database::Db;
use bellhop_trigger::inbound::{Rejection, Verdict, examine};
use bellhop_trigger::lifecycle::LifecycleError;
use bellhop_vault::{Credential, MasterKey};
use bellhop_workflow::activation::ActivationState;
use bellhop_workflow::event::parse_body;
use bellhop_workflow::ids::WorkflowName;
use bellhop_workflow::model::EventPair;
use close_simulator::{DeliveryAttempt, EventDraft, SimulatorConfig};
use rstest::rstest;
use serde_json::json;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::world::{API_KEY, World, greet, now, secret};

#[rstest]
#[tokio::test]
async fn activation_makes_one_subscription_and_keeps_its_key_sealed(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
) {
    let world = World::new(db).await;
    let name = world.create(&greet("lead.*, lead.created, bulk_action.created")).await;
    let workflow = world.lifecycle.activate(&name).await.unwrap();
    assert_eq!(workflow.state, ActivationState::Active);

    let row = world.assert_on(&name).await;
    let subscribed = world.simulator.subscriptions().remove(0);
    assert_eq!(subscribed.url, format!("https://bellhop.example/webhook/{}", row.hook_id));
    let pairs: Vec<_> = subscribed
        .events
        .into_iter()
        .map(|event| EventPair { object_type: event.object_type, action: event.action })
        .collect();
    assert_eq!(pairs, row.events);
    assert_eq!(pairs.len(), 8, "four of a lead's and four bulk types, each once");
    assert_eq!(row.vendor_status.as_deref(), Some("active"));

    let sealed = row.signature_key.unwrap();
    let key = subscribed.signature_key;
    assert!(!sealed.windows(key.len()).any(|window| window == key.as_bytes()));
    assert!(!sealed.windows(32).any(|window| window == hex::decode(&key).unwrap()));
}

#[rstest]
#[tokio::test]
async fn what_close_delivers_is_accepted(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let receiver = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(200)).mount(&receiver).await;
    let world = World::reached_at(db, SimulatorConfig::for_tests(API_KEY), &receiver.uri()).await;
    let name = world.create(&greet("contact.updated")).await;
    world.lifecycle.activate(&name).await.unwrap();

    let draft = EventDraft::new("contact", "updated").data(json!({"name": "Zoë"}));
    let emitted = world.simulator.emit(&draft).unwrap();
    let delivered = world.simulator.deliveries_when(|all| all.iter().any(DeliveryAttempt::succeeded));
    tokio::time::timeout(Duration::from_secs(10), delivered).await.unwrap();

    let request = receiver.received_requests().await.unwrap().remove(0);
    let row = world.registration(&name).await;
    assert_eq!(request.url.path(), format!("/webhook/{}", row.hook_id));
    let verdict = examine(
        &world.hook(&row),
        &request.headers,
        &request.body.clone().into(),
        now(),
        Duration::from_mins(5),
    );
    let Verdict::Accepted(event) = verdict else { panic!("{verdict:?}") };
    assert_eq!(event.event_id.as_deref(), Some(emitted.id.as_str()));
    let event = event.head.attach(parse_body(&request.body));
    assert_eq!((event.kind.as_str(), &event.data["name"]), ("contact.updated", &json!("Zoë")));
}

#[rstest]
#[tokio::test]
async fn a_restarted_server_knows_its_hooks_again(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::new(db).await;
    let name = world.create(&greet("lead.created")).await;
    world.lifecycle.activate(&name).await.unwrap();
    let row = world.registration(&name).await;
    let key = world.simulator.subscriptions().remove(0).signature_key;

    let restarted = world.other_hooks(world.key.clone()).await;
    let verdict = super::world::deliver_with(&restarted.get(&row.hook_id).unwrap(), &key);
    assert!(matches!(verdict, Verdict::Accepted(_)), "{verdict:?}");

    // A key that cannot be opened is no reason to let a delivery pass.
    let with_another_key = world.other_hooks(MasterKey::generate().unwrap()).await;
    let verdict = super::world::deliver_with(&with_another_key.get(&row.hook_id).unwrap(), &key);
    assert_eq!(verdict, Verdict::Rejected(Rejection::NoKey));
}

#[rstest]
#[tokio::test]
async fn activating_twice_is_activating_once(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::new(db).await;
    let name = world.create(&greet("lead.created")).await;
    world.lifecycle.activate(&name).await.unwrap();
    let before = world.at_close();
    world.lifecycle.activate(&name).await.unwrap();
    assert_eq!(world.at_close(), before);
}

#[rstest]
#[tokio::test]
async fn two_activations_at_once_make_one_subscription(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::new(db).await;
    let name = world.create(&greet("lead.created")).await;
    let (first, second) = tokio::join!(world.lifecycle.activate(&name), world.lifecycle.activate(&name));
    assert!(first.is_ok() && second.is_ok(), "{first:?} {second:?}");
    world.assert_on(&name).await;
}

#[rstest]
#[tokio::test]
async fn a_caller_that_hangs_up_does_not_break_the_activation_off(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
) {
    let world = World::new(db).await;
    let name = world.create(&greet("lead.created")).await;
    {
        // Polled once, so that the work has begun, and dropped.
        let activation = world.lifecycle.activate(&name);
        tokio::pin!(activation);
        let begun = futures::poll!(&mut activation);
        assert!(begun.is_pending());
    }
    world.lifecycle.drain().await;
    world.assert_on(&name).await;
}

#[rstest]
#[tokio::test]
async fn a_workflow_without_vendors_is_simply_on(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::new(db).await;
    let name = world
        .create("name: by-hand\ntriggers:\n  - manual: {}\nsteps:\n  - uses: log\n    with:\n      message: hello\n")
        .await;
    world.lifecycle.activate(&name).await.unwrap();
    assert_eq!(world.state(&name).await, ActivationState::Active);
    assert!(world.registrations(&name).await.is_empty());
}

#[rstest]
#[tokio::test]
async fn without_its_credential_nothing_is_begun(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::new(db).await;
    let name =
        world.create(&greet("lead.created").replace("events:", "credential: other\n      events:")).await;
    let error = world.lifecycle.activate(&name).await.unwrap_err();
    assert!(matches!(error, LifecycleError::Credential { .. }), "{error:?}");
    world.assert_off(&name).await;
    assert!(world.registrations(&name).await.is_empty());

    world.put("other", &Credential::HttpBearer { token: secret("a-token") }).await;
    let error = world.lifecycle.activate(&name).await.unwrap_err();
    assert!(matches!(error, LifecycleError::CredentialKind { .. }), "{error:?}");

    world.put("other", &Credential::Close { api_key: secret(API_KEY) }).await;
    world.lifecycle.activate(&name).await.unwrap();
    world.assert_on(&name).await;
}

#[rstest]
#[tokio::test]
async fn nobody_activates_what_is_not_there(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::new(db).await;
    let error = world.lifecycle.activate(&WorkflowName::new("nobody")).await.unwrap_err();
    assert!(matches!(error, LifecycleError::NotFound), "{error:?}");
}
