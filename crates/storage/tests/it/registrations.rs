//! Registrations: saving, finding and deleting them.

use std::collections::BTreeMap;
use std::time::Duration;

use bellhop_storage::{
    Intake, Mended, NewDelivery, Outcome, RegistrationError, RegistrationRow, VendorNote, WorkflowRow,
};
use bellhop_testkit::database::Db;
use bellhop_workflow::activation::ActivationState;
use bellhop_workflow::ids::{CredentialName, HookId, RegistrationId, TriggerId};
use bellhop_workflow::model::EventPair;
use bellhop_workflow::time::Timestamp;
use rstest::rstest;

use crate::support::{Fixture, NOON, delivery};

pub(crate) fn registration(workflow: &WorkflowRow, trigger: &str, hook: &str) -> RegistrationRow {
    RegistrationRow {
        id: RegistrationId::generate(NOON),
        workflow_id: workflow.id,
        trigger_id: TriggerId::new(trigger),
        provider: "close".to_owned(),
        hook_id: HookId::new(hook),
        shared_hook: None,
        parameters: BTreeMap::from([("repository".to_owned(), "acme/shop".to_owned())]),
        events_since: BTreeMap::from([("lead.created".to_owned(), NOON)]),
        credential: Some(CredentialName::new("close")),
        webhook_id: None,
        signature_key: None,
        state: ActivationState::Activating,
        url: Some(format!("https://example.com/webhook/{hook}")),
        former_urls: Vec::new(),
        events: vec![EventPair { object_type: "lead".to_owned(), action: "created".to_owned() }],
        vendor_status: None,
        last_error: None,
        reconciled_at: None,
        mended: None,
        last_delivery_at: None,
        created_at: NOON,
        updated_at: NOON,
    }
}

pub(crate) async fn save(fixture: &Fixture, row: &RegistrationRow) -> Result<(), RegistrationError> {
    let mut tx = fixture.store.begin().await.unwrap();
    tx.save_registration(row).await?;
    tx.commit().await.map_err(RegistrationError::from)
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_registration_reads_back_as_it_was_last_saved(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    let mut row = registration(&workflow, "close", "hook-1");

    save(&fixture, &row).await.unwrap();
    assert_eq!(fixture.store.registrations_by_hook(&row.hook_id).await.unwrap(), [row.clone()]);

    row.state = ActivationState::Active;
    row.webhook_id = Some("whsub_1".to_owned());
    row.signature_key = Some(vec![0, 1, 255]);
    row.vendor_status = Some("active".to_owned());
    row.last_error = Some("it said\u{fffd}".to_owned());
    row.former_urls = vec!["https://old.example/webhook/hook-1".to_owned()];
    row.reconciled_at = Some(NOON.plus(Duration::from_secs(2)));
    row.mended = Some(Mended { at: NOON.plus(Duration::from_secs(3)), what: "it was paused".to_owned() });
    row.updated_at = NOON.plus(Duration::from_secs(1));
    save(&fixture, &RegistrationRow { last_error: Some("it said\0".to_owned()), ..row.clone() })
        .await
        .unwrap();
    assert_eq!(fixture.store.registrations(workflow.id).await.unwrap(), [row]);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_look_at_the_vendor_is_noted_unless_the_registration_has_changed_since(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    let mut row = registration(&workflow, "close", "hook-1");
    row.state = ActivationState::Active;
    row.webhook_id = Some("whsub_1".to_owned());
    save(&fixture, &row).await.unwrap();
    let note = async |webhook_id: &str, error: Option<&str>, at: Option<Timestamp>| {
        let mut tx = fixture.store.begin().await.unwrap();
        let note = VendorNote {
            id: row.id,
            webhook_id: Some(webhook_id.to_owned()),
            status: Some("paused".to_owned()),
            error: error.map(str::to_owned),
            reconciled_at: at,
        };
        tx.note_registration(&note).await.unwrap();
        tx.commit().await.unwrap();
        fixture.store.registrations(workflow.id).await.unwrap().remove(0)
    };

    assert_eq!(note("whsub_0", None, Some(NOON)).await, row, "it was another that was looked at");
    let noted = note("whsub_1", None, Some(NOON)).await;
    assert_eq!((noted.vendor_status.as_deref(), noted.reconciled_at), (Some("paused"), Some(NOON)));
    let failed = note("whsub_1", Some("down"), None).await;
    assert_eq!((failed.last_error.as_deref(), failed.reconciled_at), (Some("down"), Some(NOON)));
    assert_eq!(failed.updated_at, row.updated_at, "looking changes nothing");

    row.state = ActivationState::Deactivating;
    save(&fixture, &row).await.unwrap();
    assert_eq!(note("whsub_1", None, Some(NOON)).await, row, "it is about to go");
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_hook_belongs_to_one_registration(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    save(&fixture, &registration(&workflow, "close", "hook-1")).await.unwrap();

    let other = fixture.workflow("lost-deal").await;
    let taken = save(&fixture, &registration(&other, "close", "hook-1")).await;

    assert!(matches!(taken, Err(RegistrationError::HookTaken)), "{taken:?}");
    assert_eq!(fixture.store.registrations(other.id).await.unwrap(), []);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn a_trigger_may_have_an_old_and_a_new_registration(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    let old = registration(&workflow, "close", "hook-1");
    let new = registration(&workflow, "close", "hook-2");
    save(&fixture, &old).await.unwrap();
    save(&fixture, &new).await.unwrap();
    assert_eq!(fixture.store.all_registrations().await.unwrap(), [old.clone(), new.clone()]);

    let mut tx = fixture.store.begin().await.unwrap();
    tx.delete_registration(old.id).await.unwrap();
    tx.commit().await.unwrap();

    assert_eq!(fixture.store.all_registrations().await.unwrap(), [new]);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn registrations_go_with_their_workflow(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    save(&fixture, &registration(&workflow, "close", "hook-1")).await.unwrap();

    let mut tx = fixture.store.begin().await.unwrap();
    tx.delete_workflow(workflow.id, workflow.version, NOON).await.unwrap();
    tx.commit().await.unwrap();

    assert_eq!(fixture.store.all_registrations().await.unwrap(), []);
}

#[rstest]
#[case::sqlite(Db::Sqlite)]
#[case::postgres(Db::Postgres)]
#[tokio::test]
async fn the_last_delivery_is_the_last_that_was_not_rejected(#[case] db: Db) {
    let fixture = Fixture::start(db).await;
    let workflow = fixture.workflow("won-deal").await;
    let row = registration(&workflow, "close", "hook-1");
    save(&fixture, &row).await.unwrap();
    let arrives = async |workflow: &WorkflowRow, outcome: Outcome, received_at: Timestamp| {
        let (hook_id, workflow_id) = (row.hook_id.clone(), Some(workflow.id));
        let delivery = NewDelivery { hook_id, workflow_id, received_at, ..delivery(outcome) };
        fixture
            .store
            .record(Intake { parsed: None, delivery: Some(delivery), execution: None })
            .await
            .unwrap();
    };

    arrives(&workflow, Outcome::Filtered, NOON.plus(Duration::from_secs(1))).await;
    arrives(&workflow, Outcome::Rejected, NOON.plus(Duration::from_secs(2))).await;
    // What comes by the same way for another that shares it is the other's.
    let other = fixture.workflow("lost-deal").await;
    let sharer =
        RegistrationRow { shared_hook: Some(row.hook_id.clone()), ..registration(&other, "close", "hook-2") };
    save(&fixture, &sharer).await.unwrap();
    arrives(&other, Outcome::Accepted, NOON.plus(Duration::from_secs(3))).await;

    let read = fixture.store.registrations_by_hook(&row.hook_id).await.unwrap();
    let last = |row: &RegistrationRow| {
        read.iter().find(|read| read.id == row.id).and_then(|read| read.last_delivery_at)
    };
    assert_eq!(last(&row), Some(NOON.plus(Duration::from_secs(1))));
    assert_eq!(last(&sharer), Some(NOON.plus(Duration::from_secs(3))));
}
